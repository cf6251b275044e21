"""The calendar, read back by programs that are not ours."""

from __future__ import annotations

import datetime as dt
from typing import Any

import icalendar
import vobject
from hypothesis import given

from learnbase.exporting import render, render_feed
from tests.exporting.plans import (
    a_feed,
    a_link,
    a_plan,
    a_session,
    a_task,
    plans,
    recent,
    shown_sessions,
    without_sessions,
)


def read(octets: bytes) -> icalendar.Calendar:
    return icalendar.Calendar.from_ical(octets)


def events(octets: bytes) -> list[Any]:
    found = read(octets).events
    assert all(not event.errors for event in found)
    return found


def instant(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).astimezone(dt.UTC)


def flat(text: str) -> str:
    """Text without what no reader is asked to keep: controls, and how breaks are written."""
    return "".join(text.replace("\ufffe", "").replace("\uffff", "").split()).translate(
        dict.fromkeys([*range(32), *range(127, 160), 0x2028, 0x2029])
    )


@given(plans())
def test_icalendar_reads_what_was_meant(plan: dict[str, Any]):
    expected = shown_sessions(plan)
    read_back = events(render(plan, "ics"))
    assert len(read_back) == len(expected)
    for event, (task, session) in zip(read_back, expected, strict=True):
        assert event["UID"] == f"{session['id']}@learnbase"
        assert event.DTSTART.astimezone(dt.UTC) == instant(session["starts_at"])
        assert event.DTEND.astimezone(dt.UTC) == instant(session["ends_at"])
        assert event["SEQUENCE"] == session["sequence"]
        assert event["CREATED"].dt == instant(session["created_at"])
        assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt >= instant(session["updated_at"])
        assert flat(task["title"]) in flat(event["SUMMARY"])
        assert flat(task["description"] or "") in flat(event["DESCRIPTION"])
        assert [flat(each) for each in event["CATEGORIES"].cats] == [flat(plan["plan"]["topic"])]
        assert str(event.get("URL", "https://")).startswith(("http://", "https://"))
        reminded = plan["reminder_lead_minutes"] is not None and task["status"] != "completed"
        assert len(event.alarms.times) == (1 if reminded else 0)


@given(plans(when=recent))  # vobject keeps the first VTIMEZONE of a name that it meets
def test_vobject_reads_the_same_instants(plan: dict[str, Any]):
    calendar = vobject.readOne(render(plan, "ics").decode())
    found = {
        event.uid.value: (event.dtstart.value.astimezone(dt.UTC), event.dtend.value)
        for event in getattr(calendar, "vevent_list", [])
    }
    expected = {
        f"{session['id']}@learnbase": instant(session["starts_at"])
        for _, session in shown_sessions(plan)
    }
    assert {uid: starts for uid, (starts, _) in found.items()} == expected


@given(plans())
def test_every_line_is_short_and_whole(plan: dict[str, Any]):
    octets = render(plan, "ics")
    assert octets.endswith(b"\r\n")
    lines = octets.removesuffix(b"\r\n").split(b"\r\n")
    assert max(map(len, lines)) <= 75
    for line in lines:
        text = line.decode()  # no character is cut in two
        assert len(text.splitlines()) == 1
        assert not any(ord(each) < 32 or 127 <= ord(each) < 160 for each in text)
    unfolded = octets.replace(b"\r\n ", b"").split(b"\r\n")
    assert unfolded.count(b"BEGIN:VEVENT") == len(shown_sessions(plan))


@given(plans())
def test_the_same_plan_gives_the_same_octets(plan: dict[str, Any]):
    assert render(plan, "ics") == render(plan, "ics")


def test_a_feed_shows_all_plans_under_one_name():
    first = a_plan(a_task("Read", sessions=[a_session("2026-11-24T17:00:00+00:00")]))
    second = a_plan(a_task("Write", sessions=[a_session("2026-11-25T17:00:00+00:00")]))
    octets = render_feed(a_feed(first, second, name="My plans"))
    assert [str(event["SUMMARY"]) for event in events(octets)] == ["Read", "Write"]
    assert str(read(octets)["X-WR-CALNAME"]) == str(read(octets)["NAME"]) == "My plans"


