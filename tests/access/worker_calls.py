"""What the functions of ``worker`` do for the service: a call of each, with its effect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.access import ground
from tests.access.ground import ident
from tests.access.probes import NOTHING, Effect, Key

if TYPE_CHECKING:
    from collections.abc import Callable

_GENERATIONS = "public.plan_generations"
_MESSAGES = "pgmq.q_generate_plan"


@dataclass(frozen=True)
class Call:
    """A call that is allowed: what is sent, what it does, what it answers."""

    arguments: dict[str, Any]
    effect: Effect = NOTHING
    look: Callable[[Any], str] | None = None
    prepare: tuple[str, ...] = ()


def of_workers(name: str) -> Call | None:  # noqa: C901, PLR0911, PLR0912 - a case each
    held = {"queue": ground.QUEUE, **ground.DELIVERY}
    message, waiting = (_MESSAGES, str(ground.DELIVERY["msg_id"])), str(ground.WAITING)
    attempt = ("worker.job_attempts", f"{ground.QUEUE},{ground.DELIVERY['msg_id']}")
    request = ident("ada private request")
    later = {message: frozenset({"vt"})}
    match name.removeprefix("worker."):
        case "upsert_user":
            new = {"clerk_user_id": "user_2new", "email": None}
            return Call({"clerk_user_id": "user_2new"}, Effect(added=(("public.users", new),)))
        case "read_jobs":
            read = frozenset({"vt", "read_ct", "last_read_at"})
            taken: dict[Key, frozenset[str]] = {(_MESSAGES, waiting): read}
            return Call({"queue": ground.QUEUE, "quantity": 1}, Effect(changed=taken))
        case "heartbeat":
            return Call(held, Effect(changed=later), look=lambda body: answers(body, "held"))
        case "fail_job":
            counted = frozenset({"failures", "settled_read_ct", "last_error", "updated_at"})
            return Call(
                {**held, "error": {"code": "x", "message": "x"}, "retry_in": "1 minute"},
                Effect(changed={**later, attempt: counted}),
                look=lambda body: answers(body, "retrying"),
            )
        case "hand_back_jobs":
            counted = frozenset({"handed_back", "settled_read_ct", "updated_at"})
            return Call(
                {"queue": ground.QUEUE, "deliveries": [ground.DELIVERY]},
                Effect(changed={**later, attempt: counted}),
                look=lambda body: answers(body, 1),
            )
        case "queue_depths":
            return Call({}, look=lambda body: answers(len(body), 11))
        case "requeue_dead_letter":
            letter = ("worker.dead_letters", str(ground.DEAD_LETTER))
            revived = (_GENERATIONS, ident("zoe bare failure"))
            effect = Effect(
                added=((_MESSAGES, {"read_ct": 0}),),
                changed={
                    letter: frozenset({"requeued_at", "requeued_as"}),
                    revived: frozenset({"status"}),
                },
                said={revived: {"status": "queued"}},
            )
            return Call({"dead_letter_id": ground.DEAD_LETTER}, effect)
        case "load_generate_plan":
            begun: dict[Key, frozenset[str]] = {
                (_GENERATIONS, request): frozenset({"status", "started_at"})
            }
            return Call(dict(ground.DELIVERY), Effect(changed=begun))
        case "complete_generate_plan":
            outcome = {**ground.DELIVERY, "result": None}
            effect = Effect(
                added=(("pgmq.a_generate_plan", {"msg_id": ground.DELIVERY["msg_id"]}),),
                gone=frozenset({message, attempt}),
            )
            return Call({"outcomes": [outcome]}, effect)
        case "begin_model_call":
            call_id = ident("a call")
            asked = {"call_id": call_id, "purpose": "plan", "model": "large", "reserve": 100}
            effect = Effect(
                added=(
                    ("private.model_calls", {"id": call_id, "reserved": 100}),
                    ("private.model_days", {"reserved": 100, "used": 0}),
                )
            )
            held_still = {"standing": "held"}
            return Call(
                {**ground.DELIVERY, **asked}, effect, lambda body: answers(body, held_still)
            )
        case "end_model_calls":
            return Call({"ended": []})
        case "load_schedule_plan":
            return Call({**ground.DELIVERY, "at": "2026-01-01T12:00:00Z"}, look=_is_schedule)
        case "complete_schedule_plan":
            return _made_schedule()
        case "load_feed":
            feed: Key = ("public.calendar_feeds", ident("feed of ben"))
            told = {"token_hash": ground.token_hash("token of ben")}
            effect = Effect(changed={feed: frozenset({"last_read_at"})})
            return Call(told, effect, look=_is_feed)
        case "run_schedule":
            asked = {"schedule": "catch-up", "dry_run": True}
            return Call(asked, look=lambda body: answers(body, 0))
        case "model_day":
            nothing = {"day": "2026-01-01", "used": 0, "reserved": 0, "ceiling": 10**9}
            asked = {"at": "2026-01-01T12:00:00Z"}
            return Call(asked, look=lambda body: answers(body, nothing))
        case "catalogue_links":
            return Call({"topic": "Charts"}, look=lambda body: answers(body, []))
        case "load_check_links":
            nobodys = {"standing": "stale"}
            return Call(dict(ground.DELIVERY), look=lambda body: answers(body, nobodys))
        case "complete_check_links":
            return Call({"outcomes": []}, look=lambda body: answers(body, []))
        case "schema_version":
            return Call({}, look=lambda body: answers(len(body), 1))
        case _:
            return None


def _is_schedule(body: Any) -> str:
    """Ada's plan as Zoe follows it: her windows, what else she does, and nobody else's."""
    request = body.get("request", {})
    found = {
        "standing": body["standing"],
        "wanted": body.get("wanted"),
        "version": body.get("version"),
        "plan": request.get("plan_id"),
        "days": [window["weekday"] for window in request["availability"]["windows"]],
        "starts": request["start_date"],
        "ceiling": request["availability"]["daily_ceiling"],
        # A time of hers, one that was read, and her session of her own plan.
        "busy": len(request["busy"]),
        "worked": request["worked"],
        "done": [task["done"] for task in request["tasks"]],
        "tasks": [task["task_id"] for task in request["tasks"]],
        "sessions": [session["id"] for session in request["sessions"]],
    }
    wanted = {
        "standing": "held",
        "wanted": 2,
        "version": ground.version_of("zoe"),
        "plan": ident("ada public plan"),
        "days": [ground.PEOPLE.index("zoe") + 1],
        "starts": "2026-02-02",
        "ceiling": ground.ceiling_of("zoe"),
        "busy": 3,
        "worked": 2 * [[30, 40]],
        "done": [True, True],
        "tasks": [ident(f"ada public task {number}") for number in (1, 2)],
        "sessions": [ground.thing_of("zoe", "ada public", "session")],
    }
    return answers(found, wanted)


def _made_schedule() -> Call:
    """A schedule that was made: one session moves, one is new, and what was proposed is over."""
    session, schedule, catch_up = (
        ground.thing_of("zoe", "ada public", thing) for thing in ("session", "schedule", "catch-up")
    )
    kept = {"id": session, "task_id": ident("ada public task 2"), "part": 1}
    kept |= {"starts_at": "2099-07-02T08:00:00Z", "ends_at": "2099-07-02T09:00:00Z"}
    new = {"id": None, "task_id": ident("ada public task 1"), "part": 1}
    new |= {"starts_at": "2099-07-03T08:00:00Z", "ends_at": "2099-07-03T09:00:00Z"}
    fit = {"fits": True, "needed_minutes": 60, "available_minutes": None, "ends_on": "2099-07-03"}
    result = {
        "version": ground.version_of("zoe"),
        "wanted": 2,
        "gone": [],
        "moves": [],
        "summary": {},
        "sessions": [{**kept, "local_date": "2099-07-02"}, {**new, "local_date": "2099-07-03"}],
        "feasibility": {**fit, "pace": 1.1, "unplaced": [], "choices": []},
    }
    made: Key = ("public.plan_schedules", schedule)
    over: Key = ("public.catch_ups", catch_up)
    moved = frozenset({"starts_at", "ends_at", "local_date", "sequence", "updated_at"})
    said = frozenset({"status", "made", "needed_minutes", "ends_on", "pace", "choices"})
    msg_id = ground.DELIVERY["msg_id"]
    effect = Effect(
        added=(
            ("pgmq.a_schedule_plan", {"msg_id": msg_id}),
            ("public.sessions", {"user_id": ident("zoe"), "task_id": new["task_id"], "part": 1}),
        ),
        changed={
            made: said | {"computed_at", "updated_at"},
            over: frozenset({"status", "decided_at"}),
            ("public.sessions", session): moved,
        },
        said={made: {"status": "ready", "made": 2}, over: {"status": "superseded"}},
        gone=frozenset({("pgmq.q_schedule_plan", str(msg_id))}),
    )
    done = [{**ground.DELIVERY, "standing": "done", "problem": None}]
    outcomes = [{**ground.DELIVERY, "result": result}]
    return Call({"outcomes": outcomes}, effect, look=lambda body: answers(body, done))


def _is_feed(body: Any) -> str:
    """Ben's: his own plan and the public one he follows, with his own sessions."""
    plans = body["feed"]["plans"] if body["standing"] == "ok" else []
    found = {
        plan["plan"]["id"]: [
            session["id"]
            for week in plan["weeks"]
            for task in week["tasks"]
            for session in task["sessions"]
        ]
        for plan in plans
    }
    wanted = {
        ident(f"{label} plan"): [ground.thing_of("ben", label, "session")]
        for label in ("ben private", "ada public")
    }
    return answers(found, wanted)


def answers(found: object, wanted: object) -> str:
    """What is wrong with an answer that should be just this."""
    return "" if found == wanted else f"answered {found}, decided was {wanted}"
