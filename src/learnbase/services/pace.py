"""How fast an account may be asked: evenly, as fast as it grants, slower when it says so."""

from __future__ import annotations

import asyncio
import time

_MARGIN = 0.99  # of the grant, so that no unevenness of the way there goes beyond it
_CATCH_UP = 0.02  # seconds that a late start may make good
_SLOWEST = 0.1
_SLOWER = 0.7
_RECOVERY = 0.02  # of the grant, with each request that is taken


class Pace:
    """Gives each request its turn; many may be under way at the same time.

    One for each account, so that one learner's limit slows nobody else. The rate falls at once when
    the service says that it is too much, and recovers bit by bit (AIMD).

    Attributes:
        rate: Requests a second just now.
    """

    def __init__(self, grant: float) -> None:
        """Begin at full speed.

        Args:
            grant: requests a second, as the service grants them.
        """
        self._most = grant * _MARGIN
        self.rate = self._most
        self._next = 0.0
        self._eased_at = 0.0
        self._turns = asyncio.Lock()

    async def turn(self) -> float:
        """Wait for the next turn; answers its moment of `time.monotonic()`."""
        async with self._turns:  # first come, first served
            # Looked at again after the sleep: meanwhile the pace may have been eased.
            while (wait := self._next - time.monotonic()) > 0:  # noqa: ASYNC110
                await asyncio.sleep(wait)
            now = time.monotonic()
            self._next = max(self._next, now - _CATCH_UP) + 1 / self.rate
            return now

    def took(self) -> None:
        """A request was taken: go a little faster, up to the grant."""
        self.rate = min(self._most, self.rate + _RECOVERY * self._most)

    def ease(self, since: float, wait: float) -> None:
        """Go slower, and ask nothing for a while.

        Args:
            since: the turn of the request that was too much; what was sent before the pace was
                eased says nothing about the pace since.
            wait: seconds.
        """
        now = time.monotonic()
        if since >= self._eased_at:
            self.rate = max(_SLOWEST, self.rate * _SLOWER)
            self._eased_at = now
        self._next = max(self._next, now + wait)
