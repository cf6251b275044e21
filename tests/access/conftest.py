"""A database of its own for the matrix, behind a gateway of its own, with the little world."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.access import actors, catalogue
from tests.access.inspector import Inspector, gateway, served
from tests.access.state import State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from learnbase.stack import Stack
    from tests.access.catalogue import Catalogue


@pytest.fixture(scope="package")
def inspector(stack: Stack) -> Iterator[Inspector]:
    url, admin = served(stack, "access_matrix")
    with State(admin) as state, gateway(stack, url) as door:
        state.build()
        headers = actors.headers(stack, through_gateway=True)
        with Inspector(door, headers, state) as made:
            yield made
    stack.drop_database("access_matrix")


@pytest.fixture(scope="package")
def found(inspector: Inspector) -> Catalogue:
    return catalogue.read(inspector.state.url)
