"""Undoing an export to Notion: what we made goes into the trash, and only that."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from learnbase.exporting.actions import Delete, Sent
from learnbase.syncing import outcome
from learnbase.syncing.convoy import AHEAD, at_once
from learnbase.syncing.holdings import MOVED
from learnbase.syncing.notion_course import NO_TIME, Course
from learnbase.syncing.notion_database import Gone
from learnbase.syncing.notion_pages import Pages, is_edited, marker

if TYPE_CHECKING:
    from learnbase.syncing.notion_database import Place

Json = dict[str, Any]


class Removal(Course):
    """Takes the pages away, and the database if nothing of the learner's own is in it."""

    async def run(self) -> Json:
        """Look, and take away."""
        self.total = len(self.holdings.items)
        try:
            place = await self.database.find(as_it_is=True)
        except Gone as gone:
            return await self._ended([] if gone.is_trashed else [self._out_of_reach()])
        if place is None:
            return await self._ended([])
        self.listed = {page["id"]: page for page in await self.notion.query(place.data_source_id)}
        if not await self._looked_for(place):
            return outcome.MORE
        ours = self._ours(place)
        others = await self._others(set(ours.values()), place)
        if not others and not place.added and not any(map(is_edited, self.listed.values())):
            self.changed["deleted"] += len(ours)  # with the database
        else:
            actions = [Delete(key, page_id) for key, page_id in ours.items()]
            if not await self.carry_out(actions, place) or self.is_unfinished:
                return outcome.MORE
            if self.wait > NO_TIME:
                return outcome.later(self.wait.total_seconds())
        stays = self._stays(place, others + self.changed["kept"] - self.before["kept"])
        if not stays:
            await self.notion.trash_database(place.database_id)
        return await self._ended([*stays, *self._elsewhere()])

    async def _looked_for(self, place: Place) -> bool:
        """Look at what is not listed: gone, or moved by the learner; whether there was time."""
        pages = Pages(self.notion, place, self.holdings.put)

        async def look(key: str, page_id: str) -> None:
            match await pages.standing(page_id):
                case "gone":
                    self.holdings.strike(key)
                case "moved":
                    self.holdings.put(replace(self.holdings.items[key], etag=MOVED))

        missing = iter(
            [
                (key, page_id)
                for page_id, key in self.holdings.known.items()
                if page_id not in self.listed
                and not self.holdings.is_young(key)
                and self.holdings.items[key].etag != MOVED
            ]
        )
        has_begun = False
        while batch := list(islice(missing, AHEAD)):
            if has_begun and self.is_over():
                return False
            has_begun = True
            await at_once(*(look(*one) for one in batch))
            await self.record(())
        return True

    def _is_elsewhere(self, key: str) -> bool:
        item = self.holdings.items[key]
        return item.etag == MOVED and item.external_id not in self.listed

    def _elsewhere(self) -> list[str]:
        count = sum(map(self._is_elsewhere, self.holdings.items))
        if not count:
            return []
        pages = "1 page stays where you moved it"
        if count > 1:
            pages = f"{count} pages stay where you moved them"
        return [f"Of “{self.topic}” {pages}"]

    def _stays(self, place: Place, others: int) -> list[str]:
        """Why the database has to stay, if it has to."""
        if others:
            pages = "1 page in it holds" if others == 1 else f"{others} pages in it hold"
            return [f"The database “{self.topic}” stays: {pages} something of your own"]
        return [f"The database “{self.topic}” stays: you added columns"] if place.added else []

    def _ours(self, place: Place) -> dict[str, str]:
        """Page ids by key: those in the books, and those made just before a kill."""
        ours = {
            key: page_id
            for page_id, key in self.holdings.known.items()
            if not self._is_elsewhere(key)
        }
        doubtful = {one.key for one in self.holdings.items.values() if one.external_id is None}
        for page_id, page in self.listed.items():
            key = marker(page, place)
            if key in doubtful and key not in ours:
                ours[key] = page_id
        for key in doubtful - ours.keys():
            if self.holdings.is_young(key):
                self.wait_for(self.holdings.unlisted_for(key))
        return ours

    async def _others(self, ours: set[str], place: Place) -> int:
        """How many pages of the learner's own there are."""
        pages = Pages(self.notion, place, self.holdings.put)
        count = 0
        for page_id, page in self.listed.items():
            # One of ours that was taken away a moment ago may still be listed.
            if page_id not in ours and not (
                marker(page, place) and await pages.standing(page_id) == "gone"
            ):
                count += 1
        return count

    async def _ended(self, stays: list[str]) -> Json:
        self.done = self.total
        gone = [Sent(key, "gone") for key in self.holdings.items]
        await self.books.record(
            items=gone, container={}, done=self.done, total=self.total, changed=self.changed
        )
        return outcome.succeeded(self.changed, [*self.refused, *stays])

    def _out_of_reach(self) -> str:
        return (
            f"The database “{self.topic}” is not shared with Learnbase any more: if it is still in"
            " Notion, it stays there"
        )
