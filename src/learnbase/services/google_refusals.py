"""What Google Calendar says when it does not do what it was asked, and what that means for us.

The status alone does not tell: a 403 is a rate limit as often as a closed door. So does `reason`.

https://developers.google.com/workspace/calendar/api/guides/errors
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from learnbase.errors import AccessDenied, LearnbaseError, NotFound, Unavailable
from learnbase.services.model_transport import retry_after

if TYPE_CHECKING:
    from learnbase.services.batch import Reply

# A moment's rest helps against these.
_TOO_FAST = frozenset({"rateLimitExceeded", "userRateLimitExceeded"})
# A limit of the calendar or of the day is used up: `quotaExceeded` says "Calendar usage limits
# exceeded", and lifts by itself after some hours.
_USED_UP = frozenset({"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"})
# The project that holds our client has not switched the service on: nothing a learner can do.
_NOT_SET_UP = frozenset({"accessNotConfigured", "SERVICE_DISABLED"})
_MINUTE, _HOUR = 60.0, 3600.0

OK, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, TIMEOUT = 200, 401, 403, 404, 408
CONFLICT, GONE, CHANGED, BUSY, FAULT, AWAY = 409, 410, 412, 429, 500, 503


class NotAllowed(AccessDenied):
    """The learner did not allow this, or does not any more."""


class Missing(NotFound):
    """It is not there (404), or not any more (410)."""


class Refused(LearnbaseError):
    """Google does not take what we sent: a fault of ours."""


class Later(LearnbaseError):
    """Google asks to wait longer than a slot should be held.

    Attributes:
        seconds: How long.
    """

    def __init__(self, seconds: float) -> None:
        """Wait for so many seconds."""
        super().__init__(
            "Google Calendar takes no more from this account for the moment",
            remedy="It goes on by itself",
            code="rate_limited",
        )
        self.seconds = seconds


class OutcomeUnknown(Unavailable):
    """The request was sent and not answered: it may have been carried out, or not."""


def reason(body: dict[str, Any]) -> str:
    """Return the first `reason` of an error's body, or nothing."""
    error = body.get("error")
    errors = error.get("errors") if isinstance(error, dict) else None
    first = errors[0] if isinstance(errors, list) and errors else None
    return str(first.get("reason", "")) if isinstance(first, dict) else ""


def is_success(reply: Reply) -> bool:
    """Whether it was done."""
    return reply.status // 100 == OK // 100


def is_passing(reply: Reply) -> bool:
    """Whether the same call may succeed after a rest."""
    if reply.status == FORBIDDEN:
        return reason(reply.body) in _TOO_FAST | _USED_UP
    return reply.status in {TIMEOUT, BUSY} or reply.status >= FAULT


def rest(reply: Reply) -> float | None:
    """Return the seconds that Google asks us to wait; None: it does not say."""
    return retry_after(reply.headers)


def lasting(reply: Reply) -> LearnbaseError:
    """Return what to say of a passing trouble that did not pass."""
    asked = rest(reply)
    if reason(reply.body) in _USED_UP:
        return Later(asked or _HOUR)
    if reply.status in {FORBIDDEN, BUSY}:
        return Later(asked or _MINUTE)
    return away(f"it answers {reply.status}", asked)


def away(why: str, seconds: float | None = None) -> Unavailable:
    """Return that Google Calendar is away."""
    problem = Unavailable(
        f"Google Calendar does not answer as it should: {why}", remedy="It is tried again by itself"
    )
    problem.retry_after = seconds
    return problem


def refusal(reply: Reply) -> LearnbaseError:
    """Return the error that a definite refusal is."""
    told = reason(reply.body) or f"status {reply.status}"
    if reply.status in {NOT_FOUND, GONE}:
        return Missing("Google Calendar does not have this any more", code="gone")
    if reply.status == FORBIDDEN and told not in _NOT_SET_UP:
        return NotAllowed(
            "Google Calendar does not let Learnbase do this: the permission was not given",
            remedy="Connect Google Calendar again, and tick every box on Google's page",
            code="not_allowed",
        )
    return Refused(
        f"Google Calendar refuses what it was sent: {told}",
        remedy="Nothing is lost, and the rest is there; tell us of it",
        code="refused",
    )
