"""Schedules: asked for by what changes, made by a worker, kept by ids."""

from __future__ import annotations

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.stories.proposals import somebody_waits, underway
from tests.stories.schedules import FITS, Scheduled, at, instant, placed, seen
from tests.world import HIDDEN, NOT_SIGNED_IN, Refusal, at_once, one, refusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from tests.stories.deliveries import Deliveries
    from tests.world import Person, Row, World

NO_PLAN = Refusal(404, "plan_not_found", "plan_id")
WINDOW = {"weekday": 1, "starts": "18:00", "ends": "20:00"}


# Asking


def test_a_plan_just_made_asks_for_its_schedule_once(asked: Scheduled) -> None:
    assert asked.messages() == [
        {"v": 1, "plan_id": asked.id, "user_id": asked.learner.id, "kind": "schedule", "wanted": 1}
    ]
    schedule = asked.schedule
    assert (schedule["status"], schedule["fits"], schedule["computed_at"]) == (
        "waiting",
        None,
        None,
    )
    assert asked.sessions == {}


def test_twenty_changes_are_one_message(scheduled: Scheduled) -> None:
    watch = f"eq.{scheduled.tasks['Watch']}"
    for minutes in range(40, 58):
        one(scheduled.learner.update("tasks", {"estimated_minutes": minutes}, id=watch))
    one(scheduled.learner.insert("study_windows", WINDOW))
    scheduled.ask()
    assert len(scheduled.messages()) == 1
    assert scheduled.schedule["status"] == "waiting"
    scheduled.make()
    assert (scheduled.messages(), scheduled.schedule["status"]) == ([], "ready")


def test_a_change_during_the_work_asks_once_more(asked: Scheduled) -> None:
    job = asked.take()
    one(asked.learner.insert("study_windows", WINDOW))
    asked.ask()
    assert len(asked.messages()) == 1
    assert asked.queue.complete(job, asked.result(job))["standing"] == "done"
    assert (len(asked.messages()), asked.schedule["status"]) == (1, "waiting")
    assert len(asked.sessions) == 3
    asked.make()
    assert (asked.messages(), asked.schedule["status"]) == ([], "ready")


def window(person: Person, plan: str) -> Any:
    del plan
    return person.insert("study_windows", WINDOW)


def day_off(person: Person, plan: str) -> Any:
    del plan
    return person.insert("days_off", {"starts_on": "2031-03-03", "ends_on": "2031-03-03"})


def busy(person: Person, plan: str) -> Any:
    del plan
    return person.insert("busy_times", {"starts_at": at(), "ends_at": at(hours=1)})


def preferences(person: Person, plan: str) -> Any:
    del plan
    return person.upsert("study_preferences", {"longest_session_minutes": 45}, "user_id")


def time_zone(person: Person, plan: str) -> Any:
    del plan
    return person.update("users", {"time_zone": "Asia/Kathmandu"}, id=f"eq.{person.id}")


def hours(person: Person, plan: str) -> Any:
    return person.update("learning_plans", {"weekly_hours": 9}, id=f"eq.{plan}")


def deadline(person: Person, plan: str) -> Any:
    return person.update("learning_plans", {"deadline_date": "2031-06-01"}, id=f"eq.{plan}")


def new_task(person: Person, plan: str) -> Any:
    module = person.rows("modules", plan_id=f"eq.{plan}", order="order")[0]
    row = {"module_id": module["id"], "order": 9, "title": "More", "estimated_minutes": 30}
    return person.insert("tasks", row)


MINE = [window, day_off, busy, preferences, time_zone]
OF_THE_PLAN = [hours, deadline, new_task]


@pytest.mark.parametrize("change", MINE + OF_THE_PLAN)
def test_what_changes_asks_for_the_schedules_it_touches_and_no_others(
    world: World,
    deliveries: Deliveries,
    scheduled: Scheduled,
    change: Callable[[Person, str], Any],
) -> None:
    other = Scheduled.of(scheduled.learner, deliveries, scheduled.queue)
    ben = scheduled.followed_by(world.person("Ben"))
    carla = Scheduled.of(world.person("Carla"), deliveries, scheduled.queue)
    scheduled.queue.settle()
    one(change(scheduled.learner, scheduled.id))
    assert len(scheduled.messages()) == 1
    assert len(other.messages()) == (change in MINE)
    assert len(ben.messages()) == (change in OF_THE_PLAN)
    assert carla.messages() == []


