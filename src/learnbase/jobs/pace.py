"""How often to look into a queue: at once while it is full, ever more seldom while it is empty."""

from __future__ import annotations

import random
import time

_SHORTEST = 0.1
_LONGEST = 5.0


class Pace:
    """When to read a queue next."""

    def __init__(self) -> None:
        """Begin at once."""
        self._pause = _SHORTEST
        self._next = 0.0

    @property
    def rest(self) -> float:
        """Seconds until the next read; 0 when it is due."""
        return max(0.0, self._next - time.monotonic())

    def follow(self, asked: int, got: int) -> None:
        """Learn from a read of at most `asked` jobs that gave `got`."""
        if got >= asked:
            self._pause, self._next = _SHORTEST, 0.0
            return
        self._pause = _SHORTEST if got else min(_LONGEST, self._pause * 1.6)
        # Jitter, so that a hundred workers do not look in the same moment.
        self._next = time.monotonic() + self._pause * (0.75 + random.random() / 4)  # noqa: S311
