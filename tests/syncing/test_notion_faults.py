"""Every fault at every call, and a kill at every step: nothing doubled, nothing missing.

A third of the pairs of fault and call, all faults and all calls among them; with
`LEARNBASE_ALL_FAULTS=1` every one.
"""

from __future__ import annotations

import os
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.notion import Notion
from tests.fakes.notion_world import Database
from tests.fakes.oauth import Clock
from tests.syncing.notion_side import Learner

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable

    from tests.fakes.notion_ledger import Request

A_WHILE = 600
FIRST_CALLS = 7  # database, its columns, it again, the list, three pages
NEXT_CALLS = 11  # three looks, three writes of properties, one page, one box in five steps
FAULTS = {
    "busy": [("busy", None)],
    "busy for long": [("busy", 60)],
    "overloaded": [("overloaded", None)],
    "conflict": [("conflict", None)],
    "error 500": [("error", 500)],
    "error 503": [("error", 503)],
    "unauthorized": [("unauthorized", None)],
    "dropped": [("drop", None)],
    "done and dropped": [("commit_then_drop", None)],
    "done and failed": [("commit_then_error", 504)],
    "done and garbled": [("garbage", None)],
    "dropped for good": [("drop", None)] * 8,
}
SLOW_FAULTS = {
    "silent": [("hang", None)],
    "done and silent": [("commit_then_hang", None)],
    "without end": [("huge", None)],
}


def pairs(faults: Iterable[str], calls: int) -> list[tuple[str, int]]:
    whole = list(product(faults, range(1, calls + 1)))
    return whole if os.environ.get("LEARNBASE_ALL_FAULTS") else whole[::3]


@pytest.fixture
def hasty(learner: Learner) -> Learner:
    """One who does not wait long for an answer."""
    learner.patience = 0.3
    return learner


def befall(fake: Notion, call: int, faults: list[tuple[str, float | None]]) -> None:
    for number, (behaviour, detail) in enumerate(faults):
        fake.at(call + number, behaviour, detail)


def exported_and_edited(learner: Learner) -> None:
    """A change of each kind is ahead: made, changed, its body changed, taken away."""
    learner.tasks.append(Learner.a_task(3))
    learner.run()
    learner.expect_all()
    learner.clock.advance(A_WHILE)
    learner.fake.forget()
    learner.tasks[0]["status"] = "completed"
    learner.tasks[1]["description"] = "Another body."
    learner.tasks[1]["title"] = "Another title"
    del learner.tasks[2]
    learner.tasks.append(Learner.a_task(4))


def settle(learner: Learner) -> None:
    ended = learner.run()
    assert ended["status"] == "succeeded", ended
    learner.expect_all()
    learner.clock.advance(A_WHILE)
    learner.fake.calm()
    learner.fake.forget()
    assert learner.run()["status"] == "succeeded"
    assert learner.fake.writes == [], "what was sent is known to be as it should be"


@pytest.mark.sampled(one_in=3)
@pytest.mark.parametrize(("fault", "call"), pairs(FAULTS, FIRST_CALLS))
def test_a_fault_during_the_first_export_doubles_nothing_and_loses_nothing(
    hasty: Learner, fault: str, call: int
):
    befall(hasty.fake, call, FAULTS[fault])
    settle(hasty)
    assert len(list(hasty.fake.world.every(Database))) == 1


@pytest.mark.sampled(one_in=3)
@pytest.mark.parametrize(("fault", "call"), pairs(FAULTS, NEXT_CALLS))
def test_a_fault_while_changes_are_carried_out_leaves_no_trace(
    hasty: Learner, fault: str, call: int
):
    exported_and_edited(hasty)
    befall(hasty.fake, call, FAULTS[fault])
    settle(hasty)


@pytest.mark.parametrize(("fault", "call"), pairs(SLOW_FAULTS, FIRST_CALLS))
def test_silence_during_the_first_export_is_waited_for_and_looked_into(
    hasty: Learner, fault: str, call: int
):
    befall(hasty.fake, call, SLOW_FAULTS[fault])
    settle(hasty)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("number", range(6))
@pytest.mark.parametrize("edited", [False, True], ids=["first export", "changes"])
def test_a_kill_around_a_record_is_resumed(
    learner: Learner, number: int, moment: str, edited: bool
):
    if edited:
        exported_and_edited(learner)
    at = len(learner.books.reports) + number
    setattr(learner.books, f"kill_{moment}", at)
    settle(learner)


