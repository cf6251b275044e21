"""The weeks that a request is about, and how much room each has for something new."""

from dataclasses import dataclass, replace
from datetime import timedelta

from learnbase.planning.budget import (
    DAYS,
    MAX_WEEKS,
    SHORTEST_TASK,
    NoTime,
    WeekBudget,
    check_there_is_time,
    in_fives,
    last_week,
    week_budgets,
)
from learnbase.planning.living import LivingTask
from learnbase.planning.request import PlanRequest

OPEN_END = 26
"""How many weeks a plan without a deadline has at most."""


@dataclass(frozen=True)
class Room:
    """A week that may be planned.

    Attributes:
        budget: Its number, days, and the minutes that are left beside what is fixed.
        fixed: Tasks that stay in it as they are.
    """

    budget: WeekBudget
    fixed: tuple[LivingTask, ...] = ()

    @property
    def number(self) -> int:
        """The week's number in the plan."""
        return self.budget.number

    @property
    def minutes(self) -> int:
        """What there is to fill."""
        return self.budget.minutes


def rooms(request: PlanRequest, *, weeks: int) -> tuple[Room, ...]:
    """Return the weeks to plan, at most `weeks` of them, in order.

    A week that what is fixed fills already has no room and is left out.

    Raises:
        NoTime: no hours, the deadline lies before the start, or no week is left before it.
    """
    check_there_is_time(request)
    if request.only_week is not None:
        found = [_whole_week(request, request.only_week)]
    else:
        last = min(last_week(request) or MAX_WEEKS, MAX_WEEKS)
        if request.from_week > MAX_WEEKS:
            raise NoTime(
                f"The plan began so long ago that this would be week {request.from_week}: "
                f"a plan has {MAX_WEEKS} weeks.",
                remedy="Choose a later start date.",
                field="start_date",
                code="no_time",
            )
        found = [b for b in week_budgets(request, weeks=last) if b.number >= request.from_week]
        found = [left for left in (_without_past_days(request, b) for b in found) if left]
    free = [room for room in (_beside_fixed(request, budget) for budget in found) if room]
    if not free:
        raise NoTime(
            "There is no week left to plan: the deadline has passed, or all time is taken.",
            remedy="Choose a later deadline, or more hours a week.",
            field="deadline_date",
            code="no_time",
        )
    return tuple(free[:weeks])


def known_rooms(request: PlanRequest) -> tuple[Room, ...] | None:
    """Return all weeks to plan where the request itself says how many; None where it is open.

    Raises:
        NoTime: as `rooms` does.
    """
    if request.deadline_date is None and request.only_week is None:
        return None
    return rooms(request, weeks=MAX_WEEKS)


def _whole_week(request: PlanRequest, number: int) -> WeekBudget:
    """A week that is there already keeps its place, also beyond a deadline that was moved."""
    budgets = week_budgets(request, weeks=number)
    if len(budgets) == number:
        return budgets[-1]
    starts_on = request.start_date + timedelta(days=DAYS * (number - 1))
    return WeekBudget(number, starts_on, DAYS, in_fives(request.weekly_hours * 60))


def days_over(request: PlanRequest, number: int) -> int:
    """Return how many days of a week to plan are over: planned days are counted from the next."""
    is_begun = request.only_week is None and number == request.from_week
    return request.from_day - 1 if is_begun else 0


def _without_past_days(request: PlanRequest, budget: WeekBudget) -> WeekBudget | None:
    days = budget.days - days_over(request, budget.number)
    if days <= 0:
        return None
    minutes = max(SHORTEST_TASK, in_fives(budget.minutes * days / budget.days))
    return replace(budget, days=days, minutes=minutes)


def _beside_fixed(request: PlanRequest, budget: WeekBudget) -> Room | None:
    week = request.living and request.living.week(budget.number)
    fixed = week.fixed if week else ()
    # What was done on days that are over takes nothing from those to come.
    behind = bool(days_over(request, budget.number))
    taken = sum(task.minutes for task in fixed if not (behind and task.done))
    left = in_fives(budget.minutes - taken)
    if left < SHORTEST_TASK:
        return None
    return Room(replace(budget, minutes=left), fixed)
