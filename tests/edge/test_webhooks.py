"""What the mail service tells: believed when it is signed, kept once, in any order."""

from __future__ import annotations

import itertools
import json
import random
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.edge.letters import writing
from tests.edge.serving import Edge, environment, refused
from tests.fakes.oauth import Clock
from tests.fakes.resend_ledger import Letter
from tests.fakes.resend_webhooks import FORGER, SECRET, Event, Webhooks
from tests.world import NOT_SIGNED_IN, refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.world import Person, Row, World

SIGNED = "svix-signature"


@pytest.fixture(scope="module")
def edge(world: World) -> Iterator[Edge]:
    with Edge(writing(world)) as edge:
        yield edge


@pytest.fixture(scope="module")
def http(edge: Edge) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=edge.url, timeout=60, trust_env=False) as http:
        yield http


@dataclass(frozen=True)
class Sent:
    """A letter that the service has taken, and what it tells of it."""

    world: World
    http: httpx.Client
    person: Person
    letter: Letter
    says: Webhooks

    @classmethod
    def to(cls, world: World, http: httpx.Client, person: Person) -> Sent:
        clock = Clock()
        row = world.value(
            "insert into public.notifications"
            " (user_id, kind, channel, dedupe_key, status, recipient, subject, sent_at)"
            " values (%s, 'welcome', 'email', %s, 'sent', %s, 'Welcome', now()) returning id",
            uuid.UUID(person.id),
            f"email:test:{uuid.uuid4()}",
            person.email,
        )
        letter = Letter(
            str(uuid.uuid4()), str(row), person.email, "Welcome", "key", clock(), None, "sent"
        )
        return cls(world, http, person, letter, Webhooks(clock))

    def event(self, what: str, **how: Any) -> Event:
        return self.says.event(self.letter, what, **how)

    def tell(self, event: Event, headers: dict[str, str] | None = None) -> httpx.Response:
        signed = headers or self.says.headers(event)
        return self.http.post("/webhooks/resend", content=event.body, headers=signed)

    def told(self, what: str, **how: Any) -> str:
        """It tells once; what became of that."""
        return outcome(self.tell(self.event(what, **how)))

    @property
    def row(self) -> Row:
        [row] = self.world.sql(
            "select * from public.notifications where id = %s",
            uuid.UUID(self.letter.notification_id),
        )
        return row

    def kept(self, event: Event) -> list[Row]:
        return self.world.sql(
            "select * from public.webhook_events where external_id = %s", event.id
        )


