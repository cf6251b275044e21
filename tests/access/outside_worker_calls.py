"""What the edge and the workers do with what is outside: a call of each function of theirs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from tests.access import ground
from tests.access.ground import DELIVERY, ident, thing_of, token_hash
from tests.access.messages import tells
from tests.access.outside import CONNECTIONS, EXPORTS, ITEMS, SEALED, STAMPED, STATES
from tests.access.outside_calls import CLOSES, DISCONNECTS
from tests.access.probes import Effect, quoted
from tests.access.worker_calls import Call, answers

if TYPE_CHECKING:
    from tests.access.probes import Key

NOTION, CALENDAR = ident("notion of zoe"), ident("google of zoe")
EXPORT = thing_of("zoe", "ada public", "export")
CALENDAR_EXPORT = thing_of("zoe", "zoe private", "calendar export")
HOLDER = ident("a holder")
CLOSING = quoted("update public.users set closing_at = now() where id = {}", ident("zoe"))
ENDING = quoted("update public.connections set status = 'disconnecting' where id = {}", CALENDAR)
LEASED = quoted(
    "update private.connection_tokens set lease_holder = {}, lease_until = '2099-01-01Z'"
    " where connection_id = {}",
    HOLDER,
    NOTION,
)
STOPPED = STAMPED | {"status", "under_way", "turn", "finished_at", "needs", "error"}
_KEPT = {"sealed_tokens": "v1.k1.anew", "expires_at": "2099-01-01T00:00:00+00:00"}


def of_the_outside(name: str) -> Call | None:
    """A call that is allowed, of a function of the edge's or of such a worker's; None of others."""
    function = name.removeprefix("worker.")
    return _connecting(function) or _with_tokens(function) or _jobs(function)


def _connecting(function: str) -> Call | None:
    at_google = {"provider": "google"}
    match function:
        case "begin_connection":
            begun = {**at_google, "user_id": ident("zoe"), "state_hash": token_hash("new state")}
            begun |= {"sealed_verifier": "verifier", "return_to": "https://app.example.com/"}
            return Call(begun, Effect(added=((STATES, begun),)))
        case "keep_oauth_code":
            state: Key = (STATES, token_hash("state of zoe"))
            code = {"state_hash": state[1], "sealed_code": "code"}
            effect = Effect(changed={state: frozenset({"sealed_code"})})
            there = {"return_to": "https://app.example.com/zoe"}
            return Call({**at_google, **code}, effect, look=lambda body: answers(body, there))
        case "claim_oauth_state":
            taken: Key = (STATES, token_hash("state of ada"))
            claimed = {**at_google, "state_hash": taken[1], "user_id": ident("ada")}
            told = {"sealed_verifier": "verifier of ada", "sealed_code": "code of ada"}
            effect = Effect(gone=frozenset({taken}))
            return Call(claimed, effect, look=lambda body: answers(body, told))
        case "save_connection":
            return _connected()
        case _:
            return None


def _connected() -> Call:
    """Eve's calendar is connected, and read at once."""
    row: dict[str, Any] = {"user_id": ident("eve"), "provider": "google", "account_id": "eve"}
    row |= {"account_name": "eve@example.com", "scopes": ["openid", ground.FREE_BUSY]}
    effect = Effect(
        added=(
            (CONNECTIONS, {**row, "status": "active"}),
            (SEALED, {"sealed": "v1.k1.anew", "version": 1, "lease_holder": None}),
            ("pgmq.q_read_busy_times", {"read_ct": 0}),
        )
    )
    return Call({**row, **_KEPT}, effect, look=lambda body: answers(set(body), {"connection_id"}))


