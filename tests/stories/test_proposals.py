"""Proposals: a difference that the plan's owner accepts, refuses, or takes back."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from tests.stories.deliveries import Deliveries, resource, sitting, token, week
from tests.stories.proposals import MANUAL, SEEN, TALK, Living, kept, proposal, tasks_of, to_be
from tests.world import HIDDEN, NOT_SIGNED_IN, Refusal, at_once, one, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.world import Row, World

NOT_FOUND = Refusal(404, "proposal_not_found", "proposal_id")
DECIDED = Refusal(409, "proposal_decided", "proposal_id")
MOVED_ON = Refusal(409, "plan_moved_on", "proposal_id")
TAKEN = Refusal(409, "task_is_taken", "proposal_id")


@pytest.fixture
def plan(world: World, deliveries: Deliveries) -> Living:
    return Living.of(world.person(), deliveries)


def by_id(rows: list[Row]) -> dict[str, Row]:
    return {row["id"]: row for row in rows}


def but_for(rows: dict[str, list[Row]], *columns: str) -> dict[str, list[Row]]:
    return {
        table: [{k: v for k, v in row.items() if k not in columns} for row in found]
        for table, found in rows.items()
    }


# Proposing


def test_a_proposal_changes_nothing_and_is_there_to_read(plan: Living) -> None:
    before = plan.rows()
    which = plan.propose()
    assert plan.rows() == before
    [row] = plan.owner.rows("plan_proposals", plan_id=f"eq.{plan.id}")
    assert (row["id"], row["status"], row["base_revision"]) == (which, "open", plan.revision)
    assert (row["changes"][0]["title"], row["summary"]) == ("Test", {"added": 1})
    assert row["target"]["modules"][0]["tasks"][0]["title"] == "Read"
    assert (row["decided_at"], row["accepted_revision"]) == (None, None)
    [generation] = plan.owner.rows("plan_generations", id=f"eq.{row['generation_id']}")
    assert (generation["status"], generation["output_summary"]) == ("succeeded", {"added": 1})
    assert (generation["model"], generation["draft"]) == ("gpt-5", None)


def test_a_second_proposal_takes_the_place_of_the_first(plan: Living) -> None:
    first = plan.propose()
    second = plan.propose()
    assert (plan.status(first), plan.status(second)) == ("superseded", "open")
    assert refusal(plan.accept(first)) == DECIDED
    assert plan.reject(first).status_code == 200
    assert plan.status(first) == "superseded"
    assert plan.accept(second).status_code == 200


def test_what_is_not_of_the_plan_is_no_proposal_for_it(
    world: World, deliveries: Deliveries
) -> None:
    ben = Living.of(world.person("Ben"), deliveries)
    ada = Living.of(world.person("Ada"), deliveries)
    before = ben.rows(), ada.rows()
    job = ada.regenerate(scope="whole")
    foreign = [
        to_be(ben.module(1), kept(ada.task("Watch"))),
        to_be(ada.module(1), kept(ben.task("Watch"))),
        {**to_be(ada.module(1)), "module_id": str(uuid.uuid4())},
    ]
    for module in foreign:
        result = proposal(job["loaded"]["revision"], module)
        assert deliveries.standing(job, result) == "rejected"
    assert (ben.rows(), ada.rows()) == before
    assert world.count("public.plan_proposals", plan_id=ada.id) == 0


@pytest.mark.parametrize(
    "spoiled",
    [{"proposal": {}}, {"proposal": None}, {"proposal": {"target": {"modules": []}}}],
    ids=["empty", "none", "no changes"],
)
def test_a_spoiled_proposal_is_rejected_and_leaves_nothing(plan: Living, spoiled: Row) -> None:
    job = plan.regenerate(scope="whole")
    result = proposal(job["loaded"]["revision"], *plan.new_weeks()) | spoiled
    assert plan.deliveries.standing(job, result) == "rejected"
    assert plan.owner.rows("plan_proposals") == []
    [generation] = plan.owner.rows("plan_generations", id=f"eq.{job['generation_id']}")
    assert generation["status"] == "running"


def test_a_plan_that_moved_on_is_proposed_for_anew(plan: Living) -> None:
    job = plan.regenerate(scope="whole")
    one(plan.owner.update("tasks", {"title": "Listen"}, id=f"eq.{plan.task('Note')['id']}"))
    late = proposal(job["loaded"]["revision"], *plan.new_weeks())
    [answered] = plan.deliveries.complete({**token(job), "result": late})
    assert (answered["standing"], answered["problem"]["code"]) == ("rejected", "LB001")
    assert plan.owner.rows("plan_proposals") == []
    assert plan.deliveries.fail(job) == "retrying"
    again = plan.deliveries.again()
    loaded = plan.deliveries.load(again)
    assert loaded["revision"] == plan.revision
    [listen] = [t for t in loaded["request"]["living"]["weeks"][0]["tasks"] if t["order"] == 3]
    assert (listen["title"], listen["fixed"], listen["done"]) == ("Listen", True, False)
    module = to_be(plan.module(1), *[kept(plan.task(t)) for t in ("Read", "Watch", "Listen")])
    assert plan.deliveries.standing(again, proposal(loaded["revision"], module)) == "done"


def test_nobody_writes_a_proposal_or_reads_what_was_kept(world: World, plan: Living) -> None:
    which = plan.propose()
    [row] = plan.owner.rows("plan_proposals")
    made = {k: row[k] for k in ("plan_id", "generation_id", "changes", "summary", "target")}
    assert refusal(plan.owner.insert("plan_proposals", made)) == HIDDEN
    assert refusal(plan.owner.update("plan_proposals", {"target": {}}, id=f"eq.{which}")) == HIDDEN
    assert refusal(plan.owner.delete("plan_proposals", id=f"eq.{which}")) == HIDDEN
    assert plan.owner.get("proposal_snapshots").status_code == 404
    plan.owner.update("learning_plans", {"visibility": "public"}, id=f"eq.{plan.id}")
    ben = world.person("Ben")
    ben.follow({"id": plan.id})
    assert ben.rows("plan_proposals") == []
    assert refusal(world.nobody.get("plan_proposals")) == NOT_SIGNED_IN


# Accepting


def test_accepting_makes_the_plan_as_proposed_and_keeps_what_was_done(
    world: World, plan: Living
) -> None:
    before = plan.rows()
    old = {row["title"]: row for row in before["tasks"]}
    which = plan.propose()
    receipt = plan.accept(which).json()
    after = plan.rows()
    assert receipt == {
        "proposal_id": which,
        "plan_id": plan.id,
        "status": "accepted",
        "revision": plan.revision,
    }
    assert plan.outline() == {1: ["Read", "Watch twice"], 2: ["Test", "List", "Ship"], 3: ["Form"]}
    tasks = by_id(after["tasks"])
    assert tasks[old["Read"]["id"]] == old["Read"]  # the whole row, updated_at as well
    assert after["task_progress"] == before["task_progress"]
    watch = tasks[old["Watch"]["id"]]
    assert (watch["title"], watch["estimated_minutes"]) == ("Watch twice", 90)
    assert watch["created_at"] == old["Watch"]["created_at"]
    assert old["Note"]["id"] not in tasks
    assert {row["edited_at"] for row in after["tasks"]} == {None}
    for title in ("List", "Form", "Ship"):
        assert tasks[old[title]["id"]]["title"] == title
    was = before["task_resources"]
    assert len(was) == 6
    assert [row for row in after["task_resources"] if row in was] == [
        row for row in was if row["task_id"] in {old[t]["id"] for t in ("Read", "Form", "Ship")}
    ]
    [checked] = [row for row in after["task_resources"] if row not in was]
    manual = world.value("select id::text from public.resources where url = %s", MANUAL)
    assert (checked["task_id"], checked["resource_id"]) == (watch["id"], manual)
    assert {(row["task_id"], row["url"], row["checked_at"]) for row in after["task_links"]} == {
        (watch["id"], f"{TALK}/2", None),
        (plan.task("Test")["id"], f"{TALK}/3", None),
    }
    weeks = {row["order"]: row for row in after["modules"]}
    assert (weeks[1]["id"], weeks[1]["estimated_minutes"]) == (before_week(before, 1)["id"], 150)
    assert weeks[2] == before_week(before, 2)
    assert weeks[3]["id"] != before_week(before, 3)["id"]
    assert (before["plan"][0]["origin"], after["plan"][0]["origin"]) == ("template", "ai")
    [row] = plan.owner.rows("plan_proposals", id=f"eq.{which}")
    assert (row["status"], row["accepted_revision"]) == ("accepted", plan.revision)
    assert row["decided_at"] is not None


def before_week(rows: dict[str, list[Row]], order: int) -> Row:
    [row] = [row for row in rows["modules"] if row["order"] == order]
    return row


def test_weeks_that_change_places_do_not_collide(plan: Living) -> None:
    first, second = plan.module(1), plan.module(2)
    which = plan.propose(
        to_be(second, *map(kept, tasks_of(plan, second["id"])), order=1),
        to_be(first, *map(kept, tasks_of(plan, first["id"])), order=2),
    )
    assert plan.accept(which).status_code == 200
    assert plan.outline() == {1: ["List", "Form"], 2: ["Read", "Watch", "Note"], 3: ["Ship"]}


def test_tasks_that_change_places_do_not_collide(plan: Living) -> None:
    note, watch = plan.task("Note"), plan.task("Watch")
    which = plan.propose(
        to_be(
            plan.module(1),
            kept(plan.task("Read")),
            kept(note, order=2),
            kept(watch, order=3),
        )
    )
    assert plan.accept(which).status_code == 200
    assert plan.outline()[1] == ["Read", "Note", "Watch"]


def test_what_the_built_in_planner_proposed_makes_a_template(plan: Living) -> None:
    which = plan.propose(model="built-in")
    assert plan.accept(which).status_code == 200
    assert plan.rows()["plan"][0]["origin"] == "template"


def test_a_proposal_that_cannot_be_is_refused_whole(plan: Living) -> None:
    before = plan.rows()
    ones = [sitting(1, title="One"), sitting(1, title="Also one")]
    which = plan.propose(to_be(plan.module(3), *ones))
    assert plan.accept(which).status_code >= 400
    assert (plan.rows(), plan.status(which)) == (before, "open")


def test_accepting_twice_changes_the_plan_once(plan: Living) -> None:
    which = plan.propose()
    first = plan.accept(which).json()
    after = plan.rows()
    assert plan.accept(which).json() == first
    assert plan.rows() == after


def test_accepting_many_times_at_once_changes_the_plan_once(plan: Living) -> None:
    which = plan.propose()
    answers = at_once(*[lambda: plan.accept(which)] * 6)
    assert [answer.status_code for answer in answers] == [200] * 6
    assert len({answer.json()["revision"] for answer in answers}) == 1
    assert sum(map(len, plan.outline().values())) == 6


def test_a_dead_address_is_not_given_to_the_plan(world: World, plan: Living) -> None:
    dead, alive = f"{MANUAL}/{uuid.uuid4()}", f"{MANUAL}/{uuid.uuid4()}"
    world.sql(
        "insert into public.resources (type, title, url, dead_at, checked_at)"
        " values ('doc', 'Gone', %s, '2026-10-01', '2026-09-01'),"
        " ('doc', 'Back', %s, '2026-10-01', '2026-09-01')",
        dead,
        alive,
    )
    before_it_died = SEEN | {"checked_at": "2026-09-20T00:00:00+00:00"}
    new = sitting(1, resource(dead, **before_it_died), resource(alive, **SEEN), title="Test")
    which = plan.propose(to_be(plan.module(3), new))
    assert plan.accept(which).status_code == 200
    task = plan.task("Test")["id"]
    [link] = world.sql(
        "select r.url, r.dead_at from public.task_resources tr"
        " join public.resources r on r.id = tr.resource_id where tr.task_id = %s",
        task,
    )
    assert (link["url"], link["dead_at"]) == (alive, None)
    assert world.count("public.task_links", task_id=task) == 0


# Refusing


def test_a_refused_proposal_leaves_the_plan_alone(plan: Living) -> None:
    before = plan.rows()
    which = plan.propose()
    for _ in range(2):
        receipt = plan.reject(which).json()
        assert (receipt["status"], receipt["revision"]) == ("rejected", plan.revision)
    assert refusal(plan.accept(which)) == DECIDED
    assert refusal(plan.undo(which)) == (409, "proposal_not_accepted", "proposal_id")
    assert (plan.rows(), plan.status(which)) == (before, "rejected")


def test_an_accepted_proposal_is_undone_and_not_refused(plan: Living) -> None:
    which = plan.propose()
    assert refusal(plan.undo(which)) == (409, "proposal_not_accepted", "proposal_id")
    plan.accept(which)
    assert refusal(plan.reject(which)) == DECIDED
    assert plan.status(which) == "accepted"


# Taking back


def test_undoing_brings_everything_back(plan: Living) -> None:
    # Opened and closed again by its owner: nothing done, and yet a row of theirs.
    plan.owner.tick(plan.task("Note"), "not_started")
    plan.owner.tick(plan.task("Watch"), "not_started")
    before = plan.rows()
    which = plan.propose()
    plan.accept(which)
    receipt = plan.undo(which).json()
    assert (receipt["status"], receipt["revision"]) == ("undone", plan.revision)
    after = plan.rows()
    assert but_for(after, "updated_at", "revision") == but_for(before, "updated_at", "revision")
    assert (
        by_id(after["tasks"])[plan.task("Read")["id"]]
        == by_id(before["tasks"])[plan.task("Read")["id"]]
    )
    assert plan.undo(which).json() == receipt
    assert plan.rows() == after
    assert refusal(plan.accept(which)) == DECIDED


def test_a_plan_may_be_changed_and_changed_back_and_changed_again(plan: Living) -> None:
    before = plan.outline()
    for _ in range(2):
        which = plan.propose()
        assert plan.accept(which).status_code == 200
        assert plan.undo(which).status_code == 200
    assert plan.outline() == before


def test_only_the_last_of_two_accepted_proposals_is_undone(plan: Living) -> None:
    first = plan.propose()
    plan.accept(first)
    second = plan.propose(to_be(plan.module(3)))
    plan.accept(second)
    assert refusal(plan.undo(first)) == MOVED_ON
    assert plan.undo(second).status_code == 200
    # Its revision is another now, though nothing in it is: undoing goes back one step.
    assert refusal(plan.undo(first)) == MOVED_ON


def test_after_an_edit_there_is_no_way_back(plan: Living) -> None:
    which = plan.propose()
    plan.accept(which)
    one(plan.owner.update("modules", {"title": "Mine"}, id=f"eq.{plan.module(1)['id']}"))
    after = plan.rows()
    assert refusal(plan.undo(which)) == MOVED_ON
    assert (plan.rows(), plan.status(which)) == (after, "accepted")


@pytest.mark.parametrize("title", ["Test", "Watch twice", "List", "Form"])
@pytest.mark.parametrize("status", ["in_progress", "completed"])
def test_after_a_tick_of_what_it_changed_there_is_no_way_back(
    plan: Living, title: str, status: str
) -> None:
    which = plan.propose()
    plan.accept(which)
    assert plan.owner.tick(plan.task(title), status).status_code == 201
    after = plan.rows()
    assert refusal(plan.undo(which)) == TAKEN
    assert (plan.rows(), plan.status(which)) == (after, "accepted")


def test_a_tick_of_what_it_left_alone_is_no_obstacle(plan: Living) -> None:
    note = plan.task("Note")
    which = plan.propose(to_be(plan.module(1), kept(plan.task("Read")), kept(plan.task("Watch"))))
    plan.accept(which)
    assert plan.owner.tick(plan.task("Watch")).status_code == 201
    assert plan.owner.tick(plan.task("Ship")).status_code == 201
    assert plan.undo(which).status_code == 200
    assert {k: v for k, v in plan.task("Note").items() if k != "updated_at"} == {
        k: v for k, v in note.items() if k != "updated_at"
    }
    assert len(plan.rows()["task_progress"]) == 3


def test_a_catalogue_entry_that_was_deleted_is_not_brought_back(world: World, plan: Living) -> None:
    which = plan.propose()
    plan.accept(which)
    world.sql("delete from public.resources where url = %s", MANUAL)
    answer = plan.undo(which)
    # Taking an entry off its tasks is a change of each of these plans.
    assert refusal(answer) == MOVED_ON


# Who may decide


@pytest.mark.parametrize("act", ["accept", "reject", "undo"])
def test_only_the_owner_decides_and_others_learn_nothing(
    world: World, plan: Living, act: str
) -> None:
    which = plan.propose()
    if act == "undo":
        plan.accept(which)
    plan.owner.update("learning_plans", {"visibility": "public"}, id=f"eq.{plan.id}")
    before = plan.rows(), plan.status(which)
    follower, stranger = world.person("Ben"), world.person("Cleo")
    follower.follow({"id": plan.id})
    decide: Callable[..., object] = getattr(plan, act)
    random_id = str(uuid.uuid4())
    answers = [
        decide(which, follower),
        decide(which, stranger),
        decide(random_id, stranger),
        decide(random_id),
    ]
    for answer in answers:
        assert refusal(answer) == NOT_FOUND  # type: ignore[arg-type]
    assert len({answer.text for answer in answers}) == 1  # type: ignore[attr-defined]
    nobody = world.nobody.rpc(f"{act}_proposal", proposal_id=which)
    assert refusal(nobody) == NOT_SIGNED_IN
    assert (plan.rows(), plan.status(which)) == before


@pytest.mark.parametrize("table", ["learning_plans", "plan_generations"])
def test_a_proposal_goes_with_its_plan_and_its_generation(
    world: World, plan: Living, table: str
) -> None:
    which = plan.propose()
    [row] = plan.owner.rows("plan_proposals")
    key = {"learning_plans": "plan_id", "plan_generations": "generation_id"}[table]
    one(plan.owner.delete(table, id=f"eq.{row[key]}"))
    for answer in (plan.accept(which), plan.reject(which), plan.undo(which)):
        assert refusal(answer) == NOT_FOUND
    assert world.count("public.plan_proposals", plan_id=plan.id) == 0


def test_a_proposal_may_fill_a_plan_that_lost_its_weeks(plan: Living) -> None:
    for order in (1, 2, 3):
        one(plan.owner.delete("modules", id=f"eq.{plan.module(order)['id']}"))
    assert plan.outline() == {}
    receipt = plan.owner.call("regenerate_plan", plan_id=plan.id)
    [generation] = plan.owner.rows("plan_generations", id=f"eq.{receipt['generation_id']}")
    assert generation["kind"] == "create"
    [job] = plan.deliveries.read()
    assert plan.deliveries.standing(job, {"model": "gpt-5", "roadmap": {"modules": [week(1)]}}) == (
        "done"
    )
    assert plan.outline() == {1: ["Task 1", "Task 2"]}
    assert plan.owner.rows("plan_proposals") == []
