"""Accounts that are deleted: what is outside goes first, and then everything, whatever happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.access import ground
from tests.access.ground import DELIVERY, ident, thing_of
from tests.access.guards.acts import DONE, call, gives
from tests.access.guards.letters import changed_note
from tests.access.outside import (
    CONNECTIONS,
    EXPORTS,
    ITEMS,
    SEALED,
    STAMPED,
    export_of,
)
from tests.access.outside_calls import altered
from tests.access.outside_worker_calls import CLOSING, EXPORT, completed, disconnected
from tests.access.probes import Effect, Outcome, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.access.probes import Probe

EVE, SERVICE = "another learner", "service"
NOTION = ident("notion of eve")
HERS = export_of("eve", "eve private")
ITEM = thing_of("eve", "eve private", "export item")


def probes() -> Iterator[Probe]:
    """All of them."""
    yield from _accounts()
    yield from _closing()


def _accounts() -> Iterator[Probe]:
    """An account goes at once where nothing is outside, and otherwise when that is away."""
    delete, about = "public.delete_account", "private.delete_own_account"
    alone = quoted(
        "delete from public.exports where user_id = {};"
        " delete from public.export_items where export_id = {};"
        " delete from private.connection_tokens where connection_id = {};"
        " delete from public.connections where user_id = {}",
        ident("eve"), HERS.key, NOTION, ident("eve"),
    )  # fmt: skip
    lost = {(EXPORTS, HERS.key), (ITEMS, ITEM), (CONNECTIONS, NOTION)}
    lost |= {("private.connection_tokens", NOTION)}
    mine = [row for row in ground.ROWS if row.owner == "eve"]
    [person] = [row for row in mine if row.relation == "public.users"]
    accounts = {(row.relation, row.key) for row in mine if row.relation == "auth.users"}
    everything = frozenset((ground.below(person) | accounts) - lost)
    yield call("nothing is outside", EVE, delete, {}, Outcome(DONE, effect=Effect(gone=everything)),
               alone, about=about)  # fmt: skip
    closing = quoted("update public.users set closing_at = '2026-01-01Z' where id = {}",
                     ident("eve"))  # fmt: skip
    yield call("it is being deleted already", EVE, delete, {}, Outcome(DONE), closing, about=about)
    effect = Effect(
        added=(("pgmq.q_close_account", {"message": {"v": 1, "user_id": ident("eve")}}),),
        changed={("public.users", ident("eve")): STAMPED | {"closing_at"}},
    )
    for name, columns in (
        ("what is to stay", "clean_up = false"),
        ("what is away", "status = 'removed'"),
        ("what is in an account that is gone", "connection_id = null"),
    ):
        yield call(f"{name} is not taken away", EVE, delete, {}, Outcome(DONE, effect=effect),
                   altered(HERS.key, columns), about=about)  # fmt: skip


def _closing() -> Iterator[Probe]:
    """An account is deleted when what is outside is away, or cannot be reached for days."""
    load, complete = "worker.load_close_account", "worker.complete_close_account"
    about, zoe = "private.apply_close_account", ident("zoe")
    late = {**DELIVERY, "read_ct": DELIVERY["read_ct"] - 1}
    stale = Outcome(DONE, look=gives({"standing": "stale"}))
    yield call("a delivery that somebody else has", SERVICE, load, late, stale, CLOSING)
    yield call("an account that is not to be deleted", SERVICE, load, dict(DELIVERY), stale)
    removing = altered(EXPORT, "action = 'remove'")
    waits = Outcome(DONE, look=gives({"standing": "held", "exports": 1, "connections": 2}))
    others = quoted(
        "update public.exports set action = 'remove', status = 'queued' where id = {}",
        export_of("ben", "ben private").key,
    )
    yield call("something is still there", SERVICE, load, dict(DELIVERY), waits, CLOSING, removing,
               others)  # fmt: skip

    def end(name: str, effect: Effect, *prepare: str, about: str = about) -> Probe:
        made = completed("close_account", {}, effect)
        return call(name, SERVICE, complete, made.arguments, Outcome(DONE, effect=made.effect),
                    *prepare, about=about)  # fmt: skip

    again = ("pgmq.q_close_account", {"message": {"v": 1, "user_id": zoe}})
    yield end("an account that is not to be deleted", Effect())
    yield end("something is still there", Effect((again,)), CLOSING, removing)
    ended = "update public.connections set status = 'disconnecting' where user_id = {}"
    revoking = quoted(ended, zoe)
    yield end("connections are being revoked", Effect((again,)), CLOSING, revoking)
    yield end("what others have there is theirs", disconnected(), CLOSING, others)
    mine = [row for row in ground.ROWS if row.owner == "zoe"]
    [person] = [row for row in mine if row.relation == "public.users"]
    accounts = {(row.relation, row.key) for row in mine if row.relation == "auth.users"}
    everything = frozenset(ground.below(person) | accounts)
    slow = CLOSING.replace("now()", "now() - interval '2 days 1 minute'")
    yield end("nobody could be reached for days", Effect(gone=everything), slow, revoking)
    told = quoted(
        "insert into public.webhook_events (id, source, external_id, type, payload)"
        " select t.id::uuid, t.source, t.id, 'x',"
        " jsonb_build_object('data', jsonb_build_object('email_id', t.letter))"
        " from (values ({}, 'resend', 're_9'), ({}, 'resend', 're_8'), ({}, 'stripe', 're_9'))"
        " as t (id, source, letter)",
        *(ident("told of theirs"), ident("told of another"), ident("told by another")),
    )
    theirs = everything | {("public.webhook_events", ident("told of theirs"))}
    yield end("what was told of their letters", Effect(gone=theirs), slow, revoking, told,
              changed_note("provider_id = 're_9'"), about="private.forget_events")  # fmt: skip
    day = CLOSING.replace("now()", "now() - interval '1 day 1 minute'")
    yield end(
        "what cannot be reached in a day stays there", Effect((again,)), day, removing, revoking
    )
    outside = (CONNECTIONS, SEALED, EXPORTS, ITEMS)
    alone = quoted(
        "delete from public.export_items where export_id in"
        " (select id from public.exports where user_id = {});"
        " delete from public.exports where user_id = {};"
        " delete from private.connection_tokens where connection_id in ({}, {});"
        " delete from public.connections where user_id = {}",
        *(zoe, zoe, ident("notion of zoe"), ident("google of zoe"), zoe),
    )
    rest = frozenset(key for key in everything if key[0] not in outside)
    yield end("nothing is outside any more", Effect(gone=rest), CLOSING, alone)
    letter = ("worker.dead_letters", {"queue": "close_account"})
    archived = ("pgmq.a_close_account", {"msg_id": DELIVERY["msg_id"]})
    held = frozenset({("pgmq.q_close_account", str(DELIVERY["msg_id"]))})
    fail = {"queue": "close_account", **DELIVERY, "error": {"code": "x", "message": "x"}}
    for name, lost, prepare in (
        ("whatever goes wrong, it is deleted", everything | held, (CLOSING,)),
        ("nobody who did not ask is deleted", held, ()),
    ):
        outcome = Outcome(DONE, effect=Effect((letter, archived), gone=lost))
        yield call(name, SERVICE, "worker.fail_job", fail, outcome, *prepare,
                   about="private.settle_close_account")  # fmt: skip
