"""Killed workers and a model's ledger, for some seconds; `make chaos` has a hundred kills."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.chaos.generations import FORGETFUL, work

if TYPE_CHECKING:
    from learnbase.stack import Stack

SEED = 11


def test_whatever_dies_every_plan_is_made_once_and_no_answer_is_bought_again(stack: Stack) -> None:
    course = work(stack, 6, SEED)
    assert course.broken == {}
    assert course.figures["kills"] > 0


def test_a_draft_that_is_forgotten_is_noticed(stack: Stack) -> None:
    assert "paid twice in vain" in work(stack, 8, SEED, flaw=FORGETFUL).broken
