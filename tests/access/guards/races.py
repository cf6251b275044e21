"""Two at once: what one has not ended yet counts for the other."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.access import ground
from tests.access.ground import QUEUE, ident
from tests.access.guards.acts import DONE, GENERATIONS, LEDGER, MESSAGES, PLANS, TASKS, at
from tests.access.messages import tells
from tests.access.probes import Effect, Key, Outcome, Probe, Request, quoted, refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def probes() -> Iterator[Probe]:
    eve, ada = "another learner", "owner"

    def race(
        first: tuple[str, str], second: tuple[str, str], outcome: Outcome, about: str, *prepare: str
    ) -> Probe:
        request = Request("RACE", "sql.", (first, second[1]))
        name = f"{second[0]}: while {first[0]} is at it, {about}"
        return Probe(name, second[0], request, outcome, (about,), prepare)

    add_plan = (
        "insert into public.learning_plans (topic, skill_level, weekly_hours, learning_style)"
        " values ('Rowing', 'beginner', 1, 'mixed')"
    )
    plan = (eve, add_plan)
    one_plan = Effect(added=((PLANS, {"topic": "Rowing"}),))
    yield race(
        plan, plan, _but(refused(403, "plan_limit_reached"), one_plan), "private.limit_plans"
    )
    mine = at("eve private", "plan")
    add_record = quoted(
        "insert into public.plan_generations (plan_id, model, prompt) values ({}, 'm', '{{}}')",
        mine,
    )
    record = (eve, add_record)
    nearly = quoted(
        "insert into public.plan_generations (plan_id, model, prompt, status)"
        " select {}, 'm', '{{}}', 'succeeded' from generate_series(1, 96)",
        mine,
    )
    one_record = Effect(added=((GENERATIONS, {"plan_id": mine, "status": "succeeded"}),))
    yield race(
        record,
        record,
        _but(refused(403, "too_many_records"), one_record),
        "private.limit_generations",
        nearly,
    )

    def asking(label: str) -> tuple[str, str]:
        statement = "select private.request_generation({}, 'create')"
        return ada, quoted(statement, at(label, "plan"))

    idle = "update public.plan_generations set status = 'failed' where status = 'queued'"
    last = "update public.tier_limits set max_generations_per_month = 3 where tier = 'pro'"
    asked = Effect(
        added=(
            (GENERATIONS, {"plan_id": at("ada private", "plan"), "status": "queued"}),
            (LEDGER, {"person": ident("ada")}),
            (MESSAGES, {"read_ct": 0}),
            *tells("ada", "limit_reached"),
        )
    )
    request = "private.request_generation"
    used = _but(refused(429, "monthly_generations_used"), asked)
    yield race(asking("ada private"), asking("ada public"), used, request, idle, last)
    gone = (ada, quoted("delete from public.learning_plans where id = {}", at("zoe bare", "plan")))
    bare = quoted(
        "update public.learning_plans set user_id = {} where id = {}",
        ident("ada"),
        at("zoe bare", "plan"),
    )
    lost = frozenset({(PLANS, at("zoe bare", "plan")), (GENERATIONS, at("zoe bare", "failure"))})
    yield race(
        gone,
        asking("zoe bare"),
        _but(refused(404, "plan_not_found"), Effect(gone=lost)),
        request,
        bare,
    )

    module, task = at("ada private", "module 2"), at("ada private", "task 2")
    revised: dict[Key, frozenset[str]] = {
        (PLANS, at("ada private", "plan")): frozenset({"revision", "updated_at"})
    }
    mixed = refused(409, "order_does_not_match")
    yield race(
        (ada, quoted("delete from public.modules where id = {}", module)),
        (
            ada,
            quoted(
                "select public.reorder_modules({}, array[{}, {}]::uuid[])",
                at("ada private", "plan"),
                module,
                at("ada private", "module 1"),
            ),
        ),
        _but(mixed, Effect(gone=frozenset({("public.modules", module)}), changed=revised)),
        "public.reorder_modules",
    )
    week = at("ada private", "module 1")
    third = {"module_id": week, "order": 3}
    yield race(
        (
            ada,
            quoted(
                'insert into public.tasks (module_id, "order", title, estimated_minutes)'
                " values ({}, 3, 'x', 1)",
                week,
            ),
        ),
        (
            ada,
            quoted(
                "select public.reorder_tasks({}, array[{}, {}]::uuid[])",
                week,
                task,
                at("ada private", "task 1"),
            ),
        ),
        _but(mixed, Effect(added=((TASKS, third),), changed=revised)),
        "public.reorder_tasks",
    )
    # Who edits one of them holds it and waits for the plan, which re-ordering holds: a conflict.
    changing = refused(409, "plan_is_changing")
    first, second = at("ada private", "module 1"), module
    yield race(
        (ada, quoted("select id from public.modules where id = {} for no key update", second)),
        (
            ada,
            quoted(
                "select public.reorder_modules({}, array[{}, {}]::uuid[])",
                at("ada private", "plan"),
                second,
                first,
            ),
        ),
        changing,
        "public.reorder_modules",
    )
    yield race(
        (ada, quoted("select id from public.tasks where id = {} for no key update", task)),
        (
            ada,
            quoted(
                "select public.reorder_tasks({}, array[{}, {}]::uuid[])",
                week,
                task,
                at("ada private", "task 1"),
            ),
        ),
        changing,
        "public.reorder_tasks",
    )
    yield _plan_made_while_its_owner_writes(race)
    yield from _proposals(race)
    yield from _weeks(race)


def _weeks(race: Callable[..., Probe]) -> Iterator[Probe]:
    """What bounds somebody's week, or replaces it, when they do it twice at once."""
    eve, windows, feeds = "another learner", "public.study_windows", "public.calendar_feeds"
    person = {"user_id": ident("eve")}
    nearly = quoted(
        "insert into public.study_windows (user_id, weekday, starts, ends)"
        " select {}, 6, time '00:00' + make_interval(mins => 2 * n),"
        " time '00:01' + make_interval(mins => 2 * n) from generate_series(1, 48) n",
        ident("eve"),
    )

    def add(weekday: int) -> tuple[str, str]:
        statement = (
            "insert into public.study_windows (weekday, starts, ends) values ({}, '06:00', '07:00')"
        )
        return eve, quoted(statement, weekday)

    full = refused(403, "study_windows_limit_reached")
    first = Effect(added=((windows, {**person, "weekday": 5}),))
    yield race(add(5), add(4), _but(full, first), "private.limit_availability", nearly)

    def save(weekday: int) -> tuple[str, str]:
        week = [{"weekday": weekday, "starts": "06:00", "ends": "07:00"}]
        return eve, quoted("select id from public.save_study_windows({})", json.dumps(week))

    second = Effect(
        added=((windows, {**person, "weekday": 4}),),
        gone=frozenset({(windows, ident("window of eve"))}),
    )
    saved = Outcome(DONE, effect=second)
    yield race(save(5), save(4), saved, "public.save_study_windows")
    many = quoted(
        "insert into public.calendar_feeds (user_id) select {} from generate_series(1, 18)",
        ident("eve"),
    )
    create = (eve, "select feed_id from public.create_feed()")
    last = Effect(added=((feeds, person), ("private.feed_tokens", {})))
    no_more = _but(refused(403, "feed_limit_reached"), last)
    yield race(create, create, no_more, "private.create_own_feed", many)
    yield from _waiting(race)


