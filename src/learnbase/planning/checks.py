"""What a schema cannot say about a roadmap: whether it keeps to the learner's time and wishes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from learnbase.planning.budget import (
    SHORTEST_TASK,
    WeekBudget,
    last_week,
    sessions,
    week_budgets,
)
from learnbase.planning.fitting import fill, spread
from learnbase.planning.request import LearningStyle, PlanRequest
from learnbase.planning.roadmap import (
    MAX_LEFT_OUT,
    Roadmap,
    Task,
    TaskKind,
    Week,
    longest_task,
)

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
            `duplicate_title`, `day_order`, `day_outside`, `style` or `too_large`.
        where: For example `week 3` or `week 3, task 2`.
        message: A sentence that a model or a person can act on.
    """

    code: str
    where: str
    message: str


def findings(roadmap: Roadmap, request: PlanRequest) -> list[Finding]:
    """Return all that is wrong with `roadmap` as an answer to `request`, in reading order.

    Every week must hold its minutes within 15 %. Only the last may hold less: there the plan ends.

    Raises:
        NoTime: the request leaves no time at all.
    """
    budgets = week_budgets(request, weeks=len(roadmap.weeks))
    found: list[Finding] = []
    for position, week in enumerate(roadmap.weeks, start=1):
        where = f"week {week.week}"
        if week.week != position:
            found.append(Finding("week_order", where, f"This should be week {position}."))
        if position > len(budgets):
            found.append(
                Finding("too_late", where, f"The deadline lies in week {last_week(request)}.")
            )
            continue
        is_last = position == len(roadmap.weeks)
        found += _week_findings(week, budgets[position - 1], where, may_end_early=is_last)
    found += _style_findings(roadmap, request)
    size = len(json.dumps(roadmap.to_result(), ensure_ascii=False).encode())
    if size > MAX_BYTES:
        found.append(
            Finding("too_large", "roadmap", f"It has {size} bytes; {MAX_BYTES} are allowed.")
        )
    return found


def rebalance(roadmap: Roadmap, request: PlanRequest) -> Roadmap:
    """Mend by rule what has a rule: week numbers, weeks too many, minutes, days.

    Titles, texts and links stay as they are. What no longer fits is named in `left_out`. What has
    no rule (a title twice, another style) is still found by `findings` afterwards.

    Raises:
        NoTime: the request leaves no time at all.
    """
    budgets = week_budgets(request, weeks=len(roadmap.weeks))
    weeks: list[Week] = []
    left_out = list(roadmap.left_out)
    for budget, week in zip(budgets, roadmap.weeks, strict=False):
        room = budget.minutes // SHORTEST_TASK
        weeks.append(_rebalanced(week, week.tasks[:room], budget))
        left_out += [task.title for task in week.tasks[room:]]
    left_out += [week.title for week in roadmap.weeks[len(budgets) :]]
    return roadmap.model_copy(
        update={
            "weeks": tuple(weeks),
            "left_out": tuple(dict.fromkeys(left_out))[:MAX_LEFT_OUT],
        }
    )


def _week_findings(
    week: Week, budget: WeekBudget, where: str, *, may_end_early: bool
) -> Iterator[Finding]:
    difference = week.minutes - budget.minutes
    if abs(difference) > budget.minutes * TOLERANCE and not (may_end_early and difference < 0):
        yield Finding(
            "week_minutes", where, f"It has {week.minutes} minutes; there are {budget.minutes}."
        )
    titles: set[str] = set()
    day = 1
    for order, task in enumerate(week.tasks, start=1):
        here = f"{where}, task {order}"
        longest = longest_task(budget.minutes)
        if not SHORTEST_TASK <= task.minutes <= longest:
            yield Finding(
                "task_minutes",
                here,
                f"It has {task.minutes} minutes; {SHORTEST_TASK} to {longest} are sensible.",
            )
        title = task.title.casefold()
        if title in titles:
            yield Finding("duplicate_title", here, f"“{task.title}” is there twice this week.")
        titles.add(title)
        if task.day < day:
            yield Finding("day_order", here, f"Day {task.day} comes after day {day}.")
        if task.day > budget.days:
            yield Finding("day_outside", here, f"This week ends on day {budget.days}.")
        day = max(day, task.day)


def _style_findings(roadmap: Roadmap, request: PlanRequest) -> Iterator[Finding]:
    minutes = dict.fromkeys(TaskKind, 0)
    for week in roadmap.weeks:
        for task in week.tasks:
            minutes[task.kind] += task.minutes
    learning = sum(minutes[kind] for kind in _LEARNING)
    # The rest of a plan may well be all of one kind, because the other was done first.
    if learning < _ENOUGH_TO_MIX or request.finished:
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


def _rebalanced(week: Week, tasks: tuple[Task, ...], budget: WeekBudget) -> Week:
    minutes = fill(
        [max(1, task.minutes) for task in tasks],
        budget.minutes,
        longest=longest_task(budget.minutes),
    )
    days = [task.day for task in tasks]
    if days != sorted(days) or days[-1] > budget.days:
        days = spread(minutes, days=budget.days, sessions=sessions(budget.minutes, budget.days))
    mended = tuple(
        task.model_copy(update={"minutes": length, "day": day})
        for task, length, day in zip(tasks, minutes, days, strict=True)
    )
    return week.model_copy(update={"week": budget.number, "tasks": mended})
