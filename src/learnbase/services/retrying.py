"""Asking a service again: after a fault, after a limit, and when it is enough."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import httpx

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from learnbase.errors import LearnbaseError

_TRIES, _BUSY_TRIES = 4, 6
_FIRST_REST, _LONGEST_REST = 0.5, 5.0  # seconds; who must wait longer gives the slot to another
_LONGEST_ANSWER = 60.0  # seconds, from the first byte sent to the last one read
_UNSAID_REST = 1.0  # seconds, where a limit does not say how long
# Nothing left this machine.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class Failed(Exception):
    """The service's own trouble, or an answer that did not come or cannot be read."""

    def __init__(self, reason: str, *, perhaps_done: bool = True) -> None:
        super().__init__(reason)
        self.perhaps_done = perhaps_done


class Busy(Exception):
    """A limit; `wait`: seconds, where it says."""

    def __init__(self, wait: float | None) -> None:
        super().__init__()
        self.wait = wait


class Pacing(Protocol):
    """Gives each request its turn: `Pace`, `Window`."""

    async def turn(self) -> float:
        """Wait for the next turn; answers its moment of `time.monotonic()`."""
        ...

    def took(self) -> None:
        """A request was taken."""
        ...

    def ease(self, since: float, wait: float) -> None:
        """Go slower since that turn, and ask nothing for so many seconds."""
        ...


@dataclass
class Course:
    """What became of a request so far; `perhaps_done`: one of its tries may have arrived."""

    perhaps_done: bool = False
    failed: int = 0
    busy: int = 0


class Retrying:
    """When an account is asked again, and when no more; one for each account."""

    def __init__(
        self,
        pacing: Pacing,
        *,
        later: Callable[[float], LearnbaseError],
        away: Callable[[str], LearnbaseError],
        pause: Callable[[float], Awaitable[None]],
        chance: Callable[[], float],
    ) -> None:
        """Prepare.

        Args:
            pacing: the account's turns.
            later: makes the error for a limit that lasts so many seconds.
            away: makes the error for a service in trouble, of the reason.
            pause: waits so many seconds between tries.
            chance: a number from 0 up to 1, which spreads the waits.
        """
        self._pacing = pacing
        self._later = later
        self._away = away
        self._pause = pause
        self._chance = chance
        self._closed_until = 0.0

    async def turn(self) -> float:
        """Wait for the next turn; answers its moment of `time.monotonic()`.

        Raises what `later` makes: the account is under a limit that was told to another request.
        """
        turn = await self._pacing.turn()
        if turn < self._closed_until:
            raise self._later(self._closed_until - turn)
        return turn

    def took(self) -> None:
        """A request was taken."""
        self._pacing.took()

    def ease(self, turn: float, limit: Busy, course: Course) -> None:
        """Slow down after a limit.

        Raises what `later` makes: it lasts longer than a slot is kept for.
        """
        course.busy += 1
        wait = _UNSAID_REST * course.busy if limit.wait is None else limit.wait
        if wait <= _LONGEST_REST and course.busy <= _BUSY_TRIES:
            self._pacing.ease(turn, wait)
            return
        # What else is waiting for its turn is told without a request of its own.
        self._pacing.ease(turn, 0)
        self._closed_until = time.monotonic() + wait
        raise self._later(wait)

    async def rest(self, failure: Failed, course: Course) -> None:
        """Wait before the next try, longer each time.

        Raises what `away` makes: it was the last one.
        """
        course.perhaps_done |= failure.perhaps_done
        course.failed += 1
        if course.failed >= _TRIES:
            raise self._away(str(failure))
        longest = min(_LONGEST_REST, _FIRST_REST * 2.0**course.failed)
        await self._pause(longest * (0.5 + self._chance() / 2))


async def answer_to(
    http: httpx.AsyncClient, request: httpx.Request, most_bytes: int
) -> tuple[httpx.Response, bytes]:
    """Send once, and return status and headers with the body, read as far as is sensible.

    Raises:
        Failed: no answer, or one without end.
    """
    content = bytearray()
    try:
        async with asyncio.timeout(_LONGEST_ANSWER):
            response = await http.send(request, stream=True)
            try:
                async for chunk in response.aiter_raw():
                    content += chunk
                    if len(content) > most_bytes:
                        raise Failed("its answer has no end")
            finally:
                await response.aclose()
    except _NOT_SENT as problem:
        raise Failed(type(problem).__name__, perhaps_done=False) from problem
    except (httpx.HTTPError, OSError) as problem:
        raise Failed(str(problem) or type(problem).__name__) from problem
    return response, bytes(content)
