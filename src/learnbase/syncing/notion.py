"""The course of an export to Notion: a database of its own, a page for each task.

What makes it safe to kill: pages carry their task's id, and the books say before each request what
it is about to do. There is no id of our own making and no idempotency key; so a page whose making
was not confirmed is looked for by its marker, and made again only when the service's lists, which
lag, have had their time.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from learnbase.exporting import notion as pages_of
from learnbase.exporting.actions import (
    Create,
    Decision,
    Delete,
    Look,
    Nothing,
    Seen,
    Sent,
    Wanted,
    decide,
)
from learnbase.exporting.document import PlanExport
from learnbase.services.connections import ReconnectNeeded
from learnbase.services.notion_refusals import Later, NotAllowed
from learnbase.syncing import outcome
from learnbase.syncing.convoy import at_once
from learnbase.syncing.holdings import MOVED
from learnbase.syncing.notion_course import NO_TIME, Course
from learnbase.syncing.notion_database import Gone
from learnbase.syncing.notion_pages import Pages, marker
from learnbase.syncing.notion_removal import Removal
from learnbase.syncing.recorder import FRESH

if TYPE_CHECKING:
    from collections.abc import Callable

    from learnbase.services.notion import Notion
    from learnbase.syncing.notion_database import Place
    from learnbase.syncing.recorder import Recorder

Json = dict[str, Any]

SLICE = dt.timedelta(seconds=20)
LAG = dt.timedelta(seconds=15 + FRESH)
"""After which the service's lists show what was announced, and begun while that was fresh."""

_AT_ONCE = 10  # looks at single pages


async def run(
    loaded: Json,
    notion: Notion,
    record: Recorder,
    now: Callable[[], dt.datetime],
    *,
    lag: dt.timedelta = LAG,
    length: dt.timedelta = SLICE,
) -> Json:
    """Carry a slice of an export out.

    Args:
        loaded: what `worker.load_export` answered, held.
        notion: the learner's.
        record: the books.
        now: tells the time, UTC.
        lag: how long the service's lists may not show what was written.
        length: of the slice.

    Returns:
        What `worker.complete_export_notion` takes.

    Raises:
        NoLongerNeeded: cancelled, or somebody else has it.
        Unavailable: Notion is away; the runner tries again.
    """
    kind = Removal if loaded["export"]["action"] == "remove" else Export
    try:
        course = kind(loaded, notion, record, now=now, lag=lag, until=now() + length)
        return await course.run()
    except ReconnectNeeded as problem:
        return outcome.reconnect(problem)
    except NotAllowed as problem:
        remedy = problem.remedy or outcome.RECONNECT
        stopped = outcome.Stopped("not_allowed", problem.message, remedy=remedy, needs="reconnect")
        return stopped.outcome()
    except Later as problem:
        return outcome.later(problem.seconds)
    except outcome.Stopped as reason:
        return reason.outcome()


