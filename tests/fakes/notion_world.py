"""What there is in the workspaces: pages, databases, their tables, blocks; and who may see it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.fakes.oauth import Account

Json = dict[str, Any]


@dataclass
class Column:
    """A property of a table; `born` is its first name, which renaming does not change."""

    id: str
    name: str
    type: str
    options: Json
    born: str


@dataclass(kw_only=True)
class Thing:
    """Whatever has an id, an owner and a place.

    Attributes:
        workspace: The account whose workspace holds it.
        above: The id of what holds it; None for the workspace itself.
        by_us: The application changed it last.
        is_shared: Somebody shared it with the application, or the application made it there.
        ours: The application made it.
        is_gone: It is deleted for good.
    """

    workspace: str
    above: str | None
    at: float
    edited: float
    id: str = field(default_factory=lambda: str(uuid4()))
    is_shared: bool = False
    ours: bool = True
    by_us: bool = True
    in_trash: bool = False
    is_gone: bool = False


@dataclass(kw_only=True)
class Block(Thing):
    """A piece of a page's body."""

    type: str
    content: Json
    children: list[Block] = field(default_factory=list)

    @property
    def text(self) -> str:
        return plain(self.content.get("rich_text", []))


@dataclass(kw_only=True)
class Database(Thing):
    """A database; all of ours have one table."""

    title: list[Json]
    description: list[Json]
    is_inline: bool = False


@dataclass(kw_only=True)
class Source(Thing):
    """A table, which Notion calls a data source; it stands in a database."""

    title: list[Json]
    columns: list[Column]
    dropped: list[Column] = field(default_factory=list)

    def column(self, key: str) -> Column | None:
        """By its id or its name."""
        return next((one for one in self.columns if key in {one.id, one.name}), None)


@dataclass(kw_only=True)
class Page(Thing):
    """A page; a row when it stands in a table, and then with values by the columns' ids."""

    values: Json = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)


Found: TypeAlias = Page | Database | Source | Block


class World:
    """All workspaces."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.things: dict[str, Found] = {}
        self.clock = clock
        self._count = itertools.count()

    def stamp(self, account: Account, above: str | None, *, ours: bool = True) -> Json:
        """What everything has that is made now."""
        now = self.clock()
        return {
            "workspace": account.id,
            "above": above,
            "at": now,
            "edited": now,
            "ours": ours,
            "by_us": ours,
            "is_shared": above is None and ours,
        }

    def put(self, thing: Found) -> None:
        self.things[thing.id] = thing

    def every(self, kind: type[Any]) -> Iterator[Any]:
        """All of a kind, the oldest first."""
        return (one for one in list(self.things.values()) if type(one) is kind)

    def up(self, thing: Found) -> Iterator[Found]:
        """A thing, what holds it, and so on."""
        here: Found | None = thing
        while here is not None:
            yield here
            here = self.things.get(here.above or "")

    def touch(self, thing: Found, *, ours: bool) -> None:
        """Somebody changed it; what changes on a page changes the page."""
        for one in self.up(thing):
            one.edited, one.by_us = self.clock(), ours
            if not isinstance(one, Block):
                break

    def lives(self, thing: Found) -> bool:
        """Neither it nor what it stands in is in the trash."""
        return not any(one.in_trash or one.is_gone for one in self.up(thing))

    def sees(self, account: Account, thing: Found) -> bool:
        """Whether the application may see it in somebody's name."""
        chain = list(self.up(thing))
        is_there = not any(one.is_gone for one in chain)
        return is_there and thing.workspace == account.id and any(one.is_shared for one in chain)

    def rows(self, source: Source) -> list[Page]:
        return [one for one in self.every(Page) if one.above == source.id]

    def source_of(self, page: Page) -> Source | None:
        above = self.things.get(page.above or "")
        return above if isinstance(above, Source) else None

    def new_column(self, name: str, kind: str, options: Json) -> Column:
        # Ids may hold anything; Notion writes them percent-encoded. "title" is always "title".
        made = "title" if kind == "title" else f"{next(self._count):02d}%3A{uuid4().hex[:3]}"
        return Column(made, name, kind, options, name)

    def named(self, page: Page) -> Json:
        """A row's values in plain words, by the columns' first names."""
        source = self.source_of(page)
        if source is None:
            return {}
        columns = [*source.dropped, *source.columns]
        return {
            one.born: simple(page.values[one.id], one.type)
            for one in columns
            if one.id in page.values
        }


def plain(rich: list[Json]) -> str:
    """The words of rich text."""
    return "".join(one["text"]["content"] for one in rich if "text" in one)


def simple(value: Any, kind: str) -> Any:
    """A property's value in plain words."""
    if kind in {"title", "rich_text"}:
        return plain(value or [])
    if kind == "select":
        return value and value["name"]
    if kind == "date":
        return value and value["start"]
    return value


def rich_text(words: str) -> list[Json]:
    return [{"type": "text", "text": {"content": words, "link": None}}] if words else []
