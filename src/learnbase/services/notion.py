"""Notion as a learner's exports use it: their database, its pages, the boxes on them.

Reads, and writes that may be repeated, are repeated a few times; what makes something is not, once
it may have reached the service: there is no idempotency key, so the answer is to look.

https://developers.notion.com/reference
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import OrderedDict
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

from learnbase.services.model_transport import retry_after
from learnbase.services.notion_refusals import (
    CONFLICT,
    LIMITED,
    UNAUTHORIZED,
    Later,
    OutcomeUnknown,
    away,
    is_passing,
    refusal,
)
from learnbase.services.pace import Pace
from learnbase.services.retrying import Busy, Course, Failed, Retrying, answer_to

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from learnbase.services.connections import Tokens

    Check = Callable[[], Awaitable[None]]

Json = dict[str, Any]

VERSION = "2025-09-03"
GRANT = 3.0
"""Requests a second, on average: https://developers.notion.com/reference/request-limits"""

MOST_BYTES = 20_000_000
_PAGE = 100  # entries; the service's limit
_MOST_PAGES = 200  # of entries: more than any plan, and no endless list
_MOST_PACES = 200  # accounts that are remembered
_LATEST = 3  # pages of a search for what is new


class _TokenRefused(Exception):
    """The token is not, or no more, the right one."""


def connections(
    base_url: str = "https://api.notion.com", *, most: int = 20, patience: float = 30.0
) -> httpx.AsyncClient:
    """Return a pool of connections to Notion, for all learners of a worker.

    Args:
        base_url: where Notion is.
        most: how many requests may travel at once.
        patience: seconds to wait for an answer.
    """
    return httpx.AsyncClient(
        base_url=base_url,
        timeout=httpx.Timeout(patience, connect=5.0),
        limits=httpx.Limits(max_connections=most, keepalive_expiry=15.0),
        headers={"Notion-Version": VERSION, "Accept-Encoding": "identity"},
        trust_env=False,
        follow_redirects=False,
    )


class Notions:
    """The Notion of each learner, through the same connections, each at a pace of its own.

    A pace outlives a slice of an export, so that what was learnt about an account's grant is not
    learnt again a moment later.
    """

    def __init__(self, http: httpx.AsyncClient, grant: float = GRANT) -> None:
        """Prepare.

        Args:
            http: from `connections`.
            grant: requests a second that an account is granted.
        """
        self._http = http
        self._grant = grant
        self._paces: OrderedDict[Tokens, Pace] = OrderedDict()

    def __call__(self, tokens: Tokens) -> Notion:
        """Return the Notion that these tokens open."""
        pace = self._paces.pop(tokens, None) or Pace(self._grant)
        self._paces[tokens] = pace
        if len(self._paces) > _MOST_PACES:
            self._paces.popitem(last=False)
        return Notion(tokens, self._http, pace)


