"""Plans as the database gives them: a small friendly one, and any number of hostile ones."""

from __future__ import annotations

import copy
import datetime as dt
import uuid
from typing import Any

from hypothesis import strategies as st

UTC = dt.UTC
ZONES = (
    "Europe/Berlin",
    "Europe/Dublin",  # winter is the exception there
    "America/New_York",
    "America/Sao_Paulo",  # gave summer time up in 2019
    "Africa/Casablanca",  # leaves summer time for Ramadan
    "Asia/Kathmandu",  # +05:45
    "Australia/Lord_Howe",  # half an hour of summer time
    "Pacific/Apia",  # left out a day in 2011
    "Pacific/Chatham",
    "Etc/GMT+5",
    "UTC",
    "Nowhere/At_all",  # UTC serves
    "../../etc/passwd\r\nX:1",
)


def a_session(starts_at: str, minutes: int = 45, **changed: Any) -> dict[str, Any]:
    starts = dt.datetime.fromisoformat(starts_at)
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_OID, starts_at)),
        "part": 1,
        "parts": 1,
        "starts_at": starts.isoformat(),
        "ends_at": (starts + dt.timedelta(minutes=minutes)).isoformat(),
        "pinned": False,
        "sequence": 0,
        "created_at": "2026-11-20T08:00:00.5+00:00",
        "updated_at": "2026-11-20T09:00:00.25+00:00",
    } | changed


def a_link(url: str = "https://docs.swift.org/swift-book/", **changed: Any) -> dict[str, Any]:
    return {
        "title": "The Swift Programming Language",
        "url": url,
        "type": "doc",
        "author": None,
        "duration_minutes": None,
        "dead": False,
    } | changed


def a_task(title: str = "Install Xcode", **changed: Any) -> dict[str, Any]:
    return {
        "task_id": str(uuid.uuid5(uuid.NAMESPACE_OID, title)),
        "order": 1,
        "day": 2,
        "title": title,
        "description": "Get it from the store.",
        "estimated_minutes": 45,
        "status": "not_started",
        "completed_at": None,
        "actual_minutes": None,
        "set_aside_at": None,
        "links": [a_link()],
        "sessions": [a_session("2026-11-24T17:00:00+00:00")],
    } | changed


def a_plan(*tasks: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """One week of the tasks given."""
    return {
        "plan": {
            "id": str(uuid.UUID(int=1)),
            "topic": "Swift for iOS",
            "skill_level": "beginner",
            "learning_style": "practice",
            "weekly_hours": 5,
            "start_date": "2026-11-23",
            "deadline_date": "2027-03-01",
            "language": "en",
            "visibility": "private",
            "created_at": "2026-11-20T08:00:00+00:00",
            "updated_at": "2026-11-20T08:00:00+00:00",
        },
        "starts_on": "2026-11-23",
        "time_zone": "Europe/Berlin",
        "reminder_lead_minutes": 30,
        "made_at": "2026-11-21T08:00:00+00:00",
        "progress": {"total_tasks": len(tasks), "completed_tasks": 0, "completion": 0},
        "weeks": [
            {
                "module_id": str(uuid.UUID(int=2)),
                "order": 1,
                "title": "First steps",
                "description": None,
                "estimated_minutes": 45 * len(tasks),
                "tasks": list(tasks),
            }
        ],
    } | changed


def a_feed(*plans: dict[str, Any], **changed: Any) -> dict[str, Any]:
    made = {"time_zone": "Europe/Berlin", "reminder_lead_minutes": 30, "name": "Learnbase"}
    return made | {"plans": list(plans)} | changed


def without_sessions(plan: dict[str, Any]) -> dict[str, Any]:
    bare = copy.deepcopy(plan)
    for week in bare["weeks"]:
        for task in week["tasks"]:
            task["sessions"] = []
    return bare


_TRICKS = st.sampled_from(
    [
        "# Heading", "- [ ] another", "![x](http://evil.example/x.png)", "<b onload=x>",
        "[click](javascript:alert(1))", "<http://evil.example>", "www.evil.example", "a@b.example",
        "http://evil.example/", "`code", "**bold**", "| a | b |\n|---|---|", "&lt;b&gt;", "&#35; x",
        "x\n===", "x\n---", "1. one", "    indented", "\\", "a\\", "```\nfence", "~~~", "[x]: http://e.x",
        "=1+1", " =1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "'=1", "x;=1+1", ";'=1",  # noqa: RUF001
        'x";=1', "x\r\nEND:VEVENT\r\nBEGIN:VEVENT", "x\\nATTENDEE:mailto:a@b.c", 'a;b,c:d"e',
        "\ufeff=1", "<script>alert(1)</script>",
        "x\u2028END:VEVENT", "x\x85END:VCALENDAR", "x\x0bEND:VEVENT", "\x01\x1b[2J",
        "\u202egnp.exe", "$x^2$", "C#",
        "👩‍👩‍👧‍👦" * 20, "e\u0301" * 60, "é" * 80, "x" * 300, "…/../..", "CON", "%00",
    ]
)  # fmt: skip
_ALPHABET = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
texts = st.one_of(
    _TRICKS,
    st.lists(st.one_of(_TRICKS, st.text(_ALPHABET, max_size=12)), max_size=4).map("".join),
    st.text(_ALPHABET, max_size=120),
)
titles = texts.filter(lambda text: any(character.isalnum() for character in text))
addresses = st.one_of(
    st.sampled_from(
        [
            "https://a.example/x(y)z", "http://a.example/?q=1&copy;=2", "https://a.example/`a`b`",
            'https://a.example/"><b>', "https://a.example/*_x_*[1]", "https://a.example/;a,b;",
            "javascript:alert(1)", "https://a.example/\r\nX:1", "https://u:p@a.example/", "data:,x",
            "https://a.example\\@b", "//a.example", "https://a.example/|x~", "HTTPS://A.EXAMPLE/",
            "https://a.example/" + "x" * 200, "=https://a.example", "https://ä.example/",
        ]
    ),
    st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=60).map(
        lambda path: f"https://a.example/{path}"
    ),
)  # fmt: skip
instants = st.datetimes(
    dt.datetime(2009, 1, 1),  # noqa: DTZ001 (Hypothesis adds the zone)
    dt.datetime(2032, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(lambda instant: instant.replace(microsecond=0))
# Near the hours at which the clocks of some zone change.
changes = st.builds(
    lambda base, minutes: base + dt.timedelta(minutes=minutes),
    st.sampled_from(
        [
            dt.datetime(2026, 10, 25, 0, tzinfo=UTC),
            dt.datetime(2027, 3, 28, 1, tzinfo=UTC),
            dt.datetime(2026, 11, 1, 6, tzinfo=UTC),
            dt.datetime(2027, 4, 3, 15, tzinfo=UTC),
            dt.datetime(2018, 11, 4, 3, tzinfo=UTC),
            dt.datetime(2027, 2, 7, 2, tzinfo=UTC),
            dt.datetime(2027, 1, 1, 0, tzinfo=UTC),
        ]
    ),
    st.integers(-180, 180),
)


recent = st.one_of(
    changes.filter(lambda instant: instant.year >= 2026),
    instants.filter(lambda instant: instant.year >= 2026),
)


@st.composite
def sessions(draw: st.DrawFn, when: st.SearchStrategy[dt.datetime]) -> dict[str, Any]:
    starts = draw(when)
    return {
        "id": str(draw(st.uuids())),
        "part": draw(st.integers(1, 5)),
        "parts": draw(st.integers(1, 5)),
        "starts_at": starts.isoformat(),
        "ends_at": (starts + dt.timedelta(minutes=draw(st.integers(1, 1440)))).isoformat(),
        "pinned": draw(st.booleans()),
        "sequence": draw(st.integers(0, 9)),
        "created_at": draw(instants).isoformat(),
        "updated_at": draw(instants).isoformat(),
    }


def _maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), strategy)


