"""Model calls: reserved before, settled after, never more in a day than the platform affords."""

from __future__ import annotations

import itertools
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.stories.deliveries import Deliveries, roadmap, token
from tests.stories.wishes import NOTHING, traces
from tests.world import HIDDEN, at_once, one, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.world import Row, World

# A day of its own for each test: what others asked for is not counted in it.
DAYS = itertools.count(1)


@pytest.fixture
def noon() -> str:
    day = datetime(2031, 1, 1, 12, tzinfo=UTC) + timedelta(days=next(DAYS))
    return day.isoformat()


class Ceiling:
    """What the operator set."""

    def __init__(self, world: World) -> None:
        self.world = world

    def at(self, tokens: int) -> None:
        row = {"name": "daily_model_tokens", "amount": tokens}
        prefer = "resolution=merge-duplicates"
        headers = {**self.world.service.headers, "Content-Profile": "worker", "Prefer": prefer}
        answer = self.world.http.post("platform_limits", json=row, headers=headers)
        assert answer.status_code in (200, 201), answer.text


@pytest.fixture
def ceiling(world: World) -> Iterator[Ceiling]:
    yield Ceiling(world)
    world.sql("delete from worker.platform_limits")


@pytest.fixture
def job(world: World, deliveries: Deliveries) -> Row:
    job = deliveries.take(world.person())
    deliveries.load(job)
    return job


def spent(world: World, noon: str) -> tuple[int, int]:
    """Tokens reserved and tokens used in a day."""
    query = "select reserved, used from private.model_days where day = %s"
    found = world.sql(query, noon[:10])
    return (found[0]["reserved"], found[0]["used"]) if found else (0, 0)


def end(world: World, *ended: Row) -> None:
    world.service.call("end_model_calls", "worker", ended=list(ended))


def ended(call: Row, given: int | None = 100, made: int | None = 400) -> Row:
    return {"call_id": call["call_id"], "input_tokens": given, "output_tokens": made}


def generation(world: World, job: Row) -> Row:
    [row] = world.sql("select * from public.plan_generations where id = %s", job["generation_id"])
    return row


def price(world: World, given: str, made: str) -> str:
    """The operator says what a model costs; answers its name."""
    model = f"model-{uuid.uuid4()}"
    row = {"model": model, "input_usd_per_mtok": given, "output_usd_per_mtok": made}
    headers = {**world.service.headers, "Content-Profile": "worker"}
    assert world.http.post("model_prices", json=row, headers=headers).status_code == 201
    return model


# One call


def test_a_call_is_reserved_before_and_settled_after(
    world: World, deliveries: Deliveries, job: Row, noon: str
) -> None:
    call = deliveries.call_model(job, reserve=1000, at=noon, report={"progress": 10})
    assert call["standing"] == "held"
    assert spent(world, noon) == (1000, 0)
    row = generation(world, job)
    assert (row["progress"], row["input_tokens"]) == (10, None)
    assert row["model_called_at"] is not None
    end(world, ended(call))
    assert spent(world, noon) == (0, 500)
    row = generation(world, job)
    assert (row["input_tokens"], row["output_tokens"], row["cost_usd"]) == (100, 400, None)


def test_a_lost_reply_is_asked_for_again_and_reserved_once(
    world: World, deliveries: Deliveries, job: Row, noon: str
) -> None:
    call = deliveries.call_model(job, at=noon)
    again = deliveries.call_model(job, call_id=call["call_id"], at=noon)
    assert again == call
    assert spent(world, noon) == (1000, 0)


def test_a_call_ends_once(world: World, deliveries: Deliveries, job: Row, noon: str) -> None:
    call = deliveries.call_model(job, at=noon)
    end(world, ended(call))
    end(world, ended(call, 9, 9))
    assert deliveries.call_model(job, reserve=7, at=noon, ended=[ended(call)])["standing"] == "held"
    assert deliveries.standing(job, roadmap() | {"calls": [ended(call)]}) == "done"
    assert spent(world, noon) == (7, 500)
    row = generation(world, job)
    assert (row["input_tokens"], row["output_tokens"]) == (100, 400)


def test_calls_that_end_many_times_at_once_end_once(
    world: World, deliveries: Deliveries, job: Row, noon: str
) -> None:
    calls = [deliveries.call_model(job, at=noon) for _ in range(4)]
    settled = [ended(call) for call in calls]
    answers = at_once(
        *[
            lambda order=order: world.service.rpc("end_model_calls", "worker", ended=order)
            for order in (settled, settled[::-1]) * 4
        ]
    )
    assert {answer.status_code for answer in answers} == {204}, [a.text for a in answers]
    assert spent(world, noon) == (0, 2000)
    assert generation(world, job)["output_tokens"] == 1600


def test_a_service_that_does_not_count_costs_what_was_reserved(
    world: World, deliveries: Deliveries, job: Row, noon: str
) -> None:
    call = deliveries.call_model(job, at=noon)
    end(world, ended(call, None, None))
    assert spent(world, noon) == (0, 1000)


