"""How fast an account may be asked that is granted so many requests in each stretch of time."""

from __future__ import annotations

import asyncio
import time
from collections import deque

_SLACK = 0.03  # seconds beyond the stretch, for ways there that take longer or shorter
_EVENLY = 0.8  # of the even distance between two requests; who is late makes it good
_SLOWER = 0.8
_RECOVERY = 0.02  # of the grant, with each request that is taken
_LONGEST = 10_000  # requests that are remembered


class Window:
    """Gives each request its turn, so that no stretch of time holds more than are granted.

    Unlike an even pace it loses nothing when a request starts late: the next ones follow sooner.
    When others use the same grant, and the service says that it is too much, fewer are allowed at
    once, and bit by bit more again (AIMD).
    """

    def __init__(self, limit: float, seconds: float = 1.0) -> None:
        """Begin with the whole grant.

        Args:
            limit: requests, as the service grants them.
            seconds: the stretch of time for which it does.
        """
        self._limit, self._seconds = limit, seconds
        self._allowed = limit
        self._left: deque[float] = deque(maxlen=_LONGEST)
        self._closed_until = 0.0
        self._eased_at = 0.0
        self._turns = asyncio.Lock()

    def granted(self, limit: float, seconds: float = 1.0) -> None:
        """Go by what the service says of its grant.

        Who used all of it uses all of the new one; who was slowed down recovers towards it.
        """
        was_full = self._allowed >= self._limit
        self._limit, self._seconds = limit, seconds
        self._allowed = limit if was_full else min(self._allowed, limit)

    async def turn(self) -> float:
        """Wait for the next turn; answers its moment of `time.monotonic()`."""
        async with self._turns:  # first come, first served
            # Looked at again after the sleep: meanwhile the window may have been closed or opened.
            while (wait := self._opens() - time.monotonic()) > 0:  # noqa: ASYNC110
                await asyncio.sleep(wait)
            now = time.monotonic()
            self._left.append(now)
            return now

    def left(self, turn: float) -> None:
        """A request leaves only now, later than its turn: the stretch is counted from here."""
        for place in range(len(self._left) - 1, -1, -1):
            if self._left[place] == turn:
                self._left[place] = time.monotonic()
                return

    def took(self) -> None:
        """A request was taken: allow a little more, up to the grant."""
        self._allowed = min(self._limit, self._allowed + _RECOVERY * self._limit)

    def ease(self, since: float, wait: float) -> None:
        """Allow less, and nothing for a while.

        Args:
            since: the turn of the request that was too much; what left before less was allowed
                says nothing about the time since.
            wait: seconds.
        """
        now = time.monotonic()
        if since >= self._eased_at:
            self._allowed = max(1.0, self._allowed * _SLOWER)
            self._eased_at = now
        self._closed_until = max(self._closed_until, now + wait)

    def _opens(self) -> float:
        """When the next request may leave."""
        if not self._left:
            return self._closed_until
        count = max(1, int(self._allowed))
        evenly = self._left[-1] + _EVENLY * self._seconds / self._allowed
        if len(self._left) < count:
            return max(self._closed_until, evenly)
        return max(self._closed_until, evenly, self._left[-count] + self._seconds + _SLACK)
