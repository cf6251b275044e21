"""Timing acts against each other: interleaved, so that a busy machine is busy for all of them."""

from __future__ import annotations

import gc
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

WARM_UP = 7  # Postgres settles on a prepared statement's plan at its sixth execution
IN_A_ROW = 4
FEWEST_TURNS = 3
SECONDS = 12.0


@dataclass(frozen=True)
class Act:
    """Something that is timed.

    Attributes:
        do: What is timed.
        before: What is done before each time, and not timed.
    """

    do: Callable[[], object]
    before: Callable[[], object] = lambda: None

    def timed(self) -> int:
        """Do it once; answers nanoseconds."""
        self.before()
        began = time.perf_counter_ns()
        self.do()
        return time.perf_counter_ns() - began


def interleaved(acts: Mapping[str, Act], *, turns: int) -> dict[str, float]:
    """Do each act in turn, again and again.

    A turn is a few times in a row, of which the first is not counted: when another role asks on
    the same connection, Postgres plans a prepared statement under row level security anew, and no
    page of a learner's meets that.

    Args:
        acts: what is timed, by name.
        turns: how many turns each has; fewer on a machine so slow that it takes long.

    Returns:
        The median of each, in milliseconds.
    """
    for act in acts.values():
        enough = time.monotonic() + SECONDS / len(acts)
        for _ in range(WARM_UP):
            act.timed()
            if time.monotonic() > enough:
                break
    taken: dict[str, list[int]] = {name: [] for name in acts}
    gc.collect()
    gc.disable()
    try:
        enough = time.monotonic() + SECONDS
        for turn in range(turns):
            if turn >= FEWEST_TURNS and time.monotonic() > enough:
                break
            for name, act in acts.items():
                act.timed()
                taken[name] += [act.timed() for _ in range(IN_A_ROW)]
    finally:
        gc.enable()
    return {name: median(times) / 1e6 for name, times in taken.items()}
