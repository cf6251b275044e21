"""Tokens: what opens no door, whatever is written on it."""

from __future__ import annotations

import base64
import json
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from learnbase.stack import keys
from tests.world import HIDDEN, NOT_SIGNED_IN, refusal

if TYPE_CHECKING:
    from tests.world import World

PLAN: dict[str, Any] = {
    "topic": "Sailing",
    "skill_level": "beginner",
    "weekly_hours": 5,
    "learning_style": "mixed",
}


def test_without_any_key_the_gateway_lets_nobody_in(world: World) -> None:
    answer = httpx.get(f"{world.rest}learning_plans", trust_env=False)
    assert answer.status_code == 401


def test_an_unknown_key_is_refused(world: World) -> None:
    answer = world.caller("sb_publishable_made_up").get("learning_plans")
    assert answer.status_code == 401


def test_the_publishable_key_alone_reads_and_writes_nothing(world: World) -> None:
    for table in (
        "users",
        "learning_plans",
        "modules",
        "tasks",
        "resources",
        "task_resources",
        "task_links",
        "task_progress",
        "plan_notes",
        "plan_followers",
        "plan_generations",
        "notifications",
        "webhook_events",
        "tier_limits",
    ):
        assert refusal(world.nobody.get(table)) == NOT_SIGNED_IN, table
        assert refusal(world.nobody.delete(table)) == NOT_SIGNED_IN, table
    for view in ("plan_progress", "module_progress"):
        assert refusal(world.nobody.get(view)) == NOT_SIGNED_IN, view
    assert refusal(world.nobody.quietly("learning_plans", PLAN)) == NOT_SIGNED_IN


def test_the_publishable_key_alone_calls_nothing(world: World) -> None:
    functions = world.sql(
        "select p.proname as name, p.proargnames[1:p.pronargs] as arguments"
        " from pg_proc p where p.pronamespace = 'public'::regnamespace and p.proname <> 'progress'"
    )
    assert len(functions) >= 12
    for function in functions:
        arguments: dict[str, Any] = dict.fromkeys(function["arguments"] or [])
        answer = world.nobody.rpc(function["name"], **arguments)
        assert refusal(answer) == NOT_SIGNED_IN, function


def test_a_forged_token_is_refused(world: World) -> None:
    ada = world.person()
    ada.plan()
    claims = {"sub": ada.id, "role": "authenticated"}
    forged = keys.sign(claims, "another secret that is long enough for HS256 to like it")
    thief = world.caller(world.publishable_key, forged)
    assert thief.get("learning_plans").status_code == 401


def test_a_token_without_a_signature_is_refused(world: World) -> None:
    ada = world.person()
    parts = ({"alg": "none", "typ": "JWT"}, {"sub": ada.id, "role": "service_role"})
    unsigned = ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts
    )
    thief = world.caller(world.publishable_key, f"{unsigned}.")
    assert thief.get("learning_plans").status_code == 401


def test_a_token_whose_claims_were_changed_is_refused(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    head, _, signature = world.stack.token(ben.id).split(".")
    _, claims, _ = world.stack.token(ada.id).split(".")
    thief = world.caller(world.publishable_key, f"{head}.{claims}.{signature}")
    assert thief.get("learning_plans").status_code == 401


def test_an_expired_token_is_refused(world: World) -> None:
    ada = world.person()
    old = world.stack.token(ada.id, exp=int(time.time()) - 60)
    answer = world.caller(world.publishable_key, old).get("users")
    assert answer.status_code == 401
    assert "expired" in answer.text


def test_a_token_of_a_role_nobody_granted_is_refused(world: World) -> None:
    ada = world.person()
    for role in ("postgres", "supabase_auth_admin", "pg_read_all_data", "made_up"):
        odd = world.caller(world.publishable_key, world.stack.token(ada.id, role=role))
        assert odd.get("users").status_code in (400, 401, 403), role


@pytest.mark.parametrize(
    "subject",
    [
        *("f14d2eb7-4b21-4a12-97b8-823fc05467dc", "user_2nobodyhasthisone"),
        *("", "' or true --", "x" * 2000, None),
    ],
)
def test_a_valid_token_of_nobody_opens_nothing(world: World, subject: str | None) -> None:
    world.person().plan(visibility="public")
    ghost = world.caller(world.publishable_key, world.stack.token(subject))
    for table in ("users", "learning_plans", "modules", "resources", "tier_limits"):
        assert ghost.rows(table) == [], table
    assert refusal(ghost.quietly("learning_plans", PLAN)) == HIDDEN
    assert refusal(ghost.rpc("create_plan", **PLAN)) == (401, "not_signed_in", "authorization")
    assert ghost.call("search_plans", query="SQL for product analytics") == []
    assert ghost.call("dashboard") == []


def test_a_token_outlives_its_account_and_opens_nothing(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    shared = ben.plan(visibility="public")
    mine = ada.plan()
    ada.call("delete_account")
    assert ada.rows("learning_plans") == []
    assert refusal(ada.quietly("learning_plans", PLAN)) == HIDDEN
    assert refusal(ada.quietly("learning_plans", {**PLAN, "user_id": ada.id})) == HIDDEN
    assert refusal(ada.quietly("plan_followers", {"plan_id": shared["id"]})) == HIDDEN
    assert ada.update("learning_plans", {"topic": "Mine"}, id=f"eq.{mine['id']}").json() == []
    assert refusal(ada.ask()) == (401, "not_signed_in", "authorization")
    ada.call("delete_account")
    assert world.count("public.learning_plans", user_id=ada.id) == 0


@pytest.mark.parametrize("kind", ["unconfirmed", "anonymous", "clerk"])
def test_everybody_who_signed_in_learns_alike(world: World, kind: str) -> None:
    person = (
        world.clerk_person()
        if kind == "clerk"
        else world.person(confirmed=kind != "unconfirmed", anonymous=kind == "anonymous")
    )
    whole = person.whole_plan(weeks=1, tasks=2)
    assert whole.plan["user_id"] == person.id
    assert person.tick(whole.task).status_code == 201
    [progress] = person.rows("plan_progress", plan_id=f"eq.{whole.plan['id']}")
    assert (progress["completed_tasks"], progress["total_tasks"]) == (1, 2)
    shared = world.person().plan(visibility="public")
    assert person.rows("learning_plans", id=f"eq.{shared['id']}") != []


def test_the_secret_key_is_refused_from_a_browser(world: World) -> None:
    headers = {**world.service.headers, "User-Agent": "Mozilla/5.0"}
    assert world.http.get("users", headers=headers).status_code == 401


def test_other_schemas_are_not_served(world: World) -> None:
    ada = world.person()
    for schema in ("private", "auth", "pgmq", "pg_catalog", "extensions", "storage"):
        headers = {**ada.headers, "Accept-Profile": schema}
        answer = world.http.get("users", headers=headers)
        assert refusal(answer)[:2] == (406, "PGRST106"), schema
