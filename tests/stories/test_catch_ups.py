"""Catch-ups: what slipped is proposed anew at night, and a learner decides."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from tests.stories.schedules import FITS, SAID, Scheduled, at, instant, move, placed, seen
from tests.world import HIDDEN, Refusal, at_once, one, refusal

if TYPE_CHECKING:
    import httpx

    from tests.stories.deliveries import Deliveries
    from tests.stories.schedules import Queue
    from tests.world import Row, World

NOT_FOUND = Refusal(404, "catch_up_not_found", "catch_up_id")
MOVED_ON = Refusal(409, "calendar_moved_on", "catch_up_id")
# Each test asks as of a moment of its own, so whatever others left behind is out of the way.
NOT_YET = "update public.plan_schedules set look_at = '2199-01-01'"
MANY = """
    insert into auth.users (id, email, email_confirmed_at, raw_user_meta_data)
    select gen_random_uuid(), 'many-' || gen_random_uuid() || '@example.com', now(), '{}'
    from generate_series(1, 300)
"""
MANY_SCHEDULES = """
    insert into public.plan_schedules (plan_id, user_id, status, look_at)
    select %s, u.id, 'ready', %s from public.users u where u.email like 'many-%%@example.com'
"""
MANY_SESSIONS = """
    insert into public.sessions
        (plan_id, user_id, task_id, part, starts_at, ends_at, local_date)
    select %s, u.id, %s, 1, %s, %s, '2031-03-03'
    from public.users u where u.email like 'many-%%@example.com'
"""


@pytest.fixture(autouse=True)
def nobody_else(world: World) -> None:
    world.sql(NOT_YET)


def due(of: Scheduled, look: str) -> None:
    """The schedule's night comes at that moment; its last attempt is over."""
    of.world.sql(
        "update public.plan_schedules set look_at = %s, status = 'ready', made = wanted"
        " where plan_id = %s and user_id = %s",
        look,
        of.id,
        of.learner.id,
    )


def night(of: Scheduled, moment: str) -> list[Row]:
    """What the schedule sends at a moment of the night."""
    sent = of.world.value("select private.enqueue_catch_ups(%s)", moment)
    messages = of.queue.messages(kind="catch_up")
    assert len(messages) == sent
    return messages


def look_at(of: Scheduled) -> str:
    return str(
        of.world.value(
            "select to_char(look_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI')"
            " from public.plan_schedules where plan_id = %s and user_id = %s",
            of.id,
            of.learner.id,
        )
    )


# At night


def test_what_slipped_is_found(scheduled: Scheduled) -> None:
    due(scheduled, at(0.5))
    [message] = night(scheduled, at(0.5))
    wanted = message.pop("wanted")
    assert message == {
        "v": 1,
        "plan_id": scheduled.id,
        "user_id": scheduled.learner.id,
        "kind": "catch_up",
    }
    assert (scheduled.schedule["status"], scheduled.schedule["wanted"]) == ("waiting", wanted)
    job = scheduled.take()
    assert job["loaded"]["request"]["kind"] == "catch_up"


def test_what_changes_while_a_catch_up_waits_is_placed_and_not_only_proposed(
    scheduled: Scheduled,
) -> None:
    due(scheduled, at(0.5))
    assert len(night(scheduled, at(0.5))) == 1
    windows = [{"weekday": 1, "starts": "06:00", "ends": "08:00"}]
    scheduled.learner.call("save_study_windows", windows=windows)
    job = scheduled.take()
    assert job["loaded"]["request"]["kind"] == "schedule"


def test_what_is_on_course_is_left_alone(scheduled: Scheduled) -> None:
    before = scheduled.schedule
    due(scheduled, at())
    assert night(scheduled, at(0, 0.5)) == []
    scheduled.learner.tick({"id": scheduled.tasks["Read"]})
    # Done when it was to be done: nothing of it is to come.
    due(scheduled, at(0.5))
    assert night(scheduled, at(0.5)) == []
    after = scheduled.schedule
    assert (after["status"], after["wanted"]) == (before["status"], before["wanted"])


def test_what_was_begun_and_not_finished_has_slipped(scheduled: Scheduled) -> None:
    scheduled.learner.tick({"id": scheduled.tasks["Read"]}, "in_progress")
    due(scheduled, at(0.5))
    assert len(night(scheduled, at(0.5))) == 1


