"""What every test may ask for: one local stack for the whole run, and the people on it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from learnbase.stack import Stack
from tests.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).parents[1]
_HOME = Path(os.environ.get("LEARNBASE_TEST_HOME") or PROJECT / ".learnbase" / "test")
# Each process of a run has a stack of its own.
HOME = _HOME.with_name(_HOME.name + os.environ.get("PYTEST_XDIST_WORKER", ""))
# What takes long begins first, so that no process works on alone at the end.
LONGEST = (
    "tests/bench/test_bench.py",
    "tests/jobs/test_exporting.py",
    "tests/jobs/",
    "tests/cli/",
    "tests/chaos/",
    "tests/stack/",
    "tests/docs/",
    "tests/access/",
    "tests/edge/",
    "tests/stories/",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        return next((n for n, path in enumerate(LONGEST) if item.nodeid.startswith(path)), 99)

    items.sort(key=place)


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """A stack of its own, beside the one that `make demo` leaves running; stopped at the end."""
    stack = Stack(HOME)
    stack.start()
    stack.reset()
    try:
        yield stack
    finally:
        stack.stop()


@pytest.fixture(scope="session")
def world(stack: Stack) -> Iterator[World]:
    world = World(stack)
    yield world
    world.http.close()
