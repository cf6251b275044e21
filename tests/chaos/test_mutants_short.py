"""Some weaknesses, chosen by a seed, and each is noticed; `make chaos` tries all of them."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.chaos.mutants import laboratory
from tests.chaos.mutants_equivalent import EQUIVALENT, why_equivalent
from tests.chaos.mutations import Mutant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from learnbase.stack import Stack
    from tests.chaos.mutants import Laboratory

SEED = 11


@pytest.fixture(scope="module")
def room(stack: Stack) -> Iterator[Laboratory]:
    with laboratory(stack) as made:
        yield made


def test_nothing_is_noticed_where_nothing_is_weaker(room: Laboratory) -> None:
    nothing = Mutant("nothing is weaker", "none", ("public.tasks",), "select 1", "select 1")
    assert room.undecided == ""
    assert room.caught_by(nothing, far_too=False) == ("", "")


def test_a_weakness_of_each_kind_is_noticed(room: Laboratory) -> None:
    chance = random.Random(SEED)  # noqa: S311 - no secret
    kinds: dict[str, list[Mutant]] = {}
    for mutant in room.mutants:
        if not why_equivalent(mutant):
            kinds.setdefault(mutant.kind, []).append(mutant)
    chosen = [chance.choice(found) for found in kinds.values()]
    assert len(chosen) >= 12
    unnoticed = [mutant.name for mutant in chosen if not room.caught_by(mutant)[0]]
    assert unnoticed == []


def test_a_leak_is_noticed_by_who_looks_and_not_by_its_name(room: Laboratory) -> None:
    """The catalogue's decisions name policies; the matrix sees what they let through."""
    [leak] = [
        mutant
        for mutant in room.mutants
        if mutant.name == "public.modules: “Who reads the plan reads its modules” using true"
    ]
    check, what = room.caught_by(leak)
    assert check == "matrix"
    assert "public.modules" in what


def test_what_is_called_equivalent_is_there_and_has_a_reason(room: Laboratory) -> None:
    names = Counter(mutant.name for mutant in room.mutants)
    assert EQUIVALENT.keys() <= names.keys(), "take out what is gone"
    assert all(EQUIVALENT.values())
