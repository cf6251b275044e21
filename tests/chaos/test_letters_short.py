"""Killed workers between a week and its letters, for some seconds; `make chaos` has more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.chaos.letters import live, unseen

if TYPE_CHECKING:
    from learnbase.stack import Stack

SEED = 7


def test_whatever_dies_everybody_has_one_letter_a_week(stack: Stack) -> None:
    course = live(stack, 6, SEED, kills=3, weeks=2, workers=2)
    assert course.broken == {}
    assert course.figures["killed_at_the_place"] > 0
    assert course.figures["letters"] >= 12


def test_a_second_letter_is_noticed(stack: Stack) -> None:
    assert unseen(stack) == []
