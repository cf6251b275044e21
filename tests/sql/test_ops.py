"""What an operator asks, asked of a database in which something happened.

People ask for plans, and workers make them, fail or vanish, all in one transaction that is rolled
back; the question must find it.
"""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

if TYPE_CHECKING:
    from collections.abc import Iterator

    Connection = psycopg.Connection[dict[str, Any]]
    Row = dict[str, Any]

OPS = Path(__file__).parents[2] / "sql" / "ops"

ROADMAP = {
    "summary": {"weeks": 1},
    "modules": [{"order": 1, "title": "Knots", "estimated_minutes": 60, "tasks": []}],
}


class Story:
    """A transaction in which people and workers do what they would over the API."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def sql(self, query: str, *values: Any) -> list[Row]:
        cursor = self.connection.execute(query, values)
        return cursor.fetchall() if cursor.description else []

    def one(self, query: str, *values: Any) -> Any:
        [row] = self.sql(query, *values)
        [value] = row.values()
        return value

    def person(self, tier: str = "free") -> uuid.UUID:
        person = uuid.uuid4()
        email = f"{person.hex}@example.com"
        self.sql("insert into auth.users (id, email) values (%s, %s)", person, email)
        self.sql("update public.users set subscription_tier = %s where id = %s", tier, person)
        return person

    def asks(self, person: uuid.UUID, topic: str) -> uuid.UUID:
        """Answers the generation that `create_plan` makes."""
        claims = json.dumps({"sub": str(person), "role": "authenticated"})
        self.sql("select set_config('request.jwt.claims', %s, true)", claims)
        self.sql("set local role authenticated")
        generation: uuid.UUID = self.one(
            """
            select generation_id
            from public.create_plan(
                topic => %s, skill_level => 'beginner', weekly_hours => '5',
                learning_style => 'mixed'
            )
            """,
            topic,
        )
        self.sql("reset role")
        return generation

    def takes(self) -> tuple[int, int]:
        """A worker takes the next job and begins it; answers the delivery."""
        [job] = self.sql("select msg_id, read_ct from worker.read_jobs('generate_plan')")
        delivery = job["msg_id"], job["read_ct"]
        self.sql("select worker.load_generate_plan(%s, %s)", *delivery)
        return delivery

    def completes(self, delivery: tuple[int, int], **result: Any) -> None:
        outcome = {"msg_id": delivery[0], "read_ct": delivery[1], "result": result}
        standing = self.one(
            "select standing from worker.complete_generate_plan(%s)", Jsonb([outcome])
        )
        assert standing == "done"

    def fails(self, delivery: tuple[int, int], code: str, retry_in: str | None = None) -> str:
        error = Jsonb({"code": code, "message": f"It said {code}"})
        standing: str = self.one(
            "select worker.fail_job('generate_plan', %s, %s, %s, %s::interval)",
            *(*delivery, error, retry_in),
        )
        return standing

    def answers(self, question: str) -> list[Row]:
        """What a file of sql/ops finds."""
        return self.connection.execute((OPS / f"{question}.sql").read_bytes()).fetchall()


@pytest.fixture
def story(schema_url: str) -> Iterator[Story]:
    with psycopg.connect(schema_url, row_factory=dict_row) as connection:
        yield Story(connection)
        connection.rollback()


def test_queues_show_depth_age_and_dead_letters(story: Story):
    ada = story.person("pro")
    for topic in ("Knots", "Sailing", "Rowing"):
        story.asks(ada, topic)
    story.fails(story.takes(), "model_refused")
    story.fails(story.takes(), "rate_limited", "1 hour")
    queue = {row["queue"]: row for row in story.answers("queues")}["generate_plan"]
    assert (queue["waiting"], queue["visible"]) == (2, 1)
    assert (queue["retrying"], queue["dead"]) == (1, 1)
    assert queue["oldest"] is not None


def test_retrying_jobs_say_why_and_how_often_still(story: Story):
    story.asks(story.person(), "Knots")
    assert story.answers("retrying_jobs") == []
    story.fails(story.takes(), "rate_limited", "1 hour")
    [job] = story.answers("retrying_jobs")
    assert (job["failures"], job["failures_left"], job["code"]) == (1, 7, "rate_limited")


def test_dead_letters_are_counted_by_reason(story: Story):
    ada, ben = story.person("pro"), story.person("pro")
    for person, code in ((ada, "model_refused"), (ben, "model_refused"), (ada, "worker_lost")):
        story.asks(person, "Knots")
        assert story.fails(story.takes(), code) == "dead"
    refused, lost = story.answers("dead_letters")
    assert (refused["code"], refused["letters"], refused["not_requeued"]) == ("model_refused", 2, 2)
    assert (lost["code"], lost["letters"]) == ("worker_lost", 1)
    story.one("select worker.requeue_dead_letter(%s)", lost["latest_ids"][0])
    assert story.answers("dead_letters")[1]["not_requeued"] == 0


def test_stuck_generations_tell_whether_a_message_stands_behind_them(story: Story):
    forgotten = story.asks(story.person(), "Knots")
    waiting = story.asks(story.person(), "Sailing")
    story.asks(story.person(), "Rowing")
    story.sql(
        "update public.plan_generations set started_at = now() - interval '20 minutes'"
        " where id = any (%s)",
        [forgotten, waiting],
    )
    story.sql(
        "delete from pgmq.q_generate_plan where message ->> 'generation_id' = %s", str(forgotten)
    )
    found = {row["generation_id"]: row["has_message"] for row in story.answers("stuck_generations")}
    assert found == {forgotten: False, waiting: True}


@pytest.fixture
def month(story: Story) -> Story:
    """A free plan and an expensive one, of which the second took a minute and a half."""
    ada = story.person("pro")
    story.asks(ada, "Knots")
    story.completes(story.takes(), model="built-in", roadmap=ROADMAP)
    dear = story.asks(ada, "Sailing")
    delivery = story.takes()
    story.sql("insert into worker.model_prices values ('large', 2.5, 10.0625)")
    call = uuid.uuid4()
    story.sql("select worker.begin_model_call(%s, %s, %s, 'plan', 'large', 8000)", *delivery, call)
    calls = [{"call_id": str(call), "input_tokens": 900, "output_tokens": 4000}]
    story.completes(delivery, model="large", roadmap=ROADMAP, calls=calls)
    story.sql(
        "update public.plan_generations set finished_at = started_at + interval '90 s'"
        " where id = %s",
        dear,
    )
    return story


def test_cost_per_model_adds_up_time_tokens_and_money(month: Story):
    large, built_in = month.answers("cost_per_model")
    assert (large["model"], large["generations"], large["failed"]) == ("large", 1, 0)
    assert (large["input_tokens"], large["output_tokens"]) == (900, 4000)
    assert float(large["cost_usd"]) == 0.0425
    assert float(large["median_seconds"]) == 90
    assert (built_in["model"], built_in["cost_usd"]) == ("built-in", None)


def test_cost_per_plan_begins_with_the_dearest(month: Story):
    topics = [row["topic"] for row in month.answers("cost_per_plan")]
    assert topics == ["Sailing", "Knots"]


def test_slowest_generations_begin_with_the_slowest(month: Story):
    models = [row["model"] for row in month.answers("slowest_generations")]
    assert models == ["large", "built-in"]


def test_a_record_that_a_person_wrote_costs_nothing_and_took_no_time(month: Story):
    month.sql(
        """
        insert into public.plan_generations (plan_id, status, model, prompt, finished_at)
        select p.id, 'succeeded', 'by hand', '{}', now()
        from public.learning_plans p limit 1
        """
    )
    for question in ("cost_per_model", "slowest_generations"):
        assert "by hand" not in {row["model"] for row in month.answers(question)}


def test_people_near_their_limits_are_found_before_they_write(story: Story):
    ada, ben = story.person("free"), story.person("pro")
    for topic in ("Knots", "Sailing", "Rowing", "Rigging"):
        story.asks(ada, topic)
        story.completes(story.takes(), model="built-in", roadmap=ROADMAP)
    story.asks(ben, "Knots")
    [near] = story.answers("people_near_limits")
    assert (near["user_id"], near["plans"], near["max_plans"]) == (ada, 4, 5)


def test_usage_per_month_keeps_what_a_deleted_account_used(story: Story):
    ada = story.person()
    story.asks(ada, "Knots")
    story.completes(story.takes(), model="built-in", roadmap=ROADMAP)
    story.asks(ada, "Sailing")
    story.fails(story.takes(), "model_refused")
    story.sql("select private.delete_person(%s)", ada)
    [month] = story.answers("usage_per_month")
    assert (month["people"], month["reserved"], month["refunded"], month["used"]) == (1, 2, 1, 1)


def test_live_links_are_counted_by_model_the_worst_first(story: Story):
    ada = story.person("pro")
    for topic, model, alive in (
        ("Knots", "large", 9), ("Sailing", "large", 8), ("Rowing", "small", 2),
    ):  # fmt: skip
        story.asks(ada, topic)
        links = {"proposed": 10, "alive": alive, "replaced": 1, "dropped": 0}
        story.completes(story.takes(), model=model, roadmap=ROADMAP, figures={"links": links})
    story.asks(ada, "Rigging")
    story.completes(story.takes(), model="built-in", roadmap=ROADMAP)
    small, large = story.answers("live_links_per_model")
    assert (small["model"], small["proposed"], float(small["live_rate"])) == ("small", 10, 0.2)
    assert (large["model"], large["generations"], large["proposed"]) == ("large", 2, 20)
    assert (float(large["live_rate"]), large["replaced"], large["dropped"]) == (0.85, 2, 0)


def test_tokens_of_today_are_told_with_what_is_held_and_left(story: Story):
    [quiet] = story.answers("tokens_today")
    assert (quiet["used"], quiet["reserved"], quiet["tokens_left"]) == (0, 0, None)
    story.sql("insert into worker.platform_limits values ('daily_model_tokens', 10000)")
    ada, calls = story.person("pro"), []
    for topic in ("Knots", "Sailing"):
        story.asks(ada, topic)
        calls.append({"call_id": str(uuid.uuid4()), "input_tokens": 900, "output_tokens": 600})
        query = "select worker.begin_model_call(%s, %s, %s, 'plan', 'large', 4000)"
        story.sql(query, *story.takes(), calls[-1]["call_id"])
    story.sql("select worker.end_model_calls(%s)", Jsonb(calls[:1]))
    [today] = story.answers("tokens_today")
    assert (today["used"], today["reserved"]) == (1500, 4000)
    assert (today["ceiling"], today["tokens_left"]) == (10_000, 4500)
    story.sql("update worker.platform_limits set amount = 5000")
    assert story.answers("tokens_today")[0]["tokens_left"] == 0


def test_links_to_look_at_tell_what_is_due_and_for_how_long(story: Story):
    story.sql("delete from public.resources")
    story.sql(
        """
        insert into public.resources (type, title, url, tags, checked_at, tried_at, dead_at)
        select 'doc', 'Knots', 'https://example.com/' || age, array['knots'],
            now() - interval '40 days', now() - make_interval(days => age),
            case when gone then now() end
        from (values (1, false), (9, false), (10, true), (31, true)) as seen (age, gone)
        """
    )
    story.sql("insert into public.resources (type, title, url, tags)"
              " values ('doc', 'Knots', 'https://example.com/new', array['knots'])")  # fmt: skip
    [catalogue] = story.answers("links_to_look_at")
    assert (catalogue["kind"], catalogue["links"]) == ("catalogue", 5)
    assert (catalogue["alive"], catalogue["dead"], catalogue["never_tried"]) == (2, 2, 1)
    assert (catalogue["due"], catalogue["longest_wait"].days) == (3, 31)


def test_schedules_are_counted_by_how_they_stand(story: Story):
    for status, fits, unplaced in (
        ("waiting", None, "[]"),
        ("ready", False, '[{"title": "Knots"}]'),
        ("ready", True, "[]"),
    ):
        plan = story.one(
            "insert into public.learning_plans (user_id, topic, skill_level, weekly_hours,"
            " learning_style) values (%s, 'Knots', 'beginner', 5, 'mixed') returning id",
            person := story.person(),
        )
        story.sql(
            "insert into public.plan_schedules (plan_id, user_id, status, fits, unplaced,"
            " updated_at) values (%s, %s, %s, %s, %s, now() - interval '1 hour')",
            plan, person, status, fits, unplaced,
        )  # fmt: skip
        story.sql(
            "insert into public.catch_ups (plan_id, user_id, moves, summary, status)"
            " values (%s, %s, '[]', '{}', %s)",
            plan, person, "open" if fits else "rejected",
        )  # fmt: skip
    waiting, ready = story.answers("schedules")
    assert (waiting["status"], waiting["schedules"]) == ("waiting", 1)
    assert waiting["longest_wait"].total_seconds() == 3600
    assert (ready["status"], ready["schedules"], ready["longest_wait"]) == ("ready", 2, None)
    assert (ready["do_not_fit"], ready["with_unplaced_tasks"]) == (1, 1)
    assert ready["catch_ups_open"] == 1


def test_mail_is_told_by_kind_with_what_waits_and_what_came_back(story: Story):
    story.sql("delete from public.notifications")
    ada = story.person()
    for kind, status, reason in (
        ("welcome", "queued", None), ("welcome", "delivered", None),
        ("plan_ready", "bounced", "No such mailbox"), ("plan_ready", "opened", None),
        ("plan_ready", "suppressed", "Not wanted by mail"), ("plan_ready", "unknown", None),
    ):  # fmt: skip
        story.sql(
            "insert into public.notifications (user_id, kind, channel, dedupe_key, status, reason)"
            " values (%s, %s, 'email', gen_random_uuid()::text, %s, %s)",
            ada, kind, status, reason,
        )  # fmt: skip
    welcome, ready = story.answers("mail")
    assert (welcome["kind"], welcome["letters"], welcome["waiting"]) == ("welcome", 2, 1)
    assert (welcome["taken"], welcome["waiting_since"] is None) == (1, False)
    assert (ready["taken"], ready["came_back"], ready["suppressed"], ready["unknown"]) == (1,) * 4
    assert (ready["failed"], ready["last_reason"]) == (0, "No such mailbox")


def test_every_question_is_asked_here():
    asked = Path(__file__).read_text()
    assert not [file.stem for file in OPS.glob("*.sql") if f'"{file.stem}"' not in asked]
