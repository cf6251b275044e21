"""One queue as a worker serves it: reading deliveries, and what can be said about each."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from learnbase.errors import Rejected
from learnbase.jobs.job import Delivery
from learnbase.jobs.leases import Lease
from learnbase.jobs.outcomes import Outcomes
from learnbase.jobs.pace import Pace
from learnbase.log import get_log

if TYPE_CHECKING:
    from collections.abc import Sequence

    from learnbase.jobs.decisions import Failure
    from learnbase.jobs.job import Json, Work
    from learnbase.jobs.outcomes import Settled
    from learnbase.jobs.reach import Reach

_UNTIL_A_NEWER_WORKER = 60.0
log = get_log(__name__)


class Queue:
    """One queue, its work, and the calls that go with it.

    Attributes:
        name: The queue.
        work: What is done with its messages.
        seconds: How long a delivery is ours.
        pace: When to read next.
        gave: Whether it had jobs when it was last read.
    """

    def __init__(self, name: str, work: Work[Any, Any], seconds: int, reach: Reach) -> None:
        """Serve a queue whose leases are `seconds` long."""
        self.name = name
        self.work = work
        self.seconds = seconds
        self.pace = Pace()
        self._reach = reach
        self._outcomes = Outcomes(name, reach)
        self._said_newer = False
        self.gave = False

    async def read(self, most: int) -> list[Lease]:
        """Take up to `most` jobs; those of a newer version go back for a newer worker."""
        try:
            rows = await self._reach.call(
                "read_jobs", queue=self.name, quantity=most, lease_seconds=self.seconds
            )
        except Rejected as problem:
            # A statement that took too long, say: the queue is as it was.
            log.warning("read_failed", queue=self.name, code=problem.code, reason=problem.message)
            rows = []
        self.pace.follow(most, len(rows))
        read = [Delivery(queue=self.name, **row) for row in rows]
        newer = [delivery for delivery in read if self.work.is_too_new(delivery.message)]
        if newer:
            await self.hand_back(newer, _UNTIL_A_NEWER_WORKER)
            self._say_newer(newer)
        return [
            Lease(delivery, self.seconds, self._reach) for delivery in read if delivery not in newer
        ]

    async def complete(self, delivery: Delivery, result: Json | None) -> Settled:
        """Settle a delivery with its result, together with what else is ready."""
        return await self._outcomes.settle(delivery, result)

    async def fail(self, delivery: Delivery, failure: Failure) -> str:
        """Count a failure; answers retrying, dead, already_done or stale."""
        retry_in = None if failure.retry_in is None else f"{failure.retry_in:.3f} seconds"
        standing = await self._reach.call(
            "fail_job",
            queue=self.name,
            **delivery.token,
            error=failure.error(),
            retry_in=retry_in,
        )
        return str(standing)

    async def hand_back(self, deliveries: Sequence[Delivery], retry_in: float = 0.0) -> None:
        """Return deliveries untouched; that is no failure of theirs."""
        await self._reach.call(
            "hand_back_jobs",
            queue=self.name,
            deliveries=[delivery.token for delivery in deliveries],
            retry_in=f"{retry_in:.0f} seconds",
        )

    def _say_newer(self, deliveries: Sequence[Delivery]) -> None:
        if not self._said_newer:
            self._said_newer = True
            log.warning(
                "a_newer_worker_is_needed",
                queue=self.name,
                message_version=deliveries[0].message["v"],
                understood=self.work.version,
            )


def waited_ms(since: float) -> int:
    """Milliseconds since a moment of `time.monotonic()`."""
    return round((time.monotonic() - since) * 1000)
