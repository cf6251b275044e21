"""Limits: caps on plans, on generations and on what a plan holds, held under direct inserts."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from psycopg import sql

from tests.access.ground import ident
from tests.access.guards.acts import (
    DONE,
    GENERATIONS,
    LEDGER,
    MESSAGES,
    PLANS,
    TASKS,
    WISH,
    at,
    call,
    write,
)
from tests.access.messages import tells
from tests.access.probes import Effect, Outcome, Probe, Request, quoted, refused

if TYPE_CHECKING:
    from collections.abc import Iterator


class _ThisMonth(str):
    """The month in which it is looked at: a run may begin in the one before."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return other == dt.datetime.now(dt.UTC).strftime("%Y-%m")


def probes() -> Iterator[Probe]:
    def tier(column: str, most: int) -> str:
        template = sql.SQL("update public.tier_limits set {} = {} where tier = 'free'")
        return template.format(sql.Identifier(column), sql.Literal(most)).as_string(None)

    wish = {**WISH, "weekly_hours": "5"}
    direct = Request("POST", PLANS, WISH)
    full = refused(403, "plan_limit_reached")
    yield write("one plan too many", "another learner", direct, full, tier("max_plans", 1))
    many = refused(429, "too_many_generations")
    yield call(
        "one generation too many",
        "another learner",
        "public.create_plan",
        wish,
        many,
        tier("max_generations_in_flight", 1),
        about=GENERATIONS,
    )
    used = refused(429, "monthly_generations_used")
    yield call(
        "the month is used up",
        "another learner",
        "public.create_plan",
        wish,
        used,
        tier("max_generations_per_month", 0),
        about="private.request_generation",
    )
    yield call(
        "one of the month is used, and one is allowed",
        "another learner",
        "public.create_plan",
        wish,
        used,
        tier("max_generations_per_month", 1),
        about="private.months_usage",
    )
    yield call(
        "asking and cancelling is bounded as well",
        "another learner",
        "public.create_plan",
        wish,
        used,
        tier("max_generations_per_month", 2),
        quoted(
            "insert into private.usage_ledger (person, kind, quantity, generation_id)"
            " select {}, 'generation', q, md5(n::text)::uuid"
            " from generate_series(1, 9) n cross join (values (1), (-1)) as v (q)",
            ident("eve"),
        ),
        about="private.months_charges",
    )
    asked = Effect(
        added=(
            (PLANS, {"user_id": ident("eve")}),
            (GENERATIONS, {"status": "queued"}),
            (LEDGER, {"person": ident("eve")}),
            (MESSAGES, {"read_ct": 0}),
            *tells("eve", "limit_reached", limit=2, month=_ThisMonth()),
        )
    )
    for name, person, last, sign, about in (
        ("what others used is not counted", "ben", 9, 1, "private.months_usage"),
        ("nor what others asked for and cancelled", "ben", 9, -1, "private.months_charges"),
        ("a refund is no second charge", "eve", 5, -1, "private.months_charges"),
    ):
        used_up = quoted(
            "insert into private.usage_ledger (person, kind, quantity, generation_id)"
            " select {}, 'generation', q, md5(n::text)::uuid"
            " from generate_series(1, {}) n cross join (values (1), ({})) as v (q)"
            " on conflict do nothing",
            ident(person),
            last,
            sign,
        )
        yield call(
            name,
            "another learner",
            "public.create_plan",
            wish,
            Outcome(DONE, effect=asked),
            tier("max_generations_per_month", 2),
            used_up,
            about=about,
        )
    small = {**WISH, "user_id": ident("ann")}
    yield write(
        "the smallest limits are for who has no credentials",
        "anonymous sign-in",
        Request("POST", PLANS, small),
        full,
        "update public.tier_limits set max_plans = 1 where tier = 'anonymous'",
        about=PLANS,
    )
    plan = at("eve private", "plan")
    record = {"plan_id": plan, "model": "m", "prompt": {}}
    yield write(
        "a plan keeps so many records",
        "another learner",
        Request("POST", GENERATIONS, record),
        refused(403, "too_many_records"),
        quoted(
            "insert into public.plan_generations (plan_id, model, prompt, status)"
            " select {}, 'm', '{{}}', 'succeeded' from generate_series(1, 100)",
            plan,
        ),
    )
    module, task = at("eve private", "module 1"), at("eve private", "task 1")
    weeks = quoted(
        'insert into public.modules (id, plan_id, "order", title, estimated_minutes)'
        " select md5(n::text)::uuid, {}, n, 'x', 1 from generate_series(10, 20) n",
        plan,
    )
    filling = (
        'insert into public.tasks (module_id, "order", title, estimated_minutes)'
        " select md5(w::text)::uuid, n, 'x', 1 from generate_series(10, 19) w,"
        " generate_series(1, 200) n"
    )
    large = refused(403, "plan_too_large")
    line = {"order": 9, "title": "x"}
    yield write(
        "one task too many for a plan",
        "another learner",
        Request("POST", TASKS, {**line, "module_id": module, "estimated_minutes": 1}),
        large,
        weeks,
        filling,
    )
    links = quoted(
        'insert into public.task_links (task_id, title, url, "order")'
        " select {}, 'x', 'https://example.com/' || n, 9 from generate_series(1, 5000) n",
        task,
    )
    link = {**line, "task_id": task, "url": "https://example.com/more"}
    yield write(
        "one link too many for a plan",
        "another learner",
        Request("POST", "public.task_links", link),
        large,
        links,
    )
    catalogue = (
        "insert into public.resources (id, type, title, url) select md5(n::text)::uuid, 'doc', 'x',"
        " 'https://example.com/r/' || n from generate_series(1, 5000) n"
    )
    uses = quoted(
        'insert into public.task_resources (task_id, resource_id, "order")'
        " select {}, md5(n::text)::uuid, 9 from generate_series(1, 5000) n",
        task,
    )
    use = {"task_id": task, "resource_id": ident("resource 2"), "order": 9}
    yield write(
        "one resource too many for a plan",
        "another learner",
        Request("POST", "public.task_resources", use),
        large,
        catalogue,
        uses,
    )
