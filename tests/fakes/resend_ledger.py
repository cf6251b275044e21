"""What Resend was asked, what it granted, and which letters it took."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, Any]


@dataclass
class Request:
    """One request.

    Attributes:
        at: When it came, by the fake's clock.
        key: Its idempotency key.
        digest: Of its body, byte by byte.
        count: How many letters it holds.
        behaviour: What was done about it; `honest` unless something was told.
        status: Of the answer; 0 while, or where, it is not answered.
        is_done: What it asked for was done now, whether or not the answer arrived.
    """

    at: float
    method: str
    path: str
    key: str = ""
    digest: str = ""
    count: int = 0
    behaviour: str = "honest"
    status: int = 0
    is_done: bool = False


@dataclass
class Letter:
    """A mail that was taken, and will be in somebody's box.

    Attributes:
        id: The service's.
        notification_id: Ours, from its tags.
        key: Under which it was sent.
        body: As it was sent; None where the fake keeps none.
        last_event: The newest of what happened to it.
    """

    id: str
    notification_id: str
    to: str
    subject: str
    key: str
    at: float
    body: Json | None
    last_event: str = "queued"


@dataclass
class Window:
    """What a team is granted: so many requests in each second of the clock.

    Attributes:
        granted: How many were let through.
        over: How many were not.
    """

    limit: int | None
    clock: Callable[[], float]
    granted: int = 0
    over: int = 0
    _first: float | None = None
    _last: float = 0.0
    _second: int = 0
    _taken: int = field(default=0)

    def take(self) -> bool:
        """Take one of this second; False: there is none left."""
        now = self.clock()
        self._first, self._last = now if self._first is None else self._first, now
        if math.floor(now) != self._second:
            self._second, self._taken = math.floor(now), 0
        if self.limit is not None and self._taken >= self.limit:
            self.over += 1
            return False
        self._taken += 1
        self.granted += 1
        return True

    @property
    def headers(self) -> dict[str, str]:
        """What every answer says of it."""
        if self.limit is None:
            return {}
        return {
            "ratelimit-limit": str(self.limit),
            "ratelimit-policy": f"{self.limit};w=1",
            "ratelimit-remaining": str(max(0, self.limit - self._taken)),
            "ratelimit-reset": "1",
        }

    @property
    def share(self) -> float:
        """How much of the grant was used from the first request to the last, 0 to 1."""
        if self.limit is None or self._first is None or self._last <= self._first:
            return 1.0
        return (self.granted - 1) / ((self._last - self._first) * self.limit)


class Ledger:
    """What a fake remembers; mixed into it.

    Attributes:
        requests: All of them, in the order of their coming.
        letters: All that were taken, in the order of their being taken.
        violations: What was wrong with bodies, whatever was asked of them; always a fault.
    """

    requests: list[Request]
    letters: list[Letter]
    violations: list[str]
    window: Window

    @property
    def over_budget(self) -> int:
        """Requests that came when there was no grant left."""
        return self.window.over

    def by_notification(self) -> dict[str, Letter]:
        """Letters by our own id of them, the oldest of doubled ones."""
        return {one.notification_id: one for one in reversed(self.letters)}

    def doubled(self) -> list[str]:
        """Our ids of letters that somebody got twice."""
        counted = Counter(one.notification_id for one in self.letters)
        return sorted(name for name, times in counted.items() if times > 1)

    def forget(self) -> None:
        """Begin the ledger anew; keys and quotas stay."""
        self.requests.clear()
        self.letters.clear()
        self.violations.clear()
