"""A worker may die anywhere: the next one makes the plan, once.

A proxy holds one of the worker's calls, before or after the database carried it out; then the real
process is killed.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.openai import OpenAI
    from tests.fakes.postgrest_proxy import Moment, PostgrestProxy
    from tests.jobs.site import Site, Worker

CALLS = ("schema_version", "queues", "read_jobs", "load_generate_plan", "complete_generate_plan")


@pytest.mark.sampled(one_in=3)
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", CALLS)
def test_a_worker_killed_at_any_of_its_calls_costs_nothing_but_time(
    site: Site,
    proxy: PostgrestProxy,
    hire: Callable[..., Worker],
    call: str,
    moment: Moment,
):
    asked = site.ask()
    held = proxy.hold(call, moment)
    doomed = hire()
    held.wait()
    doomed.kill()
    held.release()
    site.expire_leases()
    assert hire("--drain").wait() == 0
    site.expect_one_plan(asked)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_worker_killed_as_it_announces_the_model_costs_nothing_but_time(
    site: Site,
    proxy: PostgrestProxy,
    hire: Callable[..., Worker],
    openai: OpenAI,
    moment: Moment,
):
    asked = site.ask()
    held = proxy.hold("begin_model_call", moment)
    doomed = hire(model=openai)
    held.wait()
    doomed.kill()
    held.release()
    assert openai.requests == [], "the model was called before the database knew of it"
    site.expire_leases()
    assert hire("--drain", model=openai).wait() == 0
    site.expect_one_plan(asked)
    assert len(openai.requests) == 1


def test_a_worker_killed_while_the_model_thinks_is_replaced(
    site: Site, hire: Callable[..., Worker], openai: OpenAI
):
    asked = site.ask()
    openai.next("wait")
    doomed = hire(model=openai)
    assert openai.asked.wait(120)
    doomed.kill()
    openai.go_on.set()
    site.expire_leases()
    assert hire("--drain", model=openai).wait() == 0
    site.expect_one_plan(asked)
    assert site.generation(asked)["model_called_at"] is not None


def test_an_outcome_that_arrives_after_its_worker_died_and_another_finished_changes_nothing(
    site: Site, proxy: PostgrestProxy, hire: Callable[..., Worker]
):
    asked = site.ask()
    held = proxy.hold("complete_generate_plan", "before")
    doomed = hire()
    held.wait()
    doomed.kill()
    site.expire_leases()
    assert hire("--drain").wait() == 0
    before = site.sql("select id from public.tasks order by id")
    with proxy.expecting("complete_generate_plan"):
        held.release(passes_on=True)
    assert site.sql("select id from public.tasks order by id") == before
    site.expect_one_plan(asked)


def test_an_outcome_that_arrives_late_but_first_is_the_one_that_counts(
    site: Site, proxy: PostgrestProxy, hire: Callable[..., Worker]
):
    asked = site.ask()
    held = proxy.hold("complete_generate_plan", "before")
    doomed = hire()
    held.wait()
    doomed.kill()
    with proxy.expecting("complete_generate_plan"):
        held.release(passes_on=True)
    site.expect_one_plan(asked)


def test_a_stopped_worker_that_wakes_up_late_finds_its_delivery_gone(
    site: Site, proxy: PostgrestProxy, hire: Callable[..., Worker]
):
    asked = site.ask()
    held = proxy.hold("load_generate_plan", "after")
    sleeper = hire()
    held.wait()
    sleeper.signal(signal.SIGSTOP)
    site.expire_leases()
    assert hire("--drain").wait() == 0
    before = site.sql("select id from public.tasks order by id")
    held.release()
    sleeper.signal(signal.SIGCONT)
    sleeper.until("job_stale")
    assert site.sql("select id from public.tasks order by id") == before
    site.expect_one_plan(asked)
    assert sleeper.stop() == 0


def test_what_kills_every_worker_is_a_dead_letter_in_the_end_and_takes_nobody_along(
    site: Site, proxy: PostgrestProxy, hire: Callable[..., Worker]
):
    site.sql("update worker.queues set max_lost_deliveries = 4")
    deadly = site.ask("Juggling knives")
    for _ in range(4):
        held = proxy.hold("load_generate_plan", "before")
        doomed = hire()
        held.wait()
        doomed.kill()
        held.release()
        proxy.forget_rules()
        site.expire_leases()
    harmless = site.ask("Juggling balls")
    worker = hire("--drain")
    assert worker.wait() == 0
    [letter] = site.dead_letters()
    assert letter["error"]["code"] == "worker_lost"
    assert site.generation(deadly)["status"] == "failed"
    assert site.generation(harmless)["status"] == "succeeded"


def test_a_job_whose_workers_keep_dying_runs_without_neighbours(
    site: Site, proxy: PostgrestProxy, hire: Callable[..., Worker], openai: OpenAI
):
    suspect = site.ask("Lion taming")
    site.sql("update pgmq.q_generate_plan set read_ct = 3")
    others = [site.ask("Cats"), site.ask("Dogs")]
    held = proxy.hold("load_generate_plan", "before", nth=3)
    worker = hire("--drain", model=openai)
    held.wait()
    loads = [body["msg_id"] for name, body in proxy.calls if name == "load_generate_plan"]
    [last] = [m["msg_id"] for m in site.waiting()]
    assert loads[-1] == last, "the suspect comes last"
    assert proxy.count("complete_generate_plan") >= 1
    assert [site.generation(other)["status"] for other in others] == ["succeeded"] * 2
    held.release(passes_on=True)
    assert worker.wait() == 0
    assert worker.events("running_alone")
    assert site.generation(suspect)["status"] == "succeeded"
