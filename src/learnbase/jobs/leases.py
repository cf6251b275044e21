"""Keeping deliveries: each is ours for a lease, renewed in time; the newest report rides along.

A lease that runs out because the database was away does not stop the work. Nobody else could take
the message meanwhile either, and if somebody did since, the fencing token makes our outcome stale:
nothing is written twice. Stopping would only throw away what may have been paid for already.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from learnbase.errors import LearnbaseError
from learnbase.jobs.decisions import NoLongerNeeded
from learnbase.log import get_log

if TYPE_CHECKING:
    from learnbase.jobs.job import Delivery, Json
    from learnbase.jobs.reach import Reach

_BETWEEN_REPORTS = 1.0
log = get_log(__name__)


class Lease:
    """One delivery, kept.

    Attributes:
        delivery: What is kept.
        standing: held, cancelled (nobody wants it any more) or stale (somebody else has it).
        handler: The task that works on it, while it does; ended when the lease is lost.
    """

    def __init__(self, delivery: Delivery, seconds: int, reach: Reach) -> None:
        """Begin with a delivery that was read just now, for `seconds`."""
        self.delivery = delivery
        self.standing = "held"
        self.handler: asyncio.Task[Json] | None = None
        self._seconds = seconds
        self._reach = reach
        self._unsent: Json = {}
        self._newest: Json = {}
        self._sent_at = time.monotonic()
        self._reported_at = 0.0
        self._one_at_a_time = asyncio.Lock()

    @property
    def is_due(self) -> bool:
        """Whether the time has come to renew it, or to send a report."""
        now = time.monotonic()
        report_is_due = bool(self._unsent) and now - self._reported_at >= _BETWEEN_REPORTS
        return report_is_due or now - self._sent_at >= self._seconds / 3

    async def report(self, report: Json) -> None:
        """Add to what is to be reported, and send it unless something was sent just now.

        Raises:
            NoLongerNeeded: the lease is lost.
        """
        self._newest |= report
        self._unsent |= report
        if self.is_due:
            await self.renew()
        if self.standing != "held":
            raise NoLongerNeeded

    def take(self) -> Json:
        """Hand over what is to be reported, to be sent with something else."""
        report, self._unsent = self._unsent, {}
        return report

    def put_back(self) -> None:
        """What was taken did not travel: the newest there is, is still to be sent."""
        self._unsent = dict(self._newest)

    async def tell(self) -> None:
        """Send what is still to be reported; nothing else will, once the handler ended."""
        if self._unsent and self.standing == "held":
            await self.renew()

    async def renew(self) -> None:
        """Renew the lease and send what is to be reported.

        A database that is away is no reason to fail: what was not sent is kept for the next time.
        """
        async with self._one_at_a_time:
            report, self._unsent = self._unsent, {}
            try:
                standing = await self._reach.call_once(
                    "heartbeat",
                    queue=self.delivery.queue,
                    **self.delivery.token,
                    lease_seconds=self._seconds,
                    report=report or None,
                )
            except LearnbaseError as problem:
                self._unsent = report | self._unsent
                log.debug("heartbeat_failed", reason=problem.message, **self.delivery.token)
                return
            finally:
                self._sent_at = time.monotonic()
                if report:
                    self._reported_at = self._sent_at
        if standing != "held":
            self.standing = standing
            if self.handler is not None and self.handler is not asyncio.current_task():
                self.handler.cancel()


class Leases:
    """All deliveries in hand, kept by one task."""

    def __init__(self) -> None:
        """Begin with none."""
        self._kept: set[Lease] = set()
        self._tick = _BETWEEN_REPORTS

    def keep(self, lease: Lease, seconds: int) -> None:
        """Renew a lease from now on."""
        self._kept.add(lease)
        self._tick = min(self._tick, seconds / 6)

    def release(self, lease: Lease) -> None:
        """Renew it no more."""
        self._kept.discard(lease)

    async def renew_for_ever(self) -> None:
        """Renew what is due, until cancelled."""
        async with asyncio.TaskGroup() as renewals:
            renewing: dict[Lease, asyncio.Task[None]] = {}
            while True:
                for lease in self._kept:
                    # One slow call holds up no other lease.
                    if lease.is_due and (lease not in renewing or renewing[lease].done()):
                        renewing[lease] = renewals.create_task(lease.renew())
                renewing = {lease: task for lease, task in renewing.items() if not task.done()}
                await asyncio.sleep(self._tick)
