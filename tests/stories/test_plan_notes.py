"""plan_notes: the owner's alone, though the plan may be public."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from tests.world import HIDDEN, one, refusal

if TYPE_CHECKING:
    from tests.world import Person, Row, World

SECRET = "I was laid off; I have until March"


def plan_with_notes(owner: Person) -> Row:
    plan = owner.plan(visibility="public")
    one(owner.insert("plan_notes", {"plan_id": plan["id"], "notes": SECRET}))
    return plan


def test_owners_write_and_read_their_notes(world: World) -> None:
    ada = world.person()
    plan = plan_with_notes(ada)
    where = {"plan_id": f"eq.{plan['id']}"}
    assert ada.rows("plan_notes", select="notes", **where) == [{"notes": SECRET}]
    again = ada.upsert("plan_notes", {"plan_id": plan["id"], "notes": "Evenings"}, "plan_id")
    assert one(again)["notes"] == "Evenings"
    one(ada.update("plan_notes", {"notes": "Nights"}, **where))
    assert one(ada.delete("plan_notes", **where))["notes"] == "Nights"
    assert world.count("public.plan_notes", plan_id=plan["id"]) == 0


def test_a_public_plan_keeps_its_notes_private(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    plan = plan_with_notes(ada)
    ben.follow(plan)
    assert ben.rows("plan_notes") == []
    [seen] = ben.rows("learning_plans", select="*,plan_notes(*)", id=f"eq.{plan['id']}")
    assert seen["plan_notes"] is None
    found = ben.rows(
        "learning_plans",
        select="id,plan_notes!inner(plan_id)",
        **{"id": f"eq.{plan['id']}", "plan_notes.notes": "like.*laid off*"},
    )
    assert found == []


def test_nobody_else_writes_them(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    plan = plan_with_notes(ada)
    row = {"plan_id": plan["id"], "notes": "Mallory was here"}
    assert refusal(ben.quietly("plan_notes", row)) == HIDDEN
    assert refusal(ben.upsert("plan_notes", row, "plan_id")) == HIDDEN
    assert ben.update("plan_notes", {"notes": "x"}, plan_id=f"eq.{plan['id']}").json() == []
    assert ben.delete("plan_notes", plan_id=f"eq.{plan['id']}").json() == []
    assert world.count("public.plan_notes", plan_id=plan["id"], notes=SECRET) == 1


def test_notes_stay_with_their_plan(world: World) -> None:
    ada = world.person()
    plan, other = plan_with_notes(ada), ada.plan()
    for target in (other["id"], str(uuid.uuid4())):
        answer = ada.update("plan_notes", {"plan_id": target}, plan_id=f"eq.{plan['id']}")
        assert refusal(answer) == (403, "fixed_column", "plan_id")


@pytest.mark.parametrize("notes", ["", "x" * 4001], ids=len)
def test_notes_are_bounded(world: World, notes: str) -> None:
    ada = world.person()
    answer = ada.insert("plan_notes", {"plan_id": ada.plan()["id"], "notes": notes})
    assert refusal(answer)[:2] == (400, "23514")


def test_the_prompt_of_a_generation_shows_them_to_nobody_else(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    asked = ada.ask(notes=SECRET, visibility="public").json()
    [mine] = ada.rows("plan_generations", id=f"eq.{asked['generation_id']}")
    assert mine["prompt"]["notes"] == SECRET
    [seen] = ben.rows("learning_plans", select="*,plan_generations(*)", id=f"eq.{asked['plan_id']}")
    assert seen["plan_generations"] == []
