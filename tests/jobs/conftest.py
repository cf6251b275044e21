"""A site, a proxy in front of it, a model, and workers between them."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.google import Google
from tests.fakes.notion import Notion
from tests.fakes.openai import OpenAI
from tests.fakes.postgrest_proxy import PostgrestProxy
from tests.jobs.abroad import JOBS, Abroad
from tests.jobs.site import Site, Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from learnbase.stack import Stack


@pytest.fixture(scope="session")
def empty_site(stack: Stack) -> Iterator[Site]:
    site = Site(stack)
    yield site
    stack.drop_database(site.name)


@pytest.fixture
def site(empty_site: Site) -> Iterator[Site]:
    empty_site.clear()
    yield empty_site
    empty_site.clear()


@pytest.fixture(scope="session")
def running_proxy(empty_site: Site) -> Iterator[PostgrestProxy]:
    with PostgrestProxy(empty_site.rest) as proxy:
        yield proxy


@pytest.fixture
def proxy(running_proxy: PostgrestProxy) -> PostgrestProxy:
    running_proxy.forget_rules()
    running_proxy.calls.clear()
    return running_proxy


@pytest.fixture
def openai() -> Iterator[OpenAI]:
    with OpenAI() as server:
        yield server
        server.go_on.set()


@pytest.fixture
def hire(site: Site, proxy: PostgrestProxy) -> Iterator[Callable[..., Worker]]:
    """Start workers that reach the database through the proxy; none outlives the test."""
    with ExitStack() as workers:

        def start(*arguments: str, model: OpenAI | None = None, **settings: str) -> Worker:
            asks: dict[str, Any] = {}
            if model is not None:
                asks = {
                    "OPENAI_API_KEY": "sk-test-1234567890",
                    "OPENAI_BASE_URL": f"{model.url}/v1",
                    "OPENAI_API": "responses",
                }
            worker = Worker(proxy.url, site.key, *arguments, **(asks | settings))
            return workers.enter_context(worker)

        yield start


@pytest.fixture
def abroad(site: Site) -> Iterator[Abroad]:
    """Notion, whose lists lag, and Google, and learners with accounts there."""
    with Notion(lag=5) as notion, Google() as google:
        yield Abroad(site, notion, google)


@pytest.fixture
def exporter(abroad: Abroad, hire: Callable[..., Worker]) -> Callable[..., Worker]:
    """Start workers for what concerns accounts elsewhere; by default until nothing is left."""

    def start(*arguments: str) -> Worker:
        return hire(*JOBS, *(arguments or ("--drain",)), **abroad.settings)

    return start
