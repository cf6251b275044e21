"""The two workers, between the database's answers and Google."""

from __future__ import annotations

import asyncio
import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from learnbase.jobs import GiveUp, NoLongerNeeded, Retry
from learnbase.services.connections import ReconnectNeeded
from learnbase.services.google_calendar import GoogleCalendar
from learnbase.services.google_wire import connections
from tests.fakes.google import SCOPES, Google
from tests.fakes.oauth import Clock
from tests.syncing.google_site import a_course, key
from workers import export_google_calendar, read_busy_times

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from learnbase.services.connections import Tokens

NOW = dt.datetime(2026, 11, 21, 12, 34, 56, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
CONNECTION = {"id": "c", "user_id": "u", "provider": "google", "account_id": "a"}


@pytest.fixture
def google() -> Iterator[Google]:
    with Google(clock=Clock(NOW.timestamp())) as google:
        yield google


class Database:
    """Answers what the schema `worker` would."""

    def __init__(self, loaded: dict[str, Any]) -> None:
        self.loaded = loaded
        self.calls: list[str] = []

    async def call(self, function: str, /, **arguments: Any) -> Any:
        self.calls.append(function)
        assert (arguments["msg_id"], arguments["read_ct"]) == (7, 2)
        return self.loaded if function.startswith("load_") else "held"


@dataclass(frozen=True)
class Job:
    payload: Any
    msg_id: int = 7
    read_ct: int = 2
    said: dict[str, Any] = field(default_factory=dict)


class Deps:
    """What both workers use."""

    def __init__(self, google: Google, loaded: dict[str, Any], http: httpx.AsyncClient) -> None:
        self.database = Database(loaded)
        self.connections = self
        self.token, _ = google.permit()
        self.google = lambda tokens: GoogleCalendar(tokens, http, pause=_no_time)
        self.now = lambda: NOW

    def tokens(
        self, connection_id: str, user_id: str, provider: str, account_id: str | None = None
    ) -> Tokens:
        assert (connection_id, user_id, provider, account_id) == ("c", "u", "google", "a")
        return self

    async def current(self) -> str:
        return self.token

    async def after_refusal(self, refused: str) -> str:
        assert refused == self.token
        raise ReconnectNeeded("google")

    async def ended(self, refused: str) -> ReconnectNeeded:
        assert refused == self.token
        return ReconnectNeeded("google")


async def _no_time(_: float) -> None:
    return


def handle(
    google: Google, worker: Any, payload: Any, loaded: dict[str, Any], **changed: Any
) -> Any:
    async def go() -> Any:
        async with connections(google.url) as http:
            deps = Deps(google, loaded, http)
            for name, value in changed.items():
                setattr(deps, name, value)
            return await worker.handle(Job(payload), deps)

    return asyncio.run(go())


def busy(google: Google, **changed: Any) -> Any:
    standing = changed.pop("standing", "held")
    now = changed.pop("now", NOW)
    until = now + dt.timedelta(days=56)
    loaded = {
        "standing": standing,
        "connection": CONNECTION,
        "from": now.isoformat(),
        "until": until.isoformat(),
    }
    payload = read_busy_times.ReadBusyTimes(v=1, connection_id=uuid.uuid4())
    return handle(google, read_busy_times, payload, loaded, **changed)


def test_busy_times_begin_at_midnight_so_that_what_is_under_way_stays_the_same(google: Google):
    google.busy(NOW - HOUR, NOW + HOUR)
    told = [[(NOW - HOUR).isoformat(), (NOW + HOUR).isoformat()]]
    assert busy(google) == {"busy": told}
    assert busy(google, now=NOW + 2 * HOUR) == {"busy": told}


def test_what_goes_on_after_the_last_day_stays_the_same_all_day(google: Google):
    leave = NOW + dt.timedelta(days=50)
    google.busy(leave, leave + dt.timedelta(days=14))
    assert busy(google) == busy(google, now=NOW + 2 * HOUR)


def test_a_connection_that_is_gone_or_dead_needs_no_busy_times(google: Google):
    with pytest.raises(NoLongerNeeded):
        busy(google, standing="obsolete")
    with pytest.raises(NoLongerNeeded):
        busy(google, token="over")


def test_without_the_permission_busy_times_are_given_up_with_a_remedy(google: Google):
    scopes = frozenset(scope for scope in SCOPES if "freebusy" not in scope)
    with pytest.raises(GiveUp) as told:
        busy(google, token=google.permit(scopes=scopes)[0])
    assert told.value.code == "not_allowed"
    assert "tick every box" in str(told.value.remedy)


def test_a_limit_is_waited_for(google: Google):
    google.next("too_many", 90)
    with pytest.raises(Retry) as told:
        busy(google)
    assert told.value.after == 90


def export(google: Google, standing: str = "held") -> Any:
    loaded = {
        "standing": standing,
        "export": {
            "id": str(uuid.UUID(int=3)),
            "action": "export",
            "topic": "Swift for iOS",
            "options": {},
            "container": None,
            "confirmed": False,
        },
        "connection": CONNECTION,
        "document": a_course(2),
        "items": [],
    }
    payload = export_google_calendar.ExportGoogleCalendar(v=1, export_id=uuid.UUID(int=3))
    return handle(google, export_google_calendar, payload, loaded)


def test_an_export_is_loaded_carried_out_and_handed_over(google: Google):
    result = export(google)
    assert result["status"] == "succeeded"
    assert google.events().keys() == {key(0), key(1)}


def test_an_export_that_somebody_else_has_is_left_to_them(google: Google):
    with pytest.raises(NoLongerNeeded):
        export(google, standing="stale")
    assert google.http_requests == 0
