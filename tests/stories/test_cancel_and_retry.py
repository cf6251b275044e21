"""cancel_generation and retry_generation: stopping the work, and asking for it again."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from tests.world import at_once, refusal

if TYPE_CHECKING:
    from tests.world import Person, Row, World


def set_status(world: World, generation: str, status: str, *, called: bool = False) -> None:
    world.sql(
        "update public.plan_generations set status = %s, progress = 40, draft = '{}',"
        " model_called_at = case when %s then now() end where id = %s",
        status,
        called,
        generation,
    )


def generation(person: Person, which: str) -> Row:
    [row] = person.rows("plan_generations", id=f"eq.{which}")
    return row


def used(person: Person) -> int:
    return int(person.call("my_usage")["generations_this_month"])


def test_a_queued_generation_is_cancelled_and_refunded(world: World) -> None:
    for ada in (world.person(), world.clerk_person(), world.person(anonymous=True)):
        which = ada.ask().json()["generation_id"]
        assert used(ada) == 1
        assert ada.call("cancel_generation", generation_id=which) == "cancelled"
        row = generation(ada, which)
        assert row["status"] == "cancelled"
        assert row["finished_at"] is not None
        assert used(ada) == 0


@pytest.mark.parametrize(("called", "counted"), [(False, 0), (True, 1)])
def test_a_running_one_is_refunded_until_a_model_was_called(
    world: World, *, called: bool, counted: int
) -> None:
    ada = world.person()
    which = ada.ask().json()["generation_id"]
    set_status(world, which, "running", called=called)
    assert ada.call("cancel_generation", generation_id=which) == "cancelled"
    assert generation(ada, which)["draft"] is None
    assert used(ada) == counted


def test_cancelling_twice_refunds_once(world: World) -> None:
    ada = world.person()
    which = ada.ask().json()["generation_id"]
    answers = at_once(*[lambda: ada.rpc("cancel_generation", generation_id=which)] * 4)
    assert [answer.json() for answer in answers] == ["cancelled"] * 4
    assert used(ada) == 0
    assert world.count("private.usage_ledger", generation_id=which) == 2


@pytest.mark.parametrize("status", ["succeeded", "failed"])
def test_what_is_finished_is_not_cancelled(world: World, status: str) -> None:
    ada = world.person()
    which = ada.ask().json()["generation_id"]
    set_status(world, which, status)
    answer = ada.rpc("cancel_generation", generation_id=which)
    assert refusal(answer) == (409, "generation_finished", "generation_id")
    assert generation(ada, which)["status"] == status
    assert used(ada) == 1


def test_nobody_cancels_or_retries_for_somebody_else(world: World) -> None:
    ada, eve = world.person("Ada"), world.person("Eve")
    which = ada.ask(visibility="public").json()["generation_id"]
    for name in ("cancel_generation", "retry_generation"):
        for target in (which, str(uuid.uuid4())):
            answer = eve.rpc(name, generation_id=target)
            assert refusal(answer) == (404, "generation_not_found", "generation_id")
        assert refusal(eve.rpc(name, generation_id="not an id"))[1] == "22P02"
    assert generation(ada, which)["status"] == "queued"


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_what_came_to_nothing_is_asked_for_again_with_the_plan_as_it_is_now(
    world: World, status: str
) -> None:
    ada = world.person()
    asked = ada.ask().json()
    set_status(world, asked["generation_id"], status)
    ada.update("learning_plans", {"topic": "Kotlin"}, id=f"eq.{asked['plan_id']}")
    again = ada.call("retry_generation", generation_id=asked["generation_id"])
    assert again != asked["generation_id"]
    row = generation(ada, again)
    assert (row["status"], row["kind"], row["prompt"]["topic"]) == ("queued", "create", "Kotlin")
    assert generation(ada, asked["generation_id"])["status"] == status
    sent = "select count(*) from pgmq.q_generate_plan where message ->> 'generation_id' = %s"
    assert world.value(sent, again) == 1


def test_what_succeeded_is_not_tried_again(world: World) -> None:
    ada = world.person()
    which = ada.ask().json()["generation_id"]
    set_status(world, which, "succeeded")
    answer = ada.rpc("retry_generation", generation_id=which)
    assert refusal(answer) == (409, "generation_succeeded", "generation_id")


def test_a_plan_that_has_modules_by_now_is_not_made_again(world: World) -> None:
    ada = world.person()
    asked = ada.ask().json()
    set_status(world, asked["generation_id"], "failed")
    ada.module({"id": asked["plan_id"]})
    answer = ada.rpc("retry_generation", generation_id=asked["generation_id"])
    assert refusal(answer) == (409, "plan_not_empty", "generation_id")
    assert used(ada) == 1


@pytest.mark.parametrize("status", ["queued", "running"])
def test_what_is_under_way_is_not_begun_a_second_time(world: World, status: str) -> None:
    ada = world.person()
    which = ada.ask().json()["generation_id"]
    set_status(world, which, status)
    assert ada.call("retry_generation", generation_id=which) == which
    assert used(ada) == 1


def test_trying_again_many_times_at_once_begins_once(world: World) -> None:
    ada = world.person()
    asked = ada.ask().json()
    set_status(world, asked["generation_id"], "failed")
    answers = at_once(
        *[lambda: ada.rpc("retry_generation", generation_id=asked["generation_id"])] * 6
    )
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json() for answer in answers}) == 1
    assert world.count("public.plan_generations", plan_id=asked["plan_id"]) == 2
    assert used(ada) == 2


def test_trying_again_counts_against_the_month(world: World) -> None:
    ada = world.person(anonymous=True)
    which = ada.ask().json()["generation_id"]
    for _ in range(2):
        set_status(world, which, "failed")
        which = ada.call("retry_generation", generation_id=which)
    set_status(world, which, "failed")
    answer = ada.rpc("retry_generation", generation_id=which)
    assert refusal(answer) == (429, "monthly_generations_used", "plan_id")