def test_taking_a_window_away_asks_anew(scheduled: Scheduled) -> None:
    made = one(scheduled.learner.insert("study_windows", WINDOW))
    scheduled.queue.settle()
    one(scheduled.learner.update("study_windows", {"ends": "21:00"}, id=f"eq.{made['id']}"))
    assert len(scheduled.messages()) == 1
    scheduled.queue.settle()
    one(scheduled.learner.delete("study_windows", id=f"eq.{made['id']}"))
    assert len(scheduled.messages()) == 1


def test_a_tick_asks_for_nothing(scheduled: Scheduled) -> None:
    scheduled.learner.tick({"id": scheduled.tasks["Read"]})
    assert scheduled.messages() == []


def test_only_who_learns_by_a_plan_asks_for_its_schedule(world: World, asked: Scheduled) -> None:
    ben = world.person("Ben")
    for name in ("schedule_plan", "catch_up"):
        assert refusal(ben.rpc(name, plan_id=asked.id)) == NO_PLAN
        assert refusal(ben.rpc(name, plan_id=str(uuid.uuid4()))) == NO_PLAN
        assert refusal(world.nobody.rpc(name, plan_id=asked.id)) == NOT_SIGNED_IN
    asked.learner.update("learning_plans", {"visibility": "public"}, id=f"eq.{asked.id}")
    assert refusal(ben.rpc("schedule_plan", plan_id=asked.id)) == NO_PLAN
    assert world.count("public.plan_schedules", plan_id=asked.id) == 1


def test_nobody_writes_schedules_and_others_read_none(world: World, scheduled: Scheduled) -> None:
    ada, ben = scheduled.learner, world.person("Ben")
    [session, *_] = scheduled.sessions.values()
    row = {"plan_id": scheduled.id, "user_id": ada.id}
    assert refusal(ada.insert("plan_schedules", row)) == HIDDEN
    assert refusal(ada.update("plan_schedules", {"fits": True}, plan_id="not.is.null")) == HIDDEN
    assert refusal(ada.delete("plan_schedules", plan_id="not.is.null")) == HIDDEN
    assert refusal(ada.delete("sessions", id=f"eq.{session['id']}")) == HIDDEN
    made = {"task_id": session["task_id"], "part": 2, "starts_at": at(), "ends_at": at(hours=1)}
    assert refusal(ada.insert("sessions", made)) == HIDDEN
    assert refusal(ada.update("sessions", {"local_date": "2031-01-01"}, id="not.is.null")) == HIDDEN
    for table in ("sessions", "plan_schedules", "catch_ups"):
        assert ben.rows(table) == []
        counted = ben.send("GET", table, prefer="count=exact")
        assert counted.headers["content-range"] == "*/0"
        assert refusal(world.nobody.get(table)) == NOT_SIGNED_IN
    moved = ben.update("sessions", {"ends_at": at(hours=3)}, id=f"eq.{session['id']}")
    assert (moved.json(), ben.get("learner_calendars").status_code) == ([], 404)


# Following


def test_following_gives_a_schedule_of_ones_own_and_unfollowing_takes_it_away(
    world: World, scheduled: Scheduled
) -> None:
    ben = scheduled.followed_by(world.person("Ben"))
    assert ben.messages() == [
        {"v": 1, "plan_id": ben.id, "user_id": ben.learner.id, "kind": "schedule", "wanted": 1}
    ]
    ben.make()
    assert len(ben.sessions) == 3
    ben.propose()
    owners = scheduled.sessions
    assert {row["id"] for row in owners.values()} & {
        r["id"] for r in ben.sessions.values()
    } == set()
    one(ben.learner.delete("plan_followers", plan_id=f"eq.{ben.id}"))
    for table in ("sessions", "plan_schedules", "catch_ups"):
        assert ben.learner.rows(table) == []
    assert scheduled.sessions == owners


def test_a_plan_made_private_ends_a_followers_and_made_public_begins_it_again(
    world: World, scheduled: Scheduled
) -> None:
    ben = scheduled.followed_by(world.person("Ben"))
    ben.make()
    one(scheduled.learner.update("learning_plans", {"visibility": "private"}, id=f"eq.{ben.id}"))
    assert (ben.learner.rows("sessions"), ben.learner.rows("plan_schedules")) == ([], [])
    assert refusal(ben.learner.rpc("schedule_plan", plan_id=ben.id)) == NO_PLAN
    assert len(scheduled.sessions) == 3
    ben.queue.settle()
    # Theirs to change still; there is nothing to place.
    one(ben.learner.update("plan_followers", {"weekly_hours": 3}, plan_id=f"eq.{ben.id}"))
    assert ben.messages() == []
    one(scheduled.learner.update("learning_plans", {"visibility": "public"}, id=f"eq.{ben.id}"))
    assert len(ben.messages()) == 1
    ben.make()
    assert len(ben.sessions) == 3


