"""Who is let in: a person with a valid token, and nobody else."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.edge.serving import Edge, environment, refused
from tests.edge.test_tokens import Auth, Signer

if TYPE_CHECKING:
    from tests.world import World

PATH = f"/plans/{uuid.UUID(int=1)}/export?format=json"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_signed_in_person_is_asked_no_more(http: httpx.Client, world: World):
    token = world.stack.token(str(uuid.uuid4()))
    refused(http.get(PATH, headers=bearer(token)), 404, "plan_not_found")


def test_nobody_is_told_to_sign_in(http: httpx.Client):
    refused(http.get(PATH), 401, "not_signed_in")
    refused(http.get(PATH, headers={"Authorization": "Basic YTpi"}), 401, "not_signed_in")


@pytest.mark.parametrize(
    "claims",
    [{"exp": 1}, {"aud": "other"}, {"role": "anon"}, {"role": "service_role"}],
    ids=str,
)
def test_a_token_that_is_not_a_persons_is_refused(
    http: httpx.Client, world: World, claims: dict[str, Any]
):
    token = world.stack.token(str(uuid.uuid4()), **claims)
    code = "token_expired" if "exp" in claims else "invalid_token"
    body = refused(http.get(PATH, headers=bearer(token)), 401, code)
    assert token not in str(body)


def test_the_projects_keys_stand_in_for_nobody(http: httpx.Client, world: World):
    for key in (world.publishable_key, world.secret_key):
        refused(http.get(PATH, headers=bearer(key)), 401, "invalid_token")
        refused(http.get(PATH, headers={"apikey": key}), 401, "not_signed_in")


def test_published_keys_are_used_where_no_secret_is_set(world: World):
    signer = Signer("k1")
    with Auth(signer) as auth:
        env = environment(world, SUPABASE_JWT_SECRET="", SUPABASE_URL=auth.url)
        with Edge(env) as edge, httpx.Client(base_url=edge.url, timeout=60) as http:
            # Behind this Auth there is no database: whoever is let in finds nobody at home.
            refused(http.get(PATH, headers=bearer(signer.token())), 503, "database_away")
            mine = world.stack.token(str(uuid.uuid4()))
            refused(http.get(PATH, headers=bearer(mine)), 401, "invalid_token")


def test_when_the_keys_cannot_be_fetched_nobody_is_let_in(world: World):
    signer = Signer("k1")
    with Auth(signer) as auth:
        auth.status = 500
        env = environment(world, SUPABASE_JWT_SECRET="", SUPABASE_URL=auth.url)
        with Edge(env) as edge:
            answer = httpx.get(f"{edge.url}{PATH}", headers=bearer(signer.token()), timeout=20)
            refused(answer, 503, "keys_away")
            assert answer.headers["retry-after"] == "5"