def test_a_dead_workers_call_keeps_its_reservation(
    world: World, deliveries: Deliveries, job: Row, noon: str
) -> None:
    deliveries.call_model(job, at=noon)
    again = deliveries.again()
    deliveries.load(again)
    call = deliveries.call_model(again, at=noon)
    assert deliveries.standing(again, roadmap() | {"calls": [ended(call)]}) == "done"
    assert spent(world, noon) == (1000, 500)


def test_a_worker_that_was_overtaken_asks_no_more_but_says_what_it_spent(
    world: World, deliveries: Deliveries, job: Row, noon: str
) -> None:
    call = deliveries.call_model(job, at=noon)
    again = deliveries.again()
    late = deliveries.call_model(job, at=noon, ended=[ended(call)])
    assert late["standing"] == "stale"
    assert spent(world, noon) == (0, 500)
    assert deliveries.call_model(again, at=noon)["standing"] == "held"


def test_a_cancelled_job_asks_no_more_but_what_it_spent_is_counted(
    world: World, deliveries: Deliveries, job: Row, noon: str
) -> None:
    call = deliveries.call_model(job, at=noon)
    world.sql(
        "update public.plan_generations set status = 'cancelled' where id = %s",
        job["generation_id"],
    )
    assert deliveries.call_model(job, at=noon)["standing"] == "cancelled"
    assert spent(world, noon) == (1000, 0)
    assert deliveries.standing(job, roadmap() | {"calls": [ended(call)]}) == "done"
    assert spent(world, noon) == (0, 500)


def test_what_an_overtaken_worker_spent_is_counted_with_its_late_outcome(
    world: World, deliveries: Deliveries, job: Row, noon: str
) -> None:
    call = deliveries.call_model(job, at=noon)
    deliveries.again()
    assert deliveries.standing(job, roadmap() | {"calls": [ended(call)]}) == "stale"
    assert spent(world, noon) == (0, 500)


def test_what_an_outcome_that_was_refused_spent_is_counted(
    world: World, deliveries: Deliveries, job: Row, noon: str
) -> None:
    call = deliveries.call_model(job, at=noon)
    refused = {"model": "large", "roadmap": {}, "calls": [ended(call)]}
    assert deliveries.standing(job, refused) == "rejected"
    assert spent(world, noon) == (0, 500)
    assert generation(world, job)["output_tokens"] == 400
    nonsense = {"model": "large", "roadmap": {}, "calls": "none"}
    assert deliveries.standing(job, nonsense) == "rejected"


def test_a_plan_changed_again_and_again_while_a_model_works_on_it_counts(
    deliveries: Deliveries, job: Row
) -> None:
    ada = deliveries.world.person()
    job = deliveries.take(ada)
    deliveries.load(job)
    deliveries.call_model(job)
    assert deliveries.fail(job, None, code="moved_on") == "dead"
    assert ada.call("my_usage")["generations_this_month"] == 1


# What it costs


def test_the_cost_follows_from_the_prices(
    world: World, deliveries: Deliveries, job: Row, noon: str
) -> None:
    large, small = price(world, "2.5", "10"), price(world, "0.15", "0.6")
    first = deliveries.call_model(job, large, at=noon)
    second = deliveries.call_model(job, small, at=noon, ended=[ended(first, 1000, 2000)])
    assert generation(world, job)["cost_usd"] == Decimal("0.0225")
    end(world, ended(second, 10_000, 100_000))
    assert generation(world, job)["cost_usd"] == Decimal("0.0840")


def test_an_unknown_price_makes_the_whole_cost_unknown(
    world: World, deliveries: Deliveries, job: Row, noon: str
) -> None:
    known = deliveries.call_model(job, price(world, "1", "1"), at=noon)
    end(world, ended(known))
    assert generation(world, job)["cost_usd"] is not None
    end(world, ended(deliveries.call_model(job, f"model-{uuid.uuid4()}", at=noon)))
    row = generation(world, job)
    assert (row["cost_usd"], row["input_tokens"], row["output_tokens"]) == (None, 200, 800)


@pytest.mark.parametrize("table", ["learning_plans", "plan_generations"])
def test_deleting_takes_nothing_off_what_was_spent(
    world: World, deliveries: Deliveries, table: str, noon: str
) -> None:
    ada = world.person()
    job = deliveries.take(ada)
    deliveries.load(job)
    calls = [deliveries.call_model(job, at=noon) for _ in range(2)]
    end(world, ended(calls[0]))
    assert deliveries.standing(job, roadmap()) == "done"
    key = {"learning_plans": "plan_id", "plan_generations": "generation_id"}[table]
    one(ada.delete(table, id=f"eq.{job[key]}"))
    assert spent(world, noon) == (1000, 500)
    assert ada.call("my_usage")["generations_this_month"] == 1
    # Its other call ends after that.
    end(world, ended(calls[1]))
    assert spent(world, noon) == (0, 1000)