def test_a_delivery_for_who_no_longer_follows_is_obsolete(
    world: World, scheduled: Scheduled
) -> None:
    ben = scheduled.followed_by(world.person("Ben"))
    scheduled.queue.world.sql(
        "delete from pgmq.q_schedule_plan where message ->> 'user_id' <> %s", ben.learner.id
    )
    job = scheduled.queue.the_job()
    loaded = scheduled.queue.load(job)
    one(ben.learner.delete("plan_followers", plan_id=f"eq.{ben.id}"))
    assert scheduled.queue.load(job) == {"standing": "obsolete"}
    late = ben.result({"loaded": loaded}, *scheduled.three_evenings())
    for session in late["sessions"]:
        session["id"] = None
    assert scheduled.queue.complete(job, late)["standing"] == "done"
    assert world.count("public.sessions", user_id=ben.learner.id) == 0


def test_who_follows_again_during_the_work_is_placed_again_whenever_it_is_asked(
    world: World, scheduled: Scheduled
) -> None:
    ben = scheduled.followed_by(world.person("Ben"))
    for _ in range(3):
        ben.ask()
    job = ben.take()
    one(ben.learner.delete("plan_followers", plan_id=f"eq.{ben.id}"))
    ben.learner.follow({"id": ben.id})
    assert ben.queue.complete(job, ben.result(job))["standing"] == "done"
    world.sql("delete from pgmq.q_schedule_plan")
    ben.ask()
    assert len(ben.messages()) == 1


# Loading


def test_a_delivery_brings_the_whole_request(
    world: World, deliveries: Deliveries, scheduled: Scheduled
) -> None:
    ada, tasks = scheduled.learner, scheduled.tasks
    now = at(-1)
    other = Scheduled.of(ada, deliveries, scheduled.queue)
    other.make(placed(other.tasks["Read"], at(9)))
    one(ada.update("users", {"time_zone": "Europe/Berlin"}, id=f"eq.{ada.id}"))
    change = {"weekly_hours": 6, "start_date": "2031-02-24", "deadline_date": "2031-05-01"}
    one(ada.update("learning_plans", change, id=f"eq.{scheduled.id}"))
    ada.call("save_study_windows", windows=[{**WINDOW, "weekday": 7, "ends": "24:00"}, WINDOW])
    one(ada.insert("days_off", {"starts_on": "2031-03-10", "ends_on": "2031-03-12"}))
    one(ada.insert("busy_times", {"starts_at": at(1), "ends_at": at(1, 2)}))
    one(ada.insert("busy_times", {"starts_at": at(-9), "ends_at": at(-8)}))
    one(ada.upsert("study_preferences", {"daily_ceiling_minutes": 120}, "user_id"))
    ada.tick({"id": tasks["Read"]}, actual_minutes=75)
    ada.tick({"id": tasks["Watch"]}, "in_progress", actual_minutes=20)
    ada.tick({"id": tasks["Ship"]}, "not_started", set_aside_at=now)
    pinned = one(scheduled.move("Ship", pinned_at=now))
    job = scheduled.take()
    version = world.value(
        "select version from private.learner_calendars where user_id = %s", ada.id
    )
    loaded = scheduled.queue.load(job, at=now)
    request = loaded.pop("request")
    wanted = scheduled.schedule["wanted"]
    assert loaded == {"standing": "held", "wanted": wanted, "version": version}
    sessions, busy_then = request.pop("sessions"), request.pop("busy")
    assert [instant(t) for pair in busy_then for t in pair] == [
        *(instant(at(1)), instant(at(1, 2))),
        *(instant(at(9)), instant(at(9, 1))),
    ]
    assert instant(request.pop("now")) == instant(now)
    assert request == {
        "plan_id": scheduled.id,
        "kind": "schedule",
        "time_zone": "Europe/Berlin",
        "start_date": "2031-02-24",
        "deadline_date": "2031-05-01",
        "weekly_hours": 6,
        "availability": {
            "windows": [
                {"weekday": 1, "from": 1080, "to": 1200},
                {"weekday": 7, "from": 1080, "to": 1440},
            ],
            "days_off": [["2031-03-10", "2031-03-12"]],
            "shortest": 25,
            "longest": 90,
            "daily_ceiling": 120,
        },
        "worked": [[60, 75]],
        "tasks": [
            task(tasks["Read"], "Read", 1, done=True),
            task(tasks["Watch"], "Watch", 1, spent=20),
            task(tasks["Ship"], "Ship", 2, set_aside=True),
        ],
    }
    assert [set(row) for row in sessions] == [
        {"id", "task_id", "part", "starts_at", "ends_at", "pinned"}
    ] * 3
    assert [(row["task_id"], row["part"], row["pinned"]) for row in sessions] == [
        (tasks["Read"], 1, False),
        (tasks["Watch"], 1, False),
        (tasks["Ship"], 1, True),
    ]
    assert sessions[2]["id"] == pinned["id"]