class Notion:
    """One learner's Notion, asked at a pace of its own.

    Raises, everywhere: `Later` (a limit), `Unavailable` (faults, silence), `Missing`, `NotAllowed`,
    `Refused`, and whatever `Tokens` raises when the connection is dead.
    """

    def __init__(
        self,
        tokens: Tokens,
        http: httpx.AsyncClient,
        pace: Pace | None = None,
        *,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            tokens: the learner's.
            http: from `connections`.
            pace: the account's; a fresh one by default.
            pause: waits so many seconds between tries.
            chance: a number from 0 up to 1, which spreads the waits.
        """
        self._tokens = tokens
        self._http = http
        self._retrying = Retrying(
            pace or Pace(GRANT), later=Later, away=away, pause=pause, chance=chance
        )

    async def make_database(self, parent: Json, content: Json, check: Check | None = None) -> Json:
        """Make a database with its data source and return it.

        Args:
            parent: where.
            content: its title, description and columns.
            check: called when its turn has come; what it raises keeps it from being sent.

        Raises:
            OutcomeUnknown: there may be one now.
        """
        body = {"parent": parent, **content}
        return await self._ask("POST", "/v1/databases", body, once=True, check=check)

    async def database(self, database_id: str) -> Json:
        """Return a database."""
        return await self._ask("GET", f"/v1/databases/{_part(database_id)}")

    async def trash_database(self, database_id: str) -> None:
        """Move a database with all that is in it into the trash."""
        await self._ask("PATCH", f"/v1/databases/{_part(database_id)}", {"in_trash": True})

    async def data_source(self, data_source_id: str) -> Json:
        """Return a data source: its columns, where it is, whether it is in the trash."""
        return await self._ask("GET", f"/v1/data_sources/{_part(data_source_id)}")

    async def set_columns(self, data_source_id: str, columns: Json) -> Json:
        """Make or change columns, and return the data source."""
        path = f"/v1/data_sources/{_part(data_source_id)}"
        return await self._ask("PATCH", path, {"properties": columns})

    async def query(self, data_source_id: str, where: Json | None = None) -> list[Json]:
        """Return the pages of a data source that are not in the trash, the oldest first.

        What was written a moment ago may be missing.
        """
        body: Json = {"sorts": [{"timestamp": "created_time", "direction": "ascending"}]}
        if where is not None:
            body["filter"] = where
        return await self._list(f"/v1/data_sources/{_part(data_source_id)}/query", body)

    async def latest_data_sources(self) -> list[Json]:
        """Return what is shared with us of data sources, the newest change first.

        What was written a moment ago may be missing, and what is far back is left out.
        """
        body = {
            "filter": {"property": "object", "value": "data_source"},
            "sort": {"timestamp": "last_edited_time", "direction": "descending"},
        }
        return await self._list("/v1/search", body, most=_LATEST)

    async def make_page(
        self, data_source_id: str, properties: Json, box: Json, check: Check | None = None
    ) -> Json:
        """Make a page with a block on it and return it; `check` as for `make_database`.

        Raises:
            OutcomeUnknown: there may be one now.
        """
        body = {
            "parent": {"type": "data_source_id", "data_source_id": data_source_id},
            "properties": properties,
            "children": [box],
        }
        return await self._ask("POST", "/v1/pages", body, once=True, check=check)

    async def me(self) -> str:
        """Return the id under which our own writing is known."""
        return str((await self._ask("GET", "/v1/users/me"))["id"])

    async def page(self, page_id: str) -> Json:
        """Return a page."""
        return await self._ask("GET", f"/v1/pages/{_part(page_id)}")

    async def set_properties(self, page_id: str, properties: Json) -> Json:
        """Set a page's properties and return it."""
        path = f"/v1/pages/{_part(page_id)}"
        return await self._ask("PATCH", path, {"properties": properties})

    async def trash_page(self, page_id: str) -> None:
        """Move a page into the trash."""
        await self._ask("PATCH", f"/v1/pages/{_part(page_id)}", {"in_trash": True})

    async def blocks(self, parent_id: str) -> list[Json]:
        """Return the blocks right under a page or a block."""
        return await self._list(f"/v1/blocks/{_part(parent_id)}/children", None)

    async def append(
        self, parent_id: str, blocks: Sequence[Json], *, first: bool = False
    ) -> list[Json]:
        """Put blocks under a page or a block, at the end or as the first, and return them.

        Raises:
            OutcomeUnknown: they may be there now.
        """
        body: Json = {"children": list(blocks)}
        if first:
            body["position"] = {"type": "start"}
        path = f"/v1/blocks/{_part(parent_id)}/children"
        answer = await self._ask("PATCH", path, body, once=True)
        return [dict(one) for one in answer.get("results", ())]

    async def delete_block(self, block_id: str) -> None:
        """Move a block with all that is in it into the trash."""
        await self._ask("DELETE", f"/v1/blocks/{_part(block_id)}")

    async def _list(self, path: str, body: Json | None, *, most: int = _MOST_PAGES) -> list[Json]:
        """Walk through all pages of a list; a body makes it a POST, which reads all the same."""
        entries: list[Json] = []
        cursor: Json = {}
        for _ in range(most):
            if body is None:
                answer = await self._ask("GET", path, query={"page_size": _PAGE, **cursor})
            else:
                answer = await self._ask("POST", path, {**body, "page_size": _PAGE, **cursor})
            entries += answer.get("results", ())
            if not answer.get("has_more") or not answer.get("next_cursor"):
                break
            cursor = {"start_cursor": answer["next_cursor"]}
        return entries

    async def _ask(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        query: Mapping[str, str | int] | None = None,
        once: bool = False,
        check: Check | None = None,
    ) -> Json:
        """Ask until there is an answer; `once`: never again after it may have been done."""
        token, is_fresh = await self._tokens.current(), False
        request = self._http.build_request(method, path, json=body, params=query)
        course = Course()
        while True:
            turn = await self._retrying.turn()
            if check is not None:
                await check()
            request.headers["Authorization"] = f"Bearer {token}"
            try:
                answer = _read(*await answer_to(self._http, request, MOST_BYTES))
            except Busy as limit:
                self._retrying.ease(turn, limit, course)
            except Failed as failure:
                if once and failure.perhaps_done:
                    raise OutcomeUnknown from failure
                await self._retrying.rest(failure, course)
            except _TokenRefused as refused:
                if is_fresh:
                    raise await self._tokens.ended(token) from refused
                token, is_fresh = await self._tokens.after_refusal(token), True
            else:
                self._retrying.took()
                return answer


def _part(identifier: str) -> str:
    return quote(identifier, safe="")


def _read(response: httpx.Response, content: bytes) -> Json:
    status = response.status_code
    if response.is_success:
        with suppress(ValueError):
            answer = json.loads(content)
            if isinstance(answer, dict):
                return answer
        raise Failed("its answer cannot be read")
    if status in LIMITED:
        raise Busy(retry_after(response.headers))
    if status == UNAUTHORIZED:
        raise _TokenRefused
    if is_passing(status):
        # A conflict says that nothing was saved; other faults leave it open.
        raise Failed(f"status {status}", perhaps_done=status != CONFLICT)
    raise refusal(response, content)
