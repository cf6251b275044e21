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
            return Call({}, look=lambda body: answers(len(body), 2))
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


def answers(found: object, wanted: object) -> str:
    """What is wrong with an answer that should be just this."""
    return "" if found == wanted else f"answered {found}, decided was {wanted}"
