"""What Resend says when it does not take a batch, and what that says about the letters.

https://resend.com/docs/api-reference/errors
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal

from learnbase.errors import AccessDenied, LearnbaseError, Rejected, Unavailable

if TYPE_CHECKING:
    import httpx

BUSY, CONFLICT = 429, 409
QUOTAS: dict[str, Literal["day", "month"]] = {
    "daily_quota_exceeded": "day",
    "monthly_quota_exceeded": "month",
}
UNDER_WAY = "concurrent_idempotent_requests"
_KEY_TAKEN = "invalid_idempotent_request"
_DOORS = frozenset({401, 403})
_SERVER, _TIMEOUT = 500, 408
_LONGEST_WORDS = 300
_AGAIN = {"day": 3600.0, "month": 6 * 3600.0}  # seconds; nobody says when a quota ends


class Later(LearnbaseError):
    """Resend asks to wait longer than a slot is kept for; no letter of the batch was taken.

    Attributes:
        seconds: How long.
    """

    def __init__(self, seconds: float) -> None:
        """Wait so many seconds."""
        super().__init__("Resend asks to wait a while", code="busy")
        self.seconds = seconds


class QuotaUsed(LearnbaseError):
    """The account may send no more today, or this month; no letter of the batch was taken.

    Attributes:
        period: Which quota it is.
        seconds: When it is worth while to ask again.
    """

    def __init__(self, period: Literal["day", "month"], seconds: float | None = None) -> None:
        """Say which."""
        super().__init__(
            f"Resend's quota of letters for the {period} is used up",
            remedy="Look at https://resend.com/settings/usage; the letters wait",
            code="quota_used",
        )
        self.period = period
        self.seconds = _AGAIN[period] if seconds is None else seconds


class OutcomeUnknown(LearnbaseError):
    """The letters may have been taken: repeat the batch word for word under the same key.

    Attributes:
        seconds: How long to wait at least, where that was said.
    """

    def __init__(self, reason: str, seconds: float | None = None) -> None:
        """Say why."""
        super().__init__(f"Resend's answer got lost: {reason}", code="outcome_unknown")
        self.seconds = seconds


class KeyTaken(Rejected):
    """Another batch was sent under this key: a fault of ours, and no reason to send this one."""


class BatchRefused(Rejected):
    """Resend does not take the batch as it is; no letter of it was taken."""


def words(response: httpx.Response, body: bytes) -> tuple[str, str]:
    """Return the name of a refusal and what is said of it."""
    try:
        answer = json.loads(body)
        return str(answer["name"])[:_LONGEST_WORDS], str(answer["message"])[:_LONGEST_WORDS]
    except (ValueError, KeyError, TypeError):
        return "refused", f"status {response.status_code}"


def is_passing(status: int) -> bool:
    """Whether the service's own trouble is behind a status, so that nobody knows what was done."""
    return status >= _SERVER or status == _TIMEOUT


def refusal(response: httpx.Response, body: bytes) -> LearnbaseError:
    """Return what an answer of 4xx means that is no limit."""
    name, said = words(response, body)
    if name == _KEY_TAKEN:
        return KeyTaken(f"Resend knows the key of this batch: {said}", code=name)
    if response.status_code in _DOORS:
        return AccessDenied(
            f"Resend does not let us in: {said}",
            remedy="Check RESEND_API_KEY, and that the domain of MAIL_FROM is verified",
            code=name,
        )
    return BatchRefused(f"Resend refuses the batch: {said}", code=name)


def away(reason: str) -> Unavailable:
    """Return the error for a service that was not reached."""
    return Unavailable(
        f"Resend does not answer: {reason}", remedy="Look at https://resend-status.com"
    )
