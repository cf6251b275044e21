"""What was found at an address."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """Whether a learner who follows the link finds something there."""

    ALIVE = "alive"
    DEAD = "dead"
    UNCLEAR = "unclear"
    """It did not answer us, and may well answer a learner; or we do not go there."""


@dataclass(frozen=True)
class Page:
    """An address, looked at once.

    Attributes:
        url: As it was asked for.
        verdict: What came of it.
        reason: Why, as a code; empty for what is alive. Dead: `gone` (404, 410), `no_such_host`,
            `soft_404`, `parked`, `redirected_home`, `video_unavailable`. Unclear: `forbidden` (we
            do not go there), `login`, `refused` (401, 403 and their like), `busy` (429),
            `server_error`, `timeout`, `unreachable`, `tls`, `too_large`, `too_many_redirects`,
            `not_http`, `not_reached` (no time was left); or `no_such_host`, where nobody at all
            answered us.
        final_url: Where it led in the end, spelled canonically.
        status: What the last answer was; None without one.
        title: One clean line, or empty.
        content_type: Of the last answer, without parameters.
    """

    url: str
    verdict: Verdict
    reason: str = ""
    final_url: str = ""
    status: int | None = None
    title: str = ""
    content_type: str = ""

    @property
    def is_alive(self) -> bool:
        """Whether somebody would find something there."""
        return self.verdict is Verdict.ALIVE