@pytest.mark.sampled(one_in=3)
@pytest.mark.parametrize("behaviour", ["hang", "commit_then_hang"])
@pytest.mark.parametrize("call", range(1, NEXT_CALLS + 1))
@pytest.mark.parametrize("edited", [False, True], ids=["first export", "changes"])
def test_a_kill_at_a_request_is_resumed_whether_or_not_it_was_done(
    learner: Learner, call: int, behaviour: str, edited: bool
):
    if edited:
        exported_and_edited(learner)
    kill_at(learner, call, behaviour)
    settle(learner)


def kill_at(learner: Learner, call: int, behaviour: str) -> None:
    """The next slice ends when a request has come: it is done or not, and nobody hears of it."""
    count = iter(range(1, 1000))
    cancel: list[Callable[[], Any]] = []

    def matching(_: Request) -> bool:
        if next(count) != call:
            return False
        cancel[0]()
        return True

    def stop(task: asyncio.Task[Any]) -> None:
        loop = task.get_loop()
        cancel.append(lambda: loop.call_soon_threadsafe(task.cancel))

    learner.fake.next(behaviour, matching=matching)
    learner.stop = stop


@pytest.mark.parametrize("behaviour", ["hang", "commit_then_hang"])
@pytest.mark.parametrize("call", range(1, 8))
@pytest.mark.parametrize("notes", [False, True], ids=["nothing of theirs", "a note of theirs"])
def test_a_removal_that_is_killed_is_resumed_and_takes_ours_alone(
    learner: Learner, call: int, behaviour: str, notes: bool
):
    learner.run()
    learner.clock.advance(A_WHILE)
    page = learner.page(1)
    if notes:
        learner.fake.add_block(page, "Mine")
        learner.fake.edit_page(page)
    learner.fake.forget()
    kill_at(learner, call, behaviour)
    ended = learner.run("remove")
    assert ended["status"] == "succeeded"
    assert learner.fake.rows() == ([page] if notes else [])
    assert (learner.books.rows, learner.books.container) == ({}, {})
    assert bool(ended["stays"]) is notes


def test_a_page_made_just_before_a_kill_is_found_by_its_marker_and_not_written_again(
    learner: Learner,
):
    kill_at(learner, 5, "commit_then_hang")
    learner.run()
    learner.expect_all()
    made = [one for one in learner.fake.writes if one.path == "/v1/pages"]
    assert len(made) == 3


def test_a_page_made_in_place_of_a_trashed_one_is_not_made_twice(learner: Learner):
    learner.run()
    learner.clock.advance(A_WHILE)
    learner.fake.trash_page(learner.page(1))
    kill_at(learner, 5, "commit_then_hang")
    settle(learner)


def test_a_long_limit_leaves_nothing_in_doubt_and_asks_for_nothing_more():
    clock = Clock(1_800_000_000.0)
    with Notion(clock=clock, lag=10) as fake:
        learner = Learner(fake, clock, tasks=12)
        fake.at(5, "busy", detail=60)
        assert learner.slice() == {"status": "later", "seconds": 60}
        assert len(fake.requests) < 4 + 12
        assert learner.books.doubtful == []
        clock.advance(60)
        settle(learner)


def test_what_is_in_doubt_waits_for_the_search_to_show_it_and_no_longer(learner: Learner):
    learner.fake.at(6, "drop")
    ended = learner.slice()
    assert ended == {"status": "later", "seconds": 15}
    assert len(learner.books.doubtful) == 1
    learner.clock.advance(14)
    assert learner.slice()["seconds"] == 1
    learner.clock.advance(1)
    assert learner.slice()["status"] == "succeeded"
    learner.expect_all()


def test_no_more_than_a_few_are_ever_in_doubt():
    clock = Clock(1_800_000_000.0)
    with Notion(clock=clock, lag=10) as fake:
        learner = Learner(fake, clock, tasks=40)
        learner.run()
        learner.expect_all()
        announced: set[str] = set()
        for report in learner.books.reports:
            for item in report.get("items", ()):
                (announced.add if item["state"] == "sending" else announced.discard)(item["key"])
            assert len(announced) <= 10