def _with_tokens(function: str) -> Call | None:  # noqa: PLR0911 - a case each
    of, tokens = {"connection_id": NOTION, "version": 1}, (SEALED, NOTION)
    connection: Key = (CONNECTIONS, NOTION)
    match function:
        case "load_tokens":
            found = {"status": "active", "sealed_tokens": ground.sealed_of("zoe", "notion")}
            found |= {"expires_at": None, "version": 1, "user_id": ident("zoe")}
            wanted = {**found, "provider": "notion"}
            wanted["account_id"] = ground.account_of("zoe", "notion")
            effect = Effect(changed={connection: STAMPED | {"last_used_at"}})
            about = {"connection_id": NOTION}
            return Call(about, effect, look=lambda body: answers(body, wanted))
        case "lease_refresh":
            effect = Effect(changed={tokens: frozenset({"lease_holder", "lease_until"})})
            asked = {**of, "holder": HOLDER, "seconds": 30}
            leased = {"standing": "leased"}
            return Call(asked, effect, look=lambda body: answers(body, leased))
        case "save_refreshed":
            columns = {"sealed", "expires_at", "version", "lease_holder", "lease_until"}
            said = {tokens: {"sealed": "v1.k1.anew", "version": 2, "lease_holder": None}}
            effect = Effect(changed={tokens: frozenset(columns)}, said=said)
            saved = {**of, **_KEPT, "holder": HOLDER}
            return Call(saved, effect, look=lambda body: answers(body, True), prepare=(LEASED,))
        case "break_connection":
            columns_ = STAMPED | {"status", "error"}
            effect = Effect(
                added=tells("zoe", "connection_needs_renewing", connection_id=NOTION),
                changed={connection: columns_, (EXPORTS, EXPORT): STOPPED},
                said={
                    connection: {"status": "reconnect"},
                    (EXPORTS, EXPORT): {"status": "stopped", "needs": "reconnect", "turn": 2},
                },
            )
            return Call({**of, "code": "invalid_grant"}, effect)
        case "connections_to_reseal":
            old: dict[str, Any] = {"connection_id": CALENDAR, "user_id": ident("zoe")}
            old |= {"provider": "google", "version": 1}
            old["sealed_tokens"] = ground.sealed_of("zoe", "google")
            return Call({"key_id": "k1"}, look=lambda body: answers(body, [old]))
        case "reseal_tokens":
            effect = Effect(changed={tokens: frozenset({"sealed"})})
            again = {**of, "sealed_tokens": "v1.k2.anew"}
            return Call(again, effect, look=lambda body: answers(body, True))
        case _:
            return None


def _jobs(function: str) -> Call | None:  # noqa: PLR0911 - a case each
    at_ = {**DELIVERY, "at": "2026-01-01T12:00:00+00:00"}
    calendar = {"id": CALENDAR, "user_id": ident("zoe"), "provider": "google"}
    match function:
        case "load_disconnect":
            sealed = {**calendar, "sealed_tokens": ground.sealed_of("zoe", "google")}
            held = {"standing": "held", "connection": sealed}
            return Call(dict(DELIVERY), look=lambda body: answers(body, held), prepare=(ENDING,))
        case "complete_disconnect":
            busy = ("public.busy_times", ident("busy time read of zoe"))
            lost = {(CONNECTIONS, CALENDAR), (SEALED, CALENDAR), busy}
            return completed("disconnect", {"revoked": True}, Effect(gone=frozenset(lost)), ENDING)
        case "load_read_busy_times":
            times = {"from": at_["at"], "until": "2026-02-26T12:00:00+00:00"}
            theirs = {**calendar, "account_id": ground.account_of("zoe", "google")}
            wanted = {"standing": "held", "connection": theirs, **times}
            return Call(at_, look=lambda body: answers(body, wanted))
        case "complete_read_busy_times":
            new = {"starts_at": ground.soon(20, 8), "ends_at": ground.soon(20, 9)}
            read = ("public.busy_times", {**new, "user_id": ident("zoe"), "source": "google"})
            over = ("public.busy_times", ident("busy time read of zoe"))
            effect = Effect(added=(read,), gone=frozenset({over}))
            return completed("read_busy_times", {"busy": [list(new.values())]}, effect)
        case "load_close_account":
            found = {"standing": "held", "exports": 0, "connections": 2}
            return Call(dict(DELIVERY), look=lambda body: answers(body, found), prepare=(CLOSING,))
        case "complete_close_account":
            return completed("close_account", {}, disconnected(), CLOSING)
        case _:
            return _exporting(function)


