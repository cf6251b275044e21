"""What every test may ask for: one local stack for the whole run, and the people on it."""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from learnbase.stack import Stack
from tests.press.pressed import Press
from tests.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).parents[1]
_HOME = Path(os.environ.get("LEARNBASE_TEST_HOME") or PROJECT / ".learnbase" / "test")
# Each process of a run has a stack of its own.
HOME = _HOME.with_name(_HOME.name + os.environ.get("PYTEST_XDIST_WORKER", ""))
SAMPLE = 6
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


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--one-in", type=int, help="keep one in so many of the sampled tests; 1: all")
    parser.addoption("--sample", type=int, default=SAMPLE, help="which ones: a seed")


def pytest_report_header(config: pytest.Config) -> str:
    return f"sample: {config.getoption('--sample')} (of the tests of every fault at every call)"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep some of those that try every fault at every call, and begin with what takes long."""

    def place(item: pytest.Item) -> int:
        return next((n for n, path in enumerate(LONGEST) if item.nodeid.startswith(path)), 99)

    def kept(item: pytest.Item) -> bool:
        marker = item.get_closest_marker("sampled")
        if marker is None:
            return True
        one_in = config.getoption("--one-in") or marker.kwargs["one_in"]
        lot = f"{config.getoption('--sample')} {item.nodeid}".encode()
        return zlib.crc32(lot) % one_in == 0

    # Who names a file or a test means all of it.
    if not config.option.file_or_dir:
        left_out = [item for item in items if not kept(item)]
        items[:] = [item for item in items if kept(item)]
        config.hook.pytest_deselected(items=left_out)
    items.sort(key=place)


def pytest_unconfigure() -> None:
    """Who is helped by another one ends without calling what was registered for the end."""
    Press.stop()


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
