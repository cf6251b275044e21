"""Bring a learner's calendar at Google to what their plan says, or take it away again.

trigger          rpc/start_export, rpc/remove_export, a plan that changed; message
                 {"v": 1, export_id, turn}; a slice that is over goes to the back of the line
reads            the plan as one document, what was sent before (worker.load_export), the events of
                 the export's own calendar
writes           a calendar and its events at Google; what is outside, step by step
                 (worker.record_export); how it ended (worker.complete_export_google_calendar)
idempotency key  event ids made of the sessions', and the hash of the content in each event; for
                 the calendar a marker in its description, recorded before it is made
retry            Google away: with backoff; a limit: when Google says; what the learner must decide
                 or reconnect ends the run with a sentence for them
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID  # noqa: TC003 - pydantic reads it

from pydantic import BaseModel, ConfigDict

from learnbase.jobs import Job, NoLongerNeeded, Work
from learnbase.syncing import google
from learnbase.syncing.recorder import Recorder

if TYPE_CHECKING:
    from workers.deps import Deps

QUEUE = "export_google_calendar"


class ExportGoogleCalendar(BaseModel):
    """The message: ids only."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    v: Literal[1]
    export_id: UUID
    turn: int = 0


async def handle(job: Job[ExportGoogleCalendar], deps: Deps) -> dict[str, Any]:
    """Load, carry out, hand over what `worker.complete_export_google_calendar` takes."""
    loaded = await deps.database.call(
        "load_export", queue=QUEUE, msg_id=job.msg_id, read_ct=job.read_ct
    )
    if loaded["standing"] != "held":
        raise NoLongerNeeded
    connection = loaded["connection"]
    tokens = deps.connections.tokens(
        *(connection[name] for name in ("id", "user_id", "provider", "account_id"))
    )
    record = Recorder(deps.database, QUEUE, job)
    result = await google.run(loaded, deps.google(tokens), record, deps.now)
    job.said["ended"] = result.get("code") or result["status"]
    return result


WORK = Work(ExportGoogleCalendar, handle)
