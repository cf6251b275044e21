"""The fake Resend takes, limits, refuses, forgets and tells as the service does."""

from __future__ import annotations

import random
import re
import subprocess
import sys
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from learnbase.security.webhooks import Secrets, WebhookRefused, verify_svix
from tests.fakes.oauth import Clock
from tests.fakes.resend import API_KEY, KEY_LIVES, Resend
from tests.fakes.resend_webhooks import FORGER, SECRET

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]

NOON = 1_800_000_000.0


@pytest.fixture
def fake() -> Iterator[Resend]:
    with Resend(clock=Clock(NOON)) as server:
        yield server


@pytest.fixture
def http(fake: Resend) -> Iterator[httpx.Client]:
    with client(fake) as application:
        yield application


def client(fake: Resend) -> httpx.Client:
    headers = {"Authorization": f"Bearer {API_KEY}"}
    return httpx.Client(base_url=fake.url, headers=headers, trust_env=False, timeout=5)


def mail(number: int = 1, **other: Any) -> Json:
    usual = {
        "from": "Learnbase <hello@mail.example.com>",
        "to": [f"learner-{number}@example.org"],
        "subject": "Your week",
        "text": "Hello",
        "tags": [{"name": "notification_id", "value": f"n-{number}"}],
    }
    return usual | other


def send(
    http: httpx.Client, *mails: Any, key: str = "k", mode: str = "permissive", **headers: str
) -> httpx.Response:
    said = {"Idempotency-Key": key, "x-batch-validation": mode, **headers}
    return http.post("/emails/batch", json=list(mails), headers=said)


def refused(answer: httpx.Response) -> tuple[int, str]:
    told = answer.json()
    assert told["statusCode"] == answer.status_code
    return told["statusCode"], told["name"]


def test_the_same_under_the_same_key_is_the_same_answer_and_one_letter(
    fake: Resend, http: httpx.Client
):
    first = send(http, mail(1), mail(2))
    assert send(http, mail(1), mail(2)).json() == first.json()
    assert refused(send(http, mail(1), mail(3))) == (409, "invalid_idempotent_request")
    assert refused(send(http, mail(1), key="k" * 257)) == (400, "invalid_idempotency_key")
    assert len(fake.letters) == 2
    assert [one.is_done for one in fake.requests] == [True, False, False, False]


def test_a_key_is_forgotten_after_a_day(fake: Resend, http: httpx.Client):
    send(http, mail())
    fake.clock.advance(KEY_LIVES - 1)
    send(http, mail())
    assert fake.doubled() == []
    fake.clock.advance(1)
    send(http, mail())
    assert fake.doubled() == ["n-1"]


def test_two_at_once_under_one_key_are_not_both_done(fake: Resend):
    fake.latency = 0.2
    answers: list[int] = []

    def one() -> None:
        with client(fake) as http:
            answers.append(send(http, mail()).status_code)

    crowd = [threading.Thread(target=one) for _ in range(3)]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()
    assert sorted(answers) == [200, 409, 409]
    assert len(fake.letters) == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"to": "nobody"}, "Invalid `to` field"),
        ({"to": []}, "Missing `to` field"),
        ({"from": "nobody"}, "Invalid `from` field"),
        ({"subject": ""}, "Missing `subject` field"),
        ({"subject": "a\nb"}, "not allowed in the `subject` field"),
        ({"text": ""}, "Missing `html` or `text` field"),
        ({"scheduled_at": "2026-11-30T08:00:00Z"}, "`scheduled_at` field is not supported"),
        ({"headers": {"X": "a\r\nBcc: b@c.de"}}, "Invalid `headers` field"),
        ({"tags": [{"name": "a b", "value": "c"}]}, "Tags should only contain"),
        ({"reply_to": "x"}, "Invalid `reply_to` field"),
    ],
    ids=str,
)
def test_one_that_is_wrong_is_told_by_its_place_or_holds_up_all(
    fake: Resend, http: httpx.Client, wrong: Json, said: str
):
    told = send(http, mail(1), mail(2, **wrong), mail(3)).json()
    assert len(told["data"]) == 2
    assert [one["index"] for one in told["errors"]] == [1]
    assert said in told["errors"][0]["message"]
    strict = send(http, mail(1), mail(2, **wrong), mail(3), key="s", mode="strict")
    assert refused(strict) == (422, "validation_error")
    assert len(fake.letters) == 2


