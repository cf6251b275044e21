"""Catching up: keep what may stay, or pull everything forward where that is worth it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learnbase.scheduling.feasibility import is_in_time
from learnbase.scheduling.placement import Frame, Placement, place

if TYPE_CHECKING:
    from learnbase.scheduling.work import Work

_A_WEEK = 7


def settled(work: Work, frame: Frame, *, deadline: int | None, is_catch_up: bool) -> Placement:
    """Place the work, moving as little as possible.

    Everything is pulled forward only where that saves the deadline, or, in a catch-up, where
    somebody sped ahead: a week's work has come free before their next session, or the plan would
    end at least a week earlier.
    """
    kept = place(work, frame)
    if not any(rest.movable for rest in work.rests):
        return kept
    if _moved(kept):
        # Keeping what can be kept may push something else: then the earliest places disturb less.
        anew = place(work, frame, pull="made_room")
        if _moved(anew) < _moved(kept) and _badness(anew) <= _badness(kept):
            kept = anew
    if not is_in_time(kept, deadline):
        pulled = place(work, frame, pull="deadline")
        if _badness(pulled) < _badness(kept):
            return pulled
    if is_catch_up:
        pulled = place(work, frame, pull="sped_ahead")
        if _is_ahead(kept, pulled, frame.slots.availability.weekly_minutes):
            return pulled
    return kept


def _moved(placement: Placement) -> int:
    return sum(1 for one in placement.placed if one.why)


def _badness(placement: Placement) -> tuple[int, int]:
    return len(placement.unplaced), placement.last_day or 0


def _is_ahead(kept: Placement, pulled: Placement, weekly_minutes: int) -> bool:
    if not kept.placed or len(pulled.unplaced) > len(kept.unplaced):
        return False
    if (kept.last_day or 0) - (pulled.last_day or 0) >= _A_WEEK:
        return True
    first = min(one.starts for one in kept.placed)
    freed = sum(one.ends - one.starts for one in pulled.placed if one.starts < first)
    return freed >= weekly_minutes > 0