def tasks(when: st.SearchStrategy[dt.datetime]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "task_id": st.uuids().map(str),
            "order": st.integers(1, 200),
            "day": _maybe(st.integers(1, 7)),
            "title": titles,
            "description": _maybe(texts),
            "estimated_minutes": st.integers(0, 10_080),
            "status": st.sampled_from(["not_started", "in_progress", "completed"]),
            "completed_at": _maybe(instants.map(dt.datetime.isoformat)),
            "actual_minutes": _maybe(st.integers(0, 10_080)),
            "set_aside_at": _maybe(instants.map(dt.datetime.isoformat)),
            "links": st.lists(
                st.fixed_dictionaries(
                    {
                        "title": titles,
                        "url": addresses,
                        "type": st.sampled_from(["youtube", "article", "course", "doc", "other"]),
                        "author": _maybe(texts),
                        "duration_minutes": _maybe(st.integers(0, 999)),
                        "dead": st.booleans(),
                    }
                ),
                max_size=2,
            ),
            "sessions": st.lists(
                sessions(when), max_size=2, unique_by=lambda session: session["id"]
            ),
        }
    )


@st.composite
def plans(draw: st.DrawFn, when: st.SearchStrategy[dt.datetime] | None = None) -> dict[str, Any]:
    """Anything that the database could hold, and a little more."""
    any_task = tasks(st.one_of(instants, changes) if when is None else when)
    weeks = [
        {
            "module_id": str(uuid.UUID(int=number)),
            "order": number,
            "title": draw(titles),
            "description": draw(_maybe(texts)),
            "estimated_minutes": draw(st.integers(0, 10_080)),
            "tasks": draw(st.lists(any_task, max_size=3)),
        }
        for number in range(1, draw(st.integers(0, 2)) + 1)
    ]
    made = a_plan(
        time_zone=draw(st.sampled_from(ZONES)),
        reminder_lead_minutes=draw(_maybe(st.integers(0, 1440))),
        made_at=draw(instants).isoformat(),
        starts_on=draw(st.dates(dt.date(2000, 1, 1), dt.date(2199, 12, 31))).isoformat(),
        weeks=weeks,
    )
    made["plan"]["topic"] = draw(titles)
    return made


def all_tasks(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [task for week in plan["weeks"] for task in week["tasks"]]


def shown_sessions(plan: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """What belongs into a calendar, said once more and plainly: (task, session)."""
    shown = []
    for task in all_tasks(plan):
        ended = [task["set_aside_at"]] if task["set_aside_at"] else []
        if task["status"] == "completed":
            ended.append(task["completed_at"] or plan["made_at"])
        for session in task["sessions"]:
            starts = dt.datetime.fromisoformat(session["starts_at"])
            if all(starts < dt.datetime.fromisoformat(each) for each in ended):
                shown.append((task, session))
    return shown
