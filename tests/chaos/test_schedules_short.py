"""Life and killed workers, for some seconds; `make chaos` follows forty learners."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.chaos.schedules import BLIND_TO_OTHER_PLANS, live

if TYPE_CHECKING:
    from learnbase.stack import Stack

SEED = 5


def test_whatever_happens_nobody_is_double_booked_and_nothing_is_left_without_a_time(
    stack: Stack,
) -> None:
    course = live(stack, 3, SEED)
    assert course.broken == {}
    assert course.figures["kills"] > 0


def test_a_double_booking_is_noticed(stack: Stack) -> None:
    assert "two sessions at a time" in live(stack, 3, SEED, flaw=BLIND_TO_OTHER_PLANS).broken
