"""How long somebody has kept at it."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from learnbase.digest import Streak, streak

MONDAY = dt.date(2026, 11, 23)


def before(*days: int) -> list[dt.date]:
    return [MONDAY - dt.timedelta(days=number) for number in days]


def test_days_in_a_row_end_yesterday_or_today():
    assert streak(before(1, 2, 3), [], MONDAY).days == 3
    assert streak(before(0, 1, 2, 3), [], MONDAY).days == 4
    assert streak(before(2, 3), [], MONDAY).days == 0


def test_a_gap_ends_the_days_but_not_the_weeks():
    assert streak(before(1, 2, 4, 9), [], MONDAY) == Streak(days=2, weeks=2)


def test_days_off_break_nothing_and_count_for_nothing():
    off = [(MONDAY - dt.timedelta(days=4), MONDAY - dt.timedelta(days=2))]
    assert streak(before(1, 5, 6), off, MONDAY).days == 3


def test_who_learns_on_a_day_off_gets_it_counted():
    off = [(MONDAY - dt.timedelta(days=4), MONDAY - dt.timedelta(days=2))]
    assert streak(before(1, 3, 5), off, MONDAY).days == 3


def test_a_week_off_breaks_no_weeks():
    off = [(MONDAY - dt.timedelta(days=14), MONDAY - dt.timedelta(days=8))]
    assert streak(before(3, 17, 24), off, MONDAY).weeks == 3
    most_of_it = [(MONDAY - dt.timedelta(days=13), MONDAY - dt.timedelta(days=8))]
    assert streak(before(3, 17, 24), most_of_it, MONDAY).weeks == 1


def test_whoever_never_began_has_none():
    assert streak([], [], MONDAY) == Streak(0, 0)
    assert streak([MONDAY + dt.timedelta(days=1)], [], MONDAY) == Streak(0, 0)


days = st.dates(MONDAY - dt.timedelta(days=60), MONDAY + dt.timedelta(days=3))


@given(st.sets(days), st.lists(st.tuples(days, days), max_size=4))
def test_no_day_off_ever_shortens_a_streak(
    active: set[dt.date], off: list[tuple[dt.date, dt.date]]
):
    plain, rested = streak(active, [], MONDAY), streak(active, off, MONDAY)
    assert rested.days >= plain.days
    assert rested.weeks >= plain.weeks
    assert rested.days <= len({day for day in active if day <= MONDAY})