def test_who_sped_ahead_is_found(scheduled: Scheduled) -> None:
    scheduled.learner.tick({"id": scheduled.tasks["Ship"]})
    due(scheduled, at(-1))
    assert len(night(scheduled, at(-1))) == 1


def test_what_was_set_aside_is_found_while_it_is_to_come(scheduled: Scheduled) -> None:
    row = {"task_id": scheduled.tasks["Read"], "set_aside_at": at(-2)}
    one(scheduled.learner.upsert("task_progress", row, "task_id,user_id"))
    due(scheduled, at(-1))
    assert len(night(scheduled, at(-1))) == 1
    scheduled.queue.settle()
    due(scheduled, at(0.5))
    assert night(scheduled, at(0.5)) == []


def test_what_is_being_made_is_not_asked_for_again(scheduled: Scheduled) -> None:
    due(scheduled, at(0.5))
    scheduled.ask()
    assert night(scheduled, at(0.5)) == []
    assert len(scheduled.messages()) == 1


def test_a_schedule_that_failed_is_looked_at_as_well(scheduled: Scheduled) -> None:
    scheduled.ask()
    assert scheduled.queue.fail(scheduled.queue.the_job()) == "dead"
    scheduled.world.sql("update public.plan_schedules set look_at = %s where plan_id = %s",
                        at(0.5), scheduled.id)  # fmt: skip
    assert len(night(scheduled, at(0.5))) == 1


@pytest.mark.parametrize(
    ("zone", "looks"),
    [
        ("Asia/Kathmandu", "2031-03-03 21:30"),
        ("Pacific/Apia", "2031-03-04 14:15"),
        ("America/St_Johns", "2031-03-04 06:45"),
        ("UTC", "2031-03-04 03:15"),
        ("Mars/Olympus_Mons", "2031-03-04 03:15"),
    ],
)
def test_the_next_look_is_in_the_learners_own_night(
    scheduled: Scheduled, zone: str, looks: str
) -> None:
    scheduled.world.sql("alter table public.users disable trigger user")
    try:
        scheduled.world.sql(
            "update public.users set time_zone = %s where id = %s", zone, scheduled.learner.id
        )
    finally:
        scheduled.world.sql("alter table public.users enable trigger user")
    due(scheduled, at())
    night(scheduled, at())
    assert look_at(scheduled) == looks


def test_a_night_has_one_look_and_a_missed_one_is_made_up(scheduled: Scheduled) -> None:
    due(scheduled, "2031-03-04T03:15:00Z")
    assert night(scheduled, "2031-03-04T03:00:00Z") == []
    assert len(night(scheduled, "2031-03-07T11:00:00Z")) == 1
    assert look_at(scheduled) == "2031-03-08 03:15"
    scheduled.queue.settle()
    assert night(scheduled, "2031-03-08T03:14:00Z") == []
    assert len(night(scheduled, "2031-03-08T03:15:00Z")) == 1


def test_three_hundred_schedules_are_one_statement(world: World, scheduled: Scheduled) -> None:
    world.sql(NOT_YET)
    world.sql(MANY)
    world.sql(MANY_SCHEDULES, scheduled.id, at(0.5))
    world.sql(MANY_SESSIONS, scheduled.id, scheduled.tasks["Read"], at(), at(0, 1))
    assert world.value("select private.enqueue_catch_ups(%s, 100)", at(0.5)) == 100
    assert world.value("select private.enqueue_catch_ups(%s)", at(0.5)) == 200
    assert world.value("select private.enqueue_catch_ups(%s)", at(0.5)) == 0
    learners = {message["user_id"] for message in scheduled.queue.messages(kind="catch_up")}
    assert len(learners) == 300
    world.sql("delete from auth.users where email like 'many-%@example.com'")
    assert world.count("public.plan_schedules", plan_id=scheduled.id) == 1


# Proposing


def test_a_catch_up_is_proposed_and_moves_nothing(scheduled: Scheduled) -> None:
    before = scheduled.sessions
    which = scheduled.propose()
    assert scheduled.sessions == before
    [row] = scheduled.catch_ups
    assert (row["id"], row["status"], row["decided_at"]) == (which, "open", None)
    assert (len(row["moves"]), row["summary"]) == (3, SAID)
    assert scheduled.schedule["status"] == "ready"


