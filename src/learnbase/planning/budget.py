"""How much time there is: weeks, the days that lie inside each, and their minutes."""

from dataclasses import dataclass
from datetime import date, timedelta

from learnbase.errors import LearnbaseError
from learnbase.planning.request import PlanRequest

MAX_WEEKS = 104
LAST_WEEK = 520
"""The highest number that a week of a plan may have: a person may have numbered theirs."""
DAYS = 7
STEP = 5
"""Minutes are planned in fives: nobody learns for 43 minutes."""
SHORTEST_TASK = 10
LONGEST_TASK = 180


class NoTime(LearnbaseError):
    """The dates and hours leave no time to learn in."""


@dataclass(frozen=True)
class WeekBudget:
    """One week of learning.

    Attributes:
        number: 1 and up.
        starts_on: Its first day, `start_date + 7·(number - 1)`.
        days: How many of its days there are before the deadline ends it, 1 to 7.
        minutes: What there is to fill, a multiple of five, at least ten.
    """

    number: int
    starts_on: date
    days: int
    minutes: int


def in_fives(minutes: float) -> int:
    """Round to the nearest five minutes, halves upwards."""
    return int((minutes + STEP / 2) // STEP) * STEP


def week_budgets(request: PlanRequest, *, weeks: int) -> tuple[WeekBudget, ...]:
    """Return the budgets of the first `weeks` weeks, fewer where the deadline comes first.

    The deadline's own day counts. A last week that it cuts short has its share of the minutes.

    Raises:
        NoTime: no hours, or the deadline lies before the start.
    """
    check_there_is_time(request)
    available = min(weeks, MAX_WEEKS, last_week(request) or MAX_WEEKS)
    return tuple(_budget(request, number) for number in range(1, available + 1))


def last_week(request: PlanRequest) -> int | None:
    """Return the number of the week that the deadline lies in, or None without a deadline."""
    if request.deadline_date is None:
        return None
    return (request.deadline_date - request.start_date).days // DAYS + 1


def check_there_is_time(request: PlanRequest) -> None:
    """Refuse a request that no plan can answer.

    Raises:
        NoTime: no hours, or the deadline lies before the start.
    """
    if request.weekly_hours == 0:
        raise NoTime(
            "There is no time to plan with: the plan has 0 hours a week.",
            remedy="Choose at least 1 hour a week.",
            field="weekly_hours",
            code="no_time",
        )
    if request.deadline_date is not None and request.deadline_date < request.start_date:
        raise NoTime(
            f"The deadline ({request.deadline_date}) lies before the start ({request.start_date}).",
            remedy="Choose a deadline on or after the day you start, or no deadline.",
            field="deadline_date",
            code="no_time",
        )


def sessions(minutes: int, days: int) -> int:
    """Return on how many days a week of `minutes` is best learned, at most `days`.

    Short and often beats long and seldom: half an hour twice for one hour a week, 75 minutes on
    four days for five, two hours on five for ten, and a day of rest up to 45.
    """
    per_week = minutes / days * DAYS / 60
    steps = ((1, 2), (3, 3), (6, 4), (10, 5), (45, 6))
    wanted = next((count for hours, count in steps if per_week <= hours), DAYS)
    return max(1, min(days, int(wanted * days / DAYS + 0.5), minutes // SHORTEST_TASK))


def _budget(request: PlanRequest, number: int) -> WeekBudget:
    starts_on = request.start_date + timedelta(days=DAYS * (number - 1))
    days = DAYS
    if request.deadline_date is not None:
        days = min(DAYS, (request.deadline_date - starts_on).days + 1)
    minutes = max(SHORTEST_TASK, in_fives(request.weekly_hours * 60 * days / DAYS))
    return WeekBudget(number, starts_on, days, minutes)
