"""task_progress: each learner's own ticks, on tasks that they can read."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.world import HIDDEN, NOT_SIGNED_IN, one, refusal

if TYPE_CHECKING:
    from tests.world import Row, World


def the(row: Row) -> dict[str, str]:
    return {"id": f"eq.{row['id']}"}


def test_a_tick_is_an_upsert_that_needs_no_user_id(world: World) -> None:
    for ada in (world.person(), world.clerk_person(), world.person(anonymous=True)):
        task = ada.whole_plan(weeks=1, tasks=1).task
        row = one(ada.tick(task))
        assert (row["user_id"], row["status"]) == (ada.id, "completed")
        again = one(ada.tick(task, "not_started"))
        assert (again["id"], again["completed_at"]) == (row["id"], None)
        assert world.count("public.task_progress", task_id=task["id"]) == 1


def test_readers_of_a_public_plan_keep_their_own_progress(world: World) -> None:
    ada, ben, eve = world.person("Ada"), world.person("Ben"), world.person("Eve")
    whole = ada.whole_plan(visibility="public")
    task = whole.task
    ben.follow(whole.plan)
    hers, his, also = (one(person.tick(task)) for person in (ada, ben, eve))
    assert ada.rows("task_progress") == [hers]
    assert ben.rows("task_progress") == [his]
    assert eve.rows("task_progress") == [also]
    assert refusal(world.nobody.get("task_progress")) == NOT_SIGNED_IN
    assert len(world.service.rows("task_progress", task_id=f"eq.{task['id']}")) == 3


def test_an_owner_sees_nothing_of_who_else_learns(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    task = ada.whole_plan(visibility="public").task
    one(ben.tick(task))
    [seen] = ada.rows("tasks", select="id,task_progress(*)", id=f"eq.{task['id']}")
    assert seen["task_progress"] == []


def test_nobody_ticks_for_somebody_else(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    task = ada.whole_plan(visibility="public").task
    row = {"task_id": task["id"], "user_id": ada.id, "status": "completed"}
    assert refusal(ben.quietly("task_progress", row)) == HIDDEN
    assert refusal(ben.upsert("task_progress", row, "task_id,user_id")) == HIDDEN
    assert refusal(world.nobody.quietly("task_progress", row)) == NOT_SIGNED_IN
    assert world.count("public.task_progress", task_id=task["id"]) == 0


def test_nobody_ticks_what_they_cannot_read(world: World) -> None:
    task = world.person("Ada").whole_plan().task
    assert refusal(world.person("Ben").tick(task)) == HIDDEN
    assert world.count("public.task_progress", task_id=task["id"]) == 0


def test_people_update_and_delete_their_own_only(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    row = one(ada.tick(ada.whole_plan(visibility="public").task))
    assert ben.update("task_progress", {"status": "not_started"}, **the(row)).json() == []
    assert ben.delete("task_progress", **the(row)).json() == []
    assert ada.rows("task_progress") == [row]
    change = {"status": "in_progress", "actual_minutes": 45}
    changed = one(ada.update("task_progress", change, **the(row)))
    assert changed | change == changed
    assert one(ada.delete("task_progress", **the(row)))["id"] == row["id"]


def test_a_tick_moves_neither_to_another_task_nor_to_another_person(world: World) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    whole = ada.whole_plan()
    row = one(ada.tick(whole.task))
    for task in (whole.tasks[0][1]["id"], ben.whole_plan().task["id"], str(uuid.uuid4())):
        answer = ada.update("task_progress", {"task_id": task}, **the(row))
        assert refusal(answer) == (403, "fixed_column", "task_id")
    for person in (ben.id, str(uuid.uuid4())):
        answer = ada.update("task_progress", {"user_id": person}, **the(row))
        assert refusal(answer) == (403, "fixed_column", "user_id")
    assert ada.rows("task_progress") == [row]


def test_the_service_manages_all_but_what_never_changes(world: World) -> None:
    ada = world.person()
    row = one(ada.tick(ada.whole_plan().task))
    change = {"status": "in_progress"}
    assert one(world.service.update("task_progress", change, **the(row)))["completed_at"] is None
    answer = world.service.update("task_progress", {"user_id": world.person().id}, **the(row))
    assert refusal(answer) == (403, "fixed_column", "user_id")
    assert one(world.service.delete("task_progress", **the(row)))


@pytest.mark.parametrize("column", ["id", "created_at", "updated_at"])
def test_the_database_writes_ids_and_times(world: World, column: str) -> None:
    ada = world.person()
    whole = ada.whole_plan()
    row = one(ada.tick(whole.task))
    assert refusal(ada.tick(whole.tasks[0][1], **{column: row[column]})) == HIDDEN
    assert refusal(ada.update("task_progress", {column: row[column]}, **the(row))) == HIDDEN


def test_completed_at_is_set_exactly_while_it_is_completed(world: World) -> None:
    ada = world.person()
    whole = ada.whole_plan()
    offline = "2026-11-01T08:00:00+00:00"
    assert one(ada.tick(whole.task))["completed_at"] is not None
    assert one(ada.tick(whole.tasks[0][1], completed_at=offline))["completed_at"] == offline
    begun = one(ada.tick(whole.tasks[1][0], "in_progress", completed_at=offline))
    assert begun["completed_at"] is None


def test_what_was_done_tomorrow_is_refused(world: World) -> None:
    ada = world.person()
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    answer = ada.tick(ada.whole_plan().task, completed_at=tomorrow)
    assert refusal(answer) == (422, "invalid_completed_at", "completed_at")


@pytest.mark.parametrize("minutes", [-1, 10081])
def test_minutes_are_within_a_week(world: World, minutes: int) -> None:
    ada = world.person()
    answer = ada.tick(ada.whole_plan().task, actual_minutes=minutes)
    assert refusal(answer)[:2] == (400, "23514")
