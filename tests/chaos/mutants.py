"""Every weakness is noticed: each mutant of the protection fails a check, or is no weakness.

The checks are the access matrix (`tests.access`), asked in an order that begins with what the
mutant touches, straight at PostgREST; then what was decided about the catalogue
(`tests.sql.test_catalogue`), for what the API does not serve. What no check can tell from the
original is listed in `mutants_equivalent`, with the reason, and must stay unnoticed.
"""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.access import calls, guards, matrix
from tests.access.actors import BY_NAME
from tests.access.columns import of_column
from tests.access.expectations import RELATIONS, words
from tests.access.inspector import Surprise, inspector
from tests.chaos.mutants_equivalent import why_equivalent
from tests.chaos.mutations import Mutant, mutants
from tests.sql import test_catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from learnbase.stack import Stack
    from tests.access.inspector import Inspector
    from tests.access.probes import Probe

Check = Callable[[psycopg.Connection[dict[str, Any]]], None]

# What was decided about the catalogue, for what no request can reach.
_DECIDED: tuple[Check, ...] = (
    test_catalogue.test_every_table_has_row_level_security_and_decided_policies,
    test_catalogue.test_every_grant_on_a_table_or_view_is_decided,
    test_catalogue.test_every_function_runs_as_decided_for_whom_it_was_decided,
    test_catalogue.test_only_decided_roles_enter_a_schema,
    test_catalogue.test_every_trigger_is_decided,
)
MATRIX, CATALOGUE = "matrix", "catalogue"


class Laboratory:
    """A database in which one thing at a time is weaker."""

    def __init__(self, inspector: Inspector) -> None:
        """Work in the database of an inspector."""
        self._inspector = inspector
        url = inspector.state.url
        self._db = psycopg.connect(url, autocommit=True, row_factory=dict_row)
        self._db.execute("set search_path = ''")
        self.mutants = mutants(url)
        # What does not hold anyway tells nothing about a mutant.
        self._decided = _DECIDED
        self.undecided = self._undecided()
        self._decided = tuple(check for check in _DECIDED if not self._fails(check))
        self._probes = [
            *(p for name in RELATIONS for p in matrix.of_relation(name)),
            *(p for name in RELATIONS for column in words(name) for p in of_column(name, column)),
            *calls.probes(),
            *guards.probes(),
        ]

    def close(self) -> None:
        self._db.close()

    def caught_by(
        self, mutant: Mutant, *, far_too: bool = True, but: tuple[Probe, ...] = ()
    ) -> tuple[str, str]:
        """Which check notices a mutant, and what it says; two times "" if none does.

        What the API cannot reach is left to the catalogue first; what is about something else is
        asked last, and not at all without ``far_too``. A probe that is surprised without the
        mutant too tells nothing of it: the others are asked.
        """
        near, far = (
            [probe for probe in probes if probe not in but] for probes in self._probes_about(mutant)
        )
        checks: list[Callable[[], str | Surprise]] = [
            lambda: self._first(near),
            self._undecided,
            lambda: self._first(far),
        ]
        if mutant.is_out_of_reach:
            checks = [checks[1], checks[0], checks[2]]
        found: str | Surprise = ""
        with self._weakened(mutant):
            for check in checks if far_too else checks[:2]:
                found = check()
                if found:
                    break
        if not isinstance(found, Surprise):
            return (CATALOGUE, found) if found else ("", "")
        if self._first([found.probe]):
            return self.caught_by(mutant, far_too=far_too, but=(*but, found.probe))
        return MATRIX, str(found)

    def _first(self, probes: list[Probe]) -> str | Surprise:
        return next(self._inspector.surprises(probes), "")

    def surprises(self) -> list[str]:
        """What the checks say of the database as it is."""
        found = [str(surprise) for surprise in self._inspector.surprises(self._probes)]
        return found + [text for text in (self.undecided, self._undecided()) if text]

    @contextlib.contextmanager
    def _weakened(self, mutant: Mutant) -> Iterator[None]:
        self._db.execute(mutant.do)
        try:
            yield
        finally:
            self._db.execute(mutant.undo)

    def _probes_about(self, mutant: Mutant) -> tuple[list[Probe], list[Probe]]:
        """The probes that are foremost about what a mutant touches; and the others, by nearness."""

        def distance(probe: Probe) -> int:
            if probe.actor in BY_NAME and mutant.role not in (None, BY_NAME[probe.actor].role):
                return 3
            if f"{probe.about[0]}.".startswith(f"{mutant.about[0]}."):
                return 0
            return 1 if set(probe.about) & set(mutant.about) else 2

        ordered = sorted(self._probes, key=distance)
        near = 1 if mutant.kind == "check left out" else 0
        foremost = sum(distance(probe) <= near for probe in ordered)
        return ordered[:foremost], ordered[foremost:]

    def _undecided(self) -> str:
        """What of the catalogue is otherwise than decided."""
        for check in self._decided:
            failure = self._fails(check)
            if failure:
                return f"{check.__name__}: {failure}"
        return ""

    def _fails(self, check: Check) -> str:
        with psycopg.connect(self._inspector.state.url, row_factory=dict_row) as connection:
            connection.execute("set local search_path = ''")
            try:
                check(connection)
            except (AssertionError, pytest.fail.Exception) as failure:
                return str(failure)[:300]
        return ""


@contextlib.contextmanager
def laboratory(stack: Stack, database: str = "mutants") -> Iterator[Laboratory]:
    """A laboratory in a database of its own."""
    with inspector(stack, database) as made:
        found = Laboratory(made)
        try:
            yield found
        finally:
            found.close()


def run(stack: Stack, seed: int, size: int | None) -> dict[str, Any]:
    """Try all mutants, or ``size`` of them chosen by ``seed``."""
    with laboratory(stack) as room:
        before = room.surprises()
        chosen = room.mutants
        if size is not None and size < len(chosen):
            chosen = random.Random(seed).sample(chosen, size)  # noqa: S311 - no secret
        killed: Counter[str] = Counter()
        survived, equivalent, mistaken = [], 0, []
        for mutant in chosen:
            check, what = room.caught_by(mutant)
            reason = why_equivalent(mutant)
            if check:
                killed[check] += 1
                if reason:
                    mistaken.append(f"{mutant.name}: noticed by {check}: {what}")
            elif reason:
                equivalent += 1
            else:
                survived.append(mutant.name)
        after = room.surprises()
    return {
        "generated": len(room.mutants),
        "tried": len(chosen),
        "kinds": dict(Counter(mutant.kind for mutant in chosen)),
        "killed": sum(killed.values()),
        "killed_by": dict(killed),
        "equivalent": equivalent,
        "survived": survived,
        "not_equivalent_after_all": mistaken,
        "surprises_without_a_mutant": [*before, *after],
        "ok": not (survived or mistaken or before or after),
    }
