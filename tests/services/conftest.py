"""A model's server on loopback."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.openai import OpenAI

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def openai() -> Iterator[OpenAI]:
    with OpenAI() as server:
        yield server
        server.go_on.set()
