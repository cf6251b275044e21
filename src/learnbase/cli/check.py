"""What `learnbase doctor` looked at, and how it found it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """One thing looked at.

    Attributes:
        name: What.
        ok: Whether it is as it should be.
        found: What was found.
        remedy: What to do, where something is wrong.
    """

    name: str
    ok: bool
    found: str
    remedy: str | None = None
