"""Google Calendar as a learner's exports use it: their own calendar, its events, busy times.

Scopes: `calendar.app.created` (calendars that we made, and nothing else) and
`calendar.events.freebusy`. Calls are retried as long as repeating does no harm: events have ids of
our own, so only the making of a calendar is not repeated when its answer is lost.

https://developers.google.com/workspace/calendar/api/v3/reference
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import random
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from learnbase.errors import LearnbaseError
from learnbase.services import batch, google_refusals
from learnbase.services.batch import Call, Reply, Unreadable
from learnbase.services.google_refusals import UNAUTHORIZED, away, is_passing
from learnbase.services.google_wire import LONGEST_REST, TRIES, Request, Wire

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    import httpx

    from learnbase.services.connections import Tokens

Json = dict[str, Any]

API, BATCH = "/calendar/v3", "/batch/calendar/v3"
MOST_IN_A_BATCH = 50  # a thousand are allowed; fifty are answered in a second or two
_PAGE = 2500  # events; the service's limit
_WINDOW = dt.timedelta(days=60)  # of one free/busy query; the service refuses long ones
_LISTED = "kind,nextPageToken,items(id,etag,status,extendedProperties/private)"
Period = tuple[dt.datetime, dt.datetime]
"""Start and end, UTC."""


class GoogleCalendar:
    """One learner's Google Calendar.

    Raises, everywhere: `Later` (a limit), `Unavailable` (faults, silence), `NotAllowed`, `Missing`,
    `Refused`, and whatever `Tokens` raises when the connection is dead.
    """

    def __init__(
        self,
        tokens: Tokens,
        http: httpx.AsyncClient,
        *,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            tokens: the learner's.
            http: from `connections`; shared with others.
            pause: waits so many seconds.
            chance: a number from 0 up to 1, which spreads the waits.
        """
        self._wire = Wire(tokens, http, pause, chance)

    async def make_calendar(self, body: Json) -> Json:
        """Make a calendar and return it.

        Raises:
            OutcomeUnknown: there may be one now.
        """
        return await self._ask(Call("POST", "/calendars", body), "calendar", once=True)

    async def find_calendar(self, marker: str) -> Json | None:
        """Return the learner's calendar whose description has a marker in it.

        Raises:
            NotAllowed: the list is closed to us, as it is under `calendar.app.created` alone.
        """
        page = ""
        while True:
            query = {"maxResults": "250", "showHidden": "true"}
            found = await self._ask(
                Call("GET", _path("/users/me/calendarList", query, page)), "calendarList"
            )
            for entry in found.get("items", ()):
                if marker in str(entry.get("description", "")):
                    return dict(entry)
            page = found.get("nextPageToken", "")
            if not page:
                return None

    async def delete_calendar(self, calendar_id: str) -> None:
        """Delete a calendar with all that is in it."""
        await self._ask(Call("DELETE", f"/calendars/{quote(calendar_id, safe='')}"))

    async def events(self, calendar_id: str) -> list[Json]:
        """Return id, etag, status and private properties of all events, deleted ones as well.

        Raises:
            Missing: the calendar was deleted, or is none of ours.
        """
        events: list[Json] = []
        page = ""
        while True:
            query = {"showDeleted": "true", "maxResults": str(_PAGE), "fields": _LISTED}
            path = _path(events_path(calendar_id), query, page)
            found = await self._ask(Call("GET", path), "events")
            events += found.get("items", ())
            page = found.get("nextPageToken", "")
            if not page:
                return events

    async def busy(self, since: dt.datetime, until: dt.datetime) -> list[Period]:
        """Return when the learner's own calendar is taken, in order, without overlaps."""
        periods: list[Period] = []
        while since < until:
            end = min(since + _WINDOW, until)
            body = {
                "timeMin": _utc(since),
                "timeMax": _utc(end),
                "timeZone": "UTC",
                "items": [{"id": "primary"}],
            }
            answer = await self._ask(Call("POST", "/freeBusy", body), "freeBusy")
            periods += _periods(answer)
            since = end
        return _merged(periods)

    async def together(self, calls: Sequence[Call]) -> list[Reply | LearnbaseError]:
        """Make up to fifty calls in one request; each is answered for itself.

        A definite refusal is a reply. What fails in passing is tried again, without the others; a
        call that has no reply in the end is answered with the trouble, so that what was done can be
        recorded before it is raised.
        """
        answers: list[Reply | LearnbaseError] = [away("nothing was sent")] * len(calls)
        refreshed = False
        for attempt in range(TRIES):
            waiting = [number for number, it in enumerate(answers) if not isinstance(it, Reply)]
            try:
                replies = await self._batch([calls[number] for number in waiting])
            except LearnbaseError as problem:
                for number in waiting:
                    answers[number] = problem
                return answers
            for number, reply in zip(waiting, replies, strict=True):
                answers[number] = _settled(reply)
            unsettled = [reply for reply in replies if reply is None or is_passing(reply)]
            if any(reply and reply.status == UNAUTHORIZED for reply in replies) and not refreshed:
                refreshed = True
                try:
                    await self._wire.renew()
                except LearnbaseError as problem:
                    return [it if isinstance(it, Reply) else problem for it in answers]
            if not unsettled:
                if all(isinstance(answer, Reply) for answer in answers):
                    break
                continue
            wished = max((google_refusals.rest(it) or 0.0 for it in unsettled if it), default=0.0)
            if attempt == TRIES - 1 or wished > LONGEST_REST:
                break
            await self._wire.rest(attempt, wished)
        return answers

    async def _batch(self, calls: Sequence[Call]) -> list[Reply | None]:
        content_type, content = batch.encode(calls, API)
        request = Request("POST", BATCH, content, {"Content-Type": content_type})
        return await self._wire.deliver(
            request, lambda kind, told: batch.decode(kind, told, len(calls))
        )

    async def _ask(self, call: Call, kind: str = "", *, once: bool = False) -> Json:
        """Make a call by itself.

        Args:
            call: what to do.
            kind: what the answer says that it is; anything else is no answer. Nothing where a list
                is expected must not pass for an empty one.
            once: not again where it may have been done.
        """
        content, headers = b"", {"Accept": "application/json"}
        if call.body is not None:
            content = json.dumps(call.body, ensure_ascii=False).encode()
            headers["Content-Type"] = "application/json"
        request = Request(call.method, API + call.path, content, headers, once)
        return await self._wire.deliver(request, lambda _, told: _of_kind(kind, told))


