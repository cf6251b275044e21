"""What happened to a letter is read from what the service tells of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from learnbase.services.mail_events import RANK, EventUnreadable, MailEvent, read
from tests.fakes.resend_ledger import Letter
from tests.fakes.resend_webhooks import Event, Webhooks
from tests.services.posting import a_mail

NOON = 1_800_000_000.0
AT = datetime.fromtimestamp(NOON, UTC)
OURS = a_mail().notification_id


def told(what: str, **detail: Any) -> Event:
    body = a_mail().body()
    letter = Letter("e-1", str(OURS), "ada@example.com", body["subject"], "k", NOON, body)
    return Webhooks(lambda: NOON).event(letter, what, **detail)


@pytest.mark.parametrize("status", sorted(RANK))
def test_each_event_of_a_letter_is_read(status: str):
    event = read(told("delivery_delayed" if status == "delayed" else status).body)
    assert event is not None
    assert (event.status, event.email_id, event.notification_id) == (status, "e-1", OURS)
    assert event.at == AT


@pytest.mark.parametrize(
    ("what", "detail", "suppresses", "reason"),
    [
        ("bounced", {}, True, "permanently rejected"),
        ("bounced", {"bounce": {"type": "Transient", "message": "Full"}}, False, "Full"),
        ("bounced", {"bounce": {"type": "Undetermined", "message": ""}}, False, None),
        ("bounced", {"bounce": {"message": "a\x00b" + "c" * 999}}, True, "ab" + "c" * 298),
        ("complained", {}, True, None),
        ("suppressed", {}, True, "suppression list"),
        ("failed", {}, False, "reached_daily_quota"),
        ("delivered", {}, False, None),
        ("delivery_delayed", {}, False, None),
    ],
)
def test_hard_bounces_and_complaints_suppress_and_the_reason_is_told(
    what: str, detail: dict[str, Any], *, suppresses: bool, reason: str | None
):
    event = read(told(what, **detail).body)
    assert event is not None
    assert event.suppresses is suppresses
    assert (reason in (event.reason or "")) if reason else event.reason is None


def test_in_any_order_the_furthest_is_where_a_letter_is():
    course = ["sent", "delayed", "delivered", "bounced", "opened", "clicked", "complained"]
    assert sorted(course, key=RANK.__getitem__) == course


def test_what_is_not_about_a_letter_is_none_of_ours():
    assert read(b'{"type":"contact.created","created_at":"x","data":{}}') is None
    assert read(b'{"type":"email.received","data":{}}') is None


@pytest.mark.parametrize("tags", [None, {}, {"notification_id": "7"}, {"kind": "x"}], ids=str)
def test_a_letter_that_somebody_else_sent_has_no_id_of_ours(tags: Any):
    whole = json.loads(told("delivered").body)
    whole["data"]["tags"] = tags
    event = read(json.dumps(whole).encode())
    assert isinstance(event, MailEvent)
    assert event.notification_id is None


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"[]", b"{}", b'"x"', b"\xff", b'{"type":"email.sent"}', b'{"type":[]}'),
        b'{"type":"email.sent","created_at":"2026-11-23T08:00:00","data":{"email_id":"x"}}',
        b'{"type":"email.sent","created_at":"2026-11-23T08:00:00Z","data":{}}',
        b'{"type":"email.sent","created_at":"soon","data":{"email_id":"x"}}',
        b'{"type":"email.sent","created_at":5,"data":{"email_id":"x"}}',
        b'{"type":"email.bounced","created_at":"2026-11-23T08:00:00Z","data":[]}',
        b"[" * 100_000,
    ],
    ids=lambda body: repr(body[:40]),
)
def test_what_cannot_be_read_is_told(body: bytes):
    with pytest.raises(EventUnreadable):
        read(body)
