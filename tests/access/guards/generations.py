"""Cancelling, trying again, re-ordering."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.access.guards.acts import DONE, GENERATIONS, at, call, gives, write
from tests.access.probes import NOT_THERE, Effect, Outcome, Probe, Request, quoted, refused

if TYPE_CHECKING:
    from collections.abc import Iterator


def probes() -> Iterator[Probe]:
    record, failure = at("eve private", "record"), at("eve private", "failure")
    request, eve = at("eve private", "request"), "another learner"
    cancel, retry = "public.cancel_generation", "public.retry_generation"
    own = "private.cancel_own_generation"
    finished = refused(409, "generation_finished")
    yield call(
        "what is done is not cancelled", eve, cancel, {"generation_id": record}, finished, about=own
    )
    yield call("nor what failed", eve, cancel, {"generation_id": failure}, finished, about=own)
    where = (("id", f"eq.{request}"),)
    delete = Request("DELETE", GENERATIONS, params=where)
    yield write("what is under way is not deleted", eve, delete, NOT_THERE)
    called = quoted(
        "update public.plan_generations set model_called_at = now() where id = {}", request
    )
    stopped = Effect(changed={(GENERATIONS, request): frozenset({"status", "finished_at"})})
    yield call(
        "after the model was called nothing is refunded",
        eve,
        cancel,
        {"generation_id": request},
        Outcome(DONE, effect=stopped),
        called,
        about=own,
    )
    yield call(
        "what succeeded is not tried again",
        eve,
        retry,
        {"generation_id": record},
        refused(409, "generation_succeeded"),
    )
    first = quoted("update public.plan_generations set kind = 'create' where id = {}", failure)
    yield call(
        "a plan that is there is not made again",
        eve,
        retry,
        {"generation_id": failure},
        refused(409, "plan_not_empty"),
        first,
    )
    same = quoted(
        "update public.plan_generations set kind = 'regenerate_plan' where id = {}",
        request,
    )
    yield call(
        "what is under way is not begun twice",
        eve,
        retry,
        {"generation_id": failure},
        Outcome(DONE, look=gives(request)),
        same,
        about="private.request_generation",
    )
    yield call(
        "nor is something else begun beside it",
        eve,
        retry,
        {"generation_id": failure},
        refused(409, "generation_under_way"),
        about="private.request_generation",
    )
    modules = [at("eve private", f"module {n}") for n in (2, 1)]
    tasks = [at("eve private", f"task {n}") for n in (2, 1)]
    mixed = refused(409, "order_does_not_match")
    plan = at("eve private", "plan")
    for name, listed in (
        ("more", [*modules, at("ada public", "module 1")]),
        ("less", modules[:1]),
    ):
        yield call(
            f"an order names each module once, not {name}",
            eve,
            "public.reorder_modules",
            {"plan_id": plan, "module_ids": listed},
            mixed,
        )
    for name, listed in (("more", [*tasks, at("ada public", "task 1")]), ("less", tasks[:1])):
        yield call(
            f"an order names each task once, not {name}",
            eve,
            "public.reorder_tasks",
            {"module_id": modules[1], "task_ids": listed},
            mixed,
        )
