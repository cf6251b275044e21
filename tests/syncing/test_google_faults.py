"""Every fault at every request and in single parts, and death at every step: nothing is doubled."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.google import FAULTS, PART_FAULTS, SCOPES, Google
from tests.fakes.google_contract import AUTH
from tests.fakes.oauth import Clock
from tests.syncing.books import Killed
from tests.syncing.google_site import NAME, Site, a_course, key, move, tick

if TYPE_CHECKING:
    from collections.abc import Iterator

BEGINNING = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC).timestamp()
MANY = 52  # two batches


@pytest.fixture
def google() -> Iterator[Google]:
    with Google(clock=Clock(BEGINNING)) as google:
        yield google


@pytest.fixture
def site(google: Google) -> Site:
    return Site(google)


def changed_course() -> dict[str, Any]:
    """Some moved, some finished, a few gone, a few new."""
    plan = a_course(MANY + 4)
    for number in range(5, MANY, 3):
        move(plan, number)
    tick(plan, 1)
    tick(plan, 6)
    tasks = plan["weeks"][0]["tasks"]
    plan["weeks"][0]["tasks"] = [task for task in tasks if task["title"] not in GONE]
    return plan


GONE = {"Lesson 10", "Lesson 30", "Lesson 51"}


def expect_once(site: Site, plan: Any, result: Any) -> None:
    """All events are there once; a calendar that is left over is empty, and the learner knows."""
    assert result["status"] == "succeeded"
    site.expect(plan)
    others = [calendar for calendar in site.made() if calendar.id != site.calendar]
    assert all(not calendar.events for calendar in others)
    assert len(others) <= 1
    if others:
        assert f"An empty calendar “{NAME}” may be left" in result["stays"][0]


@pytest.mark.sampled(one_in=3)
@pytest.mark.parametrize("request_number", [1, 2, 3])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_first_export_survives_a_fault_at_any_request(
    site: Site, fault: str, request_number: int
):
    plan = a_course(MANY)
    site.meet(fault, number=request_number)
    expect_once(site, plan, site.export(plan))


@pytest.mark.sampled(one_in=3)
@pytest.mark.parametrize("request_number", [1, 2, 3])
@pytest.mark.parametrize("fault", FAULTS)
def test_an_export_of_changes_survives_a_fault_at_any_request(
    site: Site, fault: str, request_number: int
):
    site.export(a_course(MANY))
    plan = changed_course()
    site.meet(fault, number=request_number)
    expect_once(site, plan, site.export(plan))
    assert len(site.made()) == 1


@pytest.mark.sampled(one_in=3)
@pytest.mark.parametrize("part", [1, 7, 25])
@pytest.mark.parametrize("fault", PART_FAULTS)
def test_a_part_that_fails_alone_is_repeated_alone(
    site: Site, google: Google, fault: str, part: int
):
    plan = a_course(MANY)
    google.part(part, *PART_FAULTS[fault])
    expect_once(site, plan, site.export(plan))
    assert google.parts <= MANY + 2, "once more, and at most a look at what is there"
    plan = changed_course()
    google.part(part, *PART_FAULTS[fault])
    expect_once(site, plan, site.export(plan))


@pytest.mark.sampled(one_in=3)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_stays_ends_the_delivery_and_not_the_export(site: Site, fault: str):
    plan = a_course(MANY)
    site.export(a_course(3))
    site.meet(fault, times=7)
    expect_once(site, plan, site.export(plan))


def test_parts_that_fail_for_good_leave_the_others_in_the_books(site: Site, google: Google):
    plan = a_course(MANY)
    for number in range(1, 40):
        google.part(10 + number * 10, "busy")
    for number in range(MANY, MANY + 200):
        google.part(number, "error", 503)
    expect_once(site, plan, site.export(plan))


def test_the_parts_of_a_batch_may_be_done_in_any_order(site: Site, google: Google):
    google.disorder = True
    site.export(a_course(MANY))
    plan = changed_course()
    expect_once(site, plan, site.export(plan))


@pytest.mark.parametrize("moment", ["kill_before", "kill_after"])
@pytest.mark.parametrize("record", range(6))
def test_killed_at_any_record_it_goes_on_where_it_was(
    site: Site, google: Google, record: int, moment: str
):
    plan = a_course(MANY)
    setattr(site.books, moment, record)
    expect_once(site, plan, site.export(plan))
    plan = changed_course()
    setattr(site.books, moment, len(site.books.reports) + record)
    expect_once(site, plan, site.export(plan))
    setattr(site.books, moment, len(site.books.reports) + record)
    assert site.remove()["status"] == "succeeded"
    assert google.events() == {}
    assert site.books.rows == {}


def test_what_is_outside_is_in_the_books_whenever_one_dies(site: Site, google: Google):
    """Else a removal that cannot look would not know of it."""
    plan = a_course(MANY)
    for answer in (2, 2, 1):
        site.kill_at_answer = answer
        with pytest.raises(Killed):
            site.deliver(plan)
        assert google.events().keys() <= site.books.rows.keys()
    expect_once(site, plan, site.export(plan))


@pytest.mark.parametrize("answer", [1, 2, 3])
def test_killed_before_it_reads_an_answer_it_goes_on_where_it_was(
    site: Site, google: Google, answer: int
):
    plan = a_course(MANY)
    site.kill_at_answer = answer
    expect_once(site, plan, site.export(plan))
    plan = changed_course()
    site.kill_at_answer = answer
    expect_once(site, plan, site.export(plan))
    google.add_event(site.calendar, "Dentist", dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC))
    site.kill_at_answer = answer
    assert "stays" in site.remove()["stays"][0]
    assert google.events() == {}
    assert site.books.rows == {}


@pytest.mark.parametrize("fault", ["does it and hangs up", "never answers", "does it and says 500"])
def test_a_calendar_whose_making_was_not_answered_is_found_where_the_list_is_open(
    google: Google, fault: str
):
    site = Site(google)
    site.access.token, _ = google.permit(scopes=SCOPES | {f"{AUTH}calendar.calendarlist.readonly"})
    plan = a_course(3)
    site.meet(fault, number=1)
    result = site.export(plan)
    assert result["stays"] == []
    assert len(site.made()) == 1
    site.expect(plan)


def test_a_list_that_lags_is_looked_at_again_before_another_calendar_is_made(google: Google):
    site = Site(google)
    site.access.token, _ = google.permit(scopes=SCOPES | {f"{AUTH}calendar.calendarlist.readonly"})
    site.meet("hangs up", number=1)
    site.export(a_course(3))
    assert site.outcomes == ["retry", "later", "succeeded"]
    assert len(site.made()) == 1


@pytest.mark.sampled(one_in=3)
@pytest.mark.parametrize("fault", FAULTS)
def test_removing_survives_a_fault_at_any_request(site: Site, google: Google, fault: str):
    for request_number in (1, 2):
        site.export(a_course(MANY))
        site.meet(fault, number=request_number)
        assert site.remove()["status"] == "succeeded"
        assert google.events() == {}
        assert site.books.rows == {}


def test_a_time_that_both_sides_change_at_once_is_the_plans(site: Site, google: Google):
    plan = a_course()
    site.export(plan)
    move(plan, 2)
    google.edit_event(key(2), start={"dateTime": "2026-12-24T10:00:00Z"})
    google.part(1, "changed")
    expect_once(site, plan, site.export(plan))
