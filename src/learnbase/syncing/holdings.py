"""What the books say is outside, with how long they say so."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from learnbase.exporting.actions import Sent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Json = dict[str, Any]

MOVED = "moved"
"""Stands for what the service's course remembers of a thing that the learner put elsewhere."""


class Holdings:
    """Things outside by key, as far as the books know.

    Attributes:
        items: By key.
        news: What was found out and is not in the books yet.
        lag: How long lists may not show what was written.
    """

    def __init__(
        self, rows: Iterable[Json], now: Callable[[], dt.datetime], lag: dt.timedelta
    ) -> None:
        """Read the books.

        Args:
            rows: `items` of `worker.load_export`.
            now: tells the time, UTC.
            lag: how long the service's lists may not show what was written.
        """
        self.items: dict[str, Sent] = {}
        self.news: list[Sent] = []
        self._since: dict[str, dt.datetime] = {}
        self._now = now
        self.lag = lag
        for row in rows:
            self.items[row["key"]] = Sent(
                row["key"], row["state"], row["external_id"], row["hash"], row["etag"]
            )
            self._since[row["key"]] = dt.datetime.fromisoformat(row["since"])

    @property
    def known(self) -> dict[str, str]:
        """Keys by ids outside."""
        return {one.external_id: one.key for one in self.items.values() if one.external_id}

    def unlisted_for(self, key: str) -> dt.timedelta:
        """For how long a list may still not show it; zero or less: it should by now."""
        return self._since[key] + self.lag - self._now()

    def is_young(self, key: str) -> bool:
        """Whether a list that does not show it says nothing."""
        return self.unlisted_for(key) > dt.timedelta(0)

    def put(self, item: Sent) -> None:
        """Replace what is known of a thing, to be recorded."""
        self.items[item.key] = item
        self.news.append(item)

    def strike(self, key: str) -> None:
        """It is not outside any more, to be recorded."""
        self.items.pop(key, None)
        self.news.append(Sent(key, "gone"))
