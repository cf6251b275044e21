"""Look again at links that plans show.

trigger          cron (private.enqueue_link_checks); message {"v": 1, "resource_ids", "link_ids"}
reads            the addresses, of the catalogue and beside tasks (worker.load_check_links)
writes           what was seen of each; what died is replaced (worker.complete_check_links)
idempotency key  the delivery (msg_id, read_ct): the first outcome is saved, a late one is stale
retry            none of its own: what does not answer is "unclear", and comes round again
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from learnbase.jobs import Job, NoLongerNeeded, Work

if TYPE_CHECKING:
    from learnbase.planning.page import Page
    from workers.deps import Deps

SECONDS = 90.0
"""Fifty pages of one slow site take this long; the delivery is kept by heartbeats meanwhile."""

Ids = Annotated[tuple[UUID, ...], Field(max_length=50)]


class CheckLinks(BaseModel):
    """The message: ids only."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    v: Literal[1]
    resource_ids: Ids = ()
    link_ids: Ids = ()


async def handle(job: Job[CheckLinks], deps: Deps) -> dict[str, Any]:
    """Load the addresses, look at them, hand over what `worker.complete_check_links` takes."""
    loaded = await deps.database.call("load_check_links", msg_id=job.msg_id, read_ct=job.read_ct)
    if loaded["standing"] != "held":
        raise NoLongerNeeded
    links = loaded["links"]
    pages = await deps.web.look_all((link["url"] for link in links), seconds=SECONDS)
    checked = [_seen(link, pages[link["url"]]) for link in links]
    job.said["links"] = len(checked)
    return {"checked": checked}


def _seen(link: dict[str, Any], page: Page) -> dict[str, Any]:
    return {
        "kind": link["kind"],
        "id": link["id"],
        "verdict": page.verdict.value,
        "reason": page.reason,
        "status": page.status,
        "final_url": page.final_url,
        "title": page.title,
    }


WORK = Work(CheckLinks, handle)
