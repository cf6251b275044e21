"""Would it fit? The answer comes from the person's own weeks, and nothing is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.edge.serving import refused

if TYPE_CHECKING:
    import httpx

    from tests.world import Person, World

WISH = {
    "topic": "Python",
    "skill_level": "beginner",
    "weekly_hours": 4,
    "learning_style": "mixed",
    "start_date": "2027-01-04",
}


def ask(http: httpx.Client, person: Person, **changes: Any) -> httpx.Response:
    body = {name: value for name, value in {**WISH, **changes}.items() if value is not ...}
    token = {"Authorization": person.headers["Authorization"]}
    return http.post("/feasibility", json=body, headers=token)


def test_enough_time_fits_and_too_little_says_what_would(http: httpx.Client, world: World):
    ada = world.person()
    enough = ask(http, ada)
    assert enough.status_code == 200, enough.text
    assert enough.json()["fits"] is True
    tight = ask(http, ada, deadline_date="2027-01-08").json()
    assert tight["fits"] is False
    assert tight["needed_minutes"] > tight["available_minutes"]
    assert {choice["choice"] for choice in tight["choices"]} <= {
        "more_hours",
        "later_date",
        "fewer_tasks",
    }
    assert tight["choices"]
    assert world.count("public.learning_plans", user_id=ada.id) == 0


def test_days_off_of_this_person_count_and_nobody_elses(http: httpx.Client, world: World):
    ada, ben = world.person(), world.person("Ben")
    ada.insert("days_off", {"starts_on": "2027-01-04", "ends_on": "2027-02-03"})
    deadline = "2027-02-07"
    hers, his = (ask(http, who, deadline_date=deadline).json() for who in (ada, ben))
    assert hers["available_minutes"] < his["available_minutes"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"topic": ""}, "topic"),
        ({"topic": ...}, "topic"),
        ({"skill_level": "wizard"}, "skill_level"),
        ({"weekly_hours": 81}, "weekly_hours"),
        ({"weekly_hours": "5"}, "weekly_hours"),
        ({"learning_style": 3}, "learning_style"),
        ({"start_date": "2027-02-30"}, "start_date"),
        ({"deadline_date": "1066-10-14"}, "deadline_date"),
        ({"deadline_date": "2027-01-03"}, "deadline_date"),
        ({"deadline_date": 0}, "deadline_date"),
        ({"start_date": "1767225600"}, "start_date"),
        ({"language": "en_US!"}, "language"),
        ({"colour": "red"}, "colour"),
    ],
    ids=str,
)
def test_a_wish_that_makes_no_sense_is_refused_by_field(
    http: httpx.Client, world: World, changes: dict[str, Any], field: str
):
    body = refused(ask(http, world.person(), **changes), 422, "invalid_request")
    assert body["details"] == field


def test_only_json_is_read(http: httpx.Client, world: World):
    token = {"Authorization": world.person().headers["Authorization"]}
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        answer = http.post("/feasibility", content=b"{}", headers={**token, "Content-Type": kind})
        refused(answer, 415, "unsupported_media_type")
    broken = {**token, "Content-Type": "application/json"}
    for body in (b"{", b"\xff\xfe", b"[" * 30_000):
        answer = http.post("/feasibility", content=body, headers=broken)
        assert refused(answer, 422, "invalid_request")["details"] == "body"


def test_nobody_is_told_to_sign_in_first(http: httpx.Client):
    refused(http.post("/feasibility", json={}), 401, "not_signed_in")
