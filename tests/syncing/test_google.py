"""An export to Google Calendar against the service: what it costs and what it respects."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from learnbase.jobs import NoLongerNeeded
from learnbase.services.google_calendar import MOST_IN_A_BATCH
from tests.fakes.google import SCOPES, Google
from tests.fakes.oauth import Clock
from tests.syncing.books import Killed
from tests.syncing.google_site import (
    NAME,
    Site,
    a_course,
    key,
    move,
    task_of,
    tick,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

NOON = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
BEGINNING = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC).timestamp()


@pytest.fixture
def google() -> Iterator[Google]:
    with Google(clock=Clock(BEGINNING)) as google:
        yield google


@pytest.fixture
def site(google: Google) -> Site:
    return Site(google)


# What it costs ------------------------------------------------------------------------------------


def test_two_hundred_sessions_are_five_requests(site: Site, google: Google):
    plan = a_course(200)
    result = site.export(plan)
    assert result == {
        "status": "succeeded",
        "changed": {"created": 200, "updated": 0, "deleted": 0, "kept": 0, "unchanged": 0},
        "stays": [],
    }
    site.expect(plan)
    assert google.http_requests == 5
    [calendar] = site.made()
    assert calendar.said["summary"] == NAME
    assert calendar.zone == "Europe/Berlin"
    assert site.books.container == {
        "calendar_id": calendar.id,
        "url": site.books.container["url"],
    }
    assert [report.get("done") for report in site.books.reports[2:]] == [0, 50, 100, 150, 200]


def test_exporting_again_unchanged_is_one_read(site: Site, google: Google):
    plan = a_course()
    site.export(plan)
    requests, writes = google.http_requests, google.writes
    result = site.export(plan)
    assert (google.http_requests - requests, google.writes - writes) == (1, 0)
    assert result["changed"]["unchanged"] == 12


def test_one_change_is_one_write(site: Site, google: Google):
    plan = a_course()
    site.export(plan)
    for change in (move, tick):
        requests, writes = google.http_requests, google.writes
        change(plan, 3)
        result = site.export(plan)
        assert (google.http_requests - requests, google.writes - writes) == (2, 1)
        assert (result["changed"]["updated"], result["changed"]["unchanged"]) == (1, 11)
        site.expect(plan)


def test_a_session_that_moves_keeps_its_event_and_all_that_the_learner_added(
    site: Site, google: Google
):
    plan = a_course()
    site.export(plan)
    google.edit_event(key(3), location="The library", summary="My own words")
    before = google.event(key(3)).said["id"]
    move(plan, 3)
    site.export(plan)
    kept = google.event(key(3)).said
    assert (kept["id"], kept["location"], kept["summary"]) == (before, "The library", "Lesson 3")


def test_a_link_that_went_takes_the_source_along(site: Site, google: Google):
    plan = a_course(2)
    site.export(plan)
    task_of(plan, 0)["links"] = []
    site.export(plan)
    assert "source" not in google.event(key(0)).said
    assert "source" in google.event(key(1)).said


def test_a_limit_of_ten_calls_a_second_is_waited_for(site: Site, google: Google):
    google.quota = (10.0, 20.0)
    plan = a_course(60)
    assert site.export(plan)["status"] == "succeeded"
    site.expect(plan)


def test_a_long_wait_gives_the_slot_to_somebody_else(site: Site, google: Google):
    google.at(2, "too_many", 120)
    plan = a_course(3)
    result = site.deliver(plan)
    assert result == {"status": "later", "seconds": 120}
    assert site.pauses == []
    assert site.export(plan)["status"] == "succeeded"
    site.expect(plan)


def test_a_slice_ends_after_twenty_seconds_and_the_next_goes_on(site: Site, google: Google):
    plan = a_course(120)
    google.next("too_many", 5, times=4, matching=lambda call: call.path.startswith("/batch"))
    result = site.export(plan)
    assert site.outcomes == ["more", "succeeded"]
    assert result["changed"]["created"] == 120
    assert result["changed"]["unchanged"] == 0
    site.expect(plan)


# What the learner does outside --------------------------------------------------------------------


def test_an_event_that_the_learner_deleted_stays_deleted_and_is_told_of(site: Site, google: Google):
    plan = a_course()
    site.export(plan)
    google.delete_event(key(4))
    tick(plan, 4)
    result = site.export(plan)
    assert (result["changed"]["kept"], result["changed"]["unchanged"]) == (1, 11)
    assert result["stays"] == [
        "An event that you deleted in Google Calendar is left out until it is moved"
    ]
    assert key(4) not in google.events()


@pytest.mark.parametrize("is_forgotten", [False, True])
def test_it_comes_back_when_its_session_moves(site: Site, google: Google, is_forgotten: bool):
    plan = a_course()
    site.export(plan)
    google.delete_event(key(4))
    if is_forgotten:
        google.forget_deleted()
    move(plan, 4)
    assert site.export(plan)["changed"]["created"] == 1
    site.expect(plan)


def test_deleted_events_that_tell_no_more_than_their_id_are_brought_back_too(
    site: Site, google: Google
):
    google.calendars.deleted_are_bare = True
    plan = a_course()
    site.export(plan)
    google.delete_event(key(4))
    assert site.export(plan, confirmed=True)["changed"]["created"] == 1
    site.expect(plan)


def test_a_deletion_in_the_very_moment_of_an_edit_is_respected(site: Site, google: Google):
    plan = a_course()
    site.export(plan)
    tick(plan, 4)
    site.meanwhile[1] = lambda: google.delete_event(key(4))
    result = site.export(plan)
    assert (result["changed"]["kept"], result["changed"]["updated"]) == (1, 0)
    assert key(4) not in google.events()
    assert site.export(plan)["changed"]["kept"] == 1


@pytest.mark.parametrize("is_forgotten", [False, True])
def test_a_deletion_in_the_very_moment_of_a_move_gives_way_to_it(
    site: Site, google: Google, is_forgotten: bool
):
    def delete() -> None:
        google.delete_event(key(4))
        if is_forgotten:
            google.forget_deleted()

    plan = a_course()
    site.export(plan)
    move(plan, 4)
    site.meanwhile[1] = delete
    assert site.export(plan)["changed"]["created"] == 1
    site.expect(plan)


def test_a_copy_that_the_learner_made_is_theirs(site: Site, google: Google):
    plan = a_course()
    site.export(plan)
    copy = google.copy_event(key(4))
    move(plan, 4)
    site.export(plan)
    assert copy in google.theirs(site.calendar)
    site.expect(plan)


def test_an_event_that_changes_under_our_hands_is_looked_at_again(site: Site, google: Google):
    plan = a_course()
    site.export(plan)
    move(plan, 4)
    parts = google.parts
    google.part(1, "changed")
    assert site.export(plan)["changed"]["updated"] == 1
    site.expect(plan)
    assert [call.method for call in google.calls[-(google.parts - parts) :]] == [
        "PATCH",
        "GET",
        "PATCH",
    ]


def test_a_calendar_that_looks_empty_asks_first(site: Site, google: Google):
    plan = a_course()
    site.export(plan)
    for number in range(12):
        google.delete_event(key(number))
    writes = google.writes
    result = site.export(plan)
    assert (result["status"], result["code"], result["needs"]) == ("stopped", "looks_empty", "word")
    assert google.writes == writes
    assert site.export(plan, confirmed=True)["changed"]["created"] == 12
    site.expect(plan)


def test_a_plan_that_looks_empty_asks_first(site: Site):
    plan = a_course()
    site.export(plan)
    less = a_course(2)
    result = site.export(less)
    assert (result["code"], result["needs"]) == ("plan_looks_empty", "word")
    site.expect(plan)
    assert site.export(less, confirmed=True)["changed"]["deleted"] == 10
    site.expect(less)


def test_a_calendar_that_the_learner_deleted_is_not_made_again_behind_their_back(
    site: Site, google: Google
):
    plan = a_course()
    site.export(plan)
    google.delete_calendar(site.calendar)
    result = site.export(plan)
    assert (result["code"], result["needs"]) == ("calendar_deleted", "word")
    assert NAME in result["message"]
    assert site.made() == []
    assert site.export(plan, confirmed=True)["changed"]["created"] == 12
    site.expect(plan)


def test_a_calendar_that_is_deleted_in_the_middle_ends_the_run(site: Site, google: Google):
    plan = a_course(60)
    site.kill_at_answer = 2
    with pytest.raises(Killed):
        site.deliver(plan)
    site.kill_at_answer = None
    google.next("slow", 0)  # the look at it is answered
    for number in range(1, MOST_IN_A_BATCH + 1):
        google.part(number, "missing")
    move(plan, 0)
    assert site.deliver(plan)["code"] == "calendar_deleted"


def test_one_event_that_google_does_not_take_does_not_keep_the_others_out(
    site: Site, google: Google
):
    plan = a_course(60)
    google.part(7, "error", 400)
    result = site.export(plan)
    assert (result["status"], result["code"], result["needs"]) == ("stopped", "refused", None)
    assert len(google.events()) == 59
    assert site.export(plan)["changed"]["created"] == 1
    site.expect(plan)


def test_a_calendar_with_another_name_keeps_it(site: Site, google: Google):
    plan = a_course()
    site.export(plan)
    google.edit_calendar(site.calendar, summary="iOS!")
    move(plan, 1)
    site.export(plan)
    site.expect(plan)
    assert site.made()[0].said["summary"] == "iOS!"


# Permission ---------------------------------------------------------------------------------------


def test_a_token_that_is_refused_in_the_middle_is_renewed_once(site: Site, google: Google):
    plan = a_course(60)
    google.part(7, "unauthorized")
    google.at(3, "unauthorized")
    assert site.export(plan)["status"] == "succeeded"
    site.expect(plan)
    assert google.authority.refreshes == 2


def test_a_connection_that_the_learner_revoked_asks_for_a_new_one(site: Site, google: Google):
    plan = a_course()
    site.export(plan)
    google.revoke()
    move(plan, 1)
    result = site.export(plan)
    assert (result["status"], result["code"], result["needs"]) == (
        "stopped",
        "reconnect",
        "reconnect",
    )


def test_a_permission_that_was_not_given_is_explained(google: Google):
    site = Site(google)
    site.access.token, _ = google.permit(
        scopes=frozenset(scope for scope in SCOPES if "app.created" not in scope)
    )
    result = site.export(a_course())
    assert (result["code"], result["needs"]) == ("not_allowed", "reconnect")
    assert not site.books.container, "nothing was made, and nothing is looked for"


def test_a_run_that_was_cancelled_stops(site: Site, google: Google):
    site.books.standing = "cancelled"
    with pytest.raises(NoLongerNeeded):
        site.deliver(a_course())
    assert google.http_requests == 0


# Removing -----------------------------------------------------------------------------------------


def test_removing_takes_the_calendar_and_leaves_no_trace(site: Site, google: Google):
    site.export(a_course(60))
    requests = google.http_requests
    result = site.remove()
    assert result["changed"]["deleted"] == 60
    assert result["stays"] == []
    assert site.made() == []
    assert site.books.rows == {}
    assert site.books.container == {}
    assert google.http_requests - requests == 2


def test_removing_leaves_what_the_learner_put_there(site: Site, google: Google):
    site.export(a_course(60))
    own = google.add_event(site.calendar, "Dentist", NOON)
    copy = google.copy_event(key(5))
    result = site.remove()
    assert result["changed"]["deleted"] == 60
    assert result["stays"] == [f"The calendar “{NAME}” stays: it holds 2 events of your own"]
    assert google.theirs(site.calendar).keys() == {own, copy}
    assert site.books.rows == {}


def test_an_event_that_google_does_not_delete_is_not_forgotten(site: Site, google: Google):
    site.export(a_course(3))
    google.add_event(site.calendar, "Dentist", NOON)
    google.part(2, "error", 400)
    assert site.remove()["code"] == "refused"
    assert site.books.rows.keys() == google.events().keys()
    assert site.remove()["status"] == "succeeded"
    assert google.events() == {}


def test_what_was_removed_can_be_exported_again_into_the_calendar_that_stayed(
    site: Site, google: Google
):
    plan = a_course()
    site.export(plan)
    google.add_event(site.calendar, "Dentist", NOON)
    site.remove()
    assert site.export(plan)["changed"]["created"] == 12
    assert len(site.made()) == 1
    assert len(google.events(site.calendar)) == 12


def test_removing_what_the_learner_removed_already_is_quiet(site: Site, google: Google):
    site.export(a_course())
    google.delete_calendar(site.calendar)
    assert site.remove()["status"] == "succeeded"
    assert site.books.rows == {}
    assert site.remove()["status"] == "succeeded"
