"""What the stories of the workers begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stories.deliveries import Deliveries

if TYPE_CHECKING:
    from tests.world import World


@pytest.fixture
def deliveries(world: World) -> Deliveries:
    """The queue, empty, and a worker in front of it."""
    return Deliveries(world)
