"""Placing work into free time, in order: one sweep, which keeps what may stay."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learnbase.scheduling.ledger import WEEK, Ledger
from learnbase.scheduling.local_time import STEP, day_of, in_fives

if TYPE_CHECKING:
    from learnbase.scheduling.slots import Slots
    from learnbase.scheduling.work import Rest, Sitting, Work

_NEVER = 1 << 60
HORIZON = 3 * 366
"""Days from the first: what finds no place in three years has none."""
_LAST_DAY = day_of(dt.date(2199, 12, 30))  # the database keeps times up to 2200


@dataclass(frozen=True, slots=True)
class Placed:
    """A session where it is to be.

    Attributes:
        rest: The task that it belongs to.
        part: 1 and up.
        starts: Minute of UTC.
        ends: Minute of UTC, not included.
        day: The local day.
        was: The session that it was; None for a new one.
        why: The code of what moved it; empty where it stays.
    """

    rest: Rest
    part: int
    starts: int
    ends: int
    day: int
    was: Sitting | None
    why: str


@dataclass(frozen=True)
class Placement:
    """Where everything goes.

    Attributes:
        placed: In the order of the plan.
        unplaced: Tasks without a place, with the reason's code.
        last_day: The local day of the last session, fixed ones too; None without any.
    """

    placed: tuple[Placed, ...]
    unplaced: tuple[tuple[Rest, str], ...]
    last_day: int | None


@dataclass(frozen=True)
class Frame:
    """What work is placed into.

    Attributes:
        slots: Free time, without the fixed sessions.
        start: The plan's first day: its weeks are counted from there.
        first_day: The first local day that may be used.
        now: Minute of UTC.
    """

    slots: Slots
    start: int
    first_day: int
    now: int

    @property
    def end(self) -> int:
        """The first day that is too far away."""
        return min(self.first_day + HORIZON, _LAST_DAY)


def place(work: Work, frame: Frame, *, pull: str = "") -> Placement:
    """Place all work in order, each part at the earliest place after the one before it.

    Args:
        work: what is left to do.
        frame: what it is placed into.
        pull: the code of why all of it is pulled forward; by default a session that is there keeps
            its time where that is still valid.
    """
    return _Sweep(work, frame, pull).run()


def split(minutes: int, longest: int) -> list[int]:
    """Split minutes evenly into as few parts as may be, in fives, the longer ones first."""
    count = -(-minutes // longest)
    each, more = divmod(minutes // STEP, count)
    return [(each + (place < more)) * STEP for place in range(count)]


class _Sweep:
    def __init__(self, work: Work, frame: Frame, pull: str) -> None:
        self.work = work
        self.slots = frame.slots
        self.frame = frame
        self.pull = pull
        self.clock = frame.slots.clock
        self.end = frame.end
        self.habits = frame.slots.availability
        self.ledger = Ledger(self.habits, start=frame.start, first=frame.first_day)
        self.ledger.add_sittings((*work.fixed, *work.history), self.clock)
        self.day = frame.first_day
        self.minute = frame.slots.earliest
        self.placed: list[Placed] = []
        self.hopeless = 10**9

    def run(self) -> Placement:
        unplaced: list[tuple[Rest, str]] = []
        most = self.habits.longest_session
        for rest in self.work.rests:
            if rest.to_place:
                code = self._impossible(rest, most) or self._task(rest, most)
                if code:
                    unplaced.append((rest, code))
        days = [one.day for one in self.placed]
        open_tasks = {rest.task_id for rest in self.work.rests}
        days += [
            self.clock.day(one.ends - 1) for one in self.work.fixed if one.task_id in open_tasks
        ]
        return Placement(tuple(self.placed), tuple(unplaced), max(days, default=None))

    def _impossible(self, rest: Rest, most: int) -> str:
        habits = self.habits
        least = min(in_fives(habits.shortest), rest.to_place)
        if not habits.weekly_minutes:
            return "no_hours"
        if not habits.longest_stretch:
            return "no_windows"
        if most >= least:
            return ""
        if habits.daily_ceiling is not None and habits.daily_ceiling < least:
            return "over_the_ceiling"
        if habits.weekly_minutes < least:
            return "over_the_hours"
        return "no_window_long_enough"

    def _task(self, rest: Rest, most: int) -> str:
        """Place a task's parts, in smaller ones where it must be; answers why not."""
        least = min(in_fives(self.habits.shortest), rest.to_place)
        longest = min(most, rest.to_place)
        while True:
            lengths = split(rest.to_place, longest)
            if lengths[0] < self.hopeless and self._parts(rest, lengths):
                return ""
            if longest <= least:
                return "nothing_free"
            longest = max(least, min(longest // 2, lengths[0] - STEP) // STEP * STEP)

    def _parts(self, rest: Rest, lengths: list[int]) -> bool:
        before = (self.day, self.minute, len(self.placed))
        numbers = rest.parts(len(lengths))
        for place, (part, length) in enumerate(zip(numbers, lengths, strict=True)):
            was = rest.movable[place] if place < len(rest.movable) else None
            if not self._one(rest, part, length, was):
                if not place:
                    self.hopeless = min(self.hopeless, length)
                self._take_back(before)
                return False
        return True

    def _take_back(self, before: tuple[int, int, int]) -> None:
        self.day, self.minute, count = before
        for one in self.placed[count:]:
            self.ledger.add(one.day, one.starts - one.ends)
        del self.placed[count:]

    def _one(self, rest: Rest, part: int, length: int, was: Sitting | None) -> bool:
        why = "new" if not rest.movable else "split"
        if was is not None:
            why = self._moves(was, length)
            if not why or why == "resized":
                day = self.clock.day(was.starts)
                self._put(Placed(rest, part, was.starts, was.starts + length, day, was, why))
                return True
        found = self._earliest(length)
        if found is None:
            return False
        day, starts = found
        if was is not None and (was.starts, was.ends) == (starts, starts + length):
            why = ""
        self._put(Placed(rest, part, starts, starts + length, day, was, why))
        return True

    def _put(self, one: Placed) -> None:
        self.placed.append(one)
        self.ledger.add(one.day, one.ends - one.starts)
        self.day, self.minute = one.day, one.ends

    def _earliest(self, length: int) -> tuple[int, int] | None:
        """The first day and minute from the last session on; None within reach of three years."""
        day, minute, end = self.day, self.minute, self.end
        ledger, of_day = self.ledger, self.slots.of_day
        while day < end:
            if ledger.room(day) >= length:
                for starts, ends in of_day(day):
                    at = minute - (minute - starts) % -STEP if minute > starts else starts
                    if at + length <= ends:
                        return day, at
            elif ledger.is_week_full(day):
                day += WEEK - 1 - (day - ledger.start) % WEEK
            day += 1
        return None

    def _moves(self, was: Sitting, length: int) -> str:
        """Why a session cannot stay where it is; empty where it can, `resized` with its start."""
        if was.ends <= self.frame.now or was.starts < self.slots.earliest:
            return "slipped"
        if self.pull:
            return self.pull
        if was.starts < self.minute:
            return "made_room"
        day = self.clock.day(was.starts)
        if not self._is_free(day, was.starts, was.starts + length):
            return self._taken(was, day, length)
        if self.ledger.room(day, kept=True) < length:
            return "over_limit"
        return "" if was.minutes == length else "resized"

    def _is_free(self, day: int, starts: int, ends: int) -> bool:
        free = self.slots.of_day(day) if self.frame.first_day <= day < self.end else []
        place = bisect_right(free, (starts, _NEVER)) - 1
        return place >= 0 and ends <= free[place][1] and not (starts - free[place][0]) % STEP

    def _taken(self, was: Sitting, day: int, length: int) -> str:
        if day < self.frame.first_day:
            return "before_start"
        if was.minutes != length:
            return "too_long" if was.minutes > length else "too_short"
        is_open = any(a <= was.starts and was.ends <= b for a, b in self.slots.open_at(day))
        return "busy" if is_open else "unavailable"
