"""A plan as events of Google Calendar: what each says, its limits, when it counts as changed."""

from __future__ import annotations

import copy
import datetime as dt
import html
import re
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnbase.exporting.document import PlanExport
from learnbase.exporting.google import (
    LONGEST_DESCRIPTION,
    LONGEST_SUMMARY,
    calendar_body,
    calendar_url,
    event_id,
    events_of,
    moved,
    session_of,
)
from tests.exporting.plans import (
    a_link,
    a_plan,
    a_session,
    a_task,
    plans,
    shown_sessions,
    texts,
)

if TYPE_CHECKING:
    from learnbase.exporting.google import Event

EXPORT = str(uuid.UUID(int=7))


def events(plan: dict[str, Any], **options: Any) -> tuple[Event, ...]:
    return events_of(PlanExport.model_validate(plan), EXPORT, **options).events


def body(*tasks: dict[str, Any], options: dict[str, Any] | None = None, **changed: Any) -> Any:
    [event] = events(a_plan(*tasks, **changed), **(options or {}))
    return event.body


def test_a_session_is_an_event_at_its_time_in_the_learners_zone():
    said = body(a_task())
    assert said["summary"] == "Install Xcode"
    assert said["start"] == {"dateTime": "2026-11-24T17:00:00Z", "timeZone": "Europe/Berlin"}
    assert said["end"] == {"dateTime": "2026-11-24T17:45:00Z", "timeZone": "Europe/Berlin"}
    assert said["description"] == (
        "Get it from the store.\n\n"
        "Week 1: First steps\n45 minutes in all\n\n"
        "The Swift Programming Language: https://docs.swift.org/swift-book/"
    )
    assert said["reminders"] == {
        "useDefault": False,
        "overrides": [{"method": "popup", "minutes": 30}],
    }
    assert said["source"] == {
        "title": "The Swift Programming Language",
        "url": "https://docs.swift.org/swift-book/",
    }
    assert (said["colorId"], said["transparency"]) == ("1", "opaque")
    private = said["extendedProperties"]["private"]
    assert private["learnbase_export"] == EXPORT
    assert private["learnbase_session"] == a_session("2026-11-24T17:00:00+00:00")["id"]


def test_a_part_says_which_and_a_finished_task_has_a_tick_and_no_reminder():
    done = a_task(
        status="completed",
        completed_at="2026-11-24T18:00:00+00:00",
        sessions=[a_session("2026-11-24T17:00:00+00:00", part=2, parts=3)],
    )
    said = body(done)
    assert said["summary"] == "✓ Install Xcode (2/3)"
    assert said["reminders"] == {"useDefault": False, "overrides": []}


@pytest.mark.parametrize(
    ("wish", "lead", "expected"),
    [
        ("preferred", None, {"useDefault": False, "overrides": []}),
        ("preferred", 0, {"useDefault": False, "overrides": [{"method": "popup", "minutes": 0}]}),
        (
            "preferred",
            99_999,
            {"useDefault": False, "overrides": [{"method": "popup", "minutes": 40_320}]},
        ),
        ("calendar", 30, {"useDefault": True}),
        ("none", 30, {"useDefault": False, "overrides": []}),
    ],
)
def test_reminders_come_as_the_learner_wishes(wish: str, lead: int | None, expected: Any):
    said = body(a_task(), options={"reminders": wish}, reminder_lead_minutes=lead)
    assert said["reminders"] == expected


def test_weeks_have_colours_in_turn():
    plan = a_plan(a_task())
    weeks = []
    for number in range(1, 14):
        week = copy.deepcopy(plan["weeks"][0])
        starts = f"2026-12-{number:02d}T17:00:00+00:00"
        week |= {"order": number, "module_id": str(uuid.UUID(int=number))}
        week["tasks"][0] |= {"task_id": str(uuid.uuid4()), "sessions": [a_session(starts)]}
        weeks.append(week)
    colours = [event.body["colorId"] for event in events(plan | {"weeks": weeks})]
    assert colours == [str(number) for number in [*range(1, 12), 1, 2]]


def test_what_the_learner_called_off_is_told_apart_from_what_is_gone():
    task = a_task(
        status="completed",
        completed_at="2026-11-25T00:00:00+00:00",
        sessions=[a_session("2026-11-24T17:00:00+00:00"), a_session("2026-11-26T17:00:00+00:00")],
    )
    shown = events_of(PlanExport.model_validate(a_plan(task)), EXPORT)
    assert [event.key for event in shown.events] == [task["sessions"][0]["id"]]
    assert shown.ended == {task["task_id"]}
    told = shown.events[0].body["extendedProperties"]["private"]
    assert told["learnbase_task"] == task["task_id"]


