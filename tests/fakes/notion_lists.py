"""Which entries a list of Notion's holds, in which order, and which of them now."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tests.fakes.notion_rules import MOST_ENTRIES, Invalid, Refusal
from tests.fakes.notion_world import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tests.fakes.notion_world import Found, Page, Source

Json = dict[str, Any]


def portion(
    things: Sequence[Found], asked: Mapping[str, Any], write: Callable[[Any], Json]
) -> Json:
    """The entries from `start_cursor` on, `page_size` of them, and where to go on.

    Raises:
        Invalid: More than there may be at once, or a cursor that is no entry.
    """
    size = int(asked.get("page_size", MOST_ENTRIES))
    if not 1 <= size <= MOST_ENTRIES:
        raise Invalid(f"page_size should be ≤ `{MOST_ENTRIES}`, instead was `{size}`.")
    start = 0
    if asked.get("start_cursor"):
        ids = [one.id for one in things]
        cursor = dashed(asked["start_cursor"])
        if cursor not in ids:
            raise Refusal(400, "validation_error", "The start_cursor provided is invalid.")
        start = ids.index(cursor)
    rest = things[start + size :]
    results = [write(one) for one in things[start : start + size]]
    return as_list(results, rest[0].id if rest else None)


def as_list(results: list[Json], cursor: str | None) -> Json:
    """A list, and where it goes on."""
    return {
        "object": "list",
        "results": results,
        "next_cursor": cursor,
        "has_more": cursor is not None,
    }


def dashed(identifier: str) -> str:
    """An id with its dashes; Notion takes it without them too.

    Raises:
        Invalid: It is none.
    """
    try:
        return str(UUID(identifier))
    except ValueError:
        raise Invalid(f"path failed validation: {identifier} should be a valid uuid.") from None


def ordered(things: list[Any], sorts: Sequence[Json]) -> list[Any]:
    """Entries in the order asked for, by their times; else the oldest first."""
    for sort in reversed(sorts):
        if "timestamp" in sort:
            time = "edited" if sort["timestamp"] == "last_edited_time" else "at"
            is_down = sort["direction"] == "descending"
            things = sorted(things, key=attrgetter(time), reverse=is_down)
    return things


def kept(source: Source, asked: Json | None) -> Callable[[Page], bool]:
    """The rows that a filter keeps: text that equals or contains, `and`, `or`, or all."""
    if not asked:
        return lambda _: True
    for name, gather in (("and", all), ("or", any)):
        if name in asked:
            parts = [kept(source, one) for one in asked[name]]
            return lambda page: gather(part(page) for part in parts)
    column = source.column(asked.get("property", ""))
    if column is None:
        message = f"Could not find property with name or id: {asked.get('property')}"
        raise Refusal(400, "validation_error", message)
    test = asked.get(column.type)
    if column.type not in {"rich_text", "title"} or test is None:
        raise Refusal(400, "validation_error", f"database property {column.name} does not match.")
    key = column.id

    def keeps(page: Page) -> bool:
        text = plain(page.values.get(key) or []).casefold()
        return all(_fits(text, how, wanted) for how, wanted in test.items())

    return keeps


def _fits(text: str, how: str, wanted: Any) -> bool:
    match how:
        case "equals":
            return text == str(wanted).casefold()
        case "contains":
            return str(wanted).casefold() in text
        case "is_empty":
            return not text
        case "is_not_empty":
            return bool(text)
        case _:
            raise NotImplementedError(how)