def _exporting(function: str) -> Call | None:
    held = {"queue": "export_notion", **DELIVERY}
    export: Key = (EXPORTS, EXPORT)
    match function:
        case "load_export":
            effect = Effect(changed={export: STAMPED | {"stamp"}})
            return Call(held, effect, look=_is_export)
        case "record_export":
            item = {"key": ident("ada public task 2"), "state": "sending"}
            added = ((ITEMS, {**item, "export_id": EXPORT, "external_id": None}),)
            changed = {export: STAMPED | {"done", "total"}}
            later = {("pgmq.q_export_notion", str(DELIVERY["msg_id"])): frozenset({"vt"})}
            effect = Effect(added=added, changed=changed | later)
            report = {"items": [item], "done": 2, "total": 2}
            return Call({**held, "report": report}, effect, look=lambda body: answers(body, "held"))
        case "complete_export_notion":
            result: dict[str, Any] = {"status": "succeeded", "changed": {"created": 1}}
            done = STAMPED | {"status", "under_way", "finished_at", "changed"}
            about = {"plan_id": ident("ada public plan"), "export_id": EXPORT}
            told = tells("zoe", "export_finished", **about)
            effect = Effect(told, {export: done}, {export: {"status": "succeeded"}})
            return completed("export_notion", {**result, "stays": []}, effect)
        case "complete_export_google_calendar":
            result = {"status": "stopped", "code": "x", "message": "x", "needs": "word"}
            which: Key = (EXPORTS, CALENDAR_EXPORT)
            said = {"status": "stopped", "needs": "word", "error": {"code": "x", "message": "x"}}
            about = {"plan_id": ident("zoe private plan"), "export_id": CALENDAR_EXPORT}
            told = tells("zoe", "export_stopped", **about)
            effect = Effect(told, {which: STOPPED - {"turn"}}, {which: said})
            return completed("export_google_calendar", result, effect)
        case _:
            return None


def completed(queue: str, result: object, effect: Effect, *prepare: str) -> Call:
    """The outcome of the one delivery of a queue."""
    msg_id = DELIVERY["msg_id"]
    archived = (f"pgmq.a_{queue}", {"msg_id": msg_id})
    over = frozenset({(f"pgmq.q_{queue}", str(msg_id))})
    effect = Effect(
        (*effect.added, archived), dict(effect.changed), dict(effect.said), effect.gone | over
    )
    done = [{**DELIVERY, "standing": "done", "problem": None}]
    outcomes = {"outcomes": [{**DELIVERY, "result": result}]}
    return Call(outcomes, effect, look=partial(_is, done), prepare=prepare)


def _is(wanted: object, body: Any) -> str:
    return answers(body, wanted)


def disconnected() -> Effect:
    """Nothing of Zoe's is being taken away: her connections end next."""
    ends = [(DISCONNECTS, {"message": {"v": 1, "connection_id": c}}) for c in (NOTION, CALENDAR)]
    again = (CLOSES, {"message": {"v": 1, "user_id": ident("zoe")}, "read_ct": 0})
    changed: dict[Key, frozenset[str]] = {
        (CONNECTIONS, connection): STAMPED | {"status"} for connection in (NOTION, CALENDAR)
    }
    changed |= {(EXPORTS, export): STOPPED for export in (EXPORT, CALENDAR_EXPORT)}
    return Effect(added=(*ends, again), changed=changed)


def _is_export(body: Any) -> str:
    """Ada's plan as Zoe learns by it, and what was made of it outside."""
    document = body.get("document") or {}
    found = {
        "standing": body["standing"],
        "export": body.get("export"),
        "connection": body.get("connection"),
        "plan": document["plan"]["id"],
        "done": document["progress"]["completed_tasks"],
        "items": [(item["key"], item["state"], item["hash"]) for item in body["items"]],
    }
    wanted = {
        "standing": "held",
        "export": {
            "id": EXPORT,
            "action": "export",
            "topic": "Sailing with ada",
            "options": ground.OPTIONS["notion"],
            "container": {"url": "https://example.com/there"},
            "confirmed": False,
            "changed": None,
        },
        "connection": {
            "id": NOTION,
            "user_id": ident("zoe"),
            "provider": "notion",
            "account_id": ground.account_of("zoe", "notion"),
        },
        "plan": ident("ada public plan"),
        "done": 2,
        "items": [(ident("ada public task 1"), "sent", "h1")],
    }
    return answers(found, wanted)
