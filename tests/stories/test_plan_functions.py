"""plan_roadmap, plan_impact, reorder_modules, reorder_tasks, search_plans."""

from __future__ import annotations

import itertools
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from tests.world import NOT_SIGNED_IN, at_once, one, refusal

if TYPE_CHECKING:
    from tests.world import Person, Row, World


# The roadmap


def test_the_roadmap_has_the_shape_of_the_preview(world: World) -> None:
    ada = world.person()
    plan = ada.plan(visibility="public")
    second, first = ada.module(plan, 2), ada.module(plan, 1, title="Swift basics")
    ada.task(second, 1, day=1, title="Closures")
    later = ada.task(first, 2, day=2, title="Learn Swift syntax", estimated_minutes=120)
    sooner = ada.task(first, 1, day=1, title="Install Xcode", estimated_minutes=50)
    resource = world.sql("select id::text, url from public.resources order by url limit 1")[0]
    one(
        ada.insert(
            "task_resources",
            {"task_id": sooner["id"], "resource_id": resource["id"], "order": 1},
        )
    )
    for order, name in ((2, "b"), (1, "a")):
        link = {"title": name, "url": f"https://swift.org/{name}", "order": order}
        one(ada.insert("task_links", {"task_id": later["id"], **link}))
    expected = {
        "weeks": [
            {
                "week": 1,
                "milestone": "Swift basics",
                "tasks": [
                    {
                        "day": 1,
                        "task": "Install Xcode",
                        "duration": 0.83,
                        "resource": resource["url"],
                    },
                    {
                        "day": 2,
                        "task": "Learn Swift syntax",
                        "duration": 2,
                        "resource": "https://swift.org/a",
                    },
                ],
            },
            {
                "week": 2,
                "milestone": "Week 2",
                "tasks": [{"day": 1, "task": "Closures", "duration": 0.5, "resource": None}],
            },
        ]
    }
    for reader in (ada, world.person("Ben"), world.clerk_person()):
        assert reader.call("plan_roadmap", plan_id=plan["id"]) == expected


def test_the_roadmap_of_an_empty_plan_is_empty(world: World) -> None:
    ada = world.person()
    plan = ada.plan()
    assert ada.call("plan_roadmap", plan_id=plan["id"]) == {"weeks": []}
    ada.module(plan)
    assert ada.call("plan_roadmap", plan_id=plan["id"])["weeks"][0]["tasks"] == []


def test_the_roadmap_is_for_whoever_reads_the_plan(world: World) -> None:
    plan = world.person("Ada").plan()
    missing = (404, "plan_not_found", "plan_id")
    assert refusal(world.person("Ben").rpc("plan_roadmap", plan_id=plan["id"])) == missing
    assert refusal(world.nobody.rpc("plan_roadmap", plan_id=plan["id"])) == NOT_SIGNED_IN


# The impact


def test_the_impact_counts_what_deleting_takes_along(world: World) -> None:
    ada, ben, eve = world.person("Ada"), world.person("Ben"), world.person("Eve")
    whole = ada.whole_plan(weeks=2, tasks=2, visibility="public")
    plan, task = whole.plan["id"], whole.task["id"]
    resource = world.value("select id::text from public.resources limit 1")
    one(ada.insert("task_resources", {"task_id": task, "resource_id": resource, "order": 1}))
    link = {"task_id": task, "title": "x", "url": "https://example.com/", "order": 1}
    one(ada.insert("task_links", link))
    one(ada.insert("plan_generations", {"plan_id": plan, "model": "m", "prompt": {}}))
    ben.follow(whole.plan)
    one(ada.tick(whole.task))
    one(ben.tick(whole.task))
    one(ben.tick(whole.tasks[0][1], "in_progress"))
    one(eve.tick(whole.tasks[1][0]))
    assert ada.call("plan_impact", plan_id=plan) == {
        "modules": 2,
        "tasks": 4,
        "links": 2,
        "generations": 1,
        "followers": 1,
        "other_learners_with_progress": 2,
        "my_completed_tasks": 1,
        "their_completed_tasks": 2,
    }


def test_the_impact_of_an_empty_plan_is_nothing(world: World) -> None:
    ada = world.person()
    assert set(ada.call("plan_impact", plan_id=ada.plan()["id"]).values()) == {0}


# Re-ordering


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


# Searching


def found(person: Person, query: str, **arguments: Any) -> list[str]:
    return [row["plan_id"] for row in person.call("search_plans", query=query, **arguments)]


def test_a_search_finds_ones_own_plans_and_public_ones(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    word = uuid.uuid4().hex
    private, public = (
        ada.plan(topic=f"Weaving {word}", visibility=visibility)["id"]
        for visibility in ("private", "public")
    )
    assert sorted(found(ada, word)) == sorted([private, public])
    for reader in (ben, world.clerk_person(), world.person(anonymous=True)):
        assert found(reader, word) == [public]
    assert {row["is_mine"] for row in ada.call("search_plans", query=word)} == {True}
    assert {row["is_mine"] for row in ben.call("search_plans", query=word)} == {False}
    assert refusal(world.nobody.rpc("search_plans", query=word)) == NOT_SIGNED_IN
    ada.update("learning_plans", {"visibility": "private"}, id=f"eq.{public}")
    assert found(ben, word) == []


def test_a_search_forgives_a_slip_and_puts_the_most_alike_first(world: World) -> None:
    ada = world.person()
    near = ada.plan(topic="Hieroglyphics")["id"]
    far = ada.plan(topic="Hieroglyphics and the daily life of scribes in the Old Kingdom")["id"]
    assert found(ada, "hieroglyfics")[0] == near
    assert found(ada, "HIEROGLYPHICS") == [near, far]


@pytest.mark.parametrize("sign", ["%", "_", "\\", "%%", "a_b", "100%", "\\%"])
def test_signs_of_like_stand_for_themselves(world: World, sign: str) -> None:
    ada = world.person()
    word = uuid.uuid4().hex
    with_sign = ada.plan(topic=f"{word}{sign}{word} percentage")["id"]
    ada.plan(topic=f"{word}xyz{word} percentage")
    matching = [
        row["plan_id"] for row in ada.call("search_plans", query=sign) if row["similarity"] < 0.3
    ]
    assert matching == [with_sign]


def test_a_search_shows_at_most_what_was_asked_for(world: World) -> None:
    ada = world.person(tier="pro")
    word = uuid.uuid4().hex
    row = {"skill_level": "beginner", "weekly_hours": 1, "learning_style": "mixed"}
    ada.insert("learning_plans", [{**row, "topic": f"{word} {n}"} for n in range(25)])
    assert len(found(ada, word)) == 20
    assert len(found(ada, word, max_results=3)) == 3
    assert len(found(ada, word, max_results=0)) == 1
    assert len(found(ada, word, max_results=100000)) == 25


@pytest.mark.parametrize(
    ("query", "code"),
    [("", "missing_query"), ("  ", "missing_query"), ("x" * 201, "invalid_query")],
)
def test_a_search_for_nothing_is_refused(world: World, query: str, code: str) -> None:
    answer = world.person().rpc("search_plans", query=query)
    assert refusal(answer) == (422, code, "query")


def test_a_search_may_be_a_plain_link(world: World) -> None:
    ada = world.person()
    word = uuid.uuid4().hex
    plan = ada.plan(topic=word)["id"]
    assert [row["plan_id"] for row in ada.rows("rpc/search_plans", query=word)] == [plan]
