"""What Notion does in place of what it is asked for, and to which request."""

from __future__ import annotations

import asyncio
import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from aiohttp import web

from tests.fakes.notion_rules import Refusal
from tests.fakes.notion_wire import error

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.notion_ledger import Request

Json = dict[str, Any]

ERRORS = {
    400: ("validation_error", "The request is not valid."),
    403: ("restricted_resource", "API token does not have access to this resource."),
    404: ("object_not_found", "Could not find it. Make sure it is shared with your integration."),
    409: ("conflict_error", "Conflict occurred while saving. Please try again."),
    429: ("rate_limited", "You have been rate limited. Please try again in a few minutes."),
    500: ("internal_server_error", "Unexpected error occurred."),
    502: ("bad_gateway", "Bad gateway."),
    503: ("service_unavailable", "Notion is unavailable, please try again later."),
    504: ("gateway_timeout", "The request took too long."),
    529: ("service_overload", "The service is overloaded, please try again later."),
}
BEFORE = frozenset(
    {"busy", "overloaded", "conflict", "error", "unauthorized", "hang", "drop", "huge"}
)
"""Moods in which nothing is done."""
AFTER = frozenset(
    {
        *("commit_then_drop", "commit_then_hang", "commit_then_error", "commit_then_cut"),
        *("garbage", "slow"),
    }
)
"""Moods in which it is done."""
_HUGE_PIECES = 64  # of a million bytes


class Limited(Refusal):
    """A limit; `seconds` until it is worth while again."""

    def __init__(self, status: int, seconds: float) -> None:
        super().__init__(status, *ERRORS[status])
        self.seconds = seconds


@dataclass
class Mood:
    """A behaviour for requests to come; what `detail` is depends on it."""

    behaviour: str
    detail: float | None = None
    times: int = 1
    matching: Callable[[Request], bool] | None = None


class Moods:
    """What is to happen to which request; the fake is one."""

    def __init__(self) -> None:
        self._queue: list[Mood] = []
        self._planned: dict[int, Mood] = {}
        self._count = 0
        self.closing = asyncio.Event()

    def next(
        self,
        behaviour: str,
        times: int = 1,
        matching: Callable[[Request], bool] | None = None,
        detail: float | None = None,
    ) -> None:
        """Tell what happens to the next requests, or the next ones that match."""
        self._queue.append(_known(Mood(behaviour, detail, times, matching)))

    def at(self, number: int, behaviour: str, detail: float | None = None) -> None:
        """Tell what happens to one request: 1 is the next one that is let in."""
        self._planned[self._count + number] = _known(Mood(behaviour, detail))

    def calm(self) -> None:
        """Forget what was told."""
        self._queue.clear()
        self._planned.clear()

    def met(self, request: Request) -> Mood:
        """The mood that a request meets."""
        self._count += 1
        mood = self._planned.pop(self._count, None) or self._queued(request) or Mood("honest")
        request.behaviour = mood.behaviour
        return mood

    def _queued(self, request: Request) -> Mood | None:
        for place, mood in enumerate(self._queue):
            if mood.matching is None or mood.matching(request):
                mood.times -= 1
                return mood if mood.times else self._queue.pop(place)
        return None

    async def instead(
        self, http: web.Request, request: Request, mood: Mood
    ) -> web.StreamResponse | None:
        """What is answered without anything being done; None: it is to be done."""
        match mood.behaviour:
            case "hang":
                await self.closing.wait()
                return _abort(http)
            case "drop":
                return _abort(http)
            case "huge":
                return await _without_end(http)
        refusal = _refusal(mood)
        return refused(request, refusal) if refusal else None

    async def afterwards(
        self, http: web.Request, request: Request, mood: Mood, answer: Json
    ) -> web.StreamResponse:
        """What is answered once it is done."""
        match mood.behaviour:
            case "commit_then_drop":
                return _abort(http)
            case "commit_then_hang":
                await self.closing.wait()
                return _abort(http)
            case "commit_then_error":
                return refused(request, _trouble(mood.detail or 502))
            case "commit_then_cut":
                return await _cut(http, answer)
            case "garbage":
                request.status = 200
                return web.Response(text="<html>Please stand by</html>", content_type="text/html")
            case "slow":
                await asyncio.sleep(mood.detail or 0.2)
        request.status = 200
        return web.json_response({**answer, "request_id": str(uuid4())})


def refused(request: Request, refusal: Refusal) -> web.Response:
    """An error, as Notion answers it."""
    request.status = refusal.status
    headers = {}
    if isinstance(refusal, Limited):
        headers["Retry-After"] = str(max(1, math.ceil(refusal.seconds)))
    body = error(refusal.status, refusal.code, refusal.message)
    return web.json_response(body, status=refusal.status, headers=headers)


def _known(mood: Mood) -> Mood:
    if mood.behaviour not in BEFORE | AFTER:
        raise ValueError(mood.behaviour)
    return mood


def _refusal(mood: Mood) -> Refusal | None:
    match mood.behaviour:
        case "busy":
            return Limited(429, mood.detail or 1)
        case "overloaded":
            return Limited(529, mood.detail or 1)
        case "conflict":
            return _trouble(409)
        case "error":
            return _trouble(mood.detail or 500)
        case "unauthorized":
            return Refusal(401, "unauthorized", "API token is invalid.")
        case _:
            return None


def _trouble(status: float) -> Refusal:
    return Refusal(int(status), *ERRORS[int(status)])


def _abort(http: web.Request) -> web.StreamResponse:
    if http.transport is not None:
        http.transport.abort()
    return web.Response()


async def _cut(http: web.Request, answer: Json) -> web.StreamResponse:
    """Half of an answer, and then the connection is gone."""
    whole = json.dumps(answer).encode()
    stream = web.StreamResponse(headers={"Content-Type": "application/json"})
    stream.content_length = len(whole)
    await stream.prepare(http)
    await stream.write(whole[: len(whole) // 2])
    return _abort(http)


async def _without_end(http: web.Request) -> web.StreamResponse:
    stream = web.StreamResponse(headers={"Content-Type": "application/json"})
    await stream.prepare(http)
    for _ in range(_HUGE_PIECES):
        await stream.write(b" " * 1_000_000)
    return stream
