"""Wall clocks: minutes of UTC since 1970, and the days that they belong to in a time zone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAY = 1440
STEP = 5
"""Sessions start at multiples of five minutes of the wall clock."""
_FIRST = dt.date(1970, 1, 1).toordinal()
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_WEEKDAY_OF_FIRST = 3  # 1970 began on a Thursday; counted from 0


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which the wall clock runs evenly.

    Attributes:
        starts: Minute of UTC.
        ends: Minute of UTC, not included.
        offset: What the wall clock shows more than UTC, in minutes.
    """

    starts: int
    ends: int
    offset: int


class WallClock:
    """The wall clock of an IANA zone; of UTC where the zone is not known here."""

    def __init__(self, name: str) -> None:
        try:
            self._zone: dt.tzinfo = ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            # The database may know newer zones than this machine: late is better than never.
            self._zone = dt.UTC
        self._at_midnight: dict[int, int] = {}

    def offset(self, minute: int) -> int:
        """What the wall clock shows more than UTC at a minute of UTC, in minutes."""
        moment = (_EPOCH + dt.timedelta(minutes=minute)).astimezone(self._zone)
        shift = moment.utcoffset() or dt.timedelta()
        return int(shift.total_seconds() // 60)

    def day(self, minute: int) -> int:
        """The local day that a minute of UTC belongs to, counted from 1970-01-01."""
        return (minute + self.offset(minute)) // DAY

    def stretches(self, day: int) -> list[Stretch]:
        """The even stretches of UTC that together hold a local day, and more around it."""
        # No clock is further than a day from UTC's; Apia and Kwajalein skipped one whole.
        marks = [day - 1, day, day + 1, day + 2]
        offsets = [self._midnight(mark) for mark in marks]
        if offsets[0] == offsets[1] == offsets[2] == offsets[3]:
            return [Stretch(marks[0] * DAY, marks[-1] * DAY, offsets[0])]
        found: list[Stretch] = []
        starts = marks[0] * DAY
        for place in range(len(marks) - 1):
            before, after = offsets[place], offsets[place + 1]
            if before != after:
                change = self._change(marks[place] * DAY, marks[place + 1] * DAY, before)
                found.append(Stretch(starts, change, before))
                starts = change
        found.append(Stretch(starts, marks[-1] * DAY, offsets[-1]))
        return found

    def _midnight(self, day: int) -> int:
        known = self._at_midnight.get(day)
        if known is None:
            known = self._at_midnight[day] = self.offset(day * DAY)
        return known

    def _change(self, low: int, high: int, before: int) -> int:
        """The first minute with another offset, which lies after `low` and by `high`."""
        while high - low > 1:
            middle = (low + high) // 2
            if self.offset(middle) == before:
                low = middle
            else:
                high = middle
        return high


def day_of(date: dt.date) -> int:
    """A date as a day counted from 1970-01-01."""
    return date.toordinal() - _FIRST


def date_of(day: int) -> dt.date:
    """The date of a day counted from 1970-01-01."""
    return dt.date.fromordinal(day + _FIRST)


def weekday_of(day: int) -> int:
    """The ISO weekday of a day: 1 is Monday."""
    return (day + _WEEKDAY_OF_FIRST) % 7 + 1


def minute_of(moment: dt.datetime) -> int:
    """The minute of UTC that a moment lies in."""
    return int((moment - _EPOCH).total_seconds() // 60)


def minute_after(moment: dt.datetime) -> int:
    """The first minute of UTC that is not before a moment."""
    return -int(-(moment - _EPOCH).total_seconds() // 60)


def moment_of(minute: int) -> dt.datetime:
    """A minute of UTC as a moment."""
    return _EPOCH + dt.timedelta(minutes=minute)


def in_fives(minutes: float) -> int:
    """Round up to five minutes."""
    # A hair less, for 50 times 1.1 is a hair more than 55.
    return -int(-(minutes - 1e-6) // STEP) * STEP