def test_what_is_proposed_in_vain_makes_room(scheduled: Scheduled) -> None:
    """Who went away is proposed to every night: a year of that is not kept."""
    first, second = scheduled.propose(), scheduled.propose(8)
    kept = "select target is not null from private.catch_up_targets where catch_up_id = %s"
    assert [scheduled.world.value(kept, which) for which in (first, second)] == [False, True]
    scheduled.world.sql(
        "update public.catch_ups set decided_at = now() - interval '15 days' where id = %s", first
    )
    third = scheduled.propose(9)
    assert statuses(scheduled) == {second: "superseded", third: "open"}


def test_what_no_longer_fits_is_said_while_it_is_only_proposed(scheduled: Scheduled) -> None:
    late = {**FITS, "fits": False, "ends_on": "2031-03-12", "choices": [{"choice": "later_date"}]}
    scheduled.propose(7, feasibility=late)
    assert (scheduled.schedule["fits"], len(scheduled.schedule["choices"])) == (False, 1)


def test_without_a_move_there_is_nothing_to_propose(scheduled: Scheduled) -> None:
    scheduled.ask("catch_up")
    scheduled.make()
    assert (scheduled.catch_ups, scheduled.schedule["status"]) == ([], "ready")


def test_a_newer_one_takes_the_place_of_an_open_one_and_so_does_a_schedule(
    scheduled: Scheduled,
) -> None:
    first = scheduled.propose()
    second = scheduled.propose(8)
    assert statuses(scheduled) == {first: "superseded", second: "open"}
    scheduled.ask()
    scheduled.make()
    assert statuses(scheduled) == {first: "superseded", second: "superseded"}
    refused = Refusal(409, "catch_up_is_superseded", "catch_up_id")
    assert refusal(decide(scheduled, "accept", second)) == refused


def test_it_is_applied_at_once_for_who_prefers_so_and_can_be_undone(scheduled: Scheduled) -> None:
    ada, before = scheduled.learner, scheduled.sessions
    one(ada.upsert("study_preferences", {"catch_up": "apply"}, "user_id"))
    scheduled.queue.settle()
    which = scheduled.propose()
    [row] = scheduled.catch_ups
    assert (row["status"], row["decided_at"] is not None) == ("applied", True)
    assert instant(scheduled.sessions["Read"]["starts_at"]) == instant(at(7))
    assert decide(scheduled, "undo", which).json()["status"] == "undone"
    assert times(scheduled.sessions) == times(before)


def statuses(of: Scheduled) -> dict[str, str]:
    return {row["id"]: row["status"] for row in of.catch_ups}


def decide(of: Scheduled, how: str, which: str) -> httpx.Response:
    return of.learner.rpc(f"{how}_catch_up", catch_up_id=which)


def times(sessions: dict[str, Row]) -> dict[str, tuple[str, str, str]]:
    return {title: (r["id"], r["starts_at"], r["ends_at"]) for title, r in sessions.items()}


# Deciding


def test_accepting_moves_the_sessions_and_pins_none(scheduled: Scheduled) -> None:
    before, tasks = scheduled.sessions, scheduled.tasks
    which = scheduled.propose(
        7,
        placed(tasks["Read"], at(), id=before["Read"]["id"]),
        placed(tasks["Watch"], at(7), 30, id=before["Watch"]["id"]),
        placed(tasks["Watch"], at(8), 30, part=2),
        gone=[before["Ship"]["id"]],
    )
    assert decide(scheduled, "accept", which).json() == {
        "catch_up_id": which,
        "plan_id": scheduled.id,
        "status": "applied",
    }
    rows = scheduled.learner.rows("sessions", order="starts_at")
    assert [(r["id"] == before["Watch"]["id"], r["sequence"], r["pinned_at"]) for r in rows] == [
        (False, 0, None),
        (True, 1, None),
        (False, 0, None),
    ]
    assert seen(rows[0]) == seen(before["Read"])
    assert statuses(scheduled) == {which: "applied"}
    assert scheduled.messages() == []


def test_undoing_brings_back_times_and_ids(scheduled: Scheduled) -> None:
    before, tasks = scheduled.sessions, scheduled.tasks
    which = scheduled.propose(
        7,
        placed(tasks["Watch"], at(7), 30, id=before["Watch"]["id"]),
        placed(tasks["Watch"], at(8), 30, part=2),
        gone=[before["Ship"]["id"], before["Read"]["id"]],
    )
    decide(scheduled, "accept", which)
    assert decide(scheduled, "undo", which).json()["status"] == "undone"
    after = scheduled.sessions
    assert times(after) == times(before)
    # Calendars were told of another time, and of nothing: they must be told again.
    assert [row["sequence"] for row in after.values()] == [1, 2, 1]
    assert [row["created_at"] for row in after.values()] == [
        row["created_at"] for row in before.values()
    ]


