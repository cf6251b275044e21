"""The wire to a model: what it sends is bounded before it is read, and its refusals say when.

The openai client reads a whole body into memory, whatever its length; so the bytes are counted
underneath it.
"""

from __future__ import annotations

import datetime as dt
import re
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import httpx2

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

MOST_BYTES = 10_000_000
_MILLISECONDS = 1000
_LONGEST_WAIT = 86_400.0  # seconds; who asks for more is asked again tomorrow
_SPAN = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+)ms)?")


class TooLong(httpx2.TransportError):
    """The answer is longer, or packed tighter, than any plan."""


class BoundedTransport(httpx2.AsyncBaseTransport):
    """Ends an answer that does not end by itself."""

    def __init__(self, connections: int, *, most: int = MOST_BYTES) -> None:
        """Open up to so many connections, and let so many bytes of each answer through."""
        limits = httpx2.Limits(max_connections=connections, max_keepalive_connections=connections)
        self._inner = httpx2.AsyncHTTPTransport(limits=limits)
        self._most = most

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send, and count what comes back."""
        response = await self._inner.handle_async_request(request)
        length = response.headers.get("content-length", "0")
        # A packed body could be of any length; none was asked for.
        packed = response.headers.get("content-encoding", "identity") != "identity"
        if packed or (length.isdigit() and int(length) > self._most):
            await response.aclose()
            raise TooLong("the answer is too long", request=request)
        stream = response.stream
        if not isinstance(stream, httpx2.AsyncByteStream):
            raise TypeError("an asynchronous transport gives an asynchronous stream")
        response.stream = _Counted(stream, self._most)
        return response

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


class _Counted(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream, most: int) -> None:
        self._stream = stream
        self._left = most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            self._left -= len(chunk)
            if self._left < 0:
                raise TooLong("the answer is too long")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Read how many seconds a service asks us to wait, a day at most; None: it does not say.

    Sources: RFC 9110, 10.2.3 (seconds or a date); `retry-after-ms` and `x-ratelimit-reset-*`, as
    https://platform.openai.com/docs/guides/rate-limits has them ("6m0s", "20ms").
    """
    for read in (_milliseconds, _seconds_or_date, _until_reset):
        try:
            wait = read(headers)
        except (ValueError, TypeError, OverflowError):
            continue
        if wait is not None:
            return min(max(0.0, wait), _LONGEST_WAIT)
    return None


def _milliseconds(headers: Mapping[str, str]) -> float | None:
    exact = headers.get("retry-after-ms", "").strip()
    return float(exact) / _MILLISECONDS if exact[:1].isdigit() else None


def _seconds_or_date(headers: Mapping[str, str]) -> float | None:
    wait = headers.get("retry-after", "").strip()
    if not wait or wait[:1] in "+-.":
        return None
    if wait[0].isdigit():
        return float(wait)
    at = parsedate_to_datetime(wait)
    at = at if at.tzinfo else at.replace(tzinfo=dt.UTC)
    return (at - dt.datetime.now(dt.UTC)).total_seconds()


def _until_reset(headers: Mapping[str, str]) -> float | None:
    """When the budget that is used up is whole again; of two, the later."""
    waits = [
        _span(headers.get(f"x-ratelimit-reset-{what}", ""))
        for what in ("requests", "tokens")
        if headers.get(f"x-ratelimit-remaining-{what}", "").strip() in {"0", "-1"}
    ]
    return max((wait for wait in waits if wait is not None), default=None)


def _span(said: str) -> float | None:
    found = _SPAN.fullmatch(said.strip())
    if not said.strip() or found is None:
        return None
    units = (3600.0, 60.0, 1.0, 1 / _MILLISECONDS)
    return sum(float(count) * unit for count, unit in zip(found.groups("0"), units, strict=True))
