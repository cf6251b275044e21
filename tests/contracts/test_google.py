"""What is sent to Google Calendar, held against the service's own discovery document."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learnbase.exporting.actions import Create, Update
from learnbase.exporting.document import PlanExport
from learnbase.exporting.google import calendar_body, events_of
from learnbase.exporting.google_changes import Changes
from learnbase.syncing.google_errands import errands
from tests.exporting.plans import a_plan, a_task, plans
from tests.fakes.google_contract import discovery

if TYPE_CHECKING:
    from learnbase.services.batch import Call

CONTRACT = discovery()
EXPORT = str(uuid.UUID(int=7))
pytestmark = pytest.mark.skipif(CONTRACT is None, reason="the service's contract is not at hand")


def broken(call: Call) -> list[str]:
    assert CONTRACT is not None
    path, _, query = call.path.partition("?")
    asked = {name: [value] for name, _, value in (pair.partition("=") for pair in query.split("&"))}
    return CONTRACT.broken(call.method, path, asked if query else {}, call.body)


def calls(plan: dict[str, Any], wish: Any, *, is_there: bool) -> list[Call]:
    shown = events_of(PlanExport.model_validate(plan), EXPORT, wish)
    actions = [Update(it.key, it.id) if is_there else Create(it.key) for it in shown.events]
    deleted = frozenset(it.key for it in shown.events[::2])
    nothing: frozenset[str] = frozenset()
    todo = Changes(tuple(actions), {}, deleted, nothing, nothing, ())
    return [errand.call("c_1") for errand in errands(todo, shown.events)]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plans(), st.sampled_from(["preferred", "calendar", "none"]), st.booleans())
def test_whatever_the_plan_says_the_calls_are_valid(
    plan: dict[str, Any], wish: Any, is_there: bool
):
    for call in calls(plan, wish, is_there=is_there):
        assert broken(call) == []


def test_so_is_the_calendar():
    assert CONTRACT is not None
    body = calendar_body(PlanExport.model_validate(a_plan(a_task())), EXPORT)
    assert CONTRACT.broken("POST", "/calendars", {}, body) == []


def test_a_call_that_the_document_does_not_know_is_noticed():
    [call] = calls(a_plan(a_task()), "preferred", is_there=False)
    assert broken(call) == []
    assert call.body is not None
    call.body["colour"] = "1"
    assert broken(call) != []
