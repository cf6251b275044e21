"""What a schema cannot say about a roadmap: whether it keeps to the learner's time and wishes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from learnbase.planning.budget import SHORTEST_TASK, WeekBudget, last_week
from learnbase.planning.language import is_clearly_another
from learnbase.planning.request import LearningStyle, PlanRequest
from learnbase.planning.roadmap import Roadmap, TaskKind, Week, longest_task
from learnbase.planning.rooms import rooms
from learnbase.planning.titles import FINISHED, Taken

TOLERANCE = 0.15
MAX_BYTES = 1_000_000

_LEARNING = (TaskKind.READ, TaskKind.WATCH, TaskKind.PRACTICE)
# The least share of reading, watching and practice that a style may have, once a plan is long
# enough to have a mix at all.
_ENOUGH_TO_MIX = 4 * 60
_LEAST = {
    LearningStyle.READING: (TaskKind.READ, 0.3),
    LearningStyle.VIDEO: (TaskKind.WATCH, 0.3),
    LearningStyle.PRACTICE: (TaskKind.PRACTICE, 0.5),
}


@dataclass(frozen=True)
class Finding:
    """One thing wrong with a roadmap.

    Attributes:
        code: Stable: `week_order`, `too_late`, `week_minutes`, `task_minutes`,
            `duplicate_title`, `finished`, `day_order`, `day_outside`, `style`, `language` or
            `too_large`.
        where: For example `week 3` or `week 3, task 2`.
        message: A sentence that a model or a person can act on.
        week: The week concerned; None where it is the whole plan.
    """

    code: str
    where: str
    message: str
    week: int | None = None


def findings(roadmap: Roadmap, request: PlanRequest) -> list[Finding]:
    """Return all that is wrong with `roadmap` as an answer to `request`, in reading order.

    Every week must hold its minutes within 15 %. Only the last may hold less: there the plan ends.

    Raises:
        NoTime: the request leaves no time at all.
    """
    free = rooms(request, weeks=len(roadmap.weeks))
    found: list[Finding] = []
    taken = Taken(request, roadmap)
    for position, week in enumerate(roadmap.weeks):
        number, where = week.week, f"week {week.week}"
        if position >= len(free):
            late = f"The deadline lies in week {last_week(request)}."
            found.append(Finding("too_late", where, late, number))
            continue
        if number != free[position].number:
            right = f"This should be week {free[position].number}."
            found.append(Finding("week_order", where, right, number))
        budget = free[position].budget
        light = may_be_light(roadmap, position, request)
        found += _week_findings(week, budget, where, taken, may_end_early=light)
    found += _style_findings(roadmap, request)
    found += _language_findings(roadmap, request)
    size = len(json.dumps(roadmap.to_result(), ensure_ascii=False).encode())
    if size > MAX_BYTES:
        found.append(
            Finding("too_large", "roadmap", f"It has {size} bytes; {MAX_BYTES} are allowed.")
        )
    return found


def may_be_light(roadmap: Roadmap, position: int, request: PlanRequest) -> bool:
    """Whether a week may hold less than there is time for: only where the plan ends."""
    if position < len(roadmap.weeks) - 1:
        return False
    if request.only_week is None or request.living is None:
        return True
    return all(week.order <= request.only_week for week in request.living.weeks)


def _week_findings(
    week: Week, budget: WeekBudget, where: str, taken: Taken, *, may_end_early: bool
) -> Iterator[Finding]:
    number = week.week
    difference = week.minutes - budget.minutes
    if abs(difference) > budget.minutes * TOLERANCE and not (may_end_early and difference < 0):
        wrong = f"It has {week.minutes} minutes; there are {budget.minutes}."
        yield Finding("week_minutes", where, wrong, number)
    day = 1
    for order, task in enumerate(week.tasks, start=1):
        here = f"{where}, task {order}"
        longest = longest_task(budget.minutes)
        if not SHORTEST_TASK <= task.minutes <= longest:
            yield Finding(
                "task_minutes",
                here,
                f"It has {task.minutes} minutes; {SHORTEST_TASK} to {longest} are sensible.",
                number,
            )
        there = taken.where(task, number)
        if there == FINISHED:
            again = f"The learner has finished “{task.title}” already."
            yield Finding("finished", here, again, number)
        elif there is not None:
            twice = f"“{task.title}” is in week {there} already."
            yield Finding("duplicate_title", here, twice, number)
        taken.take(task.title, number)
        if task.day < day:
            yield Finding("day_order", here, f"Day {task.day} comes after day {day}.", number)
        if task.day > budget.days:
            yield Finding("day_outside", here, f"This week ends on day {budget.days}.", number)
        day = max(day, task.day)


def _language_findings(roadmap: Roadmap, request: PlanRequest) -> Iterator[Finding]:
    prose = [roadmap.summary]
    for week in roadmap.weeks:
        prose += [week.title, week.description]
        prose += [text for task in week.tasks for text in (task.title, task.description)]
    # The built-in planner says in its note that it writes in English.
    if roadmap.method == "model" and is_clearly_another("\n".join(prose), request.language):
        wrong = f"It is not written in the language with the tag {request.language}."
        yield Finding("language", "roadmap", wrong)


def _style_findings(roadmap: Roadmap, request: PlanRequest) -> Iterator[Finding]:
    minutes = dict.fromkeys(TaskKind, 0)
    for week in roadmap.weeks:
        for task in week.tasks:
            minutes[task.kind] += task.minutes
    learning = sum(minutes[kind] for kind in _LEARNING)
    # The rest of a plan may well be all of one kind, because the other was done first.
    if learning < _ENOUGH_TO_MIX or request.finished or request.only_week is not None:
        return
    style = request.learning_style
    if style is LearningStyle.MIXED:
        largest = max(minutes[kind] for kind in _LEARNING)
        if largest > learning * 0.9:
            yield Finding("style", "roadmap", "The learner wants a mix; this is all of one kind.")
        return
    kind, least = _LEAST[style]
    if minutes[kind] < learning * least:
        yield Finding(
            "style",
            "roadmap",
            f"The learner likes {style}: at least {least:.0%} of the time should be {kind} tasks.",
        )
