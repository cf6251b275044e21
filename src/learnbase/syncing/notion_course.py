"""What exporting to Notion and removing an export have in common."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Any

from learnbase.errors import LearnbaseError
from learnbase.exporting.actions import Create, Delete, Sent, Update
from learnbase.services.notion_refusals import OutcomeUnknown, Refused
from learnbase.syncing.convoy import Convoy, Step
from learnbase.syncing.holdings import Holdings
from learnbase.syncing.notion_database import Database
from learnbase.syncing.notion_pages import Pages
from learnbase.syncing.outcome import Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from learnbase.exporting.actions import Action
    from learnbase.exporting.notion import Page
    from learnbase.services.notion import Notion
    from learnbase.syncing.notion_database import Place
    from learnbase.syncing.recorder import Recorder

Json = dict[str, Any]

NO_TIME = dt.timedelta(0)
_A_WHILE = dt.timedelta(seconds=5)
_MOST_REFUSED = 3  # pages, and none taken: then it is not about a page


class Course:
    """One slice of an export's way.

    Attributes:
        wait: How long to leave it alone before what is in doubt can be looked for.
        is_unfinished: Whether another slice is needed right away.
        changed: What this run has done, slices before this one included.
        before: The same when this slice began.
        refused: A sentence for each page that Notion does not take.
    """

    def __init__(
        self,
        loaded: Json,
        notion: Notion,
        books: Recorder,
        *,
        now: Callable[[], dt.datetime],
        lag: dt.timedelta,
        until: dt.datetime,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            loaded: what `worker.load_export` answered.
            notion: the learner's.
            books: where each step is recorded.
            now: tells the time, UTC.
            lag: how long the service's lists may not show what was written.
            until: when the slice ends.
        """
        export = loaded["export"]
        self.topic = str(export["topic"])
        self.confirmed = bool(export.get("confirmed"))
        self.notion = notion
        self.books = books
        self.holdings = Holdings(loaded.get("items") or (), now, lag)
        self.database = Database(notion, books, export, now=now, lag=lag)
        self.pages: dict[str, Page] = {}
        self.listed: dict[str, Json] = {}
        self.before: Counter[str] = Counter(export.get("changed") or {})
        self.changed = self.before.copy()
        self.refused: list[str] = []
        self.wait = NO_TIME
        self.is_unfinished = False
        self.done = 0
        self.total = 0
        self._now = now
        self._until = until

    def is_over(self) -> bool:
        """Whether the slice is."""
        return self._now() >= self._until

    def wait_for(self, wait: dt.timedelta) -> None:
        """Leave it alone for so long at least, before it ends well."""
        self.wait = max(self.wait, wait)

    async def record(self, items: Iterable[Sent]) -> None:
        """Write down what is known, and how far it is; of several words on a thing the last."""
        known = {item.key: item for item in [*self.holdings.news, *items]}
        self.holdings.news.clear()
        await self.books.record(
            items=known.values(), done=self.done, total=self.total, changed=self.changed
        )

    async def carry_out(self, actions: Iterable[Action], place: Place) -> bool:
        """Carry actions out; answers whether there was time for all of them."""
        voyage = _Voyage(self, place)
        convoy = Convoy(voyage.carry, self.record, self.is_over, voyage.facts)
        steps = [step for action in actions if (step := self._step(action, place)) is not None]
        return await convoy.run(steps)

    def _step(self, action: Action, place: Place) -> Step | None:
        match action:
            case Create(key):
                announced = self._announced(key, None, place)
                return Step(action, announced, Sent(key, "gone"))
            case Update(key, page_id):
                before = self.holdings.items.get(key, Sent(key, "gone"))
                return Step(action, self._announced(key, page_id, place), before)
            case Delete(key, page_id):
                before = self.holdings.items[key]
                return Step(action, Sent(key, "removing", page_id), before)
            case _:
                return None

    def _announced(self, key: str, page_id: str | None, place: Place) -> Sent:
        page = self.pages[key]
        return Sent(key, "sending", page_id, page.hash(place.columns), page.body_hash)


class _Voyage:
    """Carries single steps, and knows what becomes of each."""

    def __init__(self, course: Course, place: Place) -> None:
        self._course = course
        self.facts: list[Sent] = []
        self._told: set[str] = set()
        self._pages = Pages(course.notion, place, self._tell, course.books.check)

    def _tell(self, item: Sent) -> None:
        self.facts.append(item)
        self._told.add(item.key)

    async def carry(self, step: Step) -> None:
        course, key = self._course, step.action.key
        try:
            deed = await self._do(step)
        except OutcomeUnknown:
            made = isinstance(step.action, Create) and key not in self._told
            course.wait_for(course.holdings.lag if made else _A_WHILE)
            return
        except Refused as problem:
            self._refused(step, problem)
            return
        except LearnbaseError:
            # That nothing was made is certain; what else was begun is done again without harm.
            if isinstance(step.action, Create) and key not in self._told:
                self._tell(step.before)
            raise
        if deed == "gone":
            course.is_unfinished = True
            return
        course.changed[deed] += 1
        course.done += 1

    async def _do(self, step: Step) -> str:
        course = self._course
        match step.action:
            case Create(key):
                return await self._pages.create(course.pages[key])
            case Update(key, page_id):
                return await self._pages.update(course.pages[key], page_id, step.before)
            case Delete(key, page_id):
                return await self._pages.delete(key, page_id, course.listed.get(page_id))
            case _:
                raise TypeError(step.action)

    def _refused(self, step: Step, problem: Refused) -> None:
        """A page that is not taken keeps no other from being sent."""
        course, key = self._course, step.action.key
        if key not in self._told:
            undone = Sent(key, "sent", step.before.external_id)
            self._tell(undone if step.before.external_id else step.before)
        title = course.pages[key].title if key in course.pages else course.topic
        course.refused.append(f"“{title}” was left as it is: {problem.message}")
        if len(course.refused) >= _MOST_REFUSED and not course.changed.total():
            raise Stopped("refused", problem.message, remedy="Tell us: nothing is lost meanwhile")