def test_a_link_that_is_dead_or_not_secure_is_no_source():
    links = [a_link("https://gone.example/", dead=True), a_link("http://plain.example/")]
    said = body(a_task(links=links))
    assert said["source"] is None
    assert "http://plain.example/" in said["description"]
    assert "gone.example" not in said["description"]


def test_text_that_looks_like_html_shows_as_it_was_written():
    said = body(a_task(description='Use <b onload="x"> & &lt; in HTML', links=[]))
    shown = html.unescape(re.sub("<[^>]*>", "", said["description"]))
    assert shown.startswith('Use <b onload="x"> & &lt; in HTML')


def test_an_address_with_an_ampersand_stays_an_address_for_programs_that_know_no_html():
    url = "https://www.youtube.com/watch?v=abc&t=10"
    assert url in body(a_task(links=[a_link(url)]))["description"]


def test_a_description_that_is_too_long_loses_its_end_and_no_link():
    links = [a_link(f"https://a.example/{number}/" + "x" * 300) for number in range(10)]
    said = body(a_task(description="word " * 4000, links=links))["description"]
    assert len(said) <= LONGEST_DESCRIPTION
    assert all(link["url"] in said for link in links)
    assert "word…" in said


def test_links_without_end_are_cut_between_two_of_them():
    links = [a_link(f"https://a.example/{number}/" + "x" * 1900) for number in range(10)]
    said = body(a_task(links=links))["description"]
    assert len(said) <= LONGEST_DESCRIPTION
    told = re.findall(r"https://\S+", said)
    assert told == [link["url"] for link in links[: len(told)]]
    assert said.endswith("\n…")


def test_the_hash_tells_a_move_from_an_edit():
    before = events(a_plan(a_task()))[0].hash
    ticked = a_task(status="completed", completed_at="2026-11-25T00:00:00+00:00")
    edited = events(a_plan(ticked))[0].hash
    assert edited != before
    assert not moved(before, edited)
    session = a_session("2026-11-24T17:00:00+00:00") | {"ends_at": "2026-11-24T18:30:00+00:00"}
    longer = events(a_plan(a_task(sessions=[session])))[0].hash
    assert moved(before, longer)


def test_a_copy_that_the_learner_made_is_not_ours():
    [event] = events(a_plan(a_task()))
    listed = {"id": event.id, "status": "confirmed", **event.body}
    assert session_of(listed) == event.key
    assert session_of(listed | {"id": "4q7v1s9d"}) is None
    assert session_of({"id": event.id, "status": "cancelled"}) == event.key
    assert session_of({"id": event.id, "status": "confirmed"}) is None


def test_a_zone_that_nobody_knows_is_told_as_utc():
    plan = PlanExport.model_validate(a_plan(a_task(), time_zone="Nowhere/At_all"))
    assert calendar_body(plan, EXPORT)["timeZone"] == "UTC"
    assert events_of(plan, EXPORT).events[0].body["start"]["timeZone"] == "UTC"


def test_the_calendars_address_holds_its_id():
    assert calendar_url("c_1@group.calendar.google.com").startswith(
        "https://calendar.google.com/calendar/r?cid=Y18xQGdyb3Vw"
    )


@given(st.uuids())
def test_an_events_id_is_one_that_google_takes(session: uuid.UUID):
    assert re.fullmatch(r"[a-v0-9]{5,1024}", event_id(session))


@given(plans(), st.sampled_from(["preferred", "calendar", "none"]))
def test_any_plan_becomes_events_within_the_limits(plan: dict[str, Any], wish: Any):
    made = events(plan, reminders=wish)
    assert [event.key for event in made] == [s["id"] for _, s in shown_sessions(plan)]
    for event, (_, session) in zip(made, shown_sessions(plan), strict=True):
        said = event.body
        assert len(said["description"]) <= LONGEST_DESCRIPTION
        assert 0 < len(said["summary"]) <= LONGEST_SUMMARY
        assert "\n" not in said["summary"]
        starts = dt.datetime.fromisoformat(said["start"]["dateTime"])
        assert starts == dt.datetime.fromisoformat(session["starts_at"])
        assert "<" not in said["description"]
    assert events(plan, reminders=wish) == made


@given(texts)
def test_a_description_shows_what_was_written(text: str):
    said = body(a_task(description=text, links=[]))["description"]
    shown = html.unescape(said)
    kept = re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]", "", text.replace("\r\n", "\n"))
    # HTML itself has no name for some numbers; nothing else may be lost.
    assert shown.startswith(kept.strip()) or "&#" in text
