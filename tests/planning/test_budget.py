from datetime import date, timedelta

import pytest

from learnbase.planning.budget import NoTime, sessions, week_budgets
from learnbase.planning.fitting import fill, spread
from learnbase.planning.request import PlanRequest

START = date(2026, 8, 5)


def request(hours: int, deadline: date | None) -> PlanRequest:
    return PlanRequest.model_validate(
        {
            "topic": "Python",
            "skill_level": "beginner",
            "weekly_hours": hours,
            "learning_style": "mixed",
            "start_date": START.isoformat(),
            "deadline_date": deadline and deadline.isoformat(),
        }
    )


def budgets(hours: int, days: int, weeks: int = 104) -> list[tuple[int, int, int]]:
    found = week_budgets(request(hours, START + timedelta(days=days - 1)), weeks=weeks)
    return [(week.number, week.days, week.minutes) for week in found]


def test_weeks_begin_on_the_start_date_and_the_deadline_day_counts():
    assert budgets(5, 14) == [(1, 7, 300), (2, 7, 300)]
    assert budgets(5, 15) == [(1, 7, 300), (2, 7, 300), (3, 1, 45)]
    assert budgets(5, 13) == [(1, 7, 300), (2, 6, 255)]
    second = week_budgets(request(5, None), weeks=2)[1]
    assert second.starts_on == START + timedelta(days=7)


def test_a_deadline_today_or_tomorrow_leaves_a_share_of_a_week():
    assert budgets(7, 1) == [(1, 1, 60)]
    assert budgets(7, 2) == [(1, 2, 120)]
    assert budgets(1, 1) == [(1, 1, 10)]
    assert budgets(80, 1) == [(1, 1, 685)]


def test_no_plan_is_longer_than_two_years():
    assert len(week_budgets(request(5, None), weeks=500)) == 104
    assert len(budgets(5, 7 * 300)) == 104


def test_no_hours_are_refused_beside_their_field():
    with pytest.raises(NoTime) as refusal:
        week_budgets(request(0, None), weeks=1)
    assert refusal.value.field == "weekly_hours"
    assert "0 hours" in refusal.value.message
    assert refusal.value.remedy


def test_a_deadline_before_the_start_is_refused_beside_its_field():
    with pytest.raises(NoTime) as refusal:
        week_budgets(request(5, START - timedelta(days=1)), weeks=1)
    assert refusal.value.field == "deadline_date"
    assert "2026-08-04" in refusal.value.message


@pytest.mark.parametrize(
    ("hours", "on_days"), [(1, 2), (3, 3), (5, 4), (10, 5), (20, 6), (45, 6), (60, 7)]
)
def test_a_week_is_learned_on_several_days_with_rest_between(hours: int, on_days: int):
    assert sessions(hours * 60, 7) == on_days


def test_minutes_are_shared_out_exactly_and_in_fives():
    assert sum(fill([1, 2, 3.3], 300, longest=180)) == 300
    assert fill([1, 1], 300, longest=150) == [150, 150]
    assert fill([1000, 1, 1], 60, longest=60) == [40, 10, 10]
    assert fill([1, 1], 300, longest=60) == [60, 60]
    assert fill([], 300, longest=60) == []


def test_days_are_spread_over_the_week_in_order():
    assert spread([60] * 5, days=7, sessions=5) == [1, 2, 3, 5, 6]
    assert spread([30, 30], days=7, sessions=2) == [1, 4]
    assert spread([30, 30, 60], days=7, sessions=2) == [1, 1, 4]
    assert spread([10] * 4, days=1, sessions=1) == [1, 1, 1, 1]
    assert max(spread([20] * 9, days=3, sessions=3)) == 3
