"""What moved, from when to when, and why; in words a learner can read."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from learnbase.scheduling.local_time import WallClock, moment_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from learnbase.scheduling.placement import Placed, Placement
    from learnbase.scheduling.work import Sitting, Work

_WHY = {
    "new": "It had no time yet.",
    "split": "It takes one more session.",
    "slipped": "Its time is over, and it is not done.",
    "made_room": "It makes room for what comes before it.",
    "sped_ahead": "You are ahead: it can come earlier.",
    "deadline": "It comes earlier, for the deadline.",
    "resized": "It takes longer or shorter than it was planned.",
    "too_long": "It was longer than it needs to be, or than your sessions may be.",
    "too_short": "It takes longer than it was planned.",
    "busy": "You are busy at that time.",
    "unavailable": "It lay outside of your study windows.",
    "before_start": "The plan begins later.",
    "over_limit": "That day or week was full.",
    "done": "Its task is done.",
    "set_aside": "Its task is set aside.",
    "not_needed": "The rest of its task fits into fewer sessions.",
    "nowhere": "No place was found for its task.",
}
_BESIDES_THE_TITLE = 450  # bytes: ids, times and the reason
ROOM = 900_000
"""Bytes of JSON: the row that keeps the moves is bounded at a megabyte."""


def moves(work: Work, placement: Placement, titles: dict[str, str]) -> list[dict[str, Any]]:
    """List what is not where it was, in the order of the plan; then what is gone."""
    found = [_move(one) for one in placement.placed if one.why]
    for sitting, code in surplus(work, placement):
        found.append(
            {
                "session_id": sitting.id,
                "task_id": sitting.task_id,
                "part": sitting.part,
                "title": titles[sitting.task_id],
                "from": instant(sitting.starts),
                "to": None,
                "reason": {"code": code, "text": _WHY[code]},
            }
        )
    return found


def surplus(work: Work, placement: Placement) -> list[tuple[Sitting, str]]:
    """Sessions to delete, each with the code of why."""
    used = {one.was.id for one in placement.placed if one.was is not None}
    nowhere = {rest.task_id for rest, _ in placement.unplaced}
    left = [
        (sitting, "nowhere" if rest.task_id in nowhere else "not_needed")
        for rest in work.rests
        for sitting in rest.movable
        if sitting.id not in used
    ]
    return [*work.gone, *left]


def summary(
    work: Work, placement: Placement, moved: Sequence[dict[str, Any]], clock: WallClock
) -> dict[str, Any]:
    """Count what moved, and say it in a sentence."""
    new = sum(move["session_id"] is None for move in moved)
    gone = sum(move["to"] is None for move in moved)
    count = len(moved) - new - gone
    before = [sitting for rest in work.rests for sitting in rest.movable] + list(work.fixed)
    last = max((clock.day(sitting.ends - 1) for sitting in before), default=None)
    later = 0
    if last is not None and placement.last_day is not None:
        later = placement.last_day - last
    parts = [
        f"{number} {'session' if number == 1 else 'sessions'} {word}"
        for number, word in ((count, "moved"), (new, "added"), (gone, "removed"))
        if number
    ]
    text = ", ".join(parts) + "." if parts else "Everything stays where it is."
    if parts and later:
        days = f"{abs(later)} {'day' if abs(later) == 1 else 'days'}"
        text += f" The plan ends {days} {'later' if later > 0 else 'earlier'}."
    return {
        "moved": count,
        "new": new,
        "gone": gone,
        "kept": sum(not one.why for one in placement.placed) + len(work.fixed),
        "days_earlier": max(0, -later),
        "days_later": max(0, later),
        "reasons": dict(sorted(Counter(move["reason"]["code"] for move in moved).items())),
        "text": text,
    }


def bounded(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As many rows as there is room for; titles are strangers' and may be long."""
    room = ROOM
    for count, row in enumerate(rows):
        room -= _BESIDES_THE_TITLE + 2 * len(row["title"].encode())
        if room < 0:
            return rows[:count]
    return rows


def instant(minute: int) -> str:
    """A minute of UTC in ISO 8601."""
    return moment_of(minute).isoformat()


def _move(one: Placed) -> dict[str, Any]:
    return {
        "session_id": one.was.id if one.was else None,
        "task_id": one.rest.task_id,
        "part": one.part,
        "title": one.rest.title,
        "from": instant(one.was.starts) if one.was else None,
        "to": instant(one.starts),
        "reason": {"code": one.why, "text": _WHY[one.why]},
    }
