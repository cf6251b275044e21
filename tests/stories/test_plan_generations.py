"""plan_generations: the history of a plan, its owner's alone, and written by people as records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.world import HIDDEN, NOT_SIGNED_IN, one, refusal

if TYPE_CHECKING:
    from tests.world import Row, World


def record(plan: Row, **changes: object) -> Row:
    return {"plan_id": plan["id"], "model": "gpt-5", "prompt": {"topic": "x"}, **changes}


def test_only_the_owner_reads_the_generations_of_a_plan(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    for visibility in ("private", "public"):
        plan = ada.plan(visibility=visibility)
        row = one(ada.insert("plan_generations", record(plan)))
        where = {"id": f"eq.{row['id']}"}
        assert ada.rows("plan_generations", **where) == [row]
        for stranger in (ben, world.clerk_person(), world.person(anonymous=True)):
            if visibility == "public":
                stranger.follow(plan)
            assert stranger.rows("plan_generations", **where) == []
        assert world.service.rows("plan_generations", **where) == [row]
    assert refusal(world.nobody.get("plan_generations")) == NOT_SIGNED_IN


def test_only_the_owner_records_one(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    plan = ada.plan(visibility="public")
    ben.follow(plan)
    assert refusal(ben.quietly("plan_generations", record(plan))) == HIDDEN
    assert refusal(world.nobody.quietly("plan_generations", record(plan))) == NOT_SIGNED_IN
    carla = world.clerk_person()
    assert one(carla.insert("plan_generations", record(carla.plan())))
    assert one(world.service.insert("plan_generations", record(plan)))["status"] == "queued"


def test_what_a_person_inserts_is_a_record_and_no_job(world: World) -> None:
    ada = world.person()
    row = one(ada.insert("plan_generations", record(ada.plan())))
    assert (row["status"], row["progress"], row["kind"]) == ("succeeded", 100, "create")
    assert row["finished_at"] is not None
    sent = world.value(
        "select count(*) from pgmq.q_generate_plan where message ->> 'generation_id' = %s",
        row["id"],
    )
    assert sent == 0
    assert ada.call("my_usage")["generations_this_month"] == 0


@pytest.mark.parametrize(
    "column",
    [
        "id",
        "kind",
        "status",
        "progress",
        "draft",
        "error",
        "prompt_version",
        "input_tokens",
        "output_tokens",
        "cost_usd",
        "model_called_at",
        "started_at",
        "finished_at",
        "created_at",
    ],
)
def test_the_work_itself_is_not_for_people_to_write(world: World, column: str) -> None:
    ada = world.person()
    plan = ada.plan()
    row = one(ada.insert("plan_generations", record(plan)))
    assert refusal(ada.quietly("plan_generations", record(plan, **{column: row[column]}))) == HIDDEN
    answer = ada.update("plan_generations", {column: row[column]}, id=f"eq.{row['id']}")
    assert refusal(answer) == HIDDEN


@pytest.mark.parametrize("column", ["plan_id", "model", "prompt", "parameters"])
def test_of_a_record_people_change_the_summary_alone(world: World, column: str) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    row = one(ada.insert("plan_generations", record(ada.plan(visibility="public"))))
    where = {"id": f"eq.{row['id']}"}
    assert refusal(ada.update("plan_generations", {column: row[column]}, **where)) == HIDDEN
    change = {"output_summary": {"modules": 4}}
    assert ben.update("plan_generations", change, **where).json() == []
    assert one(ada.update("plan_generations", change, **where))["output_summary"] == {"modules": 4}


def test_owners_and_the_service_delete_records(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    plan = ada.plan(visibility="public")
    first, second = (one(ada.insert("plan_generations", record(plan))) for _ in range(2))
    assert ben.delete("plan_generations", plan_id=f"eq.{plan['id']}").json() == []
    assert one(ada.delete("plan_generations", id=f"eq.{first['id']}"))
    assert one(world.service.delete("plan_generations", id=f"eq.{second['id']}"))


@pytest.mark.parametrize(
    "change",
    [
        {"model": ""},
        {"model": "a\nb"},
        {"model": "x" * 201},
        {"prompt": {"x": "x" * 70000}},
        {"parameters": {"x": "x" * 20000}},
        {"output_summary": {"x": "x" * 70000}},
    ],
    ids=lambda change: str(change)[:30],
)
def test_a_record_is_bounded(world: World, change: Row) -> None:
    ada = world.person()
    answer = ada.insert("plan_generations", record(ada.plan(), **change))
    assert refusal(answer)[:2] == (400, "23514")


def test_a_plan_keeps_a_hundred_records(world: World) -> None:
    ada = world.person()
    plan = ada.plan()
    too_many = ada.insert("plan_generations", [record(plan)] * 101)
    assert refusal(too_many) == (403, "too_many_records", "plan_id")
    assert ada.insert("plan_generations", [record(plan)] * 100).status_code == 201
    assert refusal(ada.insert("plan_generations", record(plan)))[1] == "too_many_records"


@pytest.mark.parametrize(("column", "value"), [("kind", "regenerate_plan"), ("plan_id", None)])
def test_even_the_service_keeps_what_was_asked(world: World, column: str, value: str) -> None:
    ada = world.person()
    row = one(ada.insert("plan_generations", record(ada.plan())))
    change = {column: value or ada.plan()["id"]}
    answer = world.service.update("plan_generations", change, id=f"eq.{row['id']}")
    assert refusal(answer) == (403, "fixed_column", column)


def test_one_plan_has_one_generation_under_way(world: World) -> None:
    ada = world.person()
    plan = ada.plan()
    one(world.service.insert("plan_generations", record(plan)))
    again = world.service.insert("plan_generations", record(plan, status="running"))
    assert refusal(again)[:2] == (409, "23505")
