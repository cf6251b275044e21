"""The client for Notion: what it repeats, what it does not, and how fast it asks."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import pytest

from learnbase.errors import Unavailable
from learnbase.services import notion as service
from learnbase.services.connections import ReconnectNeeded
from learnbase.services.notion import Notions
from learnbase.services.notion_refusals import Later, Missing, OutcomeUnknown, Refused
from learnbase.services.pace import Pace
from tests.fakes.notion import Notion
from tests.fakes.oauth import Account

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

WORKSPACE = {"type": "workspace", "workspace": True}
CONTENT = {
    "title": [{"type": "text", "text": {"content": "Swift"}}],
    "initial_data_source": {"properties": {"Task": {"type": "title", "title": {}}}},
}
BOX = {"object": "block", "type": "callout", "callout": {"rich_text": []}}
PASSING = [
    ("conflict", None),
    ("error", 500),
    ("error", 503),
    ("drop", None),
    ("garbage", None),
    ("huge", None),
    ("hang", None),
]


class Tokens:
    def __init__(self, *tokens: str) -> None:
        self.left = list(tokens)
        self.refusals = 0

    async def current(self) -> str:
        return self.left[0]

    async def after_refusal(self, refused: str) -> str:
        self.refusals += 1
        if len(self.left) > 1 and refused == self.left[0]:
            self.left.pop(0)
        return self.left[0]

    async def ended(self, refused: str) -> ReconnectNeeded:
        assert refused == self.left[0]
        return ReconnectNeeded("notion")


@pytest.fixture
def fake() -> Iterator[Notion]:
    with Notion() as server:
        yield server


def asked(
    fake: Notion,
    ask: Callable[[service.Notion], Awaitable[Any]],
    tokens: Tokens | None = None,
    pace: Pace | None = None,
) -> Any:
    rests: list[float] = []

    async def pause(seconds: float) -> None:
        rests.append(seconds)

    async def run() -> Any:
        async with service.connections(fake.url, patience=0.3) as http:
            access = tokens or Tokens(fake.token())
            return await ask(
                service.Notion(access, http, pace or Pace(5000), pause=pause, chance=lambda: 1.0)
            )

    answer = asyncio.run(run())
    assert rests == sorted(rests), "each wait is longer than the one before"
    return answer


async def a_database(notion: service.Notion) -> str:
    made = await notion.make_database(WORKSPACE, CONTENT)
    return str(made["data_sources"][0]["id"])


@pytest.mark.parametrize(("mood", "detail"), PASSING)
def test_a_read_is_repeated_until_there_is_an_answer(fake: Notion, mood: str, detail: float | None):
    fake.next(mood, times=2, detail=detail)
    assert asked(fake, lambda notion: notion.me())
    assert len(fake.requests) == 3


@pytest.mark.parametrize(("mood", "detail"), PASSING)
def test_a_service_that_stays_away_is_unavailable(fake: Notion, mood: str, detail: float | None):
    fake.next(mood, times=10, detail=detail)
    with pytest.raises(Unavailable, match="Notion does not answer"):
        asked(fake, lambda notion: notion.me())
    assert len(fake.requests) == 4


@pytest.mark.parametrize(
    ("mood", "detail"),
    [*PASSING[1:], ("commit_then_drop", None), ("commit_then_error", 502)],
)
def test_a_making_whose_outcome_is_unknown_is_not_repeated(
    fake: Notion, mood: str, detail: float | None
):
    fake.next(mood, times=10, detail=detail)
    with pytest.raises(OutcomeUnknown):
        asked(fake, a_database)
    assert len(fake.requests) == 1


@pytest.mark.parametrize("mood", ["conflict", "busy", "overloaded"])
def test_a_making_that_was_surely_not_done_is_repeated(fake: Notion, mood: str):
    fake.next(mood)
    asked(fake, a_database)
    assert [one.status for one in fake.requests][1:] == [200]
    assert len(fake.writes) == 1


def test_nothing_listens_there(fake: Notion):
    async def ask(notion: service.Notion) -> Any:
        return await notion.make_database(WORKSPACE, CONTENT)

    fake.url = "http://127.0.0.1:9"
    with pytest.raises(Unavailable, match="ConnectError"):
        asked(fake, ask)


def test_a_refused_token_is_renewed_once_and_a_second_refusal_ends_it(fake: Notion):
    tokens = Tokens("stale", fake.token())
    assert asked(fake, lambda notion: notion.me(), tokens)
    assert tokens.refusals == 1
    with pytest.raises(ReconnectNeeded):
        asked(fake, lambda notion: notion.me(), Tokens("stale", "stale too"))


def test_refusals_say_what_notion_said(fake: Notion):
    nowhere = "11111111-2222-4333-8444-555555555555"
    with pytest.raises(Missing, match="Could not find data_source"):
        asked(fake, lambda notion: notion.data_source(nowhere))
    with pytest.raises(Refused, match="Title is not provided"):
        asked(fake, lambda notion: notion.make_database(WORKSPACE, CONTENT | {
            "initial_data_source": {"properties": {"A": {"type": "url", "url": {}}}}
        }))  # fmt: skip
    fake.violations.clear()


def test_a_limit_is_waited_for_and_a_long_one_is_left_to_another_time(fake: Notion):
    fake.next("busy", detail=1)
    began = time.monotonic()
    asked(fake, lambda notion: notion.me())
    assert time.monotonic() - began >= 1
    fake.next("busy", detail=6)
    with pytest.raises(Later) as later:
        asked(fake, lambda notion: notion.me())
    assert later.value.seconds == 6


def test_lists_are_walked_to_their_end(fake: Notion):
    async def ask(notion: service.Notion) -> Any:
        source = await a_database(notion)
        pages = [notion.make_page(source, {"title": {"title": []}}, BOX) for _ in range(250)]
        await asyncio.gather(*pages)
        return await notion.query(source)

    assert len(asked(fake, ask)) == 250
    assert [one.status for one in fake.requests[-3:]] == [200] * 3


def test_the_grant_is_used_and_never_overdrawn():
    grant, count = 15.0, 45
    with Notion(grant=grant, burst=2, latency=0.2) as fake:

        async def ask(notion: service.Notion) -> None:
            await asyncio.gather(*(notion.me() for _ in range(count)))

        asked(fake, ask, pace=Pace(grant))
        assert fake.over_budget == 0
        first, last = fake.requests[0].at, fake.requests[-1].at
        assert (count - 1) / (last - first) >= 0.95 * grant


def test_a_smaller_grant_is_found_out_and_kept_to():
    with Notion(grant=10, burst=2) as fake:
        pace = Pace(40)

        async def ask(notion: service.Notion) -> None:
            for _ in range(12):
                await notion.me()

        asked(fake, ask, pace=pace)
        assert pace.rate < 40
        assert fake.over_budget <= 4


def test_one_learners_limit_slows_nobody_else():
    with Notion() as fake:
        slow, fast = fake.token(), fake.token(fake.authority.add(Account("b", "Bo", "b@b.example")))
        fake.next("busy", times=3, detail=1, matching=lambda request: request.token == slow)

        async def run() -> list[float]:
            async with service.connections(fake.url) as http:
                notions = Notions(http, grant=1000)
                began = time.monotonic()

                async def timed(token: str) -> float:
                    await notions(Tokens(token)).me()
                    return time.monotonic() - began

                return await asyncio.gather(timed(slow), timed(fast))

        waited, passed = asyncio.run(run())
        assert waited >= 3
        assert passed < 1


def test_an_accounts_pace_is_remembered_from_slice_to_slice(fake: Notion):
    async def run() -> None:
        async with service.connections(fake.url) as http:
            notions, tokens = Notions(http, grant=50), Tokens(fake.token())
            fake.next("busy", detail=1)
            await notions(tokens).me()
            began = time.monotonic()
            for _ in range(4):
                await notions(tokens).me()
            assert time.monotonic() - began >= 4 / 50
            other = Tokens(fake.token())
            await notions(other).me()

    asyncio.run(run())


def test_the_pace_falls_once_for_requests_of_the_same_moment_and_recovers():
    async def run() -> None:
        pace = Pace(100)
        full = pace.rate
        turns = [await pace.turn() for _ in range(3)]
        for turn in turns:
            pace.ease(turn, 0)
        assert pace.rate == pytest.approx(0.7 * full)
        pace.ease(await pace.turn(), 0)
        assert pace.rate == pytest.approx(0.49 * full)
        for _ in range(40):
            pace.took()
        assert pace.rate == full

    asyncio.run(run())
