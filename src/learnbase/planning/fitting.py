"""Fitting tasks into a week: minutes that add up exactly, and the days they fall on."""

from collections.abc import Sequence
from itertools import accumulate

from learnbase.planning.budget import DAYS, SHORTEST_TASK, STEP, in_fives


def fill(weights: Sequence[float], total: int, *, longest: int) -> list[int]:
    """Share `total` minutes out in proportion to `weights`.

    Each share is a multiple of five between ten minutes and `longest`; where those bounds leave
    no exact answer, the sum is as near to `total` as they allow.
    """
    if not weights:
        return []
    longest = max(SHORTEST_TASK, longest // STEP * STEP)
    whole = sum(weights)
    ideal = [total * (weight / whole if whole else 1 / len(weights)) for weight in weights]
    shares = [min(longest, max(SHORTEST_TASK, in_fives(share))) for share in ideal]
    while (missing := total - sum(shares)) and abs(missing) >= STEP:
        step = STEP if missing > 0 else -STEP
        movable = [
            index for index, share in enumerate(shares) if SHORTEST_TASK <= share + step <= longest
        ]
        if not movable:
            break
        neediest = max(
            movable,
            key=lambda index: (
                (ideal[index] - shares[index]) * (1 if step > 0 else -1) / max(ideal[index], 1)
            ),
        )
        shares[neediest] += step
    return shares


def spread(minutes: Sequence[int], *, days: int, sessions: int) -> list[int]:
    """Return the day (1 to `days`) of each task: in order, in about equal sessions, days apart.

    Args:
        minutes: The tasks' minutes, in order.
        days: How many days of the week there are, 1 to 7.
        sessions: On how many of them to learn.
    """
    days = min(days, DAYS)
    count = max(1, min(sessions, days, len(minutes)))
    total = sum(minutes) or 1
    placed: list[int] = []
    for end, length in zip(accumulate(minutes), minutes, strict=True):
        session = min(count - 1, int((end - length / 2) / total * count))
        placed.append(1 + session * days // count)
    return placed
