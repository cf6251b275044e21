"""The weekly letter: what this week holds, how far its reader is, what slipped."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 (pydantic reads the annotations)
from typing import TYPE_CHECKING
from uuid import UUID  # noqa: TC003

from learnbase.digest import context
from learnbase.digest.context import (  # noqa: TC001
    CatchUp,
    Count,
    Fit,
    Line,
    Milestone,
    Minutes,
    Share,
    Task,
    Week,
)
from learnbase.digest.forms import whole_percent

if TYPE_CHECKING:
    from collections.abc import Iterator


class PlanThisWeek(context.Part):
    """What a plan holds this week; what there was no room for is a number."""

    plan_id: UUID
    topic: Line
    completion: Share
    current_week: Week | None
    tasks: tuple[Task, ...]
    more_tasks: Count
    overdue: tuple[Task, ...]
    more_overdue: Count
    next_milestone: Milestone | None
    feasibility: Fit | None
    catch_up: CatchUp | None

    @property
    def percent(self) -> int:
        """How much of it is done, in whole percent."""
        return whole_percent(self.completion)


class Context(context.Context):
    """What the weekly letter is made of; `learnbase.digest.summary` makes it."""

    week_begins: dt.date
    week_ends: dt.date
    plans: tuple[PlanThisWeek, ...]
    more_plans: Count
    tasks_due: Count
    minutes_due: Minutes
    overdue: Count
    finished: Count
    finished_minutes: Minutes
    finished_titles: tuple[Line, ...]
    streak_days: Count
    streak_weeks: Count

    def needs(self) -> Iterator[str]:
        """Each plan is opened, each shown task ticked, each catch-up accepted."""
        for plan in self.plans:
            yield f"plan:{plan.plan_id}"
            if plan.catch_up:
                yield f"catch_up:{plan.catch_up.id}"
            for task in (*plan.tasks, *plan.overdue):
                yield f"tick:{task.task_id}"
        if self.more_plans:
            yield "home"
