import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnbase.scheduling import make
from learnbase.scheduling.pace import learnt_pace
from tests.scheduling.learners import loaded, task

honest = st.lists(st.integers(54, 72), min_size=20, max_size=20)


def test_with_nothing_known_the_estimates_hold():
    assert learnt_pace([]) == 1.0
    assert learnt_pace([(0, 50), (60, 0), (10, 10_000)]) == 1.0


def test_a_few_slow_tasks_are_believed_a_little_and_many_are_believed():
    assert learnt_pace([(60, 120)]) == pytest.approx(1.2)
    assert learnt_pace([(60, 120)] * 100) == pytest.approx(1.9)


def test_what_is_new_counts_for_more_than_what_is_old():
    assert learnt_pace([(60, 60)] * 40 + [(60, 120)] * 60) == 1.0


@given(honest, st.integers(0, 19), st.integers(1, 10_000))
def test_one_liar_among_twenty_changes_little(actual: list[int], place: int, lie: int):
    told = [(60, minutes) for minutes in actual]
    lied = [*told[:place], (60, lie), *told[place + 1 :]]
    assert abs(learnt_pace(told) - learnt_pace(lied)) <= 0.21


@given(st.lists(st.tuples(st.integers(-5, 10**6), st.integers(-5, 10**6)), max_size=200))
def test_no_history_makes_a_pace_beyond_reason(worked: list[tuple[int, int]]):
    assert 0.5 <= learnt_pace(worked) <= 2.5


def test_what_remains_is_planned_at_the_learners_pace():
    made = make(loaded(task("a", 60), worked=[[60, 120]] * 60))
    assert made["feasibility"]["pace"] > 1.7
    assert made["feasibility"]["needed_minutes"] == 60 * made["feasibility"][
        "pace"
    ] // 5 * 5 + 5 * (60 * made["feasibility"]["pace"] % 5 > 1e-6)
