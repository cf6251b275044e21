"""Mending by rule what is wrong with a roadmap, where there is a rule.

Week numbers, weeks too many, tasks twice or too few, minutes and days have one; another style or
language has none. Texts and links stay as they are.
"""

import math

from learnbase.planning.budget import SHORTEST_TASK, WeekBudget, in_fives, sessions
from learnbase.planning.checks import findings, may_be_light
from learnbase.planning.fitting import fill, spread
from learnbase.planning.request import PlanRequest
from learnbase.planning.roadmap import MAX_LEFT_OUT, Roadmap, Task, Week, longest_task
from learnbase.planning.rooms import rooms
from learnbase.planning.titles import Taken


def rebalance(roadmap: Roadmap, request: PlanRequest) -> Roadmap:
    """Mend the weeks that something is wrong with; the others stay as they were written.

    What no longer fits is named in `left_out`. What has no rule is still found by
    `checks.findings` afterwards.

    Raises:
        NoTime: the request leaves no time at all.
    """
    budgets = [room.budget for room in rooms(request, weeks=len(roadmap.weeks))]
    wrong = {finding.week for finding in findings(roadmap, request)}
    taken = Taken(request, roadmap)
    weeks: list[Week] = []
    left_out = list(roadmap.left_out)
    for position, (budget, week) in enumerate(zip(budgets, roadmap.weeks, strict=False)):
        numbered = week.model_copy(update={"week": budget.number})
        if week.week in wrong:
            light = may_be_light(roadmap, position, request)
            total = _minutes(week, budget, may_be_light=light)
            tasks = _each_once(numbered, taken, total)
            most = total // SHORTEST_TASK
            left_out += [task.title for task in tasks[most:]]
            numbered = _fitted(numbered, _enough(tasks[:most], taken, total), budget, total)
        for task in numbered.tasks:
            taken.take(task.title, budget.number)
        weeks.append(numbered)
    left_out += [week.title for week in roadmap.weeks[len(budgets) :]]
    return roadmap.model_copy(
        update={
            "weeks": tuple(weeks),
            "left_out": tuple(dict.fromkeys(left_out))[:MAX_LEFT_OUT],
        }
    )


def _minutes(week: Week, budget: WeekBudget, *, may_be_light: bool) -> int:
    """What the week has to hold in the end."""
    if may_be_light and week.minutes < budget.minutes:
        return max(SHORTEST_TASK, in_fives(week.minutes))
    return budget.minutes


def _each_once(week: Week, taken: Taken, total: int) -> tuple[Task, ...]:
    """Leave out tasks whose title was there before, as long as the rest can fill the week.

    What has to stay says so in its title.
    """
    fresh: list[bool] = []
    for task in week.tasks:
        fresh.append(taken.where(task, week.week) is None)
        taken.take(task.title, week.week)
    missing = math.ceil(total / longest_task(total)) - sum(fresh)
    kept: list[Task] = []
    for task, is_fresh in zip(week.tasks, fresh, strict=True):
        if is_fresh:
            kept.append(task)
        elif missing > 0:
            missing -= 1
            name = taken.renamed(task.title)
            taken.take(name, week.week)
            kept.append(task.model_copy(update={"title": name}))
    return tuple(kept)


def _enough(tasks: tuple[Task, ...], taken: Taken, total: int) -> tuple[Task, ...]:
    """Cut the longest tasks into parts until none has to be longer than a task may be."""
    parts = [1] * len(tasks)
    for _ in range(math.ceil(total / longest_task(total)) - len(tasks)):
        longest = max(range(len(tasks)), key=lambda at: tasks[at].minutes / parts[at])
        parts[longest] += 1
    return tuple(
        task
        if count == 1
        else task.model_copy(
            update={
                "title": taken.renamed(task.title, f" ({part} of {count})"),
                "minutes": task.minutes // count,
            }
        )
        for task, count in zip(tasks, parts, strict=True)
        for part in range(1, count + 1)
    )


def _fitted(week: Week, tasks: tuple[Task, ...], budget: WeekBudget, total: int) -> Week:
    minutes = fill([max(1, task.minutes) for task in tasks], total, longest=longest_task(total))
    days = [task.day for task in tasks]
    if days != sorted(days) or days[-1] > budget.days:
        days = spread(minutes, days=budget.days, sessions=sessions(total, budget.days))
    mended = tuple(
        task.model_copy(update={"minutes": length, "day": day})
        for task, length, day in zip(tasks, minutes, days, strict=True)
    )
    return week.model_copy(update={"tasks": mended})