def outcome(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == {"outcome"}
    return str(answer.json()["outcome"])


@pytest.fixture
def sent(world: World, http: httpx.Client) -> Sent:
    return Sent.to(world, http, world.person())


def test_a_letter_moves_on_as_it_is_told(sent: Sent):
    assert sent.told("sent") == "recorded"
    assert sent.told("delivered") == "recorded"
    assert sent.row["status"] == "delivered"
    assert sent.told("delivery_delayed", ago=60) == "recorded"
    assert sent.told("opened") == "recorded"
    row = sent.row
    assert row["status"] == "opened"
    assert row["provider_id"] == sent.letter.id
    assert row["delivered_at"] is not None
    assert row["opened_at"] is not None
    [shown] = sent.person.rows("notifications", id=f"eq.{row['id']}")
    assert shown["status"] == "opened"


def test_what_is_told_twice_counts_once(sent: Sent):
    event = sent.event("delivered")
    assert outcome(sent.tell(event)) == "recorded"
    before = sent.row
    assert [outcome(sent.tell(event)) for _ in range(3)] == ["known"] * 3
    assert sent.row == before
    [kept] = sent.kept(event)
    assert (kept["source"], kept["type"], kept["payload"]) == (
        "resend", "email.delivered", json.loads(event.body),
    )  # fmt: skip
    assert kept["handled_at"] is not None


@pytest.mark.parametrize(
    "told",
    [
        ("sent", "delivered", "opened", "complained"),
        ("sent", "delivered", "bounced", "opened"),
        ("delivered", "bounced", "complained", "suppressed"),
        ("sent", "delivery_delayed", "failed", "bounced"),
    ],
    ids="-".join,
)
def test_in_any_order_they_come_to_the_same(
    world: World, http: httpx.Client, told: tuple[str, ...]
):
    seen = []
    for order in itertools.permutations(range(len(told))):
        sent = Sent.to(world, http, world.person())
        # Each happened at its own time, whenever it is told.
        events = [sent.event(what, ago=100 - 10 * place) for place, what in enumerate(told)]
        for place in order:
            assert outcome(sent.tell(events[place])) == "recorded"
        row = sent.row
        times = [row[f"{name}_at"] is not None for name in ("delivered", "opened", "bounced")]
        held = world.sql(
            "select cause, reason from public.mail_suppressions where address = %s",
            sent.person.email,
        )
        seen.append((row["status"], row["reason"], *times, json.dumps(held)))
    assert len(set(seen)) == 1, sorted(set(seen))


def test_a_storm_with_forgeries_in_it_changes_nothing_more(
    edge: Edge, world: World, http: httpx.Client
):
    letters = [Sent.to(world, http, world.person()) for _ in range(4)]
    last = ("delivered", "opened", "bounced", "complained")
    for seed, (sent, furthest) in enumerate(zip(letters, last, strict=True)):
        events = [sent.event(what) for what in ("sent", "delivered", furthest)]
        statuses = sent.says.storm(
            f"{edge.url}/webhooks/resend",
            events,
            random.Random(seed),  # noqa: S311 - a shuffle
            times=3,
        )
        assert statuses == [200] * len(statuses)
        assert sent.row["status"] == furthest
        for event in events:
            [kept] = sent.kept(event)
            assert kept["payload"] == json.loads(event.body)


def forged(sent: Sent, event: Event) -> dict[str, str]:
    return sent.says.forged(event)


def old(sent: Sent, event: Event) -> dict[str, str]:
    return sent.says.headers(event, ago=301)


def early(sent: Sent, event: Event) -> dict[str, str]:
    return sent.says.headers(event, ago=-301)


def of_another(sent: Sent, _: Event) -> dict[str, str]:
    return sent.says.headers(sent.event("opened"))


def as_another(sent: Sent, event: Event) -> dict[str, str]:
    return {**sent.says.headers(event), "svix-id": "msg_another"}


def unsigned(_: Sent, event: Event) -> dict[str, str]:
    return {"svix-id": event.id, "content-type": "application/json"}


def garbled(sent: Sent, event: Event) -> dict[str, str]:
    return {**sent.says.headers(event), SIGNED: "v1,not/base64 v2 ,, v1"}


@pytest.mark.parametrize("headers", [forged, old, early, of_another, as_another, unsigned, garbled])
def test_what_is_not_signed_so_is_not_heard(
    sent: Sent, headers: Callable[[Sent, Event], dict[str, str]]
):
    event = sent.event("complained")
    answer = sent.tell(event, headers(sent, event))
    assert answer.status_code == 401
    refused(answer, 401, answer.json()["code"])
    assert answer.json()["code"].startswith("signature_")
    assert sent.kept(event) == []
    assert sent.row["status"] == "sent"
    # It is not spoilt by that: the service's own call counts.
    assert outcome(sent.tell(event)) == "recorded"


def test_a_changed_body_is_not_signed(sent: Sent):
    event = sent.event("complained")
    twin = replace(event, body=event.body.replace(b"complained", b"delivered"))
    assert sent.tell(twin, sent.says.headers(event)).status_code == 401


def test_while_a_secret_rotates_both_are_taken(world: World, http: httpx.Client):
    with Edge(writing(world, RESEND_WEBHOOK_SECRET=f"{FORGER}, {SECRET}")) as edge:
        for secret, also in ((SECRET, ()), (FORGER, ()), (FORGER, (SECRET,))):
            sent = Sent.to(world, http, world.person())
            event = sent.event("delivered")
            headers = sent.says.headers(event, secret=secret, also=also)
            answer = httpx.post(f"{edge.url}/webhooks/resend", content=event.body, headers=headers)
            assert outcome(answer) == "recorded"
    with Edge(writing(world)) as edge:
        both = sent.says.headers(event, secret=FORGER, also=(SECRET,))
        answer = httpx.post(f"{edge.url}/webhooks/resend", content=event.body, headers=both)
        assert outcome(answer) == "known"


# Letters that come back


def test_an_address_that_is_gone_gets_nothing_more_and_its_learner_sees_why(
    sent: Sent, world: World
):
    ada, eve = sent.person, world.person("Eve")
    assert sent.told("bounced") == "recorded"
    assert (sent.row["status"], sent.row["bounced_at"] is not None) == ("bounced", True)
    [held] = ada.rows("mail_suppressions")
    assert (held["address"], held["cause"]) == (ada.email, "bounced")
    assert "permanently rejected" in held["reason"]
    assert held["notification_id"] == sent.letter.notification_id
    assert eve.rows("mail_suppressions") == []
    assert refusal(world.nobody.get("mail_suppressions")) == NOT_SIGNED_IN
    assert why(world, ada) == "Mail to this address came back"
    assert eve.call("resume_mail") is False
    assert len(ada.rows("mail_suppressions")) == 1
    assert ada.call("resume_mail") is True
    assert ada.rows("mail_suppressions") == []
    assert why(world, ada) is None
    assert ada.call("resume_mail") is False


def test_who_complains_gets_nothing_more(sent: Sent, world: World):
    sent.told("delivered")
    sent.told("complained")
    [held] = sent.person.rows("mail_suppressions")
    assert (held["cause"], sent.row["status"]) == ("complained", "complained")
    assert why(world, sent.person) == "Mail to this address was reported as unwanted"


def test_a_full_mailbox_may_be_written_to_again(sent: Sent, world: World):
    sent.told("bounced", bounce={"type": "Transient", "subType": "MailboxFull"})
    assert sent.row["status"] == "bounced"
    assert sent.person.rows("mail_suppressions") == []
    assert why(world, sent.person) is None


def why(world: World, person: Person) -> Any:
    return world.value(
        "select private.why_not_mailed(%s, 'weekly_summary', %s)",
        uuid.UUID(person.id),
        person.email,
    )


def test_it_is_the_address_of_the_letter_that_counts(sent: Sent, world: World):
    """What the event says of the address is not ours; whoever has another by now keeps it."""
    event = sent.event("bounced")
    said = json.loads(event.body)
    said["data"]["to"] = ["somebody-else@example.com"]
    assert outcome(sent.tell(replace(event, body=json.dumps(said).encode()))) == "recorded"
    assert world.count("public.mail_suppressions", address="somebody-else@example.com") == 0
    assert world.count("public.mail_suppressions", address=sent.person.email) == 1


# What is odd about an event


def test_a_letter_of_somebody_else_is_kept_and_moves_nothing(sent: Sent):
    stranger = replace(sent, letter=replace(sent.letter, notification_id=str(uuid.uuid4())))
    assert stranger.told("bounced") == "unknown_letter"
    untagged = replace(sent, letter=replace(sent.letter, notification_id="of another program"))
    event = untagged.event("complained")
    assert outcome(sent.tell(event)) == "unknown_letter"
    assert len(sent.kept(event)) == 1
    assert sent.row["status"] == "sent"


def told_as(sent: Sent, body: bytes) -> tuple[Event, httpx.Response]:
    event = Event(f"msg_{uuid.uuid4().hex}", "", body)
    return event, sent.tell(event)


@pytest.mark.parametrize("kind", ["contact.created", "email.scheduled", "email.xdelivered", ""])
def test_what_is_about_no_letter_is_kept_and_that_is_all(sent: Sent, kind: str):
    event, answer = told_as(sent, json.dumps({"type": kind, "data": {"id": 1.5}}).encode())
    assert outcome(answer) == "ignored"
    [kept] = sent.kept(event)
    assert (kept["type"], kept["payload"]["data"]) == (kind, {"id": 1.5})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'"type"',
        b"\xff\xfe",
        b'{"type": "email.sent"}',
        b'{"type": "email.sent", "created_at": "yesterday", "data": {"email_id": "1"}}',
        b'{"type": "email.sent", "created_at": "2026-11-23T08:00:00", "data": {"email_id": "1"}}',
        b'{"type": "email.sent", "created_at": "0001-01-01T00:00+01:00", "data": {"email_id": ""}}',
        b'{"type": "contact.created", "n": NaN}',
        b'{"type": "contact.created", "n": 1e999}',
        b'{"type": "contact.created", "n": ' + b"9" * 5000 + b"}",
        b'{"type": "contact.created", "n": ' + b"[" * 20000 + b"]" * 20000 + b"}",
        b'{"type": {}, "data": 1}',
    ],
    ids=range(15),
)
def test_what_cannot_be_read_is_refused_and_not_kept(sent: Sent, body: bytes):
    event, answer = told_as(sent, body)
    assert refused(answer, 422, "event_unreadable")["details"] == "body"
    assert sent.kept(event) == []


