"""The runner: takes jobs from queues, as many as it has free slots, and sees each to its end."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from typing import TYPE_CHECKING, Any

from learnbase.errors import LearnbaseError
from learnbase.jobs import course
from learnbase.jobs.contract import lease_seconds, meet
from learnbase.jobs.leases import Leases
from learnbase.jobs.queue import Queue
from learnbase.log import get_log

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

    from learnbase.jobs.job import Work
    from learnbase.jobs.leases import Lease
    from learnbase.jobs.reach import Reach

_DRAIN_PATIENCE = 30.0  # seconds that a drain waits for a database that is away
_LAST_WORD = 5.0  # seconds to settle and hand back after the grace
_LONGEST_REST = 5.0
Tally = Counter[str]
"""How many jobs ended in which way: done, dropped, retrying, dead, stale, handed_back."""
log = get_log(__name__)


class Runner:
    """Serves queues until it is stopped, or until they are empty."""

    def __init__(
        self,
        work: Mapping[str, Work[Any, Any]],
        reach: Reach,
        deps: Any,
        *,
        slots: int = 10,
        grace: float = 25.0,
        drain: bool = False,
    ) -> None:
        """Prepare to serve.

        Args:
            work: what is done with the messages of each queue.
            reach: the database.
            deps: what handlers are given.
            slots: how many jobs may be in hand at once; no more messages are read than that.
            grace: seconds that jobs in hand have to finish once it is stopped.
            drain: stop when nothing that can be taken now is left.
        """
        self._work = work
        self._reach = reach
        self._deps = deps
        self._slots = slots
        self._grace = grace
        self._drain = drain
        self._leases = Leases()
        self._in_hand: dict[Lease, asyncio.Task[None]] = {}
        self._interrupted: list[tuple[Queue, Lease]] = []
        self._solitary: deque[tuple[Queue, Lease]] = deque()
        self._stopping = asyncio.Event()
        self._at_once = asyncio.Event()
        self._woken = asyncio.Event()
        self._problem: LearnbaseError | None = None
        self.tally: Tally = Counter()

    def stop(self) -> None:
        """Take no more jobs and finish those in hand; a second time: hand them back at once."""
        if self._stopping.is_set():
            self._at_once.set()
        else:
            log.info("stopping", in_hand=len(self._in_hand), grace_s=self._grace)
        self._stopping.set()
        self._woken.set()

    async def run(self) -> Tally:
        """Serve until stopped or drained.

        Raises:
            SchemaMismatch, AccessDenied: this database is not for this worker.
            Unavailable: the database stayed away, while draining.
        """
        self._be_patient()
        queues = await self._unless_stopped(self._open())
        keeping = asyncio.create_task(self._leases.renew_for_ever())
        try:
            if queues:
                log.info("serving", queues=list(self._work), slots=self._slots)
                await self._serve(queues)
            await self._finish()
        finally:
            keeping.cancel()
            await asyncio.wait({keeping})
        log.info("stopped", **self.tally)
        if self._problem is not None:
            raise self._problem
        return self.tally

    async def _open(self) -> list[Queue]:
        await meet(self._reach)
        return [
            Queue(name, work, await lease_seconds(self._reach, name), self._reach)
            for name, work in self._work.items()
        ]

    async def _serve(self, queues: list[Queue]) -> None:
        while not self._stopping.is_set():
            if self._solitary:
                await self._serve_alone()
                continue
            free = self._slots - len(self._in_hand)
            if free == 0:
                await self._rest(_LONGEST_REST)
                continue
            idle = not self._in_hand
            due = queues if self._drain else [queue for queue in queues if not queue.pace.rest]
            read = await self._read(due, free)
            if self._drain and idle and read == 0:
                return
            if read == 0:
                # A job that ends may have made another one, in any of these queues.
                rest = min(queue.pace.rest for queue in queues)
                await self._rest(max(rest, 0.05) if self._drain else rest)
            # Queues that gave something come last the next time: an empty one's turn is no turn.
            queues = [*(q for q in queues if not q.gave), *(q for q in queues if q.gave)]
            for queue in queues:
                queue.gave = False

    async def _read(self, queues: list[Queue], free: int) -> int:
        """Fill the free slots; answers how many jobs were read."""
        total = 0
        self._be_patient()
        for queue in queues:
            if total == free or self._solitary:
                break
            leases = await self._unless_stopped(queue.read(free - total), at_most=2.0)
            for lease in leases or ():
                self._leases.keep(lease, queue.seconds)
                if self._stopping.is_set():
                    self._interrupted.append((queue, lease))
                elif lease.delivery.alone:
                    self._solitary.append((queue, lease))
                else:
                    self._start(queue, lease)
            total += len(leases or ())
            queue.gave = bool(leases)
        return total

    async def _serve_alone(self) -> None:
        """Let the others finish, then run one by itself: should it kill us, it takes none along."""
        (queue, lease), *others = self._solitary
        self._solitary.clear()
        self._solitary.append((queue, lease))
        self._interrupted += others
        await self._hand_back()
        while self._in_hand and not self._stopping.is_set():
            await self._rest(_LONGEST_REST)
        self._solitary.clear()
        if self._stopping.is_set():
            self._interrupted.append((queue, lease))
            return
        log.warning("running_alone", queue=queue.name, **lease.delivery.token)
        self._start(queue, lease)
        while self._in_hand and not self._stopping.is_set():
            await self._rest(_LONGEST_REST)

    def _start(self, queue: Queue, lease: Lease) -> None:
        task = asyncio.create_task(self._run_job(queue, lease))
        self._in_hand[lease] = task

        def ended(_: object) -> None:
            self._in_hand.pop(lease, None)
            self._woken.set()

        task.add_done_callback(ended)

    async def _run_job(self, queue: Queue, lease: Lease) -> None:
        try:
            standing = await course.run(queue, lease, self._deps)
        except LearnbaseError as problem:
            # Nothing can be settled: the key or the schema is wrong, or the last word found nobody.
            self._leases.release(lease)
            if not self._stopping.is_set() or self._reach.broken:
                self._problem = self._reach.broken or problem
                self.stop()
            log.warning("not_settled", reason=problem.message, **lease.delivery.token)
            return
        if standing == "interrupted":
            self._interrupted.append((queue, lease))
            return
        self._leases.release(lease)
        self.tally[standing] += 1

    async def _finish(self) -> None:
        """Wait for what is in hand, for the grace; hand the rest back."""
        until = time.monotonic() + self._grace
        while (
            self._in_hand
            and not self._at_once.is_set()
            and self._reach.broken is None
            and (left := until - time.monotonic()) > 0
        ):
            await self._rest(left)
        for lease in list(self._in_hand):
            if lease.handler is not None:
                lease.handler.cancel()
        last_word = 1.0 if self._at_once.is_set() else _LAST_WORD
        self._reach.give_up_at = time.monotonic() + last_word
        if self._in_hand:
            await asyncio.wait(self._in_hand.values(), timeout=last_word)
        for task in list(self._in_hand.values()):
            task.cancel()
        if self._in_hand:
            await asyncio.wait(self._in_hand.values())
        try:
            await self._hand_back()
        except LearnbaseError as problem:
            # Their leases run out by themselves.
            log.warning("not_handed_back", reason=problem.message)

    async def _hand_back(self) -> None:
        """Return what was not begun or not finished, a call a queue."""
        by_queue: dict[Queue, list[Lease]] = {}
        for queue, lease in self._interrupted:
            by_queue.setdefault(queue, []).append(lease)
            self._leases.release(lease)
        self._interrupted.clear()
        for queue, leases in by_queue.items():
            await queue.hand_back([lease.delivery for lease in leases])
            self.tally["handed_back"] += len(leases)
            log.info("handed_back", queue=queue.name, jobs=len(leases))

    async def _unless_stopped(
        self, request: Coroutine[Any, Any, list[Any]], *, at_most: float = 0.0
    ) -> list[Any]:
        """Wait for a request; once stopped, only `at_most` seconds more, and then for nothing."""
        asking = asyncio.create_task(request)
        stopped = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({asking, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not asking.done():
            await asyncio.wait({asking}, timeout=at_most)
        if not asking.done():
            asking.cancel()
            await asyncio.wait({asking})
        if asking.cancelled():
            return []
        if isinstance(problem := asking.exception(), LearnbaseError) and self._stopping.is_set():
            log.warning("not_read", reason=problem.message)
            return []
        return asking.result()

    async def _rest(self, seconds: float) -> None:
        """Wait until a job ends, somebody stops us, or the time is over."""
        if seconds > 0:
            try:
                async with asyncio.timeout(seconds):
                    await self._woken.wait()
            except TimeoutError:
                return
        else:
            await asyncio.sleep(0)
        self._woken.clear()

    def _be_patient(self) -> None:
        """A worker waits for its database for ever; a drain has an end."""
        self._reach.give_up_at = time.monotonic() + _DRAIN_PATIENCE if self._drain else None
