"""Place a plan into one learner's weeks.

trigger          a plan made, followed or changed; availability changed; at night, what slipped
                 (private.enqueue_catch_ups); message {"v": 1, plan_id, user_id, kind, wanted}
reads            plan, availability, progress and sessions (worker.load_schedule_plan)
writes           sessions and what fits, or a catch-up to decide (worker.complete_schedule_plan)
idempotency key  the delivery (msg_id, read_ct), and the version of the learner's calendar: what
                 was placed past a newer one is rejected, and placed anew
retry            none of its own: the scheduler asks nobody
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID  # noqa: TC003 - pydantic reads it

from pydantic import BaseModel, ConfigDict

from learnbase.jobs import Job, NoLongerNeeded, Work
from learnbase.scheduling import make

if TYPE_CHECKING:
    from workers.deps import Deps


class SchedulePlan(BaseModel):
    """The message: ids, and whether this is a catch-up."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    v: Literal[1]
    plan_id: UUID
    user_id: UUID
    kind: Literal["schedule", "catch_up"] = "schedule"
    wanted: int = 0


async def handle(job: Job[SchedulePlan], deps: Deps) -> dict[str, Any]:
    """Load, place, hand over what `worker.complete_schedule_plan` takes."""
    loaded = await deps.database.call("load_schedule_plan", msg_id=job.msg_id, read_ct=job.read_ct)
    if loaded["standing"] != "held":
        raise NoLongerNeeded
    # In a thread: a long plan takes a moment, and heartbeats must not wait for it.
    placed = await asyncio.to_thread(make, loaded["request"])
    job.said["sessions"] = len(placed["sessions"])
    return placed | {"version": loaded["version"], "wanted": loaded["wanted"]}


WORK = Work(SchedulePlan, handle)
