"""The two worlds, for a few seconds; `make chaos` asks them twenty thousand questions."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import pytest

from tests.chaos.two_worlds import Comparison, blindness
from tests.chaos.vocabulary import tables_without_the_victim
from tests.chaos.worlds import two_worlds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from learnbase.stack import Stack

SEED = 7
LEAKS = (
    "everybody reads all tasks",
    "the search looks everywhere",
    "the impact is told to anybody",
    "everybody reads all sessions",
    "feeds of others are given another address",
)


@pytest.fixture(scope="module")
def comparison(stack: Stack) -> Iterator[Comparison]:
    with two_worlds(stack) as halves:
        yield Comparison(stack, halves)


def test_the_victim_has_rows_in_every_table_of_one_world(comparison: Comparison) -> None:
    assert tables_without_the_victim(*comparison.halves) == [], (
        "give the victim rows there in full_world.sql, or say in NOT_THE_VICTIMS why not"
    )


def test_leaks_made_on_purpose_are_noticed(comparison: Comparison) -> None:
    assert blindness(comparison, SEED, 2_000, LEAKS) == []


def test_a_stranger_cannot_tell_the_worlds_apart(comparison: Comparison) -> None:
    comparison.answers.clear()
    requests = islice(comparison.strangers(SEED).requests(), 400)
    difference = comparison.first_difference(requests)
    assert difference is None, f"seed {SEED}: {difference}"
    # Refusals alone would prove little.
    assert comparison.answers["GET 2xx"] > 50
    assert comparison.answers["POST 2xx"] > 5
