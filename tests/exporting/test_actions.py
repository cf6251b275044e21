"""Deciding what to do outside, against a world of a few dictionaries."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnbase.exporting.actions import (
    Action,
    Create,
    Decision,
    Delete,
    Look,
    NeedsWord,
    Nothing,
    Seen,
    Sent,
    Update,
    Wanted,
    decide,
)

KEYS = [f"key-{number}" for number in range(14)]
hashes = st.sampled_from(["one", "two", "three"])


@dataclass
class World:
    """The outside and the books, and how an action changes them."""

    outside: dict[str, str] = field(default_factory=dict)  # key to hash
    books: dict[str, Sent] = field(default_factory=dict)
    created: list[str] = field(default_factory=list)

    def seen(self) -> dict[str, Seen]:
        return {key: Seen(f"id of {key}") for key in self.outside}

    def carry_out(self, action: Action, wanted: dict[str, str]) -> None:
        key = action.key
        match action:
            case Create():
                assert key not in self.outside, "made twice"
                self.created.append(key)
                self._write(key, wanted[key])
            case Update(external_id=external_id):
                assert external_id == f"id of {key}"
                self._write(key, wanted[key])
            case Delete():
                self.outside.pop(key, None)
                del self.books[key]
            case Look():
                self._look(key)
            case Nothing():
                assert self.outside[key] == wanted[key]

    def _write(self, key: str, content: str) -> None:
        self.outside[key] = content
        self.books[key] = Sent(key, "sent", f"id of {key}", content)

    def _look(self, key: str) -> None:
        if key in self.outside:
            self.books[key] = Sent(key, "sent", f"id of {key}", None)
        else:
            del self.books[key]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """The books and the outside after any history, kills and the learner's hand included."""
    world = World()
    for key in draw(st.lists(st.sampled_from(KEYS), unique=True)):
        content = draw(hashes)
        match draw(st.sampled_from(["sent", "sent", "making", "changing", "removing", "gone"])):
            case "sent":
                world.outside[key] = content
                world.books[key] = Sent(key, "sent", f"id of {key}", content)
            case "making":
                if draw(st.booleans()):
                    world.outside[key] = content
                world.books[key] = Sent(key, "sending", None, content)
            case "changing":
                world.outside[key] = draw(hashes)
                world.books[key] = Sent(key, "sending", f"id of {key}", content)
            case "removing":
                if draw(st.booleans()):
                    world.outside[key] = content
                world.books[key] = Sent(key, "removing", f"id of {key}", content)
            case _:
                world.books[key] = Sent(key, "sent", f"id of {key}", content)
    return world


plans = st.dictionaries(st.sampled_from(KEYS), hashes)


def decided(world: World, plan: dict[str, str], *, confirmed: bool = True) -> Decision:
    wanted = [Wanted(key, content) for key, content in plan.items()]
    return decide(wanted, list(world.books.values()), world.seen(), confirmed=confirmed)


@given(worlds(), plans, st.integers(0, 40))
def test_what_is_decided_and_done_comes_to_rest_even_with_a_kill_in_between(
    world: World, plan: dict[str, str], killed_after: int
):
    for action in decided(world, plan).actions[:killed_after]:
        world.carry_out(action, plan)
    for _ in range(2):  # what was looked at is decided once more
        for action in decided(world, plan).actions:
            world.carry_out(action, plan)
    assert world.outside == plan
    assert {key: item.hash for key, item in world.books.items()} == plan
    assert decided(world, plan).actions == tuple(Nothing(key) for key in plan)
    assert len(world.created) == len(set(world.created))


@given(worlds(), plans)
def test_looks_come_first_then_the_plans_order_and_deletes_last(world: World, plan: dict[str, str]):
    actions = decided(world, plan).actions
    assert sorted(actions, key=_rank) == list(actions)
    middle = [action.key for action in actions if _rank(action) == 1]
    assert middle == [key for key in plan if key in middle]
    assert len({action.key for action in actions}) == len(actions)
    assert actions == decided(world, plan).actions


def _rank(action: Action) -> int:
    return 0 if isinstance(action, Look) else 2 if isinstance(action, Delete) else 1


@given(worlds(), plans)
def test_without_a_look_outside_the_books_are_believed(world: World, plan: dict[str, str]):
    wanted = [Wanted(key, content) for key, content in plan.items()]
    decision = decide(wanted, list(world.books.values()), None, confirmed=False)
    for action in decision.actions:
        item = world.books.get(action.key)
        match action:
            case Create():
                assert item is None
            case Nothing():
                assert item is not None
                assert (item.state, item.hash) == ("sent", plan[action.key])
            case Look():
                assert item is not None
                assert item.state != "sent"
            case Update() | Delete():
                assert item is not None


def sent(count: int) -> list[Sent]:
    return [Sent(key, "sent", f"id of {key}", "one") for key in KEYS[:count]]


def wanted(count: int) -> list[Wanted]:
    return [Wanted(key, "one") for key in KEYS[:count]]


def live(*keys: str) -> dict[str, Seen]:
    return {key: Seen(f"id of {key}") for key in keys}


@pytest.mark.parametrize(
    ("total", "gone", "asks"),
    [(4, 4, False), (5, 5, True), (5, 4, False), (9, 8, False), (10, 5, False), (10, 6, True)],
)
def test_an_outside_that_looks_empty_is_not_filled_without_a_word(
    total: int, gone: int, asks: bool
):
    seen = live(*KEYS[gone:total])
    decision = decide(wanted(total), sent(total), seen, confirmed=False)
    assert (decision.needs_word == NeedsWord("outside_looks_empty", gone, total)) is asks
    assert asks or decision.needs_word is None
    said = decide(wanted(total), sent(total), seen, confirmed=True)
    assert said.needs_word is None
    assert said.actions[:gone] == tuple(Create(key) for key in KEYS[:gone])


@pytest.mark.parametrize(
    ("total", "doomed", "asks"),
    [(4, 4, False), (5, 5, True), (5, 4, False), (10, 5, False), (10, 6, True), (14, 14, True)],
)
def test_a_plan_that_looks_empty_deletes_nothing_without_a_word(
    total: int, doomed: int, asks: bool
):
    kept = wanted(total)[doomed:]
    decision = decide(kept, sent(total), live(*KEYS[:total]), confirmed=False)
    assert (decision.needs_word == NeedsWord("plan_looks_empty", doomed, total)) is asks
    assert asks or decision.needs_word is None
    assert decide(kept, sent(total), None, confirmed=True).needs_word is None


def test_what_was_given_a_word_for_is_finished_without_another():
    begun = [replace(item, state="removing") for item in sent(9)]
    assert decide([], [*begun, *sent(10)[9:]], None, confirmed=False).needs_word is None


def test_a_thing_that_the_service_remembers_as_deleted_is_made_anew():
    seen = {KEYS[0]: Seen("id of key-0", is_gone=True)}
    assert decide(wanted(1), sent(1), seen, confirmed=False).actions == (Create(KEYS[0]),)


def test_a_thing_found_outside_that_the_books_do_not_know_is_taken_over():
    decision = decide(wanted(1), [], live(KEYS[0]), confirmed=False)
    assert decision.actions == (Update(KEYS[0], "id of key-0"),)


def test_a_making_in_doubt_is_looked_for_and_a_change_in_doubt_made_again():
    making = Sent(KEYS[0], "sending", None, "one")
    changing = Sent(KEYS[1], "sending", "id of key-1", "one")
    decision = decide(wanted(2), [making, changing], None, confirmed=False)
    assert decision.actions == (Look(KEYS[0]), Update(KEYS[1], "id of key-1"))
