"""Code blocks of the documentation, and the one program that the blocks of a page make.

The program has the page's own line numbers: a failure, in Node or in the type checker, names the
line of the page. Every block opens a scope inside the one before it, so a page may say
`const { data } = …` as often as it likes. What a reader does not need stands in comments of the
page:

    <!-- run: CODE -->            a stage direction: run, not shown
    <!-- not run: REASON -->      before a block: type-checked alone

and what a reader does need is checked: `plan.topic // → "Rust"` compares.

The pages' dates lie ahead of the day they were written. They are moved along by whole weeks, those
that go in and those that come out, so that a page is as true next year.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>[a-z]*)[^`]*$")
_NOT_RUN = re.compile(r"^ *<!-- not run: (?P<reason>.+) -->$")
_DIRECTION = re.compile(r"^ *<!-- run: (?P<code>.+) -->$")
_DATE = re.compile(r"\b20\d\d-\d\d-\d\d(?!\d)")
WRITTEN = dt.date(2026, 11, 21)
_SHOWN = re.compile(r"^(?P<indent>\s*)(?P<code>\S.*?);?\s+// → (?P<value>.+)$")


@dataclass(frozen=True)
class Block:
    """One fenced block.

    Attributes:
        language: What stands behind the fence.
        line: Number of its first line of code, from 1.
        lines: Its code.
        not_run: Why it is not run; None if it is.
    """

    language: str
    line: int
    lines: tuple[str, ...]
    not_run: str | None = None


@dataclass(frozen=True)
class Direction:
    """Code between the blocks that a reader does not see."""

    line: int
    code: str


def ahead(line: str, today: dt.date | None = None) -> str:
    """A line of a page with its dates as far ahead as they were on the day it was written."""
    since = (today or dt.datetime.now(dt.UTC).date()) - WRITTEN
    weeks = dt.timedelta(weeks=max(0, since.days // 7))
    return _DATE.sub(lambda found: str(dt.date.fromisoformat(found[0]) + weeks), line)


def blocks(page: Path, *languages: str) -> list[Block]:
    """The blocks of a page in these languages, in order."""
    return [
        part
        for part in _parts(page.read_text().splitlines())
        if isinstance(part, Block) and (not languages or part.language in languages)
    ]


def program(page: Path, *, head: str) -> str:
    """All JavaScript of a page, and its stage directions, as one ES module.

    Args:
        page: The page.
        head: What comes before everything else; one line.
    """
    return program_of(page.read_text().splitlines(), head=head)


def program_of(page: Sequence[str], *, head: str) -> str:
    """The same for the lines of a page."""
    lines = [""] * len(page)
    imports = [head]
    depth = 0
    for part in _parts(page):
        if isinstance(part, Direction):
            lines[part.line - 1] = part.code
        elif part.language == "js":
            opening = "async () => {" if part.not_run else f"{{ begin({part.line});"
            lines[part.line - 2] = f";{opening}"
            for number, line in enumerate(part.lines, part.line):
                if line.startswith("import "):
                    imports.append(line)
                else:
                    lines[number - 1] = _compared(line, number)
            if part.not_run:
                lines[part.line + len(part.lines) - 1] = "};"
            else:
                depth += 1
    lines[0] = " ".join([*imports, lines[0]])
    return "\n".join([*lines, "}" * depth])


def _compared(line: str, number: int) -> str:
    shown = _SHOWN.match(line)
    return (
        f"{shown['indent']};same({number}, ({shown['code']}), ({shown['value']}));"
        if shown
        else line
    )


def _parts(page: Sequence[str]) -> list[Block | Direction]:
    found: list[Block | Direction] = []
    lines = iter(enumerate(page, 1))
    not_run = None
    for number, line in lines:
        if direction := _DIRECTION.match(line):
            found.append(Direction(number, direction["code"]))
        elif reason := _NOT_RUN.match(line):
            not_run = reason["reason"]
        elif fence := _FENCE.match(line):
            indent = len(fence["indent"])
            code = []
            for _, inner in lines:
                if inner.strip() == "```":
                    break
                code.append(inner[indent:])
            lines_ahead = tuple(map(ahead, code))
            found.append(Block(fence["language"], number + 1, lines_ahead, not_run))
            not_run = None
    return found