def test_words_that_no_table_takes_do_not_stop_an_event(sent: Sent):
    event = sent.event(
        "bounced",
        bounce={"message": "No\x00 such \ud800box\udfff \u202e\U0001f600 'quoted' \\u0000"},
    )
    said = json.loads(event.body)
    said["data"]["x\x00\ud83d"] = {"deep": ["\x00", 1e300, None, True]}
    said["data"]["email_id"] = "id\x00\udead"
    event = replace(event, body=json.dumps(said).encode())
    assert outcome(sent.tell(event)) == "recorded"
    assert sent.row["status"] == "bounced"
    assert sent.row["reason"].startswith("No such \ufffdbox\ufffd")
    [kept] = sent.kept(event)
    assert kept["payload"]["data"]["x\ufffd\ufffd"]["deep"][0] == "\ufffd"
    assert outcome(sent.tell(event)) == "known"


def test_an_event_too_large_is_not_taken(sent: Sent):
    event = sent.event("bounced", bounce={"message": "x" * 70_000})
    refused(sent.tell(event), 413, "body_too_large")
    assert sent.kept(event) == []


# The edge itself


def test_when_the_database_is_away_the_service_is_to_tell_it_again(sent: Sent, world: World):
    event = sent.event("bounced")
    with Edge(writing(world, SUPABASE_URL="http://127.0.0.1:9")) as edge:
        headers = sent.says.headers(event)
        answer = httpx.post(f"{edge.url}/webhooks/resend", content=event.body, headers=headers)
        refused(answer, 503, "database_away")
        assert int(answer.headers["retry-after"]) > 0
    assert outcome(sent.tell(event)) == "recorded"


