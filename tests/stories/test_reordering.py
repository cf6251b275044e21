"""reorder_modules and reorder_tasks: one call, one order, whoever else calls."""

from __future__ import annotations

import itertools
import uuid
from typing import TYPE_CHECKING

import pytest

from tests.stories.proposals import underway
from tests.world import at_once, one, refusal

if TYPE_CHECKING:
    from tests.world import Person, Row, World


def orders(person: Person, plan: Row) -> list[str]:
    rows = person.rows("modules", plan_id=f"eq.{plan['id']}", select="id,order", order="order")
    assert [row["order"] for row in rows] == list(range(1, len(rows) + 1))
    return [row["id"] for row in rows]


def places(person: Person, module: Row) -> list[str]:
    rows = person.rows("tasks", module_id=f"eq.{module['id']}", select="id,order", order="order")
    return [row["id"] for row in rows]


def test_any_permutation_of_the_weeks_is_one_call(world: World) -> None:
    ada = world.person()
    whole = ada.whole_plan(weeks=4, tasks=0)
    ids = [module["id"] for module in whole.modules]
    for wanted in itertools.islice(itertools.permutations(ids), 1, 24, 5):
        answer = ada.rpc("reorder_modules", plan_id=whole.plan["id"], module_ids=wanted)
        assert answer.status_code == 204
        assert orders(ada, whole.plan) == list(wanted)


def test_an_order_that_is_so_already_is_no_new_revision(world: World) -> None:
    ada = world.person()
    whole = ada.whole_plan(weeks=2, tasks=0)
    ids = [module["id"] for module in whole.modules]
    where = {"id": f"eq.{whole.plan['id']}", "select": "revision"}
    before = ada.rows("learning_plans", **where)
    ada.call("reorder_modules", plan_id=whole.plan["id"], module_ids=ids)
    same = ada.rows("learning_plans", **where)[0]["revision"]
    ada.call("reorder_modules", plan_id=whole.plan["id"], module_ids=ids[::-1])
    after = ada.rows("learning_plans", **where)[0]["revision"]
    assert after == same + 1
    assert same <= before[0]["revision"] + 1


@pytest.mark.parametrize("case", ["missing", "twice", "random", "foreign", "empty", "null"])
def test_a_list_that_is_not_each_week_once_changes_nothing(world: World, case: str) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    whole = ada.whole_plan(weeks=3, tasks=0)
    first, second, third = (module["id"] for module in whole.modules)
    wanted = {
        "missing": [third, first],
        "twice": [third, second, first, first],
        "random": [third, second, first, str(uuid.uuid4())],
        "foreign": [third, second, ben.module(ben.plan())["id"]],
        "empty": [],
        "null": None,
    }[case]
    answer = ada.rpc("reorder_modules", plan_id=whole.plan["id"], module_ids=wanted)
    assert refusal(answer) == (409, "order_does_not_match", "module_ids")
    assert orders(ada, whole.plan) == [first, second, third]


def test_two_reorderings_at_once_leave_one_of_the_two(world: World) -> None:
    ada = world.person()
    whole = ada.whole_plan(weeks=6, tasks=0)
    ids = [module["id"] for module in whole.modules]
    wishes = [ids[::-1], ids[3:] + ids[:3], ids[1:] + ids[:1]] * 2
    answers = at_once(
        *[
            lambda wish=wish: ada.rpc("reorder_modules", plan_id=whole.plan["id"], module_ids=wish)
            for wish in wishes
        ]
    )
    assert {answer.status_code for answer in answers} == {204}
    assert orders(ada, whole.plan) in wishes


def test_tasks_are_reordered_within_their_week(world: World) -> None:
    ada = world.person()
    whole = ada.whole_plan(weeks=1, tasks=4)
    wanted = [task["id"] for task in reversed(whole.tasks[0])]
    ada.call("reorder_tasks", module_id=whole.module["id"], task_ids=wanted)
    assert places(ada, whole.module) == wanted


