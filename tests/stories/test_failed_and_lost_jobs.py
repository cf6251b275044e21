"""Deliveries that end badly: failures that are told, jobs handed back, workers that fall silent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.stories.deliveries import roadmap

if TYPE_CHECKING:
    from tests.stories.deliveries import Deliveries
    from tests.world import Person, Row, World


def generation(world: World, job: Row) -> Row:
    which = job["message"]["generation_id"]
    [row] = world.sql("select * from public.plan_generations where id = %s", which)
    return row


def used(person: Person) -> int:
    return int(person.call("my_usage")["generations_this_month"])


# Failing


def test_a_failure_is_counted_told_and_tried_again(world: World, deliveries: Deliveries) -> None:
    ada = world.person()
    job = deliveries.take(ada)
    deliveries.load(job)
    assert deliveries.fail(job, retry_in="1 hour") == "retrying"
    assert deliveries.fail(job, retry_in="1 hour") == "already_done"
    assert deliveries.heartbeat(job) == "stale"
    assert deliveries.standing(job, roadmap()) == "already_done"
    assert deliveries.read() == []
    [row] = ada.rows("plan_generations")
    assert (row["status"], row["error"]["code"]) == ("queued", "model_busy")
    assert used(ada) == 1
    assert deliveries.again()["failures"] == 1


def test_after_so_many_failures_a_job_is_a_dead_letter(
    world: World, deliveries: Deliveries
) -> None:
    ada = world.person()
    job = deliveries.take(ada)
    standings = [deliveries.fail(job)]
    while standings[-1] == "retrying":
        job = deliveries.again()
        deliveries.load(job)
        standings.append(deliveries.fail(job, retry_in="0"))
    assert standings == ["retrying"] * 7 + ["dead"]
    [letter] = deliveries.dead_letters()
    assert (letter["failures"], letter["read_ct"]) == (8, 8)
    assert letter["error"]["code"] == "model_busy"
    assert letter["message"] == job["message"]
    assert (deliveries.waiting(), deliveries.archived()) == (0, 1)
    assert world.count("worker.job_attempts") == 0
    [row] = ada.rows("plan_generations")
    assert (row["status"], row["error"]["code"], row["draft"]) == ("failed", "model_busy", None)
    assert used(ada) == 0


def test_giving_up_needs_no_second_try_and_refunds_even_what_a_model_was_asked(
    world: World, deliveries: Deliveries
) -> None:
    ada = world.person()
    job = deliveries.take(ada)
    deliveries.load(job)
    deliveries.heartbeat(job, report={"model_called": True})
    assert deliveries.fail(job, retry_in=None, code="refused") == "dead"
    assert deliveries.fail(job, retry_in=None) == "already_done"
    assert len(deliveries.dead_letters()) == 1
    assert used(ada) == 0


def test_a_late_failure_is_stale_and_not_counted(world: World, deliveries: Deliveries) -> None:
    old = deliveries.take(world.person())
    new = deliveries.again()
    assert deliveries.fail(old) == "stale"
    assert deliveries.fail(new) == "retrying"
    assert deliveries.again()["failures"] == 1


def test_a_failure_of_what_was_cancelled_tells_nobody(world: World, deliveries: Deliveries) -> None:
    ada = world.person()
    job = deliveries.take(ada)
    deliveries.load(job)
    ada.call("cancel_generation", generation_id=job["generation_id"])
    assert deliveries.fail(job, retry_in=None) == "dead"
    row = generation(world, job)
    assert (row["status"], row["error"]) == ("cancelled", None)
    assert world.count("private.usage_ledger", generation_id=job["generation_id"]) == 2


# Handing back


def test_what_is_handed_back_is_taken_by_the_next_and_is_no_failure(
    world: World, deliveries: Deliveries
) -> None:
    for _ in range(2):
        world.person().ask()
    jobs = deliveries.read()
    assert deliveries.hand_back(jobs) == 2
    assert deliveries.hand_back(jobs) == 0
    again = deliveries.read()
    assert [job["msg_id"] for job in again] == [job["msg_id"] for job in jobs]
    assert {(job["read_ct"], job["failures"]) for job in again} == {(2, 0)}
    assert deliveries.hand_back(jobs) == 0
    assert deliveries.standing(jobs[0], roadmap()) == "already_done"
    assert world.count("public.modules", plan_id=generation(world, jobs[0])["plan_id"]) == 0


def test_what_is_handed_back_may_wait(world: World, deliveries: Deliveries) -> None:
    job = deliveries.take(world.person())
    assert deliveries.hand_back([job], retry_in="10 minutes") == 1
    assert deliveries.read() == []


def test_handing_back_is_never_taken_for_losing(world: World, deliveries: Deliveries) -> None:
    job = deliveries.take(world.person())
    for _ in range(14):
        deliveries.hand_back([job])
        [job] = deliveries.read()
    assert job["alone"] is False
    assert deliveries.dead_letters() == []


# Losing


def test_what_kills_its_workers_runs_alone_and_then_no_more(
    world: World, deliveries: Deliveries
) -> None:
    ada = world.person()
    job = deliveries.take(ada)
    alone = [job["alone"]]
    for _ in range(9):
        job = deliveries.again()
        alone.append(job["alone"])
    assert alone == [False] * 3 + [True] * 7
    deliveries.lease_runs_out()
    assert deliveries.read() == []
    [letter] = deliveries.dead_letters()
    assert (letter["error"]["code"], letter["failures"]) == ("worker_lost", 0)
    [row] = ada.rows("plan_generations")
    assert (row["status"], row["error"]["code"]) == ("failed", "worker_lost")
    assert used(ada) == 0
    assert deliveries.standing(job, roadmap()) == "stale"


def test_a_dying_job_takes_no_neighbour_along(world: World, deliveries: Deliveries) -> None:
    job = deliveries.take(world.person())
    world.sql("update pgmq.q_generate_plan set read_ct = 11 where msg_id = %s", job["msg_id"])
    deliveries.lease_runs_out()
    neighbour = world.person().ask().json()
    [read] = deliveries.read()
    assert read["message"]["generation_id"] == neighbour["generation_id"]
    assert len(deliveries.dead_letters()) == 1


def test_failures_that_were_told_are_not_losses(world: World, deliveries: Deliveries) -> None:
    job = deliveries.take(world.person())
    for _ in range(4):
        deliveries.fail(job)
        job = deliveries.again()
    assert (job["read_ct"], job["failures"], job["alone"]) == (5, 4, False)
