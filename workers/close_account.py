"""Delete an account once what is theirs outside is cleaned up.

trigger          rpc/delete_account of somebody with connected accounts; message {"v": 1, user_id}
reads            what is still to be taken away or revoked (worker.load_close_account)
writes           the next step: exports taken away, connections revoked, the person deleted
                 (worker.complete_close_account)
idempotency key  the person: each step is one that was not taken yet
retry            looks again every few seconds; what cannot be reached is waited for a day
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID  # noqa: TC003 - pydantic reads it

from pydantic import BaseModel, ConfigDict

from learnbase.jobs import Job, NoLongerNeeded, Work

if TYPE_CHECKING:
    from workers.deps import Deps


class CloseAccount(BaseModel):
    """The message: whose account."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    v: Literal[1]
    user_id: UUID


async def handle(job: Job[CloseAccount], deps: Deps) -> dict[str, Any]:
    """See what is left; `worker.complete_close_account` takes the step that comes next."""
    loaded = await deps.database.call("load_close_account", msg_id=job.msg_id, read_ct=job.read_ct)
    if loaded["standing"] != "held":
        raise NoLongerNeeded
    job.said["exports"], job.said["connections"] = loaded["exports"], loaded["connections"]
    return {}


WORK = Work(CloseAccount, handle)
