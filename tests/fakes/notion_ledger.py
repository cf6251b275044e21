"""What Notion was asked, what it granted, and what stands there now."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.fakes.notion_world import Page

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.notion_world import World
    from tests.fakes.oauth import Account

Json = dict[str, Any]

_READS_BY_POST = ("/query", "/search")


@dataclass
class Request:
    """One request.

    Attributes:
        at: When it came, by the fake's clock.
        account: Whose token it came with.
        behaviour: What was done about it; `honest` unless something was told.
        status: Of the answer; 0 while, or where, it is not answered.
        is_done: What it asked for was done, whether or not the answer arrived.
    """

    at: float
    method: str
    path: str
    query: dict[str, str]
    body: Json
    token: str
    account: str | None = None
    behaviour: str = "honest"
    status: int = 0
    is_done: bool = False

    @property
    def is_sign_in(self) -> bool:
        return "/oauth/" in self.path

    @property
    def is_write(self) -> bool:
        """Whether it would change something; signing in does not count."""
        reads = self.method == "GET" or self.path.endswith(_READS_BY_POST)
        return not reads and not self.is_sign_in


@dataclass
class Bucket:
    """What one account is granted: so many requests a second, and so many at once.

    Attributes:
        granted: How many were let through.
        over: How many were not.
    """

    rate: float | None
    burst: float
    clock: Callable[[], float]
    granted: int = 0
    over: int = 0
    _first: float | None = None
    _left: float = field(init=False)
    _seen: float = field(init=False)

    def __post_init__(self) -> None:
        self._left, self._seen = self.burst, self.clock()

    def take(self) -> float:
        """Take one; returns 0, or the seconds until there is one again."""
        now = self.clock()
        self._first = now if self._first is None else self._first
        if self.rate is not None:
            self._left = min(self.burst, self._left + (now - self._seen) * self.rate)
        self._seen = now
        if self.rate is not None and self._left < 1:
            self.over += 1
            return (1 - self._left) / self.rate
        self._left -= 1
        self.granted += 1
        return 0.0

    @property
    def share(self) -> float:
        """How much of the grant was used from the first request to the last, 0 to 1."""
        if self.rate is None or self._first is None:
            return 1.0
        return self.granted / (self.burst + (self._seen - self._first) * self.rate)


class Ledger:
    """What a fake remembers; mixed into it.

    Attributes:
        grant: Requests a second that each account has; None: any number.
        burst: How many of them may come at once.
        requests: All of them, in the order of their coming.
        violations: What was wrong with bodies, whatever was in the workspace; always a fault.
        marker: The first name of the column by which rows are known.
    """

    world: World
    grant: float | None
    burst: float
    marker: str
    requests: list[Request]
    violations: list[str]
    buckets: defaultdict[str, Bucket]

    @property
    def writes(self) -> list[Request]:
        """What was asked and done and changes something, even where the answer got lost."""
        return [one for one in self.requests if one.is_write and one.is_done]

    @property
    def reads(self) -> list[Request]:
        """What was asked and done and changes nothing; signing in does not count."""
        kept = [one for one in self.requests if not one.is_write and not one.is_sign_in]
        return [one for one in kept if one.is_done]

    @property
    def by_token(self) -> Counter[str]:
        """How many requests came with which token."""
        return Counter(one.token for one in self.requests if not one.is_sign_in)

    @property
    def over_budget(self) -> int:
        """Requests that came when there was no grant left."""
        return sum(one.over for one in self.buckets.values())

    def share(self, account: Account) -> float:
        """How much of its grant an account used, from its first request to its last."""
        return self.buckets[account.id].share

    def forget(self) -> None:
        """Begin the ledger anew; what is in the workspaces stays."""
        self.requests.clear()
        self.violations.clear()
        self.buckets.clear()

    def rows(self) -> list[Page]:
        """All rows of all tables that are not in the trash, the oldest first."""
        pages = (one for one in self.world.every(Page) if self.world.source_of(one))
        return [one for one in pages if self.world.lives(one)]

    def pages(self) -> dict[str, Page]:
        """Rows by their marker, the oldest of doubled ones; those without are the learner's.

        `world.named(page)` gives a row's values in plain words.
        """
        return {marker: pages[0] for marker, pages in self._marked().items()}

    def doubled(self) -> list[str]:
        """Markers that more than one row has."""
        return sorted(marker for marker, pages in self._marked().items() if len(pages) > 1)

    def _marked(self) -> dict[str, list[Page]]:
        found: dict[str, list[Page]] = {}
        for page in self.rows():
            marker = self.world.named(page).get(self.marker)
            if marker:
                found.setdefault(marker, []).append(page)
        return found

    def _bucket(self) -> Bucket:
        return Bucket(self.grant, self.burst, self.world.clock)
