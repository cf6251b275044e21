"""One request to a site, and as much of the answer as is needed."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from email.message import Message
from typing import TYPE_CHECKING, Any

import httpcore

from learnbase.planning.html_title import TitleReader

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from learnbase.security.addresses import Place

MOST_BYTES = 512 * 1024
"""Of a page, as it travels and again as it is unpacked."""
_MOST_JSON = 64 * 1024
_SHORT, _DIGITS = 64 * 1024, 10
_TIMEOUTS = {"connect": 5.0, "read": 10.0, "write": 5.0, "pool": 10.0}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PAGES = frozenset({"text/html", "application/xhtml+xml", ""})
_PACKED = frozenset({"gzip", "x-gzip", "deflate"})
_EITHER = 47  # zlib's wbits for "gzip or zlib, look yourself"


@dataclass(frozen=True)
class Answer:
    """What a site said.

    Attributes:
        location: Where a redirect leads, as it is spelled; None without one.
        title: Of the page; empty after HEAD.
        is_too_large: Whether the title had not come within what we read.
        json: What the body says where it is JSON and was asked for.
    """

    status: int
    location: str | None
    content_type: str
    title: str = ""
    is_too_large: bool = False
    json: Any = None

    @property
    def is_html(self) -> bool:
        """Whether the page has a title to read."""
        return self.content_type in _PAGES


def headers(contact: str | None) -> list[tuple[bytes, bytes]]:
    """Say who asks, and what for."""
    who = "Learnbase-Links/1 (checks that links in study plans work"
    agent = f"{who}; {contact})" if contact else f"{who})"
    return [
        (b"User-Agent", agent.encode("ascii", "replace")),
        (b"Accept", b"text/html,application/xhtml+xml,*/*;q=0.5"),
        (b"Accept-Encoding", b"gzip"),
    ]


async def ask(
    pool: httpcore.AsyncConnectionPool,
    sent: list[tuple[bytes, bytes]],
    method: str,
    where: Place,
) -> Answer:
    """Send one request and follow nothing.

    Raises:
        Forbidden, NoSuchHost, httpcore errors: no answer.
    """
    name = f"[{where.host}]" if ":" in where.host else where.host
    # The parts, and not the whole: nobody else's reading of an address decides whom we ask.
    url = httpcore.URL(
        scheme=where.scheme.encode(),
        host=where.host.encode(),
        port=where.port,
        target=where.target.encode(),
    )
    async with pool.stream(
        method,
        url,
        headers=[(b"Host", name.encode()), *sent],
        extensions={"timeout": _TIMEOUTS},
    ) as response:
        return await _read(method, response)


async def _read(method: str, response: httpcore.Response) -> Answer:
    said = {name.lower(): value for name, value in reversed(response.headers)}
    kind = Message()
    kind["Content-Type"] = _text(said.get(b"content-type", b""))
    content_type = kind.get_content_type() if said.get(b"content-type") else ""
    location = said.get(b"location") if response.status in _REDIRECTS else None
    answer = Answer(
        status=response.status,
        location=_text(location) if location else None,
        content_type=content_type,
    )
    if method == "HEAD":
        await response.aread()  # nothing, but only then the connection can be used again
    if method == "HEAD" or answer.location or not 200 <= response.status < 300:  # noqa: PLR2004
        return answer
    body = _unpacked(response, _text(said.get(b"content-encoding", b"")).strip().lower())
    if content_type == "application/json":
        return Answer(answer.status, None, content_type, json=await _json(body))
    if not answer.is_html:
        return answer
    charset = kind.get_param("charset")
    reader = TitleReader(charset if isinstance(charset, str) else None)
    seen = 0
    async for part in body:
        reader.feed(part)
        seen += len(part)
        if reader.is_done:
            break
    too_large = not reader.is_done and seen >= MOST_BYTES
    if _is_short(said.get(b"content-length", b"")):
        async for _ in body:  # cheaper than a new connection for the site's next page
            pass
    return Answer(answer.status, None, content_type, reader.title, too_large)


def _is_short(length: bytes) -> bool:
    return length.isdigit() and len(length) < _DIGITS and int(length) <= _SHORT


async def _unpacked(response: httpcore.Response, encoding: str) -> AsyncIterator[bytes]:
    """Up to `MOST_BYTES` of the body, and never more of it in memory than one part besides."""
    if encoding not in _PACKED | {"", "identity"}:
        return  # not what we asked for, so the title stays unknown
    unpack = zlib.decompressobj(_EITHER) if encoding in _PACKED else None
    travelled = given = 0
    async for part in response.aiter_stream():
        travelled += len(part)
        room = MOST_BYTES - given
        try:
            clear = unpack.decompress(part, room) if unpack else part[:room]
        except zlib.error:
            return
        given += len(clear)
        yield clear
        if given >= MOST_BYTES or travelled >= MOST_BYTES:
            return


async def _json(body: AsyncIterator[bytes]) -> Any:
    gathered = bytearray()
    async for part in body:
        gathered += part
        if len(gathered) > _MOST_JSON:
            return None
    try:
        return json.loads(gathered)
    except (ValueError, RecursionError):
        return None


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
