"""Read when a learner is busy, so that their sessions are placed around it.

trigger          a connection made; rpc/refresh_busy_times; every few hours by cron; message
                 {"v": 1, connection_id}
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
    # From midnight: a period that is under way must not look like another one each time.
    since = dt.datetime.fromisoformat(loaded["from"]).astimezone(dt.UTC)
    since = since.replace(hour=0, minute=0, second=0, microsecond=0)
    until = dt.datetime.fromisoformat(loaded["until"])
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


WORK = Work(ReadBusyTimes, handle)
