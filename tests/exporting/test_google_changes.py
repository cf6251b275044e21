"""What is changed in a calendar: only what has to be, and never against what the learner did."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnbase.exporting.actions import Create, Delete, Nothing, Sent, Update
from learnbase.exporting.google import Calendar, Event, event_id
from learnbase.exporting.google_changes import Changes, changes, ours_and_others

KEYS = [str(uuid.UUID(int=number)) for number in range(1, 13)]


def event(key: str, when: str = "noon", what: str = "a") -> Event:
    private = {
        "learnbase_session": key,
        "learnbase_task": f"task-of-{key}",
        "learnbase_hash": f"{when}-{what}",
    }
    return Event(key, event_id(key), {"extendedProperties": {"private": private}}, f"{when}-{what}")


def calendar(*events: Event, ended: tuple[str, ...] = ()) -> Calendar:
    return Calendar(events, frozenset(ended))


def listed(it: Event, *, cancelled: bool = False, etag: str = '"1"') -> dict[str, Any]:
    status = "cancelled" if cancelled else "confirmed"
    return {"id": it.id, "status": status, "etag": etag} | it.body


def sent(it: Event, state: Any = "sent") -> Sent:
    return Sent(it.key, state, it.id, it.hash, '"1"')


def done(todo: Changes) -> list[tuple[str, str]]:
    return [(type(action).__name__, action.key) for action in todo.actions]


A, B, C = (event(key) for key in KEYS[:3])


def test_what_is_as_it_should_be_is_left_alone():
    todo = changes(calendar(A), [sent(A)], [listed(A)], confirmed=False)
    assert todo.actions == (Nothing(A.key),)
    assert todo.corrections == ()


def test_what_moved_is_changed_under_the_etag_that_was_seen():
    later = event(A.key, when="two")
    todo = changes(calendar(later), [sent(A)], [listed(A, etag='"7"')], confirmed=False)
    assert todo.actions == (Update(A.key, A.id),)
    assert todo.etags == {A.key: '"7"'}
    assert todo.insisted == {A.key}


def test_an_edit_is_not_insisted_on_against_a_deletion_in_the_same_moment():
    edited = event(A.key, what="b")
    todo = changes(calendar(edited), [sent(A)], [listed(A)], confirmed=False)
    assert todo.actions == (Update(A.key, A.id),)
    assert todo.insisted == frozenset()


@pytest.mark.parametrize("is_forgotten", [False, True])
def test_an_event_that_the_learner_deleted_stays_deleted(is_forgotten: bool):
    outside = [listed(B)] if is_forgotten else [listed(A, cancelled=True), listed(B)]
    edited = event(A.key, what="b")
    for wanted in (A, edited):
        todo = changes(calendar(wanted, B), [sent(A), sent(B)], outside, confirmed=False)
        assert todo.actions == (Nothing(B.key),)
        assert todo.kept == {A.key}


@pytest.mark.parametrize("is_forgotten", [False, True])
def test_it_comes_back_when_its_time_changes_or_the_learner_says_so(is_forgotten: bool):
    outside = [listed(B)] if is_forgotten else [listed(A, cancelled=True), listed(B)]
    later = event(A.key, when="two")
    for wanted, confirmed in ((later, False), (A, True)):
        todo = changes(calendar(wanted, B), [sent(A), sent(B)], outside, confirmed=confirmed)
        assert todo.actions == (Create(A.key), Nothing(B.key))
        assert todo.deleted == (frozenset() if is_forgotten else {A.key})
        assert todo.kept == frozenset()


def test_a_lost_answer_is_read_from_the_event_itself():
    later = event(A.key, when="two")
    todo = changes(calendar(later), [sent(A)], [listed(later, etag='"9"')], confirmed=False)
    assert todo.actions == (Nothing(A.key),)
    assert todo.corrections == (replace(sent(later), etag='"9"'),)


def test_what_was_being_made_and_is_not_there_is_made():
    todo = changes(calendar(A, B), [sent(A, "sending")], [], confirmed=False)
    assert todo.actions == (Create(A.key), Create(B.key))


def test_what_was_being_made_and_is_there_is_written_down():
    todo = changes(calendar(A), [sent(A, "sending")], [listed(A)], confirmed=False)
    assert todo.actions == (Nothing(A.key),)
    assert todo.corrections == (sent(A),)


def test_what_is_in_no_plan_any_more_is_deleted_and_what_is_gone_too_is_forgotten():
    todo = changes(
        calendar(A), [sent(A), sent(B), sent(C)], [listed(A), listed(B)], confirmed=False
    )
    assert todo.actions == (Nothing(A.key), Delete(B.key, B.id))
    assert todo.corrections == (Sent(C.key, "gone"),)


def test_the_learners_own_events_are_none_of_our_business():
    copy = listed(A) | {"id": "4q7v1s9d"}
    own = {"id": "own1", "status": "confirmed", "etag": '"1"'}
    outside = [listed(A), copy, own, own | {"status": "cancelled"}, listed(B, cancelled=True)]
    assert changes(calendar(), [], outside, confirmed=False).actions == (Delete(A.key, A.id),)
    assert ours_and_others(outside) == ([A.key], 2)


def test_a_plan_that_looks_empty_asks_first():
    events = [event(key) for key in KEYS]
    books, outside = [sent(it) for it in events], [listed(it) for it in events]
    todo = changes(calendar(*events[:5]), books, outside, confirmed=False)
    assert todo.needs_word is not None
    assert todo.needs_word.reason == "plan_looks_empty"
    assert changes(calendar(*events[:5]), books, outside, confirmed=True).needs_word is None


def test_a_plan_that_the_learner_finished_early_does_not_look_empty():
    events = [event(key) for key in KEYS]
    books, outside = [sent(it) for it in events], [listed(it) for it in events]
    ended = tuple(f"task-of-{key}" for key in KEYS[4:])
    todo = changes(calendar(*events[:5], ended=ended), books, outside, confirmed=False)
    assert todo.needs_word is None
    assert [name for name, _ in done(todo)] == ["Nothing"] * 5 + ["Delete"] * 7


def test_a_calendar_that_looks_empty_asks_first():
    events = [event(key) for key in KEYS[:5]]
    books = [sent(it) for it in events]
    todo = changes(calendar(*events), books, [], confirmed=False)
    assert todo.needs_word is not None
    assert todo.needs_word.reason == "outside_looks_empty"
    confirmed = changes(calendar(*events), books, [], confirmed=True)
    assert [name for name, _ in done(confirmed)] == ["Create"] * 5


keys = st.sampled_from(KEYS)
stamps = st.tuples(st.sampled_from(["noon", "two"]), st.sampled_from(["a", "b"]))
plans = st.dictionaries(keys, stamps, max_size=12)
books = st.dictionaries(keys, st.tuples(stamps, st.sampled_from(["sent", "sending", "removing"])))
outsides = st.dictionaries(keys, st.tuples(stamps, st.booleans()))


@given(plans, books, outsides, st.booleans())
def test_carried_out_it_is_done(plan: Any, known: Any, outside: Any, confirmed: bool):
    """And then nothing is left to do; nobody is made twice, and only what is ours is touched."""
    wanted = calendar(*(event(key, *stamp) for key, stamp in plan.items()))
    items = {key: sent(event(key, *stamp), state) for key, (stamp, state) in known.items()}
    events = {
        key: listed(event(key, *stamp), cancelled=gone) for key, (stamp, gone) in outside.items()
    }
    todo = changes(wanted, [*items.values()], events.values(), confirmed=confirmed)
    if todo.needs_word is not None:
        assert not confirmed
        return
    touched = [action.key for action in todo.actions]
    assert len(touched) == len(set(touched))
    for correction in todo.corrections:
        items[correction.key] = correction
    by_key = {it.key: it for it in wanted.events}
    for action in todo.actions:
        is_there = action.key in events and events[action.key]["status"] == "confirmed"
        match action:
            case Create():
                assert not is_there
                assert (action.key in todo.deleted) == (action.key in events)
            case Update() | Nothing() | Delete():
                assert is_there
        if isinstance(action, Delete):
            del events[action.key]
            items[action.key] = Sent(action.key, "gone")
        else:
            events[action.key] = listed(by_key[action.key])
            items[action.key] = sent(by_key[action.key])
    left = [item for item in items.values() if item.state != "gone"]
    again = changes(wanted, left, events.values(), confirmed=False)
    assert {name for name, _ in done(again)} <= {"Nothing"}
    assert again.kept == todo.kept
    assert again.corrections == ()
    live = {key for key, it in events.items() if it["status"] == "confirmed"}
    assert live == by_key.keys() - todo.kept
