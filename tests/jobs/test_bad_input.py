"""Bad messages, wrong keys, the wrong database: each gets its sentence, and nothing is lost."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.jobs.site import Worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.postgrest_proxy import PostgrestProxy
    from tests.jobs.site import Site

SOME_ID = "00000000-0000-4000-8000-000000000000"


def test_a_malformed_message_is_given_up_and_the_next_one_is_done(
    site: Site, hire: Callable[..., Worker]
):
    messages: list[Any] = [
        {},
        [],
        "hello",
        17,
        None,
        {"v": 1},
        {"generation_id": SOME_ID},
        {"v": 0, "generation_id": SOME_ID},
        {"v": -3, "generation_id": SOME_ID},
        {"v": "1", "generation_id": SOME_ID},
        {"v": True, "generation_id": SOME_ID},
        {"v": 1.5, "generation_id": SOME_ID},
        {"v": None, "generation_id": SOME_ID},
        {"v": 1, "generation_id": "not an id"},
        {"v": 1, "generation_id": SOME_ID, "surprise": 1},
    ]
    sent = [site.send(message) for message in messages]
    asked = site.ask()
    worker = hire("--drain")
    assert worker.wait() == 0
    letters = site.dead_letters()
    assert sorted(letter["msg_id"] for letter in letters) == sorted(sent)
    assert {letter["error"]["code"] for letter in letters} == {"malformed_message"}
    assert site.generation(asked)["status"] == "succeeded"
    assert site.waiting() == []


def test_a_message_from_the_future_waits_for_a_newer_worker(
    site: Site, hire: Callable[..., Worker]
):
    site.send({"v": 2, "generation_id": SOME_ID, "more": 1})
    asked = site.ask()
    worker = hire("--drain")
    assert worker.wait() == 0
    [said] = worker.events("a_newer_worker_is_needed")
    assert said["message_version"] == 2
    [left] = site.sql(
        "select message ->> 'v' as v, vt - clock_timestamp() as wait from pgmq.q_generate_plan"
    )
    assert left["v"] == "2"
    assert 50 < left["wait"].total_seconds() <= 61, "and does not come back at once"
    assert site.sql("select handed_back, failures from worker.job_attempts") == [
        {"handed_back": 1, "failures": 0}
    ]
    assert site.generation(asked)["status"] == "succeeded"


def test_a_surprise_inside_a_job_is_counted_and_people_read_no_traceback(
    site: Site, proxy: PostgrestProxy, hire: Callable[..., Worker]
):
    asked = site.ask()
    proxy.answer("load_generate_plan", 200, {"standing": "held", "plan_id": "x"})
    worker = hire("--drain")
    assert worker.wait() == 0
    [raised] = worker.events("job_raised")
    assert "Traceback" in raised["traceback"]
    [attempt] = site.sql("select failures, last_error from worker.job_attempts")
    assert attempt["failures"] == 1
    assert attempt["last_error"]["code"] == "internal_error"
    assert "Traceback" not in str(attempt["last_error"])
    assert len(site.waiting()) == 1
    assert asked.generation_id


def test_a_wish_that_nothing_can_be_planned_with_is_told_to_its_learner(
    site: Site, hire: Callable[..., Worker]
):
    asked = site.ask("a topic")
    site.sql("update public.learning_plans set topic = %s", "\u00ad\u0301")
    worker = hire("--drain")
    assert worker.wait() == 0
    generation = site.generation(asked)
    assert (generation["status"], generation["error"]["code"]) == ("failed", "invalid_request")
    assert generation["error"]["message"] == "Nothing can be planned with this topic"
    assert site.dead_letters() == []


def test_an_outcome_that_the_database_refuses_for_good_is_given_up(
    site: Site, hire: Callable[..., Worker]
):
    asked = site.ask()
    site.sql("alter table public.tasks add constraint never check (title = '') not valid")
    try:
        worker = hire("--drain")
        assert worker.wait() == 0
    finally:
        site.sql("alter table public.tasks drop constraint never")
    [letter] = site.dead_letters()
    assert letter["error"]["code"] == "not_saved"
    assert "never" not in str(letter["error"]), "the constraint's name is for the log"
    assert worker.events("outcome_rejected")[0]["code"] == "23514"
    assert site.generation(asked)["status"] == "failed"


def test_an_outcome_that_met_a_deadlock_is_sent_again(
    site: Site, proxy: PostgrestProxy, hire: Callable[..., Worker]
):
    asked = site.ask()
    [message] = site.waiting()
    row = {"msg_id": message["msg_id"], "read_ct": 1, "standing": "rejected"}
    problem = {"code": "40P01", "message": "deadlock detected"}
    proxy.answer("complete_generate_plan", 200, [row | {"problem": problem}])
    assert hire("--drain").wait() == 0
    assert proxy.count("complete_generate_plan") == 2
    site.expect_one_plan(asked)


def refused(url: str, key: str, sentence: str, code: int) -> None:
    with Worker(url, key, "--drain") as worker:
        assert worker.wait() == code
        said = "\n".join(worker.said)
        assert sentence in said
        assert "Traceback" not in said
        assert key not in said


def test_wrong_keys_are_told_apart_by_name(site: Site):
    env = site.stack.env()
    url = env["SUPABASE_URL"]
    publishable = env["SUPABASE_PUBLISHABLE_KEY"]
    anon = site.stack.token(role="anon")
    learner = site.stack.token(SOME_ID)
    expired = site.stack.token(role="service_role", exp=int(time.time()) - 86400)
    refused(url, publishable, "SUPABASE_SECRET_KEY holds the publishable key", 2)
    refused(url, anon, "SUPABASE_SECRET_KEY holds the publishable key", 2)
    refused(url, learner, "SUPABASE_SECRET_KEY holds a person's token", 2)
    refused(url, expired, "SUPABASE_SECRET_KEY expired on", 2)
    refused(url, "garbage", "SUPABASE_SECRET_KEY is neither a key", 2)


def test_a_key_of_another_project_is_refused(site: Site):
    url = site.stack.env()["SUPABASE_URL"]
    refused(url, "sb_secret_of_somebody_else_entirely", "refuses the secret key", 1)
    forged = site.stack.token(role="service_role")[:-4] + "AAAA"
    refused(url, forged, "refuses the secret key", 1)


def test_a_database_without_the_migrations_is_told(site: Site, proxy: PostgrestProxy):
    missing = {"code": "PGRST202", "message": "Could not find the function worker.schema_version"}
    proxy.answer("schema_version", 404, missing)
    refused(proxy.url, site.key, "Apply the migrations: supabase db push", 1)
    hidden = {"code": "PGRST106", "message": "The schema must be one of the following: public"}
    proxy.answer("schema_version", 406, hidden)
    refused(proxy.url, site.key, "Add worker to the exposed schemas", 1)


def test_a_truly_empty_database_is_told(site: Site):
    bare = "runner_bare"
    site.sql(f"drop database if exists {bare} with (force)")
    site.sql(f"create database {bare} template template0")
    try:
        url = site.stack.serve(bare)
        refused_by_postgrest(url, site.key)
    finally:
        site.stack.drop_database(bare)


def refused_by_postgrest(url: str, key: str) -> None:
    from tests.fakes.postgrest_proxy import PostgrestProxy  # noqa: PLC0415 - only here

    with PostgrestProxy(url) as proxy:
        refused(proxy.url, key, "Apply the migrations: supabase db push", 1)


@pytest.mark.parametrize(
    ("versions", "sentence"),
    [
        ({"schema_version": 0, "oldest_worker": 0}, "Apply the newer migrations first"),
        ({"schema_version": 9, "oldest_worker": 9}, "Deploy a newer Learnbase"),
    ],
)
def test_worker_and_schema_of_different_ages_do_not_meet(
    site: Site, proxy: PostgrestProxy, versions: dict[str, int], sentence: str
):
    site.ask()
    proxy.answer("schema_version", 200, [versions])
    refused(proxy.url, site.key, sentence, 1)
    assert [message["read_ct"] for message in site.waiting()] == [0]


def test_a_newer_schema_that_still_serves_this_worker_is_fine(
    site: Site, proxy: PostgrestProxy, hire: Callable[..., Worker]
):
    asked = site.ask()
    proxy.answer("schema_version", 200, [{"schema_version": 9, "oldest_worker": 1}])
    assert hire("--drain").wait() == 0
    site.expect_one_plan(asked)


def test_a_key_refused_in_the_middle_stops_the_worker(
    site: Site, proxy: PostgrestProxy, hire: Callable[..., Worker]
):
    site.ask()
    proxy.answer("complete_generate_plan", 401, {"message": "Invalid API key"}, times=9)
    proxy.answer("hand_back_jobs", 401, {"message": "Invalid API key"}, times=9)
    worker = hire()
    assert worker.wait() == 1
    assert "Set SUPABASE_SECRET_KEY" in "\n".join(worker.said)
    assert len(site.waiting()) == 1, "the job is there still"


def test_an_unknown_job_is_bad_usage(hire: Callable[..., Worker]):
    worker = hire("bake_bread")
    assert worker.wait() == 2
    assert "There is no job bake_bread" in "\n".join(worker.said)
