"""What services tell us: Resend, of the letters that it has taken.

A call is believed for its signature over the bytes as they came, within five minutes. The database
keeps each event once and acts on it in the same call, so the service may tell it as often as it
likes, in any order; where the database is away it is asked to tell it again.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from learnbase import log
from learnbase.edge.errors import Problem, documented
from learnbase.edge.limits import address
from learnbase.edge.parts import parts_of
from learnbase.security.webhooks import WebhookRefused, verify_svix
from learnbase.services import mail_events
from learnbase.services.mail_events import EventUnreadable

router = APIRouter(prefix="/webhooks", tags=["webhooks"])
_LOG = log.get_log(__name__)
_LONGEST_TYPE = 200
# JSON can say what no text in Postgres holds: NUL, and halves of a character.
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")


class Heard(BaseModel):
    """What became of an event."""

    model_config = ConfigDict(frozen=True)

    outcome: Literal["recorded", "known", "ignored", "unknown_letter"] = Field(
        description="known: it was told before; ignored: it is about no letter; unknown_letter: "
        "it is about one that is not ours."
    )


@router.post(
    "/resend",
    summary="Where Resend tells of letters",
    responses=documented(401, 413, 422, 503),
    openapi_extra={
        "requestBody": {
            "content": {"application/json": {"schema": {"type": "object"}}},
            "description": "An event, signed: svix-id, svix-timestamp and svix-signature.",
        }
    },
)
async def resend(request: Request) -> Heard:
    """Keep an event, and move the letter on that it is about."""
    parts = parts_of(request)
    if parts.mail_secrets is None:
        _LOG.warning("not_set_up", missing=["RESEND_WEBHOOK_SECRET"])
        raise Problem(
            503,
            "not_set_up",
            "Events of letters are not set up here",
            hint="Set RESEND_WEBHOOK_SECRET to the signing secret of the webhook",
        )
    body = await request.body()
    try:
        delivery = verify_svix(request.headers, body, datetime.now(UTC), parts.mail_secrets)
    except WebhookRefused as refusal:
        parts.limits.take(address(request, behind_proxy=parts.settings.edge_trusted_proxy))
        _LOG.warning("webhook_refused", source="resend", reason=refusal.code)
        raise Problem(
            401,
            refusal.code or "signature_wrong",
            refusal.message,
            hint="Sign it with the secret of the webhook, within five minutes",
        ) from None
    payload, event = _read(body)
    outcome = await parts.database.call(
        "record_mail_event",
        external_id=delivery.id,
        type=str(payload["type"])[:_LONGEST_TYPE],
        payload=payload,
        event=event,
    )
    _LOG.debug("mail_event_heard", delivery=delivery.id, type=payload["type"], outcome=outcome)
    return Heard(outcome=outcome)


def _read(body: bytes) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The whole of an event, and what of it concerns a letter.

    Raises:
        Problem: 422, it is none.
    """
    try:
        said = mail_events.read(body)
        payload = _storable(json.loads(body, parse_float=_number, parse_constant=_number))
        event = None
        if said is not None:
            at = said.at.astimezone(UTC).isoformat()
            letter = str(said.notification_id) if said.notification_id else None
            event = _storable({**asdict(said), "notification_id": letter, "at": at})
    except (EventUnreadable, ValueError, OverflowError, RecursionError):
        raise Problem(
            422,
            "event_unreadable",
            "The event cannot be read",
            details="body",
            hint="See https://resend.com/docs/webhooks/event-types",
        ) from None
    return payload, event


def _storable(said: Any) -> Any:
    """The same, as jsonb takes it."""
    if isinstance(said, str):
        return _NO_TEXT.sub("\N{REPLACEMENT CHARACTER}", said)
    if isinstance(said, list):
        return [_storable(one) for one in said]
    if isinstance(said, dict):
        return {_storable(name): _storable(one) for name, one in said.items()}
    return said


def _number(text: str) -> float:
    """A number that there is.

    Raises:
        ValueError: JSON knows none such.
    """
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("is no number")
    return number
