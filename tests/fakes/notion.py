"""Notion on loopback: its sign-in, its databases and pages, its limits and its moods.

Also a process of its own: `python -m tests.fakes.notion --grant 3 --burst 3` says where it listens.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.fakes.loopback import Loopback
from tests.fakes.notion_api import Api
from tests.fakes.notion_ledger import Bucket, Ledger, Request
from tests.fakes.notion_moods import Limited, Moods, refused
from tests.fakes.notion_people import People
from tests.fakes.notion_rules import Invalid, Refusal, check_contract, check_sizes
from tests.fakes.notion_sign_in import OK, signed_in
from tests.fakes.notion_world import World
from tests.fakes.oauth import Account, Authority, Clock, Refused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Operation = Callable[[Api, str, dict[str, Any], Any], dict[str, Any]]

Json = dict[str, Any]

VERSION = "2025-09-03"
MARKER = "Learnbase ID"
CLIENT_ID, CLIENT_SECRET = "notion-client", "notion-secret"

# Method, path, what does it, and the schema its body is held against with the name of its id.
_OPERATIONS: tuple[tuple[str, str, Operation, str | None, str | None], ...] = (
    ("GET", "/v1/users/me", Api.me, None, None),
    ("POST", "/v1/databases", Api.create_database, "CreateDatabase", None),
    ("GET", "/v1/databases/{id}", Api.get_database, None, None),
    ("PATCH", "/v1/databases/{id}", Api.update_database, None, None),
    ("GET", "/v1/data_sources/{id}", Api.get_source, None, None),
    ("PATCH", "/v1/data_sources/{id}", Api.update_source, "UpdateDataSource", "data_source_id"),
    ("POST", "/v1/data_sources/{id}/query", Api.query, "QueryDataSource", "data_source_id"),
    ("POST", "/v1/search", Api.search, None, None),
    ("POST", "/v1/pages", Api.create_page, "CreatePage", None),
    ("GET", "/v1/pages/{id}", Api.get_page, None, None),
    ("PATCH", "/v1/pages/{id}", Api.update_page, "UpdatePage", "page_id"),
    ("GET", "/v1/blocks/{id}", Api.get_block, None, None),
    ("PATCH", "/v1/blocks/{id}", Api.update_block, None, None),
    ("DELETE", "/v1/blocks/{id}", Api.delete_block, None, None),
    ("GET", "/v1/blocks/{id}/children", Api.children, None, None),
    ("PATCH", "/v1/blocks/{id}/children", Api.append, "AppendBlockChildren", "block_id"),
)


class Notion(Ledger, People, Moods, Loopback):
    """Answers as the service does, unless told otherwise by `next` or `at`; `detail` in brackets.

    Nothing is done: `busy` (429; Retry-After, 1), `overloaded` (529; the same), `conflict` (409),
    `error` (status, 500), `unauthorized` (401), `hang` (no answer until this closes), `drop` (the
    connection closes), `huge` (an answer without end).
    It is done: `commit_then_drop`, `commit_then_hang`, `commit_then_error` (status, 502),
    `commit_then_cut` (half an answer), `garbage` (no JSON), `slow` (seconds, 0.2).

    Attributes:
        clock: Its time; `advance` moves it.
        authority: Who signs people in; `authority.visitor` is who sits before the browser.
        world: All that there is.
        lag: Seconds for which queries and searches do not show what is new.
        latency: Seconds that each answer takes.
    """

    def __init__(
        self,
        *,
        grant: float | None = None,
        burst: float = 3,
        lag: float = 0,
        latency: float = 0,
        lives: float | None = None,
        clock: Clock | None = None,
        marker: str = MARKER,
    ) -> None:
        """Set up an empty workspace.

        Args:
            grant: See `Ledger`, as for `burst` and `marker`.
            burst: See there.
            lag: See above.
            latency: See above.
            lives: Seconds that an access token lives; None: until it is refreshed or revoked.
            clock: Its time; the real one by default.
            marker: See there.
        """
        super().__init__()
        self.clock = clock or Clock()
        self.authority = Authority(
            CLIENT_ID,
            CLIENT_SECRET,
            rotate=True,
            pkce=False,
            clock=self.clock,
            lives=lives,
            prefixes=("ntn_", "nrt_"),
        )
        self.accounts = self.authority.accounts
        self.world = World(self.clock)
        self.grant, self.burst, self.marker = grant, burst, marker
        self.lag, self.latency = lag, latency
        self.requests: list[Request] = []
        self.violations: list[str] = []
        self.buckets: defaultdict[str, Bucket] = defaultdict(self._bucket)

    @property
    def visitor(self) -> Account:
        return self.authority.visitor

    def token(self, account: Account | None = None) -> str:
        """An access token, as if somebody had connected already."""
        return self.authority.permit(account)[0]

    def revoke(self, account: Account | None = None) -> None:
        """Somebody, or everybody, removes the application from their workspace."""
        self.authority.revoke_all(account)

    def routes(self, app: web.Application) -> None:
        app.router.add_get("/v1/oauth/authorize", self._authorize)
        app.router.add_post("/v1/oauth/{what:token|revoke|introspect}", self._sign_in)
        for method, path, does, schema, named in _OPERATIONS:
            app.router.add_route(method, path, self._operation(does, schema, named))
        app.router.add_get("/_ledger", self._ledger)
        app.router.add_route("*", "/{path:.*}", self._nowhere)

    async def _stop(self) -> None:
        self.closing.set()
        await super()._stop()

    def _operation(
        self, does: Operation, schema: str | None, named: str | None
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(http: web.Request) -> web.StreamResponse:
            request, raw = await self._enter(http)
            identifier = http.match_info.get("id", "")
            try:
                account = self._admitted(http, request)
            except Refusal as refusal:
                return refused(request, refusal)

            def act() -> Json:
                request.body = _json(raw)
                check_sizes(request.body, len(raw))
                if schema:
                    path = {named: identifier} if named else {}
                    check_contract(schema, {**request.body, **path})
                api = Api(self.world, account, self.lag)
                return does(api, identifier, request.body, http.query)

            return await self._answer(http, request, lambda: (OK, act()))

        return handle

    async def _enter(self, http: web.Request) -> tuple[Request, bytes]:
        token = http.headers.get("Authorization", "").removeprefix("Bearer ")
        request = Request(self.clock(), http.method, http.path, dict(http.query), {}, token)
        self.requests.append(request)
        raw = await http.read()
        try:
            request.body = _json(raw)
        except Refusal:
            request.body = {}
        return request, raw

    def _admitted(self, http: web.Request, request: Request) -> Account:
        """Whose request it is.

        Raises:
            Refusal: Nobody's, or beyond what they are granted.
        """
        version = http.headers.get("Notion-Version")
        if version != VERSION:
            said = f"should be `{VERSION}`, instead was `{version or 'undefined'}`."
            raise Refusal(400, "missing_version", f"Notion-Version header {said}")
        account = self.authority.holder(request.token)
        if account is None:
            raise Refusal(401, "unauthorized", "API token is invalid.")
        request.account = account.id
        wait = self.buckets[account.id].take()
        if wait:
            raise Limited(429, wait)
        return account

    async def _answer(
        self, http: web.Request, request: Request, act: Callable[[], tuple[int, Json]]
    ) -> web.StreamResponse:
        """Do it, and answer in the mood of the moment."""
        mood = self.met(request)
        if self.latency:
            await asyncio.sleep(self.latency)
        before = await self.instead(http, request, mood)
        if before is not None:
            return before
        try:
            status, answer = act()
        except Refusal as refusal:
            if isinstance(refusal, Invalid):
                self.violations.append(f"{request.method} {request.path}: {refusal.message}")
            return refused(request, refusal)
        if status != OK:
            request.status = status
            return web.json_response(answer, status=status)
        request.is_done = True
        return await self.afterwards(http, request, mood, answer)

    async def _authorize(self, http: web.Request) -> web.StreamResponse:
        request, _ = await self._enter(http)
        try:
            where = self.authority.authorize(http.query)
        except Refused as refusal:
            request.status = 400
            return web.Response(status=400, text=str(refusal))
        request.status, request.is_done = 302, True
        return web.Response(status=302, headers={"Location": where})

    async def _sign_in(self, http: web.Request) -> web.StreamResponse:
        request, raw = await self._enter(http)
        what, client = http.match_info["what"], http.headers.get("Authorization", "")
        return await self._answer(
            http, request, lambda: signed_in(self.authority, what, client, _json(raw))
        )

    async def _ledger(self, _: web.Request) -> web.StreamResponse:
        """For who runs this as a process."""
        told = {
            "pages": {key: self.world.named(page) for key, page in self.pages().items()},
            "doubled": self.doubled(),
            "writes": len(self.writes),
            "reads": len(self.reads),
            "over_budget": self.over_budget,
            "share": self.share(self.visitor),
            "violations": self.violations,
        }
        return web.json_response(told)

    async def _nowhere(self, http: web.Request) -> web.StreamResponse:
        request, _ = await self._enter(http)
        return refused(request, Refusal(400, "invalid_request_url", "Invalid request URL."))


def _json(raw: bytes) -> Json:
    try:
        body = json.loads(raw or b"{}")
    except ValueError:
        raise Refusal(400, "invalid_json", "Error parsing JSON body.") from None
    if not isinstance(body, dict):
        raise Invalid("body should be an object.")
    return body


def main() -> None:
    """Serve until told to stop; the first line says where, the second is an access token."""
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.notion")
    parser.add_argument("--grant", type=float, help="requests a second for each account")
    parser.add_argument("--burst", type=float, default=3, help="of them at once")
    parser.add_argument("--lag", type=float, default=0, help="seconds that queries lag behind")
    parser.add_argument("--latency", type=float, default=0, help="seconds that an answer takes")
    parser.add_argument("--lives", type=float, help="seconds that an access token lives")
    with Notion(**vars(parser.parse_args())) as server:
        sys.stdout.write(f"{server.url}\n{server.token()}\n")
        sys.stdout.flush()
        signal.sigwait({signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    main()
