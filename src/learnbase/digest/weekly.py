"""What this week's letter says, and whether there is one: decided here, as plain data."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from learnbase.digest.context import validated
from learnbase.digest.letters.weekly_nothing_due import Context as NothingDue
from learnbase.digest.letters.weekly_summary import Context as Summary
from learnbase.digest.letters.weekly_summary import PlanThisWeek
from learnbase.digest.loaded import Loaded
from learnbase.digest.streak import streak
from learnbase.exporting.time_zone import zone

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from learnbase.digest.context import Task
    from learnbase.digest.letters.weekly_nothing_due import Occasion
    from learnbase.digest.loaded import LoadedPlan

TASKS = 12
"""Shown in a letter, the overdue ones included: more is no week but a list."""
OVERDUE = 4
FINISHED = 5
PLANS = 6
QUIET_AFTER = 3
"""Letters in a row about nothing, after which there is silence until the learner returns."""


@dataclass(frozen=True)
class Silence:
    """No letter this week: the last few said already that nothing is due."""


@dataclass(frozen=True)
class _Chosen:
    due: tuple[Task, ...]
    overdue: tuple[Task, ...]


def summary(loaded: Mapping[str, Any]) -> Summary | NothingDue | Silence:
    """Decide this week's letter; to render it: `render(it.kind, it.model_dump(), …)`.

    The week is the seven days from the reader's own day on: who reads on Sunday evening reads of
    what comes, not of what is over.

    What needs a decision comes first (a proposed catch-up), then the plans whose next session is
    the soonest. A letter has at most 12 tasks, shared out among the plans in turn; what slipped
    stands apart, and no task is in both.

    Args:
        loaded: What `learnbase.digest.loaded.Loaded` describes.

    Raises:
        WrongContext: it is not that; names the fields.
    """
    given = validated(Loaded, loaded, "A learner's week")
    plans = [_once(plan) for plan in given.plans]
    if any(plan.tasks_due or plan.overdue or plan.catch_up for plan in plans):
        return _summary(given, plans)
    finished = sum(len(plan.finished_last_week) for plan in plans)
    if given.quiet_weeks >= QUIET_AFTER and not finished:
        return Silence()
    return _nothing_due(given, plans, finished)


def _summary(given: Loaded, plans: list[LoadedPlan]) -> Summary:
    today = given.now.astimezone(zone(given.time_zone)).date()
    ordered = sorted(plans, key=_urgency)
    shown = ordered[:PLANS]
    chosen = _share_out(shown)
    due = list({task.task_id: task for plan in plans for task in plan.tasks_due}.values())
    finished = [task for plan in plans for task in plan.finished_last_week]
    kept_at = streak(given.active_days, given.days_off, today)
    return Summary(
        name=given.name,
        week_begins=today,
        week_ends=today + dt.timedelta(days=6),
        plans=tuple(_this_week(plan, chosen[plan.plan_id]) for plan in shown),
        more_plans=len(plans) - len(shown),
        tasks_due=len(due),
        minutes_due=sum(task.minutes for task in due),
        overdue=sum(len(plan.overdue) for plan in plans),
        finished=len(finished),
        finished_minutes=sum(task.minutes for task in finished),
        finished_titles=tuple(task.title for task in finished[:FINISHED]),
        streak_days=kept_at.days,
        streak_weeks=kept_at.weeks,
    )


def _nothing_due(given: Loaded, plans: list[LoadedPlan], finished: int) -> NothingDue:
    today = given.now.astimezone(zone(given.time_zone)).date()
    week = [today + dt.timedelta(days=number) for number in range(7)]
    resting = all(any(start <= day <= end for start, end in given.days_off) for day in week)
    kept_at = streak(given.active_days, given.days_off, today)
    occasion: Occasion = "ahead"
    if not plans:
        occasion = "no_plan"
    elif all(plan.completion >= 1 for plan in plans):
        occasion = "all_done"
    elif resting:
        occasion = "resting"
    going_on = next((plan for plan in plans if plan.completion < 1), None)
    last = going_on or (plans[0] if plans else None)
    return NothingDue(
        name=given.name,
        occasion=occasion,
        variation=today.toordinal() // 7,
        plan_id=last.plan_id if last else None,
        topic=last.topic if last else None,
        finished=finished,
        streak_days=kept_at.days,
        streak_weeks=kept_at.weeks,
    )


def _once(plan: LoadedPlan) -> LoadedPlan:
    """Return a plan whose tasks are each due or overdue, in the order of their sessions."""
    late = {task.task_id for task in plan.overdue}
    due = {task.task_id: task for task in plan.tasks_due if task.task_id not in late}
    overdue = {task.task_id: task for task in plan.overdue}
    return plan.model_copy(
        update={
            "tasks_due": tuple(sorted(due.values(), key=_by_session)),
            "overdue": tuple(overdue.values()),
        }
    )


def _by_session(task: Task) -> tuple[bool, float]:
    return task.session_at is None, task.session_at.timestamp() if task.session_at else 0


def _urgency(plan: LoadedPlan) -> tuple[bool, bool, bool, tuple[bool, float], int]:
    soonest = _by_session(plan.tasks_due[0]) if plan.tasks_due else (True, 0.0)
    return (
        plan.catch_up is None,
        not plan.tasks_due,
        not plan.overdue,
        soonest,
        -len(plan.tasks_due),
    )


def _share_out(plans: list[LoadedPlan]) -> dict[UUID, _Chosen]:
    """Return which tasks each plan shows: the first of each, then the second of each, and so on."""
    overdue = _in_turn([plan.overdue for plan in plans], OVERDUE)
    shown = sum(map(len, overdue))
    due = _in_turn([plan.tasks_due for plan in plans], TASKS - shown)
    return {
        plan.plan_id: _Chosen(now, late)
        for plan, now, late in zip(plans, due, overdue, strict=True)
    }


def _in_turn(rows: list[tuple[Task, ...]], room: int) -> list[tuple[Task, ...]]:
    """Return the beginning of each row, `room` tasks in all, dealt out as cards are."""
    turns = sorted((turn, number) for number, row in enumerate(rows) for turn in range(len(row)))
    dealt = Counter(number for _, number in turns[:room])
    return [row[: dealt[number]] for number, row in enumerate(rows)]


def _this_week(plan: LoadedPlan, chosen: _Chosen) -> PlanThisWeek:
    return PlanThisWeek(
        plan_id=plan.plan_id,
        topic=plan.topic,
        completion=plan.completion,
        current_week=plan.current_week,
        tasks=chosen.due,
        more_tasks=len(plan.tasks_due) - len(chosen.due),
        overdue=chosen.overdue,
        more_overdue=len(plan.overdue) - len(chosen.overdue),
        next_milestone=plan.next_milestone,
        feasibility=plan.feasibility,
        catch_up=plan.catch_up,
    )
