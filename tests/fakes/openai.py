"""OpenAI's two endpoints on loopback, with a ledger and a behaviour for each next request.

Also a process of its own: `python -m tests.fakes.openai --delay 2` says where it listens.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.fakes.loopback import Loopback
from tests.fakes.openai_plans import a_plan, answer_to, in_french, shape_of, told
from tests.fakes.openai_wire import (
    FAULTS,
    NOT_COMPUTED,
    USAGE,
    broken,
    chat,
    error,
    responses,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FAULTS", "USAGE", "Call", "OpenAI", "a_plan", "told"]


@dataclass(frozen=True)
class Call:
    """One line of the ledger: what came in, and what it costs whoever asked.

    Attributes:
        at: When it came, in seconds of the monotonic clock.
        api: `responses` or `chat`.
        shape: What was asked for.
        messages: The question.
        behaviour: What was done.
        tokens: Input and output, as billed; 0 where nothing was computed.
        answered: The text that was computed, whether or not it arrived.
    """

    at: float
    api: str
    shape: str
    messages: list[dict[str, str]]
    behaviour: str
    tokens: tuple[int, int]
    answered: str


class OpenAI(Loopback):
    """Answers what it is asked for, unless told otherwise: `next("refusal")`, `next("busy", 7)`, …

    Attributes:
        plan: What it answers to who asks for a whole plan of as many weeks.
        open_weeks: How many weeks a plan without a deadline gets.
        answers: Functions that answer a shape in place of the honest one, by the shape's name.
        requests: Api, body and headers of each request.
        ledger: What was computed and billed, in the order of arrival.
        accepts: Which response formats a compatible server understands.
        unknown: Fields that it refuses.
        delay: Seconds that each answer takes.
    """

    def __init__(self, delay: float = 0.0) -> None:
        self.plan: Any = a_plan()
        self.open_weeks = 8
        self.answers: dict[str, Callable[[dict[str, Any]], Any]] = {}
        self.requests: list[tuple[str, dict[str, Any], dict[str, str]]] = []
        self.ledger: list[Call] = []
        self.accepts = {"json_schema", "json_object", "text"}
        self.unknown: set[str] = set()
        self.asked = threading.Event()
        self.go_on = threading.Event()
        self.delay = delay
        self._next: deque[tuple[str, Any]] = deque()

    def routes(self, app: web.Application) -> None:
        app.router.add_post("/v1/responses", self._handle)
        app.router.add_post("/v1/chat/completions", self._handle)

    def next(self, behaviour: str, detail: Any = None, *, times: int = 1) -> None:
        self._next.extend([(behaviour, detail)] * times)

    def asked_for(self) -> list[str]:
        """The names of the shapes that were asked for, in order."""
        return [shape_of(body) for _, body, _ in self.requests]

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        api = "responses" if request.path.endswith("responses") else "chat"
        body = await request.json()
        self.requests.append((api, body, dict(request.headers)))
        refused = self._refused(api, body)
        if refused is not None:
            return refused
        behaviour, detail = self._next.popleft() if self._next else ("plan", None)
        text = "" if behaviour in NOT_COMPUTED else self._text(body, behaviour, detail)
        self._enter(api, body, behaviour, text)
        self.asked.set()
        if self.delay or behaviour == "late":
            await asyncio.sleep(detail if behaviour == "late" else self.delay)
        if behaviour in {"hang", "wait"}:
            await asyncio.to_thread(self.go_on.wait, 30)
        elif behaviour in {"hang up", "lost"} and request.transport is not None:
            request.transport.abort()
        elif behaviour == "echo":
            return error(detail, f"You sent {request.headers['Authorization']}")
        elif behaviour in {"drip", "flood"}:
            return await self._without_end(request, behaviour)
        instead = broken(behaviour, detail)
        if instead is not None:
            return instead
        answer = json.dumps((responses if api == "responses" else chat)(behaviour, detail, text))
        if behaviour == "cut":
            return await _cut(request, answer)
        whole = answer if behaviour != "half" else answer[: len(answer) // 2]
        return web.Response(text=whole, content_type="application/json")

    def _enter(self, api: str, body: dict[str, Any], behaviour: str, text: str) -> None:
        tokens = (0, 0) if behaviour in NOT_COMPUTED else (USAGE["input"], USAGE["output"])
        asked = body.get("input") or body.get("messages") or []
        self.ledger.append(
            Call(time.monotonic(), api, shape_of(body), asked, behaviour, tokens, text)
        )

    def _refused(self, api: str, body: dict[str, Any]) -> web.Response | None:
        """What a server that is only nearly compatible does not take."""
        form = (body.get("response_format") or {}).get("type", "text")
        if api == "chat" and form not in self.accepts:
            return error(400, f"response_format.type {form} is not supported")
        for field in sorted(self.unknown & set(body)):
            instead = " Use 'max_completion_tokens' instead." if field == "max_tokens" else ""
            return error(400, f"Unsupported parameter: '{field}' is not supported.{instead}")
        return None

    def _text(self, body: dict[str, Any], behaviour: str, detail: Any) -> str:
        if behaviour == "text":
            return str(detail)
        shape = shape_of(body)
        if shape in self.answers:
            answer = self.answers[shape](body)
        else:
            answer = answer_to(body, plan=self.plan, open_weeks=self.open_weeks)
        text = json.dumps(in_french(answer) if behaviour == "french" else answer)
        return str(detail.format(text)) if behaviour == "around" else text

    async def _without_end(self, request: web.Request, how: str) -> web.StreamResponse:
        """A byte now and then, or as many as there is room for."""
        stream = web.StreamResponse(headers={"Content-Type": "application/json"})
        await stream.prepare(request)
        piece = b" " * (1 if how == "drip" else 1_000_000)
        while not self.go_on.is_set():
            await stream.write(piece)
            await asyncio.sleep(0.01)
        return stream


async def _cut(request: web.Request, answer: str) -> web.StreamResponse:
    """Half of an answer, and then the connection is gone."""
    headers = {"Content-Type": "application/json", "Content-Length": str(len(answer))}
    stream = web.StreamResponse(headers=headers)
    await stream.prepare(request)
    await stream.write(answer[: len(answer) // 2].encode())
    if request.transport is not None:
        request.transport.abort()
    return stream


def main() -> None:
    """Serve until told to stop; the first line says where."""
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.openai")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds that an answer takes")
    with OpenAI(parser.parse_args().delay) as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        signal.sigwait({signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    main()
