"""Limits: what a tier allows, however somebody asks, and how often at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.world import Refusal, at_once, one, refusal

if TYPE_CHECKING:
    from tests.world import Person, World

FULL = Refusal(403, "plan_limit_reached", "user_id")
BUSY = Refusal(429, "too_many_generations", "plan_id")
USED = Refusal(429, "monthly_generations_used", "plan_id")

WISH = {
    "topic": "Sailing",
    "skill_level": "beginner",
    "weekly_hours": 5,
    "learning_style": "mixed",
}


def of_tier(world: World, tier: str) -> Person:
    return world.person(anonymous=tier == "anonymous", tier="pro" if tier == "pro" else None)


def use_up(world: World, person: Person, times: int, before_this_month: str = "0") -> None:
    """Write uses into the ledger, as if their plans had been deleted since."""
    world.sql(
        "insert into private.usage_ledger (person, kind, quantity, generation_id, created_at)"
        " select %s, 'generation', 1, gen_random_uuid(),"
        " date_trunc('month', now(), 'UTC') - %s::interval from generate_series(1, %s)",
        person.id,
        before_this_month,
        times,
    )


@pytest.mark.parametrize(("tier", "most"), [("anonymous", 1), ("free", 5), ("pro", 100)])
def test_a_tier_allows_so_many_plans(world: World, tier: str, most: int) -> None:
    ada = of_tier(world, tier)
    assert refusal(ada.insert("learning_plans", [WISH] * (most + 1))) == FULL
    assert world.count("public.learning_plans", user_id=ada.id) == 0
    assert ada.insert("learning_plans", [WISH] * most).status_code == 201
    assert refusal(ada.insert("learning_plans", WISH)) == FULL
    assert refusal(ada.ask()) == FULL
    assert world.count("public.learning_plans", user_id=ada.id) == most


def test_a_clerk_person_has_the_limits_of_their_tier(world: World) -> None:
    carla = world.clerk_person()
    assert refusal(carla.insert("learning_plans", [WISH] * 6)) == FULL


def test_somebody_without_a_tier_has_the_free_one(world: World) -> None:
    ada = world.person()
    world.sql("update public.users set subscription_tier = null where id = %s", ada.id)
    assert ada.call("my_usage")["max_plans"] == 5


def test_a_deleted_plan_makes_room(world: World) -> None:
    ada = world.person(anonymous=True)
    plan = ada.plan()
    assert refusal(ada.insert("learning_plans", WISH)) == FULL
    ada.delete("learning_plans", id=f"eq.{plan['id']}")
    assert one(ada.insert("learning_plans", WISH))


def test_plans_of_others_take_no_room(world: World) -> None:
    ben = world.person("Ben", anonymous=True)
    ben.follow(world.person("Ada").plan(visibility="public"))
    assert one(ben.insert("learning_plans", WISH))


def test_ten_inserts_at_once_are_held(world: World) -> None:
    ada = world.person()
    answers = at_once(*[lambda: ada.insert("learning_plans", WISH)] * 10)
    assert sorted(answer.status_code for answer in answers) == [201] * 5 + [403] * 5
    assert {refusal(answer) for answer in answers if answer.status_code != 201} == {FULL}
    assert world.count("public.learning_plans", user_id=ada.id) == 5


def test_ten_calls_at_once_are_held(world: World) -> None:
    ada = world.person(tier="pro")
    answers = at_once(*[ada.ask] * 10)
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [429] * 5
    assert {refusal(answer) for answer in answers if answer.status_code != 200} == {BUSY}
    assert world.count("public.learning_plans", user_id=ada.id) == 5
    assert world.count("private.usage_ledger", person=ada.id) == 5


def test_calls_and_inserts_at_once_are_held_together(world: World) -> None:
    ada = world.person(anonymous=True)
    answers = at_once(*[ada.ask, lambda: ada.insert("learning_plans", WISH)] * 5)
    assert sum(answer.status_code < 300 for answer in answers) == 1
    assert {refusal(answer) for answer in answers if answer.status_code >= 300} == {FULL}
    assert world.count("public.learning_plans", user_id=ada.id) == 1


@pytest.mark.parametrize(("tier", "most"), [("anonymous", 1), ("free", 2), ("pro", 5)])
def test_a_tier_allows_so_many_generations_under_way(world: World, tier: str, most: int) -> None:
    ada = of_tier(world, tier)
    for _ in range(most):
        assert ada.ask().status_code == 200
    expected = FULL if tier == "anonymous" else BUSY
    assert refusal(ada.ask()) == expected
    assert world.count("public.learning_plans", user_id=ada.id) == most
    assert ada.call("my_usage")["generations_in_flight"] == most


def test_a_cancelled_generation_is_no_longer_under_way(world: World) -> None:
    ada = world.person()
    first = ada.ask().json()
    ada.ask()
    assert refusal(ada.ask()) == BUSY
    ada.call("cancel_generation", generation_id=first["generation_id"])
    assert ada.ask().status_code == 200


def test_the_month_is_counted_from_the_ledger_and_no_deletion_refunds(world: World) -> None:
    ada = world.person(anonymous=True)
    for _ in range(3):
        asked = ada.ask()
        assert asked.status_code == 200, asked.text
        ada.delete("learning_plans", id=f"eq.{asked.json()['plan_id']}")
    assert refusal(ada.ask()) == USED
    assert ada.call("my_usage")["generations_this_month"] == 3
    assert world.count("public.learning_plans", user_id=ada.id) == 0


def test_deleting_the_generation_refunds_nothing_either(world: World) -> None:
    ada = world.person()
    asked = ada.ask().json()
    one(world.service.delete("plan_generations", id=f"eq.{asked['generation_id']}"))
    assert ada.call("my_usage")["generations_this_month"] == 1


def test_deleting_what_is_under_way_makes_no_room_for_more(world: World) -> None:
    ada = world.person()
    asked = ada.ask().json()
    assert ada.delete("plan_generations", id=f"eq.{asked['generation_id']}").json() == []
    assert ada.call("my_usage")["generations_in_flight"] == 1
    ada.call("cancel_generation", generation_id=asked["generation_id"])
    one(ada.delete("plan_generations", id=f"eq.{asked['generation_id']}"))


def test_the_last_of_the_month_is_taken_once(world: World) -> None:
    ada = world.person(tier="pro")
    use_up(world, ada, 299)
    answers = at_once(*[ada.ask] * 4)
    assert sorted(answer.status_code for answer in answers) == [200, 429, 429, 429]
    assert {refusal(answer) for answer in answers if answer.status_code != 200} == {USED}
    assert world.count("public.learning_plans", user_id=ada.id) == 1


def test_a_new_month_begins_with_nothing_used(world: World) -> None:
    ada = world.person()
    use_up(world, ada, 20, before_this_month="1 second")
    assert ada.call("my_usage")["generations_this_month"] == 0
    assert ada.ask().status_code == 200
    last = "select date_trunc('month', now(), 'UTC') - interval '1 hour'"
    at = world.value(last).isoformat()
    assert ada.call("my_usage", at=at)["generations_this_month"] == 21


def test_a_refund_belongs_to_the_month_of_its_reservation(world: World) -> None:
    ada = world.person()
    asked = ada.ask().json()
    world.sql("alter table private.usage_ledger disable trigger usage_ledger_is_append_only")
    try:
        world.sql(
            "update private.usage_ledger set created_at = now() - interval '40 days'"
            " where person = %s",
            ada.id,
        )
    finally:
        world.sql("alter table private.usage_ledger enable trigger usage_ledger_is_append_only")
    ada.call("cancel_generation", generation_id=asked["generation_id"])
    assert ada.call("my_usage")["generations_this_month"] == 0


def test_the_ledger_is_written_once(world: World) -> None:
    ada = world.person()
    ada.ask()
    for change in (
        "update private.usage_ledger set quantity = -1",
        "truncate private.usage_ledger",
    ):
        with pytest.raises(Exception, match="append-only"):
            world.sql(change)
    assert world.count("private.usage_ledger", person=ada.id) == 1


def test_a_refused_wish_uses_nothing(world: World) -> None:
    ada = world.person()
    use_up(world, ada, 20)
    assert refusal(ada.ask(request_key="form-1")) == USED
    assert world.count("private.plan_requests", person=ada.id) == 0
    assert world.count("public.learning_plans", user_id=ada.id) == 0


def test_a_larger_tier_makes_room_at_once(world: World) -> None:
    ada = world.person()
    ada.insert("learning_plans", [WISH] * 5)
    assert refusal(ada.ask()) == FULL
    change = {"subscription_tier": "pro"}
    one(world.service.update("users", change, id=f"eq.{ada.id}"))
    assert ada.ask().status_code == 200
