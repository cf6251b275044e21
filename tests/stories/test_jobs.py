"""Deliveries: how a job is taken, held, reported on, and finished once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.stories.deliveries import QUEUE, roadmap, token
from tests.world import at_once, refusal

if TYPE_CHECKING:
    from tests.stories.deliveries import Deliveries
    from tests.world import Row, World


def generation(world: World, job: Row) -> Row:
    which = job["message"]["generation_id"]
    [row] = world.sql("select * from public.plan_generations where id = %s", which)
    return row


# Reading


def test_a_job_comes_with_its_fencing_token_and_ids_only(
    world: World, deliveries: Deliveries
) -> None:
    ada = world.person()
    asked = ada.ask().json()
    [job] = deliveries.read()
    assert (job["read_ct"], job["failures"], job["alone"]) == (1, 0, False)
    assert job["message"] == {"v": 1, "generation_id": asked["generation_id"]}


def test_what_one_worker_holds_no_other_gets(world: World, deliveries: Deliveries) -> None:
    people = [world.person() for _ in range(4)]
    for person in people:
        person.ask()
    reads = at_once(
        *[
            lambda: world.service.rpc("read_jobs", "worker", queue=QUEUE, quantity=2)
            for _ in range(4)
        ]
    )
    taken = [job["msg_id"] for answer in reads for job in answer.json()]
    assert len(taken) == len(set(taken))
    taken += [job["msg_id"] for job in deliveries.read()]
    assert len(set(taken)) == 4
    assert deliveries.read() == []


def test_a_worker_gets_no_more_than_it_has_room_for(world: World, deliveries: Deliveries) -> None:
    for _ in range(3):
        world.person().ask()
    assert len(deliveries.read(2)) == 2
    assert len(deliveries.read(2)) == 1


@pytest.mark.parametrize("quantity", [0, -1, 1001, None])
def test_a_quantity_is_one_to_a_thousand(world: World, quantity: int | None) -> None:
    answer = world.service.rpc("read_jobs", "worker", queue=QUEUE, quantity=quantity)
    assert refusal(answer) == (422, "invalid_quantity", "quantity")


@pytest.mark.parametrize("name", ["", "made_up", "generate_plan; drop", "GENERATE_PLAN"])
def test_an_unknown_queue_is_told(world: World, name: str) -> None:
    calls: list[tuple[str, dict[str, Any]]] = [
        ("read_jobs", {"quantity": 1}),
        ("heartbeat", {"msg_id": 1, "read_ct": 1}),
        ("fail_job", {"msg_id": 1, "read_ct": 1, "error": {}}),
        ("hand_back_jobs", {"deliveries": []}),
    ]
    for function, arguments in calls:
        answer = world.service.rpc(function, "worker", queue=name, **arguments)
        assert refusal(answer) == (404, "unknown_queue", "queue"), function


# Beginning


def test_loading_begins_the_work_and_says_what_is_wanted(
    world: World, deliveries: Deliveries
) -> None:
    job = deliveries.take(world.person(), topic="Rust", notes="Evenings")
    loaded = deliveries.load(job)
    assert (loaded["standing"], loaded["kind"]) == ("held", "create")
    assert (loaded["plan_id"], loaded["generation_id"]) == (job["plan_id"], job["generation_id"])
    assert (loaded["request"]["topic"], loaded["request"]["notes"]) == ("Rust", "Evenings")
    row = generation(world, job)
    assert row["status"] == "running"
    assert row["started_at"] is not None


def test_a_late_worker_loads_nothing(world: World, deliveries: Deliveries) -> None:
    old = deliveries.take(world.person())
    new = deliveries.again()
    assert deliveries.load(old) == {"standing": "stale"}
    assert deliveries.load(new)["standing"] == "held"


@pytest.mark.parametrize("status", ["cancelled", "succeeded", "failed"])
def test_what_nobody_waits_for_is_obsolete(
    world: World, deliveries: Deliveries, status: str
) -> None:
    job = deliveries.take(world.person())
    world.sql(
        "update public.plan_generations set status = %s where id = %s",
        status,
        job["generation_id"],
    )
    assert deliveries.load(job) == {"standing": "obsolete"}
    assert generation(world, job)["status"] == status


# The heartbeat


def test_a_heartbeat_keeps_the_job_and_shows_progress(world: World, deliveries: Deliveries) -> None:
    ada = world.person()
    job = deliveries.take(ada)
    deliveries.load(job)
    deliveries.lease_runs_out()
    report = {"progress": 40, "draft": {"modules": ["Week 1"]}, "model_called": True}
    assert deliveries.heartbeat(job, lease_seconds=600, report=report) == "held"
    assert deliveries.read() == []
    [row] = ada.rows("plan_generations")
    assert (row["progress"], row["draft"]) == (40, {"modules": ["Week 1"]})
    assert row["model_called_at"] is not None


def test_progress_never_goes_back_nor_to_the_end(world: World, deliveries: Deliveries) -> None:
    job = deliveries.take(world.person())
    deliveries.load(job)
    seen = []
    for progress in (30, 10, 1000, None):
        deliveries.heartbeat(job, report={"progress": progress})
        seen.append(generation(world, job)["progress"])
    assert seen == [30, 30, 99, 99]


def test_a_heartbeat_tells_that_the_job_was_cancelled(world: World, deliveries: Deliveries) -> None:
    ada = world.person()
    job = deliveries.take(ada)
    deliveries.load(job)
    ada.call("cancel_generation", generation_id=job["generation_id"])
    assert deliveries.heartbeat(job) == "cancelled"
    assert deliveries.heartbeat(job, report={"progress": 50}) == "cancelled"
    assert generation(world, job)["progress"] == 0


def test_a_late_heartbeat_is_stale_and_reports_nothing(
    world: World, deliveries: Deliveries
) -> None:
    old = deliveries.take(world.person())
    deliveries.load(old)
    deliveries.again()
    assert deliveries.heartbeat(old, report={"progress": 50}) == "stale"
    assert generation(world, old)["progress"] == 0


# Finishing


def test_an_outcome_is_done_once(world: World, deliveries: Deliveries) -> None:
    job = deliveries.take(world.person())
    deliveries.load(job)
    assert deliveries.standing(job, roadmap()) == "done"
    assert deliveries.standing(job, roadmap()) == "already_done"
    assert (deliveries.waiting(), deliveries.archived()) == (0, 1)
    assert world.count("public.modules", plan_id=job["plan_id"]) == 2


def test_the_same_outcome_sent_many_times_at_once_is_done_once(
    world: World, deliveries: Deliveries
) -> None:
    job = deliveries.take(world.person())
    outcome = {**token(job), "result": roadmap()}
    answers = at_once(
        *[lambda: world.service.rpc("complete_generate_plan", "worker", outcomes=[outcome])] * 4
    )
    standings = sorted(answer.json()[0]["standing"] for answer in answers)
    assert standings == ["already_done"] * 3 + ["done"]
    assert world.count("public.modules", plan_id=job["plan_id"]) == 2


def test_a_late_outcome_is_stale_and_changes_nothing(world: World, deliveries: Deliveries) -> None:
    old = deliveries.take(world.person())
    new = deliveries.again()
    assert deliveries.standing(old, roadmap()) == "stale"
    assert world.count("public.modules", plan_id=old["plan_id"]) == 0
    assert deliveries.standing(new, roadmap()) == "done"
    assert deliveries.standing(old, roadmap()) == "stale"
    assert world.count("public.modules", plan_id=old["plan_id"]) == 2


def test_a_message_that_never_was_is_stale(deliveries: Deliveries) -> None:
    assert deliveries.standing({"msg_id": 10**12, "read_ct": 1}, roadmap()) == "stale"


def test_one_poisoned_outcome_takes_no_neighbour_along(
    world: World, deliveries: Deliveries
) -> None:
    people = [world.person() for _ in range(4)]
    for person in people:
        person.ask()
    good, bad, gone, late = deliveries.read()
    bad_roadmap = roadmap()
    bad_roadmap["roadmap"]["modules"][1]["title"] = "two\nlines"
    deliveries.standing(gone)
    outcomes = [
        {**token(late), "read_ct": 7, "result": roadmap()},
        {**token(good), "result": roadmap()},
        {**token(bad), "result": bad_roadmap},
        {**token(gone), "result": None},
        {"msg_id": "garbage", "read_ct": 1, "result": roadmap()},
        {"result": roadmap()},
    ]
    answered = deliveries.complete(*outcomes)
    standings = {row["msg_id"]: row["standing"] for row in answered}
    assert standings == {
        good["msg_id"]: "done",
        bad["msg_id"]: "rejected",
        gone["msg_id"]: "already_done",
        late["msg_id"]: "stale",
        None: "rejected",
    }
    [problem] = [row["problem"] for row in answered if row["msg_id"] == bad["msg_id"]]
    assert problem["code"] == "23514"
    assert "modules_title_is_a_line" in problem["message"]
    assert generation(world, good)["status"] == "succeeded"
    assert generation(world, bad)["status"] == "queued"
    assert deliveries.waiting() == 2


def test_a_null_result_ends_a_job_that_had_nothing_to_do(
    world: World, deliveries: Deliveries
) -> None:
    job = deliveries.take(world.person())
    assert deliveries.standing(job, None) == "done"
    assert deliveries.waiting() == 0


@pytest.mark.parametrize("outcomes", [{}, "x", 7, None], ids=repr)
def test_outcomes_come_as_a_list(world: World, outcomes: Any) -> None:
    answer = world.service.rpc("complete_generate_plan", "worker", outcomes=outcomes)
    assert refusal(answer) == (422, "invalid_outcomes", "outcomes")


# Messages that make no sense


@pytest.mark.parametrize(
    "message",
    ['{"v": 1}', '{"v": 1, "generation_id": "not an id"}', '{"v": 99}', "{}", "[]", '"x"'],
)
def test_a_message_that_makes_no_sense_becomes_a_dead_letter(
    world: World, deliveries: Deliveries, message: str
) -> None:
    world.sql("select pgmq.send('generate_plan', %s::jsonb)", message)
    [job] = deliveries.read()
    loaded = world.service.rpc("load_generate_plan", "worker", **token(job))
    assert loaded.status_code in (200, 400)
    assert deliveries.fail(job) == "retrying"
    job = deliveries.again()
    assert deliveries.fail(job, retry_in=None, code="invalid_message") == "dead"
    [letter] = deliveries.dead_letters()
    answer = deliveries.requeue(letter["id"])
    assert refusal(answer) == (409, "no_longer_wanted", "dead_letter_id")


# Operators


def test_the_depths_of_the_queue_are_counted(world: World, deliveries: Deliveries) -> None:
    for _ in range(4):
        world.person().ask()
    first, second = deliveries.read(2)
    deliveries.fail(first, retry_in="1 hour")
    deliveries.fail(second, retry_in=None)
    [depth] = [row for row in world.service.call("queue_depths", "worker") if row["queue"] == QUEUE]
    counts = {key: depth[key] for key in ("waiting", "visible", "retrying", "dead")}
    assert counts == {"waiting": 3, "visible": 2, "retrying": 1, "dead": 1}
    assert depth["oldest_seconds"] >= 0


def test_a_worker_learns_the_version_of_the_contract(world: World) -> None:
    assert world.service.call("schema_version", "worker") == [
        {"schema_version": 1, "oldest_worker": 1}
    ]


def test_old_archives_are_pruned(world: World, deliveries: Deliveries) -> None:
    for _ in range(2):
        deliveries.standing(deliveries.take(world.person()))
    world.sql(
        "update pgmq.a_generate_plan set archived_at = now() - interval '15 days'"
        " where msg_id = (select min(msg_id) from pgmq.a_generate_plan)"
    )
    assert world.value("select private.prune_archives()") == 1
    assert deliveries.archived() == 1
