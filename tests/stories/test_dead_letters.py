"""Dead letters: kept with their reason, sent again when somebody still waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.stories.deliveries import roadmap
from tests.world import at_once, one, refusal

if TYPE_CHECKING:
    from tests.stories.deliveries import Deliveries
    from tests.world import Person, Row, World

NO_LONGER_WANTED = (409, "no_longer_wanted", "dead_letter_id")


def buried(deliveries: Deliveries, person: Person) -> tuple[Row, int]:
    """A job that was given up, and the id of its dead letter."""
    job = deliveries.take(person)
    deliveries.load(job)
    assert deliveries.fail(job, retry_in=None) == "dead"
    [letter] = deliveries.dead_letters()
    return job, letter["id"]


def test_a_dead_letter_is_sent_again_and_makes_its_plan(
    world: World, deliveries: Deliveries
) -> None:
    ada = world.person()
    job, letter = buried(deliveries, ada)
    sent = deliveries.requeue(letter).json()
    assert sent != job["msg_id"]
    [row] = ada.rows("plan_generations")
    assert (row["status"], row["error"], row["finished_at"]) == ("queued", None, None)
    [again] = deliveries.read()
    assert (again["msg_id"], again["read_ct"], again["failures"]) == (sent, 1, 0)
    assert again["message"] == job["message"]
    assert deliveries.standing(again, roadmap()) == "done"
    assert ada.rows("plan_generations")[0]["status"] == "succeeded"


def test_sending_it_twice_sends_it_once(world: World, deliveries: Deliveries) -> None:
    _, letter = buried(deliveries, world.person())
    answers = at_once(*[lambda: deliveries.requeue(letter)] * 4)
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json() for answer in answers}) == 1
    assert deliveries.waiting() == 1
    [kept] = deliveries.dead_letters()
    assert kept["requeued_as"] == answers[0].json()


def test_the_failure_was_ours_so_the_second_life_is_free(
    world: World, deliveries: Deliveries
) -> None:
    ada = world.person()
    _, letter = buried(deliveries, ada)
    deliveries.requeue(letter)
    deliveries.standing(deliveries.read()[0], roadmap())
    assert ada.call("my_usage")["generations_this_month"] == 0


def test_what_was_tried_again_meanwhile_is_left(world: World, deliveries: Deliveries) -> None:
    ada = world.person()
    job, letter = buried(deliveries, ada)
    ada.call("retry_generation", generation_id=job["generation_id"])
    assert refusal(deliveries.requeue(letter)) == NO_LONGER_WANTED
    assert deliveries.waiting() == 1


def test_what_the_owner_wrote_themselves_meanwhile_is_left(
    world: World, deliveries: Deliveries
) -> None:
    ada = world.person()
    job, letter = buried(deliveries, ada)
    ada.module({"id": job["plan_id"]})
    assert refusal(deliveries.requeue(letter)) == NO_LONGER_WANTED


def test_what_was_deleted_is_left(world: World, deliveries: Deliveries) -> None:
    ada = world.person()
    job, letter = buried(deliveries, ada)
    one(ada.delete("learning_plans", id=f"eq.{job['plan_id']}"))
    assert refusal(deliveries.requeue(letter)) == NO_LONGER_WANTED
    assert deliveries.waiting() == 0


def test_what_was_cancelled_before_it_died_is_left(world: World, deliveries: Deliveries) -> None:
    ada = world.person()
    job = deliveries.take(ada)
    ada.call("cancel_generation", generation_id=job["generation_id"])
    deliveries.fail(job, retry_in=None)
    [letter] = deliveries.dead_letters()
    assert refusal(deliveries.requeue(letter["id"])) == NO_LONGER_WANTED


def test_a_dead_letter_that_is_none_is_told(deliveries: Deliveries) -> None:
    answer = deliveries.requeue(10**12)
    assert refusal(answer) == (404, "unknown_dead_letter", "dead_letter_id")


def test_the_service_reads_the_letters_with_their_reasons(
    world: World, deliveries: Deliveries
) -> None:
    _, letter = buried(deliveries, world.person())
    headers = {**world.service.headers, "Accept-Profile": "worker"}
    answer = world.http.get("dead_letters", params={"id": f"eq.{letter}"}, headers=headers)
    assert answer.json()[0]["error"]["code"] == "model_busy"
