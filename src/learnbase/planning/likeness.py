"""Which titles say nearly the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learnbase.planning.titles import spelled_alike

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from learnbase.planning.living import LivingTask, LivingWeek
    from learnbase.planning.roadmap import Task

ALIKE = 0.85
_MOST_COMPARED = 250_000  # pairs of titles; beyond, only those spelled alike find each other


class _Pairs:
    """Titles as sets of neighbouring letters, a bit each: quick to compare by the thousand."""

    def __init__(self) -> None:
        self._bits: dict[str, int] = {}

    def of(self, title: str) -> int:
        plain = f" {spelled_alike(title)} "
        bits = 0
        for at in range(len(plain) - 1):
            bits |= 1 << self._bits.setdefault(plain[at : at + 2], len(self._bits))
        return bits


def alike(
    fresh: Sequence[tuple[int, int, Task]], free: Iterable[tuple[LivingWeek, LivingTask]]
) -> list[tuple[int, int, UUID]]:
    """Pairs of tasks whose titles are very like: the most alike first, the nearest week next.

    Likeness is what they share of their pairs of letters (Dice's coefficient).

    Args:
        fresh: Week, place and task of what is new.
        free: What is there, with its week.

    Returns:
        Week and place of the new task, and the id of the one that is there.
    """
    pairs = _Pairs()
    there = [
        (bits := pairs.of(task.title), bits.bit_count(), week.order, task.task_id)
        for week, task in free
    ]
    if len(fresh) * len(there) > _MOST_COMPARED:
        return []
    found: list[tuple[float, int, int, int, int]] = []
    for number, place, task in fresh:
        new = pairs.of(task.title)
        size = new.bit_count()
        for at, (bits, count, week, _) in enumerate(there):
            shared = 2 * (new & bits).bit_count()
            if shared >= ALIKE * (size + count):
                likeness, distance = shared / (size + count), abs(week - number)
                found.append((-likeness, distance, number, place, at))
    return [(number, place, there[at][3]) for _, _, number, place, at in sorted(found)]
