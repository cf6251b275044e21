"""Nothing that a person or a model wrote reaches the head of a letter but as one harmless line."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.services.posting import a_mail

UNSEEN = [
    "\r\n",
    "\n",
    "\r",
    "\x00",
    "\x0b",
    "\x1b",
    "\x85",
    "\u2028",
    "\u2029",
    "\u202e",
    "\u2066",
]
INJECTIONS = [f"{mark}Bcc: eve@example.net" for mark in UNSEEN]


@pytest.mark.parametrize("injection", INJECTIONS, ids=repr)
@pytest.mark.parametrize("field", ["subject", "to", "sender", "reply_to", "unsubscribe", "kind"])
def test_no_field_of_the_head_takes_a_second_line(field: str, injection: str):
    good = a_mail(reply_to="help@example.com").model_dump()
    with pytest.raises(ValidationError):
        a_mail(**{field: f"{good[field]}{injection}"})
    with pytest.raises(ValidationError):
        a_mail(**{field: f"{injection}{good[field]}"})


@pytest.mark.parametrize(
    "to",
    [
        *("", "ada", "@example.com", "ada@", "ada@example", "ada@@example.com", "ada @example.com"),
        *("ada@example.com, eve@example.net", "ada@example.com;eve@example.net"),
        *("Ada <ada@example.com>", "<ada@example.com>", '"ada"@example.com', "ada@[127.0.0.1]"),
        *(
            "ada@example..com",
            ".ada@example.com",
            "ada@-example.com",
            "ada@example.com.",
            "ädä@b.de",
        ),
        *("a" * 65 + "@example.com", "a@" + ".".join(["b" * 60] * 5), "ada@exämple.com"),
        *("ada@example.com\n", " ada@example.com", "ada(eve)@example.com", "ada@example.com>"),
    ],
)
def test_what_is_not_one_address_gets_no_letter(to: str):
    with pytest.raises(ValidationError, match="no address"):
        a_mail(to=to)


@pytest.mark.parametrize(
    "to", ["ada@example.com", "a.b+c_d'e@mail.xn--exmple-cua.org", "1@2.co", "a" * 64 + "@b.de"]
)
def test_what_is_an_address_gets_one(to: str):
    assert a_mail(to=to).body()["to"] == [to]


@pytest.mark.parametrize(
    ("sender", "is_good"),
    [
        ("hello@mail.example.com", True),
        ("Learnbase <hello@mail.example.com>", True),
        ("Lærnbåse für alle <hello@mail.example.com>", True),
        ("Learnbase", False),
        ("Learnbase hello@mail.example.com", False),
        ("a@b.de <hello@mail.example.com>", False),
        ("Eve <eve@example.net> <hello@mail.example.com>", False),
        ("Learnbase <hello@mail.example.com>, Eve <eve@example.net>", False),
        ('"Learnbase" <hello@mail.example.com>', False),
        (f"{'x' * 101} <hello@mail.example.com>", False),
    ],
)
def test_a_sender_is_one_address_with_or_without_a_name(sender: str, is_good: bool):
    if is_good:
        assert a_mail(sender=sender).body()["from"] == sender
    else:
        with pytest.raises(ValidationError):
            a_mail(sender=sender)


@pytest.mark.parametrize(
    "link",
    [
        *("", "http://learn.example.com/x", "javascript:alert(1)", "mailto:a@b.de", "https://"),
        *("https://a.de/>, <https://eve.net", "https://a.de/ b", "https://a.de/,b", "//a.de/x"),
        *("https://ada:pw@a.de/", "https://a.de/ä", "https://a.de/" + "x" * 900),
        "http://127.0.0.1.eve.net/",
    ],
)
def test_the_link_that_ends_letters_is_one_safe_address(link: str):
    with pytest.raises(ValidationError):
        a_mail(unsubscribe=link)


def test_one_click_is_said_the_way_that_mail_readers_know():
    body = a_mail(unsubscribe="https://learn.example.com/mail/unsubscribe?token=t").body()
    assert body["headers"] == {
        "List-Unsubscribe": "<https://learn.example.com/mail/unsubscribe?token=t>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    assert "headers" not in a_mail(unsubscribe=None).body()
    assert a_mail(unsubscribe="http://127.0.0.1:8000/u").unsubscribe
    assert "reply_to" not in body
    assert a_mail(reply_to="help@example.com").body()["reply_to"] == "help@example.com"


@pytest.mark.parametrize(
    "other",
    [
        {"subject": ""},
        {"subject": "x" * 201},
        {"html": ""},
        {"text": ""},
        {"html": "x" * 400_001},
        {"kind": "Weekly Summary"},
        {"notification_id": "1\r\nX: y"},
        {"bcc": "eve@example.net"},
        {"headers": {"X": "y"}},
    ],
    ids=str,
)
def test_what_is_no_letter_is_none(other: dict[str, Any]):
    with pytest.raises(ValidationError):
        a_mail(**other)


@given(subject=st.text(min_size=1, max_size=200), to=st.emails(), name=st.text(max_size=30))
def test_whatever_is_accepted_is_a_letter_to_one_person_with_the_lines_we_meant(
    subject: str, to: str, name: str
):
    try:
        body = a_mail(subject=subject, to=to, sender=f"{name} <hello@mail.example.com>").body()
    except ValidationError:
        return
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"], message["To"], message["Subject"] = (
        body["from"],
        body["to"][0],
        body["subject"],
    )
    for header, value in body["headers"].items():
        message[header] = value
    message.set_content(body["text"])
    read = email.message_from_bytes(message.as_bytes(), policy=email.policy.SMTP)
    assert [one.addr_spec for one in read["To"].addresses] == [to]
    assert [one.addr_spec for one in read["From"].addresses] == ["hello@mail.example.com"]
    assert read["Bcc"] is None
    assert {name.lower() for name in read} == {
        *("from", "to", "subject", "list-unsubscribe", "list-unsubscribe-post"),
        *("content-type", "content-transfer-encoding", "mime-version"),
    }


def test_the_same_letter_is_the_same_word_for_word():
    assert a_mail(7).body() == a_mail(7).body()
    assert list(a_mail(7).body()) == list(a_mail(7).body())
