"""The wire to Google: a request with the learner's token, repeated where that does no harm."""

from __future__ import annotations

import asyncio
import contextlib
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from learnbase.services import batch, google_refusals
from learnbase.services.batch import Reply, Unreadable
from learnbase.services.google_refusals import UNAUTHORIZED, OutcomeUnknown, away, is_passing

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from learnbase.errors import LearnbaseError
    from learnbase.services.connections import Tokens

T = TypeVar("T")

TRIES = 5
LONGEST_REST = 5.0  # seconds; who must wait longer gives the slot to another
MOST_BYTES = 10_000_000  # some thirty thousand events as they are listed
_FIRST_REST = 0.5
# Nothing left this machine.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
# Others (503 among them) say that nothing was done.
_PERHAPS_DONE = frozenset({408, 500, 502, 504})


@dataclass(frozen=True)
class Request:
    """What is sent.

    Attributes:
        method: Of HTTP.
        path: With its query, escaped.
        content: The body.
        headers: Besides those that every request has.
        once: Not again where it may have been carried out.
    """

    method: str
    path: str
    content: bytes
    headers: dict[str, str]
    once: bool = False


def connections(
    base_url: str = "https://www.googleapis.com", *, most: int = 20, patience: float = 20.0
) -> httpx.AsyncClient:
    """Return a pool of connections to Google, for all learners of a worker.

    Args:
        base_url: where Google is.
        most: how many requests may travel at once.
        patience: seconds to wait for an answer.
    """
    return httpx.AsyncClient(
        base_url=base_url,
        timeout=httpx.Timeout(patience, connect=5.0, pool=30.0),
        limits=httpx.Limits(max_connections=most, keepalive_expiry=15.0),
        trust_env=False,
        follow_redirects=False,
    )


class Wire:
    """The requests of one learner, one after the other."""

    def __init__(
        self,
        tokens: Tokens,
        http: httpx.AsyncClient,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            tokens: the learner's.
            http: from `connections`.
            pause: waits so many seconds.
            chance: a number from 0 up to 1, which spreads the waits.
        """
        self._tokens = tokens
        self._http = http
        self._pause = pause
        self._chance = chance
        self._token = ""

    async def deliver(self, request: Request, read: Callable[[str, bytes], T]) -> T:
        """Send until there is an answer that can be read, and return it.

        Args:
            request: what to send.
            read: takes the answer's content type and content.

        Raises:
            OutcomeUnknown: it must not be repeated, and may have been carried out.
            Later, Unavailable, NotAllowed, Missing, Refused, ReconnectNeeded.
        """
        self._token = await self._tokens.current()
        for attempt in range(TRIES):
            wished = None
            try:
                reply, kind, content = await self._admitted(request)
                if google_refusals.is_success(reply):
                    return read(kind, content)
            except (httpx.HTTPError, Unreadable) as problem:
                if request.once and not isinstance(problem, _NOT_SENT):
                    raise OutcomeUnknown(
                        "Google Calendar did not say whether it did what it was asked"
                    ) from problem
                trouble: LearnbaseError = away(str(problem) or type(problem).__name__)
            else:
                if request.once and reply.status in _PERHAPS_DONE:
                    raise OutcomeUnknown("Google Calendar failed while it did what it was asked")
                if not is_passing(reply):
                    raise google_refusals.refusal(reply)
                wished = google_refusals.rest(reply)
                trouble = google_refusals.lasting(reply)
            if attempt == TRIES - 1 or (wished or 0.0) > LONGEST_REST:
                raise trouble
            await self.rest(attempt, wished)
        raise AssertionError("the last attempt returns or raises")

    async def _admitted(self, request: Request) -> tuple[Reply, str, bytes]:
        """Send with a token that is taken; a fresh one is the last that is tried."""
        answer = await self._exchange(request)
        if answer[0].status == UNAUTHORIZED:
            await self.renew()
            answer = await self._exchange(request)
            if answer[0].status == UNAUTHORIZED:
                raise await self._tokens.ended(self._token)
        return answer

    async def _exchange(self, request: Request) -> tuple[Reply, str, bytes]:
        headers = {
            **request.headers,
            "Authorization": f"Bearer {self._token}",
            "Accept-Encoding": "identity",  # a packed body could be of any length
        }
        async with self._http.stream(
            request.method, request.path, content=request.content, headers=headers
        ) as response:
            content = bytearray()
            async for chunk in response.aiter_raw():
                content += chunk
                if len(content) > MOST_BYTES:
                    raise Unreadable("the answer is too long")
        told: dict[str, Any] = {}
        if not response.is_success:
            with contextlib.suppress(Unreadable):
                told = batch.json_object(bytes(content))
        reply = Reply(response.status_code, told, dict(response.headers))
        return reply, response.headers.get("content-type", ""), bytes(content)

    async def renew(self) -> None:
        """Say that the token of the last request was refused."""
        self._token = await self._tokens.after_refusal(self._token)

    async def rest(self, attempt: int, wished: float | None) -> None:
        """Wait before another attempt, at least as long as Google wishes."""
        spread = self._chance() * min(LONGEST_REST, _FIRST_REST * 2.0**attempt)
        await self._pause(max(wished or 0.0, spread))
