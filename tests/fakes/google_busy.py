"""When somebody is taken, as the service tells it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from tests.fakes.google_events import Kept
from tests.fakes.google_wire import Answer, Json, bad

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LONGEST_QUERY = dt.timedelta(days=62)
MOST_QUERIED = 50


def free_busy(body: Json, calendars: Mapping[str, Mapping[str, Kept]]) -> Answer:
    """What a query is answered.

    Args:
        body: The query.
        calendars: The events of those that the person may ask for, by name.

    Raises:
        Wrong: The query is not to be answered.
    """
    if not body.get("timeMin") or not body.get("timeMax"):
        raise bad("required", "Missing timeMin or timeMax parameter.")
    start, end = moment(body["timeMin"]), moment(body["timeMax"])
    if end <= start:
        raise bad("timeRangeEmpty", "The specified time range is empty.", "timeMax")
    if end - start > LONGEST_QUERY:
        raise bad("timeRangeTooLong", "The requested time range is too long.", "timeMax")
    asked = [str(item["id"]) for item in body.get("items", ())]
    told: Json = {}
    for name in asked:
        if len(asked) > MOST_QUERIED:
            told[name] = _failed("tooManyCalendarsRequested")
        elif name in calendars:
            told[name] = {"busy": list(_taken(calendars[name].values(), start, end))}
        else:
            told[name] = _failed("notFound")
    edges = {"timeMin": body["timeMin"], "timeMax": body["timeMax"]}
    return Answer(200, {"kind": "calendar#freeBusy", **edges, "calendars": told})


def moment(told: str) -> dt.datetime:
    """A time with its offset, UTC.

    Raises:
        Wrong: It is none.
    """
    try:
        read = dt.datetime.fromisoformat(told)
    except ValueError:
        raise bad("badRequest", "Bad Request") from None
    if read.tzinfo is None:
        raise bad("badRequest", "Bad Request")
    return read.astimezone(dt.UTC)


def _failed(reason: str) -> Json:
    return {"errors": [{"domain": "global", "reason": reason}], "busy": []}


def _taken(events: Iterable[Kept], start: dt.datetime, end: dt.datetime) -> Iterable[Json]:
    """When a calendar is taken, cut at the edges of the query, touching ones put together."""
    periods: list[tuple[dt.datetime, dt.datetime]] = []
    for kept in sorted(events, key=Kept.start):
        is_open = kept.said.get("transparency") == "transparent"
        first, last = max(kept.start(), start), min(kept.end(), end)
        if is_open or not kept.is_live or first >= last:
            continue
        if periods and first <= periods[-1][1]:
            periods[-1] = (periods[-1][0], max(periods[-1][1], last))
        else:
            periods.append((first, last))
    return ({"start": _stamp(first), "end": _stamp(last)} for first, last in periods)


def _stamp(instant: dt.datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"
