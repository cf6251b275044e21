"""Opening connections to the public web, and to nothing else.

Whatever asks for a page, a connection is opened in one place: `GuardedDoor.connect_tcp`. It looks
the name up itself, judges every address of the answer, and dials the very address that it judged,
so there is no second lookup that could answer otherwise.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from itertools import chain, zip_longest
from typing import Any

import httpcore

from learnbase.security.addresses import PORTS, Forbidden, public_address, require_public_host

Resolve = Callable[[str, int], Awaitable[list[str]]]
"""From a host's name and a port to its addresses."""
Dial = Callable[[str, int, float], Awaitable[httpcore.AsyncNetworkStream]]
"""From an IP address, a port and the seconds it may take to an open connection."""

_LOOKUPS_AT_ONCE = 16
_SECONDS = 5.0
_TRIED = 3
_NO_SUCH_NAME = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})


class NoSuchHost(Exception):
    """The name has no address."""


class SystemResolver:
    """The operating system's own lookup, in threads of its own.

    A slow name server must not hold up what else the process looks up: asyncio's own threads are
    as few as five on a small machine.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_LOOKUPS_AT_ONCE, thread_name_prefix="lookup")

    async def __call__(self, host: str, port: int) -> list[str]:
        """Return every address of a name.

        Raises:
            NoSuchHost: the name has none.
            OSError: nobody could say.
        """
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(self._threads, _getaddrinfo, host, port)
        except socket.gaierror as problem:
            if problem.errno in _NO_SUCH_NAME:
                raise NoSuchHost(host) from problem
            raise
        return [str(address[0]) for *_, address in found]

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(wait=False, cancel_futures=True)


async def tcp(address: str, port: int, seconds: float) -> httpcore.AsyncNetworkStream:
    """Connect to an IP address."""
    return await httpcore.AnyIOBackend().connect_tcp(address, port, timeout=seconds)


class GuardedDoor(httpcore.AsyncNetworkBackend):
    """Connects to hosts all of whose addresses are public."""

    def __init__(self, resolve: Resolve, dial: Dial) -> None:
        self._resolve = resolve
        self._dial = dial

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's name
        local_address: str | None = None,  # noqa: ARG002 - httpcore's
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 - httpcore's
    ) -> httpcore.AsyncNetworkStream:
        """Look the host up, judge, and dial what was judged.

        Raises:
            Forbidden: the port, the host's spelling, or any one of its addresses is not public.
            NoSuchHost: the name has no address.
            httpcore.ConnectError, httpcore.ConnectTimeout: nobody answers there.
        """
        if port not in PORTS:
            raise Forbidden("port")
        require_public_host(host)
        seconds = _SECONDS if timeout is None else timeout
        addresses = [host] if _is_literal(host) else await self._addresses(host, port, seconds)
        for address in addresses[:-1]:
            try:
                return await self._dial(address, port, seconds / len(addresses))
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._dial(addresses[-1], port, seconds)

    async def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002 - httpcore's
        timeout: float | None = None,  # noqa: ASYNC109, ARG002 - httpcore's
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 - httpcore's
    ) -> httpcore.AsyncNetworkStream:
        """Refuse.

        Raises:
            Forbidden: always.
        """
        raise Forbidden("malformed")

    async def sleep(self, seconds: float) -> None:
        """Wait, as httpcore does between attempts."""
        await asyncio.sleep(seconds)

    async def _addresses(self, host: str, port: int, seconds: float) -> list[str]:
        try:
            async with asyncio.timeout(seconds):
                answer = await self._resolve(host, port)
        except TimeoutError as slow:
            raise httpcore.ConnectTimeout("the name server does not answer") from slow
        except (OSError, UnicodeError) as problem:
            raise httpcore.ConnectError("the name server does not say") from problem
        # All are judged, also those that are not going to be tried: who mixes in one of ours is up
        # to something.
        public = list(dict.fromkeys(public_address(address) for address in answer))
        if not public:
            raise NoSuchHost(host)
        # By turns: where one of the two internets is not connected, the other one is.
        fours = [address for address in public if ":" not in address]
        sixes = [address for address in public if ":" in address]
        turns = chain.from_iterable(zip_longest(fours, sixes))
        return [address for address in turns if address is not None][:_TRIED]


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _getaddrinfo(host: str, port: int) -> list[Any]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
