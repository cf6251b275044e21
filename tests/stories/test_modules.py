"""modules: the weeks of a plan, read with it, written by its owner."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from tests.world import HIDDEN, NOT_SIGNED_IN, one, refusal

if TYPE_CHECKING:
    from tests.world import Row, World


def week(plan: Row, order: int = 1, **changes: object) -> Row:
    return {
        "plan_id": plan["id"],
        "order": order,
        "title": "Knots",
        "estimated_minutes": 60,
        **changes,
    }


def test_modules_are_read_with_their_plan(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    open_plan, closed_plan = ada.plan(visibility="public"), ada.plan()
    shown, hidden = ada.module(open_plan), ada.module(closed_plan)
    assert ada.rows("modules", id=f"in.({shown['id']},{hidden['id']})", order="id") == sorted(
        [shown, hidden], key=lambda row: str(row["id"])
    )
    for reader in (ben, world.clerk_person(), world.person(anonymous=True)):
        assert reader.rows("modules", id=f"in.({shown['id']},{hidden['id']})") == [shown]
    assert refusal(world.nobody.get("modules")) == NOT_SIGNED_IN
    assert len(world.service.rows("modules", plan_id=f"eq.{closed_plan['id']}")) == 1


def test_a_week_is_found_by_its_number(world: World) -> None:
    ada = world.person()
    whole = ada.whole_plan(weeks=3, tasks=0)
    where = {"plan_id": f"eq.{whole.plan['id']}", "and": "(order.eq.2)"}
    assert ada.rows("modules", **where) == [whole.modules[1]]


def test_only_the_owner_adds_modules(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    plan = ada.plan(visibility="public")
    ben.follow(plan)
    assert one(ada.insert("modules", week(plan)))["plan_id"] == plan["id"]
    assert refusal(ben.quietly("modules", week(plan, 2))) == HIDDEN
    assert refusal(world.nobody.quietly("modules", week(plan, 2))) == NOT_SIGNED_IN
    assert one(world.service.insert("modules", week(plan, 2)))["order"] == 2


def test_one_foreign_row_in_a_batch_refuses_them_all(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    mine, hers = ben.plan(), ada.plan(visibility="public")
    assert refusal(ben.quietly("modules", [week(mine), week(hers)])) == HIDDEN
    assert world.count("public.modules", plan_id=mine["id"]) == 0


def test_only_the_owner_updates_and_deletes_modules(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    module = ada.module(ada.plan(visibility="public"))
    where = {"id": f"eq.{module['id']}"}
    assert ben.update("modules", {"title": "Mine"}, **where).json() == []
    assert ben.delete("modules", **where).json() == []
    assert ada.rows("modules", **where) == [module]
    assert one(ada.update("modules", {"title": "Bends"}, **where))["title"] == "Bends"
    assert one(ada.delete("modules", **where))["id"] == module["id"]
    assert world.count("public.modules", id=module["id"]) == 0


def test_a_module_stays_in_its_plan(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    module = ada.module(ada.plan())
    targets = (ada.plan()["id"], ben.plan()["id"], str(uuid.uuid4()))
    for target in targets:
        answer = ada.update("modules", {"plan_id": target}, id=f"eq.{module['id']}")
        assert refusal(answer) == (403, "fixed_column", "plan_id")
    assert world.count("public.modules", id=module["id"], plan_id=module["plan_id"]) == 1


@pytest.mark.parametrize("column", ["id", "created_at", "updated_at"])
def test_the_database_writes_the_rest(world: World, column: str) -> None:
    ada = world.person()
    module = ada.module(ada.plan())
    row = week({"id": module["plan_id"]}, 2, **{column: module[column]})
    assert refusal(ada.quietly("modules", row)) == HIDDEN
    answer = ada.update("modules", {column: module[column]}, id=f"eq.{module['id']}")
    assert refusal(answer) == HIDDEN


@pytest.mark.parametrize(
    "change",
    [
        {"order": 0},
        {"order": 521},
        {"title": ""},
        {"title": "x" * 301},
        {"title": "a\tb"},
        {"description": "x" * 10001},
        {"estimated_minutes": -1},
        {"estimated_minutes": 10081},
    ],
    ids=lambda change: str(change)[:30],
)
def test_a_week_is_within_reason(world: World, change: Row) -> None:
    ada = world.person()
    assert refusal(ada.insert("modules", week(ada.plan(), **change)))[:2] == (400, "23514")


def test_two_weeks_do_not_share_a_number(world: World) -> None:
    ada = world.person()
    plan = ada.plan()
    ada.module(plan)
    assert refusal(ada.insert("modules", week(plan)))[:2] == (409, "23505")


def test_weeks_move_on_in_one_statement(world: World) -> None:
    ada = world.person()
    whole = ada.whole_plan(weeks=3, tasks=0)
    world.sql(
        'update public.modules set "order" = "order" + 1 where plan_id = %s', whole.plan["id"]
    )
    orders = ada.rows("modules", select="order", plan_id=f"eq.{whole.plan['id']}", order="order")
    assert [row["order"] for row in orders] == [2, 3, 4]
