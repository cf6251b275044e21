"""create_plan: what a form may say, and what is said beside the field when it may not."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from tests.stories.wishes import NOTHING, day, the_plan, traces
from tests.world import Refusal, refusal

if TYPE_CHECKING:
    from tests.world import Row, World


MISSING = [
    ({"topic": ...}, "missing_topic", "topic"),
    ({"topic": None}, "missing_topic", "topic"),
    ({"topic": "   "}, "missing_topic", "topic"),
    ({"skill_level": ...}, "missing_skill_level", "skill_level"),
    ({"skill_level": ""}, "missing_skill_level", "skill_level"),
    ({"weekly_hours": ...}, "missing_weekly_hours", "weekly_hours"),
    ({"weekly_hours": " "}, "missing_weekly_hours", "weekly_hours"),
    ({"learning_style": None}, "missing_learning_style", "learning_style"),
    ({"request_key": ""}, "missing_request_key", "request_key"),
]

WRONG = [
    ("topic", "x" * 201),
    ("topic", "two\nlines"),
    ("topic", "tab\there"),
    ("topic", "bell\u0007"),
    ("topic", "delete\u007f"),
    ("topic", "c1\u0085"),
    ("skill_level", "guru"),
    ("skill_level", "beginner; drop table users"),
    ("skill_level", 3),
    ("weekly_hours", "-1"),
    ("weekly_hours", -1),
    ("weekly_hours", "81"),
    ("weekly_hours", "999999999999"),
    ("weekly_hours", "5.5"),
    ("weekly_hours", 5.5),
    ("weekly_hours", "five"),
    ("weekly_hours", "4-5"),
    ("weekly_hours", "1-2-3"),
    ("weekly_hours", "1e1"),
    ("weekly_hours", "\u0665"),
    ("weekly_hours", True),
    ("weekly_hours", "NaN"),
    ("learning_style", "osmosis"),
    ("learning_style", "handson"),
    ("start_date", "garbage"),
    ("start_date", "today"),
    ("start_date", "infinity"),
    ("start_date", "-infinity"),
    ("start_date", "2026-02-30"),
    ("start_date", "01/02/2027"),
    ("start_date", "2027-1-1"),
    ("start_date", "2027-01-01T00:00:00Z"),
    ("start_date", "0000-01-01"),
    ("start_date", "9999-12-31"),
    ("start_date", day(-400)),
    ("start_date", day(1900)),
    ("deadline_date", "tomorrow"),
    ("deadline_date", "infinity"),
    ("deadline_date", "2027-13-01"),
    ("deadline_date", day(-2)),
    ("deadline_date", day(3700)),
    ("deadline_date", "1970-01-01"),
    ("notes", "x" * 2001),
    ("visibility", "friends"),
    ("language", "English, please"),
    ("language", "x"),
    ("language", "e" * 70),
    ("request_key", "x" * 201),
    ("request_key", "a\nb"),
]


@pytest.mark.parametrize(("change", "code", "field"), MISSING, ids=lambda value: ascii(value)[:40])
def test_what_is_missing_is_said_beside_its_field(
    world: World, change: Row, code: str, field: str
) -> None:
    ada = world.person()
    assert refusal(ada.ask(**change)) == Refusal(422, code, field)
    assert traces(world, ada) == NOTHING


@pytest.mark.parametrize(("field", "value"), WRONG, ids=lambda value: ascii(value)[:40])
def test_what_is_wrong_is_said_beside_its_field(world: World, field: str, value: Any) -> None:
    ada = world.person()
    assert refusal(ada.ask(**{field: value})) == Refusal(422, f"invalid_{field}", field)
    assert traces(world, ada) == NOTHING


def test_a_topic_that_nobody_can_see_is_missing(world: World) -> None:
    for invisible in ("\u00a0", "\u200b\u200b", "\u2003 \u00a0", "\ufeff"):
        assert refusal(world.person().ask(topic=invisible))[0] == 422, ascii(invisible)


def test_a_deadline_before_the_start_is_the_deadlines_fault(world: World) -> None:
    answer = world.person().ask(start_date=day(10), deadline_date=day(9))
    assert refusal(answer) == (422, "invalid_deadline_date", "deadline_date")
    assert "before the start" in answer.json()["message"]


def test_a_refusal_tells_the_choices(world: World) -> None:
    body = world.person().ask(skill_level="guru").json()
    assert body["hint"] == "Send one of beginner, intermediate, advanced"
    assert body["message"].startswith("guru is not a known skill level")


@pytest.mark.parametrize(
    ("sent", "hours"),
    [
        ("1-2", 2),
        ("3-5", 5),
        ("6-10", 10),
        ("11-15", 15),
        ("16-20", 20),
        ("20+", 25),
        ("3\u20135", 5),
        (" 3 \u2014 5 ", 5),
        ("0", 0),
        (0, 0),
        ("80", 80),
        (7, 7),
    ],
)
def test_the_uis_ranges_map_to_hours(world: World, sent: Any, hours: int) -> None:
    ada = world.person()
    assert the_plan(ada, ada.ask(weekly_hours=sent).json())["weekly_hours"] == hours


@pytest.mark.parametrize("style", ["Hands-on", "hands on", "HANDS_ON", "practice", " Practice "])
def test_hands_on_is_practice(world: World, style: str) -> None:
    ada = world.person()
    assert the_plan(ada, ada.ask(learning_style=style).json())["learning_style"] == "practice"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("topic", "🏄‍♀️ Surfing 101"),
        ("topic", "تعلّم العزف على العود"),
        ("topic", "עברית למתחילים"),
        ("topic", "C++ / C# & <b>SQL</b>'; --"),
        ("topic", "日"),
        ("topic", "é" * 200),
        ("language", "zh-Hant-TW"),
    ],
    ids=ascii,
)
def test_what_is_unusual_is_kept_to_the_letter(world: World, field: str, value: str) -> None:
    ada = world.person()
    assert the_plan(ada, ada.ask(**{field: value}).json())[field] == value


def test_notes_keep_their_lines_and_may_be_empty(world: World) -> None:
    ada = world.person(tier="pro")
    asked = ada.ask(notes="é" * 2000).json()
    assert len(ada.rows("plan_notes", plan_id=f"eq.{asked['plan_id']}")[0]["notes"]) == 2000
    asked = ada.ask(notes="   ").json()
    assert ada.rows("plan_notes", plan_id=f"eq.{asked['plan_id']}") == []


@pytest.mark.parametrize("deadline", [0, 1])
def test_a_deadline_today_or_tomorrow_is_fine(world: World, deadline: int) -> None:
    ada = world.person(time_zone="UTC")
    assert ada.ask(deadline_date=day(deadline), weekly_hours=0).status_code == 200


def test_today_is_today_where_the_learner_is(world: World) -> None:
    east = world.person(time_zone="Pacific/Kiritimati")
    west = world.person(time_zone="Pacific/Pago_Pago")
    there = str(world.value("select (now() at time zone 'Pacific/Pago_Pago')::date::text"))
    assert west.ask(deadline_date=there).status_code == 200
    # The two zones are 25 hours apart: what is today in one is always past in the other.
    assert refusal(east.ask(deadline_date=there))[1] == "invalid_deadline_date"


def test_a_nul_character_is_refused_before_anything_else(world: World) -> None:
    ada = world.person()
    for field in ("topic", "notes", "weekly_hours", "request_key"):
        assert refusal(ada.ask(**{field: "a\u0000b"}))[:2] == (400, "22P05"), field
    assert traces(world, ada) == NOTHING


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b'{"topic": "\\ud83d"}'], ids=repr)
def test_a_body_that_is_no_form_is_refused(world: World, body: bytes) -> None:
    ada = world.person()
    headers = {**ada.headers, "Content-Type": "application/json"}
    answer = world.http.post("rpc/create_plan", content=body, headers=headers)
    assert 400 <= answer.status_code < 500
    assert traces(world, ada) == NOTHING


def test_an_unknown_argument_is_refused(world: World) -> None:
    ada = world.person()
    assert refusal(ada.ask(user_id=str(uuid.uuid4())))[:2] == (404, "PGRST202")
    assert refusal(ada.ask(origin="ai"))[:2] == (404, "PGRST202")
    assert traces(world, ada) == NOTHING
