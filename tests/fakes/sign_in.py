"""The doors of Notion and Google, without the rooms behind: signing in, renewing, revoking."""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from aiohttp import BasicAuth, web

from tests.fakes.loopback import Loopback
from tests.fakes.oauth import Authority, Clock, Refused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.fakes.oauth import Account

CLIENT, SECRET = "learnbase-client", "learnbase-client-secret"


@dataclass
class Request:
    """What came in."""

    path: str
    body: dict[str, Any] = field(repr=False)


class SignIn(Loopback):
    """Two services at one address, each with its own paths.

    Attributes:
        moods: What the next requests for tokens get instead of an answer, in turn: a status, or
            "drop" (hangs up), "drop after" (does it and hangs up), "garbage", "huge".
        held: While this is set, requests for tokens wait until `go_on`.
        pages: What Notion's search finds.
    """

    def __init__(self) -> None:
        self.clock = Clock()
        self.notion = Authority(CLIENT, SECRET, rotate=True, pkce=False, clock=self.clock)
        self.notion.lives = None
        self.google = Authority(CLIENT, SECRET, rotate=False, pkce=True, clock=self.clock)
        self.moods: list[int | str] = []
        self.requests: list[Request] = []
        self.pages: list[dict[str, Any]] = []
        self.held = False

    def routes(self, app: web.Application) -> None:
        app.router.add_get("/v1/oauth/authorize", self._page(self.notion))
        app.router.add_post("/v1/oauth/token", self._moody(self._notion_token))
        app.router.add_post("/v1/oauth/revoke", self._moody(self._notion_revoke))
        app.router.add_post("/v1/search", self._search)
        app.router.add_get("/o/oauth2/v2/auth", self._page(self.google))
        app.router.add_post("/token", self._moody(self._google_token))
        app.router.add_post("/revoke", self._moody(self._google_revoke))

    async def opened(self) -> None:
        self._came, self._go_on = asyncio.Event(), asyncio.Event()

    def hold(self) -> None:
        """Let the next requests for tokens arrive, and wait."""
        self._came.clear()
        self._go_on.clear()
        self.held = True

    async def came(self) -> None:
        """Wait until one has arrived."""
        await asyncio.wrap_future(
            asyncio.run_coroutine_threadsafe(asyncio.wait_for(self._came.wait(), 20), self.loop)
        )

    def go_on(self) -> None:
        """Answer them."""
        self.held = False
        self.loop.call_soon_threadsafe(self._go_on.set)

    def settings(self) -> dict[str, str]:
        """What makes ours come here."""
        return {
            "NOTION_CLIENT_ID": CLIENT,
            "NOTION_CLIENT_SECRET": SECRET,
            "NOTION_BASE_URL": self.url,
            "GOOGLE_CLIENT_ID": CLIENT,
            "GOOGLE_CLIENT_SECRET": SECRET,
            "GOOGLE_OAUTH_BASE_URL": self.url,
        }

    def _page(self, authority: Authority) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answer(request: web.Request) -> web.Response:
            try:
                return web.Response(
                    status=302, headers={"Location": authority.authorize(request.query)}
                )
            except Refused as refusal:
                return web.Response(status=400, text=str(refusal))

        return answer

    def _moody(
        self, work: Callable[[web.Request, dict[str, Any]], web.Response]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            text = await request.text()
            body = json.loads(text) if text.startswith("{") else dict(parse_qsl(text))
            self.requests.append(Request(request.path, body))
            if self.held:
                self._came.set()
                await self._go_on.wait()
            mood = self.moods.pop(0) if self.moods else None
            if isinstance(mood, int):
                return web.json_response({"error": "server_error"}, status=mood)
            if mood == "garbage":
                return web.Response(text="<html>Sorry</html>", content_type="text/html")
            if mood == "huge":
                return web.Response(body=b"x" * 1_000_000)
            done = work(request, body) if mood != "drop" else None
            if done is None or mood == "drop after":
                assert request.transport is not None
                request.transport.close()
                return web.Response()
            return done

        return answer

    def _notion_token(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        who = BasicAuth.decode(request.headers.get("Authorization", "Basic Og=="))
        assert request.headers["Notion-Version"]
        status, said = self.notion.token(
            body | {"client_id": who.login, "client_secret": who.password}
        )
        if status == 200:
            account = self._whose(self.notion, said["access_token"])
            said |= {
                "bot_id": "bot",
                "workspace_id": account.id,
                "workspace_name": account.name,
                "owner": {"type": "user", "user": {"object": "user", "id": account.id}},
                "refresh_token": said.get("refresh_token"),
            }
        return web.json_response(said, status=status)

    def _notion_revoke(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        assert BasicAuth.decode(request.headers["Authorization"]).password == SECRET
        if self.notion.revoke(body["token"]):
            return web.json_response({"request_id": "1"})
        return web.json_response({"error": "invalid_request"}, status=400)

    def _google_token(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        assert request.content_type == "application/x-www-form-urlencoded"
        status, said = self.google.token(body)
        if status == 200 and body["grant_type"] == "authorization_code":
            account = self._whose(self.google, said["access_token"])
            claims = {"sub": account.id, "email": account.email, "aud": CLIENT}
            said["id_token"] = ".".join(map(_encoded, ({"alg": "RS256"}, claims, {})))
        return web.json_response(said, status=status)

    def _google_revoke(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        assert request.content_type == "application/x-www-form-urlencoded"
        if self.google.revoke(body["token"]):
            return web.json_response({})
        return web.json_response({"error": "invalid_token"}, status=400)

    async def _search(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.requests.append(Request(request.path, body))
        token = request.headers["Authorization"].removeprefix("Bearer ")
        if self.notion.holder(token) is None:
            return web.json_response({"object": "error", "code": "unauthorized"}, status=401)
        at = int(body.get("start_cursor", "0"))
        ends = at + body["page_size"]
        more = str(ends) if ends < len(self.pages) else None
        return web.json_response(
            {"results": self.pages[at:ends], "has_more": bool(more), "next_cursor": more}
        )

    def _whose(self, authority: Authority, token: str) -> Account:
        account = authority.holder(token)
        assert account is not None
        return account


def _encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
