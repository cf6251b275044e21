"""Learners' weeks as the database gives them, for stories and for properties."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from hypothesis import strategies as st

from tests.digest.letters import MONDAY


def a_task(title: str = "Read chapter one", minutes: int = 30, **more: Any) -> dict[str, Any]:
    known = {"task_id": str(uuid.uuid5(uuid.NAMESPACE_OID, title)), "links": [], "session_at": None}
    return {"title": title, "minutes": minutes, **known, **more}


def tasks(count: int, of: str) -> list[dict[str, Any]]:
    return [a_task(f"{of}, number {number}") for number in range(1, count + 1)]


def a_plan(topic: str = "Swift", **more: Any) -> dict[str, Any]:
    return {
        "plan_id": str(uuid.uuid5(uuid.NAMESPACE_OID, topic)),
        "topic": topic,
        "tasks_due": [],
        "overdue": [],
        "finished_last_week": [],
        "completion": 0.25,
        "current_week": {"order": 2, "title": "Functions"},
        "next_milestone": None,
        "feasibility": None,
        "catch_up": None,
        **more,
    }


def a_week(*plans: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "now": MONDAY.isoformat(),
        "time_zone": "Europe/Berlin",
        "locale": "en",
        "name": "Ida",
        "plans": list(plans),
        "active_days": [],
        "days_off": [],
        "quiet_weeks": 0,
        **more,
    }


titles = st.sampled_from(("Swift", "<b>", "\u202e\x00", "C++ & {{ it }}", "読む", "a" * 300))
instants = st.integers(-72, 300).map(lambda h: (MONDAY + dt.timedelta(hours=h)).isoformat())
some_tasks = st.lists(
    st.builds(
        lambda task_id, title, minutes, at: {
            "task_id": str(task_id),
            "title": title,
            "minutes": minutes,
            "links": [{"title": title, "url": "https://example.com/"}],
            "session_at": at,
        },
        st.integers(0, 60).map(lambda number: uuid.UUID(int=number)),
        titles,
        st.integers(0, 600),
        st.none() | instants,
    ),
    max_size=20,
)
catch_ups = st.none() | st.builds(lambda text: {"id": str(uuid.UUID(int=7)), "text": text}, titles)
some_plans = st.builds(
    lambda topic, due, overdue, finished, completion, catch_up: a_plan(
        topic,
        tasks_due=due,
        overdue=overdue,
        finished_last_week=finished,
        completion=completion,
        catch_up=catch_up,
    ),
    titles,
    some_tasks,
    some_tasks,
    some_tasks,
    st.floats(0, 1),
    catch_ups,
)
weeks = st.builds(
    lambda plans, active, quiet: a_week(
        *[{**plan, "plan_id": str(uuid.UUID(int=place))} for place, plan in enumerate(plans)],
        active_days=active,
        quiet_weeks=quiet,
    ),
    st.lists(some_plans, max_size=8),
    st.lists(st.dates(dt.date(2026, 10, 1), dt.date(2026, 11, 23)).map(str), max_size=30),
    st.integers(0, 6),
)
