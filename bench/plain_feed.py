"""The plainest calendar: an icalendar component for each event."""

from __future__ import annotations

import datetime as dt
from typing import Any

import icalendar


def plain_calendar(events: list[dict[str, Any]]) -> bytes:
    """Render events that have `id`, `title`, `starts_at`, `ends_at`, `updated_at`."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//plain//")
    calendar.add("version", "2.0")
    for event in events:
        component = icalendar.Event()
        component.add("uid", event["id"])
        component.add("summary", event["title"])
        component.add("dtstart", dt.datetime.fromisoformat(event["starts_at"]))
        component.add("dtend", dt.datetime.fromisoformat(event["ends_at"]))
        component.add("dtstamp", dt.datetime.fromisoformat(event["updated_at"]))
        calendar.add_component(component)
    return bytes(calendar.to_ical())
