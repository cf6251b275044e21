"""Probes of single guards: the rules that show neither in a row's place nor in a column's name."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from tests.access.guards import (
    accounts,
    availability,
    deliveries,
    feeds,
    generations,
    hidden,
    limits,
    parents,
    proposals,
    races,
    repeats,
    schedules,
    stamps,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.access.probes import Probe

GUARDS = (
    limits,
    parents,
    stamps,
    generations,
    proposals,
    availability,
    schedules,
    feeds,
    hidden,
    repeats,
    deliveries,
    accounts,
    races,
)


def probes() -> Iterator[Probe]:
    """All of them."""
    return chain.from_iterable(guard.probes() for guard in GUARDS)
