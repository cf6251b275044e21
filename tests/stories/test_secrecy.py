"""Nothing tells a stranger that a hidden row exists, nor how many there are.

Each play is given twice, once with the id of a hidden row and once with a random one, and both
answers must be the same to the byte.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from tests.world import one, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from tests.world import Person, World

GENERATION: dict[str, Any] = {"model": "m", "prompt": {}}
MODULE: dict[str, Any] = {"order": 1, "title": "x", "estimated_minutes": 1}
LINK: dict[str, Any] = {"title": "x", "url": "https://example.com/", "order": 1}


@pytest.fixture(scope="module")
def hidden(world: World) -> dict[str, str]:
    """The ids of everything that Ada keeps to herself."""
    ada = world.person("Ada")
    whole = ada.whole_plan()
    plan, task = whole.plan["id"], whole.task["id"]
    asked = ada.ask(topic="Ada's own secret topic").json()
    notification = {
        "user_id": ada.id,
        "kind": "weekly_summary",
        "channel": "email",
        "dedupe_key": f"weekly_summary:{ada.id}",
    }
    one(ada.insert("plan_notes", {"plan_id": plan, "notes": "secret"}))
    return {
        "person": ada.id,
        "plan": plan,
        "module": whole.module["id"],
        "task": task,
        "link": one(ada.insert("task_links", {"task_id": task, **LINK}))["id"],
        "progress": one(ada.tick(whole.task))["id"],
        "generation": asked["generation_id"],
        "notification": one(world.service.insert("notifications", notification))["id"],
    }


def told(answer: httpx.Response) -> tuple[Any, ...]:
    """All that somebody who asks gets to know."""
    spoken = ("content-range", "content-type", "content-length", "location", "preference-applied")
    return (
        answer.status_code,
        answer.content,
        *(answer.headers.get(name) for name in spoken),
    )


PLAYS: dict[str, Callable[[Person, dict[str, str]], httpx.Response]] = {
    # Reading
    "read a plan": lambda p, i: p.get("learning_plans", id=f"eq.{i['plan']}"),
    "count plans": lambda p, i: p.send(
        "GET", "learning_plans", prefer="count=exact", id=f"eq.{i['plan']}"
    ),
    "count with HEAD": lambda p, i: p.send(
        "HEAD", "tasks", prefer="count=exact", id=f"eq.{i['task']}"
    ),
    "read the second row": lambda p, i: p.send(
        "GET", "learning_plans", prefer="count=exact", id=f"eq.{i['plan']}", offset="1"
    ),
    "ask for one object": lambda p, i: p.http.get(
        "learning_plans",
        params={"id": f"eq.{i['plan']}"},
        headers={**p.headers, "Accept": "application/vnd.pgrst.object+json"},
    ),
    "embed below": lambda p, i: p.get(
        "learning_plans", id=f"eq.{i['plan']}", select="*,progress(*),modules(*,tasks(*))"
    ),
    "embed above": lambda p, i: p.get(
        "users", id=f"eq.{i['person']}", select="*,learning_plans(*),notifications(*)"
    ),
    "filter by an embedded row": lambda p, i: p.get(
        "resources",
        select="id,task_resources!inner(task_id)",
        **{"task_resources.task_id": f"eq.{i['task']}"},
    ),
    "read figures": lambda p, i: p.get("plan_progress", plan_id=f"eq.{i['plan']}"),
    "read a module's figures": lambda p, i: p.get("module_progress", module_id=f"eq.{i['module']}"),
    "read progress": lambda p, i: p.get("task_progress", id=f"eq.{i['progress']}"),
    "read a generation": lambda p, i: p.get("plan_generations", id=f"eq.{i['generation']}"),
    # Inserting below it
    "insert a plan for": lambda p, i: p.quietly(
        "learning_plans",
        {
            "user_id": i["person"],
            "topic": "x",
            "skill_level": "beginner",
            "weekly_hours": 1,
            "learning_style": "mixed",
        },
    ),
    "insert a module": lambda p, i: p.quietly("modules", {"plan_id": i["plan"], **MODULE}),
    "insert a module of no title": lambda p, i: p.quietly(
        "modules", {"plan_id": i["plan"], "order": 1, "estimated_minutes": 1}
    ),
    "insert a task": lambda p, i: p.quietly("tasks", {"module_id": i["module"], **MODULE}),
    "insert a link": lambda p, i: p.quietly("task_links", {"task_id": i["task"], **LINK}),
    "insert notes": lambda p, i: p.quietly("plan_notes", {"plan_id": i["plan"], "notes": "x"}),
    "insert a generation": lambda p, i: p.quietly(
        "plan_generations", {"plan_id": i["plan"], **GENERATION}
    ),
    "follow": lambda p, i: p.quietly("plan_followers", {"plan_id": i["plan"]}),
    "make somebody follow": lambda p, i: p.quietly(
        "plan_followers", {"plan_id": i["plan"], "user_id": i["person"]}
    ),
    "tick": lambda p, i: p.quietly("task_progress", {"task_id": i["task"]}),
    "tick for": lambda p, i: p.quietly(
        "task_progress", {"task_id": i["task"], "user_id": i["person"]}
    ),
    "insert and read back": lambda p, i: p.insert("modules", {"plan_id": i["plan"], **MODULE}),
    "tick and read back": lambda p, i: p.insert("task_progress", {"task_id": i["task"]}),
    # Upserting over it
    "upsert a plan by id": lambda p, i: p.upsert(
        "learning_plans", {"id": i["plan"], "topic": "x"}, "id"
    ),
    "upsert a module by id": lambda p, i: p.upsert(
        "modules", {"id": i["module"], "plan_id": i["plan"], **MODULE}, "id"
    ),
    "upsert a module by its week": lambda p, i: p.upsert(
        "modules", {"plan_id": i["plan"], **MODULE}, "plan_id,order"
    ),
    "upsert notes": lambda p, i: p.upsert(
        "plan_notes", {"plan_id": i["plan"], "notes": "x"}, "plan_id"
    ),
    "upsert a link": lambda p, i: p.upsert(
        "task_links", {"task_id": i["task"], **LINK}, "task_id,url"
    ),
    "upsert a tick": lambda p, i: p.upsert(
        "task_progress", {"task_id": i["task"]}, "task_id,user_id"
    ),
    "upsert a tick for": lambda p, i: p.upsert(
        "task_progress", {"task_id": i["task"], "user_id": i["person"]}, "task_id,user_id"
    ),
    "upsert ignoring duplicates": lambda p, i: p.send(
        "POST",
        "task_links",
        {"task_id": i["task"], **LINK},
        prefer="return=representation,resolution=ignore-duplicates",
        on_conflict="task_id,url",
    ),
    # Updating and deleting it
    "update a plan": lambda p, i: p.update("learning_plans", {"topic": "x"}, id=f"eq.{i['plan']}"),
    "update a plan badly": lambda p, i: p.update(
        "learning_plans", {"topic": ""}, id=f"eq.{i['plan']}"
    ),
    "update a plan's id": lambda p, i: p.update(
        "learning_plans", {"id": i["plan"]}, id=f"eq.{i['plan']}"
    ),
    "update and count": lambda p, i: p.send(
        "PATCH", "tasks", {"title": "x"}, prefer="count=exact", id=f"eq.{i['task']}"
    ),
    "update a task": lambda p, i: p.update("tasks", {"title": "x"}, id=f"eq.{i['task']}"),
    "update progress": lambda p, i: p.update(
        "task_progress", {"status": "completed"}, id=f"eq.{i['progress']}"
    ),
    "update a summary": lambda p, i: p.update(
        "plan_generations", {"output_summary": {}}, id=f"eq.{i['generation']}"
    ),
    "mark as read": lambda p, i: p.update(
        "notifications", {"read_at": None}, id=f"eq.{i['notification']}"
    ),
    "update a profile": lambda p, i: p.update("users", {"name": "x"}, id=f"eq.{i['person']}"),
    "delete a plan": lambda p, i: p.delete("learning_plans", id=f"eq.{i['plan']}"),
    "delete a module": lambda p, i: p.delete("modules", id=f"eq.{i['module']}"),
    "delete a link": lambda p, i: p.delete("task_links", id=f"eq.{i['link']}"),
    "delete a generation": lambda p, i: p.delete("plan_generations", id=f"eq.{i['generation']}"),
    "delete and count": lambda p, i: p.send(
        "DELETE", "learning_plans", prefer="count=exact", id=f"eq.{i['plan']}"
    ),
    # Functions
    "roadmap": lambda p, i: p.rpc("plan_roadmap", plan_id=i["plan"]),
    "impact": lambda p, i: p.rpc("plan_impact", plan_id=i["plan"]),
    "reorder modules": lambda p, i: p.rpc(
        "reorder_modules", plan_id=i["plan"], module_ids=[i["module"]]
    ),
    "reorder tasks": lambda p, i: p.rpc(
        "reorder_tasks", module_id=i["module"], task_ids=[i["task"]]
    ),
    "cancel": lambda p, i: p.rpc("cancel_generation", generation_id=i["generation"]),
    "retry": lambda p, i: p.rpc("retry_generation", generation_id=i["generation"]),
}


@pytest.mark.parametrize("play", PLAYS)
def test_a_hidden_id_and_a_random_id_answer_alike(
    world: World, hidden: dict[str, str], play: str
) -> None:
    act = PLAYS[play]
    eve = world.person("Eve")
    real = told(act(eve, hidden))
    made_up = told(act(eve, {name: str(uuid.uuid4()) for name in hidden}))
    assert real == made_up
    assert hidden["plan"] not in str(real)


def test_and_nothing_of_it_was_touched(world: World, hidden: dict[str, str]) -> None:
    eve = world.person("Eve")
    before = everything_below(world, hidden["plan"])
    for act in PLAYS.values():
        act(eve, hidden)
    assert everything_below(world, hidden["plan"]) == before
    assert world.count("public.plan_generations", id=hidden["generation"], status="queued") == 1
    assert world.count("public.task_progress", id=hidden["progress"], status="completed") == 1


def test_a_sweep_without_a_filter_touches_nothing_hidden(
    world: World, hidden: dict[str, str]
) -> None:
    eve = world.person("Eve")
    before = everything_below(world, hidden["plan"])
    changes: dict[str, Any] = {
        "users": {"name": "x"},
        "learning_plans": {"topic": "x"},
        "plan_notes": {"notes": "x"},
        "plan_followers": {"start_date": None},
        "modules": {"title": "x"},
        "tasks": {"title": "x"},
        "task_resources": {"notes": "x"},
        "task_links": {"title": "x"},
        "task_progress": {"status": "not_started"},
        "plan_generations": {"output_summary": {}},
        "notifications": {"read_at": "2026-11-21T08:00:00Z"},
    }
    for table, change in changes.items():
        swept = eve.send("PATCH", table, change, prefer="return=minimal,count=exact")
        # Her own row, and her own welcome by mail and in the app.
        own = {"users": "0-0/1", "notifications": "0-1/2"}.get(table, "*/0")
        assert (swept.status_code, swept.headers["content-range"]) == (204, own)
        if table not in ("users", "notifications"):
            gone = eve.send("DELETE", table, prefer="return=minimal,count=exact")
            assert (gone.status_code, gone.headers["content-range"]) == (204, "*/0"), table
    assert everything_below(world, hidden["plan"]) == before
    assert world.count("public.task_progress", id=hidden["progress"], status="completed") == 1
    assert world.count("public.plan_generations", id=hidden["generation"]) == 1
    read = "select read_at from public.notifications where id = %s"
    assert world.value(read, hidden["notification"]) is None


def everything_below(world: World, plan: str) -> Any:
    return world.value(
        """
        select jsonb_build_array(
            to_jsonb(p),
            (select jsonb_agg(m order by m.id) from public.modules m where m.plan_id = p.id),
            (select jsonb_agg(t order by t.id) from public.tasks t
             join public.modules m on m.id = t.module_id where m.plan_id = p.id),
            (select jsonb_agg(l order by l.id) from public.task_links l
             join public.tasks t on t.id = l.task_id
             join public.modules m on m.id = t.module_id where m.plan_id = p.id),
            (select to_jsonb(n) from public.plan_notes n where n.plan_id = p.id)
        )
        from public.learning_plans p where p.id = %s
        """,
        plan,
    )


def test_a_hidden_id_among_ones_own_answers_like_a_random_one(
    world: World, hidden: dict[str, str]
) -> None:
    eve = world.person("Eve")
    whole = eve.whole_plan(weeks=2, tasks=1)
    [first, second] = [module["id"] for module in whole.modules]
    plays: list[Callable[[str, str], httpx.Response]] = [
        lambda module, _: eve.rpc(
            "reorder_modules", plan_id=whole.plan["id"], module_ids=[second, first, module]
        ),
        lambda _, task: eve.rpc(
            "reorder_tasks", module_id=first, task_ids=[whole.task["id"], task]
        ),
        lambda module, _: eve.update("tasks", {"module_id": module}, id=f"eq.{whole.task['id']}"),
        lambda _, task: eve.update("task_progress", {"task_id": task}, user_id=f"eq.{eve.id}"),
    ]
    one(eve.tick(whole.task))
    for play in plays:
        real = told(play(hidden["module"], hidden["task"]))
        assert real == told(play(str(uuid.uuid4()), str(uuid.uuid4())))
        assert real[0] in (403, 409)


def test_a_public_plan_of_somebody_else_is_not_ones_own_either(world: World) -> None:
    ada, eve = world.person("Ada"), world.person("Eve")
    whole = ada.whole_plan(visibility="public")
    made_up = str(uuid.uuid4())
    for name, argument, shown in (
        ("plan_impact", "plan_id", whole.plan["id"]),
        ("reorder_modules", "plan_id", whole.plan["id"]),
        ("reorder_tasks", "module_id", whole.module["id"]),
    ):
        rest: dict[str, Any] = {
            "reorder_modules": {"module_ids": []},
            "reorder_tasks": {"task_ids": []},
        }.get(name, {})
        answers = [eve.rpc(name, **rest | {argument: value}) for value in (shown, made_up)]
        assert told(answers[0]) == told(answers[1])
        assert answers[0].status_code == 404


# Counting


def test_an_exact_count_shows_only_what_is_visible(world: World) -> None:
    ada, eve = world.person("Ada"), world.person("Eve")
    for visibility in ("private", "private", "public"):
        ada.plan(visibility=visibility)
    where = {"user_id": f"eq.{ada.id}"}
    counted = [
        person.send("GET", "learning_plans", prefer="count=exact", **where).headers["content-range"]
        for person in (ada, eve)
    ]
    assert [text.split("/")[1] for text in counted] == ["3", "1"]


@pytest.mark.parametrize(
    "prefers",
    [
        ["count=planned"],
        ["count=estimated"],
        ["return=representation, count=planned"],
        ["count=planned", "tx=commit"],
        ["tx=commit", "count=estimated"],
        ["count=planned", "count=exact"],
        ["count=exact", "count=planned"],
        ["COUNT=planned"],
        ["count = planned"],
    ],
    ids=" + ".join,
)
def test_the_planners_guesses_are_not_told(world: World, prefers: list[str]) -> None:
    eve = world.person("Eve")
    for caller in (eve, world.nobody):
        for method in ("GET", "HEAD"):
            headers = [*caller.headers.items(), *(("Prefer", prefer) for prefer in prefers)]
            answer = world.http.request(method, "learning_plans", headers=headers)
            assert answer.status_code == 400
            assert "content-range" not in answer.headers
            if method == "GET":
                assert refusal(answer) == (400, "count_not_allowed", "Prefer")


def test_the_service_may_ask_for_an_estimate(world: World) -> None:
    answer = world.service.send("GET", "learning_plans", prefer="count=planned", limit="1")
    assert answer.status_code in (200, 206)


def test_the_query_plan_is_not_told(world: World) -> None:
    eve = world.person("Eve")
    headers = {**eve.headers, "Accept": "application/vnd.pgrst.plan+json"}
    assert world.http.get("learning_plans", headers=headers).status_code in (406, 415)


def test_a_search_finds_nothing_hidden(world: World, hidden: dict[str, str]) -> None:
    eve = world.person("Eve")
    found = eve.call("search_plans", query="Ada's own secret topic", max_results=100)
    assert hidden["plan"] not in {row["plan_id"] for row in found}
    assert "secret" not in str(found)
