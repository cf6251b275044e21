"""A learner's pace: how long things take them, as a multiple of the estimate."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

NEWEST = 100
SLOWEST, QUICKEST = 2.5, 0.5
_FADES = 0.98  # of each task's weight to the next older one's: the thirty-fifth has half
_PRIOR = 5.0  # tasks that it takes to believe half of what they say
_ABSURD = 10.0  # times the estimate, either way: a typing error, or a lunch


def learnt_pace(worked: Sequence[tuple[int, int]]) -> float:
    """Learn the pace from finished tasks.

    A weighted median, for one wild figure says nothing, drawn towards 1 while little is known. In
    tenths: a schedule must not tremble with each task that is ticked.

    Args:
        worked: estimated and actual minutes, the newest first.
    """
    ratios: list[tuple[float, float]] = []
    for age, (estimated, actual) in enumerate(worked[:NEWEST]):
        if estimated > 0 and actual > 0 and 1 / _ABSURD <= actual / estimated <= _ABSURD:
            ratios.append((actual / estimated, _FADES**age))
    if not ratios:
        return 1.0
    known = sum(weight for _, weight in ratios)
    pace = (_median(ratios, known) * known + _PRIOR) / (known + _PRIOR)
    return round(min(SLOWEST, max(QUICKEST, pace)), 1)


def _median(ratios: list[tuple[float, float]], known: float) -> float:
    passed = 0.0
    for ratio, weight in sorted(ratios):
        passed += weight
        if passed >= known / 2:
            return ratio
    return max(ratio for ratio, _ in ratios)
