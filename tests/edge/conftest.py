"""The edge as a process of its own, before the real stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from tests.edge.serving import Edge, environment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.world import World


@pytest.fixture(scope="session")
def edge(world: World) -> Iterator[Edge]:
    """An edge that has time for everybody; leave it as you found it."""
    with Edge(environment(world)) as edge:
        yield edge


@pytest.fixture(scope="session")
def http(edge: Edge) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=edge.url, timeout=60, trust_env=False) as http:
        yield http
