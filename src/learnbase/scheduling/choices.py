"""What would make a plan fit: more hours, a later date, fewer tasks; each one really placed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from learnbase.scheduling.availability import MOST_HOURS, Window, default_windows
from learnbase.scheduling.feasibility import is_in_time, iso
from learnbase.scheduling.placement import Frame, Placement, place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from learnbase.scheduling.work import Work

_LATE = 1320
_EVENING, _MORNING, _NOON, _AFTERNOON = 1080, 540, 780, 840
_WORKDAYS, _WEEKEND = range(1, 6), (6, 7)
_ANYWAY = "anyway"
_WORTH_IT = 30  # minutes
_MOST_WINDOWS = 50  # as the database bounds them
_KEPT = 0.25
"""A plan without more than this of it would be another plan."""


@dataclass(frozen=True)
class Question:
    """What does not fit.

    Attributes:
        work: What is left to do.
        frame: What it is placed into.
        deadline: The last local day that counts, or None.
        weekly_hours: The plan's.
        has_windows: Whether the learner named windows; else they follow from the weekly hours.
    """

    work: Work
    frame: Frame
    deadline: int | None
    weekly_hours: int
    has_windows: bool

    @property
    def windows(self) -> int:
        """How many windows there are."""
        return len(self.frame.slots.availability.windows)

    def placed(self, *, hours: int | None = None, more: tuple[Window, ...] = ()) -> Placement:
        """Place all of it, with so many hours a week and more windows."""
        if hours is None:
            return place(self.work, self.frame, pull=_ANYWAY)
        slots = self.frame.slots
        own = slots.availability.windows if self.has_windows else default_windows(hours)
        habits = replace(slots.availability, windows=own + more, weekly_minutes=hours * 60)
        frame = replace(self.frame, slots=slots.under(habits))
        return place(self.work, frame, pull=_ANYWAY)


def choices(question: Question) -> list[dict[str, Any]]:
    """Find the smallest change of each kind that makes the plan fit; none where none does."""
    found = (_more_hours(question), _later_date(question), _fewer_tasks(question))
    return [choice for choice in found if choice is not None]


def _more_hours(question: Question) -> dict[str, Any] | None:
    tried: dict[int, Placement] = {}
    for more in _more_windows(question):

        def fits(hours: int, more: tuple[Window, ...] = more) -> bool:
            tried[hours] = question.placed(hours=hours, more=more)
            return is_in_time(tried[hours], question.deadline)

        if question.has_windows and len(more) > _MOST_WINDOWS - question.windows:
            continue
        # New windows alone may do.
        least = question.weekly_hours + (not more)
        if least > MOST_HOURS or not fits(MOST_HOURS):
            continue
        hours = _least(max(least, 1), MOST_HOURS, fits)
        extra = hours - question.weekly_hours
        text = f"{extra} more {_plural(extra, 'hour')} a week: {hours} instead of "
        text += f"{question.weekly_hours}" if extra else ""
        if not extra:
            text = f"The same {hours} {_plural(hours, 'hour')} a week"
        if more:
            text += f", with {len(more)} more study {_plural(len(more), 'window')}"
        return {
            "choice": "more_hours",
            "weekly_hours": hours,
            "extra_hours": extra,
            "windows": [
                {"weekday": one.weekday, "from": one.starts, "to": one.ends} for one in more
            ],
            "ends_on": iso(tried[hours].last_day),
            "text": f"{text}.",
        }
    return None


def _later_date(question: Question) -> dict[str, Any] | None:
    if question.deadline is None:
        return None
    # Where a plan ends does not depend on its deadline.
    placement = question.placed()
    if not is_in_time(placement, None) or placement.last_day is None:
        return None
    date = iso(placement.last_day)
    return {
        "choice": "later_date",
        "deadline_date": date,
        "text": f"{date} as the last day instead of {iso(question.deadline)}.",
    }


def _fewer_tasks(question: Question) -> dict[str, Any] | None:
    """The latest tasks that are not begun, as many as must be; never the most of what is left."""
    rests = question.work.rests
    droppable = [rest for rest in reversed(rests) if not rest.begun]
    most = min(len(droppable), len(rests) - 1)
    tried: dict[int, Placement] = {}

    def fits(count: int) -> bool:
        less = question.work.without(rest.task_id for rest in droppable[:count])
        tried[count] = replace(question, work=less).placed()
        return is_in_time(tried[count], question.deadline)

    if most < 1 or not fits(most):
        return None
    count = _least(1, most, fits)
    dropped = droppable[count - 1 :: -1] if count else []
    minutes = sum(rest.minutes for rest in dropped)
    if minutes > (1 - _KEPT) * sum(rest.minutes for rest in rests):
        return None
    return {
        "choice": "fewer_tasks",
        "task_ids": [rest.task_id for rest in dropped],
        "titles": _within(list(dict.fromkeys(rest.title for rest in dropped))),
        "minutes": minutes,
        "ends_on": iso(tried[count].last_day),
        "text": f"Without the last {count} {_plural(count, 'task')} ({_hours(minutes)}).",
    }


def _least(low: int, high: int, fits: Callable[[int], bool]) -> int:
    """The least that fits, where `high` does; what fits was tried last or before."""
    while low < high:
        middle = (low + high) // 2
        if fits(middle):
            high = middle
        else:
            low = middle + 1
    return high


def _more_windows(question: Question) -> Iterator[tuple[Window, ...]]:
    """Nothing; later evenings; weekend mornings too; weekend afternoons too; every evening too."""
    yield ()
    if not question.has_windows:
        return
    own = question.frame.slots.availability.windows
    last: dict[int, int] = {}
    for window in own:
        last[window.weekday] = max(last.get(window.weekday, 0), window.ends)
    evenings = [
        Window(day, max(_EVENING, last[day]), _LATE)
        for day in _WORKDAYS
        if day in last and last[day] < _LATE
    ]
    mornings = [Window(day, _MORNING, _NOON) for day in _WEEKEND]
    afternoons = [Window(day, _AFTERNOON, _EVENING) for day in _WEEKEND]
    others = [Window(day, _EVENING, _LATE) for day in _WORKDAYS if day not in last]
    steps = [evenings, mornings, afternoons, others]
    yield from (
        more
        for step, more in zip(
            steps, accumulate(tuple(_new(step, own)) for step in steps), strict=True
        )
        if _new(step, own)
    )


def _new(windows: list[Window], own: tuple[Window, ...]) -> list[Window]:
    """What of the windows is in none of theirs, in pieces that are worth it."""
    found: list[Window] = []
    for window in windows:
        starts = window.starts
        for mine in sorted(own, key=lambda one: one.starts):
            if mine.weekday == window.weekday and starts < mine.ends and mine.starts < window.ends:
                found.append(Window(window.weekday, starts, mine.starts))
                starts = mine.ends
        found.append(Window(window.weekday, starts, window.ends))
    return [window for window in found if window.ends - window.starts >= _WORTH_IT]


def _within(titles: list[str]) -> list[str]:
    """As many titles as a row has room for."""
    room = 400_000
    kept: list[str] = []
    for title in titles:
        room -= len(title.encode()) + 8
        if room < 0:
            break
        kept.append(title)
    return kept


def _hours(minutes: int) -> str:
    whole, rest = divmod(minutes, 60)
    said = [f"{whole} {_plural(whole, 'hour')}"] if whole else []
    return " ".join([*said, f"{rest} minutes"] if rest or not whole else said)


def _plural(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"
