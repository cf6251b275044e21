"""create_plan: from a form to a plan, its generation and its job, all together or not at all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.stories.wishes import NOTHING, day, the_plan, traces
from tests.world import at_once, refusal

if TYPE_CHECKING:
    from tests.world import World


def test_a_form_becomes_a_plan_a_generation_and_a_job(world: World) -> None:
    form = {
        "topic": "  Swift for iOS Development ",
        "skill_level": "Beginner",
        "weekly_hours": "5",
        "learning_style": "Hands-on",
        "start_date": day(3),
        "deadline_date": day(90),
        "notes": " I have a Mac. \n Evenings only. ",
        "visibility": "public",
        "language": "de",
    }
    for ada in (world.person(), world.clerk_person(), world.person(anonymous=True)):
        asked = ada.ask(**form).json()
        plan = the_plan(ada, asked)
        expected = {
            "user_id": ada.id,
            "topic": "Swift for iOS Development",
            "skill_level": "beginner",
            "weekly_hours": 5,
            "learning_style": "practice",
            "start_date": form["start_date"],
            "deadline_date": form["deadline_date"],
            "visibility": "public",
            "language": "de",
            "origin": "ai",
        }
        assert plan | expected == plan
        notes = "I have a Mac. \n Evenings only."
        assert ada.rows("plan_notes", select="notes") == [{"notes": notes}]
        [generation] = ada.rows("plan_generations")
        assert generation["id"] == asked["generation_id"]
        assert (generation["kind"], generation["status"], generation["progress"]) == (
            "create",
            "queued",
            0,
        )
        assert generation["prompt"]["topic"] == "Swift for iOS Development"
        assert generation["prompt"]["notes"] == notes
        message = world.value(
            "select message from pgmq.q_generate_plan where message ->> 'generation_id' = %s",
            asked["generation_id"],
        )
        assert message == {"v": 1, "generation_id": asked["generation_id"]}


def test_the_smallest_form_has_plain_defaults(world: World) -> None:
    ada = world.person(time_zone="Pacific/Kiritimati")
    plan = the_plan(ada, ada.ask().json())
    assert (plan["visibility"], plan["language"]) == ("private", "en")
    assert (plan["start_date"], plan["deadline_date"]) == (None, None)
    assert world.count("public.plan_notes", plan_id=plan["id"]) == 0
    [generation] = ada.rows("plan_generations")
    today = world.value("select (now() at time zone 'Pacific/Kiritimati')::date::text")
    assert generation["prompt"]["start_date"] == today


# The same wish twice


def test_the_same_request_twice_makes_one_plan(world: World) -> None:
    ada = world.person()
    first, second = (ada.ask(request_key="form-1", notes="x").json() for _ in range(2))
    assert first == second
    assert traces(world, ada) == dict.fromkeys(NOTHING, 1)


def test_the_same_request_at_the_same_time_makes_one_plan(world: World) -> None:
    ada = world.person()
    answers = at_once(*[lambda: ada.ask(request_key="form-1")] * 8)
    assert {answer.status_code for answer in answers} == {200}
    assert len({json.dumps(answer.json(), sort_keys=True) for answer in answers}) == 1
    assert traces(world, ada) == dict.fromkeys(NOTHING, 1)


def test_an_answered_request_may_be_repeated_when_its_deadline_has_passed(world: World) -> None:
    ada = world.person(time_zone="Pacific/Pago_Pago")
    today = str(world.value("select (now() at time zone 'Pacific/Pago_Pago')::date::text"))
    first = ada.ask(request_key="form-1", deadline_date=today).json()
    # Moving 25 hours ahead makes that day a past one.
    ada.update("users", {"time_zone": "Pacific/Kiritimati"}, id=f"eq.{ada.id}")
    assert ada.ask(request_key="form-1", deadline_date=today).json() == first
    assert refusal(ada.ask(deadline_date=today))[1] == "invalid_deadline_date"


def test_a_key_is_not_used_for_another_wish(world: World) -> None:
    ada = world.person()
    ada.ask(request_key="form-1")
    for change in ({"topic": "Rust"}, {"weekly_hours": 6}, {"notes": "x"}, {"language": "de"}):
        answer = ada.ask(request_key="form-1", **change)
        assert refusal(answer) == (409, "request_key_reused", "request_key")
    assert traces(world, ada) == dict.fromkeys(NOTHING, 1)


def test_the_same_wish_in_other_words_is_the_same_wish(world: World) -> None:
    ada = world.person()
    first = ada.ask(request_key="form-1", weekly_hours="3-5", learning_style="hands-on").json()
    again = ada.ask(request_key="form-1", weekly_hours=5, learning_style="practice").json()
    assert first == again


def test_a_key_is_ones_own(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    assert ada.ask(request_key="form-1").json() != ben.ask(request_key="form-1").json()


def test_without_a_key_each_wish_is_a_plan(world: World) -> None:
    ada = world.person()
    assert ada.ask().json() != ada.ask().json()
    assert traces(world, ada)["plans"] == 2


def test_a_refused_wish_keeps_no_key(world: World) -> None:
    ada = world.person()
    assert ada.ask(request_key="form-1", weekly_hours=99).status_code == 422
    assert ada.ask(request_key="form-1", weekly_hours=9).status_code == 200
