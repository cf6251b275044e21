"""Which blocks fit into the time there is, and at what pace."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from learnbase.planning.blocks import Assignment, Block, Rank
from learnbase.planning.budget import in_fives

# A unit may be done in three quarters of its time before another one has to go, ...
FASTEST = 0.75
# ... more is added only to what has room to breathe, ...
_COMFORT = 1.15
# ... and at half as much again it would be waiting rather than learning: the plan ends earlier.
SLOWEST = 1.5
# The closing project takes a fifth of a plan, where a fifth is enough to make something.
_PROJECT_SHARE = 0.2
_SHORTEST_PROJECT = 60
_SHORTEST_STEP = 25

_PART = re.compile(r" \((\d+) of (\d+)\)$")


@dataclass(frozen=True)
class Selection:
    """What to do.

    Attributes:
        blocks: In the order they are taught.
        left_out: Titles of what belongs to the core and did not fit.
    """

    blocks: tuple[Block, ...]
    left_out: tuple[str, ...]

    @property
    def minutes(self) -> float:
        """All blocks together, at an even pace."""
        return sum(block.minutes for block in self.blocks)


def natural_minutes(possible: Iterable[Block]) -> float:
    """Return how long the core takes at an even pace."""
    return sum(block.minutes for block in possible if block.rank <= Rank.USEFUL)


def unfinished(possible: Iterable[Block], finished: Iterable[str]) -> tuple[Block, ...]:
    """Return the blocks without the assignments whose titles are among `finished`.

    Of an assignment in parts, the last part says that it is done.
    """
    done = {title.casefold() for title in map(_whole_title, finished) if title}
    rest = (
        replace(
            block,
            assignments=tuple(
                assignment
                for assignment in block.assignments
                if assignment.title.casefold() not in done
            ),
        )
        for block in possible
    )
    return tuple(block for block in rest if block.assignments)


def select(possible: tuple[Block, ...], minutes: int) -> Selection:
    """Choose what fits into `minutes`: the core in its order, then what deepens it.

    At least the first block is chosen, however little time there is.
    """
    sized = [_sized(block, minutes) for block in possible]
    fitting = [block for block in sized if block is not None] or list(possible)
    ranked = sorted(range(len(fitting)), key=lambda index: (fitting[index].rank, index))
    chosen: set[int] = set()
    used = 0.0
    closed: set[Rank] = set()
    for index in ranked:
        block = fitting[index]
        room = minutes / (FASTEST if block.rank <= Rank.USEFUL else _COMFORT)
        # A unit in a hurry is better than time with nothing in it.
        hurried = block.rank <= Rank.USEFUL and used * _COMFORT < minutes
        if block.rank not in closed and (used + block.minutes <= room or hurried):
            chosen.add(index)
            used += block.minutes
        elif block.rank <= Rank.STRETCH:
            # What follows builds on it: a later, shorter unit does not slip through. And what
            # only deepens has to wait until the whole core is in.
            closed |= {rank for rank in Rank if rank >= block.rank}
    chosen = chosen or {ranked[0]}
    kept = {fitting[index].title for index in chosen}
    return Selection(
        blocks=tuple(fitting[index] for index in sorted(chosen)),
        left_out=tuple(
            block.title
            for block in possible
            if block.rank <= Rank.USEFUL and block.title not in kept
        ),
    )


def _sized(block: Block, minutes: int) -> Block | None:
    """Fit the closing project into its share of the plan, or return None if it has no room."""
    if block.rank is not Rank.PROJECT:
        return block
    share = min(block.minutes, in_fives(minutes * _PROJECT_SHARE))
    if share < _SHORTEST_PROJECT:
        return None
    count = max(1, min(len(block.assignments), int(share // _SHORTEST_STEP)))
    return replace(block, assignments=_merged(block.assignments, count, share / count))


def _merged(steps: tuple[Assignment, ...], count: int, minutes: float) -> tuple[Assignment, ...]:
    """Put neighbouring steps together until there are `count`."""
    bounds = [index * len(steps) // count for index in range(count + 1)]
    groups = [steps[start:end] for start, end in pairwise(bounds)]
    return tuple(
        replace(
            group[0],
            minutes=minutes,
            description=" ".join(
                [group[0].description]
                + [f"Then: {step.unit}. {step.description}" for step in group[1:]]
            ),
        )
        for group in groups
    )


def _whole_title(title: str) -> str | None:
    part = _PART.search(title)
    if part is None:
        return title
    return title[: part.start()] if part[1] == part[2] else None
