"""Plans of 200 tasks, exported to a Notion and a Google that grant what the real ones grant.

The courses and their clients are the workers' own, the services servers on loopback that count; the
books are kept in memory, so that every figure is about what goes out and not about the database.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from bench.result import Result
from learnbase.services import google_wire, notion
from learnbase.services.google_calendar import MOST_IN_A_BATCH, GoogleCalendar
from learnbase.services.notion import Notions
from learnbase.syncing import google as google_course
from learnbase.syncing import notion as notion_course
from learnbase.syncing.recorder import Recorder
from tests.fakes.google import Google
from tests.fakes.notion import Notion
from tests.syncing.books import Books
from tests.syncing.google_site import a_course, move

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from bench.ground import Ground

    Json = dict[str, Any]
    Course = Callable[[Json, Recorder], Awaitable[Json]]

TASKS = 200
GRANTED, BURST = 3.0, 3.0  # requests a second, as Notion says that it grants them
GRANTED_IN_SHORT = 30.0
ENOUGH_TURNS = 10
MOST_SLICES = 30
A_HANDFUL = 5.0  # reads


@dataclass(frozen=True)
class _Token:
    """Access that lasts longer than a measurement."""

    token: str

    async def current(self) -> str:
        return self.token

    async def after_refusal(self, refused: str) -> str:
        raise AssertionError(f"{refused} is refused")


@dataclass(frozen=True)
class _Delivery:
    msg_id: int = 1
    read_ct: int = 1


def to_notion(ground: Ground) -> Iterator[Result]:
    """Export, export again, and again with one task ticked off."""
    is_whole = ground.turns >= ENOUGH_TURNS
    grant = GRANTED if is_whole else GRANTED_IN_SHORT
    name = "export.notion" if is_whole else f"export.notion_at_{grant:.0f}_a_second"
    plan = a_course(TASKS)
    with Notion(grant=grant, burst=BURST) as server:
        token = server.token()
        books = Books(time.time)

        async def export() -> float:
            async with notion.connections(server.url) as http:
                opened = Notions(http, grant)(_Token(token))
                began = time.perf_counter()
                await _exported(plan, books, partial(_to_notion, opened, books))
                return time.perf_counter() - began

        seconds = asyncio.run(export())
        _expect(TASKS, len(server.pages()), server.doubled(), server.violations)
        share, over = server.share(server.visitor), server.over_budget
        within = 1 - over / len(server.requests)
        # One request for each page and one for their database is the least.
        least = (TASKS + 1 - BURST) / grant
        server.forget()
        asyncio.run(export())
        writes, reads = len(server.writes), len(server.reads)
        server.forget()
        plan["weeks"][0]["tasks"][TASKS // 2]["status"] = "in_progress"
        asyncio.run(export())
        _expect(TASKS, len(server.pages()), server.doubled(), server.violations)
        changed = len(server.writes)
    granted = f"all that {grant:g} a second grant, with a burst of {BURST:g}"
    yield Result(f"{name}.grant", share * 100, "%", 100.0, granted, 0.95, "higher")
    yield Result(f"{name}.within", within * 100, "%", 100.0, "no request over it", 1.0, "higher")
    yield Result(f"{name}.wall", seconds, "s", least, f"{TASKS} pages at the grant, nothing else")
    yield _untouched(f"{name}.unchanged", "pages", writes)
    yield Result(f"{name}.unchanged.reads", reads, "requests", A_HANDFUL, "a handful", 1.0)
    yield Result(f"{name}.one_changed", changed, "writes", 1.0, "the page that changed", 1.0)


def to_google(_ground: Ground) -> Iterator[Result]:
    """Export 200 sessions, and again when nothing and when one of them moved."""
    plan = a_course(TASKS)
    with Google() as server:
        token, _ = server.permit()
        books = Books(time.time)

        async def export() -> tuple[int, int]:
            """How many requests and how many writes that took."""
            requests, writes = server.http_requests, server.writes
            async with google_wire.connections(server.url) as http:
                opened = GoogleCalendar(_Token(token), http)
                await _exported(plan, books, partial(_to_google, opened, books))
            return server.http_requests - requests, server.writes - writes

        requests, _ = asyncio.run(export())
        _expect(TASKS, len(server.events()), server.doubled(), server.violations)
        unchanged = asyncio.run(export())
        move(plan, TASKS // 2)
        one_moved = asyncio.run(export())
        _expect(TASKS, len(server.events()), server.doubled(), server.violations)
    least = 1 + TASKS / MOST_IN_A_BATCH
    batches = f"a calendar and {TASKS} events, {MOST_IN_A_BATCH} in a request"
    yield Result("export.google.requests", requests, "requests", least, batches, 1.0)
    yield _untouched("export.google.unchanged", "events", unchanged[1])
    yield Result("export.google.unchanged.requests", unchanged[0], "requests", 1.0, "one look", 1.0)
    moved = "the event of the session that moved"
    yield Result("export.google.one_moved", one_moved[1], "writes", 1.0, moved, 1.0)


MEASUREMENTS = {"export.notion": to_notion, "export.google": to_google}


def _untouched(name: str, what: str, writes: int) -> Result:
    """How many things an export that finds nothing to do leaves alone; its aim is all of them."""
    return Result(name, TASKS - writes, what, TASKS, "all of them, without a write", 1.0, "higher")


def _expect(count: int, found: int, doubled: object, violations: object) -> None:
    """All of it is there, once, and nothing was sent that the service does not describe."""
    if found != count or doubled or violations:
        raise AssertionError(f"{found} of {count}, doubled {doubled}, wrong {violations}")


async def _to_notion(opened: notion.Notion, books: Books, loaded: Json, to: Recorder) -> Json:
    return await notion_course.run(loaded, opened, to, books.now)


async def _to_google(opened: GoogleCalendar, books: Books, loaded: Json, to: Recorder) -> Json:
    return await google_course.run(loaded, opened, to, books.now)


async def _exported(plan: Json, books: Books, course: Course) -> None:
    """Slice after slice until the plan is outside, as the queue would have it."""
    for _ in range(MOST_SLICES):
        ended = await course(books.loaded(plan), Recorder(books, "q", _Delivery()))
        if ended["status"] == "succeeded":
            return
        if ended["status"] == "later":
            await asyncio.sleep(ended["seconds"])
        elif ended["status"] != "more":
            raise AssertionError(f"the export stopped: {ended}")
    raise AssertionError(f"the export has no end: {ended}")
