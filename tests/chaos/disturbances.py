"""What happens to workers and database while the jobs are done, in an order made from a seed."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psycopg

from tests.chaos.workshop import LEASE

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from learnbase.stack import Stack
    from tests.chaos.shift import Place, Shift
    from tests.chaos.workshop import Workshop

_LOOK = 0.02  # seconds between two looks
_AHEAD = 8  # disturbances that may come before their turn
_FROZEN_AT_MOST = 2
_NOBODY_CAME = 2 * LEASE  # seconds after which a stopped worker is woken though nobody overtook it
_LAST_ONES = 2.5  # seconds for who is still at a job whose message has ended
_REVIVAL = 30.0  # seconds for PostgREST to find its database again
_STUCK = 180.0  # seconds without a job done that end the whole


class Stuck(AssertionError):
    """Nothing moves any more."""


@dataclass(frozen=True)
class Size:
    """How many jobs, and how much happens to them."""

    jobs: int
    kills: int = 0
    stops: int = 0
    cuts: int = 0
    freezes: int = 0

    @classmethod
    def of(cls, jobs: int) -> Size:
        """The proportions of the long proof: 5,000, 1,000, 100, 1,000, 200."""
        return cls(jobs, jobs // 5, max(1, jobs // 50), jobs // 5, max(1, jobs // 25))


@dataclass
class Tally:
    """What happened, and when (seconds of the epoch)."""

    kills: list[float] = field(default_factory=list)
    stops: list[float] = field(default_factory=list)
    cuts: int = 0
    freezes: int = 0
    overtaken: int = 0


class Disturbances:
    """Carries out the list, one disturbance whenever the moment is right for it."""

    def __init__(
        self, stack: Stack, workshop: Workshop, shift: Shift, size: Size, dice: random.Random
    ) -> None:
        self.tally = Tally()
        self._stack = stack
        self._workshop = workshop
        self._shift = shift
        self._dice = dice
        self._left = (
            ["kill"] * size.kills
            + ["stop"] * size.stops
            + ["cut"] * size.cuts
            + ["freeze"] * size.freezes
        )
        dice.shuffle(self._left)
        self._all = len(self._left)
        self._ended = 0
        self._ended_at_stop = -1
        self._moved_at = time.monotonic()

    def carry_out(self) -> None:
        """Disturb until the list is empty, then wait until the queue is.

        Raises:
            Stuck: no job was done for minutes.
        """
        self._workshop.send(self._workshop.jobs)
        while self._left:
            for place, what in enumerate(self._left[: self._due()]):
                if getattr(self, f"_{what}")():
                    del self._left[place]
                    break
            else:
                time.sleep(_LOOK)
            self._look_after()
        while self._shift.frozen() or self._ended < self._workshop.jobs:
            time.sleep(_LOOK)
            self._shift.ripe()  # replaces who died
            self._look_after()
        self._wait(_LAST_ONES, lambda: not self._workshop.under_way())
        # Whoever comes after us finds the whole stack on its feet.
        parts = self._stack.status
        self._wait(_REVIVAL, lambda: all(part.state == "running" for part in parts()))

    # Each answers whether its moment had come.

    def _kill(self) -> bool:
        ripe = self._shift.ripe()
        if ripe:
            self.tally.kills.append(self._shift.kill(self._dice.choice(ripe)))
        return bool(ripe)

    def _stop(self) -> bool:
        if self._ended <= self._ended_at_stop:
            return False  # something has to get done between two of them
        self._ended_at_stop = self._ended
        self.tally.stops.append(time.time())
        self._stack.stop_database("immediate")
        self._stack.start_database()
        return True

    def _cut(self) -> bool:
        done = self._workshop.terminate(self._dice)
        self.tally.cuts += done
        return done

    def _freeze(self) -> bool:
        ripe = self._shift.ripe()
        if not ripe or len(self._shift.frozen()) >= _FROZEN_AT_MOST:
            return False
        self._shift.freeze(self._dice.choice(ripe), self._workshop.in_hand())
        self.tally.freezes += 1
        return True

    def _due(self) -> int:
        """How far down the list the moment has come: it keeps step with the jobs that are done.

        Were it quicker, nothing would ever get done; were it slower, the last would meet nobody.
        """
        turn = self._all * self._ended // self._workshop.jobs
        return max(0, turn + _AHEAD - (self._all - len(self._left)))

    @staticmethod
    def _wait(seconds: float, until: Callable[[], bool]) -> None:
        deadline = time.monotonic() + seconds
        while not until() and time.monotonic() < deadline:
            time.sleep(_LOOK)

    def _look_after(self) -> None:
        for place in self._shift.frozen():
            self._wake(place)
        try:
            [[ended]] = self._workshop.rows("select count(*) from pgmq.a_generate_plan")
        except psycopg.OperationalError:
            return
        now = time.monotonic()
        if ended > self._ended:
            self._ended, self._moved_at = ended, now
        if now - self._moved_at > _STUCK:
            raise Stuck(f"{self._ended} of {self._workshop.sent} jobs done, {self._left[:3]} next")

    def _wake(self, place: Place) -> None:
        """Wake who was overtaken: at once, so that the other is still at it."""
        stopped = time.monotonic() - place.frozen_at
        if place.frozen_with is None or stopped < LEASE:
            return
        overtaken = self._workshop.overtaken(place.frozen_with)
        if overtaken or stopped > _NOBODY_CAME:
            self.tally.overtaken += overtaken
            self._shift.wake(place)
