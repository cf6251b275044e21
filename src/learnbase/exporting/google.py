"""A plan as events of Google Calendar: one for each session.

Each event's id is made of its session's, so that an event can be found, moved and brought back
without anything else being remembered, and no repetition doubles it.

https://developers.google.com/workspace/calendar/api/v3/reference/events
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import html
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from learnbase.exporting.time_zone import zone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from learnbase.exporting.document import Link, PlanExport, Session, Task, Week

Json = dict[str, Any]
Reminders = Literal["preferred", "calendar", "none"]
"""As the learner set for the plan; as the calendar has it by default; none."""

LONGEST_DESCRIPTION = 8192  # characters
LONGEST_SUMMARY = 1024
LONGEST_NAME = 254  # of a calendar
COLORS = 11  # "1" to "11", as the service's `colors.get` lists them for events
_MOST_LEAD = 40_320  # minutes; four weeks, the service's limit
_SESSION, _EXPORT, _HASH = "learnbase_session", "learnbase_export", "learnbase_hash"
_TASK = "learnbase_task"

# Google's own: letters a to v and digits (base32hex). A hexadecimal number fits as it is, and so do
# the two letters that keep it apart from what Google makes up itself.
_OURS = re.compile("lb[0-9a-f]{32}")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")


@dataclass(frozen=True)
class Event:
    """An event as it should be.

    Attributes:
        key: The session's id.
        id: The event's own.
        body: What is sent, apart from id and status; complete, so that a patch leaves nothing old.
        hash: Of the body: `<of start and end>-<of all>`.
    """

    key: str
    id: str
    body: Json
    hash: str


@dataclass(frozen=True)
class Calendar:
    """All that a plan puts into a calendar.

    Attributes:
        events: In the plan's order.
        ended: The ids of tasks that were finished or set aside: that their sessions are no more is
            the learner's own doing, unlike what vanished from the plan.
    """

    events: tuple[Event, ...]
    ended: frozenset[str]


def event_id(session: UUID | str) -> str:
    """Return the id of a session's event: "lb" and 32 hexadecimal digits."""
    return f"lb{UUID(str(session)).hex}"


def session_of(event: Json) -> str | None:
    """Return the session's id if an event, as Google lists it, is one that we made.

    A copy that the learner made carries our properties along, but has an id of its own: it is
    theirs. Of deleted events only the id is sure to be told.
    """
    its_id = str(event.get("id", ""))
    if not _OURS.fullmatch(its_id):
        return None
    session = str(UUID(its_id[2:]))
    told = _private(event).get(_SESSION)
    return session if told == session or (told is None and is_cancelled(event)) else None


def is_cancelled(event: Json) -> bool:
    """Whether it was deleted."""
    return event.get("status") == "cancelled"


def task_of(event: Json) -> str | None:
    """Return the id of the task that an event of ours is for."""
    told = _private(event).get(_TASK)
    return str(told) if told else None


def hash_of(event: Json) -> str | None:
    """Return the hash of what we last wrote into an event."""
    told = _private(event).get(_HASH)
    return str(told) if told else None


def moved(before: str | None, now: str) -> bool:
    """Whether an event's time changed between two hashes."""
    return before is None or before.partition("-")[0] != now.partition("-")[0]


def calendar_body(plan: PlanExport, export_id: str) -> Json:
    """Return the calendar that a plan gets."""
    return {
        "summary": _cut(f"Learnbase: {_line(plan.plan.topic)}", LONGEST_NAME),
        "description": f"Made by Learnbase from your learning plan. [{marker(export_id)}]",
        "timeZone": zone(plan.time_zone).key,
    }


def calendar_url(calendar_id: str) -> str:
    """Return where a learner sees a calendar of theirs."""
    told = base64.urlsafe_b64encode(calendar_id.encode()).decode().rstrip("=")
    return f"https://calendar.google.com/calendar/r?cid={told}"


def marker(export_id: str) -> str:
    """Return what stands in the description of an export's calendar and of no other."""
    return f"learnbase-{export_id}"


def events_of(plan: PlanExport, export_id: str, reminders: Reminders = "preferred") -> Calendar:
    """Return what a calendar shows of a plan, in its order.

    As in the feed, left out is what is still to come of a task that is finished or set aside.
    """
    events: list[Event] = []
    ended: set[str] = set()
    for week in plan.weeks:
        for task in week.tasks:
            if task.is_done or task.set_aside_at:
                ended.add(str(task.task_id))
            for session in task.sessions:
                if _takes_place(session, task, plan.made_at):
                    body = _body(plan, week, task, session, reminders)
                    events.append(_event(session.id, task.task_id, body, export_id))
    return Calendar(tuple(events), frozenset(ended))


