"""Laying assignments out over weeks, so that every week is full and nothing is out of order."""

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from learnbase.planning.blocks import Assignment, Block
from learnbase.planning.budget import DAYS, SHORTEST_TASK, STEP, WeekBudget, sessions
from learnbase.planning.fitting import fill
from learnbase.planning.roadmap import MAX_TASKS

_LONGEST_SITTING = 120
_LONGEST_SITTING_FULL_TIME = 180
_FULL_TIME = 30 * 60
_ROOM_FOR_REVIEW = 2


@dataclass(frozen=True)
class Piece:
    """A sitting's worth of an assignment.

    Attributes:
        order: Which assignment of the plan it is a part of, from 0.
        weight: Its minutes before the week is filled.
    """

    order: int
    block: Block
    assignment: Assignment
    weight: float
    minutes: int = 0


def longest_sitting(budget: WeekBudget) -> int:
    """Return how long a task may be: a day's share of the week, at most two hours.

    Only for those who learn full time is it three.
    """
    per_week = budget.minutes * DAYS / budget.days
    if per_week > _FULL_TIME:
        return _LONGEST_SITTING_FULL_TIME
    whole_week = round(per_week)
    share = whole_week / sessions(whole_week, DAYS)
    return min(_LONGEST_SITTING, math.ceil(share / STEP) * STEP)


def lay_out(blocks: Sequence[Block], minutes: Sequence[int], *, longest: int) -> list[list[Piece]]:
    """Return the pieces of each week; week i holds `minutes[i]` minutes, all of them above 0.

    What does not fit at ten minutes a piece falls off the end.
    """
    whole = sum(block.minutes for block in blocks)
    pace = sum(minutes) / whole
    pieces = [
        piece
        for order, (block, assignment) in enumerate(
            (block, assignment) for block in blocks for assignment in block.assignments
        )
        for piece in _pieces(order, block, assignment, assignment.minutes * pace, longest)
    ]
    pieces = _at_least(pieces, len(minutes))
    weeks: list[list[Piece]] = []
    for index, budget in enumerate(minutes):
        count = _count(pieces, minutes[index:])
        weeks.append(_filled(pieces[:count], budget, longest))
        pieces = pieces[count:]
    return weeks


def _pieces(
    order: int, block: Block, assignment: Assignment, minutes: float, longest: int
) -> list[Piece]:
    # A little too long is shortened when its week is filled, rather than cut in two.
    count = max(1, math.ceil(minutes / longest - 0.15))
    return [Piece(order, block, assignment, minutes / count)] * count


def _at_least(pieces: list[Piece], count: int) -> list[Piece]:
    """Halve the longest pieces until there are `count`."""
    missing = count - len(pieces)
    if missing <= 0:
        return pieces
    parts = [1] * len(pieces)
    longest = [(-piece.weight, index) for index, piece in enumerate(pieces)]
    heapq.heapify(longest)
    for _ in range(missing):
        _, index = longest[0]
        parts[index] += 1
        heapq.heapreplace(longest, (-pieces[index].weight / parts[index], index))
    return [
        replace(piece, weight=piece.weight / number)
        for piece, number in zip(pieces, parts, strict=True)
        for _ in range(number)
    ]


def _count(pieces: Sequence[Piece], budgets: Sequence[int]) -> int:
    """Return how many of the remaining pieces the first of the remaining weeks takes."""
    most = min(MAX_TASKS - _ROOM_FOR_REVIEW, budgets[0] // SHORTEST_TASK, len(pieces))
    if len(budgets) == 1:
        return most
    most = min(most, len(pieces) - (len(budgets) - 1))
    target = sum(piece.weight for piece in pieces) * budgets[0] / sum(budgets)
    taken, count = 0.0, 0
    while count < most:
        weight = pieces[count].weight
        if count and abs(taken + weight - target) > abs(taken - target):
            break
        taken += weight
        count += 1
    return max(1, count)


def _filled(pieces: Sequence[Piece], minutes: int, longest: int) -> list[Piece]:
    parts = _at_least(list(pieces), min(math.ceil(minutes / longest), minutes // SHORTEST_TASK))
    shares = fill([piece.weight for piece in parts], minutes, longest=longest)
    return [replace(piece, minutes=share) for piece, share in zip(parts, shares, strict=True)]
