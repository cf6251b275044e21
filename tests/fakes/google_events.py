"""What an event may say, how a patch goes into it, and how the service shows it afterwards."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from tests.fakes.google_wire import Json, bad

MOST_DESCRIPTION, MOST_SUMMARY = 8192, 1024
_MOST_NAME, _MOST_VALUE, _MOST_PROPERTIES = 44, 1024, 300
_MOST_LEAD, _MOST_REMINDERS = 40_320, 5
_COLORS = {str(number) for number in range(1, 12)}
_ID = re.compile(r"[a-v0-9]{5,1024}")
_WRITTEN_BY_THE_SERVICE = {
    *("kind", "etag", "htmlLink", "created", "updated", "creator", "organizer"),
    *("eventType", "locked", "hangoutLink"),
}
_ZONES = available_timezones()


@dataclass
class Kept:
    """An event as the service keeps it.

    Attributes:
        said: What was written into it, with `id`, `status` and `sequence`.
        by_app: Whether the application made it, and not the learner.
        version: Raised by each change in the whole service; the etag is made of it.
    """

    said: Json
    by_app: bool
    version: int
    created: float
    updated: float

    @property
    def etag(self) -> str:
        return f'"{self.version:016d}"'

    @property
    def is_live(self) -> bool:
        return bool(self.said["status"] != "cancelled")

    @property
    def private(self) -> dict[str, str]:
        found: dict[str, str] = self.said.get("extendedProperties", {}).get("private", {})
        return found

    def start(self) -> dt.datetime:
        return instant(self.said["start"])

    def end(self) -> dt.datetime:
        return instant(self.said["end"])

    def shown(self, calendar: str, zone: str, owner: str) -> Json:
        """As an answer has it: times in the calendar's own zone, defaults left out."""
        event: Json = {"kind": "calendar#event", "etag": self.etag} | self.said
        for edge in ("start", "end"):
            event[edge] = _shown(event[edge], zone)
        if event.get("transparency") == "opaque":
            del event["transparency"]
        if not event["reminders"].get("overrides"):
            event["reminders"] = {"useDefault": event["reminders"].get("useDefault", False)}
        whom = {"email": owner, "self": True}
        return event | {
            "htmlLink": f"https://www.google.com/calendar/event?eid={event['id']}",
            "created": _stamp(self.created),
            "updated": _stamp(self.updated),
            "creator": {"email": owner} if calendar != owner else whom,
            "organizer": {"email": calendar, "self": True},
            "iCalUID": f"{event['id']}@google.com",
            "eventType": "default",
        }


def clean(value: Any) -> Any:
    """What a body says, without what says nothing and what only the service writes."""
    if not isinstance(value, dict):
        return value
    return {
        name: clean(item)
        for name, item in value.items()
        if item is not None and name not in _WRITTEN_BY_THE_SERVICE
    }


def merged(old: Json, patch: Json) -> Json:
    """Old with a patch in it: objects are merged, lists replaced, null takes away."""
    new = dict(old)
    for name, value in patch.items():
        if name in _WRITTEN_BY_THE_SERVICE:
            continue
        if value is None:
            new.pop(name, None)
        elif isinstance(value, dict):
            below = new.get(name)
            new[name] = merged(below if isinstance(below, dict) else {}, value)
        else:
            new[name] = value
    return new


def check_id(event_id: str) -> None:
    """Raise what the service says to an id that it does not take."""
    if not _ID.fullmatch(event_id):
        raise bad("invalid", "Invalid resource id value.", "eventId")


def check(event: Json) -> None:
    """Raise what the service says to an event that it does not take."""
    for edge in ("start", "end"):
        if not event.get(edge):
            raise bad("required", f"Missing {edge} time.", edge)
        _check_time(event[edge], edge)
    if ("date" in event["start"]) != ("date" in event["end"]):
        raise bad("invalid", "Invalid start or end time.", "end")
    if instant(event["end"]) < instant(event["start"]):
        raise bad("timeRangeEmpty", "The specified time range is empty.", "timeMax")
    if len(event.get("description", "")) > MOST_DESCRIPTION:
        raise bad("invalid", "The description is too long.", "description")
    if len(event.get("summary", "")) > MOST_SUMMARY:
        raise bad("invalid", "The summary is too long.", "summary")
    if event.get("colorId", "1") not in _COLORS:
        raise bad("invalid", "Invalid color id.", "colorId")
    if event.get("status", "confirmed") not in {"confirmed", "tentative", "cancelled"}:
        raise bad("invalid", "Invalid value for: status", "status")
    source = event.get("source")
    if source and not re.match(r"https?://\S+$", source.get("url", "")):
        raise bad("invalid", "Invalid source URL.", "source.url")
    _check_reminders(event["reminders"])
    _check_properties(event.get("extendedProperties", {}))


def instant(when: Json) -> dt.datetime:
    """The moment that a start or an end names, UTC."""
    if "date" in when:
        return dt.datetime.fromisoformat(when["date"]).replace(tzinfo=dt.UTC)
    told = dt.datetime.fromisoformat(when["dateTime"])
    if told.tzinfo is None:
        told = told.replace(tzinfo=ZoneInfo(when["timeZone"]))
    return told.astimezone(dt.UTC)


def zone_is_known(name: str) -> bool:
    """Whether there is such a time zone."""
    return name in _ZONES


def _check_time(when: Json, edge: str) -> None:
    if "timeZone" in when and not zone_is_known(when["timeZone"]):
        raise bad("invalid", f"Invalid time zone definition for {edge} time.", edge)
    if ("date" in when) == ("dateTime" in when):
        raise bad("invalid", f"Invalid {edge} time.", edge)
    told = when.get("dateTime")
    if told and dt.datetime.fromisoformat(told).tzinfo is None and "timeZone" not in when:
        raise bad("required", f"Missing time zone definition for {edge} time.", edge)


def _check_reminders(reminders: Json) -> None:
    overrides = reminders.get("overrides") or []
    if reminders.get("useDefault") and overrides:
        message = "Cannot specify both default reminders and overrides at the same time."
        raise bad("cannotUseDefaultRemindersAndSpecifyOverride", message)
    if len(overrides) > _MOST_REMINDERS:
        raise bad("invalid", "Too many override reminders.", "reminders.overrides")
    for each in overrides:
        if each.get("method") not in {"email", "popup"}:
            raise bad("invalid", "Invalid reminder method.", "reminders.overrides.method")
        if not 0 <= each.get("minutes", -1) <= _MOST_LEAD:
            raise bad("invalid", "Invalid reminder minutes.", "reminders.overrides.minutes")


def _check_properties(extended: Json) -> None:
    pairs = [pair for group in extended.values() for pair in group.items()]
    if len(pairs) > _MOST_PROPERTIES:
        raise bad("invalid", "Too many extended properties.", "extendedProperties")
    for name, value in pairs:
        if len(name) > _MOST_NAME or len(value) > _MOST_VALUE:
            raise bad("invalid", f"The extended property {name[:50]} is too long.", name[:50])


def _shown(when: Json, zone: str) -> Json:
    if "date" in when:
        return when
    local = instant(when).astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")
    local = local.replace("+00:00", "Z")
    return {"dateTime": local, "timeZone": when.get("timeZone", zone)}


def _stamp(at: float) -> str:
    told = dt.datetime.fromtimestamp(at, dt.UTC).isoformat(timespec="milliseconds")
    return told.replace("+00:00", "Z")