def _takes_place(session: Session, task: Task, made_at: dt.datetime) -> bool:
    ended = [task.set_aside_at] if task.set_aside_at else []
    if task.is_done:
        ended.append(task.completed_at or made_at)
    return all(session.starts_at < each for each in ended)


def _body(plan: PlanExport, week: Week, task: Task, session: Session, reminders: Reminders) -> Json:
    clock = zone(plan.time_zone).key
    part = f" ({session.part}/{session.parts})" if session.parts > 1 else ""
    tick = "✓ " if task.is_done else ""
    title = _cut(_line(task.title), LONGEST_SUMMARY - len(tick) - len(part))
    return {
        "summary": f"{tick}{title}{part}",
        "description": _description(week, task),
        "start": {"dateTime": _utc(session.starts_at), "timeZone": clock},
        "end": {"dateTime": _utc(session.ends_at), "timeZone": clock},
        "colorId": str((week.order - 1) % COLORS + 1),
        "transparency": "opaque",
        "reminders": _reminders(None if task.is_done else plan.reminder_lead_minutes, reminders),
        "source": _source(task),
    }


def _event(session: UUID, task: UUID, body: Json, export_id: str) -> Event:
    # The zone is how a time is shown; only start and end are when.
    time = _digest([body[edge]["dateTime"] for edge in ("start", "end")], 8)
    stamp = f"{time}-{_digest(body, 20)}"
    private = {_SESSION: str(session), _TASK: str(task), _EXPORT: export_id, _HASH: stamp}
    whole = body | {"extendedProperties": {"private": private}}
    return Event(str(session), event_id(session), whole, stamp)


def _reminders(lead: int | None, wish: Reminders) -> Json:
    if wish == "calendar":
        return {"useDefault": True}
    if wish == "none" or lead is None:
        return {"useDefault": False, "overrides": []}
    popup = {"method": "popup", "minutes": min(lead, _MOST_LEAD)}
    return {"useDefault": False, "overrides": [popup]}


def _source(task: Task) -> Json | None:
    for link in _living(task):
        if link.url.startswith("https://"):
            return {"title": _cut(_line(link.title), LONGEST_SUMMARY), "url": link.url}
    return None


def _living(task: Task) -> Iterator[Link]:
    return (link for link in task.links if not link.dead)


def _description(week: Week, task: Task) -> str:
    """Return text that shows as it was written; what is too long is cut, an address never in two.

    The links come before the description where the room is short: they are what a learner clicks.
    """
    about = f"Week {week.order}: {_cut(_line(week.title), LONGEST_SUMMARY)}"
    told = f"{_plain(about)}\n{task.estimated_minutes} minutes in all"
    links, room = [], LONGEST_DESCRIPTION - len(told) - 2
    for link in _living(task):
        line = _plain(f"{_cut(_line(link.title), LONGEST_SUMMARY)}: {link.url}")
        if len(line) + 3 > room:
            links.append("…")
            break
        links.append(line)
        room -= len(line) + 1
    paragraphs = [told, "\n".join(links)] if links else [told]
    text = _CONTROL.sub("", (task.description or "").replace("\r\n", "\n")).strip()
    if text and room > LONGEST_SUMMARY:
        paragraphs.insert(0, _cut(text, room - 4, _plain))
    return "\n\n".join(paragraphs)


def _plain(text: str) -> str:
    """Return a text as HTML that shows it as it is, for a description is read as HTML.

    Only what would be read as something else is escaped: there are programs that show the rest of
    it as it stands, addresses with an "&" in them above all.
    """
    if html.unescape(text) != text:
        text = text.replace("&", "&amp;")
    return text.replace("<", "&lt;")


def _line(text: str) -> str:
    return _CONTROL.sub("", " ".join(text.split()))


def _cut(text: str, most: int, written: Any = str) -> str:
    """Return a text as `written`, of at most so many characters, cut after a word: "…"."""
    if len(whole := written(text)) <= most:
        return str(whole)
    low, high = 0, min(len(text), most)
    while low < high:  # the longest beginning that has room together with the ellipsis
        middle = (low + high + 1) // 2
        low, high = (middle, high) if len(written(text[:middle])) < most else (low, middle - 1)
    kept = text[:low]
    words = re.match(r"(?s)(.*\S)\s", kept)
    if words and len(words[1]) > low // 2:
        kept = words[1]
    return f"{written(kept)}…"


def _utc(instant: dt.datetime) -> str:
    return instant.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _digest(value: Any, octets: int) -> str:
    written = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.blake2b(written.encode(), digest_size=octets).hexdigest()


def _private(event: Json) -> Json:
    properties = event.get("extendedProperties")
    found = properties.get("private") if isinstance(properties, dict) else None
    return found if isinstance(found, dict) else {}
