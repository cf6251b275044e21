"""Conflicts: what a learner did since, or does in this very moment, stands before any proposal."""

from __future__ import annotations

import contextlib
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.stories.deliveries import Deliveries, resource
from tests.stories.proposals import (
    SEEN,
    Living,
    kept,
    proposal,
    somebody_waits,
    tasks_of,
    to_be,
    underway,
)
from tests.world import Refusal, at_once, one, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.world import Person, Row, World

MOVED_ON = Refusal(409, "plan_moved_on", "proposal_id")
TAKEN = Refusal(409, "task_is_taken", "proposal_id")
CHANGING = Refusal(409, "plan_is_changing", "proposal_id")

TICK = (
    "insert into public.task_progress (task_id, status) values (%s, 'in_progress')"
    " on conflict (task_id, user_id) do update set status = excluded.status"
)


OWN_LINK = {"type": "doc", "title": "Mine", "url": "https://mine.example.com/"}


@pytest.fixture
def plan(world: World, deliveries: Deliveries) -> Living:
    return Living.of(world.person(), deliveries, visibility="public")


def refused_alike(plan: Living, which: str, how: Refusal) -> None:
    """Accepting is refused, and changes nothing, however often it is tried."""
    before = plan.rows()
    for _ in range(2):
        assert refusal(plan.accept(which)) == how
    assert (plan.rows(), plan.status(which)) == (before, "open")


# The plan was changed since


EDITS: dict[str, Callable[[Living], object]] = {
    "its wish": lambda plan: one(
        plan.owner.update("learning_plans", {"weekly_hours": 7}, id=f"eq.{plan.id}")
    ),
    "a week": lambda plan: one(
        plan.owner.update("modules", {"title": "Mine"}, id=f"eq.{plan.module(2)['id']}")
    ),
    "a new week": lambda plan: plan.owner.module({"id": plan.id}, 4),
    "a new task": lambda plan: plan.owner.task(plan.module(1), 9),
    "a task": lambda plan: one(
        plan.owner.update("tasks", {"title": "Mine"}, id=f"eq.{plan.task('Form')['id']}")
    ),
    "a pin": lambda plan: one(
        plan.owner.update("tasks", {"pinned_at": "now"}, id=f"eq.{plan.task('Form')['id']}")
    ),
    "no task": lambda plan: one(plan.owner.delete("tasks", id=f"eq.{plan.task('Note')['id']}")),
    "a link": lambda plan: one(plan.owner.insert("task_links", link(plan.task("List")))),
    "an order": lambda plan: plan.owner.call(
        "reorder_tasks",
        module_id=plan.module(2)["id"],
        task_ids=[plan.task(title)["id"] for title in ("Form", "List")],
    ),
}


def link(task: Row) -> Row:
    return {"task_id": task["id"], "title": "Mine", "url": "https://x.example/", "order": 9}


@pytest.mark.parametrize("what", EDITS)
def test_what_the_owner_changed_since_is_a_conflict(plan: Living, what: str) -> None:
    which = plan.propose()
    EDITS[what](plan)
    refused_alike(plan, which, MOVED_ON)


def test_a_link_of_a_persons_marks_the_task_as_edited(plan: Living) -> None:
    assert plan.task("List")["edited_at"] is None
    [added] = plan.owner.insert("task_links", link(plan.task("List"))).json()
    edited = plan.task("List")["edited_at"]
    assert edited is not None
    one(plan.owner.delete("task_links", id=f"eq.{added['id']}"))
    assert plan.task("List")["edited_at"] > edited
    job = plan.regenerate(scope="whole")
    tasks = [t for week in job["loaded"]["request"]["living"]["weeks"] for t in week["tasks"]]
    assert {t["title"] for t in tasks if t["fixed"]} == {"Read", "List"}


def test_notes_are_no_conflict(plan: Living) -> None:
    which = plan.propose()
    one(plan.owner.insert("plan_notes", {"plan_id": plan.id, "notes": "More exercises"}))
    assert plan.accept(which).status_code == 200


# Somebody was at a task since: the revision does not tell


@pytest.mark.parametrize("title", ["Watch", "Note", "List", "Form", "Ship"])
@pytest.mark.parametrize("who", ["the owner", "a follower"])
def test_a_task_that_somebody_began_since_is_a_conflict(
    world: World, plan: Living, who: str, title: str
) -> None:
    which = plan.propose()
    learner = plan.owner if who == "the owner" else follower(world, plan)
    assert learner.tick(plan.task(title), "in_progress").status_code == 201
    refused_alike(plan, which, TAKEN)


def follower(world: World, plan: Living) -> Person:
    ben = world.person("Ben")
    ben.follow({"id": plan.id})
    return ben


def test_minutes_that_it_took_count_as_having_begun(world: World, plan: Living) -> None:
    which = plan.propose()
    follower(world, plan).tick(plan.task("Note"), "not_started", actual_minutes=20)
    refused_alike(plan, which, TAKEN)


