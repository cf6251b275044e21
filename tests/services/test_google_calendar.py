"""The client of Google Calendar: patience, limits, tokens, and answers that are none."""

from __future__ import annotations

import asyncio
import datetime as dt
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from learnbase.errors import LearnbaseError, Unavailable
from learnbase.services.batch import Call, Reply
from learnbase.services.connections import ReconnectNeeded
from learnbase.services.google_calendar import GoogleCalendar, events_path
from learnbase.services.google_refusals import (
    Later,
    Missing,
    NotAllowed,
    OutcomeUnknown,
    Refused,
)
from learnbase.services.google_wire import connections
from tests.fakes.google import FAULTS, PART_FAULTS, Google
from tests.fakes.loopback import Loopback
from tests.fakes.oauth import Clock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Iterator

BEGINNING = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
BODY = {"summary": "Learnbase: Swift", "description": "[learnbase-1]", "timeZone": "Europe/Berlin"}


@pytest.fixture
def google() -> Iterator[Google]:
    with Google(clock=Clock(BEGINNING.timestamp())) as google:
        yield google


class Access:
    """Tokens that are renewed once, to one that the service knows."""

    def __init__(self, google: Google) -> None:
        self._google = google
        self.token, _ = google.permit()
        self.renewed: list[str] = []

    async def current(self) -> str:
        return self.token

    async def after_refusal(self, refused: str) -> str:
        self.renewed.append(refused)
        self.token, _ = self._google.permit()
        return self.token

    async def ended(self, refused: str) -> ReconnectNeeded:
        assert refused == self.token
        return ReconnectNeeded("google")


class Client:
    """A client, and how long it waited."""

    def __init__(self, google: Google, patience: float = 2.0) -> None:
        self.google = google
        self.access = Access(google)
        self.patience = patience
        self.waits: list[float] = []

    @asynccontextmanager
    async def open(self) -> AsyncIterator[GoogleCalendar]:
        async def pause(seconds: float) -> None:
            self.waits.append(seconds)
            self.google.clock.advance(seconds)

        async with connections(self.google.url, patience=self.patience) as http:
            yield GoogleCalendar(self.access, http, pause=pause, chance=lambda: 1.0)

    def do(self, what: Callable[[GoogleCalendar], Coroutine[Any, Any, Any]]) -> Any:
        async def go() -> Any:
            async with self.open() as calendar:
                return await what(calendar)

        return asyncio.run(go())


@pytest.fixture
def client(google: Google) -> Client:
    return Client(google)


def made(client: Client) -> str:
    return str(client.do(lambda google: google.make_calendar(BODY))["id"])


def insert(calendar: str, number: int) -> Call:
    starts = (BEGINNING + number * DAY).isoformat()
    times = {"start": {"dateTime": starts}, "end": {"dateTime": starts}}
    body = {"id": f"lb{number:032x}", "summary": f"Lesson {number} ✓ “so”", **times}
    return Call("POST", events_path(calendar), body)


def test_waits_grow_and_then_it_is_said_that_google_is_away(client: Client, google: Google):
    calendar = made(client)
    google.next("error", 503, times=9)
    with pytest.raises(Unavailable, match="503"):
        client.do(lambda it: it.events(calendar))
    assert client.waits == [0.5, 1.0, 2.0, 4.0]


def test_google_is_obeyed_when_it_asks_to_wait(client: Client, google: Google):
    calendar = made(client)
    google.next("too_many", 3)
    assert client.do(lambda it: it.events(calendar)) == []
    assert client.waits == [3.0]


@pytest.mark.parametrize(
    ("behaviour", "seconds"), [("busy", 60), ("too_many", 60), ("quota", 3600)]
)
def test_a_limit_that_stays_says_when_to_come_back(
    client: Client, google: Google, behaviour: str, seconds: float
):
    calendar = made(client)
    google.next(behaviour, times=9)
    with pytest.raises(Later) as told:
        client.do(lambda it: it.events(calendar))
    assert told.value.seconds == seconds


@pytest.mark.parametrize("fault", FAULTS)
def test_a_read_survives_any_fault_that_passes(client: Client, google: Google, fault: str):
    calendar = made(client)
    google.next(*FAULTS[fault])
    assert client.do(lambda it: it.events(calendar)) == []


@pytest.mark.parametrize(
    "fault",
    [
        *(
            "500",
            "502",
            "does it and says 500",
            "does it and hangs up",
            "does it and says half of it",
        ),
        *("hangs up", "never answers", "a page of HTML", "25 MB"),
    ],
)
def test_a_calendar_is_never_made_twice_by_the_client(client: Client, google: Google, fault: str):
    google.next(*FAULTS[fault])
    with pytest.raises(OutcomeUnknown):
        made(client)
    assert google.http_requests == 1


@pytest.mark.parametrize("fault", ["busy, 403", "busy, 429", "503", "401 though the token lives"])
def test_what_was_certainly_not_done_is_asked_again(client: Client, google: Google, fault: str):
    google.next(*FAULTS[fault])
    assert made(client)
    assert google.http_requests == 2


def test_nobody_there_is_no_unknown_outcome(google: Google):
    client = Client(google)
    google.url = "http://127.0.0.1:9"
    with pytest.raises(Unavailable) as told:
        made(client)
    assert not isinstance(told.value, OutcomeUnknown)


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [("missing", Missing), ("gone", Missing), ("forbidden", NotAllowed), ("changed", Refused)],
)
def test_a_definite_refusal_is_not_asked_again(
    client: Client, google: Google, behaviour: str, error: type[LearnbaseError]
):
    calendar = made(client)
    google.next(behaviour)
    with pytest.raises(error):
        client.do(lambda it: it.events(calendar))
    assert google.http_requests == 2
    assert client.waits == []


