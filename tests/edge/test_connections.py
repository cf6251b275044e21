"""Connecting an account elsewhere: there, back, and only then connected."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.edge.serving import Edge, refused
from tests.edge.visitors import (
    APP,
    BACK,
    EDGE,
    Visitor,
    callback,
    came_back,
    connecting,
    query,
    sent_back,
)
from tests.fakes.oauth import Account
from tests.fakes.sign_in import CLIENT, SignIn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.world import World

BOTH = pytest.mark.parametrize("provider", ["notion", "google"])
CALENDAR = "https://www.googleapis.com/auth/calendar.app.created"
FREE_BUSY = "https://www.googleapis.com/auth/calendar.events.freebusy"


@pytest.fixture(scope="module")
def outside() -> Iterator[SignIn]:
    with SignIn() as outside:
        yield outside


@pytest.fixture(scope="module")
def edge(world: World, outside: SignIn) -> Iterator[Edge]:
    with Edge(connecting(world, outside)) as edge:
        yield edge


@pytest.fixture(scope="module")
def http(edge: Edge) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=edge.url, timeout=60, trust_env=False) as http:
        yield http


@pytest.fixture
def ada(http: httpx.Client, world: World, outside: SignIn) -> Visitor:
    """Somebody who has accounts of her own at both services, and sits before the browser."""
    return somebody(http, world, outside)


def somebody(http: httpx.Client, world: World, outside: SignIn, name: str = "Ada") -> Visitor:
    person = world.person(name)
    outside.notion.add(Account(f"workspace of {person.id}", f"{name}'s notes", person.email))
    outside.google.add(Account(f"sub of {person.id}", name, person.email))
    return Visitor(http, person)


def connections(visitor: Visitor) -> list[dict[str, Any]]:
    return visitor.person.rows("connections", select="*")


@BOTH
def test_ada_connects_and_sees_everything_but_a_token(
    ada: Visitor, outside: SignIn, world: World, provider: str
):
    said = ada.connect(provider)
    [row] = connections(ada)
    assert row["account_name"] == said["account_name"] != ""
    assert (row["id"], row["provider"], row["status"]) == (said["id"], provider, "active")
    assert row["scopes"] == said["scopes"]
    [kept] = world.sql(
        "select * from private.connection_tokens where connection_id = %s", said["id"]
    )
    permission = getattr(outside, provider).permissions[-1]
    [access] = permission.access
    assert kept["sealed"].startswith("v1.a.")
    for shown in (said, row, kept):
        assert access not in json.dumps(shown, default=str)


def test_google_is_asked_for_the_least_and_for_lasting_access(ada: Visitor):
    begun = ada.begun("google")
    asked = query(begun["authorize_url"])
    assert asked.pop("code_challenge")
    assert asked == {
        "client_id": CLIENT,
        "response_type": "code",
        "redirect_uri": f"{EDGE}/connections/google/callback",
        "scope": f"openid email {CALENDAR} {FREE_BUSY}",
        "state": begun["state"],
        "code_challenge_method": "S256",
        "access_type": "offline",
        "prompt": "consent",
        "include_granted_scopes": "false",
    }


def test_notion_is_asked_as_notion_is(ada: Visitor):
    begun = ada.begun("notion")
    assert query(begun["authorize_url"]) == {
        "client_id": CLIENT,
        "response_type": "code",
        "owner": "user",
        "redirect_uri": f"{EDGE}/connections/notion/callback",
        "state": begun["state"],
    }


def test_the_browser_returns_to_the_page_it_came_from(ada: Visitor, http: httpx.Client):
    begun = ada.begun()
    answer = callback(http, sent_back(begun["authorize_url"]))
    where = httpx.URL(answer.headers["location"])
    assert str(where).startswith(f"{APP}/plans/7?")
    assert where.fragment == "notion"
    said = query(str(where))
    assert said.pop("proof")
    assert said == {"tab": "export", "connection": "notion", "state": begun["state"]}
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"


def test_coming_back_alone_connects_nothing(ada: Visitor, http: httpx.Client, outside: SignIn):
    before = len(outside.requests)
    came_back(http, ada.begun()["authorize_url"])
    assert connections(ada) == []
    assert len(outside.requests) == before


@BOTH
def test_who_says_no_there_is_brought_back_and_told(
    ada: Visitor, http: httpx.Client, outside: SignIn, provider: str
):
    getattr(outside, provider).visitor.denies = True
    begun = ada.begun(provider)
    came = came_back(http, begun["authorize_url"])
    assert came == {
        "tab": "export",
        "connection": provider,
        "state": begun["state"],
        "error": "access_denied",
    }
    refused(ada.finish({**came, "proof": "x"}, provider), 400, "invalid_state")


def test_an_error_of_the_service_is_not_repeated_word_for_word(ada: Visitor, http: httpx.Client):
    begun = ada.begun()
    answer = http.get(
        "/connections/notion/callback",
        params={"state": begun["state"], "error": "<script>alert(1)</script>"},
    )
    assert query(answer.headers["location"])["error"] == "failed"


def test_connecting_again_replaces_the_tokens_and_keeps_the_row(ada: Visitor, world: World):
    first, second = ada.connect(), ada.connect()
    assert first == second
    assert (
        world.value(
            "select version from private.connection_tokens where connection_id = %s", first["id"]
        )
        == 2
    )


def test_free_and_busy_may_be_left_out(ada: Visitor, outside: SignIn):
    outside.google.visitor.grants = frozenset({"openid", "email", CALENDAR})
    assert sorted(ada.connect("google")["scopes"]) == sorted(["openid", "email", CALENDAR])


def test_a_workspace_may_be_called_anything(ada: Visitor, outside: SignIn):
    outside.notion.visitor.name = "Ada's\x00 \n  notes\u202e" + "!" * 400
    name = ada.connect()["account_name"]
    assert name == connections(ada)[0]["account_name"]
    assert (name[:14], len(name)) == ("Ada's notes!!!", 300)


def test_without_a_calendar_there_is_nothing_to_connect(
    ada: Visitor, http: httpx.Client, outside: SignIn
):
    outside.google.visitor.grants = frozenset({"openid", "email", FREE_BUSY})
    came = came_back(http, ada.begun("google")["authorize_url"])
    body = refused(ada.finish(came, "google"), 403, "not_granted")
    assert "tick the box" in body["hint"]
    assert connections(ada) == []


def test_somebody_who_signs_in_with_clerk_connects_as_well(
    http: httpx.Client, world: World, outside: SignIn
):
    assert len(outside.notion.accounts) >= 1
    carla = Visitor(http, world.clerk_person())
    assert carla.connect()["id"] == connections(carla)[0]["id"]


def test_another_account_does_not_slip_under_exports_that_are_there(
    ada: Visitor, http: httpx.Client, outside: SignIn, world: World
):
    said = ada.connect()
    plan = ada.person.plan()
    world.sql(
        "insert into public.exports"
        " (user_id, plan_id, provider, connection_id, account_id, topic, status, container)"
        " select user_id, %s, provider, id, account_id, 'Sailing', 'succeeded', '{}'"
        " from public.connections where id = %s",
        plan["id"],
        said["id"],
    )
    outside.notion.add(Account("another workspace", "Work", "ada@work.example"))
    came = came_back(http, ada.begun()["authorize_url"])
    body = refused(ada.finish(came), 409, "other_account")
    assert body["details"] == "provider"
    assert connections(ada)[0]["account_name"] == "Ada's notes"


@pytest.mark.parametrize("mood", [500, 429, "drop", "garbage"])
def test_a_service_in_trouble_is_said_to_be_in_trouble(
    ada: Visitor, http: httpx.Client, outside: SignIn, mood: int | str
):
    came = came_back(http, ada.begun()["authorize_url"])
    outside.moods = [mood]
    answer = ada.finish(came)
    assert "Start again" in refused(answer, 503, "notion_away")["hint"]
    assert answer.headers["retry-after"]
    assert ada.connect()["status"] == "active"


@pytest.mark.parametrize(
    "lacking",
    ["TOKEN_KEYS", "NOTION_CLIENT_ID", "NOTION_CLIENT_SECRET", "EDGE_URL", "EDGE_ORIGINS"],
)
def test_what_is_not_set_up_is_named_to_whoever_runs_it(
    world: World, outside: SignIn, lacking: str
):
    with (
        Edge(connecting(world, outside, **{lacking: ""})) as edge,
        httpx.Client(base_url=edge.url) as http,
    ):
        ada = Visitor(http, world.person())
        answer = ada.start()
        body = refused(answer, 503, "not_set_up")
        assert lacking not in json.dumps(body)
        edge.line(answer.headers["x-request-id"])
        [said] = [line for line in map(json.loads, edge.lines) if line["event"] == "not_set_up"]
        assert said["missing"] == [lacking]
        if lacking.startswith("NOTION"):
            assert ada.start("google").status_code == 200


def test_neither_code_nor_state_nor_proof_nor_token_is_in_the_log(world: World, outside: SignIn):
    with (
        Edge(connecting(world, outside, LOG_LEVEL="debug")) as edge,
        httpx.Client(base_url=edge.url) as http,
    ):
        ada = somebody(http, world, outside)
        begun = ada.begun("google")
        address = sent_back(begun["authorize_url"])
        came = query(callback(http, address).headers["location"])
        answer = ada.finish(came, "google")
        assert answer.status_code == 200
        refused(callback(http, address), 400, "invalid_state")
        refused(ada.finish(came, "google"), 400, "invalid_state")
        line = edge.line(answer.headers["x-request-id"])
    assert line["route"] == "/connections/{provider}/finish"
    [access] = outside.google.permissions[-1].access
    said = "".join(edge.lines)
    for secret in (begun["state"], query(address)["code"], came["proof"], access):
        assert secret not in said


def notion_page(title: str, **changes: Any) -> dict[str, Any]:
    return {
        "object": "page",
        "id": f"id of {title}",
        "url": f"https://www.notion.so/{title}",
        "parent": {"type": "workspace", "workspace": True},
        "in_trash": False,
        "properties": {"Name": {"type": "title", "title": [{"plain_text": title}]}},
        **changes,
    }


def test_ada_chooses_among_the_pages_that_she_shared(
    ada: Visitor, http: httpx.Client, outside: SignIn
):
    path = "/connections/notion/places"
    refused(http.get(path), 401, "not_signed_in")
    refused(http.get(path, headers=ada.headers), 404, "not_connected")
    ada.connect()
    line = {"type": "data_source_id", "data_source_id": "x"}
    lines = [notion_page(f"Task {n}", parent=line) for n in range(150)]
    outside.pages = [
        *lines,
        notion_page("Studies"),
        notion_page("Old", in_trash=True),
        notion_page("Nameless", properties={}),
        {"object": "page"},
    ]
    found = http.get(path, headers=ada.headers, params={"query": "stud"}).json()
    assert found == [
        {"id": "id of Studies", "title": "Studies", "url": "https://www.notion.so/Studies"},
        {"id": "id of Nameless", "title": "Untitled", "url": "https://www.notion.so/Nameless"},
    ]
    assert outside.requests[-1].body["query"] == "stud"
    # A token that is over is renewed on the way; an account that is over is said to be.
    [access] = outside.notion.permissions[-1].access
    outside.notion.expire(access)
    assert len(http.get(path, headers=ada.headers).json()) == 2
    outside.notion.revoke_all()
    refused(http.get(path, headers=ada.headers), 409, "reconnect")
    [row] = connections(ada)
    assert row["status"] == "reconnect"
    assert ada.connect()["status"] == "active"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/plans",
        "https://learn.example.evil.example/",
        "https://learn.example@evil.example/",
        "https://evil.example\\@learn.example/",
        "https://learn.example:444/",
        "http://learn.example/",
        "//learn.example/",
        "/plans/7",
        "javascript:alert(1)//https://learn.example",
        "https://learn.example\t.evil.example/",
        " https://learn.example/",
        "https://learn.example/\n",
        "https://[learn.example/",
        "https://learn.example/" + "x" * 2000,
        "",
    ],
)
def test_nobody_is_sent_anywhere_else_afterwards(ada: Visitor, elsewhere: str):
    answer = ada.start(return_to=elsewhere)
    assert answer.status_code == 422
    assert answer.json()["details"] == "return_to"


def test_an_origin_for_trying_things_out_is_one_as_well(ada: Visitor):
    assert ada.start(return_to="http://localhost:3000/x").status_code == 200
    assert ada.start(return_to=BACK).status_code == 200


def test_an_edge_with_unusable_keys_does_not_start(world: World, outside: SignIn):
    env = {"PATH": os.environ["PATH"], **connecting(world, outside, TOKEN_KEYS="a:c2hvcnQ=")}
    asked = subprocess.run(
        [sys.executable, "-m", "learnbase.cli", "edge", "serve", "--port", "0"],
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert asked.returncode == 2
    assert "TOKEN_KEYS is unusable: the key a has 5 bytes" in " ".join(asked.stderr.split())
