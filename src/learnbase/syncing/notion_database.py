"""The database of an export: made once, found again, respected as the learner has it.

That one is about to be made is recorded first, with a marker that its description carries; so one
that was made just before a kill is found again, as soon as the service's search shows it.
"""

from __future__ import annotations

import datetime as dt
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from learnbase.exporting.actions import Sent
from learnbase.exporting.notion import COLUMNS, MARKER
from learnbase.services.notion_refusals import Later, Missing, NotAllowed, OutcomeUnknown, Refused
from learnbase.syncing.convoy import at_once
from learnbase.syncing.outcome import Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from learnbase.services.notion import Notion
    from learnbase.syncing.recorder import Recorder

Json = dict[str, Any]

WORKSPACE = {"type": "workspace", "workspace": True}
_MAKE_ANEW = "Bring it back from Notion's trash, or say that it is to be made anew"


@dataclass(frozen=True)
class Place:
    """A database that is there.

    Attributes:
        database_id: The container, as Notion calls it.
        data_source_id: Its table, where pages are made.
        url: For people.
        columns: Property ids of our columns, by our names.
        added: Property ids of columns that the learner added.
        left: Our names of columns that the learner gave another type: theirs by now.
    """

    database_id: str
    data_source_id: str
    url: str
    columns: Mapping[str, str]
    added: frozenset[str]
    left: tuple[str, ...]

    @property
    def writable(self) -> dict[str, str]:
        """Those of our columns that take our values."""
        return {name: one for name, one in self.columns.items() if name not in self.left}

    @property
    def marker(self) -> str | None:
        """The property id of the column that knows our pages; None: it was deleted."""
        return self.columns.get(MARKER)


