"""search_plans: among one's own plans and the public ones."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from tests.world import NOT_SIGNED_IN, refusal

if TYPE_CHECKING:
    from tests.world import Person, World


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