# The ceiling


def test_what_would_not_fit_is_refused_and_says_when_it_begins_again(
    world: World, deliveries: Deliveries, ceiling: Ceiling, noon: str
) -> None:
    ada = world.person()
    job = deliveries.take(ada)
    deliveries.load(job)
    ceiling.at(999)
    call = deliveries.call_model(job, reserve=1000, at=noon)
    tomorrow = datetime.fromisoformat(noon) + timedelta(hours=12)
    assert call["standing"] == "exhausted"
    assert datetime.fromisoformat(call["resets_at"]) == tomorrow
    assert spent(world, noon) == (0, 0)
    # No model was asked, so nothing is counted against the learner.
    assert generation(world, job)["model_called_at"] is None
    ada.call("cancel_generation", generation_id=job["generation_id"])
    assert ada.call("my_usage")["generations_this_month"] == 0


def test_the_next_day_begins_anew(
    deliveries: Deliveries, job: Row, ceiling: Ceiling, noon: str
) -> None:
    ceiling.at(1000)
    last_second = noon.replace("T12:00:00", "T23:59:59")
    assert deliveries.call_model(job, at=last_second)["standing"] == "held"
    full = deliveries.call_model(job, reserve=1, at=last_second)
    assert full["standing"] == "exhausted"
    next(DAYS)
    assert deliveries.call_model(job, at=full["resets_at"])["standing"] == "held"


def test_what_was_reserved_and_not_used_is_free_again(
    world: World, deliveries: Deliveries, job: Row, ceiling: Ceiling, noon: str
) -> None:
    ceiling.at(1500)
    call = deliveries.call_model(job, at=noon)
    assert deliveries.call_model(job, reserve=600, at=noon)["standing"] == "exhausted"
    # Settled on the way: the very same request makes the room that it needs.
    fits = deliveries.call_model(job, reserve=1000, at=noon, ended=[ended(call)])
    assert fits["standing"] == "held"
    assert spent(world, noon) == (1000, 500)


def test_calls_at_once_never_exceed_the_ceiling_by_one_token(
    world: World, deliveries: Deliveries, ceiling: Ceiling, noon: str
) -> None:
    for _ in range(10):
        assert world.person().ask().status_code == 200
    jobs = deliveries.read(10)
    for job in jobs:
        deliveries.load(job)
    ceiling.at(3333)

    def ask(number: int) -> Any:
        mine = deliveries.call_model(jobs[number % 10], reserve=101, at=noon)
        if mine["standing"] == "held" and number % 3 == 0:
            end(world, ended(mine, 50, 51))
        return mine["standing"]

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(ask, range(40)))
    reserved, used = spent(world, noon)
    assert reserved + used == 33 * 101 <= 3333
    assert (answers.count("held"), answers.count("exhausted")) == (33, 7)


@pytest.mark.parametrize("used", [0, 1])
def test_a_used_up_day_makes_no_plan_and_leaves_nothing(
    world: World, ceiling: Ceiling, used: int
) -> None:
    ada = world.person()
    query = (
        "select coalesce(sum(reserved + used), 0) from private.model_days"
        " where day = (now() at time zone 'UTC')::date"
    )
    ceiling.at(int(world.value(query)) if used else 0)
    answer = ada.ask(notes="Please", request_key="k")
    assert refusal(answer) == (503, "model_budget_used", "plan_id")
    midnight = datetime.now(UTC).date() + timedelta(days=1)
    assert f"{midnight} 00:00" in answer.json()["hint"]
    assert traces(world, ada) == NOTHING


def test_a_regeneration_is_refused_alike(world: World, ceiling: Ceiling) -> None:
    ada = world.person()
    mine = ada.whole_plan()
    ceiling.at(0)
    for answer in (
        ada.rpc("regenerate_plan", plan_id=mine.plan["id"]),
        ada.rpc("regenerate_module", module_id=mine.module["id"]),
    ):
        assert refusal(answer) == (503, "model_budget_used", "plan_id")
    assert ada.call("my_usage")["generations_this_month"] == 0


# Who may


def test_people_have_no_part_in_it(world: World, deliveries: Deliveries) -> None:
    ada = world.person()
    job = deliveries.take(ada)
    call = {"call_id": str(uuid.uuid4()), "purpose": "plan", "model": "large", "reserve": 1}
    answer = ada.rpc("begin_model_call", "worker", **token(job), **call)
    assert refusal(answer) == HIDDEN
    assert refusal(ada.rpc("end_model_calls", "worker", ended=[])) == HIDDEN
    for table in ("model_prices", "platform_limits"):
        headers = {**ada.headers, "Accept-Profile": "worker"}
        assert refusal(ada.http.get(table, headers=headers)) == HIDDEN