def _waiting(race: Callable[..., Probe]) -> Iterator[Probe]:
    """Who waits for whom: seen by what the other wrote before they ended."""
    eve = "another learner"
    key: Key = ("public.notifications", ident("notification of eve"))
    # The calendar before its sessions: whoever holds it is waited for, before a session is.
    holds = quoted(
        "update private.learner_calendars set version = version where user_id = {};"
        " update public.notifications set read_at = now() where id = {}",
        ident("eve"),
        key[1],
    )
    if_waited = (
        " if exists (select from public.notifications n where n.read_at is not null) then"
        " raise 'waited' using errcode = 'LB000'; end if; end $$"
    )
    touch = "update public.sessions set pinned_at = null where false;"
    look = f"do $$ begin {touch}{if_waited}"
    waited = Outcome(frozenset({400}), code="LB000", message="waited")
    held = Effect(changed={key: frozenset({"read_at", "updated_at"})})
    yield race(
        ("the database's owner", holds), (eve, look), _but(waited, held), "private.hold_calendar"
    )
    # Nobody waits for, or keeps waiting, who decides about something of their own.
    busy = quoted(
        "select from public.plan_schedules where user_id = {} for update;"
        " update public.notifications set read_at = now() where id = {}",
        ident("ada"),
        key[1],
    )
    mine = at("eve private", "catch-up")
    decide = quoted("perform private.reject_own_catch_up({});", mine)
    rejected: Key = ("public.catch_ups", mine)
    both = Effect(changed={**held.changed, rejected: frozenset({"status", "decided_at"})})
    yield race(
        ("the database's owner", busy), (eve, f"do $$ begin {decide}{if_waited}"),
        Outcome(DONE, effect=both), "private.hold_schedule",
    )  # fmt: skip
    ask = quoted("perform private.accept_own_catch_up({});", at("ada private", "catch-up"))
    meddle = f"do $$ begin {ask} exception when others then{if_waited}"
    at_once = Outcome(DONE, effect=held)
    yield race(("the database's owner", busy), (eve, meddle), at_once, "private.hold_catch_up")


