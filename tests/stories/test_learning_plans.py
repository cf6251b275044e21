"""learning_plans: the owner's to read and write; anybody signed in reads the public ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.world import HIDDEN, NOT_SIGNED_IN, one, refusal

if TYPE_CHECKING:
    from tests.world import Person, Row, World

WISH = {
    "topic": "Sailing",
    "skill_level": "beginner",
    "weekly_hours": 5,
    "learning_style": "mixed",
}


def at(plan: Row) -> dict[str, str]:
    return {"id": f"eq.{plan['id']}"}


def people(world: World) -> list[Person]:
    """A stranger of each kind."""
    return [
        world.person("Ben"),
        world.person("Ben", confirmed=False),
        world.person("Ben", anonymous=True),
        world.clerk_person(),
    ]


# Select


def test_owners_read_their_plans(world: World) -> None:
    for owner in people(world):
        plan = owner.plan()
        assert owner.rows("learning_plans", **at(plan)) == [plan]


def test_a_stranger_cannot_see_that_a_private_plan_exists(world: World) -> None:
    plan = world.person().plan()
    for stranger in people(world):
        assert stranger.rows("learning_plans", **at(plan)) == []


def test_anybody_signed_in_reads_a_public_plan(world: World) -> None:
    plan = world.person().plan(visibility="public")
    for reader in people(world):
        assert reader.rows("learning_plans", **at(plan)) == [plan]


def test_nobody_reads_a_public_plan_without_a_token(world: World) -> None:
    plan = world.person().plan(visibility="public")
    assert refusal(world.nobody.get("learning_plans", **at(plan))) == NOT_SIGNED_IN


def test_a_plan_that_is_private_again_is_gone_for_everybody_else(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    plan = ada.plan(visibility="public")
    one(ada.update("learning_plans", {"visibility": "private"}, **at(plan)))
    assert ben.rows("learning_plans", **at(plan)) == []


def test_the_service_reads_private_plans(world: World) -> None:
    plan = world.person().plan()
    assert world.service.rows("learning_plans", **at(plan)) == [plan]


# Insert


def test_people_create_plans_of_their_own(world: World) -> None:
    for owner in people(world):
        for row in (WISH, {**WISH, "user_id": owner.id}):
            if row is not WISH:
                owner.delete("learning_plans", user_id=f"eq.{owner.id}")
            plan = one(owner.insert("learning_plans", row))
            assert plan["user_id"] == owner.id
            assert plan["visibility"] == "private"
            assert plan["revision"] == 1


def test_nobody_creates_a_plan_for_somebody_else(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    assert refusal(ben.quietly("learning_plans", {**WISH, "user_id": ada.id})) == HIDDEN
    assert world.count("public.learning_plans", user_id=ada.id) == 0


def test_a_plan_somebody_inserts_is_manual(world: World) -> None:
    assert world.person().plan()["origin"] == "manual"


@pytest.mark.parametrize(
    "column", ["id", "origin", "revision", "created_at", "updated_at"], ids=str
)
def test_the_database_says_the_other_columns_itself(world: World, column: str) -> None:
    ada = world.person()
    plan = ada.plan()
    assert refusal(ada.quietly("learning_plans", {**WISH, column: plan[column]})) == HIDDEN
    assert refusal(ada.update("learning_plans", {column: plan[column]}, **at(plan))) == HIDDEN


@pytest.mark.parametrize(
    "change",
    [
        {"topic": ""},
        {"topic": "   "},
        {"topic": "a\nb"},
        {"topic": "a\u0085b"},
        {"topic": "x" * 201},
        {"weekly_hours": -1},
        {"weekly_hours": 81},
        {"start_date": "2026-12-02", "deadline_date": "2026-12-01"},
        {"start_date": "infinity"},
        {"deadline_date": "1999-12-31"},
        {"language": "English, please"},
    ],
    ids=lambda change: ascii(change)[:40],
)
def test_a_plan_is_within_reason_by_either_way_in(world: World, change: Row) -> None:
    ada = world.person()
    plan = ada.plan()
    assert refusal(ada.insert("learning_plans", {**WISH, **change}))[:2] == (400, "23514")
    assert refusal(ada.update("learning_plans", change, **at(plan)))[:2] == (400, "23514")
    assert ada.rows("learning_plans", user_id=f"eq.{ada.id}") == [plan]


@pytest.mark.parametrize(
    "change",
    [
        {"topic": "تعلم السباحة"},
        {"topic": "🛥️ Sailing 👩‍👩‍👧"},
        {"topic": "x" * 200},
        {"weekly_hours": 0},
        {"weekly_hours": 80},
        {"start_date": "2026-12-01", "deadline_date": "2026-12-01"},
        {"language": "zh-Hant-TW"},
    ],
    ids=lambda change: ascii(change)[:40],
)
def test_what_is_unusual_is_allowed(world: World, change: Row) -> None:
    plan = world.person().plan(**change)
    assert plan | change == plan


@pytest.mark.parametrize(
    "change",
    [{"skill_level": "guru"}, {"learning_style": "Hands-on"}, {"visibility": "friends"}],
    ids=str,
)
def test_enums_know_their_words(world: World, change: Row) -> None:
    assert refusal(world.person().insert("learning_plans", {**WISH, **change}))[1] == "22P02"


# Update


def test_owners_edit_their_plans_and_toggle_visibility(world: World) -> None:
    ada = world.person()
    plan = ada.plan()
    change = {
        "topic": "Navigation",
        "skill_level": "advanced",
        "weekly_hours": 9,
        "learning_style": "video",
        "start_date": "2027-01-01",
        "deadline_date": "2027-02-01",
        "visibility": "public",
        "language": "de",
    }
    changed = one(ada.update("learning_plans", change, **at(plan)))
    assert changed | change == changed
    assert changed["revision"] == 2
    assert changed["updated_at"] > plan["updated_at"]


@pytest.mark.parametrize("visibility", ["private", "public"])
def test_only_the_owner_updates(world: World, visibility: str) -> None:
    plan = world.person().plan(visibility=visibility)
    for stranger in people(world):
        answer = stranger.update("learning_plans", {"topic": "Mine now"}, **at(plan))
        assert (answer.status_code, answer.json()) == (200, [])
    assert (
        world.value("select topic from public.learning_plans where id = %s", plan["id"])
        == (plan["topic"])
    )


def test_a_follower_does_not_write_the_plan(world: World) -> None:
    ben, plan = world.person("Ben"), world.person("Ada").plan(visibility="public")
    ben.follow(plan)
    assert ben.update("learning_plans", {"topic": "Ours"}, **at(plan)).json() == []
    assert ben.delete("learning_plans", **at(plan)).json() == []
    assert world.count("public.learning_plans", id=plan["id"], topic="Sailing") == 1


def test_a_plan_never_changes_hands(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    plan = ada.plan()
    assert refusal(ada.update("learning_plans", {"user_id": ben.id}, **at(plan))) == HIDDEN
    answer = world.service.update("learning_plans", {"user_id": ben.id}, **at(plan))
    assert refusal(answer) == (403, "fixed_column", "user_id")
    assert world.count("public.learning_plans", id=plan["id"], user_id=ada.id) == 1


@pytest.mark.parametrize(
    ("column", "value"),
    [("id", "93067d85-c3ce-417e-a6a1-5a08c26231b5"), ("created_at", "2020-01-01T00:00:00Z")],
)
def test_even_the_service_keeps_what_never_changes(world: World, column: str, value: Any) -> None:
    plan = world.person().plan()
    answer = world.service.update("learning_plans", {column: value}, **at(plan))
    assert refusal(answer) == (403, "fixed_column", column)


# Delete


def test_owners_delete_a_plan_and_all_that_hangs_on_it(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    whole = ada.whole_plan(visibility="public")
    plan = whole.plan["id"]
    ben.follow(whole.plan)
    ben.tick(whole.task)
    one(ada.insert("plan_notes", {"plan_id": plan, "notes": "Mornings only"}))
    one(ada.insert("plan_generations", {"plan_id": plan, "model": "m", "prompt": {}}))
    one(ada.delete("learning_plans", id=f"eq.{plan}"))
    for table in ("modules", "plan_notes", "plan_followers", "plan_generations"):
        assert world.count(f"public.{table}", plan_id=plan) == 0, table
    assert world.count("public.task_progress", task_id=whole.task["id"]) == 0
    assert world.count("public.tasks", id=whole.task["id"]) == 0


@pytest.mark.parametrize("visibility", ["private", "public"])
def test_only_the_owner_deletes(world: World, visibility: str) -> None:
    plan = world.person().plan(visibility=visibility)
    for stranger in people(world):
        assert stranger.delete("learning_plans", **at(plan)).json() == []
    assert world.count("public.learning_plans", id=plan["id"]) == 1


def test_the_service_deletes(world: World) -> None:
    plan = world.person().plan()
    assert one(world.service.delete("learning_plans", **at(plan)))["id"] == plan["id"]


# Revision


def test_any_change_below_a_plan_raises_its_revision_and_progress_does_not(world: World) -> None:
    ada = world.person()
    whole = ada.whole_plan(weeks=1, tasks=1)
    resource = world.value("select id::text from public.resources limit 1")
    task, module = whole.task["id"], whole.module["id"]

    def revision() -> int:
        return int(ada.rows("learning_plans", **at(whole.plan))[0]["revision"])

    link = {"task_id": task, "title": "Knots", "url": "https://example.com/knots", "order": 1}
    used = {"task_id": task, "resource_id": resource, "order": 1}
    changes = {
        "rename the module": lambda: ada.update("modules", {"title": "K"}, id=f"eq.{module}"),
        "rename the task": lambda: ada.update("tasks", {"title": "Bowline"}, id=f"eq.{task}"),
        "add a link": lambda: ada.insert("task_links", link),
        "use a resource": lambda: ada.insert("task_resources", used),
        "take the link off": lambda: ada.delete("task_links", task_id=f"eq.{task}"),
        "take the resource off": lambda: ada.delete("task_resources", task_id=f"eq.{task}"),
        "delete the task": lambda: ada.delete("tasks", id=f"eq.{task}"),
        "delete the module": lambda: ada.delete("modules", id=f"eq.{module}"),
    }
    before = revision()
    assert ada.tick(whole.task).status_code == 201
    assert revision() == before
    for what, change in changes.items():
        before = revision()
        assert change().status_code < 300, what
        assert revision() > before, what


def test_one_statement_over_many_rows_is_one_revision(world: World) -> None:
    ada = world.person()
    plan = ada.plan()
    rows = [
        {"plan_id": plan["id"], "order": n, "title": f"Week {n}", "estimated_minutes": 60}
        for n in range(1, 11)
    ]
    assert ada.insert("modules", rows).status_code == 201
    assert ada.rows("learning_plans", **at(plan))[0]["revision"] == 2
