"""A fake Notion whose clock stands at noon, and an application that uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contracts.application import NOON, Application
from tests.fakes.notion import Notion
from tests.fakes.oauth import Clock

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def fake() -> Iterator[Notion]:
    with Notion(clock=Clock(NOON)) as server:
        yield server


@pytest.fixture
def app(fake: Notion) -> Iterator[Application]:
    application = Application(fake)
    with application.http:
        yield application


@pytest.fixture
def source(app: Application) -> str:
    return str(app.make_database()["data_sources"][0]["id"])