def test_the_conflict_names_the_task_and_not_who_is_at_it(world: World, plan: Living) -> None:
    which = plan.propose()
    ben = follower(world, plan)
    ben.tick(plan.task("Note"))
    said = plan.accept(which).text
    assert "Note" in said
    assert ben.id not in said
    assert ben.email not in said


def test_what_was_ticked_and_unticked_is_free_again(plan: Living) -> None:
    which = plan.propose()
    plan.owner.tick(plan.task("Note"))
    plan.owner.tick(plan.task("Note"), "not_started")
    assert plan.accept(which).status_code == 200


def test_a_tick_of_what_the_proposal_leaves_alone_is_no_conflict(plan: Living) -> None:
    watch, read = kept(plan.task("Watch")), kept(plan.task("Read"))
    which = plan.propose(to_be(plan.module(1), read, watch))
    plan.owner.tick(plan.task("Watch"))
    plan.owner.tick(plan.task("Ship"))
    assert plan.accept(which).status_code == 200
    assert plan.outline() == {1: ["Read", "Watch"], 2: ["List", "Form"], 3: ["Ship"]}


def test_a_finished_task_is_never_touched_whatever_is_proposed(plan: Living) -> None:
    read = plan.task("Read")
    week = plan.module(1), kept(plan.task("Watch"))
    for spoiled in (
        to_be(*week),
        to_be(*week, kept(read, title="Read on")),
        to_be(*week, kept(read, order=9)),
        to_be(*week, kept(read, resources=[resource("https://x.example/")])),
        to_be(plan.module(2), kept(read, order=9)),
    ):
        which = plan.propose(spoiled)
        refused_alike(plan, which, TAKEN)


# In this very moment


@pytest.mark.parametrize("begun", [False, True], ids=["first tick", "later tick"])
@pytest.mark.parametrize("act", ["accept", "undo"])
def test_a_tick_in_this_very_moment_is_a_conflict_at_once(
    world: World, plan: Living, act: str, begun: bool
) -> None:
    if begun:
        plan.owner.tick(plan.task("Form"), "not_started")
    which = plan.propose()
    if act == "undo":
        plan.accept(which)
    before = plan.rows()
    decide = plan.accept if act == "accept" else plan.undo
    with underway(world, plan.owner, TICK, plan.task("Form")["id"]) as tick:
        # The tick does not end before this is answered.
        assert refusal(decide(which)) == CHANGING
        assert plan.rows() == before
        tick.rollback()
    assert decide(which).status_code == 200


def test_an_edit_in_this_very_moment_is_a_conflict(world: World, plan: Living) -> None:
    which = plan.propose()
    edit = "update public.tasks set title = 'Mine' where id = %s"
    with (
        underway(world, plan.owner, edit, plan.task("Form")["id"]) as editing,
        ThreadPoolExecutor() as pool,
    ):
        accepting = pool.submit(plan.accept, which)
        somebody_waits(world, "accept_proposal")
        editing.commit()
        assert refusal(accepting.result()) == MOVED_ON
    assert plan.outline()[2] == ["List", "Mine"]


@pytest.mark.parametrize("table", ["task_links", "task_resources"])
def test_an_edit_of_a_link_in_this_very_moment_is_a_conflict_at_once(
    world: World, plan: Living, table: str
) -> None:
    form = plan.task("Form")
    if table == "task_links":
        one(plan.owner.insert(table, {"task_id": form["id"], "order": 9, **OWN_LINK}))
        world.sql("update public.tasks set edited_at = null where id = %s", form["id"])
    which = plan.propose(
        to_be(plan.module(2), kept(plan.task("List")), kept(form, title="New", resources=[]))
    )
    # Somebody else's statement that has the link and not yet its task: as if it had just begun.
    with underway(world, plan.owner, "reset role") as holding:
        held = holding.execute(
            f"select from public.{table} where task_id = %s for update",
            (form["id"],),
        )
        assert held.rowcount > 0
        assert refusal(plan.accept(which)) == CHANGING
        holding.rollback()
    assert plan.accept(which).status_code == 200


def test_an_accept_that_meets_somebody_at_its_pages_of_the_catalogue_is_a_conflict_at_most(
    world: World, plan: Living
) -> None:
    tag = uuid.uuid4().hex
    first, second = (f"https://{place}{tag}.example.com/" for place in "ab")
    for url in (first, second):
        world.sql("insert into public.resources (type, title, url) values ('doc', 'P', %s)", url)
    pages = [resource(url, **SEEN) for url in (first, second)]
    watch = kept(plan.task("Watch"), title="W", resources=pages)
    which = plan.propose(to_be(plan.module(1), kept(plan.task("Read")), watch))
    touch = "update public.resources set tried_at = now() where url = %s"
    with (
        underway(world, plan.owner, "reset role") as looking,
        ThreadPoolExecutor() as pool,
    ):
        looking.execute(touch, (second,))
        accepting = pool.submit(plan.accept, which)
        somebody_waits(world, "accept_proposal")
        with contextlib.suppress(psycopg.errors.DeadlockDetected):
            looking.execute(touch, (first,))
        looking.rollback()
        answer = accepting.result()
    assert answer.status_code == 200 or refusal(answer) == CHANGING
    if answer.status_code != 200:
        assert plan.accept(which).status_code == 200


