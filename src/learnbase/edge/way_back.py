"""Where a browser goes after signing in elsewhere: to an address of ours, and nowhere else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from learnbase.edge.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST = 2000
# Printable ASCII without a backslash: browsers read spaces, tabs and backslashes in an address
# otherwise than `urlsplit` does, and one of the two would be deceived.
_PLAIN = re.compile(r"[!-\[\]-~]+")
_OURS = frozenset({"connection", "state", "proof", "error"})


def checked(address: str, origins: Sequence[str]) -> str:
    """Give an address back if it is at one of the origins.

    Raises:
        Problem: 422, it is not.
    """
    try:
        parts = urlsplit(address)
        origin = f"{parts.scheme}://{parts.netloc.lower()}"
    except ValueError:
        origin = ""
    if not _PLAIN.fullmatch(address) or len(address) > LONGEST or origin not in origins:
        raise Problem(
            422,
            "invalid_return_to",
            "The address to return to is not at an origin of this project",
            details="return_to",
            hint="Send an address that begins with one of EDGE_ORIGINS",
        )
    return address


def with_answer(address: str, **answer: str) -> str:
    """Put an answer into an address's query, in place of what it says by the same names."""
    parts = urlsplit(address)
    asked = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in asked if name not in _OURS]
    return urlunsplit(parts._replace(query=urlencode([*kept, *answer.items()])))
