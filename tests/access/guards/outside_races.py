"""Two at once, about what is outside: a connection is held before what goes through it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.access import ground
from tests.access.ground import DELIVERY, ident, token_hash
from tests.access.guards.acts import DONE, at, gives
from tests.access.guards.connections import saved
from tests.access.outside import (
    ASKED,
    CONNECTIONS,
    EXPORTS,
    SEALED,
    STAMPED,
    STATES,
    export_of,
    sent,
)
from tests.access.outside_calls import altered, closing, disconnecting, started
from tests.access.outside_worker_calls import EXPORT, HOLDER, NOTION
from tests.access.probes import Effect, Outcome, Probe, Request, quoted, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.access.probes import Key

EVE, SERVICE = "another learner", "service"
HERS = export_of("eve", "eve private")
END = (EVE, "select private.disconnect_own('notion')")
START = (
    EVE,
    quoted("select private.start_own_export({}, 'notion', null)", at("eve private", "plan")),
)
DELETE = (EVE, "select private.delete_own_account()")
# Eve has nothing outside.
ALONE = quoted(
    "delete from public.exports where user_id = {}; delete from public.export_items where id = {};"
    " delete from private.connection_tokens where connection_id = {};"
    " delete from public.connections where user_id = {}",
    ident("eve"),
    ground.thing_of("eve", "eve private", "export item"),
    ident("notion of eve"),
    ident("eve"),
)


def probes() -> Iterator[Probe]:
    """All of them."""
    yield from _states()
    yield from _tokens()
    yield from _connections()
    yield from _accounts()
    yield from _waiting()


def _race(
    first: tuple[str, str], second: tuple[str, str], outcome: Outcome, about: str, *prepare: str
) -> Probe:
    request = Request("RACE", "sql.", (first, second[1]))
    name = f"{second[0]}: while {first[0]} is at it, {about}"
    return Probe(name, second[0], request, outcome, (about,), prepare)


def _save(person: str, **more: Any) -> tuple[str, str]:
    row = saved(person, **more)
    names = ("user_id", "provider", "account_id", "account_name", "sealed_tokens")
    statement = "select worker.save_connection({}, {}, {}, {}, '{{}}', {})"
    return SERVICE, quoted(statement, *(row[name] for name in names))


def _states() -> Iterator[Probe]:
    state: Key = (STATES, token_hash("state of ada"))
    claim = quoted("select worker.claim_oauth_state('google', {}, {})", state[1], ident("ada"))
    once = Outcome(DONE, effect=Effect(gone=frozenset({state})), look=gives([None]))
    yield _race((SERVICE, claim), (SERVICE, claim), once, "worker.claim_oauth_state")
    eight = quoted(
        "insert into private.oauth_states (state_hash, user_id, provider, sealed_verifier,"
        " return_to, expires_at) select repeat(md5(n::text), 2), {}, 'google', 'v', '',"
        " '2099-01-01Z' from generate_series(1, 8) n",
        ident("zoe"),
    )

    def begin(name: str) -> tuple[str, str]:
        statement = "select worker.begin_connection({}, 'google', {}, 'v', '')"
        return SERVICE, quoted(statement, ident("zoe"), token_hash(name))

    begun = tuple((STATES, {"state_hash": token_hash(name)}) for name in ("one", "another"))
    bounded = Effect(added=begun, gone=frozenset({(STATES, token_hash("state of zoe"))}))
    yield _race(begin("one"), begin("another"), Outcome(DONE, effect=bounded),
                "worker.begin_connection", eight)  # fmt: skip


def _tokens() -> Iterator[Probe]:
    """However many find the tokens old, one refreshes them."""

    def lease(holder: str) -> tuple[str, str]:
        statement = "select worker.lease_refresh({}, 1, {}, 30) ->> 'standing'"
        return SERVICE, quoted(statement, NOTION, holder)

    tokens: Key = (SEALED, NOTION)
    effect = Effect(
        changed={tokens: frozenset({"lease_holder", "lease_until"})},
        said={tokens: {"lease_holder": HOLDER}},
    )
    waits = Outcome(DONE, effect=effect, look=gives(["wait"]))
    yield _race(lease(HOLDER), lease(ident("another")), waits, "worker.lease_refresh")
    # Two readings of one calendar write it down once.
    again = (
        "insert into pgmq.q_read_busy_times (msg_id, read_ct, vt, message) overriding system value"
        " select 2, read_ct, vt, message from pgmq.q_read_busy_times"
    )
    new = [ground.soon(20, 8), ground.soon(20, 9)]

    def read(msg_id: int) -> tuple[str, str]:
        outcomes = [{**DELIVERY, "msg_id": msg_id, "result": {"busy": [new]}}]
        statement = "select standing from worker.complete_read_busy_times({})"
        return SERVICE, quoted(statement, json.dumps(outcomes))

    times = {"starts_at": new[0], "ends_at": new[1], "user_id": ident("zoe"), "source": "google"}
    archived = tuple(("pgmq.a_read_busy_times", {"msg_id": number}) for number in (1, 2))
    queued = {("pgmq.q_read_busy_times", str(number)) for number in (1, 2)}
    nothing = quoted("delete from public.busy_times where id = {}", ident("busy time read of zoe"))
    effect = Effect((("public.busy_times", times), *archived), gone=frozenset(queued))
    yield _race(read(1), read(2), Outcome(DONE, effect=effect), "private.apply_read_busy_times",
                again, nothing)  # fmt: skip


def _connections() -> Iterator[Probe]:
    ended = disconnecting("eve").effect
    still = _but(refused(409, "still_disconnecting"), ended)
    yield _race(END, _save("eve"), still, "worker.save_connection")
    gone = _but(refused(409, "not_connected"), ended)
    yield _race(END, START, gone, "private.start_own_export")
    yield _race(END, END, Outcome(DONE, effect=ended, look=gives(["disconnecting"])),
                "private.disconnect_own")  # fmt: skip
    # Two plans into one account: one is at it, the other waits.
    ada = [export_of("ada", label) for label in ground.LABELS]

    def start(label: str) -> tuple[str, str]:
        statement = "select private.start_own_export({}, 'notion', null)"
        return "owner", quoted(statement, at(label, "plan"))

    effect = started(ada[0])
    effect.changed[EXPORTS, ada[1].key] = ASKED
    yield _race(start(ground.LABELS[0]), start(ground.LABELS[1]), Outcome(DONE, effect=effect),
                "private.next_export")  # fmt: skip
    # And twice the same is once more.
    effect = sent(Effect(changed={(EXPORTS, HERS.key): ASKED}), HERS)
    twice = replace(effect, said={(EXPORTS, HERS.key): {"wanted": 3, "turn": 2}})
    yield _race(START, START, Outcome(DONE, effect=twice), "private.start_own_export")


def _accounts() -> Iterator[Probe]:
    """Who is being deleted connects and exports nothing, in that very moment either."""
    closed = closing("eve")
    yield _race(DELETE, START, _but(refused(401, "not_signed_in"), closed),
                "private.start_own_export")  # fmt: skip
    yield _race(DELETE, _save("eve"), _but(refused(409, "account_is_closing"), closed),
                "worker.save_connection")  # fmt: skip
    yield _race(DELETE, DELETE, Outcome(DONE, effect=closed), "private.delete_own_account")
    # Nor does an account go while somebody connects it: its tokens would never be revoked.
    new = (CONNECTIONS, {"user_id": ident("eve"), "provider": "notion"})
    message = ("pgmq.q_close_account", {"message": {"v": 1, "user_id": ident("eve")}})
    effect = Effect(
        added=(new, (SEALED, {"version": 1}), message),
        changed={("public.users", ident("eve")): STAMPED | {"closing_at"}},
    )
    yield _race(_save("eve"), DELETE, Outcome(DONE, effect=effect), "private.delete_own_account",
                ALONE)  # fmt: skip


def _waiting() -> Iterator[Probe]:
    """The connection before its exports: whoever holds it is waited for, before they are."""
    note: Key = ("public.notifications", ident("notification of eve"))
    held = Effect(changed={note: frozenset({"read_at", "updated_at"})})
    waited = _but(Outcome(frozenset({400}), code="LB000", message="waited"), held)
    raising = (
        "if exists (select from public.notifications n where n.read_at is not null)"
        " then raise 'waited' using errcode = 'LB000'; end if; end $$"
    )

    def holds(connection: str) -> tuple[str, str]:
        statement = (
            "select from public.connections where id = {} for no key update;"
            " update public.notifications set read_at = now() where id = {}"
        )
        return "the database's owner", quoted(statement, connection, note[1])

    cancel = quoted("perform private.cancel_own_export({});", HERS.key)
    refused_ = f"do $$ begin begin {cancel} exception when others then null; end; {raising}"
    mine = ident("notion of eve")
    yield _race(holds(mine), (EVE, refused_), waited, "private.hold_own_export")
    late = [{**DELIVERY, "read_ct": DELIVERY["read_ct"] - 1, "result": None}]
    for about, statement in (
        (
            "private.hold_connections_of",
            quoted("perform worker.complete_export_notion({});", json.dumps(late)),
        ),
        (
            "worker.load_export",
            quoted("perform worker.load_export('export_notion', {}, {});", *DELIVERY.values()),
        ),
    ):
        asked = f"do $$ begin {statement} {raising}"
        yield _race(holds(NOTION), (SERVICE, asked), waited, about)
    # And nobody else's: strangers neither wait for each other nor keep each other waiting.
    theirs = quoted("perform private.cancel_own_export({});", export_of("ada", "ada private").key)
    meddles = f"do $$ begin begin {theirs} exception when others then null; end; {raising}"
    at_once = Outcome(DONE, effect=held)
    yield _race(holds(ident("notion of ada")), (EVE, meddles), at_once, "private.hold_own_export")
    leaves = f"do $$ begin perform private.delete_own_account(); {raising}"
    closed = closing("eve")
    closed = replace(closed, changed={**closed.changed, **held.changed})
    yield _race(holds(ident("notion of ada")), (EVE, leaves), Outcome(DONE, effect=closed),
                "private.delete_own_account")  # fmt: skip
    # An export that was removed in that moment is not recorded into any more.
    remove = quoted("select private.remove_own_export({})", EXPORT)
    taken_over = altered(EXPORT, f"user_id = '{ident('eve')}'")
    report = {"items": [{"key": ident("x"), "state": "sent"}]}
    record = quoted("select worker.record_export('export_notion', {}, {}, {})",
                    *DELIVERY.values(), json.dumps(report))  # fmt: skip
    away = Effect(changed={(EXPORTS, EXPORT): ASKED | {"action", "turn"}})
    away = sent(away, _zoes(), 2, more=False)
    yield _race((EVE, remove), (SERVICE, record),
                Outcome(DONE, effect=away, look=gives(["cancelled"])), "private.held_export",
                taken_over)  # fmt: skip


def _zoes() -> ground.Row:
    return export_of("zoe", "ada public")


def _but(outcome: Outcome, effect: Effect) -> Outcome:
    """A refusal, after somebody else's write."""
    return replace(outcome, effect=effect)
