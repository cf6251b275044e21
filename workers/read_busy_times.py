"""Read when a learner is busy, so that their sessions are placed around it.

trigger          a connection made; every few hours by cron; message {"v": 1, connection_id}
reads            the connection and from when to when (worker.load_read_busy_times); free and busy
                 of the learner's main calendar, never what the events are about
writes           busy times (worker.complete_read_busy_times)
idempotency key  the delivery (msg_id, read_ct); the same times read twice are the same times
retry            Google away or a limit: with backoff; no permission: given up with a remedy
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID  # noqa: TC003 - pydantic reads it

from pydantic import BaseModel, ConfigDict

from learnbase.jobs import GiveUp, Job, NoLongerNeeded, Retry, Work
from learnbase.services.connections import ReconnectNeeded
from learnbase.services.google_refusals import Later, NotAllowed

if TYPE_CHECKING:
    from workers.deps import Deps


class ReadBusyTimes(BaseModel):
    """The message: ids only."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    v: Literal[1]
    connection_id: UUID


async def handle(job: Job[ReadBusyTimes], deps: Deps) -> dict[str, Any]:
    """Load, ask, hand over what `worker.complete_read_busy_times` takes."""
    loaded = await deps.database.call(
        "load_read_busy_times", msg_id=job.msg_id, read_ct=job.read_ct
    )
    if loaded["standing"] != "held":
        raise NoLongerNeeded
    connection = loaded["connection"]
    tokens = deps.connections.tokens(
        *(connection[name] for name in ("id", "user_id", "provider", "account_id"))
    )
    # Periods are cut at the edges. From midnight to midnight: one that is under way, or goes on
    # after the end, must not look like another one each time.
    since, until = (_midnight(loaded[edge]) for edge in ("from", "until"))
    try:
        periods = await deps.google(tokens).busy(since, until)
    except ReconnectNeeded:  # the connection's own row says so by now
        raise NoLongerNeeded from None
    except NotAllowed as problem:
        raise GiveUp("not_allowed", problem.message, remedy=problem.remedy) from problem
    except Later as problem:
        raise Retry(problem.message, after=problem.seconds, code="rate_limited") from problem
    job.said["periods"] = len(periods)
    return {"busy": [[start.isoformat(), end.isoformat()] for start, end in periods]}


def _midnight(instant: str) -> dt.datetime:
    day = dt.datetime.fromisoformat(instant).astimezone(dt.UTC)
    return day.replace(hour=0, minute=0, second=0, microsecond=0)


WORK = Work(ReadBusyTimes, handle)