def test_a_calendar_says_who_made_it_and_how_often_to_come_back():
    calendar = read(render(a_plan(a_task()), "ics"))
    assert calendar["VERSION"] == "2.0"
    assert calendar["PRODID"].startswith("-//Learnbase//")
    assert "METHOD" not in calendar
    assert calendar["REFRESH-INTERVAL"].dt == dt.timedelta(hours=1)
    assert calendar["X-PUBLISHED-TTL"] == "PT1H"
    assert [str(zone["TZID"]) for zone in calendar.timezones] == ["Europe/Berlin"]


def test_a_moved_session_keeps_its_uid_and_raises_its_sequence():
    session = a_session("2026-11-24T17:00:00+00:00")
    moved = session | {
        "starts_at": "2026-11-25T18:00:00+00:00",
        "ends_at": "2026-11-25T18:45:00+00:00",
        "sequence": 1,
        "updated_at": "2026-11-21T07:00:00+00:00",
    }
    [before] = events(render(a_plan(a_task(sessions=[session])), "ics"))
    [after] = events(render(a_plan(a_task(sessions=[moved])), "ics"))
    assert before["UID"] == after["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)
    assert before["LAST-MODIFIED"].dt < after["LAST-MODIFIED"].dt


def test_a_finished_task_is_ticked_and_reminds_no_more():
    task = a_task(
        status="completed",
        completed_at="2026-11-24T18:00:00+00:00",
        sessions=[
            a_session("2026-11-24T17:00:00+00:00", part=1, parts=2),
            a_session("2026-11-26T17:00:00+00:00", part=2, parts=2),
        ],
    )
    [event] = events(render(a_plan(task), "ics"))
    assert event["SUMMARY"] == "✓ Install Xcode (1/2)"
    assert not event.alarms.times
    assert event["LAST-MODIFIED"].dt == instant("2026-11-24T18:00:00+00:00")


def test_a_new_title_a_tick_and_a_tick_taken_back_are_changes_each_later_than_the_last():
    session = a_session("2026-11-24T17:00:00+00:00")
    told = [
        a_task(sessions=[session], updated_at="2026-11-20T09:00:00+00:00"),
        a_task("Install it", sessions=[session], updated_at="2026-11-21T09:00:00+00:00"),
        a_task(
            "Install it",
            sessions=[session],
            status="completed",
            completed_at="2026-11-24T18:00:00+00:00",
            updated_at="2026-11-24T18:00:01+00:00",
        ),
        a_task("Install it", sessions=[session], updated_at="2026-11-24T18:05:00+00:00"),
    ]
    changed = [events(render(a_plan(task), "ics"))[0]["LAST-MODIFIED"].dt for task in told]
    assert changed == sorted(set(changed))


def test_what_is_still_to_come_of_a_task_set_aside_is_left_out():
    sessions = [a_session("2026-11-24T17:00:00+00:00"), a_session("2026-11-26T17:00:00+00:00")]
    task = a_task(set_aside_at="2026-11-25T00:00:00+00:00", sessions=sessions)
    assert len(events(render(a_plan(task), "ics"))) == 1


def test_the_address_of_an_event_is_the_first_link_that_lives():
    links = [
        a_link("https://gone.example/", dead=True),
        a_link("javascript:alert(1)"),
        a_link("https://alive.example/a,b;c"),
    ]
    [event] = events(render(a_plan(a_task(links=links)), "ics"))
    assert event["URL"] == "https://alive.example/a,b;c"
    assert "gone.example" not in event["DESCRIPTION"]
    assert "javascript" not in event["DESCRIPTION"]


def test_no_reminders_where_none_are_wished_for():
    [event] = events(render(a_plan(a_task(), reminder_lead_minutes=None), "ics"))
    assert not event.alarms.times


def test_a_reminder_comes_before_the_session():
    [event] = events(render(a_plan(a_task(), reminder_lead_minutes=90), "ics"))
    [alarm] = event.alarms.times
    assert alarm.trigger.astimezone(dt.UTC) == instant("2026-11-24T15:30:00+00:00")


def test_a_plan_without_sessions_is_an_empty_calendar():
    octets = render(without_sessions(a_plan(a_task())), "ics")
    assert not events(octets)
    assert vobject.readOne(octets.decode()).version.value == "2.0"


def test_the_second_of_two_equal_hours_is_told_in_utc():
    task = a_task(
        sessions=[a_session("2026-10-25T00:30:00+00:00"), a_session("2026-10-25T01:30:00+00:00")]
    )
    octets = render(a_plan(task), "ics")
    assert b"DTSTART;TZID=Europe/Berlin:20261025T023000\r\n" in octets
    assert b"DTSTART:20261025T013000Z\r\n" in octets
