"""The course of one job, from delivery to the word that ends it."""

from __future__ import annotations

import asyncio
import random
import time
from typing import TYPE_CHECKING, Any

from learnbase.errors import AccessDenied, LearnbaseError, SchemaMismatch, Unavailable
from learnbase.jobs.decisions import Failure, NoLongerNeeded, backoff, failure
from learnbase.jobs.job import Job
from learnbase.jobs.queue import waited_ms
from learnbase.log import about, get_log

if TYPE_CHECKING:
    from learnbase.jobs.job import Json
    from learnbase.jobs.leases import Lease
    from learnbase.jobs.queue import Queue

# Serialization failure, deadlock, lock not available, statement cancelled or timed out: the same
# outcome may well be taken a moment later.
_PASSING = {"40001", "40P01", "55P03", "57014"}
_TRIES = 4
# What the job works on was changed meanwhile: the outcome is for what is no more, and made anew.
_MOVED_ON = "LB001"
_MOST_ANEW = 25
# Data exceptions and broken constraints: the same outcome is never taken.
_FOR_GOOD = ("22", "23")
log = get_log(__name__)


async def run(queue: Queue, lease: Lease, deps: Any) -> str:
    """Do a job and settle it.

    Returns:
        How it ended: done, dropped (nobody needed it), retrying, dead, stale, or interrupted
        (its handler was ended by us, so it has to be handed back).

    Raises:
        LearnbaseError: it could not be settled.
    """
    delivery = lease.delivery
    began = time.monotonic()
    with about(queue=queue.name, **delivery.token) as said:
        standing = await _once(queue, lease, deps, said)
        for attempt in range(_MOST_ANEW):
            if standing != "moved_on":
                break
            log.info("moved_on", attempt=attempt + 1)
            await lease.renew()  # what was reported is there for the next attempt
            await asyncio.sleep(backoff(min(attempt, 3), random.random) / 20)
            standing = await _once(queue, lease, deps, said)
        if standing == "moved_on":
            standing = await _failed(queue, lease, _never_still(lease))
        event = f"job_{standing}"
        log.info(event, duration_ms=waited_ms(began))
    return standing


async def _once(queue: Queue, lease: Lease, deps: Any, said: Json) -> str:
    """Do it and settle it, or say that what it works on has moved on."""
    ending = await _handled(queue, lease, deps, said)
    if ending is None or isinstance(ending, Failure):
        await lease.tell()  # what was done so far is there for the next delivery
    if lease.standing == "stale":
        return "stale"
    if isinstance(ending, Failure):
        return await _failed(queue, lease, ending)
    if ending is None:
        return "interrupted"
    return await _completed(queue, lease, ending)


class _Nothing(dict[str, Any]):
    """The result of a job that nobody needs any more."""


async def _handled(queue: Queue, lease: Lease, deps: Any, said: Json) -> Json | Failure | None:
    """Run the handler; None when it was ended by us before it ended by itself."""
    if lease.standing != "held":
        return _Nothing()
    lease.handler = asyncio.create_task(_handle(queue, lease, deps, said))
    try:
        await asyncio.wait({lease.handler})
    except asyncio.CancelledError:
        lease.handler.cancel()
        raise
    handler, lease.handler = lease.handler, None
    if handler.cancelled():
        return None if lease.standing == "held" else _Nothing()
    problem = handler.exception()
    if lease.standing != "held" or isinstance(problem, NoLongerNeeded):
        return _Nothing()
    if problem is None:
        return handler.result()
    decided = failure(problem, lease.delivery.failures, random.random)
    if decided.unexpected:
        log.error("job_raised", problem=problem)
    return decided


async def _handle(queue: Queue, lease: Lease, deps: Any, said: Json) -> Json:
    payload = queue.work.parse(lease.delivery.message)
    said |= payload.model_dump(mode="json", exclude={"v"})
    job = Job(lease.delivery, payload, lease, said)
    result: Json = await queue.work.handle(job, deps)
    return result


async def _completed(queue: Queue, lease: Lease, result: Json) -> str:
    body = None if isinstance(result, _Nothing) else result
    for attempt in range(_TRIES):
        settled = await queue.complete(lease.delivery, body)
        if settled.standing != "rejected":
            if settled.standing == "stale":
                return "stale"
            return "done" if body is not None else "dropped"
        if settled.code == _MOVED_ON:
            return "moved_on"
        if settled.code not in _PASSING:
            break
        await asyncio.sleep(backoff(attempt, random.random) / 10)
    log.error("outcome_rejected", code=settled.code, reason=settled.message)
    for_good = settled.code.startswith(_FOR_GOOD)
    return await _failed(
        queue,
        lease,
        Failure(
            "not_saved",
            "The result could not be saved.",
            "Ask again; if it keeps happening, tell us." if for_good else "It is tried again.",
            None if for_good else backoff(lease.delivery.failures, random.random),
        ),
    )


def _never_still(lease: Lease) -> Failure:
    return Failure(
        "moved_on",
        "What this works on was changed again and again meanwhile.",
        "Leave it alone until it is done; it is tried again.",
        backoff(lease.delivery.failures, random.random),
    )


async def _failed(queue: Queue, lease: Lease, failed: Failure) -> str:
    try:
        standing = await queue.fail(lease.delivery, failed)
    except LearnbaseError as problem:
        if isinstance(problem, Unavailable | AccessDenied | SchemaMismatch):
            raise
        # The lease runs out, and the job comes back as one whose worker was lost.
        log.warning("failure_not_counted", code=problem.code, reason=problem.message)
        return "retrying"
    wait = {} if failed.retry_in is None else {"retry_in_s": round(failed.retry_in, 1)}
    log.warning("job_failed", code=failed.code, reason=failed.message, standing=standing, **wait)
    return "done" if standing == "already_done" else standing
