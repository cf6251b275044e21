"""The database as a worker meets it: at times away for a while.

Every call of the schema `worker` may be repeated: outcomes are fenced, so a second one answers
`already_done`, and a read whose answer got lost costs a lease and nothing else.
"""

from __future__ import annotations

import asyncio
import random
import time
from typing import TYPE_CHECKING, Any

from learnbase.errors import AccessDenied, LearnbaseError, SchemaMismatch, Unavailable
from learnbase.log import get_log

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from learnbase.services.database import Database

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0
log = get_log(__name__)


class Reach:
    """Calls that are repeated until the database answers.

    Attributes:
        give_up_at: Moment of `time.monotonic()` after which an absence is an error; None: never.
        broken: What makes every further call pointless: a key refused, a schema gone.
    """

    def __init__(self, database: Database) -> None:
        """Reach for a database that need not be there yet."""
        self._database = database
        self._away_since: float | None = None
        self.give_up_at: float | None = None
        self.broken: LearnbaseError | None = None

    async def call(self, function: str, /, **arguments: Any) -> Any:
        """Call a function of the schema `worker` until it answers.

        Raises:
            Rejected, NotFound: the function refused.
            AccessDenied, SchemaMismatch: see `broken`.
            Unavailable: only after `give_up_at`.
        """
        return await self._until_answered(lambda: self._database.call(function, **arguments))

    async def rows(self, table: str, select: str = "*", **equal: Any) -> list[dict[str, Any]]:
        """Read rows of the schema `worker`, as `call` calls."""
        found: list[dict[str, Any]] = await self._until_answered(
            lambda: self._database.rows(table, select, **equal)
        )
        return found

    async def call_once(self, function: str, /, **arguments: Any) -> Any:
        """Call a function a single time.

        Raises:
            Unavailable: the database is away, or the answer got lost.
        """
        return await self._noticing(lambda: self._database.call(function, **arguments))

    async def _until_answered(self, request: Callable[[], Awaitable[Any]]) -> Any:
        pause = _FIRST_PAUSE
        while True:
            try:
                return await self._noticing(request)
            except Unavailable:
                if self.give_up_at is not None and time.monotonic() >= self.give_up_at:
                    raise
            # Jitter, so that a database that comes back is not met by everybody at once.
            await asyncio.sleep(pause * (0.5 + random.random() / 2))  # noqa: S311
            pause = min(_LONGEST_PAUSE, pause * 2)

    async def _noticing(self, request: Callable[[], Awaitable[Any]]) -> Any:
        try:
            answer = await request()
        except Unavailable as problem:
            if self._away_since is None:
                self._away_since = time.monotonic()
                log.warning("database_away", reason=problem.message)
            raise
        except (AccessDenied, SchemaMismatch) as problem:
            self.broken = problem
            raise
        if self._away_since is not None:
            seconds = round(time.monotonic() - self._away_since, 1)
            self._away_since = None
            log.info("database_back", away_seconds=seconds)
        return answer