def task(which: str, title: str, week: int, **more: Any) -> Row:
    row = {"task_id": which, "title": title, "week": week, "minutes": 60, "spent": 0}
    return {**row, "done": False, "set_aside": False, **more}


def test_a_follower_is_placed_by_their_own_hours_and_dates(
    world: World, scheduled: Scheduled
) -> None:
    owner = {"weekly_hours": 6, "deadline_date": "2031-05-01"}
    one(scheduled.learner.update("learning_plans", owner, id=f"eq.{scheduled.id}"))
    ben = scheduled.followed_by(world.person("Ben"), start_date="2031-04-01")
    request = ben.take()["loaded"]["request"]
    assert (request["start_date"], request["deadline_date"]) == ("2031-04-01", None)
    assert (request["weekly_hours"], request["sessions"]) == (6, [])
    own = {"weekly_hours": 2, "deadline_date": "2032-01-01"}
    one(ben.learner.update("plan_followers", own, plan_id=f"eq.{ben.id}"))
    ben.queue.settle()
    ben.ask()
    request = ben.take()["loaded"]["request"]
    assert (request["weekly_hours"], request["deadline_date"]) == (2, "2032-01-01")


def test_what_is_finished_or_set_aside_elsewhere_keeps_nobody_busy(
    deliveries: Deliveries, scheduled: Scheduled
) -> None:
    ada = scheduled.learner
    other = Scheduled.of(ada, deliveries, scheduled.queue)
    assert len(other.take()["loaded"]["request"]["busy"]) == 3
    ada.tick({"id": scheduled.tasks["Read"]})
    ada.tick({"id": scheduled.tasks["Ship"]}, "not_started", set_aside_at=at())
    other.queue.settle()
    other.ask()
    [[starts, _]] = other.take()["loaded"]["request"]["busy"]
    assert instant(starts) == instant(at(1))


# Completing


def test_a_result_is_the_schedule(scheduled: Scheduled) -> None:
    schedule = scheduled.schedule
    assert {k: schedule[k] for k in FITS.keys() & schedule.keys()} == {
        k: v for k, v in FITS.items() if k in schedule
    }
    assert (schedule["status"], schedule["error"]) == ("ready", None)
    assert schedule["wanted"] == schedule["made"]
    assert schedule["computed_at"] is not None
    sessions = scheduled.sessions
    assert [instant(row["starts_at"]) for row in sessions.values()] == [
        instant(at(day)) for day in range(3)
    ]
    assert [row["local_date"] for row in sessions.values()] == [
        "2031-03-03",
        "2031-03-04",
        "2031-03-05",
    ]
    assert {(row["part"], row["sequence"], row["pinned_at"]) for row in sessions.values()} == {
        (1, 0, None)
    }


def test_ids_stay_what_moved_is_counted_what_did_not_is_not_written(scheduled: Scheduled) -> None:
    before = scheduled.sessions
    scheduled.ask()
    evenings = scheduled.three_evenings()
    evenings[1] = placed(scheduled.tasks["Watch"], at(2, 2), id=before["Watch"]["id"])
    scheduled.make(*evenings)
    after = scheduled.sessions
    assert (seen(after["Read"]), seen(after["Ship"])) == (
        seen(before["Read"]),
        seen(before["Ship"]),
    )
    was, watch = before["Watch"], after["Watch"]
    assert (watch["id"], watch["sequence"], watch["local_date"]) == (was["id"], 1, "2031-03-05")
    assert instant(watch["updated_at"]) > instant(was["updated_at"])
    assert (watch["pinned_at"], watch["created_at"]) == (None, was["created_at"])


