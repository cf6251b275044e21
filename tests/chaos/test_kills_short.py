"""The kills, for half a minute; `make chaos` has a thousand of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.chaos.disturbances import Size
from tests.chaos.kills import ARCHIVED_FIRST, UNFENCED, Flaw, sees, work

if TYPE_CHECKING:
    from learnbase.stack import Stack

SEED = 7


@pytest.mark.parametrize("flaw", [UNFENCED, ARCHIVED_FIRST], ids=lambda flaw: flaw.breaks)
def test_a_flaw_made_on_purpose_is_noticed(stack: Stack, flaw: Flaw) -> None:
    assert sees(stack, flaw, SEED)


def test_whatever_dies_every_job_ends_once(stack: Stack) -> None:
    outcome = work(stack, Size(36, kills=10, stops=1, cuts=6, freezes=1), SEED)
    assert outcome.broken == {}
    assert outcome.strange == []
    # Deliveries that got lost are what this is about.
    assert outcome.figures["deliveries"] > outcome.figures["jobs"]