def events_path(calendar_id: str, event_id: str = "") -> str:
    """Return the path of a calendar's events, or of one of them."""
    path = f"/calendars/{quote(calendar_id, safe='')}/events"
    return f"{path}/{event_id}" if event_id else path


def _path(path: str, query: dict[str, str], page: str) -> str:
    return f"{path}?{urlencode(query | ({'pageToken': page} if page else {}))}"


def _of_kind(kind: str, content: bytes) -> Json:
    told = batch.json_object(content)
    if kind and told.get("kind") != f"calendar#{kind}":
        raise Unreadable("the answer is another than was asked for")
    return told


def _settled(reply: Reply | None) -> Reply | LearnbaseError:
    if reply is None:
        return away("part of its answer is missing")
    if reply.status == UNAUTHORIZED:
        return away("it refuses our token")
    return google_refusals.lasting(reply) if is_passing(reply) else reply


def _periods(answer: Json) -> Iterator[Period]:
    calendar = answer.get("calendars", {}).get("primary", {})
    if calendar.get("errors"):
        raise away(f"busy times: {calendar['errors'][0].get('reason', 'unknown')}")
    for period in calendar.get("busy", ()):
        start, end = (dt.datetime.fromisoformat(period[edge]) for edge in ("start", "end"))
        yield start.astimezone(dt.UTC), end.astimezone(dt.UTC)


def _merged(periods: list[Period]) -> list[Period]:
    merged: list[Period] = []
    for start, end in sorted(periods):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif start < end:
            merged.append((start, end))
    return merged


def _utc(instant: dt.datetime) -> str:
    return instant.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
