"""A proxy in front of PostgREST that can hold a call, lose its reply, or answer in its place."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import aiohttp
from aiohttp import web

from tests.fakes.loopback import Loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Moment = Literal["before", "after"]
_PATIENCE = 120  # seconds a test waits for something that must happen
_PASSED_ON = (
    "authorization",
    "apikey",
    "content-type",
    "accept",
    "content-profile",
    "accept-profile",
    "prefer",
)
_PASSED_BACK = ("Content-Type", "Content-Range")


def _any(body: Any) -> bool:  # noqa: ARG001 - the shape of a predicate
    return True


@dataclass
class Rule:
    """What happens to the nth call of a function whose body matches."""

    function: str
    nth: int = 1
    times: int = 1
    moment: Moment = "before"
    matching: Callable[[Any], bool] = _any
    answer: tuple[int, Any] | None = None
    lose_reply: bool = False
    holds: bool = False
    arrived: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)
    passes_on: bool = False
    met: int = 0

    def applies(self, function: str, body: Any) -> bool:
        if function != self.function or not self.matching(body):
            return False
        self.met += 1
        return self.nth <= self.met < self.nth + self.times

    def wait(self) -> None:
        """Wait until the call is here."""
        assert self.arrived.wait(_PATIENCE), f"nobody called {self.function}"

    def release(self, *, passes_on: bool = False) -> None:
        """Let go of the call; one that was held before is forgotten unless it `passes_on`."""
        self.passes_on = passes_on
        self.released.set()


class PostgrestProxy(Loopback):
    """Passes `/rest/v1/…` on to an address, by its rules; `calls` is the ledger."""

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        self.calls: list[tuple[str, Any]] = []
        self.carried_out: Counter[str] = Counter()
        self._rules: list[Rule] = []
        self._noticed = threading.Condition()

    def routes(self, app: web.Application) -> None:
        app.router.add_route("*", "/rest/v1/{path:.*}", self._handle)

    async def opened(self) -> None:
        self._client = aiohttp.ClientSession(auto_decompress=False)

    async def closed(self) -> None:
        await self._client.close()

    def hold(self, function: str, moment: Moment, nth: int = 1) -> Rule:
        """Hold the nth call: before it is passed on, or after, before its reply is."""
        return self._add(Rule(function, nth, moment=moment, holds=True))

    def lose_reply(self, function: str, nth: int = 1, times: int = 1) -> Rule:
        """Pass the call on, and close the connection in place of a reply."""
        return self._add(Rule(function, nth, times, lose_reply=True))

    def answer(
        self,
        function: str,
        status: int,
        body: Any = None,
        *,
        times: int = 1,
        matching: Callable[[Any], bool] = _any,
    ) -> Rule:
        """Answer in PostgREST's place."""
        return self._add(Rule(function, times=times, matching=matching, answer=(status, body)))

    def forget_rules(self) -> None:
        self._rules.clear()

    def count(self, function: str) -> int:
        return sum(1 for called, _ in self.calls if called == function)

    def wait_for(self, function: str, times: int = 1) -> None:
        """Wait until a function was called so many times."""
        with self._noticed:
            happened = self._noticed.wait_for(lambda: self.count(function) >= times, _PATIENCE)
        assert happened, f"{function} was called {self.count(function)} times, not {times}"

    @contextmanager
    def expecting(self, function: str) -> Iterator[None]:
        """Wait, at the end, until one more call of a function was carried out."""
        before = self.carried_out[function]
        yield
        with self._noticed:
            happened = self._noticed.wait_for(
                lambda: self.carried_out[function] > before, _PATIENCE
            )
        assert happened, f"{function} was not carried out"

    def _add(self, rule: Rule) -> Rule:
        self._rules.append(rule)
        return rule

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        function = request.match_info["path"].rsplit("/", 1)[-1]
        content = await request.read()
        body = json.loads(content) if content else None
        with self._noticed:
            self.calls.append((function, body))
            self._noticed.notify_all()
        rule = next((rule for rule in self._rules if rule.applies(function, body)), None)
        if rule is None:
            return await self._pass_on(request, content)
        if rule.moment == "before":
            rule.arrived.set()
        if rule.answer is not None:
            status, said = rule.answer
            return web.json_response(said, status=status)
        if rule.holds and rule.moment == "before":
            await asyncio.to_thread(rule.released.wait, _PATIENCE)
            if not rule.passes_on:
                return self._hang_up(request)
            return await self._pass_on(request, content)
        response = await self._pass_on(request, content)
        if rule.holds:
            rule.arrived.set()
            await asyncio.to_thread(rule.released.wait, _PATIENCE)
        return self._hang_up(request) if rule.lose_reply else response

    async def _pass_on(self, request: web.Request, content: bytes) -> web.Response:
        url = f"{self.upstream}/{request.match_info['path']}"
        headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
        try:
            async with self._client.request(
                request.method, url, params=request.query, data=content, headers=headers
            ) as answer:
                said = await answer.read()
                with self._noticed:
                    self.carried_out[url.rsplit("/", 1)[-1]] += 1
                    self._noticed.notify_all()
                return web.Response(
                    status=answer.status,
                    body=said,
                    headers={
                        name: answer.headers[name]
                        for name in _PASSED_BACK
                        if name in answer.headers
                    },
                )
        except aiohttp.ClientError:
            return web.json_response({"message": "upstream is down"}, status=502)

    @staticmethod
    def _hang_up(request: web.Request) -> web.Response:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=502)
