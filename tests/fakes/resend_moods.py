"""What Resend does in place of what it is asked for, and how it says no."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.fakes.notion_moods import AFTER, BEFORE, Mood
from tests.fakes.notion_moods import Moods as Silences

if TYPE_CHECKING:
    from tests.fakes.resend_ledger import Request

Json = dict[str, Any]

ERRORS = {
    "invalid_idempotency_key": (400, "The key must be between 1-256 chars."),
    "validation_error": (400, "We found an error with one or more fields in the request."),
    "missing_api_key": (401, "Missing API key in the authorization header."),
    "restricted_api_key": (401, "This API key is restricted to only send emails."),
    "invalid_api_key": (403, "API key is invalid."),
    "not_found": (404, "The requested endpoint does not exist."),
    "method_not_allowed": (405, "Method is not allowed for the requested path."),
    "invalid_idempotent_request": (
        409,
        "This idempotency key has been used on a request that has a different payload.",
    ),
    "concurrent_idempotent_requests": (
        409,
        "Another request with the same idempotency key is currently in progress.",
    ),
    "missing_required_field": (422, "The request body is missing one or more required fields."),
    "rate_limit_exceeded": (429, "Too many requests."),
    "daily_quota_exceeded": (429, "You have reached your daily email sending quota."),
    "monthly_quota_exceeded": (429, "You have reached your monthly email sending quota."),
    "security_error": (451, "We may have found a security issue with the request."),
    "application_error": (500, "An unexpected error occurred."),
    "internal_server_error": (500, "An unexpected error occurred."),
}
_UNKNOWN_TROUBLE = 502
_SAYING = {
    "busy": "rate_limit_exceeded",
    "concurrent": "concurrent_idempotent_requests",
    "daily": "daily_quota_exceeded",
    "monthly": "monthly_quota_exceeded",
    "unauthorized": "invalid_api_key",
    "security": "security_error",
}


class Refusal(Exception):
    """An error as Resend says it: name, status, message, and how long to wait."""

    def __init__(
        self,
        name: str,
        message: str | None = None,
        *,
        status: int | None = None,
        wait: float | None = None,
    ) -> None:
        usual, said = ERRORS[name]
        super().__init__(message or said)
        self.name, self.message, self.status, self.wait = (
            name,
            message or said,
            status or usual,
            wait,
        )


class Moods(Silences):
    """What is to happen to which request; the fake is one."""

    def next(
        self, behaviour: str, times: int = 1, matching: Any = None, detail: Any = None
    ) -> None:
        """Tell what happens to the next requests, or the next ones that match."""
        self._queue.append(_known(Mood(behaviour, detail, times, matching)))

    def at(self, number: int, behaviour: str, detail: Any = None) -> None:
        """Tell what happens to one request: 1 is the next one that is let in."""
        self._planned[self._count + number] = _known(Mood(behaviour, detail))

    async def instead(
        self, http: web.Request, request: Request, mood: Mood
    ) -> web.StreamResponse | None:
        """What is answered without anything being done; None: it is to be done."""
        refusal = _refusal(mood)
        if refusal is not None:
            return refused(request, refusal)
        return await super().instead(http, request, mood)

    async def afterwards(
        self, http: web.Request, request: Request, mood: Mood, answer: Json
    ) -> web.StreamResponse:
        """What is answered once it is done."""
        if mood.behaviour == "honest":
            request.status = 200
            return web.json_response(answer)
        if mood.behaviour == "commit_then_error":
            return refused(request, _trouble(mood))
        return await super().afterwards(http, request, mood, answer)


def refused(request: Request, refusal: Refusal) -> web.Response:
    """An error, as Resend answers it."""
    request.status = refusal.status
    headers = {} if refusal.wait is None else {"retry-after": f"{refusal.wait:g}"}
    body = {"statusCode": refusal.status, "name": refusal.name, "message": refusal.message}
    return web.json_response(body, status=refusal.status, headers=headers)


def _known(mood: Mood) -> Mood:
    if mood.behaviour not in BEFORE | AFTER and mood.behaviour not in _SAYING:
        raise ValueError(mood.behaviour)
    return mood


def _refusal(mood: Mood) -> Refusal | None:
    if mood.behaviour in {"error", "overloaded"}:
        return _trouble(mood)
    name = _SAYING.get(mood.behaviour)
    if name is None:
        return None
    usual = 1 if mood.behaviour == "busy" else None
    return Refusal(name, wait=usual if mood.detail is None else mood.detail)


def _trouble(mood: Mood) -> Refusal:
    usual = _UNKNOWN_TROUBLE if mood.behaviour == "commit_then_error" else 500
    return Refusal("internal_server_error", status=int(mood.detail or usual))
