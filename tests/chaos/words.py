"""What strangers put into their requests: the victim's words, others, and what fits nowhere."""

from __future__ import annotations

from typing import Any

VICTIMS_WORDS = (
    *("Safecracking, volume 1", "Safecracking", "safecrack", "Vault 3", "Dial 2", "Your vaults"),
    *("Nobody may know", "victim@example.com", "weekly_summary:victim:7", "key 3", "event 7"),
    "There is no vault here",
)
OTHER_WORDS = (
    *("Sailing", "SQL for product analytics", "Fingerstyle guitar", "Bookbinding", "Week 1", "x"),
    *("stranger@example.com", "https://go.dev/tour/", "en", "beginner", "pro", "3-5", "UTC"),
    *("%", "a,b", "(x)", "ünï", '"', ""),
)
NUMBERS = (0, 1, 1, 2, 2, 3, 4, 5, 7, 40, 80, 81, 200, 520, -1)
DATES = ("2026-10-05", "2026-11-21", "2027-03-01", "2035-01-01")
MISFITS: tuple[Any, ...] = (None, "garbage", "2000-02-30", 10**10, -5, True, [1], {"a": 1})
INSTANTS = (
    *("2026-11-21T12:00:00Z", "2026-12-24T23:59:59+02:00", "1999-01-01"),
    "2199-12-31T00:00:00Z",
)
BY_TYPE: dict[str, tuple[Any, ...]] = {
    "text": VICTIMS_WORDS + OTHER_WORDS,
    "text[]": ("{a,b}", "{}"),
    "boolean": (True, False),
    "jsonb": ({}, {"topic": "Safecracking"}, [], "text", 5, None),
    "timestamp": INSTANTS,
    "date": DATES,
    "time": ("06:30", "18:00", "19:00", "21:00", "24:00"),
}
_WEEK = [{"weekday": day, "starts": "06:30", "ends": "08:00"} for day in range(1, 8)]
BY_NAME: dict[str, tuple[Any, ...]] = {
    "weekday": (1, 2, 3, 4, 5, 6, 7, 7, 8),
    "kind": ("weekly_summary", "welcome", "session_reminder", "plan_ready", "gossip"),
    "time_of_day": ("06:30", "18:00", "18:00", "21:00", "24:00"),
    "starts": ("05:30", "06:30", "18:00", "21:00"),
    "ends": ("06:00", "19:00", "22:00", "24:00"),
    "starts_on": DATES[:3],
    "ends_on": DATES[2:],
    "starts_at": ("2026-11-24T09:30:00Z", "2026-11-25T10:00:00Z", "2026-12-01T08:00:00+01:00"),
    "ends_at": ("2026-12-01T08:30:00Z", "2026-12-01T10:00:00Z", "2026-11-25T11:00:00Z"),
    "shortest_session_minutes": (4, 10, 25, 30),
    "longest_session_minutes": (15, 60, 90, 481),
    "daily_ceiling_minutes": (15, 60, 120, 1441, None),
    "reminder_lead_minutes": (0, 30, 10081, None),
    "windows": ([], _WEEK, _WEEK[:2], [*_WEEK, _WEEK[0]], [{"weekday": 8}], {"weekday": 1}),
    "choice": ("later_date", "later_date", "more_hours", "fewer_tasks", "nothing"),
    "options": (
        *({}, {"parent": {"type": "workspace"}}, {"reminders": "none"}, {"reminders": "often"}),
        {"parent": {"type": "page_id", "page_id": "01234567-89ab-cdef-0123-456789abcdef"}},
    ),
    "account_id": ("account of the victim", "account of the stranger", "x"),
    "language": ("en", "de", "de", "pt-BR", "no language"),
    "weekly_hours": (0, 2, 5, 10, 80, 80, 81),
    "order": (0, 1, 2, 3, 4, 5, 8, 9, 40, 41, 199, 200),
    "estimated_minutes": (0, 30, 60, 10080, -1),
    "url": tuple(f"https://vault.example/{number}" for number in range(20)),
    # Mostly in order, for a plan whose dates are not is refused before anything is looked up.
    "start_date": DATES[:3],
    "deadline_date": DATES[2:],
}
FORM: dict[str, tuple[str, ...]] = {
    "weekly_hours": ("3-5", "5", "20+", "nine"),
    "start_date": ("2026-11-23", "2027-03-01", "2000-02-30", "soon"),
    "deadline_date": ("2027-03-01", "2027-04-01", "2000-02-30", "soon"),
    "query": ("Safecracking", "safecrack", "volume", "Sailing", "guitar", "%", "_", "", "x" * 300),
    "at": INSTANTS,
}
"""Arguments of functions as forms send them, and some that have to be refused."""

COMPARISONS = ("eq", "eq", "eq", "neq", "gt", "gte", "lt", "lte", "isdistinct")
MATCHES = ("like", "ilike", "match", "imatch", "fts", "plfts", "phfts")
PREFERENCES = (
    *("count=exact", "count=exact", "count=planned", "count=estimated", "count = planned"),
    *("return=representation", "return=representation", "return=minimal", "return=headers-only"),
    *("resolution=merge-duplicates", "resolution=ignore-duplicates", "missing=default"),
    *("handling=strict", "handling=lenient", "max-affected=1", "timezone=Asia/Tokyo"),
    *("tx=commit", "tx=rollback", "params=single-object", "count=none", "respond-async"),
)
ACCEPTED = (
    *("text/csv", "text/html", "application/octet-stream", "application/openapi+json"),
    *("application/vnd.pgrst.object+json", "application/vnd.pgrst.plan+json"),
    "application/vnd.pgrst.array+json;nulls=stripped",
    "application/vnd.pgrst.plan+text; options=analyze|verbose",
    "application/geo+json",
)
