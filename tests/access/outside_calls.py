"""What learners do with what is outside: a call of each function of theirs, with its effect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.access import ground, wishes
from tests.access.ground import ident
from tests.access.outside import (
    ASKED,
    CONNECTIONS,
    EXPORTS,
    STAMPED,
    export_of,
    removal,
    sent,
)
from tests.access.probes import Effect, quoted
from tests.access.worker_calls import Call, answers

if TYPE_CHECKING:
    from tests.access.actors import Actor
    from tests.access.ground import Row

DISCONNECTS, CLOSES = "pgmq.q_disconnect", "pgmq.q_close_account"


def of_outside(name: str, place: str, actor: Actor) -> Call | None:
    """A call that is allowed, of a function about connections or exports; None of any other."""
    label, person = wishes.label(place, actor), actor.person or ""
    match name.removeprefix("public."):
        case "disconnect":
            return disconnecting(person)
        case "start_export":
            plan = ident(f"{label} plan")
            rows = [row for row in _exports() if (row.owner, row.plan) == (person, label)]
            effect = started(rows[0]) if rows else Effect()
            arguments = {"plan_id": plan, "provider": "notion"}
            return Call(arguments, effect, look=_says("queued"))
        case "cancel_export" | "confirm_export" | "remove_export" as act:
            return decision(act.removesuffix("_export"), label.partition(" ")[0], label)
        case "delete_account":
            return Call({}, closing(person))
        case _:
            return None


def disconnecting(person: str) -> Call:
    """The connection is to be revoked; what was exported stays as it is."""
    connection = ident(f"notion of {person}")
    message = {"message": {"v": 1, "connection_id": connection}, "read_ct": 0}
    effect = Effect(
        added=((DISCONNECTS, message),),
        changed={(CONNECTIONS, connection): STAMPED | {"status"}},
        said={(CONNECTIONS, connection): {"status": "disconnecting"}},
    )
    return Call({"provider": "notion"}, effect, look=lambda body: answers(body, "disconnecting"))


def started(export: Row) -> Effect:
    """An export is asked for once more, and sent at once."""
    return sent(Effect(changed={(EXPORTS, export.key): ASKED}), export)


def decision(act: str, person: str, label: str) -> Call:
    """An export that is under way is cancelled; one that stopped goes on; one is taken away."""
    export = export_of(person, label)
    key, arguments = (EXPORTS, export.key), {"export_id": export.key}
    if act == "remove":
        effect = removal(Effect(), [export])
        said = {key: {"action": "remove", "status": "queued"}}
        return Call(arguments, _saying(effect, said), look=_says("queued"))
    if act == "confirm":
        changed = {"confirmed", "needs", "error", "status", "requested_at"}
        effect = sent(Effect(changed={key: STAMPED | changed}), export)
        said = {key: {"confirmed": True, "needs": None, "error": None, "status": "queued"}}
        return Call(
            arguments, _saying(effect, said), look=_says("queued"), prepare=stopped(export.key)
        )
    changed_now = STAMPED | {"status", "under_way", "turn", "finished_at"}
    said = {key: {"status": "cancelled", "under_way": False, "turn": 2}}
    effect = Effect(changed={key: changed_now}, said=said)
    return Call(arguments, effect, look=_says("cancelled"), prepare=under_way(export.key))


def _saying(effect: Effect, said: dict[tuple[str, str], dict[str, Any]]) -> Effect:
    return Effect(effect.added, effect.changed, said, effect.gone)


def under_way(export: str) -> tuple[str, ...]:
    """An export is in a worker's hands."""
    return (altered(export, "status = 'running', under_way = true"),)


def stopped(export: str, needs: str = "word") -> tuple[str, ...]:
    """An export waits for its learner."""
    return (altered(export, f"status = 'stopped', needs = '{needs}', error = '{{{{}}}}'"),)


def standing(connection: str, status: str) -> str:
    """A connection is otherwise than active."""
    return quoted(
        "update public.connections set status = {}::text::public.connection_status where id = {}",
        status,
        connection,
    )


def altered(export: str, change: str) -> str:
    """An export is otherwise than it was."""
    return quoted(f"update public.exports set {change} where id = {{}}", export)  # noqa: S608 - ours


def closing(person: str) -> Effect:
    """An account is to be deleted: first goes what is outside."""
    account = ident(person or "nobody")
    mine = [row for row in _exports() if row.owner == person]
    if not mine:
        return Effect()
    message = {"message": {"v": 1, "user_id": account}, "read_ct": 0}
    effect = Effect(
        added=((CLOSES, message),),
        changed={("public.users", account): STAMPED | {"closing_at"}},
    )
    return removal(effect, mine)


def _exports() -> list[Row]:
    return [row for row in ground.ROWS if row.relation == EXPORTS]


def _says(status: str) -> Any:
    return lambda body: answers(body["status"], status)
