"""Steps on their way: announced before they begin, several at a time, and never left in doubt."""

from __future__ import annotations

import asyncio

import pytest

from learnbase.exporting.actions import Create, Sent
from learnbase.syncing.convoy import AHEAD, Convoy, Step


class Trouble(Exception):
    pass


def step(number: int) -> Step:
    key = f"key-{number}"
    return Step(Create(key), Sent(key, "sending"), Sent(key, "gone"))


class Road:
    """Where steps travel: notes what was announced, begun and told."""

    def __init__(self, *, trouble_at: int | None = None) -> None:
        self.facts: list[Sent] = []
        self.books: dict[str, str] = {}
        self.records: list[list[Sent]] = []
        self.begun: list[str] = []
        self.most = self.under_way = 0
        self.trouble_at = trouble_at
        self.writing, self.struck = asyncio.Event(), asyncio.Event()

    async def carry(self, taken: Step) -> None:
        key = taken.action.key
        assert self.books[key] == "sending", "announced before it begins"
        self.begun.append(key)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0)
        self.under_way -= 1
        if key == f"key-{self.trouble_at}":
            await self.writing.wait()
            self.facts.append(taken.before)
            self.struck.set()
            raise Trouble
        self.facts.append(Sent(key, "sent", f"id of {key}"))

    async def record(self, items: list[Sent]) -> None:
        self.records.append(items)
        if self.trouble_at is not None and len(self.records) == 2:
            self.writing.set()
            await self.struck.wait()  # the trouble comes while these are written down
        self.books.update({item.key: item.state for item in items})

    async def run(self, count: int) -> bool:
        convoy = Convoy(self.carry, self.record, lambda: False, self.facts)
        return await convoy.run(step(number) for number in range(count))


def test_steps_are_announced_ahead_and_recorded_a_few_at_a_time():
    async def go() -> None:
        road = Road()
        assert await road.run(100)
        assert set(road.books.values()) == {"sent"}
        assert road.begun == [f"key-{number}" for number in range(100)]
        assert 1 < road.most <= AHEAD
        assert len(road.records) < 40

    asyncio.run(go())


def test_what_was_announced_and_not_begun_when_trouble_came_is_taken_back():
    async def go() -> None:
        road = Road(trouble_at=9)
        with pytest.raises(Trouble):
            await road.run(30)
        announced = {item.key for record in road.records for item in record}
        assert len(announced) > len(road.begun)
        assert set(road.books.values()) == {"sent", "gone"}
        sent = {key for key, state in road.books.items() if state == "sent"}
        assert sent == set(road.begun) - {"key-9"}

    asyncio.run(go())


def test_a_slice_that_is_over_before_it_begins_takes_some_steps_all_the_same():
    async def go() -> None:
        road = Road()
        convoy = Convoy(road.carry, road.record, lambda: True, road.facts)
        assert not await convoy.run(step(number) for number in range(30))
        assert list(road.books.values()) == ["sent"] * AHEAD

    asyncio.run(go())


def test_an_end_of_the_slice_lets_arrive_what_is_under_way():
    async def go() -> None:
        road = Road()
        convoy = Convoy(road.carry, road.record, lambda: bool(road.records), road.facts)
        assert not await convoy.run(step(number) for number in range(30))
        assert list(road.books.values()) == ["sent"] * AHEAD

    asyncio.run(go())