def test_a_task_of_another_week_moves_here(world: World) -> None:
    ada = world.person()
    whole = ada.whole_plan(weeks=2, tasks=2)
    (a, b), (c, d) = ([task["id"] for task in week] for week in whole.tasks)
    one(ada.tick({"id": c}))
    ada.call("reorder_tasks", module_id=whole.module["id"], task_ids=[a, c, b])
    assert places(ada, whole.module) == [a, c, b]
    assert places(ada, whole.modules[1]) == [d]
    assert world.count("public.task_progress", task_id=c, status="completed") == 1


@pytest.mark.parametrize("case", ["missing", "twice", "random", "foreign", "other plan", "null"])
def test_a_list_that_is_not_each_task_once_changes_nothing(world: World, case: str) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    whole = ada.whole_plan(weeks=1, tasks=2)
    first, second = (task["id"] for task in whole.tasks[0])
    wanted = {
        "missing": [second],
        "twice": [second, first, first],
        "random": [second, first, str(uuid.uuid4())],
        "foreign": [second, first, ben.whole_plan(visibility="public").task["id"]],
        "other plan": [second, first, ada.whole_plan().task["id"]],
        "null": None,
    }[case]
    answer = ada.rpc("reorder_tasks", module_id=whole.module["id"], task_ids=wanted)
    assert refusal(answer) == (409, "order_does_not_match", "task_ids")
    assert places(ada, whole.module) == [first, second]


def test_moves_to_and_fro_at_once_lose_no_task(world: World) -> None:
    ada = world.person()
    whole = ada.whole_plan(weeks=2, tasks=2)
    (a, b), (c, d) = ([task["id"] for task in week] for week in whole.tasks)
    here, there = (module["id"] for module in whole.modules)
    answers = at_once(
        lambda: ada.rpc("reorder_tasks", module_id=here, task_ids=[c, a, b]),
        lambda: ada.rpc("reorder_tasks", module_id=there, task_ids=[a, d, c]),
        lambda: ada.rpc("reorder_tasks", module_id=here, task_ids=[b, a]),
        lambda: ada.rpc("reorder_tasks", module_id=there, task_ids=[d, c]),
    )
    assert {answer.status_code for answer in answers} <= {204, 409}
    for answer in answers:
        if answer.status_code == 409:
            assert refusal(answer)[1] == "order_does_not_match"
    left = [*places(ada, whole.modules[0]), *places(ada, whole.modules[1])]
    assert sorted(left) == sorted([a, b, c, d])


def test_the_order_of_somebody_elses_public_plan_is_not_ones_own(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    whole = ada.whole_plan(visibility="public")
    ids = [module["id"] for module in reversed(whole.modules)]
    answer = ben.rpc("reorder_modules", plan_id=whole.plan["id"], module_ids=ids)
    assert refusal(answer) == (404, "plan_not_found", "plan_id")
    tasks = [task["id"] for task in reversed(whole.tasks[0])]
    answer = ben.rpc("reorder_tasks", module_id=whole.module["id"], task_ids=tasks)
    assert refusal(answer) == (404, "module_not_found", "module_id")
    assert orders(ada, whole.plan) == ids[::-1]


@pytest.mark.parametrize("what", ["tasks", "modules"])
def test_what_somebody_is_changing_in_this_very_moment_is_a_conflict_and_no_deadlock(
    world: World, what: str
) -> None:
    ada = world.person()
    whole = ada.whole_plan(weeks=2, tasks=2)
    ids = [task["id"] for task in whole.tasks[0]]
    reorder = {"module_id": whole.module["id"], "task_ids": ids[::-1]}
    if what == "modules":
        ids = [module["id"] for module in whole.modules]
        reorder = {"plan_id": whole.plan["id"], "module_ids": ids[::-1]}
    # As a PATCH stands that has its row and waits for the plan.
    hold = f"select from public.{what} where id = %s for no key update"
    with underway(world, ada, hold, ids[0]) as holding:
        answer = ada.rpc(f"reorder_{what}", **reorder)
        assert refusal(answer) == (409, "plan_is_changing", f"{what[:-1]}_ids")
        holding.rollback()
    assert ada.rpc(f"reorder_{what}", **reorder).status_code == 204
