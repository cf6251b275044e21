"""The plainest nightly catch-up: plan by plan, row by row, over the same API.

`python -m bench.plain_catch_up MOST`: looks at so many schedules, mends what slipped, prints
{"plans", "seconds", "requests"}. Address and key come from SUPABASE_URL and SUPABASE_SECRET_KEY.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import time
from typing import Any

import httpx

from learnbase.scheduling import make


def main() -> None:
    """Look at them one after the other."""
    key = os.environ["SUPABASE_SECRET_KEY"]
    requests = 0

    def count(_: httpx.Request) -> None:
        nonlocal requests
        requests += 1

    headers = {"apikey": key, "Authorization": f"Bearer {key}"}
    began = time.perf_counter()
    with httpx.Client(
        base_url=f"{os.environ['SUPABASE_URL']}/rest/v1/",
        headers=headers,
        trust_env=False,
        event_hooks={"request": [count]},
    ) as http:
        schedules = _rows(
            http, "plan_schedules", select="plan_id,user_id", order="id", limit=sys.argv[1]
        )
        for schedule in schedules:
            _catch_up(http, schedule["plan_id"], schedule["user_id"])
    seconds = time.perf_counter() - began
    said = {"plans": len(schedules), "seconds": seconds, "requests": requests}
    sys.stdout.write(json.dumps(said))


def _catch_up(http: httpx.Client, plan_id: str, user_id: str) -> None:
    mine = {"user_id": f"eq.{user_id}"}
    [plan] = _rows(http, "learning_plans", id=f"eq.{plan_id}")
    [person] = _rows(http, "users", id=f"eq.{user_id}")
    modules = _rows(
        http, "modules", select="order,tasks(*)", plan_id=f"eq.{plan_id}", order="order"
    )
    progress = {row["task_id"]: row for row in _rows(http, "task_progress", **mine)}
    sessions = _rows(http, "sessions", plan_id=f"eq.{plan_id}", **mine)
    windows = _rows(http, "study_windows", **mine)
    days_off = _rows(http, "days_off", **mine)
    busy = _rows(http, "busy_times", **mine)
    now = dt.datetime.now(dt.UTC)
    late = [
        session
        for session in sessions
        if dt.datetime.fromisoformat(session["ends_at"]) <= now
        and progress.get(session["task_id"], {}).get("status") != "completed"
    ]
    if not late:
        return
    made = make({
        "plan_id": plan_id,
        "kind": "catch_up",
        "now": now.isoformat(),
        "time_zone": person["time_zone"],
        "start_date": plan["start_date"],
        "deadline_date": plan["deadline_date"],
        "weekly_hours": plan["weekly_hours"],
        "availability": {
            "windows": windows, "days_off": days_off,
            "shortest": 25, "longest": 90, "daily_ceiling": None,
        },
        "busy": [[row["starts_at"], row["ends_at"]] for row in busy],
        "worked": [],
        "tasks": [
            {
                "task_id": task["id"], "title": task["title"], "week": module["order"],
                "minutes": task["estimated_minutes"], "spent": 0, "set_aside": False,
                "done": progress.get(task["id"], {}).get("status") == "completed",
            }
            for module in modules
            for task in sorted(module["tasks"], key=lambda task: task["order"])
        ],
        "sessions": [
            {
                "id": row["id"], "task_id": row["task_id"], "part": row["part"], "pinned": False,
                "starts_at": row["starts_at"], "ends_at": row["ends_at"],
            }
            for row in sessions
        ],
    })  # fmt: skip
    before = {row["id"]: row["starts_at"] for row in sessions}
    for session in made["sessions"]:
        if session["id"] and before[session["id"]] != session["starts_at"]:
            change = {key: session[key] for key in ("starts_at", "ends_at")}
            http.patch("sessions", params={"id": f"eq.{session['id']}"}, json=change)


def _rows(http: httpx.Client, table: str, **params: str) -> list[dict[str, Any]]:
    answer = http.get(table, params=params)
    answer.raise_for_status()
    rows: list[dict[str, Any]] = answer.json()
    return rows


main()
