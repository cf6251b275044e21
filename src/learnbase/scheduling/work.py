"""What is left to do: minutes at the learner's pace, less what is spent, pinned or under way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from learnbase.scheduling.local_time import STEP, in_fives, minute_after, minute_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from learnbase.scheduling.request import Session, Task


@dataclass(frozen=True, slots=True)
class Sitting:
    """A session that is there, in minutes of UTC."""

    id: str
    task_id: str
    part: int
    starts: int
    ends: int

    @property
    def minutes(self) -> int:
        """How long it is."""
        return self.ends - self.starts


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of a task.

    Attributes:
        task_id: The task.
        title: Its title.
        minutes: All of its unfinished work.
        to_place: As much of it as no fixed session holds; a multiple of five.
        movable: Its sessions that may move, by part.
        taken: Parts that its other sessions have.
        begun: Whether the learner began it, or fixed a time for it.
    """

    task_id: str
    title: str
    minutes: int
    to_place: int
    movable: tuple[Sitting, ...]
    taken: frozenset[int]
    begun: bool

    def parts(self, count: int) -> list[int]:
        """The numbers of so many parts, rising: its sessions' own, then new ones."""
        own = [sitting.part for sitting in self.movable[:count]]
        number = max([0, *own])
        if not own:
            number = max([0, *self.taken])
        while len(own) < count:
            number += 1
            if number not in self.taken:
                own.append(number)
        return own


@dataclass(frozen=True)
class Work:
    """All that is left of a plan.

    Attributes:
        rests: In the plan's order.
        fixed: Sessions of unfinished tasks that stay: pinned, or under way.
        history: Sessions that are over and stay.
        gone: Sessions that nobody needs, with the reason's code.
    """

    rests: tuple[Rest, ...]
    fixed: tuple[Sitting, ...]
    history: tuple[Sitting, ...]
    gone: tuple[tuple[Sitting, str], ...]

    @property
    def minutes(self) -> int:
        """All unfinished work."""
        return sum(rest.minutes for rest in self.rests)

    def without(self, task_ids: Iterable[str]) -> Work:
        """The work with these tasks set aside."""
        left = frozenset(task_ids)
        rests = tuple(rest for rest in self.rests if rest.task_id not in left)
        return Work(rests, self.fixed, self.history, self.gone)


def work(tasks: Sequence[Task], sessions: Sequence[Session], *, pace: float, now: int) -> Work:
    """Find what is left to do.

    Args:
        tasks: in the plan's order.
        sessions: those that are there.
        pace: actual by estimated minutes.
        now: minute of UTC.
    """
    of_task: dict[str, list[tuple[Sitting, bool]]] = {}
    for session in sessions:
        sitting = Sitting(
            session.id,
            session.task_id,
            session.part,
            minute_of(session.starts_at),
            minute_after(session.ends_at),
        )
        of_task.setdefault(session.task_id, []).append((sitting, session.pinned))
    rests: list[Rest] = []
    fixed: list[Sitting] = []
    history: list[Sitting] = []
    gone: list[tuple[Sitting, str]] = []
    for task in tasks:
        own = sorted(
            of_task.get(task.task_id, ()), key=lambda one: (one[0].part, one[0].starts, one[0].id)
        )
        if task.is_open:
            rest, stays, over = _rest(task, own, pace, now)
            rests.append(rest)
            fixed += stays
            history += over
            continue
        for sitting, _ in own:
            if sitting.ends <= now or (sitting.starts <= now and task.done):
                history.append(sitting)
            else:
                gone.append((sitting, "done" if task.done else "set_aside"))
    return Work(tuple(rests), tuple(fixed), tuple(history), tuple(gone))


def _rest(
    task: Task, own: Sequence[tuple[Sitting, bool]], pace: float, now: int
) -> tuple[Rest, list[Sitting], list[Sitting]]:
    fixed: list[Sitting] = []
    history: list[Sitting] = []
    movable: list[Sitting] = []
    spent = task.spent
    for sitting, pinned in own:
        is_over = sitting.ends <= now
        if not is_over and (pinned or sitting.starts <= now):
            fixed.append(sitting)
        elif is_over and (pinned or 0 < sitting.minutes <= spent):
            history.append(sitting)
            spent -= 0 if pinned else sitting.minutes
        else:
            if is_over:
                spent = 0  # only the first parts are covered
            movable.append(sitting)
    minutes = max(STEP, in_fives(task.minutes * pace - task.spent))
    rest = Rest(
        task_id=task.task_id,
        title=task.title,
        minutes=minutes,
        to_place=in_fives(max(0, minutes - sum(sitting.minutes for sitting in fixed))),
        movable=tuple(movable),
        taken=frozenset(sitting.part for sitting in (*fixed, *history)),
        begun=bool(task.spent or fixed or history),
    )
    return rest, fixed, history
