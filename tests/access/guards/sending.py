"""Sending: a batch is what it was at its first attempt, and what became of it goes on only."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.access import ground
from tests.access.ground import BATCH, DELIVERY, LETTER, address_of, ident
from tests.access.guards.acts import DONE, call, gives
from tests.access.guards.letters import changed_note, ending, holds, noted
from tests.access.guards.messages import preferring, suppressing
from tests.access.letter_calls import (
    BEGUN,
    NEW_BATCH,
    SENDER,
    SENT,
    STAMPED,
    WAITING,
    ZOE,
    settled,
    told,
)
from tests.access.messages import BATCHES, NOTES, SUPPRESSIONS
from tests.access.probes import Effect, Outcome, quoted, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.access.ground import Values
    from tests.access.probes import Key, Probe
    from tests.access.worker_calls import Call

SERVICE = "service"
HELD_LETTER: Key = (NOTES, LETTER)
UNWANTED = preferring("zoe", "export_stopped", "email", enabled=False)
SUPPRESSED = STAMPED | {"status", "reason", "batch_id", "position", "body_html"}


def probes() -> Iterator[Probe]:
    """All of them."""
    yield from _handing_over()
    yield from _news()
    yield from _handed_over()
    yield from _giving_up()
    yield from _events()


def _handing_over() -> Iterator[Probe]:
    """The last moment at which somebody is listened to; after it the batch is what it is."""
    load, asked = "worker.load_send_email", {**DELIVERY, "sender": SENDER}
    batch: Key = (BATCHES, BATCH)
    nothing = holds("mails", [])
    settled_before = quoted(
        "update private.mail_batches set settled_at = now() where id = {}", BATCH
    )
    over = Outcome(DONE, look=nothing)
    yield call("a batch that is settled", SERVICE, load, asked, over, settled_before)
    gone = quoted("delete from private.mail_batches where id = {}", BATCH)
    yield call("a batch that is gone", SERVICE, load, asked, over, gone)
    moved = quoted("update public.users set email = 'zoe@example.org' where id = {}", ZOE)
    left = Effect(changed={HELD_LETTER: SUPPRESSED, batch: BEGUN})
    for name, prepare in (
        ("another address", moved),
        ("unsubscribed", UNWANTED),
        ("the address is gone", suppressing("zoe")),
    ):
        yield call(name, SERVICE, load, asked, Outcome(DONE, effect=left, look=nothing), prepare)
    begun = Effect(changed={batch: BEGUN})
    for name, prepare in (
        ("others unsubscribed", UNWANTED.replace(ZOE, ident("ben"))),
        ("unsubscribed from others", UNWANTED.replace("export_stopped", "plan_ready")),
        ("others have gone", suppressing("zoe").replace("zoe@", "zoey@")),
    ):
        yield call(name, SERVICE, load, asked, Outcome(DONE, effect=begun, look=_goes), prepare)
    first = quoted(
        "update private.mail_batches set first_attempt_at = now(), sender = 'x' where id = {}",
        BATCH,
    )
    again = Outcome(DONE, look=lambda body: holds("sender", "x")(body) or _goes(body))
    for name, *prepare_all in (
        ("handed over before", first),
        ("handed over before, and unsubscribed", first, UNWANTED),
        ("handed over before, and gone", first, suppressing("zoe")),
    ):
        yield call(name, SERVICE, load, asked, again, *prepare_all)


def _news() -> Iterator[Probe]:
    """A letter of several goes while one of them is wanted."""
    load, asked = "worker.load_send_email", {**DELIVERY, "sender": SENDER}
    batch: Key = (BATCHES, BATCH)
    of_several = changed_note("kind = 'news'")
    carried = noted("carried", kind="plan_ready", carried_by=LETTER)
    another = noted("also carried", kind="limit_reached", carried_by=LETTER)
    unwanted = preferring("zoe", "plan_ready", "email", enabled=False)
    also = {(NOTES, ident("carried")): STAMPED | {"status", "reason"}}
    stops = Effect(changed={HELD_LETTER: SUPPRESSED, batch: BEGUN, **also})
    nothing = Outcome(DONE, effect=stops, look=holds("mails", []))
    yield call("none of several is wanted", SERVICE, load, asked, nothing, of_several, carried,
               unwanted, about="private.why_not_mailed")  # fmt: skip
    goes = Outcome(DONE, effect=Effect(changed={batch: BEGUN}), look=_goes)
    yield call("one of several is wanted", SERVICE, load, asked, goes, of_several, carried, another,
               unwanted, about="private.why_not_mailed")  # fmt: skip


def _goes(body: Any) -> str:
    found = [mail["notification_id"] for mail in body["mails"]]
    return "" if found == [LETTER] else f"sends {found}"


def _handed_over() -> Iterator[Probe]:
    sent = {"sent": [{"id": LETTER, "provider_id": "re_1"}]}
    failed = STAMPED | {"status", "reason"}
    unknown = failed | {"sent_at"}

    def end(name: str, result: object, effect: Effect, *prepare: str) -> Probe:
        return ending("send_email", name, result, effect, *prepare)

    no = {"refused": [{"id": LETTER, "reason": "No"}]}
    yield end("refused", no, settled({LETTER: failed}, "failed"))
    yield end("refused as a whole", {"batch_refused": "No"}, settled({LETTER: failed}, "failed"))
    lost = settled({LETTER: unknown}, "unknown")
    yield end("lost", {"unknown": "No answer"}, lost)
    yield end("nothing was said of it", {"sent": [], "refused": []}, lost)
    other = {"sent": [{"id": ident("notification of ben"), "provider_id": "re_1"}]}
    yield end("a letter of another batch", other, lost)
    over = quoted("update private.mail_batches set settled_at = now() where id = {}", BATCH)
    yield end("what is settled", sent, Effect(), over)
    # What the service told meanwhile stays.
    known = settled({LETTER: SENT - {"status"}}, "")
    known = replace(known, said={})
    yield end(
        "it came back meanwhile", sent, known, changed_note("status = 'bounced', reason = 'Gone'")
    )
    # One of two is the reason: each goes alone, if it is not known already what became of it.
    second = ident("second letter")
    more = noted("second letter", batch_id=BATCH, position=1, recipient=address_of("zoe"))
    alone = Effect(
        (*NEW_BATCH, *NEW_BATCH),
        {
            HELD_LETTER: STAMPED | {"batch_id"},
            (NOTES, second): STAMPED | {"batch_id", "position"},
            (BATCHES, BATCH): frozenset({"settled_at"}),
        },
    )
    yield end("two are refused as a whole", {"batch_refused": "No"}, alone, more)
    left = frozenset({"batch_id", "position", "updated_at"})
    one = replace(alone, added=NEW_BATCH, changed={**alone.changed, (NOTES, second): left})
    yield end("one of them came back meanwhile", {"batch_refused": "No"}, one, more,
              changed_note("status = 'bounced'", second))  # fmt: skip


def _giving_up() -> Iterator[Probe]:
    about = "private.settle_send_email"
    message: Key = ("pgmq.q_send_email", str(DELIVERY["msg_id"]))
    attempt = ("worker.job_attempts", {"queue": "send_email", "failures": 1})
    first = quoted(
        "update private.mail_batches set first_attempt_at = now(), sender = 'x' where id = {}",
        BATCH,
    )
    failing = {"queue": "send_email", **DELIVERY}
    nothing, lost = ({"code": code, "message": "m"} for code in ("nothing_taken", "lost"))
    later = {message: frozenset({"vt"})}
    anew = Effect((attempt,), {**later, (BATCHES, BATCH): BEGUN})
    for name, error, effect in (
        ("no letter left", nothing, anew),
        ("letters may have left", lost, Effect((attempt,), later)),
    ):
        said = {**failing, "error": error, "retry_in": "1 minute"}
        yield call(name, SERVICE, "worker.fail_job", said, Outcome(DONE, effect=effect), first,
                   about=about)  # fmt: skip
    letter = ("worker.dead_letters", {"queue": "send_email"})
    archived = ("pgmq.a_send_email", {"msg_id": DELIVERY["msg_id"]})
    failed = STAMPED | {"status", "reason"}
    for name, error, columns, status, *prepare in (
        ("it never left, and is given up", nothing, failed, "failed", first),
        ("it was never tried, and is given up", lost, failed, "failed"),
        ("nobody knows, and it is given up", lost, failed | {"sent_at"}, "unknown", first),
    ):
        effect = settled({LETTER: columns}, status)
        effect = replace(effect, added=(letter, archived), gone=frozenset({message}))
        yield call(name, SERVICE, "worker.fail_job", {**failing, "error": error},
                   Outcome(DONE, effect=effect), *prepare, about=about)  # fmt: skip
    dead = quoted(
        "update worker.dead_letters set queue = 'send_email', message = jsonb_build_object("
        "'v', 1, 'batch_id', {}::text)",
        BATCH,
    )
    over = quoted("update private.mail_batches set settled_at = now() where id = {}", BATCH)
    yield call("sends it once more by hand", SERVICE, "worker.requeue_dead_letter",
               {"dead_letter_id": ground.DEAD_LETTER}, refused(409, "no_longer_wanted"), dead, over,
               about="private.revive_send_email")  # fmt: skip


def _events() -> Iterator[Probe]:
    """What the mail service tells: once, of a letter of ours, and never a step back."""
    record = "worker.record_mail_event"

    def tell(name: str, made: Call, *prepare: str, answer: str = "recorded") -> Probe:
        outcome = Outcome(DONE, effect=made.effect, look=gives(answer))
        return call(name, SERVICE, record, made.arguments, outcome, *prepare)

    kept = quoted(
        "insert into public.webhook_events (source, external_id, type, payload)"
        " values ('resend', 'msg_1', 'x', '{{}}')"
    )
    nothing = told("delivered", LETTER, frozenset())
    known = replace(nothing, effect=Effect())
    yield tell("what was told before", known, kept, answer="known")
    silent = replace(nothing, arguments={**nothing.arguments, "event": None})
    yield tell("what is about no letter", silent, answer="ignored")
    for name, letter, *prepare in (
        ("no letter", ident("no letter")),
        ("what is read in the app", WAITING, changed_note("recipient = 'x'", WAITING)),
        ("a letter that was never handed over", ground.MAIL),
        ("a letter of another account", LETTER, changed_note("provider_id = 're_2'")),
    ):
        strange = told("delivered", letter, frozenset())
        yield tell(name, strange, *prepare, answer="unknown_letter")
    late = told("delivered", LETTER, STAMPED | {"provider_id", "delivered_at"})
    late = replace(late, effect=replace(late.effect, said={}))
    for status in ("bounced", "opened", "complained", "failed", "suppressed"):
        was = changed_note(f"status = '{status}', reason = 'Gone'")
        yield tell(f"delivered, after it was {status}", late, was)
    bounced = STAMPED | {"status", "provider_id", "reason", "bounced_at"}
    for name, made in (
        ("full", told("bounced", LETTER, bounced, reason="Full")),
        ("never there", told("bounced", LETTER, bounced, reason="Gone", suppresses=True)),
        ("unwanted", told("complained", LETTER,
                          STAMPED | {"status", "provider_id", "complained_at"}, suppresses=True)),
        ("opened, whatever else is said", told(
            "opened", LETTER, STAMPED | {"status", "provider_id", "opened_at"}, suppresses=True
        )),
    ):  # fmt: skip
        event = made.arguments["event"]
        held: Values = {"address": address_of("zoe"), "cause": event["status"]}
        held |= {"notification_id": LETTER, "reason": event["reason"]}
        stops = event["suppresses"] and event["status"] != "opened"
        added = (*made.effect.added, *([(SUPPRESSIONS, held)] if stops else []))
        yield tell(name, replace(made, effect=replace(made.effect, added=added)))
    worse = told("complained", LETTER, STAMPED | {"status", "provider_id", "complained_at"},
                 suppresses=True)  # fmt: skip
    entry: Key = (SUPPRESSIONS, ident("suppression of zoe"))
    raised = frozenset({"cause", "notification_id"})
    both = replace(worse.effect, changed={**worse.effect.changed, entry: raised})
    yield tell("a complaint after it was gone", replace(worse, effect=both), suppressing("zoe"))
    yield tell("a complaint after a complaint", worse, suppressing("zoe", "complained"))
    milder = told("bounced", LETTER, bounced, reason="Gone", suppresses=True)
    yield tell("gone, after a complaint", milder, suppressing("zoe", "complained"))
    # What came in a letter of several fares as it does.
    carried = noted("carried", carried_by=LETTER)
    effect = told("delivered", LETTER, STAMPED | {"status", "provider_id", "delivered_at"}).effect
    also = {(NOTES, ident("carried")): STAMPED | {"status", "delivered_at"}}
    fares = replace(nothing, effect=replace(effect, changed={**effect.changed, **also}))
    yield tell("what it carries", fares, carried)
