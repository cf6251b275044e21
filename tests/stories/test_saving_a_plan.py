"""Saving a plan: modules, tasks, links, summary and the end of the job, in one transaction."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from tests.stories.deliveries import resource, roadmap, sitting, token, week
from tests.world import one

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.stories.deliveries import Deliveries
    from tests.world import Row, World


def new_url() -> str:
    return f"https://docs.example.com/{uuid.uuid4()}"


def links_of(world: World, plan: str, table: str) -> list[Row]:
    return world.sql(
        f"select l.* from public.{table} l join public.tasks t on t.id = l.task_id"  # noqa: S608
        " join public.modules m on m.id = t.module_id where m.plan_id = %s"
        ' order by m."order", t."order", l."order"',
        plan,
    )


def test_a_plan_arrives_whole(world: World, deliveries: Deliveries) -> None:
    ada = world.person()
    url = new_url()
    job = deliveries.take(ada)
    deliveries.load(job)
    manual = resource(url, author="Apple", tags=["swift"], notes="Chapter 1")
    result = roadmap(
        week(1, title="Swift basics", description="Orient yourself"),
        week(2, tasks=[sitting(1, manual, title="Read", day=None)]),
    )
    assert deliveries.standing(job, result) == "done"
    [seen] = ada.rows(
        "learning_plans",
        select="origin,modules(order,title,description,tasks(order,day,title,task_resources"
        "(order,notes,resources(url,title,author,tags,checked_at)),task_links(id)))",
        id=f"eq.{job['plan_id']}",
        **{"modules.order": "order", "modules.tasks.order": "order"},
    )
    assert seen["origin"] == "template"
    assert [module["title"] for module in seen["modules"]] == ["Swift basics", "Week 2"]
    assert [task["day"] for task in seen["modules"][0]["tasks"]] == [1, 2]
    [task] = seen["modules"][1]["tasks"]
    assert (task["title"], task["day"], task["task_links"]) == ("Read", None, [])
    [used] = task["task_resources"]
    assert (used["order"], used["notes"]) == (1, "Chapter 1")
    assert used["resources"] == {
        "url": url,
        "title": "The manual",
        "author": "Apple",
        "tags": ["swift"],
        "checked_at": None,
    }
    [generation] = ada.rows("plan_generations")
    assert (generation["status"], generation["progress"], generation["draft"]) == (
        "succeeded",
        100,
        None,
    )
    assert (generation["model"], generation["output_summary"]) == ("built-in", {"modules": 2})
    assert generation["finished_at"] is not None
    assert ada.call("my_usage")["generations_this_month"] == 1


def test_a_machines_tasks_are_not_marked_as_edited(world: World, deliveries: Deliveries) -> None:
    ada = world.person()
    job = deliveries.take(ada)
    deliveries.standing(job, roadmap())
    assert {
        task["edited_at"]
        for task in ada.rows(
            "tasks",
            select="edited_at,modules!inner(plan_id)",
            **{"modules.plan_id": f"eq.{job['plan_id']}"},
        )
    } == {None}


def test_a_models_links_stay_beside_their_task_and_out_of_the_catalogue(
    world: World, deliveries: Deliveries
) -> None:
    ada = world.person()
    job = deliveries.take(ada)
    url = new_url()
    known = world.value("select url from public.resources limit 1")
    deliveries.load(job)
    result = roadmap(week(1, tasks=[sitting(1, resource(url), resource(known), resource(url))]))
    result |= {
        "model": "gpt-5",
        "prompt_version": "create-1",
        "parameters": {"temperature": 0},
        "calls": [
            {
                "call_id": deliveries.call_model(job, "unpriced")["call_id"],
                "input_tokens": 1200,
                "output_tokens": 3400,
            }
        ],
    }
    assert deliveries.standing(job, result) == "done"
    links = links_of(world, job["plan_id"], "task_links")
    assert [(link["url"], link["order"]) for link in links] == [(url, 1), (known, 2)]
    assert links_of(world, job["plan_id"], "task_resources") == []
    assert world.count("public.resources", url=url) == 0
    [plan] = ada.rows("learning_plans", id=f"eq.{job['plan_id']}")
    assert plan["origin"] == "ai"
    [generation] = ada.rows("plan_generations")
    assert (generation["model"], generation["prompt_version"]) == ("gpt-5", "create-1")
    assert (generation["input_tokens"], generation["output_tokens"]) == (1200, 3400)
    assert generation["cost_usd"] is None


@pytest.mark.parametrize("model", ["Built-in", "built-in ", None, "gpt-5"])
def test_only_the_built_in_planner_writes_the_catalogue(
    world: World, deliveries: Deliveries, model: str | None
) -> None:
    job = deliveries.take(world.person())
    url = new_url()
    result = roadmap(week(1, tasks=[sitting(1, resource(url))])) | {"model": model}
    assert deliveries.standing(job, result) == "done"
    assert world.count("public.resources", url=url) == 0
    assert len(links_of(world, job["plan_id"], "task_links")) == 1


def test_an_address_is_one_row_for_all_plans(world: World, deliveries: Deliveries) -> None:
    url = new_url()
    for title in ("The manual", "The same manual"):
        job = deliveries.take(world.person())
        twice = resource(url, title=title), resource(url, title=title)
        result = roadmap(week(1, tasks=[sitting(1, *twice), sitting(2, twice[0])]))
        assert deliveries.standing(job, result) == "done"
        assert len(links_of(world, job["plan_id"], "task_resources")) == 2
    [row] = world.sql("select title from public.resources where url = %s", url)
    assert row["title"] == "The manual"


def test_what_the_catalogue_knows_is_not_overwritten(world: World, deliveries: Deliveries) -> None:
    [known] = world.sql("select * from public.resources order by url limit 1")
    job = deliveries.take(world.person())
    spoiled = resource(known["url"], title="Click here", author="Mallory")
    deliveries.standing(job, roadmap(week(1, tasks=[sitting(1, spoiled)])))
    assert world.sql("select * from public.resources where id = %s", known["id"]) == [known]


def test_ids_that_a_result_brings_along_name_no_row(world: World, deliveries: Deliveries) -> None:
    ben = world.person("Ben").whole_plan()
    job = deliveries.take(world.person("Ada"))
    module = week(1, id=ben.module["id"], plan_id=ben.plan["id"], module_id=ben.module["id"])
    module["tasks"][0] |= {"id": ben.task["id"], "module_id": ben.module["id"]}
    assert deliveries.standing(job, roadmap(module)) == "done"
    assert world.count("public.modules", plan_id=ben.plan["id"]) == 2
    assert world.count("public.tasks", module_id=ben.module["id"]) == 2
    assert world.count("public.modules", plan_id=job["plan_id"]) == 1


def test_text_from_a_model_is_kept_as_text(world: World, deliveries: Deliveries) -> None:
    ada = world.person()
    job = deliveries.take(ada)
    evil = "<script>alert(1)</script>'; drop table users; --"
    deliveries.standing(job, roadmap(week(1, title=evil, tasks=[])))
    [module] = ada.rows("modules", plan_id=f"eq.{job['plan_id']}")
    assert module["title"] == evil


def spoil(path: str, value: Any) -> Callable[[Row], None]:
    def act(result: Row) -> None:
        *parents, last = path.split("/")
        target: Any = result
        for name in parents:
            target = target[int(name) if name.isdigit() else name]
        target[last] = value

    return act


SPOILED: dict[str, Callable[[Row], None]] = {
    "no roadmap": lambda result: result.pop("roadmap"),
    "no modules": spoil("roadmap", {}),
    "empty modules": spoil("roadmap/modules", []),
    "modules that are no list": spoil("roadmap/modules", {"order": 1}),
    "modules that are words": spoil("roadmap/modules", ["Week 1"]),
    "no title": spoil("roadmap/modules/1/title", None),
    "a long title": spoil("roadmap/modules/1/title", "x" * 301),
    "two lines": spoil("roadmap/modules/0/tasks/1/title", "a\nb"),
    "week nought": spoil("roadmap/modules/0/order", 0),
    "one week twice": spoil("roadmap/modules/1/order", 1),
    "one place twice": spoil("roadmap/modules/1/tasks/1/order", 1),
    "an order in words": spoil("roadmap/modules/1/order", "first"),
    "minutes below nought": spoil("roadmap/modules/0/tasks/0/estimated_minutes", -5),
    "no minutes": spoil("roadmap/modules/0/estimated_minutes", None),
    "the eighth day": spoil("roadmap/modules/0/tasks/0/day", 8),
    "an unknown type": spoil(
        "roadmap/modules/0/tasks/0/resources", [resource("https://x.example/", type="game")]
    ),
    "a script for a link": spoil(
        "roadmap/modules/0/tasks/0/resources", [resource("javascript:alert(1)")]
    ),
    "no link": spoil("roadmap/modules/0/tasks/0/resources", [resource("")]),
    "a summary without end": spoil("roadmap/summary", {"x": "x" * 70000}),
    "calls that are words": spoil("calls", ["one"]),
}


@pytest.mark.parametrize("model", ["built-in", "gpt-5"])
@pytest.mark.parametrize("how", SPOILED)
def test_a_spoiled_result_is_rejected_and_leaves_nothing(
    world: World, deliveries: Deliveries, how: str, model: str
) -> None:
    ada = world.person()
    job = deliveries.take(ada)
    deliveries.load(job)
    url = new_url()
    result = roadmap(week(1, tasks=[sitting(1, resource(url)), sitting(2)]), week(2))
    result["model"] = model
    SPOILED[how](result)
    assert deliveries.standing(job, result) == "rejected"
    assert world.count("public.modules", plan_id=job["plan_id"]) == 0
    assert world.count("public.resources", url=url) == 0
    [generation] = ada.rows("plan_generations")
    assert (generation["status"], generation["progress"]) == ("running", 0)
    assert deliveries.waiting() == 1
    assert deliveries.standing(job, roadmap()) == "done"


def test_a_sentence_instead_of_a_plan_is_told_and_refunded(
    world: World, deliveries: Deliveries
) -> None:
    ada = world.person()
    job = deliveries.take(ada)
    failed = {"code": "no_weeks", "message": "There is no week left.", "remedy": "Move the end."}
    assert deliveries.standing(job, {"model": "built-in", "failed": failed}) == "done"
    [generation] = ada.rows("plan_generations")
    assert (generation["status"], generation["error"]) == ("failed", failed)
    assert ada.call("my_usage")["generations_this_month"] == 0


def test_a_plan_its_owner_filled_meanwhile_is_left_as_it_is(
    world: World, deliveries: Deliveries
) -> None:
    ada = world.person()
    job = deliveries.take(ada)
    deliveries.load(job)
    mine = ada.module({"id": job["plan_id"]}, title="My own first week")
    [before] = ada.rows("learning_plans", id=f"eq.{job['plan_id']}")
    assert deliveries.standing(job, roadmap()) == "done"
    assert ada.rows("modules", plan_id=f"eq.{job['plan_id']}") == [mine]
    assert ada.rows("learning_plans", id=f"eq.{job['plan_id']}") == [before]
    [generation] = ada.rows("plan_generations")
    assert (generation["status"], generation["error"]["code"]) == ("failed", "plan_not_empty")
    assert ada.call("my_usage")["generations_this_month"] == 0


def test_a_plan_that_was_cancelled_meanwhile_stays_empty(
    world: World, deliveries: Deliveries
) -> None:
    ada = world.person()
    job = deliveries.take(ada)
    deliveries.load(job)
    ada.call("cancel_generation", generation_id=job["generation_id"])
    assert deliveries.standing(job, roadmap()) == "done"
    assert world.count("public.modules", plan_id=job["plan_id"]) == 0
    assert ada.rows("plan_generations")[0]["status"] == "cancelled"


@pytest.mark.parametrize("table", ["plan_generations", "learning_plans"])
def test_what_was_deleted_meanwhile_ends_quietly(
    world: World, deliveries: Deliveries, table: str
) -> None:
    ada = world.person()
    job = deliveries.take(ada)
    deliveries.load(job)
    # A generation under way is the service's alone to delete; a plan goes whenever its owner says.
    who, key = {
        "plan_generations": (world.service, "generation_id"),
        "learning_plans": (ada, "plan_id"),
    }[table]
    one(who.delete(table, id=f"eq.{job[key]}"))
    assert deliveries.heartbeat(job) == "cancelled"
    assert deliveries.standing(job, roadmap()) == "done"
    assert world.count("public.modules", plan_id=job["plan_id"]) == 0
    assert deliveries.waiting() == 0


def test_cancelled_and_asked_for_again_the_old_job_writes_nothing(
    world: World, deliveries: Deliveries
) -> None:
    ada = world.person()
    old = deliveries.take(ada)
    ada.call("cancel_generation", generation_id=old["generation_id"])
    ada.call("retry_generation", generation_id=old["generation_id"])
    [new] = deliveries.read()
    answered = deliveries.complete(
        {**token(old), "result": roadmap(week(1, title="Old"))},
        {**token(new), "result": roadmap(week(1, title="New"))},
    )
    assert [row["standing"] for row in answered] == ["done", "done"]
    modules = ada.rows("modules", plan_id=f"eq.{old['plan_id']}")
    assert [module["title"] for module in modules] == ["New"]


def test_a_large_plan_is_saved(world: World, deliveries: Deliveries) -> None:
    job = deliveries.take(world.person())
    weeks = [week(n, tasks=[sitting(k) for k in range(1, 8)]) for n in range(1, 105)]
    assert deliveries.standing(job, roadmap(*weeks)) == "done"
    assert world.count("public.modules", plan_id=job["plan_id"]) == 104