class Export(Course):
    """Brings the outside to what the plan is."""

    def __init__(self, loaded: Json, *arguments: Any, **more: Any) -> None:
        """Prepare, see `Course`."""
        super().__init__(loaded, *arguments, **more)
        self._plan = PlanExport.model_validate(loaded["document"])
        self._marker = str(loaded["export"]["id"])
        self.pages = {page.key: page for page in pages_of.pages(self._plan)}
        self.total = len(self.pages)
        self._moved = 0
        self._aside: set[str] = set()  # moved elsewhere, or still in doubt: not touched this time

    async def run(self) -> Json:
        """Look, decide, carry out."""
        place, listed = await self._opened()
        seen = self._seen(place, listed)
        decision = self._decide(place, seen, confirmed=self.confirmed)
        if decision.needs_word is not None:
            raise outcome.word(decision.needs_word, "pages", "Notion")
        if not await self._resolve(decision, place, seen):
            return outcome.MORE
        decision = self._decide(place, seen, confirmed=True)
        same = sum(isinstance(action, Nothing) for action in decision.actions)
        self.done = same + self._moved
        self.total += sum(isinstance(action, Delete) for action in decision.actions)
        if not await self.carry_out(decision.actions, place) or self.is_unfinished:
            return outcome.MORE
        if self.wait > NO_TIME:
            return outcome.later(self.wait.total_seconds())
        self.changed["kept"] += self._moved
        # Those of earlier slices are as they should be by now.
        self.changed["unchanged"] = max(0, same - self.before["created"] - self.before["updated"])
        return outcome.succeeded(self.changed, self._stays(place))

    async def _opened(self) -> tuple[Place, list[Json]]:
        """Open the database and list its pages, at once where it is known."""
        if self.database.data_source_id is None:
            place = await self._place()
            return place, await self.notion.query(place.data_source_id)
        known = self.database.data_source_id
        listing = asyncio.create_task(self.notion.query(known))
        try:
            place = await self._place()
            if place.data_source_id == known:
                return place, await listing
        finally:
            listing.cancel()
            await asyncio.gather(listing, return_exceptions=True)
        return place, await self.notion.query(place.data_source_id)

    async def _place(self) -> Place:
        try:
            place = await self.database.find()
        except Gone as gone:
            if not self.confirmed:
                raise gone.stopped() from None
            place = None
        if place is None:
            content = pages_of.database(self._plan, self._marker)
            place = await self.database.make(content, self.holdings.items.values())
            self.holdings.items.clear()
        return place

    def _seen(self, place: Place, listed: list[Json]) -> dict[str, Seen]:
        """Tell which of the pages listed are ours, by key."""
        self.listed = {page["id"]: page for page in listed}
        known = self.holdings.known
        seen: dict[str, Seen] = {}
        for page_id, page in self.listed.items():
            key = known.get(page_id) or marker(page, place)
            # A copy that the learner made of a page is theirs as long as the page is there.
            if key and (page_id in known or key not in seen):
                seen[key] = Seen(page_id)
        for item in list(self.holdings.items.values()):
            self._square(item, seen)
        return seen

    def _square(self, item: Sent, seen: dict[str, Seen]) -> None:
        """Bring together what the books say of a page and what the list shows."""
        key, page_id = item.key, item.external_id
        if page_id is None:
            if key in seen:
                self._settle(item, seen[key].external_id)
        elif item.etag == MOVED and key in self.pages and key not in seen:
            self._leave(key)
        elif item.state == "removing" and key in self.pages:
            self.holdings.items[key] = Sent(key, "sending", page_id)  # wanted again
        elif item.state == "sent" and key not in seen and self.holdings.is_young(key):
            seen[key] = Seen(page_id)

    def _settle(self, item: Sent, page_id: str) -> None:
        """A page whose making was in doubt is there: whole, if one request was all of it."""
        page = self.pages.get(item.key)
        if page is not None and len(page.portions) == 1:
            self.holdings.put(Sent(item.key, "sent", page_id, item.hash, item.etag))
        else:
            self.holdings.put(Sent(item.key, "sent", page_id))

    def _decide(self, place: Place, seen: dict[str, Seen], *, confirmed: bool) -> Decision:
        wanted = [
            Wanted(key, page.hash(place.columns))
            for key, page in self.pages.items()
            if key not in self._aside
        ]
        items = self.holdings.items.values()
        sent = [item for item in items if item.key not in self._aside]
        return decide(wanted, sent, seen, confirmed=confirmed)

    async def _resolve(self, decision: Decision, place: Place, seen: dict[str, Seen]) -> bool:
        """Look at each page that is in doubt, or missing in the list; whether there was time."""
        pages = Pages(self.notion, place, self.holdings.put)
        doubtful = iter(
            [
                action.key
                for action in decision.actions
                if isinstance(action, Look)
                or (isinstance(action, Create) and action.key in self.holdings.items)
            ]
        )
        has_begun = False
        while batch := list(islice(doubtful, _AT_ONCE)):
            if has_begun and self.is_over():
                return False
            has_begun = True
            await at_once(*(self._look_at(key, pages, place, seen) for key in batch))
            await self.record(())
        return True

    async def _look_at(self, key: str, pages: Pages, place: Place, seen: dict[str, Seen]) -> None:
        page_id = self.holdings.items[key].external_id
        if page_id is None:
            await self._search(key, place, seen)
            return
        match await pages.standing(page_id):
            case "here":
                seen[key] = Seen(page_id)
            case "moved":
                # Remembered, for it is not looked for again and again; listed, it is ours again.
                self.holdings.put(replace(self.holdings.items[key], etag=MOVED))
                self._leave(key)
            case "gone":
                self.holdings.strike(key)

    def _leave(self, key: str) -> None:
        self._moved += 1
        self._aside.add(key)

    async def _search(self, key: str, place: Place, seen: dict[str, Seen]) -> None:
        """Look for a page by its marker, once lists show what was made."""
        if self.holdings.is_young(key):
            self.wait_for(self.holdings.unlisted_for(key))
            self._aside.add(key)
            return
        where = {"property": place.marker, "rich_text": {"equals": key}}
        found = await self.notion.query(place.data_source_id, where)
        if found:
            self.listed[found[0]["id"]] = found[0]
            seen[key] = Seen(found[0]["id"])
            self._settle(self.holdings.items[key], found[0]["id"])
        else:
            self.holdings.strike(key)

    def _stays(self, place: Place) -> list[str]:
        stays = list(self.refused)
        if kept := self.changed["kept"]:
            pages = "1 page that you moved or wrote on stays as it is"
            stays.append(pages if kept == 1 else f"{kept} pages that you moved or wrote on stay")
        for name in place.left:
            title = pages_of.COLUMNS[name].title
            stays.append(f"The column made as “{title}” has another type now and is left alone")
        return stays
