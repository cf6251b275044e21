"""How long somebody has kept at it. Days off are no gap: they were agreed on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_DAY = dt.timedelta(days=1)
_WEEK = dt.timedelta(days=7)


@dataclass(frozen=True)
class Streak:
    """How long somebody has kept at it.

    Attributes:
        days: Days in a row on which something was learnt.
        weeks: Weeks in a row (Monday to Sunday) with at least one such day.
    """

    days: int
    weeks: int


def streak(
    active: Iterable[dt.date], off: Sequence[tuple[dt.date, dt.date]], today: dt.date
) -> Streak:
    """Return the streak as of the morning of a day.

    Today and this week count where something was learnt already, and break nothing where not: they
    are not over. A day off, or a week of nothing but days off, counts only if something was learnt
    all the same, and breaks nothing either.

    Args:
        active: The learner's days on which something was learnt, in any order.
        off: Days off, each from and to (both included).
        today: The learner's day.
    """
    days = {day for day in active if day <= today}
    if not days:
        return Streak(0, 0)
    first = min(days)
    return Streak(_days(days, off, first, today), _weeks(days, off, first, today))


def _days(
    active: set[dt.date], off: Sequence[tuple[dt.date, dt.date]], first: dt.date, today: dt.date
) -> int:
    count, day = 0, today
    while day >= first:
        if day in active:
            count += 1
        elif day != today and not _is_off(day, off):
            break
        day -= _DAY
    return count


def _weeks(
    active: set[dt.date], off: Sequence[tuple[dt.date, dt.date]], first: dt.date, today: dt.date
) -> int:
    this_week = today - _DAY * today.weekday()
    count, monday = 0, this_week
    while monday + _WEEK > first:
        days = [monday + _DAY * number for number in range(7)]
        if active.intersection(days):
            count += 1
        elif monday != this_week and not all(_is_off(day, off) for day in days):
            break
        monday -= _WEEK
    return count


def _is_off(day: dt.date, off: Sequence[tuple[dt.date, dt.date]]) -> bool:
    return any(start <= day <= end for start, end in off)
