"""Bring a plan to a learner's Notion, or take it away again.

trigger          rpc/start_export, rpc/remove_export; message {"v": 1, export_id}; a slice that is
                 over goes to the back of the line
reads            the export with its container, the plan, and what was sent before
                 (worker.load_export); the learner's database in Notion
writes           pages of one database in Notion, each step recorded before the next
                 (worker.record_export); how the slice ended (worker.complete_export_notion)
idempotency key  the task's id, in a column of every page: what was in doubt is looked for; an
                 unchanged hash is not sent again
retry            a Notion that does not answer: with backoff; one that asks to wait is asked later;
                 what the learner must decide (an emptied database, a lost connection) is an
                 outcome that they read, not a failure
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID  # noqa: TC003 - pydantic reads it

from pydantic import BaseModel, ConfigDict

from learnbase.jobs import Job, NoLongerNeeded, Work
from learnbase.syncing import notion
from learnbase.syncing.recorder import Recorder

if TYPE_CHECKING:
    from workers.deps import Deps

QUEUE = "export_notion"


class ExportNotion(BaseModel):
    """The message: ids only."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    v: Literal[1]
    export_id: UUID
    turn: int = 0


async def handle(job: Job[ExportNotion], deps: Deps) -> dict[str, Any]:
    """Load, export a slice, hand over what `worker.complete_export_notion` takes."""
    loaded = await deps.database.call(
        "load_export", queue=QUEUE, msg_id=job.msg_id, read_ct=job.read_ct
    )
    if loaded["standing"] != "held":
        raise NoLongerNeeded
    connection = loaded["connection"]
    tokens = deps.connections.tokens(
        *(connection[name] for name in ("id", "user_id", "provider", "account_id"))
    )
    books = Recorder(deps.database, QUEUE, job)
    ended = await notion.run(loaded, deps.notion(tokens), books, deps.now)
    job.said["ended"] = ended["status"]
    return ended


WORK = Work(ExportNotion, handle)
