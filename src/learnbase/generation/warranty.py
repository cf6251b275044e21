"""No link in a plan that nobody has looked at.

Every proposed page is looked at. What is not there, or is not what was promised, is replaced: by
what the model suggests when it is asked once more, then by what the catalogue has; or it is
dropped, and its task stays. Links never fail a plan, and take a bounded time.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import ValidationError

from learnbase.errors import LearnbaseError
from learnbase.generation import replacements
from learnbase.planning import title_fit
from learnbase.planning.canonical_url import BadAddress, canonical_url
from learnbase.planning.own_words import OwnWords
from learnbase.planning.page import Page, Verdict
from learnbase.planning.roadmap import Link, ResourceType, Roadmap

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

    from learnbase.generation.asks import Asks
    from learnbase.generation.replacements import CatalogueLink, Wanted
    from learnbase.planning.request import PlanRequest

    Catalogue = Callable[[PlanRequest], Awaitable[list[CatalogueLink]]]
    Progress = Callable[[int], Awaitable[None]]

SECONDS = 60.0
_FIRST_LOOK, _ASKING = 0.45, 0.8  # shares of the time, after which each has to end
_GOOD_FOR = timedelta(days=7)
_VIDEO_HOSTS = ("https://www.youtube.com/", "https://youtube.com/", "https://youtu.be/",
                "https://m.youtube.com/")  # fmt: skip


class Looks(Protocol):
    """Something that looks at pages."""

    async def look_all(self, urls: Iterable[str], *, seconds: float) -> dict[str, Page]:
        """Look at each address once, for at most so many seconds in all; never fails."""


@dataclass(frozen=True)
class Warranted:
    """A plan whose links were looked at.

    Attributes:
        figures: `proposed` and `alive` of the first proposal, `replaced`, `dropped`, and
            `by_reason` for what was not good.
    """

    roadmap: Roadmap
    figures: dict[str, Any]


async def warrant(
    roadmap: Roadmap,
    request: PlanRequest,
    *,
    web: Looks,
    model: Asks | None,
    person: str,
    catalogue: Catalogue | None = None,
    own_words: OwnWords | None = None,
    progress: Progress | None = None,
    seconds: float = SECONDS,
) -> Warranted:
    """Look at every link of a plan, and return the plan with those that are good.

    Args:
        roadmap: As it was proposed.
        request: The learner's wish.
        web: Looks at pages.
        model: Is asked once for replacements; None for none.
        person: As `Asks.ask` takes it.
        catalogue: What the database knows of living pages on the request's topic.
        own_words: What the learner named. Links that may be theirs are kept unchecked where they do
            not answer us, and marked, so that nobody else gets them.
        progress: Is told the per cent of the warranty that is done.
        seconds: How long all of it may take.

    Raises:
        NoLongerNeeded: as `model.ask` and `progress` do.
    """
    course = _Course(roadmap, request, web, own_words or OwnWords(), seconds)
    await course.look(_FIRST_LOOK)
    if progress is not None:
        await progress(50)
    if model is not None and course.wanted():
        await course.ask(model, person)
    if progress is not None:
        await progress(80)
    if course.wanted():
        await course.search(catalogue)
    if progress is not None:
        await progress(100)
    return course.result()


class _Course:
    """The links of one plan, by the number of their task."""

    def __init__(
        self,
        roadmap: Roadmap,
        request: PlanRequest,
        web: Looks,
        own_words: OwnWords,
        seconds: float,
    ) -> None:
        self._roadmap = roadmap
        self._request = request
        self._web = web
        self._own_words = own_words
        self._seconds = seconds
        self._ends = _now() + seconds
        self._tasks = [task for week in roadmap.weeks for task in week.tasks]
        self._kept: list[list[Link | None]] = [[] for _ in self._tasks]
        self._failed: dict[str, str] = {}
        self._proposed = self._alive = self._replaced = 0
        self._reasons: Counter[str] = Counter()

    async def look(self, share: float) -> None:
        """Look at what was proposed."""
        links = [link for task in self._tasks for link in task.resources]
        pages, at = await self._pages((link.url for link in links), share)
        for number, task in enumerate(self._tasks):
            for link in task.resources:
                page = pages[link.url]
                reason = self._reason(number, link, page)
                is_private = self._is_private(link.url)
                good = None if reason else self._checked(link, page, at)
                if is_private and good is None and page.verdict is Verdict.UNCLEAR:
                    # Their own page may open for them alone.
                    good = link.model_copy(update={"private": True})
                self._kept[number].append(good)
                if reason:
                    self._failed[link.url] = reason
                if not is_private:
                    self._proposed += 1
                    self._alive += not reason
                    self._reasons[reason] += 1

    def wanted(self) -> list[Wanted]:
        """The tasks that lost a link, with what was wrong."""
        return [
            replacements.Wanted(
                ref=number,
                title=task.title,
                failed=tuple(
                    (link, self._failed[link.url])
                    for link, kept in zip(task.resources, self._kept[number], strict=True)
                    if kept is None
                ),
            )
            for number, task in enumerate(self._tasks)
            if None in self._kept[number]
        ]

    async def ask(self, model: Asks, person: str) -> None:
        """Ask the model once for other pages, and look at those."""
        asked = self.wanted()[: replacements.MOST_ASKED]
        messages = replacements.messages(self._request, asked)
        try:
            async with asyncio.timeout(self._until(_ASKING)):
                reply = await model.ask(
                    messages, replacements.Replacements, person=person, search=True
                )
        except (LearnbaseError, TimeoutError):
            return  # the plan is good without
        offered = replacements.offered(reply.value, reply.citations, asked)
        fresh = [(ref, link) for ref, link in offered if link.url not in self._failed]
        pages, at = await self._pages((link.url for _, link in fresh), 0.95)
        for ref, link in fresh:
            page = pages[link.url]
            if reason := self._reason(ref, link, page):
                self._failed[link.url] = reason
            else:
                self._fill(ref, self._checked(link, page, at))

    async def search(self, catalogue: Catalogue | None) -> None:
        """Put pages of the catalogue where a task is left without any."""
        known = await self._known(catalogue)
        bare = [want for want in self.wanted() if not any(self._kept[want.ref])]
        chosen = [
            (want.ref, found)
            for want in bare
            for found in replacements.fitting(self._tasks[want.ref], known, self._request.topic)
            if found.url not in self._failed
        ]
        unseen = {found.url for _, found in chosen if not self._is_fresh(found)}
        pages, at = await self._pages(unseen, 1.0)
        for ref, found in chosen:
            link = Link(type=found.type, title=found.title, url=found.url)
            if found.url not in pages:
                update = {"status": found.status, "checked_at": found.checked_at}
                self._fill(ref, link.model_copy(update=update))
            elif pages[found.url].is_alive:
                self._fill(ref, self._checked(link, pages[found.url], at))

    def result(self) -> Warranted:
        """The plan with its good links, and how it went."""
        dropped = sum(links.count(None) for links in self._kept)
        good = iter([tuple(link for link in links if link is not None) for links in self._kept])
        weeks = tuple(
            week.model_copy(
                update={
                    "tasks": tuple(
                        task.model_copy(update={"resources": _once(next(good))})
                        for task in week.tasks
                    )
                }
            )
            for week in self._roadmap.weeks
        )
        del self._reasons[""]
        figures = {
            "proposed": self._proposed,
            "alive": self._alive,
            "replaced": self._replaced,
            "dropped": dropped,
            "by_reason": dict(sorted(self._reasons.items())),
        }
        return Warranted(self._roadmap.model_copy(update={"weeks": weeks}), figures)

    async def _known(self, catalogue: Catalogue | None) -> Sequence[CatalogueLink]:
        found = list(replacements.built_in(self._request))
        if catalogue is None:
            return found
        try:
            async with asyncio.timeout(self._until(1.0)):
                return [*await catalogue(self._request), *found]
        except (LearnbaseError, TimeoutError):
            return found

    async def _pages(
        self, urls: Iterable[str], share: float
    ) -> tuple[Mapping[str, Page], datetime]:
        pages = await self._web.look_all(urls, seconds=self._until(share))
        return pages, datetime.now(UTC)

    def _until(self, share: float) -> float:
        """Seconds until so much of the time is over."""
        return max(0.0, self._ends - self._seconds * (1 - share) - _now())

    def _reason(self, number: int, link: Link, page: Page) -> str:
        """What is wrong with a link, as a code; nothing where it is good."""
        if not page.is_alive:
            return page.reason
        task = self._tasks[number]
        return title_fit.misfit(
            promised=link.title,
            topic=f"{self._request.topic} {task.title}",
            title=page.title,
            url=page.final_url,
            language=self._request.language,
        )

    def _checked(self, link: Link, page: Page, at: datetime) -> Link:
        """The link as it was found: where it led, and what the page calls itself."""
        try:
            url = canonical_url(page.final_url)
        except BadAddress:
            url = link.url
        is_video = url.startswith(_VIDEO_HOSTS)
        kind = link.type
        if is_video != (kind is ResourceType.YOUTUBE):
            kind = ResourceType.YOUTUBE if is_video else ResourceType.OTHER
        private = True if self._is_private(link.url) or self._is_private(url) else None
        found = {"type": kind, "title": page.title or link.title, "url": url}
        seen = {"status": page.status, "checked_at": at, "private": private}
        try:
            return Link.model_validate(link.model_dump() | found | seen)
        except ValidationError:  # a title of nothing that can be seen
            return link.model_copy(update={"type": kind, "url": url} | seen)

    def _fill(self, ref: int, link: Link) -> None:
        links = self._kept[ref]
        if None in links and all(other is None or other.url != link.url for other in links):
            links[links.index(None)] = link
            self._replaced += 1

    def _is_private(self, url: str) -> bool:
        return self._own_words.name(url)

    def _is_fresh(self, found: CatalogueLink) -> bool:
        return found.checked_at is not None and datetime.now(UTC) - found.checked_at < _GOOD_FOR


def _once(links: Iterable[Link]) -> tuple[Link, ...]:
    return tuple({link.url: link for link in links}.values())


def _now() -> float:
    return asyncio.get_running_loop().time()
