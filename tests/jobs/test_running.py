"""A worker's ordinary and less ordinary days."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.openai import OpenAI
    from tests.fakes.postgrest_proxy import PostgrestProxy
    from tests.jobs.site import Site, Worker


def test_a_drain_does_what_is_there_and_ends(site: Site, hire: Callable[..., Worker]):
    asked = [site.ask(topic) for topic in ("Rust", "Chess", "Bread")]
    worker = hire("--drain")
    assert worker.wait() == 0
    for one in asked:
        assert site.generation(one)["status"] == "succeeded"
    assert site.waiting() == []
    [done, *_] = worker.events("job_done")
    assert {"ts", "level", "queue", "msg_id", "read_ct", "generation_id", "plan_id"} <= set(done)


def test_a_worker_holds_no_more_messages_than_it_has_slots(
    site: Site, proxy: PostgrestProxy, hire: Callable[..., Worker], openai: OpenAI
):
    site.sql("update worker.queues set lease_seconds = 12")  # heartbeats come at a third of it
    for topic in ("Rust", "Chess", "Bread"):
        site.ask(topic)
    openai.next("wait")
    openai.next("wait")
    worker = hire("generate_plan", "--concurrency", "2", model=openai)
    proxy.wait_for("load_generate_plan", times=2)
    proxy.wait_for("heartbeat", times=2)
    assert [message["read_ct"] for message in site.waiting()] == [1, 1, 0]
    openai.go_on.set()
    for _ in range(3):
        worker.until("job_done")
    asked_for = [body["quantity"] for name, body in proxy.calls if name == "read_jobs"]
    assert max(asked_for) <= 2


def test_outcomes_that_are_ready_together_travel_together(
    site: Site, proxy: PostgrestProxy, hire: Callable[..., Worker]
):
    asked = [site.ask(f"Topic {number}") for number in range(8)]
    assert hire("--drain").wait() == 0
    assert all(site.generation(one)["status"] == "succeeded" for one in asked)
    assert proxy.count("complete_generate_plan") < 8


def test_a_lost_reply_makes_no_second_plan(
    site: Site, proxy: PostgrestProxy, hire: Callable[..., Worker]
):
    asked = site.ask()
    proxy.lose_reply("complete_generate_plan", times=2)
    worker = hire("--drain")
    assert worker.wait() == 0
    assert proxy.count("complete_generate_plan") == 3
    assert worker.events("job_done")
    site.expect_one_plan(asked)


def test_a_batch_that_fails_as_a_whole_is_sent_one_by_one(
    site: Site, proxy: PostgrestProxy, hire: Callable[..., Worker]
):
    asked = [site.ask(f"Topic {number}") for number in range(5)]
    refused = proxy.answer(
        "complete_generate_plan",
        500,
        {"code": "57014", "message": "canceling statement due to statement timeout"},
        times=99,
        matching=lambda body: len(body["outcomes"]) > 1,
    )
    worker = hire("--drain")
    assert worker.wait() == 0
    assert refused.met >= 1, "nothing travelled together"
    assert all(site.generation(one)["status"] == "succeeded" for one in asked)
    made = [event for event in worker.events("job_done") if event["queue"] == "generate_plan"]
    assert len(made) == 5


def test_a_long_job_is_kept_by_its_heartbeats(
    site: Site, proxy: PostgrestProxy, hire: Callable[..., Worker], openai: OpenAI
):
    site.sql("update worker.queues set lease_seconds = 1")
    asked = site.ask()
    openai.next("wait")
    worker = hire("generate_plan", model=openai)
    proxy.wait_for("heartbeat", times=8)  # a third of a second apart: two leases long at least
    assert hire("--drain").wait() == 0
    [message] = site.waiting()
    assert message["read_ct"] == 1
    openai.go_on.set()
    worker.until("job_done")
    site.expect_one_plan(asked)


def test_a_cancelled_generation_stops_the_work_and_writes_nothing(
    site: Site, hire: Callable[..., Worker], openai: OpenAI
):
    site.sql("update worker.queues set lease_seconds = 1")
    asked = site.ask()
    openai.next("wait")
    worker = hire(model=openai)
    assert openai.asked.wait(120)
    site.call("cancel_generation", asked.person, generation_id=asked.generation_id)
    worker.until("job_dropped")
    assert site.generation(asked)["status"] == "cancelled"
    assert site.sql("select * from public.modules where plan_id = %s", asked.plan_id) == []
    assert site.waiting() == []


def test_a_plan_deleted_under_the_job_ends_it_quietly(
    site: Site, proxy: PostgrestProxy, hire: Callable[..., Worker]
):
    asked = site.ask()
    held = proxy.hold("complete_generate_plan", "before")
    worker = hire("--drain")
    held.wait()
    site.sql("delete from public.learning_plans where id = %s", asked.plan_id)
    held.release(passes_on=True)
    assert worker.wait() == 0
    assert (site.waiting(), site.dead_letters()) == ([], [])


def test_a_row_deleted_before_the_job_is_no_failure(site: Site, hire: Callable[..., Worker]):
    asked = site.ask()
    site.sql("delete from public.learning_plans where id = %s", asked.plan_id)
    worker = hire("--drain")
    assert worker.wait() == 0
    assert worker.events("job_dropped")
    assert (site.waiting(), site.dead_letters()) == ([], [])


def test_no_time_is_an_outcome_that_the_learner_reads(site: Site, hire: Callable[..., Worker]):
    asked = site.ask(weekly_hours="0")
    assert hire("--drain").wait() == 0
    generation = site.generation(asked)
    assert generation["status"] == "failed"
    assert generation["error"]["code"] == "no_time"
    assert generation["error"]["remedy"]
    assert site.dead_letters() == []


def test_sigterm_lets_the_job_in_hand_finish(
    site: Site, hire: Callable[..., Worker], openai: OpenAI
):
    asked, later = site.ask(), site.ask("Chess")
    openai.next("wait")
    worker = hire("--concurrency", "1", model=openai)
    assert openai.asked.wait(120)
    worker.signal(signal.SIGTERM)
    worker.until("stopping")
    openai.go_on.set()
    assert worker.wait() == 0
    assert site.generation(asked)["status"] == "succeeded"
    assert site.generation(later)["status"] == "queued"
    assert len(site.waiting()) == 1


def test_what_does_not_finish_within_the_grace_is_handed_back(
    site: Site, hire: Callable[..., Worker], openai: OpenAI
):
    asked = site.ask()
    openai.next("wait")
    worker = hire("--grace", "0.2", model=openai)
    assert openai.asked.wait(120)
    assert worker.stop() == 0
    assert worker.events("handed_back")
    assert site.sql("select handed_back, failures from worker.job_attempts") == [
        {"handed_back": 1, "failures": 0}
    ]
    openai.go_on.set()
    assert hire("--drain", model=openai).wait() == 0, "it is free to take at once"
    site.expect_one_plan(asked)


def test_a_second_signal_does_not_wait_for_the_grace(
    site: Site, hire: Callable[..., Worker], openai: OpenAI
):
    site.ask()
    openai.next("wait")
    worker = hire("--grace", "600", model=openai)
    assert openai.asked.wait(120)
    worker.signal(signal.SIGTERM)
    worker.until("stopping")
    worker.signal(signal.SIGINT)
    assert worker.wait() == 0
    assert worker.events("handed_back")


def test_an_idle_worker_stops_at_once(hire: Callable[..., Worker]):
    worker = hire()
    worker.until("serving")
    assert worker.stop() == 0


def test_two_workers_share_the_work_and_make_each_plan_once(
    site: Site, hire: Callable[..., Worker]
):
    asked = [site.ask(f"Topic {number}") for number in range(12)]
    workers = [hire("--drain", "--concurrency", "2") for _ in range(2)]
    assert [worker.wait() for worker in workers] == [0, 0]
    for one in asked:
        assert site.generation(one)["status"] == "succeeded"
    done = [
        event["msg_id"]
        for worker in workers
        for event in worker.events("job_done")
        if event["queue"] == "generate_plan"
    ]
    assert sorted(done) == sorted(set(done))
    assert len(done) == 12


def test_a_worker_whose_database_restarts_waits_and_comes_back(
    site: Site, proxy: PostgrestProxy, hire: Callable[..., Worker]
):
    asked = site.ask()
    held = proxy.hold("load_generate_plan", "after")
    worker = hire("generate_plan")
    held.wait()
    site.stack.stop_database("immediate")
    try:
        held.release()
        worker.until("database_away")
    finally:
        site.stack.start_database()
        # Everybody else's API need not wait for its own next try.
        site.stack.restart_part("rest")
    worker.until("job_done")
    site.expect_one_plan(asked)
    assert worker.stop() == 0
    assert len(worker.events("database_away")) == len(worker.events("database_back"))


def test_a_worker_may_start_before_its_database(
    site: Site, proxy: PostgrestProxy, hire: Callable[..., Worker]
):
    asked = site.ask()
    proxy.answer("schema_version", 503, {"code": "PGRST001", "message": "no"}, times=3)
    worker = hire("--drain")
    assert worker.wait() == 0
    assert len(worker.events("database_away")) == 1, "it is said once"
    site.expect_one_plan(asked)


def test_a_model_that_is_busy_is_asked_again_when_it_said(
    site: Site, hire: Callable[..., Worker], openai: OpenAI
):
    asked = site.ask()
    openai.next("busy", 1200)
    worker = hire("--drain", model=openai)
    assert worker.wait() == 0
    generation = site.generation(asked)
    assert generation["status"] == "queued"
    assert generation["error"]["code"] == "model_unavailable"
    [message] = site.sql("select vt - clock_timestamp() as wait from pgmq.q_generate_plan")
    assert 1150 < message["wait"].total_seconds() < 1210
    site.expire_leases()
    assert hire("--drain", model=openai).wait() == 0
    site.sql("delete from worker.job_attempts")
    site.expect_one_plan(asked)


def test_what_fails_too_often_is_a_dead_letter_and_refunded(
    site: Site, hire: Callable[..., Worker], openai: OpenAI
):
    site.sql("update worker.queues set max_failures = 1")
    asked = site.ask()
    openai.next("status", 500, times=3)
    assert hire("--drain", model=openai).wait() == 0
    [letter] = site.dead_letters()
    assert letter["error"]["code"] == "model_unavailable"
    assert site.generation(asked)["status"] == "failed"
    used = site.sql(
        "select sum(quantity) from private.usage_ledger where generation_id = %s",
        asked.generation_id,
    )
    assert used == [{"sum": 0}]


def test_a_models_plan_is_rebalanced_checked_and_saved_with_what_it_took(
    site: Site, hire: Callable[..., Worker], openai: OpenAI
):
    asked = site.ask()
    site.sql("insert into worker.model_prices values ('large', 1, 10)")
    openai.plan["weeks"][0]["tasks"][0]["minutes"] = 5  # too short, and 70 of 300 are missing
    openai.answers["weeks"] = lambda _: {"weeks": openai.plan["weeks"][:1]}  # it stays so: a rule
    assert hire("--drain", model=openai, OPENAI_MODEL="large").wait() == 0
    assert openai.asked_for() == ["roadmap", "weeks"]
    site.expect_one_plan(asked)
    generation = site.generation(asked)
    assert (generation["input_tokens"], generation["output_tokens"]) == (2400, 6800)
    assert float(generation["cost_usd"]) == 0.0704
    assert generation["figures"]["links"]["proposed"] == 0
    assert generation["figures"] | {"links": {}} == {
        "valid_at_first_try": False,
        "repaired": True,
        "calls": 2,
        "links": {},
    }
    assert generation["prompt_version"]
    weeks = site.sql(
        "select estimated_minutes as m from public.modules where plan_id = %s", asked.plan_id
    )
    assert [week["m"] for week in weeks] == [300, 300]
    assert site.sql("select origin::text from public.learning_plans") == [{"origin": "ai"}]


def test_a_models_refusal_is_read_by_the_learner_and_makes_no_dead_letter(
    site: Site, hire: Callable[..., Worker], openai: OpenAI
):
    asked = site.ask()
    openai.next("refusal")
    assert hire("--drain", model=openai).wait() == 0
    generation = site.generation(asked)
    assert (generation["status"], generation["error"]["code"]) == ("failed", "model_refused")
    assert generation["input_tokens"] == 1200, "what it took is kept"
    assert (site.waiting(), site.dead_letters()) == ([], [])


def test_a_models_plan_that_stays_unusable_is_a_failed_outcome(
    site: Site, hire: Callable[..., Worker], openai: OpenAI
):
    asked = site.ask()
    for week in openai.plan["weeks"]:
        for task in week["tasks"]:
            task["kind"] = "read"  # somebody who learns by doing asked for it
    openai.answers["weeks"] = lambda _: {"weeks": openai.plan["weeks"]}
    assert hire("--drain", model=openai).wait() == 0
    generation = site.generation(asked)
    assert (generation["status"], generation["error"]["code"]) == ("failed", "plan_not_usable")
    assert site.dead_letters() == []