def test_a_task_deleted_since_is_not_brought_back(scheduled: Scheduled) -> None:
    which = scheduled.propose()
    decide(scheduled, "accept", which)
    one(scheduled.learner.delete("tasks", id=f"eq.{scheduled.tasks['Watch']}"))
    assert decide(scheduled, "undo", which).status_code == 200
    assert list(scheduled.sessions) == ["Read", "Ship"]


def test_a_rejected_one_leaves_everything(scheduled: Scheduled) -> None:
    before = scheduled.sessions
    which = scheduled.propose()
    assert decide(scheduled, "reject", which).json()["status"] == "rejected"
    assert scheduled.sessions == before
    [row] = scheduled.catch_ups
    assert (row["status"], row["decided_at"] is not None) == ("rejected", True)


def slipped_long_ago(of: Scheduled) -> None:
    """Its sessions are over: by ten years."""
    of.world.sql(
        "update public.sessions set starts_at = starts_at - interval '10 years',"
        " ends_at = ends_at - interval '10 years' where plan_id = %s",
        of.id,
    )


@pytest.mark.parametrize("how", ["reject", "undo"])
def test_what_was_refused_is_not_moved_again_the_next_night(scheduled: Scheduled, how: str) -> None:
    """Only what slipped since is looked at: else a catch-up that was undone is made again."""
    slipped_long_ago(scheduled)
    which = scheduled.propose()
    if how == "undo":
        decide(scheduled, "accept", which)
    assert decide(scheduled, how, which).status_code == 200
    due(scheduled, "2026-01-01T00:00:00Z")
    now = str(scheduled.world.value("select now()::text"))
    assert night(scheduled, now) == []
    due(scheduled, now)
    scheduled.world.sql(
        "update public.sessions set starts_at = now() - interval '1 millisecond',"
        " ends_at = now() where id = %s",
        scheduled.sessions["Read"]["id"],
    )
    assert len(night(scheduled, str(scheduled.world.value("select now()::text")))) == 1


@pytest.mark.parametrize(
    ("done", "then", "code"),
    [
        ("reject", "accept", "catch_up_is_rejected"),
        ("reject", "undo", "catch_up_is_rejected"),
        ("accept", "accept", "catch_up_is_applied"),
        ("accept", "reject", "catch_up_is_applied"),
        (None, "undo", "catch_up_is_open"),
    ],
)
def test_what_is_decided_is_decided(
    scheduled: Scheduled, done: str | None, then: str, code: str
) -> None:
    which = scheduled.propose()
    if done:
        assert decide(scheduled, done, which).status_code == 200
    before = scheduled.sessions
    assert refusal(decide(scheduled, then, which)) == (409, code, "catch_up_id")
    assert scheduled.sessions == before


def test_an_undone_one_is_not_undone_again(scheduled: Scheduled) -> None:
    which = scheduled.propose()
    decide(scheduled, "accept", which)
    decide(scheduled, "undo", which)
    undone = Refusal(409, "catch_up_is_undone", "catch_up_id")
    assert refusal(decide(scheduled, "undo", which)) == undone


@pytest.mark.parametrize("accepted", [False, True])
def test_after_a_move_by_hand_neither_accepted_nor_undone(
    scheduled: Scheduled, accepted: bool
) -> None:
    which = scheduled.propose()
    if accepted:
        decide(scheduled, "accept", which)
    one(scheduled.move("Ship", starts_at=at(20), ends_at=at(20, 1)))
    before = scheduled.sessions
    how = "undo" if accepted else "accept"
    assert refusal(decide(scheduled, how, which)) == MOVED_ON
    assert scheduled.sessions == before


def test_after_another_plan_was_placed_it_is_not_accepted(
    deliveries: Deliveries, scheduled: Scheduled
) -> None:
    which = scheduled.propose()
    Scheduled.of(scheduled.learner, deliveries, scheduled.queue).make()
    assert refusal(decide(scheduled, "accept", which)) == MOVED_ON


