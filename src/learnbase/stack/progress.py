"""How a stack says what it is doing: a calm line a step."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator


class Progress:
    """Says nothing: for tests and for programs."""

    @contextmanager
    def step(self, title: str) -> Iterator[None]:  # noqa: ARG002 - the spoken one needs it
        """Surround one step; ``title`` reads "Starting Postgres"."""
        yield

    def note(self, sentence: str) -> None:
        """Say something worth knowing."""


class SpokenProgress(Progress):
    """Writes "Starting Postgres … ok (0.4 s)"."""

    def __init__(self, stream: TextIO | None = None) -> None:
        """Speak to ``stream``, by default standard error."""
        self._stream = stream or sys.stderr
        self._open_line = False

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Announce the step, and say how long it took or that it failed."""
        began = time.monotonic()
        self._write(f"{title} … ")
        self._open_line = True
        try:
            yield
        except BaseException:
            self._finish("failed")
            raise
        self._finish(f"ok ({time.monotonic() - began:.1f} s)")

    def note(self, sentence: str) -> None:
        """Write a line of its own, also in the middle of a step."""
        if self._open_line:
            self._write("\n")
            self._open_line = False
        self._write(f"{sentence}\n")

    def _finish(self, outcome: str) -> None:
        self._write(f"{outcome}\n" if self._open_line else f"… {outcome}\n")
        self._open_line = False

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
