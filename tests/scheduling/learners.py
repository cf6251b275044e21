"""Learners for tests: what the database would load for them, by hand and by chance."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import strategies as st

NOW = "2026-11-20T10:00:00+00:00"
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "America/St_Johns",
    "Pacific/Apia",
    "UTC",
)


def window(weekday: int, starts: str, ends: str) -> dict[str, int]:
    """A weekly window by the clock, as `18:00`."""
    (h, m), (later_h, later_m) = starts.split(":"), ends.split(":")
    return {
        "weekday": weekday,
        "from": int(h) * 60 + int(m),
        "to": int(later_h) * 60 + int(later_m),
    }


def task(name: str, minutes: int = 60, **more: Any) -> dict[str, Any]:
    """A task, named by its id."""
    return {
        "task_id": name,
        "title": f"Learn {name}",
        "week": 1,
        "minutes": minutes,
        "spent": 0,
        "done": False,
        "set_aside": False,
    } | more


def loaded(*tasks: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A plan in Berlin from Monday 23 November 2026, evenings from 18:00 to 20:00."""
    habits: dict[str, Any] = {
        "windows": [window(day, "18:00", "20:00") for day in range(1, 6)],
        "days_off": [],
        "shortest": 25,
        "longest": 90,
        "daily_ceiling": None,
    }
    habits |= {key: more.pop(key) for key in tuple(more) if key in habits}
    return {
        "plan_id": "plan",
        "kind": "schedule",
        "now": NOW,
        "time_zone": "Europe/Berlin",
        "start_date": "2026-11-23",
        "deadline_date": None,
        "weekly_hours": 10,
        "availability": habits,
        "busy": [],
        "worked": [],
        "tasks": list(tasks),
        "sessions": [],
    } | more


def lived(request: dict[str, Any], made: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The same learner once the schedule is saved: new sessions have ids."""
    before = {session["id"]: session for session in request["sessions"]}
    sessions = [
        session
        | {
            "id": session["id"] or f"{session['task_id']}/{session['part']}",
            "pinned": before.get(session["id"], {}).get("pinned", False),
        }
        for session in made["sessions"]
    ]
    shown = {session["id"] for session in sessions} | set(made["gone"])
    history = [session for session in request["sessions"] if session["id"] not in shown]
    return request | {"sessions": history + sessions} | more


def times(made: dict[str, Any], zone: str = "Europe/Berlin") -> list[str]:
    """Each session as `a1 Mon 23 Nov 18:00-19:00`, by the wall clock of a zone."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - beside its use

    local = ZoneInfo(zone)
    return [
        f"{one['task_id']}{one['part']} {at(one['starts_at']).astimezone(local):%a %d %b %H:%M}"
        f"-{at(one['ends_at']).astimezone(local):%H:%M}"
        for one in made["sessions"]
    ]


def at(text: str) -> dt.datetime:
    """A moment."""
    return dt.datetime.fromisoformat(text)


@st.composite
def learners(draw: st.DrawFn) -> dict[str, Any]:
    """A learner by chance: zones with odd clocks, overlapping windows, busy times, pins."""
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(
        minutes=draw(st.integers(0, 600_000))
    )
    start = now.date() + dt.timedelta(days=draw(st.integers(-20, 20)))
    windows = [
        {"weekday": day, "from": first, "to": min(1440, first + length)}
        for day, first, length in draw(
            st.lists(
                st.tuples(st.integers(1, 7), st.integers(0, 1400), st.integers(10, 400)), max_size=8
            )
        )
    ]
    busy = [
        [
            (now + dt.timedelta(minutes=first)).isoformat(),
            (now + dt.timedelta(minutes=first + length)).isoformat(),
        ]
        for first, length in draw(
            st.lists(st.tuples(st.integers(-2000, 90_000), st.integers(1, 3000)), max_size=12)
        )
    ]
    off = [
        [
            (start + dt.timedelta(days=first)).isoformat(),
            (start + dt.timedelta(days=last)).isoformat(),
        ]
        for first, last in draw(
            st.lists(
                st.tuples(st.integers(0, 60), st.integers(0, 9)).map(lambda p: (p[0], sum(p))),
                max_size=3,
            )
        )
    ]
    shortest = draw(st.integers(5, 60))
    tasks = [
        task(f"t{order}", minutes, spent=spent, done=state == 1, set_aside=state == 2)
        for order, (minutes, spent, state) in enumerate(
            draw(
                st.lists(
                    st.tuples(
                        st.integers(0, 300), st.sampled_from([0, 0, 0, 30]), st.integers(0, 8)
                    ),
                    min_size=1,
                    max_size=14,
                )
            )
        )
    ]
    sessions: list[dict[str, Any]] = []
    for number, (order, first, length, pinned) in enumerate(
        draw(
            st.lists(
                st.tuples(
                    st.integers(0, len(tasks) - 1),
                    st.integers(-3000, 60_000),
                    st.integers(5, 120),
                    st.booleans(),
                ),
                max_size=8,
            )
        )
    ):
        begins = now + dt.timedelta(minutes=first)
        sessions.append(
            {
                "id": f"s{number}",
                "task_id": f"t{order}",
                "part": 1 + sum(one["task_id"] == f"t{order}" for one in sessions),
                "starts_at": begins.isoformat(),
                "ends_at": (begins + dt.timedelta(minutes=length)).isoformat(),
                "pinned": pinned,
            }
        )
    return loaded(
        *tasks,
        now=now.isoformat(),
        start_date=start.isoformat(),
        time_zone=draw(st.sampled_from(ZONES)),
        weekly_hours=draw(st.integers(1, 40)),
        deadline_date=draw(
            st.none() | st.integers(0, 90).map(lambda d: (start + dt.timedelta(days=d)).isoformat())
        ),
        windows=windows,
        days_off=off,
        shortest=shortest,
        longest=max(15, shortest + draw(st.integers(0, 90))),
        daily_ceiling=draw(st.none() | st.integers(60, 300)),
        busy=busy,
        sessions=sessions,
        kind=draw(st.sampled_from(["schedule", "catch_up"])),
    )
