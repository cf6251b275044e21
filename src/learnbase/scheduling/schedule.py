"""A learner's schedule of one plan: the one entry for who loads and saves it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from learnbase.scheduling.availability import Availability, Window, default_windows
from learnbase.scheduling.catch_up import settled
from learnbase.scheduling.choices import Question, choices
from learnbase.scheduling.feasibility import feasibility, iso, why_not
from learnbase.scheduling.local_time import WallClock, day_of, minute_after, minute_of
from learnbase.scheduling.moves import bounded, instant, moves, summary, surplus
from learnbase.scheduling.pace import learnt_pace
from learnbase.scheduling.placement import HORIZON, Frame, Placement
from learnbase.scheduling.request import ScheduleRequest
from learnbase.scheduling.slots import Slots
from learnbase.scheduling.work import Work, work

if TYPE_CHECKING:
    from collections.abc import Mapping

    from learnbase.scheduling.request import Habits


def make(loaded: Mapping[str, Any]) -> dict[str, Any]:
    """Make a schedule.

    Args:
        loaded: what `worker.load_schedule_plan` answers; see `request.ScheduleRequest`.

    Returns:
        What `worker.complete_schedule_plan` takes: "sessions" of all unfinished work, those that
        are "gone", the "feasibility", the "moves" and their "summary". Times are UTC in ISO 8601.

    Raises:
        pydantic.ValidationError: the document is not what it should be.
    """
    request = ScheduleRequest.model_validate(loaded)
    pace = learnt_pace(request.worked)
    now = minute_of(request.now)
    left = work(request.tasks, request.sessions, pace=pace, now=now)
    frame = frame_of(request, left)
    deadline = None if request.deadline_date is None else day_of(request.deadline_date)
    placement = settled(left, frame, deadline=deadline, is_catch_up=request.kind == "catch_up")
    titles = {task.task_id: task.title for task in request.tasks}
    moved = moves(left, placement, titles)
    return {
        "sessions": _sessions(left, placement, frame.slots.clock),
        "gone": [sitting.id for sitting, _ in surplus(left, placement)],
        "feasibility": judged(request, left, frame, placement) | {"pace": pace},
        "moves": bounded(moved),
        "summary": summary(left, placement, moved, frame.slots.clock),
    }


def frame_of(request: ScheduleRequest, left: Work) -> Frame:
    """What the work of a request is placed into."""
    clock = WallClock(request.time_zone)
    earliest = minute_after(request.now)
    start = day_of(request.start_date)
    first_day = max(clock.day(earliest), start)
    availability = _availability(request.availability, request.weekly_hours, first_day)
    busy = [(minute_of(starts), minute_after(ends)) for starts, ends in request.busy]
    busy += [(sitting.starts, sitting.ends) for sitting in left.fixed]
    slots = Slots(clock, availability, busy, earliest=earliest)
    return Frame(slots, start, first_day, minute_of(request.now))


def judged(
    request: ScheduleRequest, left: Work, frame: Frame, placement: Placement
) -> dict[str, Any]:
    """How it fits, and where it does not, what would make it fit."""
    deadline = None if request.deadline_date is None else day_of(request.deadline_date)
    found = feasibility(left, frame, placement, deadline=deadline)
    offered: list[dict[str, Any]] = []
    if not found.fits:
        has_windows = bool(request.availability.windows)
        offered = choices(Question(left, frame, deadline, request.weekly_hours, has_windows))
    return {
        "fits": found.fits,
        "needed_minutes": found.needed,
        "available_minutes": found.available,
        "ends_on": iso(found.last_day),
        "deadline_date": iso(deadline),
        "unplaced": bounded([why_not(rest, code) for rest, code in placement.unplaced]),
        "choices": offered,
    }


def _availability(habits: Habits, weekly_hours: int, first_day: int) -> Availability:
    named = tuple(Window(one.weekday, one.starts, one.ends) for one in habits.windows)
    days_off = {
        day
        for starts, ends in habits.days_off
        for day in range(max(day_of(starts), first_day), min(day_of(ends) + 1, first_day + HORIZON))
    }
    return Availability(
        windows=named or default_windows(weekly_hours),
        days_off=frozenset(days_off),
        shortest=habits.shortest,
        longest=habits.longest,
        daily_ceiling=habits.daily_ceiling,
        weekly_minutes=weekly_hours * 60,
    )


def _sessions(left: Work, placement: Placement, clock: WallClock) -> list[dict[str, Any]]:
    rows = [
        (one.starts, one.ends, one.day, one.part, one.rest.task_id, one.was.id if one.was else None)
        for one in placement.placed
    ]
    rows += [
        (one.starts, one.ends, clock.day(one.starts), one.part, one.task_id, one.id)
        for one in left.fixed
    ]
    rows.sort(key=lambda row: row[:2])
    return [
        {
            "id": identity,
            "task_id": task_id,
            "part": part,
            "starts_at": instant(starts),
            "ends_at": instant(ends),
            "local_date": iso(day),
        }
        for starts, ends, day, part, task_id, identity in rows
    ]
