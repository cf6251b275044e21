"""A plan as one document: what the files are made of."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from tests.stories.schedules import at, instant, placed
from tests.world import NOT_SIGNED_IN, Refusal, one, refusal

if TYPE_CHECKING:
    from tests.stories.schedules import Scheduled
    from tests.world import Person, Row, World

NO_PLAN = Refusal(404, "plan_not_found", "plan_id")


def export(person: Person, of: Scheduled) -> Row:
    document: Row = person.call("plan_export", plan_id=of.id)
    return document


def tasks_of(document: Row) -> dict[str, Row]:
    return {task["title"]: task for week in document["weeks"] for task in week["tasks"]}


def public(of: Scheduled) -> None:
    change = {"visibility": "public"}
    one(of.plan.owner.update("learning_plans", change, id=f"eq.{of.id}"))


def test_an_owner_has_all_of_it_in_one_document(scheduled: Scheduled) -> None:
    ada, tasks = scheduled.learner, scheduled.tasks
    ada.tick({"id": tasks["Read"]}, actual_minutes=50, completed_at="2026-11-02T10:00:00Z")
    link = {"task_id": tasks["Watch"], "type": "youtube", "title": "Talk", "order": 1}
    one(ada.insert("task_links", link | {"url": "https://video.example.com/talk"}))
    document = export(ada, scheduled)
    assert set(document) == {
        *("plan", "starts_on", "time_zone", "reminder_lead_minutes", "made_at", "progress", "weeks")
    }
    plan = document["plan"]
    assert set(plan) == {
        *("id", "topic", "skill_level", "learning_style", "weekly_hours", "start_date"),
        *("deadline_date", "language", "visibility", "created_at", "updated_at"),
    }
    assert (plan["id"], plan["topic"]) == (scheduled.id, scheduled.row()["topic"])
    assert document["progress"] == {"total_tasks": 3, "completed_tasks": 1, "completion": 0.3333}
    assert (document["time_zone"], document["reminder_lead_minutes"]) == ("UTC", 30)
    weeks = document["weeks"]
    assert [(week["order"], [t["title"] for t in week["tasks"]]) for week in weeks] == [
        (1, ["Read", "Watch"]),
        (2, ["Ship"]),
    ]
    read, watch = weeks[0]["tasks"]
    assert (read["status"], read["actual_minutes"], read["sessions"]) == ("completed", 50, [])
    assert [(one["title"], one["type"], one["dead"]) for one in watch["links"]] == [
        ("Talk", "youtube", False)
    ]
    [session] = watch["sessions"]
    assert (session["id"], session["part"], session["parts"]) == (
        scheduled.sessions["Watch"]["id"],
        1,
        1,
    )
    assert (session["pinned"], session["sequence"]) == (False, 0)
    assert instant(session["starts_at"]) == instant(at(1))


def test_what_is_to_come_of_finished_and_set_aside_tasks_is_not_in_it(
    scheduled: Scheduled,
) -> None:
    ada, tasks = scheduled.learner, scheduled.tasks
    # Read was worked on before it was finished; there was one more sitting to come.
    scheduled.ask()
    scheduled.make(
        placed(tasks["Read"], "2026-11-02T18:00:00Z", id=scheduled.sessions["Read"]["id"]),
        placed(tasks["Read"], at(4), part=2),
        placed(tasks["Ship"], at(5), part=2),
    )
    ada.tick({"id": tasks["Read"]}, completed_at="2026-11-03T10:00:00Z")
    row = {"task_id": tasks["Ship"], "set_aside_at": "2026-11-03T10:00:00Z"}
    one(ada.upsert("task_progress", row, "task_id,user_id"))
    found = tasks_of(export(ada, scheduled))
    [past] = found["Read"]["sessions"]
    assert instant(past["starts_at"]) == instant("2026-11-02T18:00:00+00:00")
    assert (past["parts"], found["Ship"]["sessions"]) == (1, [])
    assert found["Ship"]["set_aside_at"] is not None
    assert len(found["Watch"]["sessions"]) == 1
    assert world_has(scheduled, 5)


def world_has(of: Scheduled, sessions: int) -> bool:
    """They are still there: a tick that is taken back brings them back."""
    return of.world.count("public.sessions", plan_id=of.id) == sessions


def test_a_follower_has_their_own_progress_sessions_and_start(
    world: World, scheduled: Scheduled
) -> None:
    scheduled.learner.tick({"id": scheduled.tasks["Watch"]})
    ben = scheduled.followed_by(world.person("Ben"), start_date="2031-05-05")
    ben.make(placed(scheduled.tasks["Watch"], at(70)))
    ben.learner.tick({"id": scheduled.tasks["Read"]})
    one(ben.learner.upsert("study_preferences", {"reminder_lead_minutes": None}, "user_id"))
    document = export(ben.learner, ben)
    assert (document["starts_on"], document["reminder_lead_minutes"]) == ("2031-05-05", None)
    found = tasks_of(document)
    assert [(title, task["status"]) for title, task in found.items()] == [
        ("Read", "completed"),
        ("Watch", "not_started"),
        ("Ship", "not_started"),
    ]
    assert [len(task["sessions"]) for task in found.values()] == [0, 1, 0]
    assert found["Watch"]["sessions"][0]["id"] == ben.sessions["Watch"]["id"]


def test_who_only_reads_a_public_plan_has_it_without_anybodys_sessions(
    world: World, scheduled: Scheduled
) -> None:
    public(scheduled)
    ben = world.person("Ben")
    scheduled.learner.tick({"id": scheduled.tasks["Watch"]}, actual_minutes=10)
    ben.tick({"id": scheduled.tasks["Ship"]})
    document = export(ben, scheduled)
    found = tasks_of(document)
    assert [(t["status"], t["sessions"], t["actual_minutes"]) for t in found.values()] == [
        ("not_started", [], None),
        ("not_started", [], None),
        ("completed", [], None),
    ]
    assert document["progress"]["completed_tasks"] == 1
    assert (scheduled.learner.id in str(document), ben.id in str(document)) == (False, False)


def test_a_stranger_has_nothing(world: World, scheduled: Scheduled) -> None:
    ben = world.person("Ben")
    assert refusal(ben.rpc("plan_export", plan_id=scheduled.id)) == NO_PLAN
    assert refusal(ben.rpc("plan_export", plan_id=str(uuid.uuid4()))) == NO_PLAN
    assert refusal(world.nobody.rpc("plan_export", plan_id=scheduled.id)) == NOT_SIGNED_IN


def test_an_empty_plan_is_a_document_as_well(world: World) -> None:
    ada = world.person()
    document = ada.call("plan_export", plan_id=ada.plan()["id"])
    assert document["weeks"] == []
    assert document["progress"] == {"total_tasks": 0, "completed_tasks": 0, "completion": 0}
