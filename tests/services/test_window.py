"""No stretch of time holds more requests than are granted, and hardly any fewer."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from learnbase.services.window import Window

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

STRETCH = 0.2
LIMIT = 8


def most_in_a_stretch(turns: list[float]) -> int:
    return max(sum(begin <= turn < begin + STRETCH for turn in turns) for begin in turns)


def gone(window: Window, count: int) -> list[float]:
    async def run() -> list[float]:
        return list(await asyncio.gather(*(window.turn() for _ in range(count))))

    return asyncio.run(run())


def test_no_stretch_holds_more_than_are_granted_and_they_come_in_order():
    turns = gone(Window(LIMIT, STRETCH), 4 * LIMIT)
    assert turns == sorted(turns)
    assert most_in_a_stretch(turns) == LIMIT
    assert turns[-1] - turns[0] < 5 * STRETCH


def test_they_are_spread_and_not_let_off_all_at_once():
    turns = gone(Window(LIMIT, STRETCH), LIMIT)
    assert turns[-1] - turns[0] > 0.7 * STRETCH * (LIMIT - 1) / LIMIT


def test_who_is_late_makes_it_good():
    window = Window(LIMIT, STRETCH)

    async def run() -> list[float]:
        turns = []
        for number in range(4 * LIMIT):
            turns.append(await window.turn())
            if number == LIMIT:
                time.sleep(STRETCH / LIMIT)  # noqa: ASYNC251 - something else holds the loop
        return turns

    turns = asyncio.run(run())
    assert most_in_a_stretch(turns) <= LIMIT
    assert turns[-1] - turns[0] < 5 * STRETCH


def test_the_stretch_is_counted_from_when_a_request_really_left():
    window = Window(1, STRETCH)

    async def run() -> float:
        turn = await window.turn()
        await asyncio.sleep(STRETCH / 2)
        left = time.monotonic()
        window.left(turn)
        window.left(turn)  # once is enough
        return await window.turn() - left

    assert asyncio.run(run()) >= STRETCH


def test_less_is_allowed_at_once_where_it_was_too_much_and_more_again_bit_by_bit():
    async def run(after: Callable[[Window], Awaitable[None]]) -> int:
        window = Window(LIMIT, STRETCH)
        window.ease(await window.turn(), 0)
        await after(window)
        return most_in_a_stretch([await window.turn() for _ in range(3 * LIMIT)])

    async def nothing(_: Window) -> None:
        return

    async def many_are_taken(window: Window) -> None:
        for _ in range(50):
            window.took()

    async def more_of_the_same_moment(window: Window) -> None:
        for _ in range(9):
            window.ease(0.0, 0)

    assert asyncio.run(run(nothing)) == 6
    assert asyncio.run(run(many_are_taken)) == LIMIT
    assert asyncio.run(run(more_of_the_same_moment)) == 6


def test_nothing_leaves_while_it_is_closed_not_even_who_waits_already():
    window = Window(LIMIT, STRETCH)

    async def run() -> float:
        for _ in range(LIMIT):
            since = await window.turn()
        waiting = asyncio.create_task(window.turn())
        await asyncio.sleep(0)
        window.ease(since, 2 * STRETCH)
        return await waiting - since

    assert asyncio.run(run()) >= 2 * STRETCH


def test_it_goes_by_what_the_service_says():
    window = Window(100, STRETCH)
    window.granted(LIMIT, STRETCH)
    assert most_in_a_stretch(gone(window, 3 * LIMIT)) == LIMIT
    slow = Window(2, STRETCH)
    slow.granted(LIMIT, STRETCH)
    turns = gone(slow, 3 * LIMIT)
    assert most_in_a_stretch(turns) == LIMIT
    eased = Window(LIMIT, STRETCH)
    eased.ease(time.monotonic(), 0)
    eased.granted(LIMIT, STRETCH)
    assert most_in_a_stretch(gone(eased, 3 * LIMIT)) == 6