def test_what_is_gone_goes_and_parts_change_places(scheduled: Scheduled) -> None:
    before, tasks = scheduled.sessions, scheduled.tasks
    scheduled.ask()
    scheduled.make(
        placed(tasks["Watch"], at(1), 30, id=before["Watch"]["id"]),
        placed(tasks["Watch"], at(4), 30, part=2),
        gone=[before["Read"]["id"], before["Ship"]["id"]],
    )
    rows = scheduled.learner.rows("sessions", order="part")
    assert [(row["task_id"], row["part"]) for row in rows] == [(tasks["Watch"], p) for p in (1, 2)]
    scheduled.ask()
    scheduled.make(
        placed(tasks["Watch"], rows[0]["starts_at"], 30, id=rows[0]["id"], part=2),
        placed(tasks["Watch"], rows[1]["starts_at"], 30, id=rows[1]["id"], part=1),
    )
    after = scheduled.learner.rows("sessions", order="part")
    assert [row["id"] for row in after] == [rows[1]["id"], rows[0]["id"]]


def test_a_pinned_session_stays_whatever_a_worker_says(scheduled: Scheduled) -> None:
    pinned = one(scheduled.move("Watch", pinned_at=at()))
    scheduled.ask()
    scheduled.make(*scheduled.three_evenings(days=7))
    after = scheduled.sessions
    assert seen(after["Watch"]) == seen(pinned)
    assert instant(after["Read"]["starts_at"]) == instant(at(7))


def test_a_session_of_somebody_else_is_refused_and_nothing_is_written(
    world: World, deliveries: Deliveries, scheduled: Scheduled
) -> None:
    ben = Scheduled.of(world.person("Ben"), deliveries, scheduled.queue)
    ben.make()
    other = Scheduled.of(scheduled.learner, deliveries, scheduled.queue)
    other.make()
    before = scheduled.sessions, ben.sessions, other.sessions
    for whose in (ben, other):
        scheduled.queue.settle()
        scheduled.ask()
        job = scheduled.take()
        foreign = whose.sessions["Read"]["id"]
        stolen = placed(scheduled.tasks["Read"], at(20), id=foreign)
        answered = scheduled.queue.complete(job, scheduled.result(job, stolen))
        assert (answered["standing"], answered["problem"]["code"]) == ("rejected", "22023")
        gone = scheduled.result(job, gone=[foreign])
        assert scheduled.queue.complete(job, gone)["standing"] == "done"
        assert (scheduled.sessions, ben.sessions, other.sessions) == before


def test_a_task_of_another_plan_gets_no_session(deliveries: Deliveries, asked: Scheduled) -> None:
    other = Scheduled.of(asked.learner, deliveries, asked.queue)
    asked.make(placed(other.tasks["Read"], at()), placed(asked.tasks["Read"], at()))
    assert (list(asked.sessions), other.sessions) == (["Read"], {})


@pytest.mark.parametrize("missing", ["sessions", "feasibility"])
def test_a_result_that_is_not_whole_is_rejected(asked: Scheduled, missing: str) -> None:
    job = asked.take()
    answered = asked.queue.complete(job, asked.result(job) | {missing: None})
    assert (answered["standing"], asked.sessions) == ("rejected", {})
    assert asked.schedule["status"] == "waiting"


def test_two_plans_of_one_learner_are_not_placed_past_each_other(
    deliveries: Deliveries, asked: Scheduled
) -> None:
    other = Scheduled.of(asked.learner, deliveries, asked.queue)
    jobs = {job["message"]["plan_id"]: job for job in asked.queue.read()}
    mine, theirs = [
        {**jobs[which.id], "loaded": asked.queue.load(jobs[which.id])} for which in (asked, other)
    ]
    assert asked.queue.complete(mine, asked.result(mine))["standing"] == "done"
    late = asked.queue.complete(theirs, other.result(theirs))
    assert (late["standing"], late["problem"]["code"]) == ("rejected", "LB001")
    assert other.sessions == {}
    assert asked.queue.fail(theirs, retry_in="0") == "retrying"
    again = asked.queue.again()
    loaded = asked.queue.load(again)
    assert len(loaded["request"]["busy"]) == 3
    evenings = other.three_evenings(hours=1)
    result = other.result({"loaded": loaded}, *evenings)
    assert asked.queue.complete(again, result)["standing"] == "done"
    assert len(other.sessions) == 3


def test_a_session_moved_by_hand_during_the_work_is_not_overwritten(scheduled: Scheduled) -> None:
    scheduled.ask()
    job = scheduled.take()
    moved = one(scheduled.move("Read", starts_at=at(5), ends_at=at(5, 1)))
    answered = scheduled.queue.complete(job, scheduled.result(job))
    assert answered["problem"]["code"] == "LB001"
    assert scheduled.sessions["Read"] == moved