def test_more_than_a_hundred_or_none_or_no_list_are_no_batch(fake: Resend, http: httpx.Client):
    assert refused(send(http, *map(mail, range(101))))[0] == 422
    assert fake.violations.pop()
    assert refused(send(http))[0] == 422
    assert refused(http.post("/emails/batch", content=b"{"))[0] == 400
    assert refused(http.get("/nowhere")) == (404, "not_found")


def test_who_has_no_key_or_a_wrong_one_or_another_domain_is_turned_away(
    fake: Resend, http: httpx.Client
):
    assert refused(send(http, mail(), Authorization="")) == (401, "missing_api_key")
    assert refused(send(http, mail(), Authorization="Bearer x")) == (403, "invalid_api_key")
    elsewhere = mail(**{"from": "a@elsewhere.com"})
    assert refused(send(http, elsewhere)) == (403, "validation_error")
    assert fake.letters == []


def test_a_second_has_so_many_requests_and_every_answer_says_so():
    clock = Clock(NOON)
    with Resend(grant=2, clock=clock) as fake, client(fake) as http:
        answers = [http.get("/emails") for _ in range(3)]
        assert [one.status_code for one in answers] == [200, 200, 429]
        assert [one.headers["ratelimit-remaining"] for one in answers] == ["1", "0", "0"]
        assert answers[2].headers["retry-after"] == "1"
        assert refused(answers[2]) == (429, "rate_limit_exceeded")
        clock.advance(1)
        assert http.get("/emails").status_code == 200
        assert fake.over_budget == 1


def test_quotas_count_letters_and_end_with_the_day():
    clock = Clock(NOON)
    with Resend(daily=2, monthly=3, clock=clock) as fake, client(fake) as http:
        assert send(http, mail(1)).headers["x-resend-daily-quota"] == "1"
        over = send(http, mail(2), mail(3), key="b")
        assert refused(over) == (429, "daily_quota_exceeded")
        clock.advance(86400)
        assert send(http, mail(2), mail(3), key="b").status_code == 200
        clock.advance(86400)
        assert refused(send(http, mail(4), key="c")) == (429, "monthly_quota_exceeded")
        assert len(fake.letters) == 3


@pytest.mark.parametrize(
    ("mood", "detail", "expected"),
    [
        ("busy", 7, (429, "rate_limit_exceeded")),
        ("concurrent", None, (409, "concurrent_idempotent_requests")),
        ("daily", None, (429, "daily_quota_exceeded")),
        ("monthly", None, (429, "monthly_quota_exceeded")),
        ("error", 503, (503, "internal_server_error")),
        ("unauthorized", None, (403, "invalid_api_key")),
        ("security", None, (451, "security_error")),
    ],
)
def test_in_some_moods_nothing_is_done(
    fake: Resend, http: httpx.Client, mood: str, detail: float | None, expected: tuple[int, str]
):
    fake.next(mood, detail=detail)
    answer = send(http, mail())
    assert refused(answer) == expected
    assert answer.headers.get("retry-after") == ("7" if detail == 7 else None)
    assert fake.letters == []
    assert send(http, mail()).status_code == 200


@pytest.mark.parametrize(
    ("mood", "is_done"),
    [
        ("drop", 0),
        ("hang", 0),
        ("commit_then_drop", 1),
        ("commit_then_hang", 1),
        ("commit_then_cut", 1),
    ],
)
def test_in_some_moods_there_is_no_answer(
    fake: Resend, http: httpx.Client, mood: str, is_done: int
):
    fake.at(1, mood)
    http.timeout = httpx.Timeout(0.3)
    with pytest.raises(httpx.TransportError):
        send(http, mail())
    assert len(fake.letters) == is_done


