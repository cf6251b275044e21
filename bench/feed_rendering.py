"""Rendering a feed of 500 events, beside icalendar's tree of properties for the same lines.

The baseline is the plainest loop over the documented classes of icalendar 7: `Event.new` with what
our events carry, an alarm each, the zone by `add_missing_timezones`, `to_ical`. Both begin with the
document as the database gives it, so both pay for its validation.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Any

from icalendar import Alarm, Calendar, Event

from bench.measure import Act, interleaved
from bench.result import Result
from learnbase.exporting import render_feed
from learnbase.exporting.document import Feed
from learnbase.exporting.time_zone import zone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.ground import Ground

EVENTS, WEEKS = 500, 25
AIM = 0.25
FIRST = dt.datetime(2026, 11, 23, 17, tzinfo=dt.UTC)


def rendering(ground: Ground) -> Iterator[Result]:
    """Measure both on the same feed."""
    feed = a_feed()
    ours, plain = render_feed(feed), plainly(feed)
    counted = [octets.count(b"BEGIN:VEVENT") for octets in (ours, plain)]
    if counted != [EVENTS, EVENTS]:
        raise AssertionError(f"{counted} events instead of {EVENTS} each")
    acts = {"ours": Act(lambda: render_feed(feed)), "plain": Act(lambda: plainly(feed))}
    taken = interleaved(acts, turns=ground.turns)
    yield Result(
        "schedule.feed.rendering",
        taken["ours"],
        "ms",
        taken["plain"],
        f"the same {EVENTS} events by icalendar",
        aim=AIM,
    )


def plainly(document: dict[str, Any]) -> bytes:
    """Return the calendar as icalendar makes it."""
    feed = Feed.model_validate(document)
    clock = zone(feed.time_zone)
    calendar = Calendar.new(name=feed.name, prodid="-//Learnbase//Bench//EN")
    for plan in feed.plans:
        for week in plan.weeks:
            for task in week.tasks:
                for session in task.sessions:
                    event = Event.new(
                        uid=f"{session.id}@learnbase",
                        stamp=session.updated_at,
                        created=session.created_at,
                        last_modified=session.updated_at,
                        sequence=session.sequence,
                        start=session.starts_at.astimezone(clock),
                        end=session.ends_at.astimezone(clock),
                        summary=task.title,
                        description=f"{task.description}\n\nWeek {week.order}: {week.title}",
                        url=task.links[0].url,
                        categories=[plan.plan.topic],
                    )
                    event.add("STATUS", "CONFIRMED")
                    event.add("TRANSP", "OPAQUE")
                    alarm = Alarm()
                    alarm.add("ACTION", "DISPLAY")
                    alarm.add("TRIGGER", -dt.timedelta(minutes=feed.reminder_lead_minutes or 0))
                    alarm.add("DESCRIPTION", task.title)
                    event.add_component(alarm)
                    calendar.add_component(event)
    calendar.add_missing_timezones()
    return calendar.to_ical()


def a_feed() -> dict[str, Any]:
    """Return a learner's feed as `worker.load_feed` has it."""
    weeks = [
        {
            "module_id": _id("week", week),
            "order": week + 1,
            "title": f"Week {week + 1}",
            "description": None,
            "estimated_minutes": 900,
            "tasks": [_task(week, task) for task in range(EVENTS // WEEKS)],
        }
        for week in range(WEEKS)
    ]
    made = FIRST.isoformat()
    plan = {
        "id": _id("plan", 0),
        "topic": "Swift for iOS Development",
        "skill_level": "beginner",
        "learning_style": "practice",
        "weekly_hours": 15,
        "language": "en",
        "visibility": "private",
        "created_at": made,
        "updated_at": made,
    }
    exported = {
        "plan": plan,
        "starts_on": "2026-11-23",
        "time_zone": "Europe/Berlin",
        "reminder_lead_minutes": 30,
        "made_at": made,
        "progress": {"total_tasks": EVENTS, "completed_tasks": 0, "completion": 0},
        "weeks": weeks,
    }
    told = {"time_zone": "Europe/Berlin", "reminder_lead_minutes": 30, "name": "Learnbase"}
    return told | {"plans": [exported]}


def _task(week: int, task: int) -> dict[str, Any]:
    number = week * (EVENTS // WEEKS) + task
    starts = FIRST + dt.timedelta(days=number // 3, hours=number % 3)
    session = {
        "id": _id("session", number),
        "part": 1,
        "parts": 1,
        "starts_at": starts.isoformat(),
        "ends_at": (starts + dt.timedelta(minutes=45)).isoformat(),
        "pinned": False,
        "sequence": 1,
        "created_at": FIRST.isoformat(),
        "updated_at": FIRST.isoformat(),
    }
    return {
        "task_id": _id("task", number),
        "order": task + 1,
        "day": task % 7 + 1,
        "title": f"Build the screen of chapter {number}, and try it on a phone",
        "description": "Read the chapter; write the view.\nThen run it, and change one thing.",
        "estimated_minutes": 45,
        "status": "not_started",
        "links": [
            {
                "title": "The Swift Programming Language",
                "url": f"https://docs.swift.org/swift-book/documentation/{number}",
                "type": "doc",
            }
        ],
        "sessions": [session],
    }


def _id(kind: str, number: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{kind} {number}"))


MEASUREMENTS = {"schedule.feed.rendering": rendering}
