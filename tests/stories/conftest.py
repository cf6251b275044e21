"""What the stories of the workers begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stories.deliveries import Deliveries
from tests.stories.exports import Exporting, Outside
from tests.stories.letters import Letters
from tests.stories.schedules import Queue, Scheduled

if TYPE_CHECKING:
    from tests.world import World


@pytest.fixture
def deliveries(world: World) -> Deliveries:
    """The queue, empty, and a worker in front of it."""
    return Deliveries(world)


@pytest.fixture
def queue(world: World) -> Queue:
    """The queue of schedules, empty."""
    return Queue(world)


@pytest.fixture
def asked(world: World, deliveries: Deliveries, queue: Queue) -> Scheduled:
    """A plan just made; its schedule was asked for, and is not made yet."""
    return Scheduled.of(world.person(), deliveries, queue)


@pytest.fixture
def scheduled(asked: Scheduled) -> Scheduled:
    """The same, on three evenings: Read, Watch, Ship."""
    asked.make()
    return asked


@pytest.fixture
def outside(world: World) -> Outside:
    """The queues of connections and exports, empty."""
    return Outside(world)


@pytest.fixture
def exporting(world: World, outside: Outside) -> Exporting:
    """A learner with Notion connected, and a plan that is not exported yet."""
    return Exporting.of(outside, world.person())


@pytest.fixture
def letters(world: World) -> Letters:
    """The queues of messages and letters, empty."""
    return Letters(world)