def test_in_some_moods_the_answer_does_not_tell_what_was_done(fake: Resend, http: httpx.Client):
    fake.next("commit_then_error")
    assert send(http, mail(1)).status_code == 502
    fake.next("garbage")
    assert send(http, mail(2), key="b").headers["content-type"].startswith("text/html")
    assert sorted(fake.by_notification()) == ["n-1", "n-2"]
    with pytest.raises(ValueError, match="grumpy"):
        fake.next("grumpy")


def test_a_letter_can_be_looked_at_and_found_among_the_newest(fake: Resend, http: httpx.Client):
    fake.suppressed.add("learner-2@example.org")
    ids = [one["id"] for one in send(http, mail(1), mail(2), mail(3)).json()["data"]]
    assert http.get(f"/emails/{ids[1]}").json()["last_event"] == "suppressed"
    assert http.get("/emails/nobody").status_code == 404
    page = http.get("/emails", params={"limit": 2}).json()
    assert [one["id"] for one in page["data"]] == [ids[2], ids[1]]
    assert page["has_more"]
    rest = http.get("/emails", params={"limit": 2, "after": ids[1]}).json()
    assert [one["id"] for one in rest["data"]] == [ids[0]]


def test_what_it_signs_is_what_we_take_and_a_forgery_is_not(fake: Resend, http: httpx.Client):
    send(http, mail())
    tells = fake.webhooks
    bounce = {"type": "Transient", "subType": "MailboxFull"}
    event = tells.event(fake.letters[0], "bounced", bounce=bounce)
    assert b'"Transient"' in event.body
    ours, now = Secrets.parse(SECRET, setting="X"), datetime.fromtimestamp(NOON, UTC)
    taken = [
        verify_svix(headers, event.body, now, ours)
        for headers in (
            tells.headers(event),
            tells.headers(event, ago=200),
            tells.headers(event, also=(FORGER,)),
        )
    ]
    assert {one.id for one in taken} == {event.id}
    for headers in (tells.forged(event), tells.headers(event, ago=301)):
        with pytest.raises(WebhookRefused):
            verify_svix(headers, event.body, now, ours)


def test_a_storm_has_everything_often_in_any_order_and_strangers_among_it(fake: Resend):
    taken: list[str] = []
    refusals: list[str] = []
    ours, now = Secrets.parse(SECRET, setting="X"), datetime.fromtimestamp(NOON, UTC)

    class Inbox(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            try:
                headers = {name.lower(): value for name, value in self.headers.items()}
                taken.append(verify_svix(headers, body, now, ours).id)
                self.send_response(200)
            except WebhookRefused as refusal:
                refusals.append(str(refusal.code))
                self.send_response(401)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing to say."""

    with client(fake) as http:
        send(http, mail(1), mail(2))
    events = [
        fake.webhooks.event(letter, what)
        for letter in fake.letters
        for what in ("sent", "delivered", "opened")
    ]
    with HTTPServer(("127.0.0.1", 0), Inbox) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/"
        order = random.Random(7)  # noqa: S311 - the same storm each time
        statuses = fake.webhooks.storm(url, events, order, times=3)
        server.shutdown()
        thread.join()
    assert statuses == [200] * 18
    assert sorted(set(taken)) == sorted(event.id for event in events)
    assert len(taken) == 18
    assert taken != sorted(taken, key=[event.id for event in events].index)
    assert sorted(set(refusals)) == ["signature_old", "signature_wrong"]


def test_it_runs_as_a_process_of_its_own():
    command = [sys.executable, "-m", "tests.fakes.resend", "--grant", "1", "--forgetful"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url, key = process.stdout.readline().strip(), process.stdout.readline().strip()
        headers = {"Authorization": f"Bearer {key}"}
        with httpx.Client(base_url=url, headers=headers, trust_env=False) as http:
            assert send(http, mail()).status_code == 200
            ledger = http.get("/_ledger").json()
            assert (ledger["letters"], ledger["doubled"], ledger["violations"]) == (1, [], [])
        process.terminate()
    assert re.match(r"http://127\.0\.0\.1:\d+$", url)