class Somebody(Loopback):
    """Answers 200 and an object to whatever it is asked, as a captive portal might."""

    def routes(self, app: web.Application) -> None:
        async def answer(_: web.Request) -> web.Response:
            return web.json_response({"status": "welcome"})

        app.router.add_route("*", "/{rest:.*}", answer)


def test_an_answer_of_another_kind_does_not_pass_for_an_empty_calendar(
    client: Client, google: Google
):
    with Somebody() as somebody:
        google.url = somebody.url
        for ask in (
            lambda it: it.events("c_1"),
            lambda it: it.find_calendar("learnbase-1"),
            lambda it: it.busy(BEGINNING, BEGINNING + DAY),
        ):
            with pytest.raises(Unavailable):
                client.do(ask)
        with pytest.raises(OutcomeUnknown):
            made(client)
        [reply] = client.do(lambda it: it.together([insert("c_1", 1)]))
        assert isinstance(reply, Unavailable)


def test_a_token_is_renewed_once_for_each_refusal(client: Client, google: Google):
    calendar = made(client)
    first = client.access.token
    google.authority.expire(first)
    assert client.do(lambda it: it.events(calendar)) == []
    assert client.access.renewed == [first]
    google.next("unauthorized", times=9)
    with pytest.raises(ReconnectNeeded):
        client.do(lambda it: it.events(calendar))
    assert len(client.access.renewed) == 2


def test_two_and_a_half_thousand_events_are_read_page_by_page(client: Client, google: Google):
    calendar = made(client)
    where = google.calendars.by_id[calendar]
    when = {"dateTime": BEGINNING.isoformat()}
    for number in range(2600):
        body = {"id": f"lb{number:032x}", "start": when, "end": when}
        google.calendars.add(where, body, by_app=True)
    events = client.do(lambda it: it.events(calendar))
    assert len({event["id"] for event in events}) == 2600
    assert google.http_requests == 3
    assert events[0].keys() <= {"id", "etag", "status", "extendedProperties"}


def test_fifty_calls_are_one_request_and_each_has_its_reply(client: Client, google: Google):
    calendar = made(client)
    google.disorder = True
    replies = client.do(lambda it: it.together([insert(calendar, n) for n in range(50)]))
    assert [reply.body["summary"] for reply in replies] == [f"Lesson {n} ✓ “so”" for n in range(50)]
    assert google.http_requests == 2
    assert not google.violations


@pytest.mark.parametrize("fault", PART_FAULTS)
def test_a_part_that_fails_in_passing_is_repeated_without_the_others(
    client: Client, google: Google, fault: str
):
    calendar = made(client)
    google.part(2, *PART_FAULTS[fault])
    replies = client.do(lambda it: it.together([insert(calendar, n) for n in range(5)]))
    assert all(isinstance(reply, Reply) for reply in replies)
    assert {reply.status for reply in replies} <= {200, 409}
    assert google.parts == 6
    events = client.do(lambda it: it.events(calendar))
    assert len(events) == 5


def test_what_stays_wrong_leaves_the_replies_of_the_others(client: Client, google: Google):
    calendar = made(client)
    for number in (2, 6, 7, 8, 9, 10):
        google.part(number, "busy")
    replies = client.do(lambda it: it.together([insert(calendar, n) for n in range(5)]))
    assert [type(reply) for reply in replies] == [Reply, Later, Reply, Reply, Reply]


def test_refusals_of_parts_are_replies(client: Client, google: Google):
    calendar = made(client)
    twice = [insert(calendar, 1), insert(calendar, 1), insert("nobody", 1)]
    replies = client.do(lambda it: it.together(twice))
    assert [reply.status for reply in replies] == [200, 409, 404]
    assert google.http_requests == 2


def test_a_calendar_is_found_by_its_marker(client: Client, google: Google):
    with pytest.raises(NotAllowed):
        client.do(lambda it: it.find_calendar("learnbase-1"))
    scopes = frozenset({"https://www.googleapis.com/auth/calendar"})
    client.access.token, _ = google.permit(scopes=scopes)
    calendar = made(client)
    assert client.do(lambda it: it.find_calendar("learnbase-1"))["id"] == calendar
    assert client.do(lambda it: it.find_calendar("learnbase-2")) is None


# Busy times ---------------------------------------------------------------------------------------


def test_busy_times_are_merged_and_in_order(client: Client, google: Google):
    hour = dt.timedelta(hours=1)
    noon = BEGINNING + DAY
    for start, end in ((5, 6), (0, 2), (1, 3), (3, 4)):
        google.busy(noon + start * hour, noon + end * hour)
    busy = client.do(lambda it: it.busy(BEGINNING, BEGINNING + 7 * DAY))
    assert busy == [(noon, noon + 4 * hour), (noon + 5 * hour, noon + 6 * hour)]
    assert busy[0][0].tzinfo is dt.UTC


def test_a_long_time_is_asked_for_in_windows_that_google_answers(client: Client, google: Google):
    """And what lies over the edge of two windows is one period all the same."""
    edge = BEGINNING + 60 * DAY
    google.busy(edge - DAY, edge + DAY)
    busy = client.do(lambda it: it.busy(BEGINNING, BEGINNING + 150 * DAY))
    assert busy == [(edge - DAY, edge + DAY)]
    assert google.http_requests == 3
    assert not google.violations


def test_nobody_busy_is_an_empty_list(client: Client):
    assert client.do(lambda it: it.busy(BEGINNING, BEGINNING + 56 * DAY)) == []
