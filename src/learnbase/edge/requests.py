"""What holds for every request: its id, its size, its time, and the line in the log."""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers, MutableHeaders

from learnbase import log
from learnbase.edge.errors import Problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 64 * 1024
SECONDS = 30.0
_SANE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_QUIET, _ERROR = frozenset({"/health", "/ready"}), 500
_LOG = log.get_log(__name__)


class Told:
    """Gives every request an id and every answer its headers, and says a line of each.

    The line has the route and never the path: a feed's path is its key.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Stand in front of `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        sent_id = Headers(scope=scope).get("x-request-id", "")
        request_id = sent_id if _SANE_ID.fullmatch(sent_id) else secrets.token_hex(16)
        scope.setdefault("state", {})
        status = 0

        async def tell(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers["X-Request-Id"] = request_id
            await send(message)

        with log.about(request_id=request_id):
            try:
                await self._app(scope, receive, tell)
            finally:
                person = scope["state"].get("person_id")
                route = getattr(scope.get("route"), "path", None)
                # Who watches whether we live asks every few seconds.
                say = _LOG.debug if route in _QUIET and status < _ERROR else _LOG.info
                say(
                    "request",
                    method=scope["method"],
                    route=route,
                    status=status,
                    ms=round((time.perf_counter() - began) * 1000, 1),
                    **({"person": person} if person else {}),
                )


class Bounded:
    """Takes no larger body and no longer time than anything here needs, and lets no error out."""

    def __init__(
        self, app: ASGIApp, *, largest_body: int = LARGEST_BODY, seconds: float = SECONDS
    ) -> None:
        """Stand in front of `app`."""
        self._app = app
        self._largest = largest_body
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def note(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            async with asyncio.timeout(self._seconds):
                body = await self._body(scope, receive)
                if body is not None:
                    await self._app(scope, _replayed(body, receive), note)
                return
        except Problem as problem:
            said = problem
        except TimeoutError:
            said = Problem(504, "too_slow", "This took too long", hint="Try again in a moment")
        except Exception as problem:  # noqa: BLE001 - whatever it is, it is ours and not the caller's
            _LOG.error("request_failed", problem=problem)
            said = Problem(500, "internal_error", "Something went wrong on our side",
                hint="Try again; if it stays, tell us the X-Request-Id",
            )  # fmt: skip
        if begun:
            raise ConnectionResetError  # too late for another status
        await said.response()(scope, receive, send)

    async def _body(self, scope: Scope, receive: Receive) -> bytes | None:
        """The whole body; None when the caller has gone.

        Raises:
            Problem: it is too large.
        """
        length = Headers(scope=scope).get("content-length", "0")
        if length.isdecimal() and int(length) > self._largest:
            raise self._too_large()
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            if len(body) > self._largest:
                raise self._too_large()
            if not message.get("more_body"):
                return bytes(body)

    def _too_large(self) -> Problem:
        return Problem(
            413,
            "body_too_large",
            f"The body is larger than {self._largest} bytes",
            details="body",
            hint="Send less",
            headers={"Connection": "close"},
        )


def _replayed(body: bytes, receive: Receive) -> Receive:
    waiting: list[dict[str, Any]] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay
