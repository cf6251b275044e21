"""Everybody tries everything: the access matrix over the real API, and the database afterwards."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.access import calls, columns, guards, matrix, table, wishes
from tests.access.expectations import FUNCTIONS, RELATIONS, words
from tests.access.probes import NOTHING, Outcome, Probe, Request

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.access.catalogue import Catalogue
    from tests.access.inspector import Inspector

HERE = "tests/access/expectations.py"


def inspect(inspector: Inspector, probes: Iterable[Probe]) -> None:
    surprises = [str(surprise) for surprise in inspector.surprises(probes)]
    if surprises:
        more = f"\n… and {len(surprises) - 20} more" if len(surprises) > 20 else ""
        pytest.fail("\n".join(["", *surprises[:20]]) + more, pytrace=False)


# Everything is decided


def test_every_relation_is_decided(found: Catalogue) -> None:
    undecided = found.relations.keys() ^ RELATIONS.keys()
    assert not undecided, (
        f"Decide who may select, insert, update, delete and upsert the rows of {undecided}: one's"
        f" own, those of a private and of a public plan. Write it into {HERE}, with the sentence"
        " that says so (or take out what is gone)."
    )


@pytest.mark.parametrize("relation", RELATIONS)
def test_every_column_is_decided(found: Catalogue, relation: str) -> None:
    undecided = set(found.relations[relation]) ^ words(relation).keys()
    assert not undecided, (
        f"Decide who writes {undecided} of {relation}: may people add it, change it, carry it in an"
        f" upsert; is it fixed, stamped, derived, or the service's? Write it into {HERE}."
    )
    for column in found.relations[relation]:
        assert wishes.other(relation, column) is not None


def test_every_function_is_decided(found: Catalogue) -> None:
    undecided = set(found.functions) ^ FUNCTIONS.keys()
    assert not undecided, (
        f"Decide who may call {undecided}, and about whose plans. Write it into {HERE}, and a call"
        " that is allowed, with its effect, into tests/access/calls.py."
    )


def test_the_page_says_what_was_decided() -> None:
    assert table.FILE.read_text() == table.page(), "Write it anew: python -m tests.access.table"


# Everything is as decided


@pytest.mark.parametrize("relation", RELATIONS)
def test_everybody_reads_and_writes_what_was_decided(inspector: Inspector, relation: str) -> None:
    inspect(inspector, matrix.of_relation(relation))


@pytest.mark.parametrize("relation", RELATIONS)
def test_every_column_is_written_by_whom_it_was_decided(
    inspector: Inspector, relation: str
) -> None:
    probes = (probe for column in words(relation) for probe in columns.of_column(relation, column))
    inspect(inspector, probes)


def test_every_guard_stands(inspector: Inspector) -> None:
    inspect(inspector, guards.probes())


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_answers_whom_it_was_decided(inspector: Inspector, function: str) -> None:
    inspect(inspector, calls.probes([function]))


# The inspector can see


def test_a_wrong_answer_is_seen(inspector: Inspector) -> None:
    hers = next(
        p for p in matrix.of_relation("public.modules") if p.name == "owner reads public.modules"
    )
    probe = replace(hers, actor="another learner")
    assert [surprise.probe for surprise in inspector.surprises([probe])] == [probe]


@pytest.mark.parametrize("actor", ["owner", "another learner"])
def test_a_write_that_should_not_have_been_is_seen(inspector: Inspector, actor: str) -> None:
    quiet = Probe(
        "a write that nobody decided",
        "owner",
        Request("PATCH", "public.modules", {"title": "Mine"}, prefer="return=minimal"),
        Outcome(frozenset({204}), effect=NOTHING),
        ("public.modules",),
    )
    harmless = Probe(
        "reading",
        actor,
        Request("GET", "public.modules", prefer=""),
        Outcome(frozenset({200})),
        ("public.modules",),
    )
    seen = list(inspector.surprises([harmless, quiet, harmless]))
    assert [surprise.probe for surprise in seen] == [quiet]
    assert "revision" in str(seen[0])
    assert not inspector.state.touched()


def test_one_row_too_many_is_seen(inspector: Inspector) -> None:
    """The right column of the right row, and of another one."""
    [probe] = [
        probe
        for probe in matrix.of_relation("public.modules")
        if probe.name == "owner updates public.modules (private plan)"
    ]
    wide = Request("PATCH", "public.modules", probe.request.body, prefer="return=minimal")
    outcome = Outcome(frozenset({204}), effect=probe.outcome.effect)
    wider = replace(probe, request=wide, outcome=outcome)
    assert list(inspector.surprises([probe])) == []
    assert len(list(inspector.surprises([wider]))) == 1
