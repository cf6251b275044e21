"""Plans from a model, through a real worker: in steps, anew, within the budget, killed anywhere."""

from __future__ import annotations

import datetime as dt
from itertools import cycle
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.openai import OpenAI
    from tests.fakes.postgrest_proxy import Moment, PostgrestProxy
    from tests.jobs.site import Asked, Site, Worker

CHUNKS = 4  # of three weeks, in a plan of ten


def in_ten_weeks() -> str:
    return str(dt.datetime.now(dt.UTC).date() + dt.timedelta(days=69))


def weeks_of(site: Site, asked: Asked) -> list[dict[str, Any]]:
    return site.sql(
        'select m."order", m.title, m.estimated_minutes, count(t.id) as tasks'
        " from public.modules m join public.tasks t on t.module_id = m.id"
        ' where m.plan_id = %s group by m.id order by m."order"',
        asked.plan_id,
    )


def proposal(site: Site, asked: Asked) -> dict[str, Any]:
    [row] = site.sql(
        "select * from public.plan_proposals where plan_id = %s order by created_at desc limit 1",
        asked.plan_id,
    )
    return row


def calls(site: Site, asked: Asked) -> list[dict[str, Any]]:
    return site.sql(
        "select c.* from private.model_calls c join public.plan_generations g"
        " on g.id = c.generation_id where g.plan_id = %s order by c.began_at",
        asked.plan_id,
    )


def test_a_long_plan_is_made_in_steps_and_every_call_is_in_the_books(
    site: Site, hire: Callable[..., Worker], openai: OpenAI
):
    asked = site.ask(deadline_date=in_ten_weeks())
    assert hire("--drain", model=openai).wait() == 0
    site.expect_one_plan(asked)
    assert openai.asked_for() == ["outline", *["weeks"] * CHUNKS]
    assert [week["order"] for week in weeks_of(site, asked)] == list(range(1, 11))
    books = calls(site, asked)
    assert {call["purpose"] for call in books} == {"ModelOutline", "ModelWeeks"}
    assert all(call["ended_at"] for call in books)
    generation = site.generation(asked)
    assert generation["input_tokens"] == 1200 * len(books)
    assert generation["figures"]["valid_at_first_try"] is True
    [day] = site.sql("select * from private.model_days")
    assert (day["reserved"], day["used"]) == (0, (1200 + 3400) * len(books))


