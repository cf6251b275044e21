"""Does it fit? What would make it fit is offered, and taken in one call."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.stories.schedules import FITS, Scheduled
from tests.world import NOT_SIGNED_IN, Refusal, one, refusal

if TYPE_CHECKING:
    import httpx

    from tests.world import Row, World

NOT_OFFERED = Refusal(409, "choice_not_offered", "choice")
NO_PLAN = Refusal(404, "plan_not_found", "plan_id")


def tight(of: Scheduled) -> Row:
    """Ship has no place before the deadline; three ways out."""
    ship = of.tasks["Ship"]
    return {
        **FITS,
        "fits": False,
        "available_minutes": 120,
        "deadline_date": "2031-03-04",
        "unplaced": [
            {
                "task_id": ship,
                "title": "Ship",
                "minutes": 60,
                "reason": {"code": "no_room", "text": "No room until 4 March."},
            }
        ],
        "choices": [
            {
                "choice": "more_hours",
                "weekly_hours": 8,
                "extra_hours": 3,
                "windows": [
                    {"weekday": 6, "from": 600, "to": 720},
                    {"weekday": 7, "from": 1260, "to": 1440},
                ],
                "ends_on": "2031-03-04",
                "text": "Three hours more a week.",
            },
            {"choice": "later_date", "deadline_date": "2031-03-12", "text": "Eight days later."},
            {
                "choice": "fewer_tasks",
                "task_ids": [ship],
                "titles": ["Ship"],
                "minutes": 60,
                "ends_on": "2031-03-04",
                "text": "Without Ship.",
            },
        ],
    }


@pytest.fixture
def owner(asked: Scheduled) -> Scheduled:
    asked.make(feasibility=tight(asked))
    return asked


@pytest.fixture
def follower(world: World, owner: Scheduled) -> Scheduled:
    ben = owner.followed_by(world.person("Ben"))
    ben.make(feasibility=tight(owner))
    owner.queue.settle()
    return ben


def choose(of: Scheduled, choice: Any) -> httpx.Response:
    return of.learner.rpc("choose_feasibility", plan_id=of.id, choice=choice)


def own_windows(of: Scheduled) -> list[tuple[int, str, str]]:
    rows = of.learner.rows("study_windows", order="weekday,starts")
    return [(row["weekday"], row["starts"], row["ends"]) for row in rows]


def test_what_does_not_fit_is_told_with_what_would(owner: Scheduled) -> None:
    schedule, said = owner.schedule, tight(owner)
    told = set(said) & set(schedule)
    assert told >= {"fits", "deadline_date", "unplaced", "choices"}
    assert {name: schedule[name] for name in told} == {name: said[name] for name in told}
    assert schedule["status"] == "ready"


def test_an_owner_takes_more_hours_with_the_windows_they_need(owner: Scheduled) -> None:
    one(owner.learner.insert("study_windows", {"weekday": 1, "starts": "18:00", "ends": "20:00"}))
    owner.queue.settle()
    [more, *_] = tight(owner)["choices"]
    assert choose(owner, "more_hours").json() == more
    assert owner.row()["weekly_hours"] == 8
    assert own_windows(owner) == [
        (1, "18:00:00", "20:00:00"),
        (6, "10:00:00", "12:00:00"),
        (7, "21:00:00", "24:00:00"),
    ]
    assert (len(owner.messages()), owner.schedule["status"]) == (1, "waiting")


def test_an_owner_takes_a_later_date(owner: Scheduled) -> None:
    assert choose(owner, "later_date").json()["deadline_date"] == "2031-03-12"
    assert str(owner.row()["deadline_date"]) == "2031-03-12"
    assert len(owner.messages()) == 1


def test_an_owner_takes_fewer_tasks_and_keeps_what_they_began(owner: Scheduled) -> None:
    ship = owner.tasks["Ship"]
    owner.learner.tick({"id": ship}, "in_progress", actual_minutes=10)
    assert choose(owner, "fewer_tasks").json()["titles"] == ["Ship"]
    [row] = owner.learner.rows("task_progress")
    assert (row["task_id"], row["status"], row["actual_minutes"]) == (ship, "in_progress", 10)
    assert row["set_aside_at"] is not None
    assert [t["set_aside"] for t in owner.take()["loaded"]["request"]["tasks"]] == [
        False,
        False,
        True,
    ]


def test_what_is_finished_meanwhile_is_not_set_aside(owner: Scheduled) -> None:
    owner.learner.tick({"id": owner.tasks["Ship"]})
    assert choose(owner, "fewer_tasks").status_code == 200
    [row] = owner.learner.rows("task_progress")
    assert (row["status"], row["set_aside_at"]) == ("completed", None)


def test_a_task_deleted_meanwhile_is_not_set_aside(owner: Scheduled) -> None:
    one(owner.learner.delete("tasks", id=f"eq.{owner.tasks['Ship']}"))
    owner.queue.settle()
    assert choose(owner, "fewer_tasks").status_code == 200
    assert owner.learner.rows("task_progress") == []


@pytest.mark.parametrize("choice", ["more_hours", "later_date", "fewer_tasks"])
def test_a_follower_chooses_for_themselves_alone(
    owner: Scheduled, follower: Scheduled, choice: str
) -> None:
    before = owner.row(), owner.plan.rows(), owner.schedule, owner.sessions
    assert choose(follower, choice).status_code == 200
    if choice != "fewer_tasks":
        assert (owner.row(), owner.plan.rows(), owner.schedule, owner.sessions) == before
    [row] = follower.learner.rows("plan_followers")
    assert row["weekly_hours"] == (8 if choice == "more_hours" else None)
    assert row["deadline_date"] == ("2031-03-12" if choice == "later_date" else None)
    assert len(own_windows(follower)) == (2 if choice == "more_hours" else 0)
    assert len(follower.learner.rows("task_progress")) == (choice == "fewer_tasks")
    assert (own_windows(owner), owner.learner.rows("task_progress")) == ([], [])
    assert (len(follower.messages()), owner.messages()) == (1, [])


def test_only_what_is_offered_is_taken(owner: Scheduled) -> None:
    for choice in ("more_weeks", "", "windows"):
        assert refusal(choose(owner, choice)) == NOT_OFFERED
    owner.ask()
    waiting = Refusal(409, "schedule_is_waiting", "plan_id")
    assert refusal(choose(owner, "later_date")) == waiting
    owner.make()
    assert refusal(choose(owner, "later_date")) == NOT_OFFERED
    assert owner.row()["deadline_date"] is None


def test_windows_that_were_taken_meanwhile_refuse_the_choice_whole(owner: Scheduled) -> None:
    one(owner.learner.insert("study_windows", {"weekday": 6, "starts": "11:00", "ends": "13:00"}))
    owner.queue.settle()
    before = owner.row()["weekly_hours"]
    overlap = Refusal(409, "windows_overlap", "starts")
    assert refusal(choose(owner, "more_hours")) == overlap
    assert (owner.row()["weekly_hours"], len(own_windows(owner))) == (before, 1)


def test_whose_plan_it_is_not_chooses_nothing(world: World, owner: Scheduled) -> None:
    ben = replace(owner, learner=world.person("Ben"))
    assert refusal(choose(ben, "later_date")) == NO_PLAN
    owner.learner.update("learning_plans", {"visibility": "public"}, id=f"eq.{owner.id}")
    assert refusal(choose(ben, "later_date")) == NO_PLAN
    answer = owner.learner.rpc("choose_feasibility", plan_id=str(uuid.uuid4()), choice="later_date")
    assert refusal(answer) == NO_PLAN
    answer = world.nobody.rpc("choose_feasibility", plan_id=owner.id, choice="later_date")
    assert refusal(answer) == NOT_SIGNED_IN
