"""Any history of plan edits, edits in Notion, exports, kills and faults, against a simple model."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.fakes.notion import Notion
from tests.fakes.notion_world import Database
from tests.fakes.oauth import Clock
from tests.syncing.notion_side import Learner

LAG = 10
NOON = 1_800_000_000.0
MOODS = [
    ("busy", 60),
    ("conflict", None),
    ("error", 502),
    ("unauthorized", None),
    ("drop", None),
    ("commit_then_drop", None),
    ("commit_then_error", 504),
    ("garbage", None),
]
places = st.integers(0, 30)


class Exports(RuleBasedStateMachine):
    """The model: what the plan wants, which pages hold the learner's notes, what they trashed."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock(NOON)
        self.fake = Notion(clock=self.clock, lag=LAG)
        self.fake.__enter__()
        self.learner = Learner(self.fake, self.clock, tasks=0)
        self.made = 0
        self.notes: list[Any] = []
        self.own: list[Any] = []

    def teardown(self) -> None:
        self.fake.calm()
        self._export()
        self.learner.expect_all()
        assert self._rewritten() == []
        self.fake.__exit__(None, None, None)

    def _export(self) -> None:
        ended = self.learner.run()
        if ended["status"] == "stopped":
            assert ended["needs"] == "word", ended
            ended = self.learner.run(confirmed=True)
        assert ended["status"] == "succeeded", ended

    def _rewritten(self) -> list[Any]:
        """What an export writes though nothing changed."""
        self.clock.advance(2 * LAG)
        self.fake.forget()
        assert self.learner.run()["status"] == "succeeded"
        return self.fake.writes

    def _one(self, place: int) -> dict[str, Any]:
        return self.learner.tasks[place % len(self.learner.tasks)]

    def has_tasks(self) -> bool:
        return bool(self.learner.tasks)

    def pages(self) -> list[Any]:
        return list(self.fake.pages().values())

    def has_pages(self) -> bool:
        return bool(self.pages())

    def has_database(self) -> bool:
        return any(self.fake.world.lives(one) for one in self.fake.world.every(Database))

    @rule(count=st.integers(1, 4))
    def tasks_are_added(self, count: int) -> None:
        for _ in range(count):
            self.learner.tasks.append(Learner.a_task(self.made))
            self.made += 1

    @precondition(has_tasks)
    @rule(place=places)
    def a_task_is_ticked(self, place: int) -> None:
        self._one(place)["status"] = "completed"

    @precondition(has_tasks)
    @rule(place=places, number=st.integers(0, 9))
    def a_task_is_described_anew(self, place: int, number: int) -> None:
        self._one(place)["description"] = f"Description {number}"

    @precondition(has_tasks)
    @rule(place=places)
    def a_task_goes(self, place: int) -> None:
        self.learner.tasks.remove(self._one(place))

    @precondition(has_pages)
    @rule(place=places)
    def a_page_is_trashed(self, place: int) -> None:
        # A page that was made a moment ago is believed to be there: lists would not show it yet.
        self.clock.advance(2 * LAG)
        page = self.pages()[place % len(self.pages())]
        self.fake.trash_page(page)
        self.notes = [note for note in self.notes if note.above != page.id]

    @precondition(has_pages)
    @rule(place=places)
    def the_learner_writes_a_note(self, place: int) -> None:
        self.clock.advance(61)
        page = self.pages()[place % len(self.pages())]
        self.notes.append(self.fake.add_block(page, "My note"))
        self.fake.edit_page(page)

    @precondition(has_database)
    @rule()
    def the_learner_adds_a_page_of_their_own(self) -> None:
        self.own.append(self.fake.add_page("Mine"))

    @precondition(has_database)
    @rule(title=st.sampled_from(["Due Date", "Status", "Week"]))
    def a_column_is_deleted(self, title: str) -> None:
        if self.fake.source().column(title):
            self.fake.delete_property(title)

    @precondition(has_database)
    @rule(title=st.sampled_from(["Due Date", "Status", "Week", "Learnbase ID"]))
    def a_column_is_renamed(self, title: str) -> None:
        if self.fake.source().column(title) and not self.fake.source().column(f"{title}, mine"):
            self.fake.rename_property(title, f"{title}, mine")

    @precondition(has_database)
    @rule()
    def the_database_is_trashed(self) -> None:
        self.fake.trash_database()
        self.notes, self.own = [], []

    @rule()
    def it_is_exported(self) -> None:
        self._export()
        self.learner.expect_all()

    @rule(call=st.integers(1, 12), mood=st.sampled_from(MOODS))
    def it_is_exported_in_a_mood(self, call: int, mood: tuple[str, float | None]) -> None:
        self.fake.calm()
        self.fake.at(call, mood[0], mood[1])
        self._export()
        self.learner.expect_all()

    @rule(ahead=st.integers(0, 4), moment=st.sampled_from(["before", "after"]))
    def it_is_killed_at_a_record(self, ahead: int, moment: str) -> None:
        setattr(self.learner.books, f"kill_{moment}", len(self.learner.books.reports) + ahead)
        self._export()
        self.learner.books.kill_before = self.learner.books.kill_after = None
        self.learner.expect_all()

    @rule(seconds=st.integers(1, 100))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @invariant()
    def nothing_is_doubled_and_nothing_of_theirs_is_lost(self) -> None:
        assert self.fake.doubled() == []
        assert self.fake.violations == []
        assert all(self.fake.world.lives(one) for one in [*self.notes, *self.own])


Exports.TestCase.settings = settings(
    max_examples=int(os.environ.get("LEARNBASE_HISTORIES", "10")),
    stateful_step_count=20,
    deadline=None,
    derandomize=not os.environ.get("LEARNBASE_HISTORIES"),
    print_blob=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking takes minutes
)
TestExports = Exports.TestCase