def test_a_tick_waits_for_the_accept_and_lands_on_what_lives_on(world: World, plan: Living) -> None:
    which = plan.propose()
    form = plan.task("Form")
    with (
        underway(world, plan.owner, "select public.accept_proposal(%s)", which) as accepting,
        ThreadPoolExecutor() as pool,
    ):
        ticking = pool.submit(plan.owner.tick, form)
        somebody_waits(world, "task_progress")
        accepting.commit()
        assert ticking.result().status_code == 201
    assert plan.outline()[3] == ["Form"]
    assert plan.task("Form")["id"] == form["id"]
    [tick] = plan.owner.rows("task_progress", task_id=f"eq.{form['id']}")
    assert tick["status"] == "completed"


def test_a_tick_waits_for_the_accept_and_finds_its_task_gone(world: World, plan: Living) -> None:
    which = plan.propose()
    note = plan.task("Note")
    with (
        underway(world, plan.owner, "select public.accept_proposal(%s)", which) as accepting,
        ThreadPoolExecutor() as pool,
    ):
        ticking = pool.submit(plan.owner.tick, note)
        somebody_waits(world, "task_progress")
        accepting.commit()
        assert refusal(ticking.result()) == (409, "23503", 'Key is not present in table "tasks".')
    assert world.count("public.task_progress", task_id=note["id"]) == 0


def test_a_week_that_is_being_filled_is_a_conflict_at_once(world: World, plan: Living) -> None:
    # Somebody else's statement that has its row and not yet the plan: as if it had just begun.
    which = plan.propose()
    add = "select from public.modules where id = %s for key share"
    with underway(world, plan.owner, "reset role") as holding:
        holding.execute(add, (plan.module(2)["id"],))
        assert refusal(plan.accept(which)) == CHANGING
        holding.rollback()
    assert plan.accept(which).status_code == 200


def test_whoever_works_while_a_proposal_is_accepted_meets_no_deadlock(plan: Living) -> None:
    both = [plan.task(title)["id"] for title in ("List", "Form")]
    second, note = plan.module(2)["id"], plan.task("Note")["id"]
    accepted = False
    for _ in range(6):
        which = plan.propose(
            to_be(plan.module(1), kept(plan.task("Read")), kept(plan.task("Watch"), day=7)),
            to_be(plan.module(2), *[kept(task) for task in tasks_of(plan, second)]),
        )
        accept, *others = at_once(
            lambda: plan.accept(which),  # noqa: B023 - all of them end before the next round
            lambda: plan.owner.rpc("reorder_tasks", module_id=second, task_ids=both),
            lambda: plan.owner.rpc("reorder_tasks", module_id=second, task_ids=both[::-1]),
            lambda: plan.owner.tick(plan.task("Ship")),
            lambda: plan.owner.update("tasks", {"day": 2}, id=f"eq.{note}"),
        )
        assert {answer.status_code for answer in others} <= {200, 201, 204}, others
        accepted = accept.status_code == 200
        assert accepted or refusal(accept) in (MOVED_ON, CHANGING)
        first, week_2, _ = plan.outline().values()
        assert first == (["Read", "Watch"] if accepted else ["Read", "Watch", "Note"])
        assert sorted(week_2) == ["Form", "List"]
        if accepted:
            break
    assert accepted or plan.accept(plan.propose()).status_code == 200


def test_two_proposals_cannot_be_open_and_two_answers_cannot_both_win(plan: Living) -> None:
    which = plan.propose()
    yes, no = at_once(lambda: plan.accept(which), lambda: plan.reject(which))
    assert sorted([yes.status_code, no.status_code]) == [200, 409]
    loser = yes if no.status_code == 200 else no
    assert refusal(loser) == (409, "proposal_decided", "proposal_id")
    assert plan.status(which) == ("accepted" if yes.status_code == 200 else "rejected")


def test_a_plan_deleted_in_this_very_moment_is_gone(world: World, plan: Living) -> None:
    which = plan.propose()
    delete = "delete from public.learning_plans where id = %s"
    with (
        underway(world, plan.owner, delete, plan.id) as deleting,
        ThreadPoolExecutor() as pool,
    ):
        accepting = pool.submit(plan.accept, which)
        somebody_waits(world, "accept_proposal")
        deleting.commit()
        assert refusal(accepting.result()) == (404, "proposal_not_found", "proposal_id")


def test_a_second_proposal_waits_for_the_first_to_be_accepted(world: World, plan: Living) -> None:
    which = plan.propose()
    job = plan.regenerate(scope="whole")
    result = proposal(job["loaded"]["revision"], to_be(plan.module(3)))
    with (
        underway(world, plan.owner, "select public.accept_proposal(%s)", which) as accepting,
        ThreadPoolExecutor() as pool,
    ):
        completing = pool.submit(plan.deliveries.standing, job, result)
        somebody_waits(world, "complete_generate_plan")
        accepting.commit()
        assert completing.result() == "rejected"
    assert plan.status(which) == "accepted"
