"""Every refusal that the migrations speak: `private.refuse(status, code, field, message, hint)`.

Read from the SQL, so that a new one fails the tests until the page for frontends has it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MIGRATIONS = Path(__file__).parents[2] / "supabase" / "migrations"
_FUNCTION = re.compile(
    r"create (?:or replace )?function (\w+\.\w+)\b.*?(?=^create |\Z)", re.MULTILINE | re.DOTALL
)
_READER = re.compile(r"private\.read_(?:line|choice|date)\(")


@dataclass(frozen=True, order=True)
class Refusal:
    """One refusal.

    Attributes:
        code: Its code; `*` stands for the field's name.
        status: Its HTTP status.
        field: What it names in `details`; `*` where that is an argument.
        hint: Its remedy, as a pattern: what the function fills in is `.*`.
        function: Where it is.
    """

    code: str
    status: int
    field: str
    hint: str
    function: str


def spoken() -> list[Refusal]:
    """All refusals, those of shared readers once for each field that is read with them."""
    functions = _functions()
    reads = [read for text in functions.values() for read in _reads(text)]
    found = []
    for name, text in functions.items():
        for refusal in _refusals(name, text):
            if refusal.field == "*" and "*" in refusal.code:
                found += [
                    replace(refusal, code=refusal.code.replace("*", field), field=field)
                    for reader, field, has_default in reads
                    if reader == name and not (has_default and refusal.code == "missing_*")
                ]
            else:
                found.append(refusal)
    return sorted(set(found))


def fixed_columns() -> set[tuple[str, str]]:
    """(table, column) of everything that a trigger keeps as it is."""
    sql = "\n".join(file.read_text() for file in sorted(MIGRATIONS.glob("*.sql")))
    triggers = re.findall(r"before update on (public\.\w+)\s[^;]*?keep_fixed\(([^)]*)\)", sql)
    return {
        (table, column) for table, names in triggers for column in re.findall(r"'(\w+)'", names)
    }


def _functions() -> dict[str, str]:
    # The last definition of a function is the one that counts.
    found: dict[str, str] = {}
    for file in sorted(MIGRATIONS.glob("*.sql")):
        for match in _FUNCTION.finditer(file.read_text()):
            found[match[1]] = match[0]
    return found


def _reads(text: str) -> Iterator[tuple[str, str, bool]]:
    """Which reader reads which field, and whether it is told what to take for nothing."""
    for call in _READER.finditer(text):
        _, field, *rest = _arguments(text, call.end())
        if field.startswith("'"):
            yield call[0][:-1], _literal(field), len(rest) > 1


def _refusals(name: str, text: str) -> Iterator[Refusal]:
    for call in re.finditer(r"private\.refuse\(", text):
        arguments = _arguments(text, call.end())
        if name == "private.refuse":
            continue
        status, code, field, _, hint = arguments
        yield Refusal(
            _pattern(code, "*"), int(status), _pattern(field, "*"), _pattern(hint, ".*"), name
        )


def _pattern(expression: str, blank: str) -> str:
    """A text expression as a text in which `blank` stands for what is not literal."""
    if expression.startswith("format("):
        literal = _literal(_arguments(expression, len("format("))[0])
        return re.sub(r"%\w", blank, literal)
    parts = [part.strip() for part in expression.split("||")]
    return "".join(_literal(part) if part.startswith("'") else blank for part in parts)


def _literal(quoted: str) -> str:
    return quoted.strip()[1:-1].replace("''", "'")


def _arguments(text: str, start: int) -> list[str]:
    """The arguments of the call whose parenthesis has just been opened."""
    arguments, depth, quoted, begin = [], 0, False, start
    for place in range(start, len(text)):
        letter = text[place]
        if letter == "'":
            quoted = not quoted
        elif quoted:
            continue
        elif letter in "([":
            depth += 1
        elif letter == "," and depth == 0:
            arguments.append(text[begin:place].strip())
            begin = place + 1
        elif letter in ")]" and depth:
            depth -= 1
        elif letter == ")":
            return [*arguments, text[begin:place].strip()]
    raise AssertionError(text[start : start + 80])
