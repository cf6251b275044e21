"""Does it fit? What is needed against what there is until the deadline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from learnbase.scheduling.ledger import Ledger
from learnbase.scheduling.local_time import STEP, date_of

if TYPE_CHECKING:
    from learnbase.scheduling.placement import Frame, Placement
    from learnbase.scheduling.work import Rest, Work

_WHY = {
    "no_hours": "The plan has 0 hours a week: choose at least 1.",
    "no_windows": "There is no study window on any day: name one.",
    "no_window_long_enough": "No study window is long enough for {minutes} minutes, even in parts.",
    "over_the_hours": "The hours of a week are below your shortest session.",
    "over_the_ceiling": "The daily ceiling is below your shortest session.",
    "nothing_free": "Nothing is free for it within three years.",
}


@dataclass(frozen=True)
class Feasibility:
    """How a plan fits.

    Attributes:
        fits: Whether all of it is placed, by the deadline where there is one.
        needed: Minutes of all unfinished work, at the learner's pace.
        available: Minutes that can be placed until the deadline; None without one.
        last_day: The local day of the last session; None without any.
    """

    fits: bool
    needed: int
    available: int | None
    last_day: int | None


def feasibility(
    work: Work, frame: Frame, placement: Placement, *, deadline: int | None
) -> Feasibility:
    """Judge a placement.

    Args:
        work: what was placed.
        frame: what it was placed into.
        placement: where it went.
        deadline: the last local day that counts, or None.
    """
    fits = is_in_time(placement, deadline)
    needed = work.minutes
    available = None
    if deadline is not None:
        available = _available(work, frame, deadline)
        # Fixed sessions may lie outside of windows and above limits: what is placed is placeable.
        available = max(available, needed) if fits else available
    return Feasibility(fits, needed, available, placement.last_day)


def is_in_time(placement: Placement, deadline: int | None) -> bool:
    """Whether all is placed, by the deadline where there is one."""
    if placement.unplaced:
        return False
    return deadline is None or placement.last_day is None or placement.last_day <= deadline


def why_not(rest: Rest, code: str) -> dict[str, Any]:
    """A task without a place, as a form can show it."""
    reason = {"code": code, "text": _WHY[code].format(minutes=rest.to_place)}
    return {
        "task_id": rest.task_id,
        "title": rest.title,
        "minutes": rest.to_place,
        "reason": reason,
    }


def iso(day: int | None) -> str | None:
    """A local day as an ISO date."""
    return None if day is None else date_of(day).isoformat()


def _available(work: Work, frame: Frame, deadline: int) -> int:
    slots = frame.slots
    ledger = Ledger(slots.availability, start=frame.start, first=frame.first_day)
    ledger.add_sittings((*work.fixed, *work.history), slots.clock)
    total = sum(one.minutes for one in work.fixed if slots.clock.day(one.ends - 1) <= deadline)
    for day in range(frame.first_day, min(deadline + 1, frame.end)):
        room = ledger.room(day)
        if room < STEP:
            continue
        free = sum((ends - starts) // STEP * STEP for starts, ends in slots.of_day(day))
        if fitting := min(room // STEP * STEP, free):
            ledger.add(day, fitting)
            total += fitting
    return total