def test_without_a_secret_it_is_not_set_up(sent: Sent, world: World):
    event = sent.event("bounced")
    with Edge(environment(world)) as edge:
        headers = sent.says.headers(event)
        answer = httpx.post(f"{edge.url}/webhooks/resend", content=event.body, headers=headers)
        assert "RESEND_WEBHOOK_SECRET" in refused(answer, 503, "not_set_up")["hint"]
    assert sent.kept(event) == []


def test_a_forger_is_slowed_down_and_the_service_is_not(world: World, sent: Sent):
    with Edge(writing(world, EDGE_REQUESTS_PER_MINUTE="5")) as edge:
        url = f"{edge.url}/webhooks/resend"
        event = sent.event("delivered")
        for _ in range(5):
            assert (
                httpx.post(url, content=event.body, headers=forged(sent, event)).status_code == 401
            )
        slowed = httpx.post(url, content=event.body, headers=forged(sent, event))
        refused(slowed, 429, "too_many_requests")
        for _ in range(8):
            assert sent.says.send(url, event) == 200


def test_nothing_of_an_address_or_a_secret_is_in_the_log(world: World, sent: Sent):
    with Edge(writing(world, LOG_LEVEL="debug")) as edge:
        event = sent.event("bounced")
        for headers in (sent.says.headers(event), forged(sent, event)):
            answer = httpx.post(f"{edge.url}/webhooks/resend", content=event.body, headers=headers)
            edge.line(answer.headers["x-request-id"])
    said = "".join(edge.lines)
    assert "mail_event_heard" in said
    assert "webhook_refused" in said
    for hidden in (sent.person.email, SECRET, SECRET.removeprefix("whsec_")):
        assert hidden not in said
