"""Tables of a Markdown page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def rows(page: Path, *header: str) -> list[list[str]]:
    """The rows of the table with this header, as lists of cells.

    Raises:
        AssertionError: the page has no such table.
    """
    lines = page.read_text().splitlines()
    places = [n for n, line in enumerate(lines) if _cells(line) == list(header)]
    assert len(places) == 1, f"{page.name} has {len(places)} tables headed {header}"
    found = []
    for line in lines[places[0] + 2 :]:
        if not line.startswith("|"):
            break
        found.append(_cells(line))
    return found


def words(cell: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`([^`]+)`", cell)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
