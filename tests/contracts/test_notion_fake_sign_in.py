"""The fake Notion signs people in as the service does."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from tests.contracts.application import NOON, Application, needs_contracts
from tests.fakes.notion import CLIENT_ID, CLIENT_SECRET, Notion
from tests.fakes.oauth import Clock

Json = dict[str, Any]


BACK = "https://learn.example/back"


def sign_in(fake: Notion, **asked: str) -> dict[str, str]:
    query = {"client_id": CLIENT_ID, "redirect_uri": BACK, "response_type": "code", "state": "s"}
    answer = httpx.get(f"{fake.url}/v1/oauth/authorize", params={**query, **asked}, trust_env=False)
    where = answer.headers.get("Location", "")
    return dict(parse_qsl(urlsplit(where).query)) if where.startswith(BACK) else {}


def tokens(fake: Notion, secret: str = CLIENT_SECRET, **body: str) -> tuple[int, Json]:
    answer = httpx.post(
        f"{fake.url}/v1/oauth/token", json=body, auth=(CLIENT_ID, secret), trust_env=False
    )
    return answer.status_code, answer.json()


def exchange(fake: Notion, code: str, redirect: str = BACK, **more: str) -> tuple[int, Json]:
    grant = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect}
    return tokens(fake, **grant, **more)


def test_somebody_signs_in_once_with_a_code(fake: Notion):
    back = sign_in(fake)
    assert back.keys() == {"code", "state"}
    status, granted = exchange(fake, back["code"])
    assert (status, granted["workspace_name"]) == (200, "Ada Lovelace's Notion")
    app = Application(fake, granted["access_token"])
    with app.http:
        assert app.get("users/me")["bot"]["workspace_name"] == granted["workspace_name"]
    assert exchange(fake, back["code"])[1]["error"] == "invalid_grant"
    assert exchange(fake, sign_in(fake)["code"], f"{BACK}/")[1]["error"] == "invalid_grant"
    late = sign_in(fake)["code"]
    fake.clock.advance(601)
    assert exchange(fake, late)[1]["error"] == "invalid_grant"
    assert exchange(fake, sign_in(fake)["code"], secret="wrong")[0] == 401
    assert (fake.authority.exchanges, fake.violations) == (1, [])


def test_who_cancels_or_comes_from_elsewhere_gets_no_code(fake: Notion):
    assert sign_in(fake, client_id="another") == {}
    fake.authority.redirects = {BACK}
    assert sign_in(fake, redirect_uri=f"{BACK}/evil") == {}
    fake.visitor.denies = True
    assert sign_in(fake) == {"error": "access_denied", "state": "s"}


def test_a_refresh_token_works_once_and_the_old_access_token_is_dead(fake: Notion):
    _, first = exchange(fake, sign_in(fake)["code"])
    again = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    status, second = tokens(fake, **again)
    assert status == 200
    assert tokens(fake, **again)[1]["error"] == "invalid_grant"
    assert fake.authority.refreshes == 1
    old, new = Application(fake, first["access_token"]), Application(fake, second["access_token"])
    with old.http, new.http:
        assert old.ask("GET", "users/me").status_code == 401
        assert new.ask("GET", "users/me").status_code == 200
        fake.revoke()
        assert new.ask("GET", "users/me").status_code == 401
    again["refresh_token"] = second["refresh_token"]
    assert tokens(fake, **again)[1]["error"] == "invalid_grant"


def test_an_access_token_ends_when_its_time_is_over_or_it_is_revoked():
    clock = Clock(NOON)
    with Notion(lives=60, clock=clock) as fake:
        app = Application(fake)
        with app.http:
            clock.advance(59)
            assert app.ask("GET", "users/me").status_code == 200
            clock.advance(1)
            assert app.ask("GET", "users/me").status_code == 401
        access = fake.token()
        for is_active in (True, False):
            for what, expected in (("introspect", {"active": is_active}), ("revoke", {})):
                answer = httpx.post(
                    f"{fake.url}/v1/oauth/{what}",
                    json={"token": access},
                    auth=(CLIENT_ID, CLIENT_SECRET),
                    trust_env=False,
                )
                assert answer.json().items() >= expected.items()


@needs_contracts
def test_a_sign_in_that_breaks_the_contract_is_remembered(fake: Notion):
    assert exchange(fake, sign_in(fake)["code"], code_verifier="x")[0] == 400
    assert len(fake.violations) == 1


def test_a_basic_header_that_is_none_is_nobodys(fake: Notion):
    for held in ("Basic !!!", f"Basic {base64.b64encode(b'x').decode()}", "Bearer x", ""):
        answer = httpx.post(
            f"{fake.url}/v1/oauth/token",
            json={"grant_type": "refresh_token", "refresh_token": "x"},
            headers={"Authorization": held},
            trust_env=False,
        )
        assert answer.status_code == 401
