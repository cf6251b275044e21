"""What is said to people about what was done: a row in the app, and a letter to who has an address.

Said once, for every probe: whoever is made a person has a time for their summary, which moves with
their time zone and with their choice; and what is worth a message is told to whom it is about.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.access import ground
from tests.access.ground import ident

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.access.probes import Effect, Probe

USERS, NOTES = "public.users", "public.notifications"
PREFERENCES, TIMES = "public.notification_preferences", "public.summary_times"
HOURS = "private.summary_hours"
SUPPRESSIONS, BATCHES = "public.mail_suppressions", "private.mail_batches"
MAIL = "pgmq.q_send_email"
Added = tuple[str, dict[str, Any]]
Hour = tuple[int, str, str]
_WORTH_TELLING = {
    ("public.connections", "reconnect"): "connection_needs_renewing",
    ("public.exports", "failed"): "export_stopped",
}
_DECIDES = ("weekday", "time_of_day", "time_zone")


def tells(person: str, kind: str, key: str = "", **about: Any) -> tuple[Added, ...]:
    """What is written to somebody: in the app, and by mail where they have a confirmed address.

    Args:
        person: Their name in `ground`.
        kind: What it is about.
        key: The one thing that it tells of; not looked at, if none is said.
        about: The context; not looked at, if none is said.
    """
    has_address = any(
        row.values["email"]
        for row in ground.ROWS
        if row.relation == USERS and row.values["id"] == ident(person)
    )
    channels = ["in_app", *(["email"] if has_address and ground.KINDS[kind] else [])]
    return tuple(written(ident(person), kind, channel, key, **about) for channel in channels)


def written(person: str, kind: str, channel: str, key: str = "", **about: Any) -> Added:
    """A message to somebody by one channel, that waits to be put into words."""
    said: dict[str, Any] = {"user_id": person, "kind": kind, "channel": channel}
    said |= {"status": "queued", "subject": None}
    said |= {"context": about} if about else {}
    return NOTES, said | ({"dedupe_key": f"{channel}:{key}"} if key else {})


def with_consequences(probe: Probe, effect: Effect) -> Effect:
    """What a probe does, and what follows from it for the time of a summary."""
    if effect.is_none:
        return effect
    changed, said, hours = dict(effect.changed), dict(effect.said), set()
    for (relation, key), columns in effect.changed.items():
        if relation == USERS and "time_zone" in columns:
            changed[TIMES, key] = frozenset({"time_zone", "hour_id"})
            hours.add(_hour(_TIMES[key].values | _sent(probe, USERS)))
        if relation == TIMES and columns & set(_DECIDES):
            changed[TIMES, key] = columns | {"hour_id"}
            hours.add(_hour(_TIMES[key].values | _sent(probe, TIMES)))
        elif relation == TIMES and "hour_id" in columns:
            # It follows from the rest, whatever is said of it.
            del changed[TIMES, key], said[TIMES, key]
    added = tuple(_computed(row) for row in effect.added)
    made = tuple(_of_new_person(row[1]) for row in added if row[0] == USERS)
    hours |= {_hour(values) for relation, values in (*added, *made) if relation == TIMES}
    new = ((HOURS, dict(zip(_DECIDES, hour, strict=True))) for hour in hours - _HOURS)
    told = _told(probe, effect)
    return replace(effect, added=(*added, *made, *new, *told), changed=changed, said=said)


def _hour(values: dict[str, Any]) -> Hour:
    return tuple({**_FIRST, **values}[name] for name in _DECIDES)  # type: ignore[return-value]


_FIRST = {"weekday": 1, "time_of_day": "08:00:00", "time_zone": "UTC"}
_TIMES = {row.key: row for row in ground.ROWS if row.relation == TIMES}
_HOURS = {_hour(row.values) for row in ground.ROWS if row.relation == HOURS}


def _sent(probe: Probe, relation: str) -> dict[str, Any]:
    """What is written to a relation itself."""
    body = probe.request.body if probe.request.relation == relation else None
    return body if isinstance(body, dict) else {}


def _told(probe: Probe, effect: Effect) -> Iterator[Added]:
    """What somebody hears of what the service writes down itself."""
    for row in ground.ROWS:
        said = effect.said.get((row.relation, row.key), {})
        kind = _WORTH_TELLING.get((row.relation, said.get("status", "")))
        if kind and _sent(probe, row.relation):
            yield from tells(row.owner, kind)


def _computed(row: Added) -> Added:
    relation, values = row
    if relation == TIMES:
        return TIMES, {name: value for name, value in values.items() if name != "hour_id"}
    return row


def _of_new_person(values: dict[str, Any]) -> Added:
    """Whoever is made a person gets their summary on Mondays at eight."""
    when = _FIRST | {"time_zone": values.get("time_zone", "UTC")}
    return TIMES, when | ({"user_id": values["id"]} if "id" in values else {})