# A person's own hand


def test_whoever_moves_a_session_pins_it(scheduled: Scheduled) -> None:
    before = scheduled.sessions["Read"]
    moved = one(scheduled.move("Read", starts_at=at(3, 3), ends_at=at(3, 4)))
    assert (moved["id"], moved["sequence"], moved["local_date"]) == (before["id"], 1, "2031-03-06")
    assert moved["pinned_at"] is not None
    again = one(scheduled.move("Read", ends_at=at(3, 5)))
    assert (again["sequence"], again["pinned_at"]) == (2, moved["pinned_at"])
    free = one(scheduled.move("Read", pinned_at=None))
    assert (free["sequence"], free["pinned_at"]) == (2, None)
    same = one(scheduled.move("Read", starts_at=free["starts_at"]))
    assert (same["sequence"], same["pinned_at"]) == (2, None)


def test_a_session_is_on_the_day_that_it_is_where_the_learner_lives(scheduled: Scheduled) -> None:
    ada = scheduled.learner
    one(ada.update("users", {"time_zone": "Asia/Kathmandu"}, id=f"eq.{ada.id}"))
    # 18:30 in London is a quarter past midnight there.
    moved = one(scheduled.move("Read", starts_at=at(0, 0.5), ends_at=at(0, 1)))
    assert moved["local_date"] == "2031-03-04"
    moved = one(scheduled.move("Read", starts_at=at(0, 0.2), ends_at=at(0, 1)))
    assert moved["local_date"] == "2031-03-03"


def test_who_moves_elsewhere_takes_their_sessions_days_along(scheduled: Scheduled) -> None:
    ada, before = scheduled.learner, scheduled.sessions
    scheduled.ask()
    job = scheduled.take()
    one(ada.update("users", {"time_zone": "Pacific/Auckland"}, id=f"eq.{ada.id}"))
    after = scheduled.sessions
    assert [row["local_date"] for row in after.values()] == [
        "2031-03-04",
        "2031-03-05",
        "2031-03-06",
    ]
    assert [(r["sequence"], r["starts_at"]) for r in after.values()] == [
        (r["sequence"], r["starts_at"]) for r in before.values()
    ]
    assert {row["pinned_at"] for row in after.values()} == {None}
    late = scheduled.queue.complete(job, scheduled.result(job))
    assert late["problem"]["code"] == "LB001"


@pytest.mark.parametrize(
    ("columns", "refused"),
    [
        ({"ends_at": at(-1)}, Refusal(422, "invalid_ends_at", "ends_at")),
        ({"ends_at": None}, Refusal(422, "invalid_ends_at", "ends_at")),
        ({"ends_at": at(1, 1)}, Refusal(422, "invalid_ends_at", "ends_at")),
        (
            {"starts_at": "1999-01-01T00:00:00Z", "ends_at": "1999-01-01T01:00:00Z"},
            Refusal(422, "invalid_starts_at", "starts_at"),
        ),
        ({"sequence": 0}, HIDDEN),
        ({"part": 2}, HIDDEN),
        ({"task_id": str(uuid.uuid4())}, HIDDEN),
    ],
)
def test_nonsense_is_refused(scheduled: Scheduled, columns: Row, refused: Refusal) -> None:
    before = scheduled.sessions
    assert refusal(scheduled.move("Read", **columns)) == refused
    assert scheduled.sessions == before


def test_a_task_is_set_aside_for_oneself_alone(world: World, scheduled: Scheduled) -> None:
    ben = scheduled.followed_by(world.person("Ben"))
    row = {"task_id": scheduled.tasks["Ship"], "set_aside_at": at()}
    one(ben.learner.upsert("task_progress", row, "task_id,user_id"))
    assert [t["set_aside"] for t in ben.take()["loaded"]["request"]["tasks"]] == [False] * 2 + [
        True
    ]
    assert scheduled.learner.rows("task_progress") == []
    one(ben.learner.upsert("task_progress", row | {"set_aside_at": None}, "task_id,user_id"))
    ben.queue.settle()
    ben.ask()
    assert {t["set_aside"] for t in ben.take()["loaded"]["request"]["tasks"]} == {False}


# When it fails


