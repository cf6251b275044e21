"""A plan, or all plans of a learner, as iCalendar (RFC 5545, RFC 7986).

Each session is an event. Its UID is the session's id, so that a session that was moved moves in the
calendar and is not doubled; DTSTAMP is when it was last changed, so that the same plan gives the
same bytes. A plan without sessions is an empty calendar: days nobody chose are no appointments.

The lines are written here and not by a library: a feed is rendered again whenever a learner ticks a
task, and a tree of typed properties costs more than ten times as much (`bench/feed_rendering.py`).
`icalendar` and others read the result back in the tests.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from learnbase.exporting.document import Feed, PlanExport, Session, Task, Week
from learnbase.exporting.lines import folded, text
from learnbase.exporting.time_zone import UTC, vtimezone, zone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

PRODUCT = "-//Learnbase//Plan calendar//EN"
REFRESH = "PT1H"  # how often a subscriber is asked to come back


class _Event(NamedTuple):
    """What the sessions of one task have in common, and one of them."""

    session: Session
    task: Task
    starts: dt.datetime
    ends: dt.datetime
    about: str
    stamp: str


def calendar(plans: Feed | PlanExport) -> bytes:
    """Return the calendar, times in the learner's zone.

    Left out is what is still to come of a task that is finished or set aside. Alarms come as long
    before a session as the learner wishes, and none for what is done.
    """
    feed = plans if isinstance(plans, Feed) else _alone(plans)
    clock = zone(feed.time_zone)
    events = [event for plan in feed.plans for event in _events(plan, clock)]
    name = text(feed.name)
    parts = [
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n",
        f"PRODID:{PRODUCT}\r\nCALSCALE:GREGORIAN\r\n",
        folded(f"NAME:{name}"),
        folded(f"X-WR-CALNAME:{name}"),
        f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}\r\nX-PUBLISHED-TTL:{REFRESH}\r\n",
    ]
    if clock is not UTC:
        parts.append(f"X-WR-TIMEZONE:{clock.key}\r\n")
        if events:
            first = min(event.starts.year for event in events)
            last = max(event.ends.year for event in events)
            parts.append(vtimezone(clock, first, last))
    parts += [_vevent(event, clock, feed.reminder_lead_minutes) for event in events]
    parts.append("END:VCALENDAR\r\n")
    return "".join(parts).encode()


def _alone(plan: PlanExport) -> Feed:
    return Feed.model_construct(
        time_zone=plan.time_zone,
        reminder_lead_minutes=plan.reminder_lead_minutes,
        name=plan.plan.topic,
        plans=(plan,),
    )


def _events(plan: PlanExport, clock: ZoneInfo) -> Iterator[_Event]:
    category = folded(f"CATEGORIES:{text(plan.plan.topic)}")
    for week in plan.weeks:
        for task in week.tasks:
            held = _held(task, plan.made_at)
            if not held:
                continue
            about, stamp = _about(task, week) + category, _utc(_changed(task))
            for session in held:
                starts, ends = (
                    session.starts_at.astimezone(clock),
                    session.ends_at.astimezone(clock),
                )
                yield _Event(session, task, starts, ends, about, stamp)


def _held(task: Task, made_at: dt.datetime) -> list[Session]:
    """Return the sessions that took place or will: none after the task was done or set aside."""
    since = task.set_aside_at
    if task.is_done:
        done_at = task.completed_at or made_at
        since = min(since, done_at) if since else done_at
    return [each for each in task.sessions if since is None or each.starts_at < since]


def _changed(task: Task) -> dt.datetime:
    """Return when anything that its events say was last changed: it never goes back."""
    # The title, the tick in it, and its "(1/2)" are changes of every session.
    changes = [session.updated_at for session in task.sessions]
    changes += [change for change in (task.updated_at, task.completed_at) if change]
    return max(changes)


def _about(task: Task, week: Week) -> str:
    """Return the lines that all sessions of a task share."""
    links = [link for link in task.links if not link.dead]
    told = [f"Week {week.order}: {week.title}", f"{task.estimated_minutes} minutes in all"]
    paragraphs = [task.description.strip()] if task.description else []
    paragraphs.append("\n".join(told))
    if links:
        paragraphs.append("\n".join(f"{link.title}: {link.url}" for link in links))
    described = "\n\n".join(paragraphs)
    lines = folded(f"DESCRIPTION:{text(described)}")
    return lines + folded(f"URL:{links[0].url}") if links else lines


def _vevent(event: _Event, clock: ZoneInfo, lead: int | None) -> str:
    session, task = event.session, event.task
    part = f" ({session.part}/{session.parts})" if session.parts > 1 else ""
    title = text(f"{'✓ ' if task.is_done else ''}{task.title}{part}")
    alarm = ""
    if lead is not None and not task.is_done:
        alarm = (
            f"BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT{lead}M\r\n"
            f"{folded(f'DESCRIPTION:{title}')}END:VALARM\r\n"
        )
    return (
        f"BEGIN:VEVENT\r\nUID:{session.id}@learnbase\r\n"
        f"DTSTAMP:{event.stamp}\r\nCREATED:{_utc(session.created_at)}\r\n"
        f"LAST-MODIFIED:{event.stamp}\r\n"
        f"SEQUENCE:{session.sequence}\r\n"
        f"DTSTART{_local(event.starts, clock)}\r\nDTEND{_local(event.ends, clock)}\r\n"
        f"{folded(f'SUMMARY:{title}')}{event.about}"
        f"STATUS:CONFIRMED\r\nTRANSP:OPAQUE\r\n{alarm}END:VEVENT\r\n"
    )


def _utc(instant: dt.datetime) -> str:
    return f"{_basic(instant.astimezone(dt.UTC))}Z"


def _local(shown: dt.datetime, clock: ZoneInfo) -> str:
    # In the hour that the clocks repeat a local time means the first one (RFC 5545, 3.3.5).
    if clock is UTC or shown.fold:
        return f":{_utc(shown)}"
    return f";TZID={clock.key}:{_basic(shown)}"


def _basic(shown: dt.datetime) -> str:
    # In ISO 8601's basic format; strftime takes five times as long.
    return shown.isoformat(timespec="seconds")[:19].replace("-", "").replace(":", "")
