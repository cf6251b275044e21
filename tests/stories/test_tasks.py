"""tasks: what to do in one sitting, read with the plan, written by its owner."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from tests.world import HIDDEN, NOT_SIGNED_IN, one, refusal

if TYPE_CHECKING:
    from tests.world import Row, World


def sitting(module: Row, order: int = 1, **changes: object) -> Row:
    return {
        "module_id": module["id"],
        "order": order,
        "title": "Tie a bowline",
        "estimated_minutes": 30,
        **changes,
    }


def test_tasks_are_read_with_their_plan(world: World) -> None:
    ada = world.person("Ada")
    shown = ada.whole_plan(visibility="public").task
    hidden = ada.whole_plan().task
    both = f"in.({shown['id']},{hidden['id']})"
    assert len(ada.rows("tasks", id=both)) == 2
    for reader in (world.person("Ben"), world.clerk_person(), world.person(anonymous=True)):
        assert reader.rows("tasks", id=both) == [shown]
    assert refusal(world.nobody.get("tasks", id=both)) == NOT_SIGNED_IN
    assert len(world.service.rows("tasks", id=both)) == 2


def test_only_the_owner_adds_tasks(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    module = ada.module(ada.plan(visibility="public"))
    assert one(ada.insert("tasks", sitting(module, day=3)))["day"] == 3
    assert refusal(ben.quietly("tasks", sitting(module, 2))) == HIDDEN
    assert refusal(world.nobody.quietly("tasks", sitting(module, 2))) == NOT_SIGNED_IN
    assert one(world.service.insert("tasks", sitting(module, 2)))["edited_at"] is None


def test_only_the_owner_updates_and_deletes_tasks(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    task = ada.whole_plan(visibility="public").task
    where = {"id": f"eq.{task['id']}"}
    assert ben.update("tasks", {"title": "Mine"}, **where).json() == []
    assert ben.delete("tasks", **where).json() == []
    assert ada.rows("tasks", **where) == [task]
    assert one(ada.update("tasks", {"title": "Reef"}, **where))["title"] == "Reef"
    assert one(ada.delete("tasks", **where))["id"] == task["id"]
    assert world.count("public.tasks", id=task["id"]) == 0


def test_a_task_changes_its_week_but_not_its_plan(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    whole, other = ada.whole_plan(tasks=1), ada.whole_plan(tasks=1)
    where = {"id": f"eq.{whole.task['id']}"}
    move = {"module_id": whole.modules[1]["id"], "order": 9}
    assert one(ada.update("tasks", move, **where))["module_id"] == whole.modules[1]["id"]
    abroad = ada.update("tasks", {"module_id": other.module["id"], "order": 9}, **where)
    assert refusal(abroad) == (403, "fixed_column", "module_id")
    for foreign in (ben.module(ben.plan())["id"], str(uuid.uuid4())):
        answer = ada.update("tasks", {"module_id": foreign, "order": 9}, **where)
        assert refusal(answer) == HIDDEN
    assert world.count("public.tasks", id=whole.task["id"], module_id=move["module_id"]) == 1


def test_the_service_too_keeps_a_task_in_its_plan(world: World) -> None:
    ada = world.person()
    task, other = ada.whole_plan(tasks=1).task, ada.module(ada.plan())
    answer = world.service.update("tasks", {"module_id": other["id"]}, id=f"eq.{task['id']}")
    assert refusal(answer) == (403, "fixed_column", "module_id")


@pytest.mark.parametrize("column", ["id", "edited_at", "created_at", "updated_at"])
def test_the_database_writes_the_rest(world: World, column: str) -> None:
    ada = world.person()
    whole = ada.whole_plan(weeks=1, tasks=1)
    row = sitting(whole.module, 2, **{column: whole.task[column]})
    assert refusal(ada.quietly("tasks", row)) == HIDDEN
    answer = ada.update("tasks", {column: whole.task[column]}, id=f"eq.{whole.task['id']}")
    assert refusal(answer) == HIDDEN


def test_what_a_person_wrote_is_marked_and_what_the_service_wrote_is_not(world: World) -> None:
    ada = world.person()
    module = ada.module(ada.plan())
    mine = ada.task(module)
    made = one(world.service.insert("tasks", sitting(module, 2)))
    assert mine["edited_at"] is not None
    where = {"id": f"eq.{made['id']}"}
    assert one(world.service.update("tasks", {"title": "Reef"}, **where))["edited_at"] is None
    pinned = one(ada.update("tasks", {"pinned_at": "2026-11-21T00:00:00Z", "day": 2}, **where))
    assert pinned["edited_at"] is None
    assert pinned["pinned_at"] is not None
    assert one(ada.update("tasks", {"title": "Reef knot"}, **where))["edited_at"] is not None


@pytest.mark.parametrize(
    "change",
    [
        {"order": 0},
        {"order": 201},
        {"day": 0},
        {"day": 8},
        {"title": ""},
        {"title": "x" * 301},
        {"title": "a\u009fb"},
        {"description": "x" * 10001},
        {"estimated_minutes": -1},
        {"estimated_minutes": 10081},
    ],
    ids=lambda change: ascii(change)[:30],
)
def test_a_sitting_is_within_reason(world: World, change: Row) -> None:
    ada = world.person()
    module = ada.module(ada.plan())
    assert refusal(ada.insert("tasks", sitting(module, **change)))[:2] == (400, "23514")


def test_two_tasks_do_not_share_a_place(world: World) -> None:
    ada = world.person()
    module = ada.module(ada.plan())
    ada.task(module)
    assert refusal(ada.insert("tasks", sitting(module)))[:2] == (409, "23505")