def test_a_schedule_that_cannot_be_made_says_why_and_is_revived(asked: Scheduled) -> None:
    assert asked.queue.fail(asked.queue.the_job(), retry_in="0") == "retrying"
    schedule = asked.schedule
    assert (schedule["status"], schedule["error"]["code"]) == ("waiting", "no_time")
    assert asked.queue.fail(asked.queue.the_job()) == "dead"
    schedule = asked.schedule
    assert (schedule["status"], schedule["error"]["message"]) == ("failed", "There is no time.")
    [letter] = asked.world.sql("select id from worker.dead_letters")
    asked.queue.call("requeue_dead_letter", dead_letter_id=letter["id"])
    assert (asked.schedule["status"], asked.schedule["error"]) == ("waiting", None)
    asked.make()
    assert (asked.schedule["status"], len(asked.sessions)) == ("ready", 3)


def test_after_a_failure_the_next_change_asks_again(asked: Scheduled) -> None:
    assert asked.queue.fail(asked.queue.the_job()) == "dead"
    one(asked.learner.insert("study_windows", WINDOW))
    assert len(asked.messages()) == 1
    [letter] = asked.world.sql("select id from worker.dead_letters")
    answer = asked.world.service.rpc("requeue_dead_letter", "worker", dead_letter_id=letter["id"])
    assert answer.status_code >= 400
    assert len(asked.messages()) == 1
    asked.make()
    assert (asked.messages(), asked.schedule["status"]) == ([], "ready")


# In the middle of the work


def test_a_task_deleted_during_the_work_takes_its_session_along(scheduled: Scheduled) -> None:
    scheduled.ask()
    job = scheduled.take()
    result = scheduled.result(job, *scheduled.three_evenings(days=1))
    one(scheduled.learner.delete("tasks", id=f"eq.{scheduled.tasks['Watch']}"))
    assert scheduled.queue.complete(job, result)["standing"] == "done"
    sessions = scheduled.sessions
    assert [(title, instant(row["starts_at"])) for title, row in sessions.items()] == [
        ("Read", instant(at(1))),
        ("Ship", instant(at(3))),
    ]
    assert (len(scheduled.messages()), scheduled.schedule["status"]) == (1, "waiting")


def test_a_task_that_somebody_held_and_let_go_of_is_placed_after_all(asked: Scheduled) -> None:
    """A proposal that is refused, or a deletion that breaks off, holds tasks for a moment."""
    job = asked.take()
    with psycopg.connect(asked.world.database_url) as somebody:
        somebody.execute(
            "select from public.tasks where id = %s for update", (asked.tasks["Watch"],)
        )
        answered = asked.queue.complete(job, asked.result(job))
        assert (answered["standing"], answered["problem"]["code"]) == ("rejected", "LB001")
        somebody.rollback()
    assert asked.queue.complete(job, asked.result(job))["standing"] == "done"
    assert list(asked.sessions) == ["Read", "Watch", "Ship"]


def test_a_task_that_is_let_go_of_while_the_rest_is_written_is_placed_after_all(
    scheduled: Scheduled,
) -> None:
    world = scheduled.world
    scheduled.ask()
    job = scheduled.take()
    result = scheduled.result(job, *scheduled.three_evenings(days=1))
    task = "select from public.tasks where id = %s for update"
    session = "select from public.sessions where id = %s for update"
    with (
        ThreadPoolExecutor(1) as pool,
        psycopg.connect(world.database_url) as holding,
        psycopg.connect(world.database_url) as slowing,
    ):
        holding.execute(task, (scheduled.tasks["Watch"],))
        slowing.execute(session, (scheduled.sessions["Read"]["id"],))
        worker = pool.submit(scheduled.queue.complete, job, result)
        ends_or_waits(world, worker, 1)
        holding.rollback()
        slowing.rollback()
        answered = worker.result()
    assert (answered["standing"], answered["problem"]["code"]) == ("rejected", "LB001")
    assert scheduled.queue.complete(job, result)["standing"] == "done"
    places = [instant(row["starts_at"]) for row in scheduled.sessions.values()]
    assert places == [instant(at(day)) for day in (1, 2, 3)]


def test_a_plan_deleted_during_the_work_leaves_nothing(scheduled: Scheduled) -> None:
    scheduled.ask()
    job = scheduled.take()
    result = scheduled.result(job)
    one(scheduled.learner.delete("learning_plans", id=f"eq.{scheduled.id}"))
    assert scheduled.queue.load(job) == {"standing": "obsolete"}
    assert scheduled.queue.complete(job, result)["standing"] == "done"
    for table in ("sessions", "plan_schedules"):
        assert scheduled.learner.rows(table) == []


