"""Settling outcomes of a queue: those that are ready together travel together.

While one call is under way, what becomes ready waits for the next; an outcome that is ready when
nothing is under way leaves at once.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from learnbase.errors import AccessDenied, LearnbaseError, SchemaMismatch, Unavailable

if TYPE_CHECKING:
    from learnbase.jobs.job import Delivery, Json
    from learnbase.jobs.reach import Reach

_MOST_AT_ONCE = 25


@dataclass(frozen=True)
class Settled:
    """How an outcome was taken.

    Attributes:
        standing: done, already_done (a lost reply), stale (somebody else has it) or rejected.
        code: SQLSTATE or code of the refusal, when rejected.
        message: What was refused, when rejected; for the log.
    """

    standing: str
    code: str = ""
    message: str = ""


@dataclass(frozen=True, eq=False)
class _Ready:
    delivery: Delivery
    result: Json | None
    settled: asyncio.Future[Settled]

    @property
    def body(self) -> dict[str, Any]:
        return {**self.delivery.token, "result": self.result}

    def settle(self, settled: Settled) -> None:
        if not self.settled.done():
            self.settled.set_result(settled)

    def fail(self, problem: Exception) -> None:
        if not self.settled.done():
            self.settled.set_exception(problem)


class Outcomes:
    """The outcomes of one queue on their way to the database."""

    def __init__(self, queue: str, reach: Reach) -> None:
        """Settle with `worker.complete_<queue>`."""
        self._function = f"complete_{queue}"
        self._reach = reach
        self._ready: list[_Ready] = []
        self._sending: asyncio.Task[None] | None = None

    async def settle(self, delivery: Delivery, result: Json | None) -> Settled:
        """Bring an outcome to the database, however long that takes.

        Args:
            delivery: whose outcome it is.
            result: what the queue's function takes, or None when there was nothing to do any more.

        Raises:
            AccessDenied, SchemaMismatch: nothing can be settled any more.
            Unavailable: only after the reach's `give_up_at`.
        """
        ready = _Ready(delivery, result, asyncio.get_running_loop().create_future())
        self._ready.append(ready)
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send_all())
        return await ready.settled

    async def _send_all(self) -> None:
        await asyncio.sleep(0)  # those that got ready in the same moment come along
        while self._ready:
            batch = self._ready[:_MOST_AT_ONCE]
            del self._ready[:_MOST_AT_ONCE]
            try:
                if not await self._send_together(batch):
                    await self._send_singly(batch)
            except LearnbaseError as problem:
                for ready in batch:
                    ready.fail(problem)

    async def _send_together(self, batch: list[_Ready]) -> bool:
        """Send a batch; False when it failed as a whole, whatever the reason."""
        if len(batch) == 1:
            return False
        try:
            answer = await self._reach.call_once(self._function, outcomes=[r.body for r in batch])
        except (AccessDenied, SchemaMismatch):
            raise
        except LearnbaseError:
            return False
        _distribute(answer, batch)
        return True

    async def _send_singly(self, batch: list[_Ready]) -> None:
        for ready in batch:
            try:
                answer = await self._reach.call(self._function, outcomes=[ready.body])
            except (AccessDenied, SchemaMismatch):
                raise
            except LearnbaseError as problem:
                if isinstance(problem, Unavailable):  # for good: nothing was refused
                    raise
                ready.settle(Settled("rejected", problem.code or "", problem.message))
            else:
                _distribute(answer, [ready])


def _distribute(answer: list[dict[str, Any]], batch: list[_Ready]) -> None:
    found = {(row["msg_id"], row["read_ct"]): row for row in answer}
    for ready in batch:
        row = found.get((ready.delivery.msg_id, ready.delivery.read_ct))
        problem = (row or {}).get("problem") or {}
        ready.settle(
            Settled(
                row["standing"] if row else "rejected",
                str(problem.get("code", "")),
                str(problem.get("message", "" if row else "no answer")),
            )
        )
