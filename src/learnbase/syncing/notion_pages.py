"""Single pages of an export: made, brought up to date, taken away, without harm to what is theirs.

All of ours on a page is in one box (a callout), which is known by who made it or by what it says.
So the body can be replaced without touching a note that the learner wrote beside it, and without
remembering ids that making a page does not even tell. A new box is put in before the old one goes:
whatever happens between, the next run finds both and leaves one.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Literal

from learnbase.exporting.actions import Sent
from learnbase.exporting.notion import says_box
from learnbase.services.notion_refusals import Missing, OutcomeUnknown, Refused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from learnbase.exporting.notion import Page
    from learnbase.services.notion import Notion
    from learnbase.syncing.notion_database import Place

Json = dict[str, Any]
Deed = Literal["created", "updated", "deleted", "kept", "gone"]

# Values of these are nobody's own words: Notion computes them, or every page has one.
_NOT_WRITTEN = frozenset(
    {
        *("created_time", "created_by", "last_edited_time", "last_edited_by", "formula", "rollup"),
        *("unique_id", "button", "status", "verification"),
    }
)


class Pages:
    """The pages in a database."""

    def __init__(
        self,
        notion: Notion,
        place: Place,
        tell: Callable[[Sent], None],
        check: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Prepare.

        Args:
            notion: the learner's.
            place: where the pages are.
            tell: takes what becomes of a page, as soon as it is known.
            check: called right before a page is made.
        """
        self._check = check
        self._notion = notion
        self._place = place
        self._tell = tell
        self._me: str | None = None
        self._asking = asyncio.Lock()

    def sent(self, page: Page, page_id: str) -> Sent:
        """What the books say of a page that is as it should be."""
        return Sent(page.key, "sent", page_id, page.hash(self._place.columns), page.body_hash)

    async def create(self, page: Page) -> Deed:
        """Make a page.

        Raises:
            OutcomeUnknown: there may be one now.
        """
        properties = page.properties(self._place.writable)
        source = self._place.data_source_id
        made = await self._notion.make_page(source, properties, page.box, self._check)
        if len(page.portions) > 1:
            # From here on it is known, though not whole.
            self._tell(Sent(page.key, "sending", made["id"]))
            await self._replace_box(page, made["id"])
        self._tell(self.sent(page, made["id"]))
        return "created"

    async def update(self, page: Page, page_id: str, known: Sent) -> Deed:
        """Bring a page up to date; where its body is as it was, with a single write.

        Returns:
            updated; gone: somebody put it into the trash a moment ago; kept: moved elsewhere.
        """
        try:
            await self._notion.set_properties(page_id, page.properties(self._place.writable))
            if known.state != "sent" or known.etag != page.body_hash:
                await self._replace_box(page, page_id)
        except (Missing, Refused):
            standing = await self.standing(page_id)
            if standing == "here":
                raise
            self._tell(Sent(page.key, "gone") if standing == "gone" else known)
            return "gone" if standing == "gone" else "kept"
        self._tell(self.sent(page, page_id))
        return "updated"

    async def delete(self, key: str, page_id: str, seen: Json | None) -> Deed:
        """Take a page away, unless the learner moved it or wrote something of their own on it.

        Args:
            key: the task's id.
            page_id: the page.
            seen: the page as it was listed; None: it was not.
        """
        page = seen or await self._found(page_id)
        kept = page is not None and (
            not self._is_home(page) or (is_edited(page) and await self._has_own_words(page))
        )
        if page is not None and not kept:
            try:
                await self._notion.trash_page(page_id)
            except (Missing, Refused):
                if await self.standing(page_id) == "here":
                    raise
        self._tell(Sent(key, "gone"))
        return "kept" if kept else "deleted"

    async def standing(self, page_id: str) -> Literal["here", "moved", "gone"]:
        """Look where a page is; unlike a list, the page itself is never behind."""
        page = await self._found(page_id)
        if page is None:
            return "gone"
        return "here" if self._is_home(page) else "moved"

    async def _found(self, page_id: str) -> Json | None:
        try:
            page = await self._notion.page(page_id)
        except Missing:
            return None
        return None if page.get("in_trash") or page.get("archived") else page

    def _is_home(self, page: Json) -> bool:
        return bool(page["parent"].get("data_source_id") == self._place.data_source_id)

    async def _replace_box(self, page: Page, page_id: str) -> None:
        """Put in a new box, then take the old ones away."""
        before = [one for one in await self._notion.blocks(page_id) if await self._is_box(one)]
        try:
            await self._put_box(page, page_id)
        except OutcomeUnknown:
            # A piece of it may be there: whatever is there now goes when a whole one is in.
            before = [one for one in await self._notion.blocks(page_id) if await self._is_box(one)]
            await self._put_box(page, page_id)
        for old in before:
            await self._take_box(old)

    async def _put_box(self, page: Page, page_id: str) -> None:
        [box] = await self._notion.append(page_id, [page.box], first=True)
        for portion in page.portions[1:]:
            await self._notion.append(box["id"], portion)

    async def _take_box(self, box: Json) -> None:
        """Take a box away; one in which the learner wrote stays, with their words alone."""
        children = await self._children(box)
        ours = [one for one in children if _author(one) == _author(box)]
        if len(ours) == len(children):
            ours = [box]
        for one in ours:
            try:
                await self._notion.delete_block(one["id"])
            except (Missing, Refused):  # in the trash already
                continue

    async def _children(self, box: Json) -> list[Json]:
        return await self._notion.blocks(box["id"]) if box.get("has_children") else []

    async def _is_box(self, block: Json) -> bool:
        if block.get("type") != "callout":
            return False
        return says_box(block) or _author(block) == await self._our_id()

    async def _has_own_words(self, page: Json) -> bool:
        own = (one for one in page["properties"].values() if one["id"] in self._place.added)
        if any(_is_filled(one) for one in own):
            return True
        for block in await self._notion.blocks(page["id"]):
            if not await self._is_box(block):
                return True
            if any(_author(one) != _author(block) for one in await self._children(block)):
                return True
        return False

    async def _our_id(self) -> str:
        async with self._asking:
            if self._me is None:
                self._me = await self._notion.me()
        return self._me


def marker(page: Json, place: Place) -> str | None:
    """The key of the task that a page says it is for."""
    for value in page["properties"].values():
        if value["id"] == place.marker and value["type"] == "rich_text":
            texts = value["rich_text"]
            said = "".join(one.get("plain_text") or one["text"]["content"] for one in texts)
            return said or None
    return None


def is_edited(page: Json) -> bool:
    """Whether anybody changed a page since it was made; a change of ours hides one before it."""
    maker = _author(page)
    editor = (page.get("last_edited_by") or {}).get("id", maker)
    return bool(editor != maker or page.get("last_edited_time") != page.get("created_time"))


def _author(one: Json) -> str | None:
    author: str | None = (one.get("created_by") or {}).get("id")
    return author


def _is_filled(value: Json) -> bool:
    kind = value["type"]
    return kind not in _NOT_WRITTEN and value.get(kind) not in (None, [], "", False)
