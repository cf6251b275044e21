"""How full days and weeks are, and how full they may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learnbase.scheduling.local_time import DAY, WallClock

if TYPE_CHECKING:
    from collections.abc import Iterable

    from learnbase.scheduling.availability import Availability
    from learnbase.scheduling.work import Sitting

WEEK = 7
MOST_OF_A_WEEK = 1.25
"""Of the weekly minutes: what one week left over, those after it may make up, so much at a time."""
_NO_CEILING = 7 * DAY


class Ledger:
    """Minutes of one plan, by local day and by plan week: seven days from the plan's start."""

    def __init__(self, availability: Availability, *, start: int, first: int) -> None:
        """Begin an empty one; `start` is the plan's first day, `first` the first that is placed."""
        self.start = start
        self.weekly = availability.weekly_minutes
        self._first = (first - start) // WEEK
        self._counted = (self._first, 0)
        ceiling = availability.daily_ceiling
        self.daily = _NO_CEILING if ceiling is None else ceiling
        self._days: dict[int, int] = {}
        self._weeks: dict[int, int] = {}

    def room(self, day: int, *, kept: bool = False) -> int:
        """The minutes that a day can still take; `kept`: as much as it ever may."""
        week = (day - self.start) // WEEK
        of_week = self._most(week, kept=kept) - self._weeks.get(week, 0)
        of_day = self.daily - self._days.get(day, 0)
        return min(of_week, of_day)

    def is_week_full(self, day: int) -> bool:
        """Whether the day's week can take nothing more."""
        week = (day - self.start) // WEEK
        return self._weeks.get(week, 0) + 5 > self._most(week)

    def add(self, day: int, minutes: int) -> None:
        """Write minutes down; negative ones are taken back."""
        week = (day - self.start) // WEEK
        self._days[day] = self._days.get(day, 0) + minutes
        self._weeks[week] = self._weeks.get(week, 0) + minutes
        if week < self._counted[0]:
            self._counted = (self._first, 0)

    def _most(self, week: int, *, kept: bool = False) -> int:
        at_most = int(self.weekly * MOST_OF_A_WEEK)
        if kept or week <= self._first:
            return at_most if kept else self.weekly
        left_over = self.weekly * (week - self._first) - self._used_before(week)
        return max(self.weekly, min(self.weekly + left_over, at_most))

    def _used_before(self, week: int) -> int:
        """Minutes of the weeks from the first on, up to this one."""
        counted, used = self._counted
        if counted > week:
            counted, used = self._first, 0
        for number in range(counted, week):
            used += self._weeks.get(number, 0)
        self._counted = (week, used)
        return used

    def add_sittings(self, sittings: Iterable[Sitting], clock: WallClock) -> None:
        """Write sessions down that stay; one that a midnight cuts counts on both days."""
        for sitting in sittings:
            if clock.day(sitting.starts) == clock.day(sitting.ends - 1):
                self.add(clock.day(sitting.starts), sitting.minutes)
            else:
                for minute in range(sitting.starts, sitting.ends):
                    self.add(clock.day(minute), 1)
