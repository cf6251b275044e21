"""Pages at Notion that a learner shared with us, to choose one that an export goes to.

Somebody waits for the answer, so nothing is tried again here: they can.
https://developers.notion.com/reference/post-search
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from learnbase.errors import Unavailable
from learnbase.services.connections import ReconnectNeeded
from learnbase.services.model_transport import retry_after
from learnbase.services.oauth import NOTION_VERSION

if TYPE_CHECKING:
    from learnbase.services.connections import Tokens

_PAGE, _LOOKS, MOST = 100, 3, 100
_LARGEST = 4 * 1024 * 1024
_SECONDS = 8.0  # for each look
_UNAUTHORIZED = 401
# Lines of a table: they could hold a database, but nobody looks for one there, and what we
# exported before would stand in front of everything else.
_LINES = frozenset({"database_id", "data_source_id"})


@dataclass(frozen=True)
class Page:
    """A page, with its title as one line."""

    id: str
    title: str
    url: str


async def search(http: httpx.AsyncClient, base_url: str, tokens: Tokens, query: str) -> list[Page]:
    """Look for pages by a part of their title, the newest change first; at most `MOST`.

    Args:
        http: connections.
        base_url: where Notion is.
        tokens: the learner's.
        query: empty for all.

    Raises:
        ReconnectNeeded: Notion no longer lets us in.
        Unavailable: Notion does not answer.
    """
    asked: dict[str, Any] = {
        "query": query,
        "filter": {"property": "object", "value": "page"},
        "sort": {"timestamp": "last_edited_time", "direction": "descending"},
        "page_size": _PAGE,
    }
    found: list[Page] = []
    for _ in range(_LOOKS):
        said = await _ask(http, f"{base_url}/v1/search", tokens, asked)
        found += filter(None, map(_page, said.get("results") or ()))
        cursor = said.get("next_cursor")
        if len(found) >= MOST or not cursor:
            break
        asked["start_cursor"] = cursor
    return found[:MOST]


async def _ask(
    http: httpx.AsyncClient, url: str, tokens: Tokens, asked: dict[str, Any]
) -> dict[str, Any]:
    token = await tokens.current()
    answer, body = await _post(http, url, token, asked)
    if answer.status_code == _UNAUTHORIZED:
        token = await tokens.after_refusal(token)
        answer, body = await _post(http, url, token, asked)
        if answer.status_code == _UNAUTHORIZED:
            raise ReconnectNeeded("notion")
    if not answer.is_success:
        raise _away(f"it answers {answer.status_code}", retry_after(answer.headers))
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise _away("its answer cannot be read")
    return said


async def _post(
    http: httpx.AsyncClient, url: str, token: str, asked: dict[str, Any]
) -> tuple[httpx.Response, bytes]:
    headers = {"Authorization": f"Bearer {token}", "Notion-Version": NOTION_VERSION}
    body = bytearray()
    try:
        async with (
            asyncio.timeout(_SECONDS),
            http.stream("POST", url, json=asked, headers=headers) as answer,
        ):
            async for part in answer.aiter_raw():
                body += part
                if len(body) > _LARGEST:
                    raise _away("its answer is too long")
    except (httpx.HTTPError, TimeoutError) as problem:
        raise _away(type(problem).__name__) from None
    return answer, bytes(body)


def _page(found: Any) -> Page | None:
    """A page that can be chosen; None for what is in the trash, or a line of a table."""
    match found:
        case {"id": str(page_id), "parent": {"type": str(kind)}} if kind not in _LINES:
            gone = found.get("in_trash") or found.get("archived")
            return None if gone else Page(page_id, _title(found), str(found.get("url") or ""))
    return None


def _title(page: dict[str, Any]) -> str:
    properties = page.get("properties")
    for content in properties.values() if isinstance(properties, dict) else ():
        match content:
            case {"type": "title", "title": list(parts)}:
                pieces = (part.get("plain_text") for part in parts if isinstance(part, dict))
                title = "".join(piece for piece in pieces if isinstance(piece, str))
                return " ".join(title.split()) or "Untitled"
    return "Untitled"


def _away(why: str, seconds: float | None = None) -> Unavailable:
    problem = Unavailable(
        f"Notion does not answer: {why}", remedy="Try again in a moment", code="notion_away"
    )
    problem.retry_after = seconds
    return problem
