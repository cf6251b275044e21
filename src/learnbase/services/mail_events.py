"""What Resend tells of a letter afterwards, as a row of the log takes it.

Events come late, twice and out of order: each says when it happened, and a letter's status is the
one that is furthest (`RANK`), not the one that came last.

https://resend.com/docs/webhooks/event-types
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from learnbase.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import Mapping

Json = dict[str, Any]

RANK: Mapping[str, int] = {
    "sent": 1,
    "delayed": 2,
    "delivered": 3,
    "failed": 4,
    "suppressed": 4,
    "bounced": 4,
    "opened": 5,
    "clicked": 6,
    "complained": 7,
}
"""Further statuses have higher ranks.

`delivered` is the word of a mail server, which may send the letter back later; who opens a letter,
or complains of it, has it.
"""

_STATUSES = {f"email.{name}": name for name in RANK} | {"email.delivery_delayed": "delayed"}
_SAID = {
    "bounced": ("bounce", "message"),
    "failed": ("failed", "reason"),
    "suppressed": ("suppressed", "message"),
}
_LONGEST_REASON = 300


class EventUnreadable(Rejected):
    """It is signed by the service, and not what its description says."""


@dataclass(frozen=True)
class MailEvent:
    """Something that happened to a letter.

    Attributes:
        status: One of `RANK`.
        email_id: The service's id of the letter.
        notification_id: Our own, from its tags; None: it has none, so it is not one of these.
        at: When it happened, in UTC.
        reason: In the service's words, where there is one.
        suppresses: Whether nothing may be sent to this address any more: it does not exist, or
            whoever reads it has complained.
    """

    status: str
    email_id: str
    notification_id: UUID | None
    at: datetime
    reason: str | None
    suppresses: bool


def read(body: bytes) -> MailEvent | None:
    """Read an event whose signature was verified; None: it is about something else than a letter.

    Raises:
        EventUnreadable: it is none.
    """
    try:
        told = json.loads(body)
        status = _STATUSES.get(told["type"])
        return None if status is None else _event(status, told)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise EventUnreadable("The event cannot be read", code="event_unreadable") from problem


def _event(status: str, told: Json) -> MailEvent:
    letter = told["data"]
    at = datetime.fromisoformat(told["created_at"])
    if at.tzinfo is None:
        raise ValueError("a time without a zone is no moment")
    part, name = _SAID.get(status, ("", ""))
    said = letter.get(part) or {}
    reason = str(said.get(name) or "").replace("\x00", "")[:_LONGEST_REASON] or None
    is_hard = status == "bounced" and said.get("type") == "Permanent"
    return MailEvent(
        status,
        str(letter["email_id"]),
        _id(letter.get("tags") or {}),
        at,
        reason,
        is_hard or status in {"complained", "suppressed"},
    )


def _id(tags: Mapping[str, str]) -> UUID | None:
    """Our own id of a letter; other senders of the same account may have tags of their own."""
    try:
        return UUID(tags["notification_id"])
    except (KeyError, ValueError):
        return None
