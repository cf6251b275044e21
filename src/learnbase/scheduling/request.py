"""What the scheduler is given: the one document that the database loads."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - pydantic reads it
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

MinuteOfDay = Annotated[int, Field(ge=0, le=1440)]
Minutes = Annotated[int, Field(ge=0, le=1_000_000)]


class _Part(BaseModel):
    # A newer database may send more than this worker knows.
    model_config = ConfigDict(
        frozen=True, extra="ignore", hide_input_in_errors=True, populate_by_name=True
    )


class NamedWindow(_Part):
    """A weekly window: minutes of the local day, on an ISO weekday."""

    weekday: Annotated[int, Field(ge=1, le=7)]
    starts: Annotated[MinuteOfDay, Field(alias="from")]
    ends: Annotated[MinuteOfDay, Field(alias="to")]


class Habits(_Part):
    """Availability as the learner named it; no windows for the defaults of their hours."""

    windows: tuple[NamedWindow, ...] = ()
    days_off: tuple[tuple[dt.date, dt.date], ...] = ()
    shortest: Annotated[int, Field(ge=5, le=1440)] = 25
    longest: Annotated[int, Field(ge=5, le=1440)] = 90
    daily_ceiling: Annotated[int, Field(ge=0)] | None = None


class Task(_Part):
    """A task, in the plan's order; minutes are estimates, `spent` is what was worked so far."""

    task_id: str
    title: str
    week: int = 1
    minutes: Minutes
    spent: Minutes = 0
    done: bool = False
    set_aside: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it wants sessions."""
        return not (self.done or self.set_aside)


class Session(_Part):
    """A session that is there."""

    id: str
    task_id: str
    part: int
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    pinned: bool = False


class ScheduleRequest(_Part):
    """All that a schedule depends on; see `schedule.make`."""

    plan_id: str = ""
    kind: Literal["schedule", "catch_up"] = "schedule"
    now: AwareDatetime
    time_zone: str
    start_date: dt.date
    deadline_date: dt.date | None = None
    weekly_hours: Annotated[int, Field(ge=0, le=168)]
    availability: Habits = Habits()
    busy: tuple[tuple[AwareDatetime, AwareDatetime], ...] = ()
    worked: tuple[tuple[int, int], ...] = ()
    tasks: tuple[Task, ...] = ()
    sessions: tuple[Session, ...] = ()
