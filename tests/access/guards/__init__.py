"""Probes of single guards: the rules that show neither in a row's place nor in a column's name."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from tests.access.guards import (
    accounts,
    availability,
    busy_times,
    closing,
    connections,
    deliveries,
    disconnecting,
    export_jobs,
    exported_plans,
    exports,
    feeds,
    generations,
    hidden,
    letter_acts,
    letter_words,
    letters,
    limits,
    listening,
    messages,
    outside_races,
    parents,
    proposals,
    races,
    repeats,
    schedules,
    sending,
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
    connections,
    disconnecting,
    busy_times,
    exports,
    exported_plans,
    export_jobs,
    closing,
    hidden,
    repeats,
    deliveries,
    accounts,
    listening,
    messages,
    letter_words,
    letters,
    sending,
    letter_acts,
    races,
    outside_races,
)


def probes() -> Iterator[Probe]:
    """All of them."""
    return chain.from_iterable(guard.probes() for guard in GUARDS)
