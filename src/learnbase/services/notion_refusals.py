"""What Notion says when it does not do what it is asked.

https://developers.notion.com/reference/status-codes
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from learnbase.errors import AccessDenied, LearnbaseError, NotFound, Rejected, Unavailable

if TYPE_CHECKING:
    import httpx

UNAUTHORIZED, FORBIDDEN, NOT_FOUND, CONFLICT = 401, 403, 404, 409
LIMITED = frozenset({429, 529})
_SERVER = 500
_LONGEST_WORDS = 300


class Later(LearnbaseError):
    """Notion asks to wait longer than a slot is kept for.

    Attributes:
        seconds: How long.
    """

    def __init__(self, seconds: float) -> None:
        """Wait so many seconds."""
        super().__init__("Notion asks to wait a while", code="busy")
        self.seconds = seconds


class OutcomeUnknown(LearnbaseError):
    """Something was to be made, and whether it was is not known; looking tells."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__("Notion's answer got lost", code="outcome_unknown")


class Missing(NotFound):
    """It is gone, or is not shared with Learnbase any more: the two look alike."""


class NotAllowed(AccessDenied):
    """The learner's consent does not reach that far."""


class Refused(Rejected):
    """Notion does not take the request as it is."""


def is_passing(status: int) -> bool:
    """Whether the service's own trouble is behind a status."""
    return status >= _SERVER or status == CONFLICT


def refusal(response: httpx.Response, body: bytes) -> LearnbaseError:
    """Return what an answer of 4xx means."""
    said, code = _words(response, body)
    if response.status_code == NOT_FOUND:
        return Missing(f"Notion does not find it: {said}", remedy=None, code=code)
    if response.status_code == FORBIDDEN:
        return NotAllowed(
            f"Notion does not allow it: {said}",
            remedy="Connect Notion again and choose a page that Learnbase may write to",
            code=code,
        )
    return Refused(f"Notion refuses it: {said}", remedy=None, code=code)


def away(reason: str) -> Unavailable:
    """Return the error for a service in trouble."""
    return Unavailable(
        f"Notion does not answer: {reason}", remedy="Look at https://www.notion-status.com"
    )


def _words(response: httpx.Response, body: bytes) -> tuple[str, str]:
    try:
        answer = json.loads(body)
        return str(answer["message"])[:_LONGEST_WORDS], str(answer["code"])[:_LONGEST_WORDS]
    except (ValueError, KeyError, TypeError):
        return f"status {response.status_code}", "refused"
