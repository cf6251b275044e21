"""The guarded fetcher: is there something at this address, and what is it called?

Every connection is opened by `services.dialling`, every redirect judged anew by
`security.addresses`; a page costs a bounded number of bytes, seconds and requests, and no site
gets more than a few at a time.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Self
from weakref import WeakValueDictionary

import httpcore

from learnbase.planning.page import Page, Verdict
from learnbase.services import exchange
from learnbase.services.dialling import Dial, GuardedDoor, Resolve, SystemResolver, tcp
from learnbase.services.visit import Course, Visit

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Iterable
    from types import TracebackType

PATIENCE = 10.0
_FOREVER = 24 * 3600.0


class Web:
    """Looks at pages of the public web, as nobody in particular: no cookies, no proxy, no key."""

    def __init__(
        self,
        *,
        resolve: Resolve | None = None,
        dial: Dial = tcp,
        tls: ssl.SSLContext | None = None,
        contact: str | None = None,
        at_once: int = 50,
        per_host: int = 2,
        patience: float = PATIENCE,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            resolve: how a host's name becomes addresses; by default as the system does it.
            dial: how a connection to an address is opened, once the address was judged.
            tls: whom to trust; by default the public authorities.
            contact: an address or page of ours, for the sites' owners.
            at_once: how many requests are under way at a time.
            per_host: how many of them at one host.
            patience: seconds that a page may keep us, over all its redirects.
        """
        self._system = SystemResolver()
        self._door = GuardedDoor(resolve or self._system, dial)
        self._tls = tls
        self._at_once = at_once
        self._pool: httpcore.AsyncConnectionPool | None = None
        self._headers = exchange.headers(contact)
        self._turns = _Turns(at_once, per_host)
        self._patience = patience

    async def __aenter__(self) -> Self:
        """Open the pool."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the pool."""
        await self.close()

    async def close(self) -> None:
        """Close every connection."""
        if self._pool is not None:
            await self._pool.aclose()
        self._system.close()

    async def look(self, url: str, *, seconds: float = _FOREVER) -> Page:
        """Look at one page; whatever happens, there is an answer.

        Args:
            url: the page.
            seconds: when to give up, waiting for its turn included.
        """
        return (await self.look_all([url], seconds=seconds))[url]

    async def look_all(self, urls: Iterable[str], *, seconds: float = _FOREVER) -> dict[str, Page]:
        """Look at many pages at once, each address once.

        Args:
            urls: the pages.
            seconds: when to give up; pages not seen by then are `unclear`.
        """
        course = Course(asyncio.get_running_loop().time() + seconds, self._patience)
        asked = list(dict.fromkeys(urls))
        send = partial(exchange.ask, self._connections(), self._headers)
        visits = (Visit(url, course, self._turns.turn, send) for url in asked)
        pages = await asyncio.gather(*(visit.made() for visit in visits))
        if not course.reached:
            # Where nobody answers, it is we who are cut off: no reason to call anything dead.
            pages = [replace(page, verdict=Verdict.UNCLEAR) for page in pages]
        return dict(zip(asked, pages, strict=True))

    def _connections(self) -> httpcore.AsyncConnectionPool:
        if self._pool is None:
            # Reading the authorities takes 50 ms: once, for all sites, and not before it is needed.
            self._pool = httpcore.AsyncConnectionPool(
                ssl_context=self._tls or httpcore.default_ssl_context(),
                max_connections=self._at_once,
                max_keepalive_connections=self._at_once // 2,
                keepalive_expiry=5.0,
                network_backend=self._door,
            )
        return self._pool


class _Turns:
    """How many requests there are at a time, in all and at each host."""

    def __init__(self, at_once: int, per_host: int) -> None:
        self._all = asyncio.Semaphore(at_once)
        self._per_host = per_host
        # A host's turnstile lives as long as somebody stands there.
        self._hosts: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait for a turn; the host's first, so that who waits at a slow one keeps no other out."""
        gate = self._hosts.get(host)
        if gate is None:
            gate = self._hosts[host] = asyncio.Semaphore(self._per_host)
        async with gate, self._all:
            yield
