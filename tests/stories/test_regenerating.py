"""Asking for a plan anew: all of it, what remains, or one week, and nothing changes by asking."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from tests.stories.deliveries import Deliveries, token
from tests.stories.proposals import Living, proposal
from tests.stories.wishes import day
from tests.world import NOT_SIGNED_IN, Refusal, at_once, one, refusal

if TYPE_CHECKING:
    from tests.world import Person, Row, World

UNDER_WAY = Refusal(409, "generation_under_way", "plan_id")


@pytest.fixture
def plan(world: World, deliveries: Deliveries) -> Living:
    return Living.of(world.person(), deliveries)


def generation(plan: Living, which: str) -> Row:
    [row] = plan.owner.rows("plan_generations", id=f"eq.{which}")
    return row


def used(person: Person) -> int:
    return int(person.call("my_usage")["generations_this_month"])


def ask_for_week(plan: Living, order: int, **arguments: Any) -> str:
    receipt = plan.owner.call("regenerate_module", module_id=plan.module(order)["id"], **arguments)
    assert receipt["plan_id"] == plan.id
    return str(receipt["generation_id"])


def loaded(plan: Living) -> Any:
    [job] = plan.deliveries.read()
    return plan.deliveries.load(job)


# What can be asked for


@pytest.mark.parametrize("scope", ["whole", "remaining", None, " Whole "])
def test_a_plan_is_asked_for_anew(plan: Living, scope: str | None) -> None:
    before = plan.rows()
    job = plan.regenerate(scope=scope, wish="  More exercises\r\nand less video ")
    row = generation(plan, job["generation_id"])
    assert (row["kind"], row["status"], row["module_id"]) == ("regenerate_plan", "running", None)
    assert row["scope"] == ("whole" if scope and "hole" in scope else "remaining")
    assert row["prompt"]["wish"] == "More exercises\nand less video"
    request = job["loaded"]["request"]
    assert (request["kind"], request["wish"]) == ("regenerate_plan", row["prompt"]["wish"])
    assert (request["from_week"], request["only_week"]) == (1, None)
    assert request["finished"] == ["Read"]
    assert job["loaded"]["revision"] == plan.revision
    assert plan.rows() == before
    assert used(plan.owner) == 2


def test_the_worker_sees_the_plan_as_it_lives(plan: Living) -> None:
    one(plan.owner.update("tasks", {"pinned_at": "now"}, id=f"eq.{plan.task('Form')['id']}"))
    plan.owner.tick(plan.task("Ship"), "in_progress")
    weeks = plan.regenerate()["loaded"]["request"]["living"]["weeks"]
    assert [(week["order"], week["title"]) for week in weeks] == [
        (1, "Week 1"),
        (2, "Week 2"),
        (3, "Week 3"),
    ]
    assert weeks[0]["module_id"] == plan.module(1)["id"]
    watch = plan.task("Watch")
    assert weeks[0]["tasks"][1] == {
        "task_id": watch["id"],
        "order": 2,
        "day": 2,
        "title": "Watch",
        "description": "What to do",
        "minutes": 60,
        "fixed": False,
        "done": False,
        "links": 2,
    }
    tasks = {task["title"]: task for week in weeks for task in week["tasks"]}
    assert {title for title, task in tasks.items() if task["fixed"]} == {"Read", "Form", "Ship"}
    assert {title for title, task in tasks.items() if task["done"]} == {"Read"}


def test_one_week_is_asked_for_anew(plan: Living) -> None:
    which = ask_for_week(plan, 2, wish="Harder")
    row = generation(plan, which)
    assert (row["kind"], row["scope"], row["module_id"]) == (
        "regenerate_module",
        None,
        plan.module(2)["id"],
    )
    request = loaded(plan)["request"]
    assert (request["kind"], request["wish"]) == ("regenerate_module", "Harder")
    assert (request["from_week"], request["only_week"]) == (2, 2)
    assert len(request["living"]["weeks"]) == 3


def test_what_remains_begins_after_what_is_done(plan: Living) -> None:
    for title in ("Watch", "Note"):
        plan.owner.tick(plan.task(title))
    assert plan.regenerate()["loaded"]["request"]["from_week"] == 2


def test_what_remains_begins_in_the_week_that_today_lies_in(
    world: World, deliveries: Deliveries
) -> None:
    plan = Living.of(world.person(), deliveries, start_date=day(-15))
    assert plan.regenerate()["loaded"]["request"]["from_week"] == 3


def test_a_plan_that_has_not_begun_is_asked_for_from_its_first_week(
    world: World, deliveries: Deliveries
) -> None:
    plan = Living.of(world.person(), deliveries, start_date=day(20))
    plan.owner.tick(plan.task("Read"), "not_started")
    assert plan.regenerate()["loaded"]["request"]["from_week"] == 1


def test_a_plan_without_weeks_is_asked_for_for_the_first_time(world: World) -> None:
    ada = world.person()
    mine = ada.plan()
    receipt = ada.call("regenerate_plan", plan_id=mine["id"], wish="In small steps")
    [row] = ada.rows("plan_generations", id=f"eq.{receipt['generation_id']}")
    assert (row["kind"], row["scope"], row["prompt"]["wish"]) == ("create", None, "In small steps")


def test_when_everything_is_done_nothing_remains(plan: Living) -> None:
    for title in ("Watch", "Note", "List", "Form", "Ship"):
        plan.owner.tick(plan.task(title))
    answer = plan.owner.rpc("regenerate_plan", plan_id=plan.id)
    assert refusal(answer) == (409, "nothing_remains", "scope")
    assert used(plan.owner) == 1
    assert plan.regenerate(scope="whole")["loaded"]["request"]["from_week"] == 1


@pytest.mark.parametrize(
    ("arguments", "code", "field"),
    [
        ({"scope": "half"}, "invalid_scope", "scope"),
        ({"wish": "x" * 2001}, "invalid_wish", "wish"),
        ({"wish": "bell\a"}, "invalid_wish", "wish"),
        ({"request_key": ""}, "missing_request_key", "request_key"),
        ({"request_key": "x" * 201}, "invalid_request_key", "request_key"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_beside_its_field(
    plan: Living, arguments: Row, code: str, field: str
) -> None:
    answers = [plan.owner.rpc("regenerate_plan", plan_id=plan.id, **arguments)]
    if "scope" not in arguments:
        module = plan.module(1)["id"]
        answers.append(plan.owner.rpc("regenerate_module", module_id=module, **arguments))
    assert {refusal(answer) for answer in answers} == {Refusal(422, code, field)}
    assert (used(plan.owner), plan.deliveries.waiting()) == (1, 0)


@pytest.mark.parametrize("wish", ["", "  \n ", None])
def test_a_blank_wish_is_none(plan: Living, wish: str | None) -> None:
    job = plan.regenerate(wish=wish)
    assert "wish" not in generation(plan, job["generation_id"])["prompt"]
    assert job["loaded"]["request"]["wish"] is None


# Asked for more than once


def test_the_same_asked_twice_is_made_once(plan: Living) -> None:
    first = plan.owner.call("regenerate_plan", plan_id=plan.id, scope="whole")
    assert plan.owner.call("regenerate_plan", plan_id=plan.id, scope="whole") == first
    [job] = plan.deliveries.read()
    plan.deliveries.load(job)
    assert plan.owner.call("regenerate_plan", plan_id=plan.id, scope="whole") == first
    assert used(plan.owner) == 2


def test_one_thing_at_a_time_is_made_of_a_plan(plan: Living) -> None:
    ask_for_week(plan, 2)
    others = [
        plan.owner.rpc("regenerate_plan", plan_id=plan.id),
        plan.owner.rpc("regenerate_plan", plan_id=plan.id, scope="whole"),
        plan.owner.rpc("regenerate_module", module_id=plan.module(1)["id"]),
    ]
    assert {refusal(answer) for answer in others} == {UNDER_WAY}
    assert (used(plan.owner), plan.deliveries.waiting()) == (2, 1)


def test_asking_many_times_at_once_asks_once(plan: Living) -> None:
    answers = at_once(
        *[lambda: plan.owner.rpc("regenerate_plan", plan_id=plan.id, request_key="k")] * 6
    )
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert (used(plan.owner), plan.deliveries.waiting()) == (2, 1)


def test_a_request_key_asks_once_even_when_it_is_made_already(plan: Living) -> None:
    job = plan.regenerate(scope="whole", request_key="k")
    result = proposal(job["loaded"]["revision"], *plan.new_weeks())
    assert plan.deliveries.standing(job, result) == "done"
    again = plan.owner.call("regenerate_plan", plan_id=plan.id, scope="whole", request_key="k")
    assert again["generation_id"] == job["generation_id"]
    reused = Refusal(409, "request_key_reused", "request_key")
    others = [
        plan.owner.rpc("regenerate_plan", plan_id=plan.id, request_key="k"),
        plan.owner.rpc(
            "regenerate_plan", plan_id=plan.id, scope="whole", wish="x", request_key="k"
        ),
        plan.owner.rpc("regenerate_module", module_id=plan.module(1)["id"], request_key="k"),
        plan.owner.ask(request_key="k"),
    ]
    assert {refusal(answer) for answer in others} == {reused}
    assert (used(plan.owner), plan.deliveries.waiting()) == (2, 0)


def test_a_key_for_one_week_asks_once(plan: Living) -> None:
    first = ask_for_week(plan, 2, request_key="k")
    assert ask_for_week(plan, 2, request_key="k") == first
    assert used(plan.owner) == 2


# Limits


def test_a_month_that_is_used_up_says_when_it_begins_again(world: World, plan: Living) -> None:
    world.sql(
        "insert into private.usage_ledger (person, kind, quantity, generation_id)"
        " select %s, 'generation', 1, gen_random_uuid() from generate_series(1, 19)",
        plan.owner.id,
    )
    reset = world.value(
        "select to_char(date_trunc('month', now() at time zone 'UTC') + interval '1 month',"
        " 'YYYY-MM-DD')"
    )
    for answer in (
        plan.owner.rpc("regenerate_plan", plan_id=plan.id),
        plan.owner.rpc("regenerate_module", module_id=plan.module(1)["id"]),
        plan.owner.ask(),
    ):
        assert refusal(answer) == (429, "monthly_generations_used", "plan_id")
        assert reset in answer.json()["hint"]
    assert plan.owner.call("my_usage")["resets_at"].startswith(f"{reset}T00:00:00")


# Who may ask


def test_only_the_owner_asks_and_others_learn_nothing(world: World, plan: Living) -> None:
    plan.owner.update("learning_plans", {"visibility": "public"}, id=f"eq.{plan.id}")
    follower, stranger = world.person("Ben"), world.person("Cleo")
    follower.follow({"id": plan.id})
    which = {"plan_id": plan.id}, {"module_id": plan.module(1)["id"]}
    for name, asked in zip(("regenerate_plan", "regenerate_module"), which, strict=True):
        [field] = asked
        random_id = {field: str(uuid.uuid4())}
        answers = [
            follower.rpc(name, **asked),
            stranger.rpc(name, **asked),
            stranger.rpc(name, **random_id),
            plan.owner.rpc(name, **random_id),
            plan.owner.rpc(name, **{field: None}),
        ]
        kind = field.removesuffix("_id")
        assert {refusal(answer) for answer in answers} == {Refusal(404, f"{kind}_not_found", field)}
        assert len({answer.text for answer in answers}) == 1
        assert refusal(world.nobody.rpc(name, **asked)) == NOT_SIGNED_IN
    assert (used(plan.owner), used(follower), plan.deliveries.waiting()) == (1, 0, 0)


# When it does not come to anything


@pytest.mark.parametrize("kind", ["whole", "remaining", "module"])
def test_what_failed_is_tried_again_as_it_was_asked_for(plan: Living, kind: str) -> None:
    if kind == "module":
        ask_for_week(plan, 2, wish="Harder")
    else:
        plan.owner.call("regenerate_plan", plan_id=plan.id, scope=kind, wish="Harder")
    before = plan.rows()
    [job] = plan.deliveries.read()
    first = plan.deliveries.load(job)
    assert plan.deliveries.fail(job, retry_in=None) == "dead"
    failed = generation(plan, first["generation_id"])
    assert (failed["status"], failed["error"]["code"]) == ("failed", "model_busy")
    assert (plan.rows(), used(plan.owner)) == (before, 1)
    second = plan.owner.call("retry_generation", generation_id=first["generation_id"])
    assert second != first["generation_id"]
    again = loaded(plan)
    assert again["generation_id"] == second
    assert again["request"] == first["request"]
    row = generation(plan, second)
    assert [row[k] for k in ("kind", "scope", "module_id")] == [
        failed[k] for k in ("kind", "scope", "module_id")
    ]


def test_a_given_up_regeneration_may_be_revived_by_an_operator(plan: Living) -> None:
    job = plan.regenerate()
    plan.deliveries.fail(job, retry_in=None)
    [letter] = plan.deliveries.dead_letters()
    assert plan.deliveries.requeue(letter["id"]).status_code == 200
    assert generation(plan, job["generation_id"])["status"] == "queued"
    [again] = plan.deliveries.read()
    result = proposal(plan.deliveries.load(again)["revision"], *plan.new_weeks())
    assert plan.deliveries.standing(again, result) == "done"


def test_a_sentence_instead_of_a_proposal_is_told(plan: Living) -> None:
    before = plan.rows()
    job = plan.regenerate()
    failed = {"code": "no_time", "message": "There is no time left.", "remedy": "Move the end."}
    assert plan.deliveries.standing(job, {"model": "gpt-5", "failed": failed}) == "done"
    row = generation(plan, job["generation_id"])
    assert (row["status"], row["error"]) == ("failed", failed)
    assert (plan.rows(), plan.owner.rows("plan_proposals")) == (before, [])


@pytest.mark.parametrize("asked", [True, False], ids=["model asked", "model not asked"])
def test_a_cancelled_regeneration_proposes_nothing(plan: Living, asked: bool) -> None:
    job = plan.regenerate(scope="whole")
    if asked:
        assert plan.deliveries.call_model(job)["standing"] == "held"
    plan.owner.call("cancel_generation", generation_id=job["generation_id"])
    assert plan.deliveries.heartbeat(job) == "cancelled"
    assert plan.deliveries.call_model(job)["standing"] == "cancelled"
    result = proposal(job["loaded"]["revision"], *plan.new_weeks())
    assert plan.deliveries.standing(job, result) == "done"
    assert plan.owner.rows("plan_proposals") == []
    assert used(plan.owner) == (2 if asked else 1)


def test_a_module_deleted_while_it_waited_is_told_and_refunded(plan: Living) -> None:
    which = ask_for_week(plan, 2)
    one(plan.owner.delete("modules", id=f"eq.{plan.module(2)['id']}"))
    [job] = plan.deliveries.read()
    assert plan.deliveries.load(job) == {"standing": "obsolete"}
    assert plan.deliveries.standing(job) == "done"
    row = generation(plan, which)
    assert (row["status"], row["error"]["code"]) == ("failed", "module_deleted")
    assert used(plan.owner) == 1
    answer = plan.owner.rpc("retry_generation", generation_id=which)
    assert refusal(answer) == (409, "module_deleted", "generation_id")


def test_a_module_deleted_while_it_is_made_is_told_at_the_next_try(plan: Living) -> None:
    which = ask_for_week(plan, 2)
    [job] = plan.deliveries.read()
    revision = plan.deliveries.load(job)["revision"]
    one(plan.owner.delete("modules", id=f"eq.{plan.module(2)['id']}"))
    [answered] = plan.deliveries.complete({**token(job), "result": proposal(revision)})
    assert (answered["standing"], answered["problem"]["code"]) == ("rejected", "LB001")
    plan.deliveries.fail(job)
    assert plan.deliveries.load(plan.deliveries.again()) == {"standing": "obsolete"}
    assert generation(plan, which)["error"]["code"] == "module_deleted"


def test_a_plan_deleted_while_it_is_made_ends_quietly(plan: Living) -> None:
    job = plan.regenerate()
    one(plan.owner.delete("learning_plans", id=f"eq.{plan.id}"))
    assert plan.deliveries.heartbeat(job) == "cancelled"
    assert plan.deliveries.standing(job, proposal(job["loaded"]["revision"])) == "done"
    assert plan.deliveries.waiting() == 0


def test_long_titles_of_what_was_finished_are_no_obstacle(world: World, plan: Living) -> None:
    module = plan.module(3)["id"]
    world.sql(
        'insert into public.tasks (module_id, "order", title, estimated_minutes)'
        " select %s, n, repeat('学', 195) || n, 10 from generate_series(10, 130) n",
        module,
    )
    world.sql(
        "insert into public.task_progress (task_id, user_id, status)"
        " select t.id, %s, 'completed' from public.tasks t"
        ' where t.module_id = %s and t."order" >= 10',
        plan.owner.id,
        module,
    )
    world.sql(
        "insert into public.plan_notes (plan_id, notes) values (%s, repeat('学', 2000))", plan.id
    )
    job = plan.regenerate(wish="学" * 2000)
    assert 50 <= len(job["loaded"]["request"]["finished"]) <= 100
