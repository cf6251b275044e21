"""plan_roadmap and plan_impact: a plan as one document, and what deleting it takes along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.world import NOT_SIGNED_IN, one, refusal

if TYPE_CHECKING:
    from tests.world import World


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