@pytest.mark.sampled(one_in=3)
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", ["begin_model_call", "heartbeat", "complete_generate_plan"])
def test_a_worker_killed_between_the_steps_repeats_no_step_that_it_told_of(  # noqa: PLR0917
    site: Site,
    proxy: PostgrestProxy,
    hire: Callable[..., Worker],
    openai: OpenAI,
    call: str,
    moment: Moment,
):
    asked = site.ask(deadline_date=in_ten_weeks())
    held = proxy.hold(call, moment)
    doomed = hire(model=openai)
    held.wait()
    doomed.kill()
    held.release()
    generation = site.generation(asked)
    kept = generation["draft"] or {}
    missing = 10 - len(kept.get("weeks") or ())
    paid = len(openai.requests)
    site.expire_leases()
    assert hire("--drain", model=openai).wait() == 0
    site.expect_one_plan(asked)
    again = openai.asked_for()[paid:]
    if generation["status"] == "succeeded":
        assert again == [], "it was saved before the worker died"
    else:
        assert ("outline" in again) == (not kept.get("outline"))
        assert again.count("weeks") == -(-missing // 3)


def test_a_worker_killed_while_chunks_are_written_repeats_only_those(
    site: Site, hire: Callable[..., Worker], openai: OpenAI
):
    asked = site.ask(deadline_date=in_ten_weeks())
    openai.next("plan")
    openai.next("wait", times=CHUNKS)
    doomed = hire(model=openai)
    while len(openai.requests) < 1 + CHUNKS:
        assert openai.asked.wait(120)
        openai.asked.clear()
    doomed.kill()
    openai.go_on.set()
    site.expire_leases()
    assert hire("--drain", model=openai).wait() == 0
    site.expect_one_plan(asked)
    assert openai.asked_for().count("outline") == 1, "it was told of before the chunks were asked"
    open_still = [call for call in calls(site, asked) if call["ended_at"] is None]
    assert len(open_still) == CHUNKS, "what they cost is not known: their reservation stays"


def test_the_built_in_planner_makes_a_proposal_that_leaves_what_was_done(
    site: Site, hire: Callable[..., Worker]
):
    asked = site.ask("Python")
    assert hire("--drain").wait() == 0
    [task] = site.sql(
        "select t.* from public.tasks t join public.modules m on m.id = t.module_id"
        ' where m.plan_id = %s order by m."order", t."order" limit 1',
        asked.plan_id,
    )
    site.sql(
        "insert into public.task_progress (task_id, user_id, status) values (%s, %s, 'completed')",
        task["id"],
        asked.person,
    )
    site.call("regenerate_plan", asked.person, plan_id=asked.plan_id, wish="Slower, please")
    assert hire("--drain").wait() == 0
    made = proposal(site, asked)
    assert made["status"] == "open"
    answer = site.call("accept_proposal", asked.person, proposal_id=str(made["id"]))
    assert answer["status"] == "accepted"
    [same] = site.sql("select * from public.tasks where id = %s", task["id"])
    assert same == task


def test_a_model_makes_a_week_anew_and_the_rest_stays(
    site: Site, hire: Callable[..., Worker], openai: OpenAI
):
    asked = site.ask()
    assert hire("--drain", model=openai).wait() == 0
    before = site.sql(
        "select t.id, t.title from public.tasks t join public.modules m on m.id = t.module_id"
        ' where m.plan_id = %s and m."order" = 1 order by t.id',
        asked.plan_id,
    )
    [second] = site.sql(
        'select id from public.modules where plan_id = %s and "order" = 2', asked.plan_id
    )
    wish = "Everything by hand"
    site.call("regenerate_module", asked.person, module_id=str(second["id"]), wish=wish)
    openai.answers["roadmap"] = lambda _: fresh_week(2)
    assert hire("--drain", model=openai).wait() == 0
    assert wish in str(openai.requests[-1][1])
    made = proposal(site, asked)
    assert made["summary"]["added"] == 4
    site.call("accept_proposal", asked.person, proposal_id=str(made["id"]))
    titles = site.sql(
        'select t.title from public.tasks t where t.module_id = %s order by t."order"',
        second["id"],
    )
    assert [row["title"] for row in titles] == [f"By hand {n}" for n in range(4)]
    assert before == site.sql(
        "select t.id, t.title from public.tasks t join public.modules m on m.id = t.module_id"
        ' where m.plan_id = %s and m."order" = 1 order by t.id',
        asked.plan_id,
    )


def fresh_week(number: int) -> dict[str, Any]:
    kinds = ("practice", "watch", "practice", "practice")
    tasks = [
        {
            "day": 1 + 2 * place,
            "title": f"By hand {place}",
            "description": "And see that it works.",
            "minutes": 75,
            "kind": kind,
            "resources": [],
        }
        for place, kind in enumerate(kinds)
    ]
    week = {"week": number, "title": "By hand", "description": "You can.", "tasks": tasks}
    return {"summary": "You can.", "left_out": [], "weeks": [week]}


def test_a_plan_that_moves_on_while_its_proposal_is_made_is_compared_anew(
    site: Site, proxy: PostgrestProxy, hire: Callable[..., Worker], openai: OpenAI
):
    asked = site.ask()
    assert hire("--drain", model=openai).wait() == 0
    site.call("regenerate_plan", asked.person, plan_id=asked.plan_id, scope="whole")
    held = proxy.hold("complete_generate_plan", "before")
    worker = hire("generate_plan", model=openai)
    held.wait()
    site.sql("update public.learning_plans set topic = 'Rowing' where id = %s", asked.plan_id)
    paid = len(openai.requests)
    held.release()
    worker.until("moved_on")
    worker.until("job_done")
    [plan] = site.sql("select revision from public.learning_plans where id = %s", asked.plan_id)
    assert proposal(site, asked)["base_revision"] == plan["revision"]
    assert len(openai.requests) == paid, "what the model wrote was in the draft"


def test_when_the_day_is_used_up_nobody_is_asked_and_nothing_is_counted(
    site: Site, hire: Callable[..., Worker], openai: OpenAI
):
    asked = site.ask()
    site.sql("insert into worker.platform_limits values ('daily_model_tokens', 5000)")
    assert hire("--drain", model=openai).wait() == 0
    generation = site.generation(asked)
    assert (generation["status"], generation["error"]["code"]) == ("failed", "model_budget_used")
    assert "00:00" in generation["error"]["remedy"]
    assert openai.requests == []
    [used] = site.sql(
        "select sum(quantity) from private.usage_ledger where generation_id = %s",
        asked.generation_id,
    )
    assert used["sum"] == 0
    assert (site.waiting(), site.dead_letters()) == ([], [])


def test_a_cancellation_before_the_model_is_asked_asks_nobody(
    site: Site, proxy: PostgrestProxy, hire: Callable[..., Worker], openai: OpenAI
):
    asked = site.ask()
    held = proxy.hold("begin_model_call", "before")
    worker = hire(model=openai)
    held.wait()
    site.call("cancel_generation", asked.person, generation_id=asked.generation_id)
    held.release()
    worker.until("job_dropped")
    assert openai.requests == []
    assert worker.stop() == 0
    [used] = site.sql(
        "select sum(quantity) from private.usage_ledger where generation_id = %s",
        asked.generation_id,
    )
    assert used["sum"] == 0


FAULTS: dict[str, list[tuple[str, Any]]] = {
    "busy a while": [("busy", 0)],
    "busy without a word": [("busy", None)],
    "a server's error": [("status", 500), ("status", 503)],
    "a reset": [("hang up", None)],
    "truncated": [("truncated", None)],
    "not JSON": [("text", "I am sorry")],
    "fenced": [("around", "Here it is:\n```json\n{}\n```")],
    "thinking aloud": [("around", "<think>{{not this}}</think>{}")],
    "empty": [("empty", None)],
    "another shape": [("text", "{}")],
}


# Every fault of either API is met by the client in `tests/services`; here one by the whole worker.
@pytest.mark.sampled(one_in=3)
@pytest.mark.parametrize(("fault", "api"), list(zip(FAULTS, cycle(("responses", "chat")))))
def test_a_fault_on_the_way_costs_the_learner_nothing_but_time(
    site: Site, hire: Callable[..., Worker], openai: OpenAI, fault: str, api: str
):
    asked = site.ask()
    for behaviour, detail in FAULTS[fault]:
        openai.next(behaviour, detail)
    worker = hire("--drain", model=openai, OPENAI_API=api)
    assert worker.wait() == 0
    site.expect_one_plan(asked)


def test_a_server_that_knows_no_schemas_is_asked_in_plainer_ways(
    site: Site, hire: Callable[..., Worker], openai: OpenAI
):
    openai.accepts = {"text"}
    asked = site.ask()
    assert hire("--drain", model=openai, OPENAI_API="chat").wait() == 0
    site.expect_one_plan(asked)


def test_what_others_wrote_while_one_question_failed_is_kept_and_in_the_books(
    site: Site, hire: Callable[..., Worker], openai: OpenAI
):
    asked = site.ask(deadline_date=in_ten_weeks())
    openai.next("plan")
    openai.next("busy", 3600)
    openai.next("late", 0.4, times=CHUNKS - 1)
    worker = hire(model=openai)
    worker.until("job_failed")
    kept = site.generation(asked)["draft"]
    assert len(kept["weeks"]) == 7
    assert [call["purpose"] for call in calls(site, asked) if call["ended_at"] is None] == []
    paid = len(openai.requests)
    site.expire_leases()
    worker.until("job_done")
    assert openai.asked_for()[paid:] == ["weeks"], "the one that was not answered"
    [day] = site.sql("select * from private.model_days")
    assert (day["reserved"], day["used"]) == (0, (1200 + 3400) * (1 + CHUNKS))
    assert site.generation(asked)["output_tokens"] == 3400 * (1 + CHUNKS)


def test_a_cancellation_while_weeks_are_written_leaves_the_answered_ones_in_the_books(
    site: Site, hire: Callable[..., Worker], openai: OpenAI
):
    site.sql("update worker.queues set lease_seconds = 3 where queue = 'generate_plan'")
    asked = site.ask(deadline_date=in_ten_weeks())
    openai.next("plan", times=CHUNKS)
    openai.next("wait")
    worker = hire(model=openai)
    while len(openai.requests) < 1 + CHUNKS:
        assert openai.asked.wait(30)
        openai.asked.clear()
    site.call("cancel_generation", asked.person, generation_id=asked.generation_id)
    worker.until("job_dropped")
    assert [call["purpose"] for call in calls(site, asked) if call["ended_at"] is None] == []
    answered = [call for call in calls(site, asked) if call["output_tokens"]]
    assert site.generation(asked)["output_tokens"] == 3400 * len(answered)


def test_a_worker_that_is_stopped_tells_what_it_paid_for(
    site: Site, hire: Callable[..., Worker], openai: OpenAI
):
    asked = site.ask(deadline_date=in_ten_weeks())
    openai.next("plan", times=CHUNKS)
    openai.next("wait")
    worker = hire("--grace", "1", model=openai)
    while len(openai.requests) < 1 + CHUNKS:
        assert openai.asked.wait(30)
        openai.asked.clear()
    assert worker.stop() == 0
    openai.go_on.set()
    assert [call["purpose"] for call in calls(site, asked) if call["ended_at"] is None] == []
    answered = [call for call in calls(site, asked) if call["output_tokens"]]
    assert site.generation(asked)["output_tokens"] == 3400 * len(answered)
    paid = len(openai.requests)
    assert hire("--drain", model=openai).wait() == 0
    site.expect_one_plan(asked)
    assert openai.asked_for()[paid:] == ["weeks"] * (1 + CHUNKS - len(answered))


def test_what_an_operator_set_wrongly_is_a_dead_letter_and_costs_the_learner_nothing(
    site: Site, hire: Callable[..., Worker], openai: OpenAI
):
    asked = site.ask()
    openai.next("error", (400, "Unsupported value", "unsupported_value", "reasoning.effort"))
    assert hire("--drain", model=openai).wait() == 0
    generation = site.generation(asked)
    assert (generation["status"], generation["error"]["code"]) == ("failed", "model_access")
    [letter] = site.dead_letters()
    assert "reasoning.effort" in str(letter["error"])
    [used] = site.sql(
        "select sum(quantity) from private.usage_ledger where generation_id = %s",
        asked.generation_id,
    )
    assert used["sum"] == 0
