"""The calendar of a plan: which week it is, what is due, and in whose time zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.world import one

if TYPE_CHECKING:
    from tests.world import Person, Row, Whole, World


def due(person: Person, at: str) -> list[tuple[int, int, bool]]:
    """Week, place and whether it is overdue, of all that is due at an instant."""
    return [
        (row["week"], row["order"], row["is_overdue"]) for row in person.call("due_tasks", at=at)
    ]


def three_weeks(person: Person, **changes: object) -> Whole:
    """From Monday the 5th of January 2026, one task a week."""
    return person.whole_plan(weeks=3, tasks=1, **{"start_date": "2026-01-05", **changes})


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-01-04T23:59:59Z", []),
        ("2026-01-05T00:00:00Z", [(1, 1, False)]),
        ("2026-01-11T23:59:59Z", [(1, 1, False)]),
        ("2026-01-12T00:00:00Z", [(1, 1, True), (2, 1, False)]),
        ("2026-01-25T23:59:59Z", [(1, 1, True), (2, 1, True), (3, 1, False)]),
        ("2026-01-26T00:00:00Z", [(1, 1, True), (2, 1, True), (3, 1, True)]),
        ("2030-01-01T00:00:00Z", [(1, 1, True), (2, 1, True), (3, 1, True)]),
    ],
)
def test_a_week_begins_seven_days_after_the_last(
    world: World, at: str, expected: list[tuple[int, int, bool]]
) -> None:
    ada = world.person()
    three_weeks(ada)
    assert due(ada, at) == expected


def test_what_was_done_in_an_earlier_week_is_not_overdue(world: World) -> None:
    ada = world.person()
    whole = three_weeks(ada)
    one(ada.tick(whole.tasks[0][0]))
    assert due(ada, "2026-01-12T12:00:00Z") == [(2, 1, False)]


def test_what_was_done_this_week_is_still_shown(world: World) -> None:
    ada = world.person()
    whole = three_weeks(ada)
    one(ada.tick(whole.tasks[0][0]))
    [row] = ada.call("due_tasks", at="2026-01-05T12:00:00Z")
    assert (row["task_id"], row["status"]) == (whole.task["id"], "completed")


def test_a_task_is_due_on_its_day_and_without_one_by_the_end_of_the_week(world: World) -> None:
    ada = world.person()
    module = ada.module(ada.plan(start_date="2026-01-05"), 2)
    ada.task(module, 1, day=1)
    ada.task(module, 2, day=4)
    ada.task(module, 3)
    rows = ada.call("due_tasks", at="2026-01-12T12:00:00Z")
    assert [row["due_on"] for row in rows] == ["2026-01-12", "2026-01-15", "2026-01-18"]


@pytest.mark.parametrize(
    ("zone", "begins"),
    [
        ("Pacific/Kiritimati", "2026-01-04T10:00:00Z"),
        ("UTC", "2026-01-05T00:00:00Z"),
        ("Pacific/Pago_Pago", "2026-01-05T11:00:00Z"),
    ],
)
def test_monday_begins_where_the_learner_is(world: World, zone: str, begins: str) -> None:
    ada = world.person(time_zone=zone)
    three_weeks(ada)
    hour, rest = begins[11:13], begins[:11]
    before = f"{rest}{int(hour) - 1:02}:59:59Z" if hour != "00" else "2026-01-04T23:59:59Z"
    assert due(ada, before) == []
    assert due(ada, begins) == [(1, 1, False)]


def test_a_zone_that_changes_its_clock_keeps_its_midnight(world: World) -> None:
    ada = world.person(time_zone="Europe/Berlin")
    ada.whole_plan(weeks=2, tasks=1, start_date="2026-03-23")
    assert due(ada, "2026-03-29T21:59:59Z") == [(1, 1, False)]
    assert due(ada, "2026-03-29T22:00:00Z") == [(1, 1, True), (2, 1, False)]


@pytest.mark.parametrize(
    ("zone", "starts_on"),
    [
        ("Pacific/Kiritimati", "2026-01-06"),
        ("UTC", "2026-01-05"),
        ("Pacific/Pago_Pago", "2026-01-05"),
    ],
)
def test_without_a_start_the_day_of_creation_serves(
    world: World, zone: str, starts_on: str
) -> None:
    ada = world.person(time_zone=zone)
    plan = ada.plan()
    ada.task(ada.module(plan))
    # What was made long ago is put there as the database would have: created_at never changes.
    made = f"2026-01-05T{'20' if zone != 'UTC' else '12'}:00:00Z"
    aged = put_into_the_past(world, plan, made)
    [row] = ada.rows("plan_progress", plan_id=f"eq.{aged['id']}")
    assert row["starts_on"] == starts_on


def put_into_the_past(world: World, plan: Row, made: str) -> Row:
    """A copy of the plan that was made at that time."""
    row = {key: plan[key] for key in ("user_id", "topic", "skill_level", "weekly_hours")}
    wish = {**row, "learning_style": "mixed", "created_at": made}
    return one(world.service.insert("learning_plans", wish))


def test_a_follower_has_a_calendar_of_their_own(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben", time_zone="Pacific/Kiritimati")
    whole = three_weeks(ada, visibility="public")
    ben.follow(whole.plan, start_date="2026-02-02")
    one(ada.tick(whole.task))
    assert due(ben, "2026-02-01T09:59:59Z") == []
    assert due(ben, "2026-02-01T10:00:00Z") == [(1, 1, False)]
    assert due(ben, "2026-02-08T10:00:00Z") == [(1, 1, True), (2, 1, False)]


def test_a_reader_who_does_not_follow_has_nothing_due(world: World) -> None:
    three_weeks(world.person("Ada"), visibility="public")
    assert due(world.person("Ben"), "2026-01-06T00:00:00Z") == []


def test_a_zone_that_postgres_forgot_stops_nobody(world: World) -> None:
    ada = world.person()
    three_weeks(ada)
    world.sql("alter table public.users disable trigger users_check_time_zone_on_update")
    try:
        world.sql("update public.users set time_zone = 'US/Forgotten' where id = %s", ada.id)
    finally:
        world.sql("alter table public.users enable trigger users_check_time_zone_on_update")
    assert due(ada, "2026-01-05T00:00:00Z") == [(1, 1, False)]
    assert len(ada.call("dashboard", at="2026-01-05T00:00:00Z")) == 1


def test_the_dashboard_is_one_request(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    followed = three_weeks(ben, visibility="public")
    ada.follow(followed.plan, start_date="2026-01-12")
    mine = three_weeks(ada, topic="Navigation")
    empty = ada.plan(topic="Nothing yet", weekly_hours=0)
    one(ada.tick(mine.tasks[0][0]))
    board = ada.call("dashboard", at="2026-01-13T12:00:00Z")
    assert [row["plan_id"] for row in board] == [
        empty["id"],
        mine.plan["id"],
        followed.plan["id"],
    ]
    nothing, own, theirs = board
    assert (nothing["due_this_week"], nothing["due_minutes"], nothing["current_week"]) == (
        [],
        0,
        None,
    )
    assert [task["title"] for task in own["due_this_week"]] == ["Task 1"]
    assert [task["week"] for task in own["due_this_week"]] == [2]
    assert (own["due_minutes"], own["overdue_tasks"], own["completed_tasks"]) == (30, 0, 1)
    assert (own["is_mine"], theirs["is_mine"]) == (True, False)
    assert [task["week"] for task in theirs["due_this_week"]] == [1]
    assert theirs["starts_on"] == "2026-01-12"


def test_what_is_done_counts_no_minutes_and_what_is_late_is_counted(world: World) -> None:
    ada = world.person()
    whole = ada.whole_plan(weeks=2, tasks=2, start_date="2026-01-05")
    one(ada.tick(whole.tasks[1][0]))
    [row] = ada.call("dashboard", at="2026-01-12T12:00:00Z")
    assert (len(row["due_this_week"]), row["due_minutes"], row["overdue_tasks"]) == (2, 30, 2)


def test_the_dashboard_shows_the_latest_generation_to_the_owner_alone(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    asked = ada.ask(visibility="public").json()
    ben.follow({"id": asked["plan_id"]})
    [mine] = ada.call("dashboard")
    assert mine["generation"]["id"] == asked["generation_id"]
    assert mine["generation"]["status"] == "queued"
    [his] = ben.call("dashboard")
    assert his["generation"] is None
