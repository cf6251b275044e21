"""What Google does in place of what it is asked for, and to which request."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.fakes.google_wire import Answer, Call, refused

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Mood:
    """What to do with a request: with the one that has this number, or the next that matches."""

    behaviour: str
    detail: Any = None
    number: int | None = None
    matching: Callable[[Call], bool] | None = None

    def fits(self, call: Call, number: int) -> bool:
        if self.number is not None:
            return self.number == number
        return self.matching(call) if self.matching else call.is_calendars


USUAL = Mood("")


class Moods:
    """The moods to come; each is over with the call that met it."""

    def __init__(self) -> None:
        self._waiting: list[Mood] = []
        self.seen = 0

    def add(self, mood: Mood, times: int = 1) -> None:
        self._waiting += [mood] * times

    def met(self, call: Call, number: int) -> Mood:
        """The mood that a call meets; the first calls of the Calendar have the number 1."""
        for place, mood in enumerate(self._waiting):
            if mood.fits(call, number):
                call.behaviour = mood.behaviour
                return self._waiting.pop(place)
        return USUAL


async def instead(
    request: web.Request, call: Call, mood: Mood, go_on: asyncio.Event
) -> web.StreamResponse | None:
    """What is answered without anything being done; None: it is to be done."""
    match mood.behaviour:
        case "" | "commit_then_drop" | "commit_then_error" | "commit_then_cut":
            return None
        case "slow":
            await asyncio.sleep(mood.detail)
            return None
        case "hang" | "drop":
            await (go_on.wait() if mood.behaviour == "hang" else asyncio.sleep(0))
            return hung_up(request)
        case "garbage":
            page = "<!DOCTYPE html><title>Error 500 (Server Error)!!1</title>"
            return web.Response(text=page, content_type="text/html")
        case "huge":
            body = b'{"items": ["' + b"x" * int(mood.detail) + b'"]}'
            return web.Response(body=body, content_type="application/json")
    answer = refused(mood.behaviour, mood.detail)
    if answer is None:
        raise ValueError(f"there is no behaviour {mood.behaviour!r}")
    return response(answer, call)


async def sent(
    request: web.Request, call: Call, mood: Mood, usual: web.Response
) -> web.StreamResponse:
    """Send what was done, or lose it on the way."""
    match mood.behaviour:
        case "commit_then_drop":
            return hung_up(request)
        case "commit_then_error":
            return response(refused("error", mood.detail) or Answer(500), call)
        case "commit_then_cut":
            body = usual.body if isinstance(usual.body, bytes) else b""
            half = web.StreamResponse(status=usual.status, headers=usual.headers)
            half.headers["Content-Length"] = str(max(len(body), 2))
            await half.prepare(request)
            await half.write(body[: len(body) // 2])
            return hung_up(request, half)
    return usual


def response(answer: Answer, call: Call) -> web.Response:
    """An answer on its way."""
    call.status = answer.status
    headers = dict(answer.headers)
    if answer.body is not None:
        headers["Content-Type"] = "application/json; charset=UTF-8"
    return web.Response(status=answer.status, body=answer.content(), headers=headers)


def hung_up(request: web.Request, half: web.StreamResponse | None = None) -> web.StreamResponse:
    """The connection is gone."""
    if request.transport is not None:
        request.transport.abort()
    return half or web.Response()
