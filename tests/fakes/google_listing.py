"""A calendar's events in pages, all of them or what changed since."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fakes.google_busy import moment
from tests.fakes.google_events import Kept
from tests.fakes.google_wire import Call, Json, Wrong, bad, refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_LISTED, LISTED = 2500, 250
_CLASHES = {
    *("iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty"),
    *("timeMin", "timeMax", "updatedMin"),
}


@dataclass(frozen=True)
class Now:
    """The state of the service as a list is made.

    Attributes:
        at: Seconds.
        version: The last one of a change.
        sync_lives: Seconds that a sync token serves.
        deleted_are_bare: A deleted event tells nothing of itself.
    """

    at: float
    version: int
    sync_lives: float
    deleted_are_bare: bool


def page_of(call: Call, events: Sequence[Kept], now: Now) -> tuple[list[Kept], Json]:
    """The events of a page, and the token of the next page or the next look.

    Raises:
        Wrong: The list is not to be had this way.
    """
    since = _since(call, now)
    found = [kept for kept in events if _is_listed(call, kept, since, now)]
    size = max(1, min(int(call.one("maxResults", str(LISTED))), MOST_LISTED))
    start = first_of(call)
    if call.one("orderBy") == "startTime":
        if call.one("singleEvents") != "true":
            raise bad("badRequest", "The requested ordering is not available.")
        found.sort(key=Kept.start)
    elif call.one("orderBy") == "updated":
        found.sort(key=lambda kept: kept.version)
    if len(found) > start + size:
        return found[start : start + size], {"nextPageToken": f"page-{start + size}"}
    return found[start:], {"nextSyncToken": f"sync-{now.version}-{now.at:.0f}"}


def first_of(call: Call) -> int:
    """The number of the first thing on the page that a call asks for."""
    token = call.one("pageToken")
    if token and not re.fullmatch(r"page-\d+", token):
        raise bad("invalid", "Invalid page token value.", "pageToken")
    return int(token.removeprefix("page-")) if token else 0


def _since(call: Call, now: Now) -> int | None:
    """The version that a sync token stands for; None without one."""
    token = call.one("syncToken")
    if not token:
        return None
    if clash := _CLASHES & set(call.query):
        raise bad("badRequest", f"Sync token cannot be used with {min(clash)}.")
    if call.one("showDeleted") == "false":
        raise bad("badRequest", "Sync token cannot be used with showDeleted=false.")
    read = re.fullmatch(r"sync-(\d+)-(\d+)", token)
    if not read or now.at - float(read[2]) > now.sync_lives:
        message = "Sync token is no longer valid, a full sync is required."
        where = ("parameter", "syncToken")
        raise Wrong(refusal(410, "calendar", "fullSyncRequired", message, where))
    return int(read[1])


def _is_listed(call: Call, kept: Kept, since: int | None, now: Now) -> bool:
    if since is not None:
        return kept.version > since
    if not kept.is_live and call.one("showDeleted") != "true" and not call.one("updatedMin"):
        return False
    private = {} if now.deleted_are_bare and not kept.is_live else kept.private
    pairs = (pair.partition("=") for pair in call.query.get("privateExtendedProperty", ()))
    after, before, changed = (call.one(n) for n in ("timeMin", "timeMax", "updatedMin"))
    return (
        all(private.get(name) == value for name, _, value in pairs)
        and (not after or kept.end() > moment(after))
        and (not before or kept.start() < moment(before))
        and (not changed or kept.updated >= moment(changed).timestamp())
    )
