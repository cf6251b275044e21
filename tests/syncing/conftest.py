"""The fake Notion with its own time, and a learner who exports to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.notion import Notion
from tests.fakes.oauth import Clock
from tests.syncing.notion_side import Learner

if TYPE_CHECKING:
    from collections.abc import Iterator

NOON = 1_800_000_000.0


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def service(clock: Clock) -> Iterator[Notion]:
    with Notion(clock=clock, lag=10) as fake:
        yield fake


@pytest.fixture
def learner(service: Notion, clock: Clock) -> Learner:
    return Learner(service, clock)
