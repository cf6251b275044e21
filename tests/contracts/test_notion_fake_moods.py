"""The fake Notion turns away, limits, fails and falls silent as the service does."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import httpx
import pytest

from tests.contracts.application import NOON, Application, refusal
from tests.fakes.notion import VERSION, Notion
from tests.fakes.oauth import Account, Clock

Json = dict[str, Any]


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Notion-Version": ""}, (400, "missing_version")),
        ({"Notion-Version": "2022-06-28"}, (400, "missing_version")),
        ({"Authorization": "Bearer nobody"}, (401, "unauthorized")),
        ({"Authorization": ""}, (401, "unauthorized")),
    ],
)
def test_who_is_unknown_or_of_another_age_is_turned_away(
    app: Application, headers: dict[str, str], expected: tuple[int, str]
):
    assert refusal(app.http.get("/v1/users/me", headers=headers)) == expected


def test_what_is_no_json_or_no_address_is_told_so(app: Application):
    assert refusal(app.http.post("/v1/search", content=b"{")) == (400, "invalid_json")
    assert refusal(app.ask("GET", "nowhere")) == (400, "invalid_request_url")
    assert refusal(app.ask("GET", "pages/nobody")) == (400, "validation_error")
    assert refusal(app.ask("GET", f"pages/{'0' * 32}")) == (404, "object_not_found")


def test_who_asks_too_often_waits_as_long_as_is_said():
    clock = Clock(NOON)
    with Notion(grant=0.5, burst=3, clock=clock) as fake:
        app, other = Application(fake), Account("b", "Bea", "b@x.org")
        bea = Application(fake, fake.token(fake.authority.add(other, visits=False)))
        with app.http, bea.http:
            assert [app.ask("GET", "users/me").status_code for _ in range(4)] == [200] * 3 + [429]
            late = app.ask("GET", "users/me")
            assert refusal(late) == (429, "rate_limited")
            assert late.headers["Retry-After"] == "2"
            assert bea.ask("GET", "users/me").status_code == 200
            clock.advance(2)
            assert app.ask("GET", "users/me").status_code == 200
            assert app.ask("GET", "users/me").status_code == 429
        assert fake.over_budget == 3
        assert fake.share(fake.visitor) == pytest.approx(4 / (3 + 2 * 0.5))


@pytest.mark.parametrize(
    ("mood", "detail", "expected"),
    [
        ("busy", 7, (429, "rate_limited")),
        ("overloaded", 7, (529, "service_overload")),
        ("conflict", None, (409, "conflict_error")),
        ("error", None, (500, "internal_server_error")),
        ("error", 502, (502, "bad_gateway")),
        ("error", 503, (503, "service_unavailable")),
        ("error", 403, (403, "restricted_resource")),
        ("unauthorized", None, (401, "unauthorized")),
    ],
)
def test_in_some_moods_nothing_is_done(
    app: Application, source: str, mood: str, detail: float | None, expected: tuple[int, str]
):
    fake = app.fake
    fake.next(mood, detail=detail)
    answer = app.make_page(source, "one")
    assert refusal(answer) == expected
    assert answer.headers.get("Retry-After") == ("7" if detail == 7 else None)
    assert fake.pages() == {}
    assert app.make_page(source, "one").status_code == 200
    assert fake.requests[-2].behaviour == mood


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
    fake: Notion, app: Application, source: str, mood: str, is_done: int
):
    fake.next(mood)
    app.http.timeout = httpx.Timeout(0.3)
    with pytest.raises(httpx.TransportError):
        app.make_page(source, "one")
    assert (len(fake.pages()), len(fake.writes)) == (is_done, 1 + is_done)
    assert app.query(source) == ["Task one"] * is_done


def test_in_some_moods_the_answer_does_not_tell_what_was_done(
    fake: Notion, app: Application, source: str
):
    fake.next("commit_then_error")
    assert refusal(app.make_page(source, "one")) == (502, "bad_gateway")
    fake.next("garbage")
    with pytest.raises(ValueError, match="Expecting value"):
        app.make_page(source, "two").json()
    fake.next("slow", detail=0.05)
    assert app.make_page(source, "three").elapsed.total_seconds() > 0.04
    assert set(fake.pages()) == {"one", "two", "three"}
    fake.next("huge")
    with app.http.stream("GET", "/v1/users/me") as answer:
        size = 0
        for piece in answer.iter_raw():
            size += len(piece)
            if size > 30_000_000:
                break
    assert size > 30_000_000


def test_a_mood_waits_for_its_request(fake: Notion, app: Application, source: str):
    fake.next("error", times=2, matching=lambda one: one.method == "POST")
    fake.at(2, "conflict")
    statuses = [
        app.get(f"data_sources/{source}") and 200,
        app.ask("GET", f"data_sources/{source}").status_code,
        app.make_page(source, "one").status_code,
        app.make_page(source, "one").status_code,
        app.make_page(source, "one").status_code,
    ]
    assert statuses == [200, 409, 500, 500, 200]
    fake.next("error", times=9)
    fake.calm()
    assert app.get("users/me")
    with pytest.raises(ValueError, match="grumpy"):
        fake.next("grumpy")


def test_it_runs_as_a_process_of_its_own():
    command = [sys.executable, "-m", "tests.fakes.notion", "--grant", "1", "--burst", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url, token = process.stdout.readline().strip(), process.stdout.readline().strip()
        headers = {"Authorization": f"Bearer {token}", "Notion-Version": VERSION}
        with httpx.Client(base_url=url, headers=headers, trust_env=False) as http:
            statuses = [http.get("/v1/users/me").status_code for _ in range(2)]
            assert statuses == [200, 429]
            assert http.get("/_ledger").json()["over_budget"] == 1
        process.terminate()
    assert re.match(r"http://127\.0\.0\.1:\d+$", url)
