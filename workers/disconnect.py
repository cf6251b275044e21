"""End a connection: revoke it at the service, then forget it.

trigger          rpc/disconnect, or the end of an account; message {"v": 1, connection_id}
reads            the connection with its sealed tokens (worker.load_disconnect)
writes           nothing of its own: the row goes with its tokens (worker.complete_disconnect)
idempotency key  the connection: what is revoked already counts as revoked
retry            with growing pauses while the service does not answer; at the end it is forgotten
                 all the same, and the person can remove us in the service's own settings
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID  # noqa: TC003 - pydantic reads it

from pydantic import BaseModel, ConfigDict

from learnbase.jobs import Job, NoLongerNeeded, Work

if TYPE_CHECKING:
    from workers.deps import Deps


class Disconnect(BaseModel):
    """The message: which connection."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    v: Literal[1]
    connection_id: UUID


async def handle(job: Job[Disconnect], deps: Deps) -> dict[str, Any]:
    """Load, revoke, hand over what `worker.complete_disconnect` takes."""
    loaded = await deps.database.call("load_disconnect", msg_id=job.msg_id, read_ct=job.read_ct)
    if loaded["standing"] != "held":
        raise NoLongerNeeded
    ended = await deps.connections.revoke(loaded["connection"])
    job.said["revoked"] = ended.is_revoked
    return {"revoked": ended.is_revoked, "code": ended.code}


WORK = Work(Disconnect, handle)
