"""Calendars as they were rendered last, as many as there is room for."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

ROOM = 32 * 1024 * 1024


@dataclass(frozen=True)
class Calendar:
    """A feed's file, and the tag of the document it was made from."""

    etag: str
    content: bytes


class Rendered:
    """One calendar for each feed; the longest unread make room for the others."""

    def __init__(self, room: int = ROOM) -> None:
        """Keep up to `room` bytes of files."""
        self._room = room
        self._kept: OrderedDict[str, Calendar] = OrderedDict()
        self.size = 0

    def get(self, feed: str) -> Calendar | None:
        """What was rendered last for a feed, by the hash of its token."""
        found = self._kept.get(feed)
        if found:
            self._kept.move_to_end(feed)
        return found

    def keep(self, feed: str, calendar: Calendar) -> None:
        """Keep a calendar in place of the one before."""
        self.drop(feed)
        if len(calendar.content) > self._room // 8:
            return  # one feed must not drive all others out
        self._kept[feed] = calendar
        self.size += len(calendar.content)
        while self.size > self._room:
            _, oldest = self._kept.popitem(last=False)
            self.size -= len(oldest.content)

    def drop(self, feed: str) -> None:
        """Forget a feed."""
        gone = self._kept.pop(feed, None)
        if gone:
            self.size -= len(gone.content)