def _proposals(race: Callable[..., Probe]) -> Iterator[Probe]:
    """What is written in the very moment of an acceptance, and a cancellation in that of a call."""
    ada, label = "owner", "ada private"
    which, plan, task = at(label, "proposal"), at(label, "plan"), at(label, "task 1")
    accept = (ada, quoted("select private.accept_own_proposal({})", which))
    rename = (ada, quoted("update public.learning_plans set topic = 'Rowing' where id = {}", plan))
    renamed = Effect(changed={(PLANS, plan): frozenset({"topic", "revision", "updated_at"})})
    yield race(
        rename, accept, _but(refused(409, "plan_moved_on"), renamed), "private.hold_proposal"
    )
    # The task is to go, and nobody has begun it but who does so now.
    empty = quoted(
        "update public.plan_proposals set target = jsonb_build_object('modules', jsonb_build_array("
        "jsonb_build_object('module_id', {}, 'order', 1, 'title', 'Week 1', 'estimated_minutes', 0,"
        " 'tasks', '[]'::jsonb))) where id = {}",
        at(label, "module 1"),
        which,
    )
    idle = quoted("update public.task_progress set status = 'not_started' where task_id = {}", task)
    alone = quoted("delete from public.tasks where id = {}", at(label, "task 2"))
    mine = quoted(
        "update public.task_progress set status = 'completed' where task_id = {} and user_id = {}",
        task,
        ident("ada"),
    )
    ticked = Effect(
        changed={
            ("public.task_progress", ident(f"progress of ada with {label}")): frozenset(
                {"status", "updated_at"}
            )
        }
    )
    busy = _but(refused(409, "plan_is_changing"), ticked)
    yield race((ada, mine), accept, busy, "private.hold_tasks", empty, idle, alone)
    request = at(label, "request")
    cancel = (ada, quoted("select private.cancel_own_generation({})", request))
    begin = (
        "service",
        quoted(
            "select worker.begin_model_call({}, {}, {}, 'plan', 'large', 100)",
            *(ground.DELIVERY["msg_id"], ground.DELIVERY["read_ct"], ident("a call")),
        ),
    )
    back = {"person": ident("ada"), "quantity": -1, "generation_id": request}
    cancelled = Effect(
        added=((LEDGER, back),),
        changed={(GENERATIONS, request): frozenset({"status", "finished_at"})},
    )
    yield race(cancel, begin, Outcome(DONE, effect=cancelled), "worker.begin_model_call")


def _plan_made_while_its_owner_writes(race: Callable[..., Probe]) -> Probe:
    """The model's plan comes just after the owner wrote a week: theirs stays, alone."""
    plan, generation = at("zoe bare", "plan"), at("zoe bare", "failure")
    waiting = quoted(
        "update public.plan_generations set status = 'running' where id = {}", generation
    )
    message = quoted(
        "update pgmq.q_generate_plan set message = jsonb_build_object("
        "'v', 1, 'generation_id', {}::text) where msg_id = 1",
        generation,
    )
    week = {"order": 1, "title": "Week 1", "description": None, "estimated_minutes": 1, "tasks": []}
    roadmap = {"modules": [{**week, "order": 2}], "summary": {}}
    outcomes = [{**ground.DELIVERY, "result": {"model": "built-in", "roadmap": roadmap}}]
    written = (
        "the database's owner",
        quoted(
            'insert into public.modules (plan_id, "order", title, estimated_minutes)'
            " values ({}, 1, 'Mine', 1)",
            plan,
        ),
    )

    done = (
        "service",
        quoted("select standing from worker.complete_generate_plan({})", json.dumps(outcomes)),
    )
    message_key = str(ground.DELIVERY["msg_id"])
    effect = Effect(
        added=(
            ("public.modules", {"plan_id": plan, "title": "Mine"}),
            ("pgmq.a_generate_plan", {"msg_id": ground.DELIVERY["msg_id"]}),
            *tells("zoe", "plan_failed"),
        ),
        changed={
            (PLANS, plan): frozenset({"revision", "updated_at"}),
            (GENERATIONS, generation): frozenset({"status", "finished_at", "error", "model"}),
        },
        said={(GENERATIONS, generation): {"status": "failed"}},
        gone=frozenset(
            {(MESSAGES, message_key), ("worker.job_attempts", f"{QUEUE},{message_key}")}
        ),
    )
    outcome = Outcome(DONE, effect=effect)
    return race(written, done, outcome, "private.apply_generate_plan", waiting, message)


def _but(outcome: Outcome, effect: Effect) -> Outcome:
    """A refusal, after somebody else's write."""
    return replace(outcome, effect=effect)