@pytest.mark.parametrize("days", [14, 0])
def test_after_another_plan_was_caught_up_it_is_undone_where_its_times_are_free(
    deliveries: Deliveries, scheduled: Scheduled, days: float
) -> None:
    one(scheduled.learner.upsert("study_preferences", {"catch_up": "apply"}, "user_id"))
    other = Scheduled.of(scheduled.learner, deliveries, scheduled.queue)
    other.make(*other.three_evenings(21))
    scheduled.queue.settle()
    before = scheduled.sessions
    which = scheduled.propose()
    other.propose(days)
    if days:
        assert decide(scheduled, "undo", which).status_code == 200
        assert times(scheduled.sessions) == times(before)
    else:
        assert refusal(decide(scheduled, "undo", which)) == MOVED_ON


def test_after_its_times_became_busy_it_is_not_undone(scheduled: Scheduled) -> None:
    first = scheduled.sessions["Read"]
    which = scheduled.propose()
    assert decide(scheduled, "accept", which).status_code == 200
    busy = {"starts_at": first["starts_at"], "ends_at": first["ends_at"]}
    one(scheduled.learner.insert("busy_times", busy))
    scheduled.make(*scheduled.three_evenings(7))  # nothing is in the way where they are now
    assert refusal(decide(scheduled, "undo", which)) == MOVED_ON


def test_when_proposed_times_have_passed_it_is_not_accepted(scheduled: Scheduled) -> None:
    before = scheduled.sessions
    which = scheduled.propose(
        7, placed(scheduled.tasks["Read"], "2026-01-05T18:00:00+00:00", id=before["Read"]["id"])
    )
    old = Refusal(409, "catch_up_is_old", "catch_up_id")
    assert refusal(decide(scheduled, "accept", which)) == old
    assert scheduled.sessions == before


def test_somebody_elses_is_not_there(world: World, scheduled: Scheduled) -> None:
    which = scheduled.propose()
    ben = scheduled.followed_by(world.person("Ben"))
    for how in ("accept", "reject", "undo"):
        assert refusal(decide(ben, how, which)) == NOT_FOUND
        assert refusal(decide(scheduled, how, str(uuid.uuid4()))) == NOT_FOUND
    assert ben.catch_ups == []
    assert statuses(scheduled) == {which: "open"}
    assert (
        refusal(scheduled.learner.update("catch_ups", {"status": "applied"}, id=f"eq.{which}"))
        == HIDDEN
    )
    assert scheduled.learner.get("catch_up_targets").status_code == 404


def test_accepting_many_times_at_once_moves_once(scheduled: Scheduled) -> None:
    which = scheduled.propose()
    answers = at_once(*[lambda: decide(scheduled, "accept", which)] * 5)
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 4
    assert {row["sequence"] for row in scheduled.sessions.values()} == {1}


def test_accepting_and_moving_at_once_do_not_block_each_other(scheduled: Scheduled) -> None:
    which = scheduled.propose()
    session = scheduled.sessions["Read"]["id"]
    change = {"starts_at": at(30), "ends_at": at(30, 1)}
    accepted, moved, deleted = at_once(
        lambda: decide(scheduled, "accept", which),
        lambda: scheduled.learner.update("sessions", change, id=f"eq.{session}"),
        lambda: scheduled.learner.delete("tasks", title="eq.Watch"),
    )
    assert accepted.status_code == 200 or refusal(accepted) == MOVED_ON
    assert (moved.status_code, deleted.status_code) == (200, 200)
    read = scheduled.sessions["Read"]
    assert (instant(read["starts_at"]), read["pinned_at"] is not None) == (instant(at(30)), True)


def test_an_account_is_deleted_with_what_was_proposed(scheduled: Scheduled, queue: Queue) -> None:
    which = scheduled.propose()
    scheduled.learner.call("delete_account")
    assert scheduled.world.count("public.catch_ups", id=which) == 0
    assert scheduled.world.count("private.catch_up_targets", catch_up_id=which) == 0
    assert queue.messages(user_id=scheduled.learner.id) == []


def test_the_moves_of_a_session_are_told_by_its_id(scheduled: Scheduled) -> None:
    session = scheduled.sessions["Read"]
    later = placed(scheduled.tasks["Read"], at(9), id=session["id"])
    scheduled.propose(7, later)
    [row] = scheduled.catch_ups
    assert row["moves"] == [move(later)]
