"""Free time: availability less what is busy, day by day, as minutes of UTC; computed when asked."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from learnbase.scheduling.availability import Availability, merged
from learnbase.scheduling.local_time import DAY, STEP, WallClock

if TYPE_CHECKING:
    from collections.abc import Iterable

Slot = tuple[int, int]
"""Minutes of UTC: from the first whose wall clock is a multiple of five, to the end."""


class Slots:
    """The free slots of each local day, from the first that may be used."""

    def __init__(
        self, clock: WallClock, availability: Availability, busy: Iterable[Slot], *, earliest: int
    ) -> None:
        """Prepare; nothing is computed yet.

        Args:
            clock: the learner's.
            availability: windows and days off.
            busy: minutes of UTC, unsorted; they may overlap.
            earliest: the first minute that may be used.
        """
        self.clock = clock
        self.availability = availability
        self.earliest = earliest
        self._busy = merged(busy)
        self._ends = [ends for _, ends in self._busy]
        self._days: dict[int, list[Slot]] = {}

    def under(self, availability: Availability) -> Slots:
        """The free time of the same person with another availability."""
        other = Slots(self.clock, availability, (), earliest=self.earliest)
        other._busy, other._ends = self._busy, self._ends
        if (availability.windows, availability.days_off) == (
            self.availability.windows,
            self.availability.days_off,
        ):
            other._days = self._days
        return other

    def of_day(self, day: int) -> list[Slot]:
        """The free slots of a local day, in order."""
        known = self._days.get(day)
        if known is None:
            known = self._days[day] = self._free(day)
        return known

    def open_at(self, day: int) -> list[Slot]:
        """When a local day is open, whatever is busy then: minutes of UTC."""
        found = self.availability.of_day(day)
        if not found:
            return []
        base = day * DAY
        stretches = self.clock.stretches(day)
        if len(stretches) == 1:
            base -= stretches[0].offset
            return [(base + starts, base + ends) for starts, ends in found]
        return merged(
            (
                max(base + starts - stretch.offset, stretch.starts),
                min(base + ends - stretch.offset, stretch.ends),
            )
            for stretch in stretches
            for starts, ends in found
        )

    def _free(self, day: int) -> list[Slot]:
        found: list[Slot] = []
        busy = self._busy
        for starts, ends in self.open_at(day):
            at = max(starts, self.earliest)
            place = bisect_right(self._ends, at)
            while place < len(busy) and busy[place][0] < ends:
                self._add(found, at, busy[place][0])
                at = max(at, busy[place][1])
                place += 1
            self._add(found, at, ends)
        return found

    def _add(self, found: list[Slot], starts: int, ends: int) -> None:
        if ends - starts < STEP:
            return
        starts += -(starts + self.clock.offset(starts)) % STEP
        if ends - starts >= STEP:
            found.append((starts, ends))