def test_an_account_deleted_during_the_work_leaves_nothing(scheduled: Scheduled) -> None:
    ada = scheduled.learner
    one(ada.insert("study_windows", WINDOW))
    one(ada.insert("busy_times", {"starts_at": at(), "ends_at": at(hours=1)}))
    one(ada.upsert("study_preferences", {"catch_up": "apply"}, "user_id"))
    ada.call("create_feed")
    job = scheduled.take()
    result = scheduled.result(job)
    ada.call("delete_account")
    assert scheduled.queue.complete(job, result)["standing"] == "done"
    for table in (
        *("public.sessions", "public.plan_schedules", "private.learner_calendars"),
        *("public.study_windows", "public.busy_times", "public.study_preferences"),
        "public.calendar_feeds",
    ):
        assert scheduled.world.count(table, user_id=ada.id) == 0


WAYS = {
    "a tick": (
        "insert into public.task_progress (task_id, status) select id, 'completed'"
        " from public.tasks where title = 'Read' and module_id in"
        " (select id from public.modules where plan_id = %s)"
    ),
    "an edit": "update public.learning_plans set topic = 'Sailing far' where id = %s",
    "a task less": (
        "delete from public.tasks where title = 'Watch' and module_id in"
        " (select id from public.modules where plan_id = %s)"
    ),
    "no week": "delete from public.modules where plan_id = %s",
    "no plan": "delete from public.learning_plans where id = %s",
    "a move": (
        "update public.sessions set ends_at = ends_at + interval '1 minute' where plan_id = %s"
    ),
    "a window": (
        "insert into public.study_windows (weekday, starts, ends)"
        " select 1, '10:00', '11:00' from public.learning_plans where id = %s"
    ),
    "elsewhere": (
        "update public.users set time_zone = 'Pacific/Auckland'"
        " where id = (select user_id from public.learning_plans where id = %s)"
    ),
}


# What the worker waits for while the person acts.
HELD = {
    "the schedule": "select from public.plan_schedules where user_id = %s for update",
    "the calendar": "select from private.learner_calendars where user_id = %s for update",
}


@pytest.mark.parametrize("held", HELD)
@pytest.mark.parametrize("way", WAYS)
def test_what_a_person_does_meanwhile_and_the_worker_do_not_block_each_other(
    scheduled: Scheduled, way: str, held: str
) -> None:
    world, ada = scheduled.world, scheduled.learner
    scheduled.ask()
    job = scheduled.take()
    result = scheduled.result(job, *scheduled.three_evenings(days=1))

    def act() -> None:
        with underway(world, ada, WAYS[way], scheduled.id):
            pass

    with psycopg.connect(world.database_url) as holding, ThreadPoolExecutor(2) as pool:
        holding.execute(HELD[held], (ada.id,))
        worker = pool.submit(scheduled.queue.complete, job, result)
        somebody_waits(world, "complete_schedule_plan")
        person = pool.submit(act)
        ends_or_waits(world, person)
        holding.commit()
        person.result()
        answered = worker.result()
    assert answered["standing"] == "done" or answered["problem"]["code"] == "LB001"


def ends_or_waits(world: World, act: Future[Any], waiters: int = 2) -> None:
    """Return as soon as somebody is through, or waits as the last of so many."""
    waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
    until = time.monotonic() + 10
    while not act.done() and world.value(waiting) < waiters:
        assert time.monotonic() < until, "somebody neither ends nor waits"


@pytest.mark.parametrize("way", ["a task less", "a move", "no plan"])
def test_a_worker_waits_for_whoever_was_first(scheduled: Scheduled, way: str) -> None:
    world = scheduled.world
    scheduled.ask()
    job = scheduled.take()
    result = scheduled.result(job, *scheduled.three_evenings(days=1))

    def complete() -> Any:
        return world.service.rpc(
            "complete_schedule_plan",
            "worker",
            outcomes=[{"msg_id": job["msg_id"], "read_ct": job["read_ct"], "result": result}],
        )

    def commit() -> Any:
        somebody_waits(world, "complete_schedule_plan")
        connection.commit()
        return scheduled.learner.get("users")

    with underway(world, scheduled.learner, WAYS[way], scheduled.id) as connection:
        completed, _ = at_once(complete, commit)
    [answered] = completed.json()
    if way == "a move":
        assert answered["problem"]["code"] == "LB001"
    else:
        assert answered["standing"] == "done"
    titles = list(scheduled.sessions) if way != "no plan" else []
    assert (
        titles
        == {
            "a task less": ["Read", "Ship"],
            "a move": ["Read", "Watch", "Ship"],
            "no plan": [],
        }[way]
    )
