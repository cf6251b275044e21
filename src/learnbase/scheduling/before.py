"""Whether a plan would fit, asked before there is one: no model is asked, nothing is saved."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from learnbase.errors import UsageError
from learnbase.planning import builtin
from learnbase.planning.budget import NoTime
from learnbase.planning.curriculum import GENERAL
from learnbase.planning.request import LearningStyle, PlanRequest, SkillLevel
from learnbase.planning.text import Title  # noqa: TC001 - pydantic reads it
from learnbase.scheduling.catch_up import settled
from learnbase.scheduling.local_time import WallClock, date_of, day_of, minute_of
from learnbase.scheduling.pace import learnt_pace
from learnbase.scheduling.request import Habits, ScheduleRequest, Task
from learnbase.scheduling.schedule import frame_of, judged
from learnbase.scheduling.work import work

if TYPE_CHECKING:
    from collections.abc import Mapping

_ASKED = {"topic", "skill_level", "weekly_hours", "learning_style", "language"}


class KnownHabits(Habits):
    """What is known of whoever asks: their availability, zone, busy times and finished tasks."""

    time_zone: str = "UTC"
    busy: tuple[tuple[AwareDatetime, AwareDatetime], ...] = ()
    worked: tuple[tuple[int, int], ...] = ()


class BeforeRequest(BaseModel):
    """The form for a new plan, and who fills it in.

    Attributes:
        start_date: The first day; None for today where the learner lives.
        availability: As `rpc/my_availability` answers it.
        now: When this is asked.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    topic: Title
    skill_level: SkillLevel
    weekly_hours: Annotated[int, Field(ge=0, le=80)]
    learning_style: LearningStyle
    start_date: Annotated[dt.date, Field(ge=dt.date(1970, 1, 1), lt=dt.date(2200, 1, 1))] | None = (
        None
    )
    deadline_date: dt.date | None = None
    language: str | None = None
    availability: KnownHabits = KnownHabits()
    now: AwareDatetime


def before(asked: BeforeRequest | Mapping[str, Any]) -> dict[str, Any]:
    """Answer the feasibility of a plan that is not there.

    What it needs is what the built-in planner would make of the same wish without a deadline.

    Returns:
        The document of `schedule.make`'s "feasibility", with the "basis": "curriculum" where the
        topic is known, else "general". Tasks have titles and no ids. "plan" says what would be
        made all the same: "weeks", "minutes", and what is "left_out"; None where there is no time.

    Raises:
        UsageError: the deadline has passed.
        pydantic.ValidationError: the form is not filled in as it should be.
    """
    request = asked if isinstance(asked, BeforeRequest) else BeforeRequest.model_validate(asked)
    known = request.availability
    today = date_of(WallClock(known.time_zone).day(minute_of(request.now)))
    if request.deadline_date is not None and request.deadline_date < today:
        raise UsageError(
            "The deadline has passed",
            remedy="Choose today or a later day",
            field="deadline_date",
            code="invalid_deadline_date",
        )
    start = request.start_date or today
    wish = request.model_dump(mode="json", include=_ASKED, exclude_none=True)
    # Nought hours are an honest answer here, with what would help; a plan needs one.
    wish |= {"start_date": start, "weekly_hours": max(1, request.weekly_hours)}
    roadmap = builtin.plan(PlanRequest.model_validate(wish))
    tasks = [task for week in roadmap.weeks for task in week.tasks]
    scheduled = ScheduleRequest(
        now=request.now,
        time_zone=known.time_zone,
        start_date=start,
        deadline_date=request.deadline_date,
        weekly_hours=request.weekly_hours,
        availability=known,
        busy=known.busy,
        tasks=tuple(
            Task(task_id=str(order), title=task.title, minutes=task.minutes)
            for order, task in enumerate(tasks)
        ),
    )
    pace = learnt_pace(known.worked)
    left = work(scheduled.tasks, (), pace=pace, now=minute_of(request.now))
    frame = frame_of(scheduled, left)
    deadline = None if request.deadline_date is None else day_of(request.deadline_date)
    placement = settled(left, frame, deadline=deadline, is_catch_up=False)
    found = judged(scheduled, left, frame, placement)
    basis = "general" if roadmap.method == GENERAL else "curriculum"
    return _without_ids(found) | {"pace": pace, "basis": basis, "plan": _cut(request, wish)}


def _cut(request: BeforeRequest, wish: dict[str, Any]) -> dict[str, Any] | None:
    """What the planner would make all the same: what there is time for until the deadline."""
    wish = wish | {"weekly_hours": request.weekly_hours, "deadline_date": request.deadline_date}
    try:
        roadmap = builtin.plan(PlanRequest.model_validate(wish))
    except NoTime:
        return None
    return {
        "weeks": len(roadmap.weeks),
        "minutes": sum(task.minutes for week in roadmap.weeks for task in week.tasks),
        "left_out": list(roadmap.left_out),
    }


def _without_ids(found: dict[str, Any]) -> dict[str, Any]:
    """Nothing has an id yet."""
    return found | {
        "unplaced": [task | {"task_id": None} for task in found["unplaced"]],
        "choices": [
            choice | {"task_ids": []} if "task_ids" in choice else choice
            for choice in found["choices"]
        ],
    }
