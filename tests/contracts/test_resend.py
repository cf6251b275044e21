"""What is sent to Resend, held against the service's own description of its API."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.contracts.contract import HERE
from tests.fakes.resend_ledger import Letter
from tests.fakes.resend_rules import NAME, Description, refusal
from tests.fakes.resend_webhooks import Webhooks
from tests.services.posting import a_mail

Json = dict[str, Any]

pytestmark = pytest.mark.skipif(
    not (HERE / NAME).exists(), reason="the service's contract is not at hand"
)


@pytest.fixture(scope="module")
def description() -> Description:
    return Description()


@settings(max_examples=60, deadline=None)
@given(
    subject=st.text(max_size=50),
    to=st.emails(),
    html=st.text(min_size=1, max_size=200),
    reply_to=st.none() | st.emails(),
    is_subscription=st.booleans(),
)
def test_whatever_a_letter_says_its_request_is_valid(
    *,
    description: Description,
    subject: str,
    to: str,
    html: str,
    reply_to: str | None,
    is_subscription: bool,
):
    link = "https://learn.example.com/u?token=t" if is_subscription else None
    try:
        mail = a_mail(subject=subject, to=to, html=html, reply_to=reply_to, unsubscribe=link)
    except ValidationError:
        return
    assert description.wrong("/emails/batch", [mail.body()]) == []
    assert refusal(mail.body()) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"to": None},
        {"to": []},
        {"to": ["a@b.de"] * 51},
        {"subject": 1},
        {"from": ["a@b.de"]},
        {"tags": [{"name": "kind", "value": 1}]},
        {"headers": "X: y"},
        {"unsubscribe": "https://a.de"},
    ],
    ids=str,
)
def test_the_description_tells_a_wrong_request(description: Description, wrong: Json):
    body = a_mail().body() | wrong
    assert description.wrong("/emails/batch", [a_mail(2).body(), body])


def test_a_missing_field_and_a_single_mail_are_wrong(description: Description):
    body = a_mail().body()
    del body["subject"]
    assert description.wrong("/emails/batch", [body])
    assert description.wrong("/emails/batch", a_mail().body())


@pytest.mark.parametrize(
    "what",
    [
        *("sent", "delivered", "delivery_delayed", "bounced", "complained", "opened", "clicked"),
        *("failed", "suppressed"),
    ],
)
def test_what_the_fake_tells_is_what_the_service_tells(description: Description, what: str):
    mail = a_mail().body()
    letter = Letter("e-1", "n-1", "ada@example.com", mail["subject"], "k", 1_800_000_000.0, mail)
    event = Webhooks(lambda: 1_800_000_000.0).event(letter, what)
    told = json.loads(event.body)
    assert description.event(event.kind, told) == []
    assert told["data"]["tags"]["notification_id"] == str(a_mail().notification_id)
    del told["data"]["email_id"]
    assert description.event(event.kind, told)
