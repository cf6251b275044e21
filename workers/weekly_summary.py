"""Write the weekly summaries of up to a hundred learners.

trigger          private.enqueue_weekly_summaries, every quarter of an hour; message {"v": 1, week,
                 until, user_ids}
reads            the week of each learner who has no summary of that week yet and wants one
                 (worker.load_weekly_summary)
writes           one summary for each learner and channel into the log, and the letters into batches
                 (worker.complete_weekly_summary); nothing for who was told often enough that
                 nothing is due
idempotency key  <channel>:weekly:<person>:<ISO week>, unique
retry            with backoff; a day after it was due a week is over
"""

from __future__ import annotations

import asyncio
import datetime as dt  # noqa: TC003 - pydantic reads it
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID  # noqa: TC003 - pydantic reads it

from pydantic import BaseModel, ConfigDict

from learnbase.digest import Silence, links_needed, render, summary
from learnbase.jobs import Job, NoLongerNeeded, Work
from learnbase.log import get_log

if TYPE_CHECKING:
    from workers.deps import Deps

WISH = "weekly_summary"
"""What people choose, whichever of the two letters a week gets."""
log = get_log(__name__)


class WeeklySummary(BaseModel):
    """The message: whose, and of which ISO week; until when it is worth writing."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    v: Literal[1]
    week: str
    until: dt.datetime
    user_ids: tuple[UUID, ...]


async def handle(job: Job[WeeklySummary], deps: Deps) -> dict[str, Any]:
    """Load, write, hand over what `worker.complete_weekly_summary` takes."""
    job.said["user_ids"] = len(job.payload.user_ids)  # a hundred ids say nothing in a log
    loaded = await deps.database.call("load_weekly_summary", msg_id=job.msg_id, read_ct=job.read_ct)
    if loaded["standing"] != "held":
        raise NoLongerNeeded
    summaries: list[dict[str, Any]] = []
    unread: list[Exception] = []
    for learner in loaded["learners"]:
        try:
            written = _written(learner, deps)
        except Exception as problem:  # noqa: BLE001 - ninety-nine others wait for theirs
            log.error("summary_not_written", problem=problem, user_id=learner["user_id"])  # noqa: TRY400 - with its traceback
            unread.append(problem)
            continue
        if written is not None:
            summaries.append(written)
        await asyncio.sleep(0)  # the delivery is kept meanwhile
    if unread and len(unread) == len(loaded["learners"]):
        # Not one learner's week: this worker and the database do not understand each other.
        raise unread[0]
    job.said["summaries"] = len(summaries)
    return {"summaries": summaries}


def _written(learner: dict[str, Any], deps: Deps) -> dict[str, Any] | None:
    """A learner's summary by each channel that they want it by; None: there is nothing to say."""
    week = learner["week"]
    decided = summary(week)
    if isinstance(decided, Silence):
        return None
    context, now = decided.model_dump(), deps.now()
    links = deps.addresses.of(
        links_needed(decided.kind, context), person=learner["user_id"], wish=WISH, now=now
    )
    letter = render(
        decided.kind,
        context,
        locale=week["locale"],
        time_zone=week["time_zone"],
        now=now,
        links=links,
    )
    mail = {
        "subject": letter.subject,
        "html": letter.html,
        "text": letter.text,
        "unsubscribe_url": links["unsubscribe"],
    }
    in_app = {"subject": letter.subject, "text": letter.preheader}
    return {
        "user_id": learner["user_id"],
        "kind": decided.kind,
        "mail": mail if learner["mail"] else None,
        "in_app": in_app if learner["in_app"] else None,
    }


WORK = Work(WeeklySummary, handle)
