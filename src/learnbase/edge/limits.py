"""How often somebody may ask: a bucket of tokens for each person, feed and address."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

from learnbase.edge.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

_MOST_BUCKETS = 10_000


class Limits:
    """Buckets that fill evenly, a minute's worth at most; the longest unused are forgotten.

    They lie in the memory of this process: two edges let through twice as much.
    """

    def __init__(self, per_minute: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Let each key ask `per_minute` times a minute, and as often at once."""
        self._size = float(per_minute)
        self._per_second = per_minute / 60
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def require(self, key: str) -> None:
        """Let pass whoever has something left, and take nothing.

        Raises:
            Problem: 429, with the seconds until it would pass.
        """
        left = self._left(key)
        if left < 1:
            wait = math.ceil((1 - left) / self._per_second)
            raise Problem(
                429,
                "too_many_requests",
                "Too many requests",
                hint=f"Wait {wait} seconds",
                headers={"Retry-After": str(wait)},
            )

    def take(self, key: str) -> None:
        """Let pass whoever has something left, and take one.

        Raises:
            Problem: as `require`.
        """
        self.require(key)
        self.charge(key)

    def charge(self, key: str) -> None:
        """Take one, without a question."""
        self._buckets[key] = (max(0.0, self._left(key) - 1), self._clock())
        self._buckets.move_to_end(key)
        if len(self._buckets) > _MOST_BUCKETS:
            self._buckets.popitem(last=False)

    def give_back(self, key: str) -> None:
        """What was taken was not to be counted."""
        self._buckets[key] = (min(self._size, self._left(key) + 1), self._clock())

    def _left(self, key: str) -> float:
        left, at = self._buckets.get(key, (self._size, 0.0))
        return min(self._size, left + (self._clock() - at) * self._per_second)


def address(request: Request, *, behind_proxy: bool) -> str:
    """Where a request comes from.

    Args:
        request: any.
        behind_proxy: whether a proxy of ours stands in front, which appends to X-Forwarded-For;
            only its own entry, the last, is believed.
    """
    if behind_proxy:
        forwarded = ",".join(request.headers.getlist("x-forwarded-for"))
        last = forwarded.rpartition(",")[2].strip()
        if last:
            return f"address {last[:64]}"
    return f"address {request.client.host if request.client else '?'}"
