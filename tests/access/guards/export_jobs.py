"""Courses of exports: a message counts as long as its turn does, and every ending is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.access import ground
from tests.access.ground import DELIVERY, ident
from tests.access.guards.acts import DONE, at, call, gives
from tests.access.messages import tells
from tests.access.outside import (
    EXPORTS,
    ITEMS,
    MESSAGES,
    STAMPED,
    export_of,
)
from tests.access.outside_calls import altered
from tests.access.outside_worker_calls import EXPORT, STOPPED, completed
from tests.access.outside_worker_calls import NOTION as CONNECTION
from tests.access.probes import Effect, Outcome, quoted, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.access.probes import Key, Probe

SERVICE, QUEUE = "service", "export_notion"
LOAD, RECORD = "worker.load_export", "worker.record_export"
COMPLETE = "worker.complete_export_notion"
DELIVERED = {"queue": QUEUE, **DELIVERY}
KEY, ITEM = (EXPORTS, EXPORT), ground.thing_of("zoe", "ada public", "export item")
HELD = (MESSAGES, str(DELIVERY["msg_id"]))
# Hers of her own plan waits in the same account.
OTHER = export_of("zoe", "zoe private")
WAITING = quoted("update public.exports set status = 'queued' where id = {}", OTHER.key)
SENT_NEXT = {(EXPORTS, OTHER.key): STAMPED | {"turn", "under_way"}}
NEXT = (MESSAGES, {"message": {"v": 1, "export_id": OTHER.key, "turn": 2}})
ENDED = STAMPED | {"status", "under_way", "finished_at"}
TOLD = {"plan_id": at("ada public", "plan"), "export_id": EXPORT}
STOPS = tells("zoe", "export_stopped", f"export_stopped:{EXPORT}:1", **TOLD)
FINISHES = tells("zoe", "export_finished", f"export_finished:{EXPORT}:1", **TOLD)
STALE = (
    ("a message of an earlier turn", "turn = 2"),
    ("an export that is not under way", "under_way = false"),
    ("an export that was cancelled", "status = 'cancelled'"),
)
HIDDEN = quoted(
    "update public.learning_plans set visibility = 'private' where id = {}",
    at("ada public", "plan"),
)


def probes() -> Iterator[Probe]:
    """All of them."""
    yield from _fenced()
    yield from _loading()
    yield from _recording()
    yield from _ending()
    yield from _removing()
    yield from _failing()


def _fenced() -> Iterator[Probe]:
    late = {**DELIVERED, "read_ct": DELIVERY["read_ct"] - 1}
    stale = Outcome(DONE, look=gives({"standing": "stale"}))
    yield call("a delivery that somebody else has", SERVICE, LOAD, late, stale)
    item = {"items": [{"key": ident("x"), "state": "sending"}], "done": 9}
    says_stale = Outcome(DONE, look=gives("stale"))
    yield call(
        "a delivery that somebody else has", SERVICE, RECORD, {**late, "report": item}, says_stale
    )
    unknown = refused(404, "unknown_queue")
    nowhere = {**DELIVERED, "queue": "nowhere", "report": item}
    yield call("no queue", SERVICE, RECORD, nowhere, unknown, about="private.queue_settings")
    obsolete = Outcome(DONE, look=gives({"standing": "obsolete"}))
    cancelled = Outcome(DONE, look=gives("cancelled"))
    beats = Outcome(DONE, effect=Effect(changed={HELD: frozenset({"vt"})}), look=gives("cancelled"))
    over = completed(QUEUE, {"status": "succeeded"}, Effect())
    about = "private.held_export"
    for name, change in STALE:
        was = altered(EXPORT, change)
        yield call(name, SERVICE, LOAD, DELIVERED, obsolete, was, about=about)
        yield call(
            name, SERVICE, RECORD, {**DELIVERED, "report": item}, cancelled, was, about=about
        )
        yield call(name, SERVICE, "worker.heartbeat", DELIVERED, beats, was, about=about)
        yield call(name, SERVICE, COMPLETE, over.arguments, Outcome(DONE, effect=over.effect), was,
                   about=about)  # fmt: skip
    held = Outcome(DONE, effect=Effect(changed={HELD: frozenset({"vt"})}), look=gives("held"))
    yield call("one that is at it", SERVICE, "worker.heartbeat", DELIVERED, held,
               about="private.report_export_notion")  # fmt: skip


def _loading() -> Iterator[Probe]:
    fresh = altered(
        EXPORT, "status = 'queued', taken = 0, wanted = 3, error = '{{}}', changed = '{{}}'"
    )
    effect = Effect(
        changed={KEY: STAMPED | {"status", "taken", "stamp", "error", "changed"}},
        said={KEY: {"status": "running", "taken": 3}},
    )
    yield call("begins", SERVICE, LOAD, DELIVERED, Outcome(DONE, effect=effect), fresh)
    # A plan that one learns by no longer is not exported, and whoever waits is next.
    gone = Effect(
        added=(NEXT, *STOPS),
        changed={KEY: STOPPED - {"turn", "needs"}, **SENT_NEXT},
        said={KEY: {"status": "stopped", "needs": None}},
    )
    obsolete = Outcome(DONE, effect=gone, look=gives({"standing": "obsolete"}))
    yield call("a plan that is private again", SERVICE, LOAD, DELIVERED, obsolete, HIDDEN, WAITING)
    # It is taken away all the same, and the plan is not told.

    def is_removal(body: Any) -> str:
        found = (body["standing"], body["export"]["action"], body["document"], len(body["items"]))
        return "" if found == ("held", "remove", None, 1) else f"told {found}"

    removing = Outcome(DONE, effect=Effect(changed={KEY: STAMPED | {"stamp"}}), look=is_removal)
    yield call("takes away what is of a plan that is private again", SERVICE, LOAD, DELIVERED,
               removing, HIDDEN, altered(EXPORT, "action = 'remove'"))  # fmt: skip


def _recording() -> Iterator[Probe]:
    hers = ident("ada public task 1")
    mine = (ITEMS, ITEM)

    def record(name: str, report: dict[str, Any], effect: Effect) -> Probe:
        kept = {**effect.changed, HELD: frozenset({"vt"})}
        whole = Effect(effect.added, {KEY: STAMPED, **kept}, effect.said, effect.gone)
        outcome = Outcome(DONE, effect=whole, look=gives("held"))
        return call(name, SERVICE, RECORD, {**DELIVERED, "report": report}, outcome)

    gone = {"items": [{"key": hers, "state": "gone"}]}
    yield record("something that is gone", gone, Effect(gone=frozenset({mine})))
    nobodys = {"items": [{"key": ident("zoe private task 1"), "state": "gone"}]}
    yield record("something of another export", nobodys, Effect())
    # The id outside is kept until there is another.
    again = {"items": [{"key": hers, "state": "sending", "hash": "h2"}]}
    effect = Effect(
        changed={mine: frozenset({"state", "hash", "since"})},
        said={mine: {"state": "sending", "hash": "h2"}},
    )
    yield record("something that is sent again", again, effect)
    there = {"container": {"url": "https://example.com/elsewhere"}, "changed": {"created": 1}}
    effect = Effect(changed={KEY: STAMPED | {"container", "url", "changed"}})
    yield record("a place for it", there, effect)
    away = {"container": None}
    effect = Effect(changed={KEY: STAMPED | {"container", "url"}}, said={KEY: {"container": None}})
    yield record("no place for it", away, effect)


def _ending() -> Iterator[Probe]:
    about = "private.apply_export"

    def end(name: str, result: object, effect: Effect, *prepare: str) -> Probe:
        made = completed(QUEUE, result, effect)
        return call(name, SERVICE, COMPLETE, made.arguments, Outcome(DONE, effect=made.effect),
                    *prepare, about=about)  # fmt: skip

    # Fair: whoever waits longer is next, and it goes to the end of the line.
    fair = Effect((NEXT,), {KEY: STAMPED | {"under_way", "requested_at"}, **SENT_NEXT})
    yield end("more, and somebody waits", {"status": "more"}, fair, WAITING)
    own = (MESSAGES, {"message": {"v": 1, "export_id": EXPORT, "turn": 2}})
    alone = Effect((own,), {KEY: STAMPED | {"turn", "requested_at"}})
    yield end("more, and nobody waits", {"status": "more"}, alone)
    broken = quoted("update public.connections set status = 'reconnect' where id = {}", CONNECTION)
    rests = Effect(changed={KEY: STAMPED | {"under_way", "requested_at"}})
    yield end("more, and nobody lets us in", {"status": "more"}, rests, broken)
    later = Effect((own,), {KEY: STAMPED | {"turn"}})
    yield end("later, whoever waits", {"status": "later", "seconds": 30}, later, WAITING)
    done: dict[str, Any] = {"status": "succeeded", "changed": {"created": 1}, "stays": ["x"]}
    effect = Effect(
        (NEXT, *FINISHES),
        {KEY: ENDED | {"changed", "stays", "done", "confirmed", "error"}, **SENT_NEXT},
        {KEY: {"status": "succeeded", "done": 4, "confirmed": False}},
    )  # fmt: skip
    yield end("done, and somebody waits", done, effect, WAITING,
              altered(EXPORT, "total = 4, confirmed = true, error = '{{}}'"))  # fmt: skip
    again = Effect(
        (own,),
        {KEY: STAMPED | {"status", "finished_at", "requested_at", "changed", "turn"}},
        {KEY: {"status": "queued"}},
    )
    yield end(
        "done, and wanted once more", {**done, "stays": []}, again, altered(EXPORT, "wanted = 2")
    )
    word = {
        "status": "stopped",
        "code": "looks_empty",
        "message": "m",
        "remedy": "r",
        "needs": "word",
    }
    stop = Effect(
        (NEXT, *STOPS),
        {KEY: STOPPED - {"turn"} | {"confirmed"}, **SENT_NEXT},
        {
            KEY: {
                "error": {"code": "looks_empty", "message": "m", "remedy": "r"},
                "confirmed": False,
            }
        },
    )
    yield end(
        "stopped, and somebody waits", word, stop, WAITING, altered(EXPORT, "confirmed = true")
    )

    def look(body: Any) -> str:
        return "" if body[0]["standing"] == "rejected" else f"took {body}"

    for result in ({}, {"status": "x"}, {"status": "stopped", "needs": "x"}):
        made = completed(QUEUE, result, Effect())
        yield call(f"ends as {result}", SERVICE, COMPLETE, made.arguments,
                   Outcome(DONE, look=look), about=about)  # fmt: skip


def _removing() -> Iterator[Probe]:
    """What is away is forgotten; what stays is said."""
    about = "private.apply_export"
    away = altered(EXPORT, "action = 'remove', container = '{{}}', url = null")
    orphan = altered(EXPORT, "action = 'remove', plan_id = null")
    item, base = (ITEMS, ITEM), ENDED | {"changed"}
    done: dict[str, Any] = {"status": "succeeded", "changed": {"deleted": 1}}
    sentence = {**done, "stays": ["A page that you wrote on stays"]}

    def end(name: str, result: object, effect: Effect, *prepare: str) -> Probe:
        made = completed(QUEUE, result, effect)
        return call(name, SERVICE, COMPLETE, made.arguments, Outcome(DONE, effect=made.effect),
                    *prepare, about=about)  # fmt: skip

    said: dict[Key, dict[str, Any]] = {KEY: {"status": "removed", "container": None}}
    gone = Effect((), {KEY: base | {"container"}}, said, frozenset({item}))
    yield end("away", done, gone, away)
    yield end("away with its plan", done, Effect((NEXT,), SENT_NEXT, {}, frozenset({KEY, item})),
              orphan, WAITING)  # fmt: skip
    # The place of what stays is known, and used again.
    stays = Effect((), {KEY: base | {"stays"}}, {KEY: {"status": "removed"}}, frozenset({item}))
    yield end("away with its plan, but for something", sentence, stays, orphan)
    own = (MESSAGES, {"message": {"v": 1, "export_id": EXPORT, "turn": 2}})
    again = Effect(
        (own,), {KEY: STAMPED | {"status", "finished_at", "requested_at", "changed", "turn"}},
        {KEY: {"status": "queued"}},
    )  # fmt: skip
    yield end(
        "away, and asked for once more",
        done,
        again,
        altered(EXPORT, "action = 'remove', wanted = 2"),
    )


def _failing() -> Iterator[Probe]:
    fail, error = "worker.fail_job", {"code": "x", "message": "x"}
    said = {**DELIVERED, "error": error}
    about = "private.settle_export"
    attempt = ("worker.job_attempts", {"queue": QUEUE, "failures": 1})
    told = Effect((attempt,), {KEY: STAMPED | {"error"}, HELD: frozenset({"vt"})})
    trying = {**said, "retry_in": "1 minute"}
    yield call("tried again", SERVICE, fail, trying, Outcome(DONE, effect=told), about=about)
    letter = ("worker.dead_letters", {"queue": QUEUE})
    archived = (f"pgmq.a_{QUEUE}", {"msg_id": DELIVERY["msg_id"]})
    given_up = Effect(
        (letter, archived, NEXT, *STOPS), {KEY: ENDED | {"error"}, **SENT_NEXT},
        {KEY: {"status": "failed"}}, frozenset({HELD}),
    )  # fmt: skip
    yield call("given up, and somebody waits", SERVICE, fail, said, Outcome(DONE, effect=given_up),
               WAITING, about=about)  # fmt: skip
    for name, change in STALE:
        over = Effect((letter, archived), gone=frozenset({HELD}))
        yield call(
            name,
            SERVICE,
            fail,
            said,
            Outcome(DONE, effect=over),
            altered(EXPORT, change),
            about=about,
        )
    back = {"queue": QUEUE, "deliveries": [DELIVERY]}
    handed = ("worker.job_attempts", {"queue": QUEUE, "failures": 0, "handed_back": 1})
    rests = Effect((handed,), {HELD: frozenset({"vt"})})
    yield call("handed back", SERVICE, "worker.hand_back_jobs", back, Outcome(DONE, effect=rests),
               about=about)  # fmt: skip
    dead = quoted(
        "update worker.dead_letters set queue = 'export_notion', message = jsonb_build_object("
        "'v', 1, 'export_id', {}::text, 'turn', 1)",
        EXPORT,
    )
    failed = altered(EXPORT, "status = 'failed', under_way = false, error = '{{}}'")
    letter_key = ("worker.dead_letters", str(ground.DEAD_LETTER))
    revived = Effect(
        added=((MESSAGES, {"message": {"v": 1, "export_id": EXPORT, "turn": 1}}),),
        changed={
            letter_key: frozenset({"requeued_at", "requeued_as"}),
            KEY: STAMPED | {"status", "under_way", "error"},
        },
        said={KEY: {"status": "queued", "under_way": True}},
    )
    requeue, which = "worker.requeue_dead_letter", {"dead_letter_id": ground.DEAD_LETTER}
    about = "private.revive_export"
    yield call("tried again by hand", SERVICE, requeue, which, Outcome(DONE, effect=revived), dead,
               failed, about=about)  # fmt: skip
    busy = quoted("update public.exports set under_way = true where id = {}", OTHER.key)
    broken = quoted("update public.connections set status = 'reconnect' where id = {}", CONNECTION)
    no = refused(409, "no_longer_wanted")
    for name, prepare in (
        ("another is under way there", busy),
        ("nobody lets us in", broken),
        ("it went on meanwhile", altered(EXPORT, "turn = 2")),
        ("it was cancelled", altered(EXPORT, "status = 'cancelled'")),
    ):
        yield call(name, SERVICE, requeue, which, no, dead, failed, prepare, about=about)
