"""When a learner can study: windows of the week by the wall clock, days off, and limits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from learnbase.planning.budget import sessions
from learnbase.scheduling.local_time import DAY, STEP, weekday_of

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_HOURS = 80
_WEEK = 7
_QUARTER = 15
_MORNING, _NOON, _AFTERNOON, _EVENING, _NIGHT = 540, 780, 840, 1080, 1320
_EARLY = 480
_WEEKEND = 6
# Spread over the week with a Saturday among the first three.
_DAYS = (2, 4, 6, 1, 3, 5, 7)
_ROOM = 1.25  # tasks do not fill a window to the minute
_SHORTEST = 60


@dataclass(frozen=True, slots=True)
class Window:
    """A weekly window.

    Attributes:
        weekday: ISO, 1 is Monday.
        starts: Minute of the local day.
        ends: Minute of the local day, not included, up to 1440.
    """

    weekday: int
    starts: int
    ends: int


@dataclass(frozen=True)
class Availability:
    """What the scheduler may fill.

    Attributes:
        windows: May touch and overlap.
        days_off: Days counted from 1970-01-01.
        shortest: Minutes that a session takes at least, unless its task is shorter or cannot be
            split otherwise.
        longest: Minutes that it takes at most.
        daily_ceiling: Minutes of this plan in one day at most; None for no ceiling.
        weekly_minutes: Minutes of this plan in one plan week at most.
    """

    windows: tuple[Window, ...]
    days_off: frozenset[int]
    shortest: int
    longest: int
    daily_ceiling: int | None
    weekly_minutes: int

    def of_day(self, day: int) -> list[tuple[int, int]]:
        """The windows of a day, merged, as minutes of the local day."""
        if day in self.days_off:
            return []
        return self._week[weekday_of(day)]

    @cached_property
    def longest_stretch(self) -> int:
        """The minutes of the longest window."""
        return max(
            (ends - starts for day in self._week.values() for starts, ends in day), default=0
        )

    @cached_property
    def _week(self) -> dict[int, list[tuple[int, int]]]:
        return {
            day: merged((w.starts, w.ends) for w in self.windows if w.weekday == day)
            for day in range(1, _WEEK + 1)
        }

    @property
    def longest_session(self) -> int:
        """The most minutes that a session may take, in fives, whatever the day."""
        most = min(self.longest, self.longest_stretch, self.weekly_minutes)
        if self.daily_ceiling is not None:
            most = min(most, self.daily_ceiling)
        return most // STEP * STEP


def merged(times: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Times in order, those that touch or overlap as one; empty ones are left out."""
    found: list[tuple[int, int]] = []
    for starts, ends in sorted(times):
        if ends <= starts:
            continue
        if found and starts <= found[-1][1]:
            if ends > found[-1][1]:
                found[-1] = (found[-1][0], ends)
        else:
            found.append((starts, ends))
    return found


def default_windows(weekly_hours: int) -> tuple[Window, ...]:
    """The windows of somebody who named none: they hold the weekly hours, and some room.

    As many days as `planning.budget.sessions` finds best, and one to spare, for what found no place
    on the others: evenings from 18:00 and weekend mornings from 9:00; beyond four hours a day, the
    day itself.
    """
    minutes = max(1, min(weekly_hours, MOST_HOURS)) * 60
    days = sessions(minutes, _WEEK)
    each = max(_SHORTEST, -int(-minutes * _ROOM / days // _QUARTER) * _QUARTER)
    return tuple(
        Window(day, starts, ends)
        for day in sorted(_DAYS[: days + 1])
        for starts, ends in _day(each, weekend=day >= _WEEKEND)
    )


def _day(minutes: int, *, weekend: bool) -> list[tuple[int, int]]:
    morning = _NOON - _MORNING
    if minutes <= morning:
        starts = _MORNING if weekend else _EVENING
        return [(starts, starts + minutes)]
    if minutes <= morning + _NIGHT - _AFTERNOON:
        return [(_MORNING, _NOON), (_AFTERNOON, _AFTERNOON + minutes - morning)]
    return [(_EARLY, min(DAY, _EARLY + minutes))]