class Database:
    """The database of one export."""

    def __init__(
        self,
        notion: Notion,
        books: Recorder,
        export: Json,
        *,
        now: Callable[[], dt.datetime],
        lag: dt.timedelta,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            notion: the learner's.
            books: where what becomes of it is recorded.
            export: as it was loaded.
            now: tells the time.
            lag: how long the service's search may not show what was made.
        """
        self._notion = notion
        self._books = books
        self._marker = str(export["id"])
        parent: Json = (export.get("options") or {}).get("parent") or WORKSPACE
        self._parent = WORKSPACE if parent["type"] == WORKSPACE["type"] else parent
        self._container: Json = dict(export.get("container") or {})
        self._now = now
        self._lag = lag

    @property
    def data_source_id(self) -> str | None:
        """Where its pages are; None: it was not made yet, as far as the books know."""
        return self._container.get("data_source_id")

    async def find(self, *, as_it_is: bool = False) -> Place | None:
        """Look for it; None: there is none yet.

        Args:
            as_it_is: whether columns that the learner deleted stay deleted.

        Raises:
            Gone: it is in the trash, deleted, or not shared with us any more.
            Later: it may have been made a moment ago, and the search does not show it yet.
        """
        if not self._container:
            return None
        if "data_source_id" not in self._container:
            source = await self._searched()
            if source is None:
                return None
            return await self._known(source, await self._above(source), as_it_is=as_it_is)
        source, database = await self._at_home()
        return await self._known(source, database, as_it_is=as_it_is)

    async def _at_home(self) -> tuple[Json, Json]:
        """Get the data source, and the database it is in by now."""
        data_source_id = self._container["data_source_id"]
        try:
            with suppress(Missing):
                source, database = await at_once(
                    self._notion.data_source(data_source_id),
                    self._notion.database(self._container["database_id"]),
                )
                if source["parent"]["database_id"] == database["id"]:
                    return source, database
            source = await self._notion.data_source(data_source_id)
            return source, await self._above(source)
        except Missing:
            raise Gone(is_trashed=False) from None

    async def make(self, content: Json, items: Iterable[Sent]) -> Place:
        """Make it.

        Args:
            content: title, description and columns.
            items: what the books say of pages in an earlier one; struck out.

        Raises:
            Stopped: it cannot be made where the learner wants it.
            Later: whether it was made is not known.
        """
        self._container = {"making": self._marker, "since": self._now().isoformat()}
        struck = [Sent(item.key, "gone") for item in items]
        await self._books.record(container=self._container, items=struck)
        try:
            made = await self._notion.make_database(self._parent, content, self._books.check)
        except OutcomeUnknown:
            raise Later(self._lag.total_seconds()) from None
        except (Missing, NotAllowed, Refused) as problem:
            await self._books.record(container={})
            raise _unwelcome(problem) from problem
        source = await self._notion.data_source(made["data_sources"][0]["id"])
        return await self._known(source, made)

    async def _searched(self) -> Json | None:
        """Find one whose making was begun, by its marker."""
        for source in await self._notion.latest_data_sources():
            if not source.get("in_trash") and await self._is_marked(source):
                return source
        made_at = dt.datetime.fromisoformat(self._container["since"])
        left = made_at + self._lag - self._now()
        if left > dt.timedelta(0):
            raise Later(left.total_seconds())
        return None

    async def _is_marked(self, source: Json) -> bool:
        if self._marker in json.dumps(source.get("description")):
            return True
        if COLUMNS[MARKER].title not in source["properties"]:
            return False
        return self._marker in json.dumps((await self._above(source)).get("description"))

    async def _above(self, source: Json) -> Json:
        return await self._notion.database(source["parent"]["database_id"])

    async def _known(self, source: Json, database: Json, *, as_it_is: bool = False) -> Place:
        """Look at it closely, put back what is missing, and record it."""
        if _in_trash(database) or _in_trash(source):
            raise Gone(is_trashed=True)
        columns, missing, left = self._columns(source)
        if missing and not as_it_is:
            source = await self._put_back(source, missing, columns)
            columns, _, left = self._columns(source)
        container = {
            "database_id": database["id"],
            "data_source_id": source["id"],
            "url": database.get("url") or source.get("url"),
            "properties": columns,
        }
        if container != self._container:
            self._container = container
            await self._books.record(container=container)
        return Place(
            database_id=container["database_id"],
            data_source_id=container["data_source_id"],
            url=str(container["url"]),
            columns=columns,
            added=_ids(source) - set(columns.values()),
            left=tuple(left),
        )

    def _columns(self, source: Json) -> tuple[dict[str, str], list[str], list[str]]:
        """Return ids of our columns, and names of those that are gone and of those retyped."""
        ids: dict[str, str] = self._container.get("properties") or {}
        # Of a database that was just made, and of columns about to be put back, titles are known.
        titles = self._container.get("adding") or ({} if ids else _TITLES)
        columns: dict[str, str] = {}
        missing: list[str] = []
        left: list[str] = []
        there = {one["id"]: one for one in source["properties"].values()}
        for name, column in COLUMNS.items():
            found = there.get(ids.get(name, ""))
            if column.type == "title":
                found = next(one for one in there.values() if one["type"] == "title")
            if found is None and name in titles:
                found = source["properties"].get(titles[name])
            if found is None or (name == MARKER and found["type"] != column.type):
                missing.append(name)
                continue
            columns[name] = found["id"]
            if found["type"] != column.type:
                left.append(name)
        return columns, missing, left

    async def _put_back(self, source: Json, missing: list[str], columns: dict[str, str]) -> Json:
        """Make columns that the learner deleted; others of the same title stay theirs."""
        titles = {name: _free(COLUMNS[name].title, source["properties"]) for name in missing}
        self._container = {
            **self._container,
            "data_source_id": source["id"],
            "properties": columns,
            "adding": titles,
        }
        await self._books.record(container=self._container)
        return await self._notion.set_columns(
            source["id"], {titles[name]: COLUMNS[name].schema for name in missing}
        )


class Gone(Exception):
    """The database is not there any more; `is_trashed`: it is in the trash."""

    def __init__(self, *, is_trashed: bool) -> None:
        super().__init__()
        self.is_trashed = is_trashed

    def stopped(self) -> Stopped:
        """What the learner is asked."""
        if self.is_trashed:
            message, code = "The database is in Notion's trash", "database_trashed"
            return Stopped(code, message, remedy=_MAKE_ANEW, needs="word")
        message = "The database was deleted in Notion, or is not shared with Learnbase any more"
        remedy = "Share it with Learnbase in Notion again, or say that it is to be made anew"
        return Stopped("database_gone", message, remedy=remedy, needs="word")


_TITLES = {name: column.title for name, column in COLUMNS.items()}


def _in_trash(one: Json) -> bool:
    return bool(one.get("in_trash") or one.get("archived"))


def _ids(source: Json) -> frozenset[str]:
    return frozenset(one["id"] for one in source["properties"].values())


def _free(title: str, taken: Mapping[str, Any]) -> str:
    choices = [title, f"{title} (Learnbase)"]
    choices += [f"{title} (Learnbase {number})" for number in range(2, len(taken) + 3)]
    return next(choice for choice in choices if choice not in taken)


def _unwelcome(problem: Missing | NotAllowed | Refused) -> Stopped:
    if isinstance(problem, Missing):
        return Stopped(
            "parent_gone",
            "The page that should hold the database is gone, or not shared with Learnbase any more",
            remedy="Share it with Learnbase in Notion again, or export under another page",
        )
    return Stopped(
        "not_allowed",
        problem.message,
        remedy="Export under a page that Learnbase may write to, or connect Notion again",
    )
