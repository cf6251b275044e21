"""Killed workers between a plan, Notion and Google, for some seconds; `make chaos` has more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.chaos.exports import forget, live

if TYPE_CHECKING:
    from learnbase.stack import Stack

SEED = 7


def test_whatever_dies_the_outside_is_what_the_plans_say(stack: Stack) -> None:
    course = live(stack, 4, SEED, kills=2)
    assert course.broken == {}
    assert course.figures["killed_in_a_request"] > 0


def test_a_doubled_item_is_noticed(stack: Stack) -> None:
    assert "a doubled item" in forget(stack).broken
