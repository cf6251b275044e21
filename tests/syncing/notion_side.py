"""A learner with a plan, books, and the fake Notion: exports slice by slice, as the worker does."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import TYPE_CHECKING, Any

from learnbase.errors import Unavailable
from learnbase.services import notion as service
from learnbase.services.connections import ReconnectNeeded
from learnbase.services.pace import Pace
from learnbase.syncing import notion
from learnbase.syncing.recorder import Recorder
from tests.exporting.plans import a_plan, a_task
from tests.syncing.books import Books, Killed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.notion import Notion
    from tests.fakes.notion_world import Page
    from tests.fakes.oauth import Clock

Json = dict[str, Any]
LAG = dt.timedelta(seconds=15)
MOST_SLICES = 40


class Tokens:
    """A token, and perhaps the one after it."""

    def __init__(self, *tokens: str) -> None:
        self.left = list(tokens)
        self.refused: list[str] = []

    async def current(self) -> str:
        return self.left[0]

    async def after_refusal(self, refused: str) -> str:
        self.refused.append(refused)
        if len(self.left) > 1:
            self.left.pop(0)
        return self.left[0]

    async def ended(self, refused: str) -> ReconnectNeeded:
        assert refused == self.left[0]
        return ReconnectNeeded("notion")


class Job:
    msg_id = read_ct = 1


class Learner:
    """Exports the plan of some tasks to the fake.

    Attributes:
        document: The plan, to be edited.
        books: What is recorded.
        ended: How each slice ended.
        patience: Seconds to wait for an answer.
        stop: Is given the next slice, to end it in the middle.
    """

    def __init__(self, fake: Notion, clock: Clock, tasks: int = 3) -> None:
        self.fake = fake
        self.clock = clock
        self.document = a_plan(*(self.a_task(number) for number in range(tasks)))
        self.books = Books(clock)
        self.tokens = Tokens(fake.token())
        self.parent: Json | None = None
        self.ended: list[Json] = []
        self.patience = 5.0
        self.stop: Callable[[asyncio.Task[Json]], None] | None = None

    @staticmethod
    def a_task(number: int, **changed: Any) -> Json:
        return a_task(f"Task {number}", order=number + 1, **changed)

    @property
    def tasks(self) -> list[Json]:
        tasks: list[Json] = self.document["weeks"][0]["tasks"]
        return tasks

    def slice(
        self,
        action: str = "export",
        *,
        confirmed: bool = False,
        length: float = 20,
    ) -> Json:
        """Run one slice; what it raises is raised."""
        document = self.document if action == "export" else None
        stop, self.stop = self.stop, None
        loaded = self.books.loaded(document, action=action, confirmed=confirmed, parent=self.parent)

        async def run() -> Json:
            async with service.connections(self.fake.url, patience=self.patience) as http:
                client = service.Notion(
                    self.tokens, http, Pace(5000), pause=_at_once, chance=lambda: 0.0
                )
                task = asyncio.ensure_future(
                    notion.run(
                        loaded,
                        client,
                        Recorder(self.books, "q", Job()),
                        self.books.now,
                        lag=LAG,
                        length=dt.timedelta(seconds=length),
                    )
                )
                if stop is not None:
                    stop(task)
                return await task

        ended = asyncio.run(run())
        self.ended.append(ended)
        return ended

    def run(self, action: str = "export", *, confirmed: bool = False) -> Json:
        """Run until it ends, as the queue does: again when it was killed or Notion was away."""
        self.books.changed = {}
        for _ in range(MOST_SLICES):
            try:
                ended = self.slice(action, confirmed=confirmed)
            except (Killed, Unavailable, asyncio.CancelledError):
                self.books.kill_before = self.books.kill_after = None
                self.clock.advance(1)
                continue
            if ended["status"] == "later":
                self.clock.advance(ended["seconds"])
            elif ended["status"] != "more":
                return ended
        raise AssertionError(self.ended[-3:])

    def expect_all(self) -> None:
        """Outside is what the plan wants, once, and the books know it."""
        assert self.fake.doubled() == []
        assert self.fake.violations == []
        pages = self.pages()
        assert pages.keys() == {task["task_id"] for task in self.tasks}
        for task in self.tasks:
            page = pages[task["task_id"]]
            assert self.books.rows[task["task_id"]]["external_id"] == page.id
            values = self.fake.world.named(page)
            assert (values["Task"], values["Status"]) == (task["title"], self.status(task))
            assert self.boxes(page) == [task["description"]], task["title"]
        assert self.books.rows.keys() == pages.keys()
        assert self.books.doubtful == []

    def pages(self) -> dict[str, Page]:
        return self.fake.pages()

    def values(self) -> dict[str, Json]:
        """The rows in plain words, by their markers."""
        return {key: self.fake.world.named(page) for key, page in self.pages().items()}

    def page(self, number: int) -> Page:
        return self.fake.pages()[self.tasks[number]["task_id"]]

    @staticmethod
    def status(task: Json) -> str:
        names = {"not_started": "Not started", "in_progress": "In progress", "completed": "Done"}
        return names[task["status"]]

    @staticmethod
    def boxes(page: Page) -> list[str]:
        """The description in each box on a page."""
        return [
            "\n\n".join(
                one.text for one in box.children if one.type == "paragraph" and not one.in_trash
            )
            for box in page.blocks
            if box.type == "callout" and not box.in_trash
        ]


async def _at_once(_: float) -> None:
    await asyncio.sleep(0)
