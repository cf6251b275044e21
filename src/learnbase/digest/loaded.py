"""What the database knows of a learner's week, as `weekly_summary` loads it."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 (pydantic reads the annotations)
from uuid import UUID  # noqa: TC003

from pydantic import AwareDatetime  # noqa: TC002

from learnbase.digest.context import (
    CatchUp,
    Count,
    Fit,
    Line,
    Milestone,
    Name,
    Part,
    Share,
    Task,
    Week,
)


class LoadedPlan(Part):
    """A plan of the learner's, their own or one that they follow."""

    plan_id: UUID
    topic: Line
    tasks_due: tuple[Task, ...]
    overdue: tuple[Task, ...]
    finished_last_week: tuple[Task, ...]
    completion: Share
    current_week: Week | None
    next_milestone: Milestone | None
    feasibility: Fit | None
    catch_up: CatchUp | None


class Loaded(Part):
    """A learner's week.

    Attributes:
        active_days: The days on which something was learnt, as far back as a streak may go.
        days_off: From and to, both included.
        quiet_weeks: How many letters in a row said that nothing is due.
    """

    now: AwareDatetime
    time_zone: str
    locale: str
    name: Name
    plans: tuple[LoadedPlan, ...]
    active_days: frozenset[dt.date]
    days_off: tuple[tuple[dt.date, dt.date], ...]
    quiet_weeks: Count
