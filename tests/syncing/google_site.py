"""A learner's export to Google: the course, its books and the service, without a database."""

from __future__ import annotations

import asyncio
import datetime as dt
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from learnbase.errors import Unavailable
from learnbase.services.connections import ReconnectNeeded
from learnbase.services.google_calendar import GoogleCalendar
from learnbase.services.google_wire import connections
from learnbase.syncing.google import run
from learnbase.syncing.recorder import Recorder
from tests.exporting.plans import a_link, a_plan, a_session, a_task
from tests.fakes.google import FAULTS
from tests.syncing.books import Books, Killed

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from tests.fakes.google import Google
    from tests.fakes.google_calendars import Calendar

Json = dict[str, Any]
NAME = "Learnbase: Swift for iOS"
FIRST = dt.datetime(2026, 11, 24, 17, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Delivery:
    msg_id: int = 1
    read_ct: int = 1


class Access:
    """Tokens of somebody who signed in, renewed by the fake's own rules."""

    def __init__(self, google: Google) -> None:
        self._google = google
        self.token, self._refresh = google.permit()

    async def current(self) -> str:
        return self.token

    async def after_refusal(self, refused: str) -> str:
        if refused == self.token:
            client = self._google.authority
            form = {"client_id": client.client_id, "client_secret": client.client_secret}
            status, told = client.token(
                form | {"grant_type": "refresh_token", "refresh_token": self._refresh}
            )
            if status != 200:
                raise ReconnectNeeded("google")
            self.token = told["access_token"]
        return self.token

    async def ended(self, refused: str) -> ReconnectNeeded:
        assert refused == self.token
        return ReconnectNeeded("google")


class Site:
    """One export, delivered again and again.

    Attributes:
        books: What was recorded.
        pauses: How long the client waited, and why the fake's clock went on.
        kill_at_answer: The number of the answer that a process does not live to read.
        meanwhile: What the learner does right after an answer, by its number.
        outcomes: What each delivery ended with.
        patience: Seconds that the client waits for an answer.
    """

    def __init__(self, google: Google) -> None:
        self.google = google
        self.access = Access(google)
        self.books = Books(google.clock)
        self.pauses: list[float] = []
        self.kill_at_answer: int | None = None
        self.meanwhile: dict[int, Callable[[], None]] = {}
        self.outcomes: list[Any] = []
        self.options: Json = {}
        self.patience = 20.0

    def meet(self, fault: str, *, number: int | None = None, times: int = 1) -> None:
        """Let the service have a fault, at its n-th request from now or at the next ones."""
        behaviour = FAULTS[fault]
        if behaviour[0] == "hang":
            self.patience = 1.0
        if number is None:
            self.google.next(*behaviour, times=times)
        else:
            self.google.at(number, *behaviour)

    def deliver(self, plan: Json | None, *, confirmed: bool = False) -> Json:
        """One delivery; raises what the course raises, and `Killed` where it dies."""
        action = "export" if plan is not None else "remove"
        loaded = self.books.loaded(plan, action=action, confirmed=confirmed)
        loaded["export"]["options"] = self.options
        return asyncio.run(self._deliver(loaded))

    def export(self, plan: Json | None, *, confirmed: bool = False) -> Json:
        """Deliver until there is an end, as the runner would, whoever dies in between."""
        self.books.changed = {}
        for _ in range(40):
            try:
                result = self.deliver(plan, confirmed=confirmed)
            except Killed:
                self.books.kill_before = self.books.kill_after = self.kill_at_answer = None
                self.outcomes.append("killed")
                continue
            except Unavailable as problem:
                self.outcomes.append("retry")
                self.google.clock.advance(problem.retry_after or 1.0)
                continue
            self.outcomes.append(result["status"])
            if result["status"] in {"succeeded", "stopped"}:
                return result
            self.google.clock.advance(result.get("seconds", 0))
        raise AssertionError(f"no end: {self.outcomes}")

    def remove(self) -> Json:
        return self.export(None)

    @property
    def calendar(self) -> str:
        assert self.books.container
        return str(self.books.container["calendar_id"])

    def made(self) -> list[Calendar]:
        """The living calendars that we made."""
        found = self.google.calendars.by_id.values()
        return [calendar for calendar in found if calendar.by_app and not calendar.is_deleted]

    def expect(self, plan: Json, *, but: frozenset[str] = frozenset()) -> None:
        """The calendar shows the plan, once, and the books say the same."""
        wanted = {session["id"] for _, session in sessions(plan)} - but
        shown = self.google.events(self.calendar)
        assert shown.keys() == wanted
        assert self.google.events().keys() == wanted, "nothing of ours is anywhere else"
        assert not self.google.doubled()
        assert not self.google.violations
        for task, session in sessions(plan):
            if session["id"] in wanted:
                event = shown[session["id"]]
                starts = dt.datetime.fromisoformat(event["start"]["dateTime"])
                assert starts == dt.datetime.fromisoformat(session["starts_at"])
                assert task["title"] in event["summary"]
                assert event["summary"].startswith("✓") == (task["status"] == "completed")
                row = self.books.rows[session["id"]]
                private = event["extendedProperties"]["private"]
                assert (row["state"], row["hash"]) == ("sent", private["learnbase_hash"])
        assert not self.books.doubtful

    async def _deliver(self, loaded: Json) -> Json:
        answers = 0

        async def answered(_: httpx.Response) -> None:
            nonlocal answers
            answers += 1
            self.meanwhile.pop(answers, lambda: None)()
            if self.kill_at_answer == answers:
                raise Killed

        async def pause(seconds: float) -> None:
            self.pauses.append(seconds)
            self.google.clock.advance(seconds)

        async with connections(self.google.url, patience=self.patience) as http:
            http.event_hooks = {"response": [answered]}
            google = GoogleCalendar(self.access, http, pause=pause, chance=lambda: 0.5)
            record = Recorder(self.books, "q", Delivery())
            return await run(loaded, google, record, self.books.now)


def a_course(count: int = 12, title: str = "Lesson") -> Json:
    """A plan of so many tasks, a session each, a day apart."""
    tasks = [
        a_task(
            f"{title} {number}",
            task_id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"task {number}")),
            links=[a_link(f"https://docs.example/{number}?a=1&b=2")],
            sessions=[session(number)],
        )
        for number in range(count)
    ]
    return a_plan(*tasks)


def session(number: int, days: int = 0) -> Json:
    starts = FIRST + dt.timedelta(days=number + days)
    return a_session(starts.isoformat(), id=key(number))


def key(number: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"session {number}"))


def sessions(plan: Json) -> list[tuple[Json, Json]]:
    tasks = [task for week in plan["weeks"] for task in week["tasks"]]
    return [(task, session) for task in tasks for session in task["sessions"]]


def task_of(plan: Json, number: int) -> Json:
    tasks: list[Json] = plan["weeks"][0]["tasks"]
    return tasks[number]


def move(plan: Json, number: int, days: int = 30) -> None:
    task_of(plan, number)["sessions"] = [session(number, days)]


def tick(plan: Json, number: int) -> None:
    """Finished after all of its sessions."""
    task_of(plan, number).update(status="completed", completed_at="2028-01-01T00:00:00+00:00")
