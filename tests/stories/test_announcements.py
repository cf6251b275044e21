"""Announcements: a page that listens hears how a generation stands, on a topic of its owner."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.stories.deliveries import Deliveries, roadmap
from tests.stories.proposals import Living, proposal

if TYPE_CHECKING:
    from tests.world import Person, Row, World


def heard(world: World, plan: str) -> list[tuple[str, int]]:
    """What was said of a plan, in its order."""
    said = world.sql(
        "select payload, event, topic, private, extension from realtime.messages"
        " where payload ->> 'plan_id' = %s order by inserted_at",
        plan,
    )
    for row in said:
        assert (row["event"], row["extension"]) == ("generation", "broadcast")
        assert (row["topic"], row["private"]) == (f"plan:{plan}", True)
    return [(row["payload"]["status"], row["payload"]["progress"]) for row in said]


def test_each_step_is_said_once(world: World, deliveries: Deliveries) -> None:
    job = deliveries.take(world.person())
    deliveries.load(job)
    for progress in (40, 40, 20, 70):
        deliveries.heartbeat(job, report={"progress": progress})
    deliveries.heartbeat(job, report={"draft": {"title": "Swift"}})
    deliveries.standing(job, roadmap())
    assert heard(world, job["plan_id"]) == [
        ("queued", 0),
        ("running", 0),
        ("running", 40),
        ("running", 70),
        ("succeeded", 100),
    ]


def test_what_is_said_are_ids_and_figures_alone(world: World, deliveries: Deliveries) -> None:
    plan = Living.of(world.person(), deliveries)
    job = plan.regenerate(wish="My secret wish")
    deliveries.standing(job, proposal(job["loaded"]["revision"], *plan.new_weeks()))
    [last] = world.sql(
        "select payload from realtime.messages where payload ->> 'generation_id' = %s"
        " order by inserted_at desc limit 1",
        job["generation_id"],
    )
    assert last["payload"] == {
        "generation_id": job["generation_id"],
        "plan_id": plan.id,
        "kind": "regenerate_plan",
        "status": "succeeded",
        "progress": 100,
    }


def test_failing_trying_again_and_cancelling_are_said(world: World, deliveries: Deliveries) -> None:
    ada = world.person()
    job = deliveries.take(ada)
    deliveries.load(job)
    deliveries.fail(job)
    again = deliveries.again()
    deliveries.load(again)
    ada.call("cancel_generation", generation_id=job["generation_id"])
    ada.call("cancel_generation", generation_id=job["generation_id"])
    assert [status for status, _ in heard(world, job["plan_id"])] == [
        "queued",
        "running",
        "queued",
        "running",
        "cancelled",
    ]


def test_a_request_that_is_refused_says_nothing(world: World) -> None:
    before = world.count("realtime.messages")
    assert world.person().ask(topic="").status_code == 422
    assert world.count("realtime.messages") == before


def listens(world: World, person: Person | None, topic: str, role: str = "authenticated") -> int:
    """How many messages Realtime would find somebody may hear who joins a topic."""
    claims: Row = {"role": role} | ({"sub": person.id} if person else {})
    with psycopg.connect(world.database_url) as connection:
        connection.execute(
            "select set_config('request.jwt.claims', %s, true),"
            " set_config('realtime.topic', %s, true), set_config('role', %s, true)",
            (json.dumps(claims), topic, role),
        )
        found = connection.execute("select count(*) from realtime.messages").fetchone()
    assert found is not None
    return int(found[0])


@pytest.mark.parametrize("visibility", ["private", "public"])
def test_the_owner_alone_may_listen(world: World, deliveries: Deliveries, visibility: str) -> None:
    ada, ben = world.person("Ada"), world.person("Ben")
    plan = Living.of(ada, deliveries, visibility=visibility)
    if visibility == "public":
        ben.follow({"id": plan.id})
    topic = f"plan:{plan.id}"
    assert listens(world, ada, topic) > 0
    assert listens(world, ben, topic) == 0
    assert listens(world, None, topic) == 0
    assert listens(world, None, topic, role="anon") == 0


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "plan:",
        "plan:%",
        "plan:not-an-id",
        "plan:7da0a46f-d3cf-4fe8-8871-094c21420af9",
        "room:1",
    ],
)
def test_other_topics_are_closed(world: World, deliveries: Deliveries, topic: str) -> None:
    plan = Living.of(world.person(), deliveries)
    assert listens(world, plan.owner, topic) == 0


def test_who_lost_the_plan_hears_no_more(world: World, deliveries: Deliveries) -> None:
    plan = Living.of(world.person(), deliveries)
    plan.owner.delete("learning_plans", id=f"eq.{plan.id}")
    assert listens(world, plan.owner, f"plan:{plan.id}") == 0


def test_nobody_says_anything_on_a_topic(world: World, deliveries: Deliveries) -> None:
    plan = Living.of(world.person(), deliveries)
    with psycopg.connect(world.database_url) as connection:
        claims = json.dumps({"sub": plan.owner.id, "role": "authenticated"})
        connection.execute(
            "select set_config('request.jwt.claims', %s, true),"
            " set_config('role', 'authenticated', true)",
            (claims,),
        )
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(
                "insert into realtime.messages (topic, extension) values (%s, 'broadcast')",
                (f"plan:{plan.id}",),
            )
