"""Disconnecting: what goes through a connection stops; what was read through it is forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.access import ground
from tests.access.ground import DELIVERY, ident
from tests.access.guards.acts import DONE, call, gives, say
from tests.access.messages import tells
from tests.access.outside import CONNECTIONS, EXPORTS, SEALED, STAMPED, export_of
from tests.access.outside_calls import DISCONNECTS, altered, standing
from tests.access.outside_worker_calls import (
    CALENDAR,
    CALENDAR_EXPORT,
    ENDING,
    EXPORT,
    STOPPED,
    completed,
)
from tests.access.probes import Effect, Outcome, quoted, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.access.probes import Probe

EVE, SERVICE = "another learner", "service"
BUSY = "public.busy_times"


def probes() -> Iterator[Probe]:
    """All of them."""
    yield from _ending()
    yield from _revoking()


def _ending() -> Iterator[Probe]:
    end, eve = "public.disconnect", ident("notion of eve")
    about = "private.disconnect_own"
    no = refused(404, "not_connected")
    yield call("what was never connected", EVE, end, {"provider": "google"}, no, about=about)
    unknown = refused(422, "invalid_provider")
    yield call("no service of ours", EVE, end, {"provider": "x"}, unknown, about=about)
    nobody = quoted("select private.disconnect_own('notion')")
    yield say("nobody is connected", "deleted account", nobody, no, about)
    ending = standing(eve, "disconnecting")
    same = Outcome(DONE, look=gives("disconnecting"))
    yield call("ends it twice", EVE, end, {"provider": "notion"}, same, ending, about=about)
    export, others = export_of("eve", "eve private"), export_of("ben", "ben private")
    running = quoted("update public.exports set status = 'queued' where id in ({}, {})",
                     export.key, others.key)  # fmt: skip
    message = {"message": {"v": 1, "connection_id": eve}}
    stops = STAMPED | {"status", "turn", "finished_at", "needs", "error"}
    effect = Effect(
        added=((DISCONNECTS, message),),
        changed={(CONNECTIONS, eve): STAMPED | {"status"}, (EXPORTS, export.key): stops},
        said={(EXPORTS, export.key): {"status": "stopped", "needs": "reconnect", "turn": 2}},
    )
    yield call(
        "what is under way stops", EVE, end, {"provider": "notion"}, Outcome(DONE, effect=effect),
        running, about="private.stop_exports",
    )  # fmt: skip
    # A broken connection breaks what is under way there, and nothing elsewhere.
    waits = altered(EXPORT, "status = 'queued', under_way = false")
    broken = Effect(
        added=tells("zoe", "connection_needs_renewing", connection_id=CALENDAR),
        changed={
            (CONNECTIONS, CALENDAR): STAMPED | {"status", "error"},
            (EXPORTS, CALENDAR_EXPORT): STOPPED,
        },
    )
    yield call(
        "a calendar breaks, and Notion does not", SERVICE, "worker.break_connection",
        {"connection_id": CALENDAR, "version": 1, "code": "x"}, Outcome(DONE, effect=broken), waits,
        about="private.stop_exports",
    )  # fmt: skip


def _revoking() -> Iterator[Probe]:
    load, complete = "worker.load_disconnect", "worker.complete_disconnect"
    late = {**DELIVERY, "read_ct": DELIVERY["read_ct"] - 1}
    stale = Outcome(DONE, look=gives({"standing": "stale"}))
    obsolete = Outcome(DONE, look=gives({"standing": "obsolete"}))
    yield call("a delivery that somebody else has", SERVICE, load, late, stale, ENDING)
    yield call("a connection that is connected again", SERVICE, load, dict(DELIVERY), obsolete)
    kept = completed("disconnect", {"revoked": True}, Effect())
    yield call(
        "a connection that is connected again is not forgotten", SERVICE, complete, kept.arguments,
        Outcome(DONE, effect=kept.effect), about="private.apply_disconnect",
    )  # fmt: skip
    # What somebody wrote of their days stays, and what was read elsewhere.
    busy = (BUSY, ident("busy time read of zoe"))
    lost = {(CONNECTIONS, CALENDAR), (SEALED, CALENDAR), busy}
    letter = ("worker.dead_letters", {"queue": "disconnect"})
    archived = ("pgmq.a_disconnect", {"msg_id": DELIVERY["msg_id"]})
    message = ("pgmq.q_disconnect", str(DELIVERY["msg_id"]))
    error = {"code": "x", "message": "x"}
    fail = {"queue": "disconnect", **DELIVERY, "error": error}
    effect = Effect(added=(letter, archived), gone=frozenset(lost | {message}))
    yield call(
        "a service that cannot be reached", SERVICE, "worker.fail_job", fail,
        Outcome(DONE, effect=effect, look=gives("dead")), ENDING, about="private.settle_disconnect",
    )  # fmt: skip
    others = quoted(
        "update public.busy_times set source = 'google' where id = {};"
        " update public.busy_times set source = 'notion' where id = {}",
        ident("busy time of ben"), ident("busy time of zoe"),
    )  # fmt: skip
    again = completed("disconnect", {}, Effect(gone=frozenset(lost)))
    yield call(
        "other times that were read", SERVICE, complete, again.arguments,
        Outcome(DONE, effect=again.effect), ENDING, others, about="private.apply_disconnect",
    )  # fmt: skip
    dead = quoted(
        "update worker.dead_letters set queue = 'disconnect', message = jsonb_build_object("
        "'v', 1, 'connection_id', {}::text)",
        CALENDAR,
    )
    yield call(
        "revoking what was forgotten", SERVICE, "worker.requeue_dead_letter",
        {"dead_letter_id": ground.DEAD_LETTER}, refused(409, "no_longer_wanted"), dead,
        about="private.revive_disconnect",
    )  # fmt: skip
