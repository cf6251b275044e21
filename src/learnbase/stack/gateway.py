"""The one address of a local stack, in the manner of a hosted project's.

``/rest/v1`` goes to PostgREST, ``/auth/v1`` to Auth, ``/functions/v1`` to Learnbase's edge, or to
another one whose address stands in the home's ``edge.url``. A key (``sb_publishable_…``,
``sb_secret_…``) is turned into the token of the role it stands for; a person's own token passes
through; anything else is refused here (`learnbase.stack.admission`). The edge asks for no key, for
calendars have none.

Run as ``python -m learnbase.stack.gateway CONFIG``, where CONFIG is a TOML file.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
    web,
)
from aiohttp.http_exceptions import HttpProcessingError
from multidict import CIMultiDict
from yarl import URL

from learnbase.stack.admission import (
    Admission,
    Refusal,
    require_plain_body,
    require_plain_path,
)
from learnbase.stack.processes import Process, Register

if TYPE_CHECKING:
    from collections.abc import Mapping

# What concerns one connection and not the message (RFC 9110, 7.6.1), and what is ours to say.
_HOP_BY_HOP = (
    *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer"),
    *("transfer-encoding", "upgrade", "host", "expect"),
)
_WHOLE = 256 << 10  # bodies up to this size travel in one piece
# Auth's server closes an idle connection after five seconds: ours must be gone by then.
_IDLE = 4.0
_GLANCE = 5.0  # seconds between two looks at whether the stack's folder is still there
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "Content-Encoding, Content-Location, Content-Range, Content-Type, Date, Location, "
        "Server, Transfer-Encoding, Range-Unit, Preference-Applied"
    ),
}
_PREFLIGHT = {
    **_CORS,
    "Access-Control-Allow-Methods": "GET,HEAD,PUT,PATCH,POST,DELETE,OPTIONS",
    "Access-Control-Max-Age": "3600",
}


@dataclass(frozen=True)
class Config:
    """What the gateway is told; see `learnbase.stack.parts.gateway`."""

    port: int
    rest: str
    auth: str
    functions: str
    functions_file: str
    site: str
    register: str
    publishable_key: str
    secret_key: str
    jwt_secret: str


@dataclass(frozen=True)
class Route:
    """Where a request goes."""

    name: str
    base: str
    path: str


class Gateway:
    """Handles requests; one client session for all of them."""

    def __init__(self, config: Config) -> None:
        """Prepare the tokens behind the keys."""
        self._config = config
        self._admission = Admission(config.publishable_key, config.secret_key, config.jwt_secret)
        self._session: ClientSession | None = None

    async def open(self) -> None:
        """Open the pool of connections."""
        self._session = ClientSession(
            connector=TCPConnector(limit=0, keepalive_timeout=_IDLE),
            cookie_jar=DummyCookieJar(),
            auto_decompress=False,
            timeout=ClientTimeout(total=None, sock_connect=5),
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        )

    async def close(self) -> None:
        """Close it."""
        if self._session:
            await self._session.close()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        try:
            return await self._answer(request)
        except Refusal as refusal:
            return web.json_response(refusal.body, status=refusal.status, headers=_CORS)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        require_plain_path(request.rel_url.raw_path)
        if request.path == "/health":
            return web.json_response({"status": "ok"})
        route = self._route(request)
        headers = CIMultiDict(request.headers)
        require_plain_body(headers)
        query = request.rel_url.raw_query_string
        if route.name != "functions":
            if request.method == "OPTIONS" and "Access-Control-Request-Method" in headers:
                asked = headers.get("Access-Control-Request-Headers", "*")
                return web.Response(headers={**_PREFLIGHT, "Access-Control-Allow-Headers": asked})
            query = self._admission.admit(request, headers, to_auth=route.name == "auth")
        preferences = headers.getall("Prefer", [])
        if len(preferences) > 1:
            # PostgREST's pre-request function sees only the last of several.
            headers["Prefer"] = ", ".join(preferences)
        for name in _HOP_BY_HOP:
            headers.popall(name, None)
        return await self._forward(request, route, headers, query)

    def _route(self, request: web.BaseRequest) -> Route:
        path = request.rel_url.raw_path
        for name, base in (("rest", self._config.rest), ("auth", self._config.auth)):
            if path == f"/{name}/v1" or path.startswith(f"/{name}/v1/"):
                # Auth serves under its full path, PostgREST at the root.
                kept = path if name == "auth" else path.removeprefix(f"/{name}/v1") or "/"
                return Route(name, base, kept)
        if path == "/functions/v1" or path.startswith("/functions/v1/"):
            return Route("functions", self._edge(), path.removeprefix("/functions/v1") or "/")
        raise Refusal(
            404,
            "no Route matched with those values",
            "This is a local Learnbase stack: /rest/v1, /auth/v1 and /functions/v1.",
        )

    def _edge(self) -> str:
        base = self._config.functions
        with contextlib.suppress(OSError):
            base = Path(self._config.functions_file).read_text().strip() or base
        if not base or base.startswith(f"http://127.0.0.1:{self._config.port}"):
            raise Refusal(
                503,
                "the edge is not running",
                "Run `learnbase stack start`.",
            )
        return base.rstrip("/")

    async def _forward(
        self,
        request: web.BaseRequest,
        route: Route,
        headers: CIMultiDict[str],
        query: str,
    ) -> web.StreamResponse:
        assert self._session is not None  # noqa: S101 - `open` comes first
        address = URL(f"{route.base}{route.path}{'?' + query if query else ''}", encoded=True)
        body: object = None
        if request.can_read_body:
            length = request.content_length
            small = length is not None and length <= _WHOLE
            body = await request.read() if small else request.content
        begun: web.StreamResponse | None = None
        try:
            async with self._session.request(
                request.method, address, headers=headers, data=body, allow_redirects=False
            ) as answer:
                replied = self._replied(route, answer.headers)
                # Postgres's answers are there at once: waiting for the end of a short one saves
                # the other side a chunked body. What the edge says may be meant to trickle.
                head = b"" if route.name == "functions" else await _read_short(answer)
                if answer.content.at_eof() and request.method != "HEAD":
                    replied.popall("Content-Length", None)
                    return web.Response(
                        status=answer.status, reason=answer.reason, headers=replied, body=head
                    )
                begun = web.StreamResponse(
                    status=answer.status, reason=answer.reason, headers=replied
                )
                await begun.prepare(request)
                if head:
                    await begun.write(head)
                async for chunk in answer.content.iter_any():
                    await begun.write(chunk)
                await begun.write_eof()
                return begun
        except ConnectionResetError:
            raise  # the one who asked went away: nobody is left to be answered
        except ClientConnectorError as error:
            raise Refusal(
                503, f"{route.name} is not running", "Run `learnbase stack start`."
            ) from error
        except ClientError as error:
            if begun is not None:
                raise ConnectionResetError from error  # too late for another status
            raise Refusal(
                502,
                f"{route.name} broke off its answer",
                "Nobody knows whether the request was carried out; look before you repeat it.",
            ) from error

    def _replied(self, route: Route, headers: Mapping[str, str]) -> CIMultiDict[str]:
        replied: CIMultiDict[str] = CIMultiDict(headers)
        for name in (*_HOP_BY_HOP, "Date"):
            replied.popall(name, None)
        if route.name != "functions":
            replied.update(_CORS)
        if route.name == "auth" and "Location" in replied:
            replied["Location"] = self._onward(replied["Location"])
        return replied

    def _onward(self, location: str) -> str:
        """Where Auth sends somebody: it takes the gateway for the site, and there is no page here.

        Auth falls back to its site where it is given no address or none that is allowed; and it
        forgets the one that a sign-up asks for.
        """
        rest = location.removeprefix(f"http://127.0.0.1:{self._config.port}")
        if rest == location or rest.removeprefix("/")[:1] not in ("", "?", "#"):
            return location
        return f"{self._config.site.rstrip('/')}{rest}"


async def _read_short(answer: ClientResponse) -> bytes:
    """Read an answer, or as much of it as travels in one piece."""
    read = bytearray()
    while len(read) < _WHOLE and not answer.content.at_eof():
        read += await answer.content.readany()
    return bytes(read)


async def _watch(folder: Path, done: asyncio.Event) -> None:
    """End the parts of a stack whose folder was deleted under it, then end."""
    register = Register(folder)
    known: dict[str, Process] = {}
    while folder.is_dir():  # noqa: ASYNC240 - one stat of a local folder
        known |= {name: process for name in register.names() if (process := register.find(name))}
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(done.wait(), _GLANCE)
            return
    for name, process in known.items():
        if name != "gateway":
            process.send(signal.SIGINT)
    done.set()


def _in_a_line(record: logging.LogRecord) -> bool:
    """Tell of a malformed request in one line: its traceback quotes headers, and so tokens."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, HttpProcessingError):
        record.msg, record.args = "Malformed request: %s", (type(error).__name__,)
        record.exc_info = None
    return True


async def serve(config: Config) -> None:
    """Serve until SIGTERM or SIGINT."""
    logging.getLogger("aiohttp.server").addFilter(_in_a_line)
    gateway = Gateway(config)
    await gateway.open()
    server = web.Server(gateway.handle, access_log=None, auto_decompress=False)
    runner = web.ServerRunner(server)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", config.port, backlog=1024, shutdown_timeout=1).start()
    done = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, done.set)
    await _watch(Path(config.register), done)
    await runner.cleanup()
    await gateway.close()


def main() -> None:
    """Read the configuration that the command line names, and serve."""
    config = Config(**tomllib.loads(Path(sys.argv[1]).read_text()))
    asyncio.run(serve(config))


if __name__ == "__main__":
    main()
