"""The derived figures: completion, the current week, totals; always those of whoever asks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tests.world import one, refusal

if TYPE_CHECKING:
    from tests.world import Person, Row, World


def figures(person: Person, plan: Row) -> Row:
    """The figures of a plan, which the dashboard and the calendar do not contradict."""
    [row] = person.rows("plan_progress", plan_id=f"eq.{plan['id']}")
    [shown] = [shown for shown in person.call("dashboard") if shown["plan_id"] == plan["id"]]
    assert row == {name: shown[name] for name in row}
    due = [task for task in person.call("due_tasks") if task["plan_id"] == plan["id"]]
    assert [task["task_id"] for task in due if not task["is_overdue"]] == [
        task["task_id"] for task in shown["due_this_week"]
    ]
    assert sum(task["is_overdue"] for task in due) == shown["overdue_tasks"]
    return row


def test_an_empty_plan_has_plain_figures(world: World) -> None:
    ada = world.person()
    plan = ada.plan(weekly_hours=0)
    row = figures(ada, plan)
    del row["starts_on"]
    assert row == {
        "plan_id": plan["id"],
        "total_weeks": 0,
        "current_week": None,
        "total_tasks": 0,
        "completed_tasks": 0,
        "completion": 0,
        "is_complete": False,
        "total_minutes": 0,
        "completed_minutes": 0,
    }


def test_figures_follow_the_ticks(world: World) -> None:
    ada = world.person()
    whole = ada.whole_plan(weeks=3, tasks=2)
    seen = []
    for task in [task for week in whole.tasks for task in week]:
        row = figures(ada, whole.plan)
        seen.append((row["current_week"], row["completed_tasks"], float(row["completion"])))
        assert row["is_complete"] is False
        one(ada.tick(task))
    assert seen == [
        (1, 0, 0.0),
        (1, 1, 0.1667),
        (2, 2, 0.3333),
        (2, 3, 0.5),
        (3, 4, 0.6667),
        (3, 5, 0.8333),
    ]
    done = figures(ada, whole.plan)
    assert (done["current_week"], done["total_weeks"]) == (3, 3)
    assert (done["completion"], done["is_complete"]) == (1, True)
    assert (done["total_minutes"], done["completed_minutes"]) == (180, 180)


def test_a_task_that_was_only_begun_is_not_completed(world: World) -> None:
    ada = world.person()
    whole = ada.whole_plan(weeks=1, tasks=1)
    one(ada.tick(whole.task, "in_progress"))
    row = figures(ada, whole.plan)
    assert (row["completed_tasks"], row["is_complete"]) == (0, False)


def test_the_current_week_is_the_first_that_is_not_complete(world: World) -> None:
    ada = world.person()
    whole = ada.whole_plan(weeks=3, tasks=1)
    one(ada.tick(whole.tasks[1][0]))
    one(ada.tick(whole.tasks[2][0]))
    assert figures(ada, whole.plan)["current_week"] == 1
    one(ada.tick(whole.tasks[0][0]))
    assert figures(ada, whole.plan)["current_week"] == 3


def test_a_module_without_tasks_holds_nobody_up(world: World) -> None:
    ada = world.person()
    plan = ada.plan()
    empty, full = ada.module(plan, 1), ada.module(plan, 2)
    ada.task(full)
    assert figures(ada, plan)["current_week"] == 2
    [row] = ada.rows("module_progress", module_id=f"eq.{empty['id']}")
    assert (row["total_tasks"], row["completion"], row["is_complete"]) == (0, 0, True)


def test_a_plan_of_empty_modules_is_not_complete(world: World) -> None:
    ada = world.person()
    whole = ada.whole_plan(weeks=2, tasks=0)
    row = figures(ada, whole.plan)
    assert (row["total_weeks"], row["completion"], row["is_complete"]) == (2, 0, False)


def test_a_module_has_its_own_figures(world: World) -> None:
    ada = world.person()
    whole = ada.whole_plan(weeks=2, tasks=3)
    one(ada.tick(whole.task))
    rows = ada.rows("module_progress", plan_id=f"eq.{whole.plan['id']}", order="week")
    assert [(row["week"], row["completed_tasks"], row["total_tasks"]) for row in rows] == [
        (1, 1, 3),
        (2, 0, 3),
    ]
    assert [float(row["completion"]) for row in rows] == [0.3333, 0]
    assert [row["completed_minutes"] for row in rows] == [30, 0]


def test_a_follower_sees_their_own_figures(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    whole = ada.whole_plan(weeks=2, tasks=1, visibility="public", start_date="2026-01-05")
    ben.follow(whole.plan, start_date="2026-06-01")
    one(ada.tick(whole.tasks[0][0]))
    one(ada.tick(whole.tasks[1][0]))
    assert (figures(ada, whole.plan)["completion"], figures(ben, whole.plan)["completion"]) == (
        1,
        0,
    )
    one(ben.tick(whole.tasks[0][0]))
    his = figures(ben, whole.plan)
    assert (his["current_week"], his["completed_tasks"], his["starts_on"]) == (2, 1, "2026-06-01")
    assert figures(ada, whole.plan)["starts_on"] == "2026-01-05"


def test_figures_are_not_written(world: World) -> None:
    ada = world.person()
    plan = ada.plan()
    for view in ("plan_progress", "module_progress"):
        answer = ada.update(view, {"plan_id": plan["id"]}, plan_id=f"eq.{plan['id']}")
        assert answer.status_code >= 400, view


def test_a_whole_plan_with_figures_is_one_request(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    whole = ada.whole_plan(weeks=2, tasks=2, visibility="public")
    task = whole.task["id"]
    resource = world.value("select id::text from public.resources limit 1")
    one(ada.insert("task_resources", {"task_id": task, "resource_id": resource, "order": 1}))
    link = {"task_id": task, "title": "Knots", "url": "https://example.com/", "order": 1}
    one(ada.insert("task_links", link))
    one(ada.tick(whole.task))
    select = (
        "*,progress(*),modules(*,progress(*),tasks(*,task_progress(*),"
        "task_resources(*,resources(*)),task_links(*)))"
    )
    where = {"id": f"eq.{whole.plan['id']}", "select": select, "modules.order": "order"}
    [seen] = ada.rows("learning_plans", **where, **{"modules.tasks.order": "order"})
    assert seen["progress"]["completed_tasks"] == 1
    assert [module["progress"]["completed_tasks"] for module in seen["modules"]] == [1, 0]
    first = seen["modules"][0]["tasks"][0]
    assert first["task_progress"][0]["status"] == "completed"
    assert first["task_resources"][0]["resources"]["id"] == resource
    assert first["task_links"][0]["url"] == link["url"]
    [his] = ben.rows("learning_plans", **where)
    assert his["progress"]["completed_tasks"] == 0
    assert not any(task["task_progress"] for week in his["modules"] for task in week["tasks"])


def test_figures_can_be_asked_for_a_list_of_plans(world: World) -> None:
    ada = world.person()
    plans = [ada.whole_plan(weeks=1, tasks=1) for _ in range(3)]
    one(ada.tick(plans[1].task))
    rows = ada.rows(
        "learning_plans",
        select="id,progress(completed_tasks)",
        user_id=f"eq.{ada.id}",
        order="created_at",
    )
    assert [row["progress"]["completed_tasks"] for row in rows] == [0, 1, 0]


def test_the_usage_of_the_month_is_ones_own(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben", anonymous=True)
    ada.plan()
    assert ada.ask().status_code == 200
    # A month that has not begun, and its end, which another zone's clock has reached already.
    next_month = (datetime.now(UTC).replace(day=1) + timedelta(days=40)).replace(day=1).date()
    after_next = (next_month + timedelta(days=32)).replace(day=1)
    last_hour = f"{after_next}T00:30:00+01:00"
    usage = ada.call("my_usage", at=last_hour)
    assert usage.pop("resets_at") == f"{after_next}T00:00:00+00:00"
    assert usage["generations_this_month"] == 0
    usage = ada.call("my_usage")
    assert usage.pop("resets_at")
    assert usage == {
        "tier": "free",
        "plans": 2,
        "max_plans": 5,
        "generations_in_flight": 1,
        "max_generations_in_flight": 2,
        "generations_this_month": 1,
        "max_generations_per_month": 20,
    }
    his = ben.call("my_usage")
    assert (his["tier"], his["plans"], his["generations_this_month"]) == ("anonymous", 0, 0)


def test_the_helpers_behind_the_figures_are_not_called_directly(world: World) -> None:
    ada = world.person()
    for name in ("own_usage", "months_usage", "find_plans", "own_plan_impact"):
        assert refusal(ada.rpc(name))[0] == 404
