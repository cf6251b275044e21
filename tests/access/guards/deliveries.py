"""Deliveries: (msg_id, read_ct) is the fencing token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.access import ground
from tests.access.ground import QUEUE, ident
from tests.access.guards.acts import DONE, GENERATIONS, LEDGER, MESSAGES, at, call, gives
from tests.access.messages import tells
from tests.access.probes import Effect, Outcome, Probe, quoted, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

CALL = {"call_id": ident("a call"), "purpose": "plan", "model": "large", "reserve": 100}


def probes() -> Iterator[Probe]:
    late = {"msg_id": ground.DELIVERY["msg_id"], "read_ct": ground.DELIVERY["read_ct"] - 1}
    error = {"code": "x", "message": "x"}
    stale_calls: tuple[tuple[str, dict[str, Any], object], ...] = (
        ("heartbeat", {"queue": QUEUE, **late}, "stale"),
        ("fail_job", {"queue": QUEUE, **late, "error": error}, "stale"),
        ("hand_back_jobs", {"queue": QUEUE, "deliveries": [late]}, 0),
        ("load_generate_plan", late, {"standing": "stale"}),
        ("begin_model_call", {**late, **CALL}, {"standing": "stale"}),
    )
    for function, arguments, wanted in stale_calls:
        yield call(
            f"{function} of a delivery that somebody else has",
            "service",
            f"worker.{function}",
            arguments,
            Outcome(DONE, look=gives(wanted)),
        )
    stale = [{**late, "standing": "stale", "problem": None}]
    yield call(
        "an outcome of a delivery that somebody else has",
        "service",
        "worker.complete_generate_plan",
        {"outcomes": [{**late, "result": None}]},
        Outcome(DONE, look=gives(stale)),
        about="private.complete_jobs",
    )
    yield from _refunds()
    unknown = refused(404, "unknown_queue")
    nowhere: dict[str, Any] = {"queue": "nowhere", **ground.DELIVERY}
    for function, arguments in (
        ("read_jobs", {"queue": "nowhere"}),
        ("heartbeat", nowhere),
        ("fail_job", {**nowhere, "error": error}),
        ("hand_back_jobs", {"queue": "nowhere", "deliveries": []}),
    ):
        yield call(
            f"{function} of no queue",
            "service",
            f"worker.{function}",
            arguments,
            unknown,
            about="private.queue_settings",
        )
    for quantity in (0, 1001):
        yield call(
            f"reading {quantity} jobs",
            "service",
            "worker.read_jobs",
            {"queue": QUEUE, "quantity": quantity},
            refused(422, "invalid_quantity"),
        )
    yield call(
        "outcomes that are no list",
        "service",
        "worker.complete_generate_plan",
        {"outcomes": {}},
        refused(422, "invalid_outcomes"),
        about="private.complete_jobs",
    )
    requeue = "worker.requeue_dead_letter"
    yield call(
        "requeueing nothing",
        "service",
        requeue,
        {"dead_letter_id": 77},
        refused(404, "unknown_dead_letter"),
    )
    unwanted = quoted(
        "update public.plan_generations set status = 'cancelled' where id = {}",
        at("zoe bare", "failure"),
    )
    yield call(
        "requeueing what nobody waits for",
        "service",
        requeue,
        {"dead_letter_id": ground.DEAD_LETTER},
        refused(409, "no_longer_wanted"),
        unwanted,
    )
    yield call(
        "requeueing twice",
        "service",
        requeue,
        {"dead_letter_id": ground.DEAD_LETTER},
        Outcome(DONE, look=gives(77)),
        "update worker.dead_letters set requeued_as = 77, requeued_at = now()",
    )
    yield call(
        "a person of Clerk's without an id",
        "service",
        "worker.upsert_user",
        {"clerk_user_id": ""},
        refused(422, "missing_clerk_user_id"),
    )


def _refunds() -> Iterator[Probe]:
    """A model's answer costs, whatever it was; what was our fault costs nothing."""
    request, message = at("ada private", "request"), str(ground.DELIVERY["msg_id"])
    called = quoted(
        "update public.plan_generations set model_called_at = now() where id = {}", request
    )
    back = (LEDGER, {"generation_id": request, "quantity": -1})
    archived = ("pgmq.a_generate_plan", {"msg_id": ground.DELIVERY["msg_id"]})
    failed = {(GENERATIONS, request): frozenset({"status", "finished_at", "error"})}
    gone = frozenset({(MESSAGES, message), ("worker.job_attempts", f"{QUEUE},{message}")})
    error = {"code": "x", "message": "x"}
    sorry = {"outcomes": [{**ground.DELIVERY, "result": {"failed": error}}]}
    dead = ("worker.dead_letters", {"msg_id": ground.DELIVERY["msg_id"]})
    which = {"plan_id": at("ada private", "plan"), "generation_id": request}
    told = tells("ada", "plan_failed", f"plan_generation:{request}:failed", **which)
    complete, about = "worker.complete_generate_plan", "private.fail_generation"
    for name, function, arguments, added, prepare in (
        ("a refusal without a model", complete, sorry, (archived, back), ()),
        ("a refusal by a model", complete, sorry, (archived,), (called,)),
        (
            "a failure of ours",
            "worker.fail_job",
            {"queue": QUEUE, **ground.DELIVERY, "error": error},
            (archived, back, dead),
            (called,),
        ),
    ):
        effect = Effect(added=(*added, *told), changed=failed, gone=gone)
        outcome = Outcome(DONE, effect=effect)
        yield call(name, "service", function, arguments, outcome, *prepare, about=about)
