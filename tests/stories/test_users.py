"""users: a profile that only its person reads, and of which they write three columns."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from tests.world import HIDDEN, NOT_SIGNED_IN, one, refusal

if TYPE_CHECKING:
    from typing import Any

    from tests.world import World


def test_people_read_their_own_row_only(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    assert [row["id"] for row in ada.rows("users")] == [ada.id]
    assert ada.rows("users", id=f"eq.{ben.id}") == []


def test_a_follower_does_not_see_the_owner(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    plan = ada.plan(visibility="public")
    ben.follow(plan)
    [seen] = ben.rows("learning_plans", select="id,users(*)", id=f"eq.{plan['id']}")
    assert seen["users"] is None


def test_without_a_token_nobody_is_seen(world: World) -> None:
    assert refusal(world.nobody.get("users")) == NOT_SIGNED_IN


def test_the_service_reads_everybody(world: World) -> None:
    ada = world.person()
    assert [row["email"] for row in world.service.rows("users", id=f"eq.{ada.id}")] == [ada.email]


def test_people_write_their_name_zone_and_locale(world: World) -> None:
    for person in (world.person(), world.clerk_person(), world.person(anonymous=True)):
        change = {"name": "Ada L. 🚀", "time_zone": "Asia/Kathmandu", "locale": "pt-BR"}
        row = one(person.update("users", change, id=f"eq.{person.id}"))
        assert row | change == row
        assert row["updated_at"] > row["created_at"]


@pytest.mark.parametrize(
    "column",
    [
        "id",
        "auth_user_id",
        "clerk_user_id",
        "email",
        "is_anonymous",
        "subscription_tier",
        "created_at",
        "updated_at",
    ],
)
def test_the_system_manages_the_other_columns(world: World, column: str) -> None:
    ada = world.person()
    [row] = ada.rows("users")
    assert refusal(ada.update("users", {column: row[column]}, id=f"eq.{ada.id}")) == HIDDEN


def test_nobody_lifts_their_own_tier(world: World) -> None:
    ada = world.person()
    assert refusal(ada.update("users", {"subscription_tier": "pro"})) == HIDDEN
    assert ada.rows("users")[0]["subscription_tier"] == "free"


@pytest.mark.parametrize(
    "zone", ["Atlantis/Center", "europe/berlin", "", "+02:00", "UTC'; --", "x" * 500]
)
def test_a_time_zone_is_one_that_postgres_knows(world: World, zone: str) -> None:
    ada = world.person()
    answer = ada.update("users", {"time_zone": zone}, id=f"eq.{ada.id}")
    assert refusal(answer) == (422, "invalid_time_zone", "time_zone")
    assert ada.rows("users")[0]["time_zone"] == "UTC"


@pytest.mark.parametrize(
    "change",
    [{"name": "a\nb"}, {"name": "x" * 201}, {"locale": "not a tag"}, {"locale": "x"}],
    ids=str,
)
def test_a_profile_is_bounded(world: World, change: dict[str, Any]) -> None:
    ada = world.person()
    assert refusal(ada.update("users", change, id=f"eq.{ada.id}"))[:2] == (400, "23514")


def test_people_neither_make_nor_delete_profiles(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    row = {"id": str(uuid.uuid4()), "clerk_user_id": "user_2mine"}
    assert refusal(ada.quietly("users", row)) == HIDDEN
    assert refusal(ada.upsert("users", {"id": ada.id, "name": "A"}, "id")) == HIDDEN
    for person in (ada, ben):
        assert refusal(ada.delete("users", id=f"eq.{person.id}")) == HIDDEN
    assert world.count("public.users", id=ada.id) == 1


def test_nobody_updates_somebody_else(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    answer = ben.update("users", {"name": "Mallory"}, id=f"eq.{ada.id}")
    assert answer.json() == []
    assert world.value("select name from public.users where id = %s", ada.id) == "Ada"


def test_an_update_without_a_filter_reaches_oneself_only(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    assert [row["id"] for row in ben.update("users", {"name": "Benny"}).json()] == [ben.id]
    assert world.value("select name from public.users where id = %s", ada.id) == "Ada"


def test_the_service_sets_the_tier_and_deletes(world: World) -> None:
    ada = world.person()
    where = {"id": f"eq.{ada.id}"}
    assert one(world.service.update("users", {"subscription_tier": "pro"}, **where))
    assert ada.call("my_usage")["tier"] == "pro"
    assert one(world.service.delete("users", **where))["id"] == ada.id
    assert ada.rows("users") == []


def test_even_the_service_changes_no_key(world: World) -> None:
    ada = world.person()
    answer = world.service.update("users", {"id": str(uuid.uuid4())}, id=f"eq.{ada.id}")
    assert refusal(answer) == (403, "fixed_column", "id")


def test_a_person_is_somebody_somewhere(world: World) -> None:
    assert refusal(world.service.insert("users", {"name": "Nobody"}))[:2] == (400, "23514")
