"""Plans move, learners tick and delete, exports run and fail; a simple model says what is there."""

from __future__ import annotations

import datetime as dt
import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from tests.fakes.google import FAULTS, PART_FAULTS, Google
from tests.fakes.oauth import Clock
from tests.syncing.google_site import Site, a_course, key, move, task_of, tick

BEGINNING = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC).timestamp()
LESSONS = 3
lessons = st.integers(0, LESSONS - 1)
QUICK = sorted(FAULTS.keys() - {"never answers"})


class Exports(RuleBasedStateMachine):
    """The model: which events should be there, and which the learner took away."""

    @initialize()
    def begin(self) -> None:
        self.google = Google(clock=Clock(BEGINNING))
        self.google.__enter__()
        self.site = Site(self.google)
        self.plan = a_course(LESSONS)
        self.shown: dict[str, str] = {}
        self.taken_away: dict[str, str] = {}
        self.own: set[str] = set()
        self._export()

    def teardown(self) -> None:
        self.google.__exit__()

    @rule(lesson=lessons, days=st.integers(1, 300))
    def the_schedule_moves(self, lesson: int, days: int) -> None:
        move(self.plan, lesson, days)

    @rule(lesson=lessons)
    def the_learner_ticks(self, lesson: int) -> None:
        tick(self.plan, lesson)

    @rule(lesson=lessons, text=st.text(max_size=5))
    def the_learner_edits_the_task(self, lesson: int, text: str) -> None:
        task_of(self.plan, lesson)["description"] = text

    @rule(lesson=lessons)
    def the_learner_deletes_an_event(self, lesson: int) -> None:
        if key(lesson) in self.shown and len(self.shown) > 1:
            self.google.delete_event(key(lesson))
            self.taken_away[key(lesson)] = self.shown.pop(key(lesson))

    @rule(lesson=lessons)
    def the_learner_writes_into_an_event(self, lesson: int) -> None:
        if key(lesson) in self.shown:
            self.google.edit_event(key(lesson), location="The library")

    @rule(lesson=lessons)
    def the_learner_copies_an_event(self, lesson: int) -> None:
        if key(lesson) in self.shown:
            self.own.add(self.google.copy_event(key(lesson)))

    @rule()
    def the_bin_is_emptied(self) -> None:
        self.google.forget_deleted()

    @precondition(lambda self: self.shown)
    @rule(
        fault=st.sampled_from(QUICK),
        number=st.integers(1, 3),
        part=st.sampled_from([None, *sorted(PART_FAULTS)]),
        record=st.none() | st.integers(0, 3),
    )
    def an_export_runs(self, fault: str, number: int, part: str | None, record: int | None) -> None:
        self.site.meet(fault, number=number)
        if part is not None:
            self.google.part(number, *PART_FAULTS[part])
        self.site.books.kill_after = record and len(self.site.books.reports) + record
        self._export()

    def _export(self) -> None:
        self.site.outcomes.clear()
        assert self.site.export(self.plan)["status"] == "succeeded"
        for number in range(LESSONS):
            starts = task_of(self.plan, number)["sessions"][0]["starts_at"]
            if self.taken_away.get(key(number)) != starts:
                self.taken_away.pop(key(number), None)
                self.shown[key(number)] = starts

    @invariant()
    def the_calendar_is_as_the_model_says(self) -> None:
        if not hasattr(self, "site"):
            return
        events = self.google.events(self.site.calendar)
        assert events.keys() == self.shown.keys()
        for session, starts in self.shown.items():
            told = dt.datetime.fromisoformat(events[session]["start"]["dateTime"])
            assert told == dt.datetime.fromisoformat(starts)
        assert not self.google.doubled()
        assert self.own <= self.google.theirs(self.site.calendar).keys()
        assert len(self.site.made()) == 1
        assert not self.google.violations


TestExports = Exports.TestCase
TestExports.settings = settings(
    max_examples=15,
    stateful_step_count=20,
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
