"""Letters: whose they are, and once; where an address takes them, and who wants them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.access import ground
from tests.access.ground import DELIVERY, LETTER, WEEK, address_of, ident
from tests.access.guards.acts import DONE, at, call, gives
from tests.access.guards.letter_words import HIDDEN
from tests.access.guards.messages import preferring, suppressing
from tests.access.letter_calls import (
    FORMED,
    IN_WORDS,
    NEW_BATCH,
    SENDER,
    STAMPED,
    STOP,
    TOLD,
    WAITING,
    ZOE,
    in_words,
    summarised,
    summary,
)
from tests.access.messages import NOTES
from tests.access.outside_worker_calls import completed
from tests.access.probes import Effect, Outcome, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.access.probes import Probe

SERVICE = "service"


def probes() -> Iterator[Probe]:
    """All of them."""
    yield from _fenced()
    yield from _weeks()
    yield from _summaries()
    yield from _words()
    yield from _waiting()


def noted(label: str, **values: Any) -> str:
    """Another row of the log."""
    row = {"id": ident(label), "user_id": ZOE, "kind": "welcome", "channel": "email"}
    row |= {"dedupe_key": label} | values
    names = ", ".join(row)
    blanks = ", ".join("{}" for _ in row)
    return quoted(f"insert into public.notifications ({names}) values ({blanks})", *row.values())  # noqa: S608 - ours


def changed_note(change: str, note: str = LETTER) -> str:
    """The letter that is about to be sent, or another row, is otherwise than it was."""
    return quoted(f"update public.notifications set {change} where id = {{}}", note)  # noqa: S608 - ours


def holds(name: str, wanted: object) -> Any:
    """A part of the answer is just this."""

    def look(body: Any) -> str:
        return "" if body[name] == wanted else f"answered {body}, decided was {wanted}"

    return look


def ending(queue: str, name: str, result: object, effect: Effect, *prepare: str) -> Probe:
    """The outcome of the one delivery of a queue, and what comes of it."""
    made = completed(queue, result, effect)
    return call(name, SERVICE, f"worker.complete_{queue}", made.arguments,
                Outcome(DONE, effect=made.effect), *prepare,
                about=f"private.apply_{queue}")  # fmt: skip


def _ways(wanted: tuple[bool, bool], body: Any) -> str:
    found = [(one["mail"], one["in_app"]) for one in body["learners"]]
    return "" if found == [wanted] else f"writes by {found}"


def _fenced() -> Iterator[Probe]:
    """What somebody else holds is theirs to load, and to end."""
    late = {**DELIVERY, "read_ct": DELIVERY["read_ct"] - 1}
    for function, arguments, empty in (
        ("load_weekly_summary", {}, "learners"),
        ("load_write_letters", {}, "people"),
        ("load_send_email", {"sender": SENDER}, "mails"),
    ):
        stale = Outcome(DONE, look=gives({"standing": "stale", empty: []}))
        yield call("a delivery that somebody else has", SERVICE, f"worker.{function}",
                   {**late, **arguments}, stale)  # fmt: skip
    standing = [{**late, "standing": "stale", "problem": None}]
    for queue, result in (
        ("weekly_summary", {"summaries": [summary()]}),
        ("write_letters", in_words()),
        ("send_email", {"sent": [{"id": LETTER, "provider_id": "re_1"}]}),
    ):
        outcomes = {"outcomes": [{**late, "result": result}]}
        yield call("an outcome of a delivery that somebody else has", SERVICE,
                   f"worker.complete_{queue}", outcomes, Outcome(DONE, look=gives(standing)),
                   about="private.complete_jobs")  # fmt: skip


def _weeks() -> Iterator[Probe]:
    """Whose week is loaded: who has no summary of it yet, and wants one."""
    load = "worker.load_weekly_summary"
    wants_no_mail = preferring("zoe", "weekly_summary", "email", enabled=False)
    wants_none = preferring("zoe", "weekly_summary", "in_app", enabled=False)
    had = noted("had", kind="weekly_summary", dedupe_key=f"email:weekly:{ZOE}:{WEEK}")
    over = (
        "update pgmq.q_weekly_summary set message ="
        " jsonb_set(message, '{until}', '\"2026-01-01T00:00:00Z\"')"
    )
    nobody = Outcome(DONE, look=holds("learners", []))
    for name, *prepare in (
        ("a week that is over", over),
        ("somebody who had it", had),
        ("somebody who wants none", wants_no_mail, wants_none),
        ("somebody who is gone", quoted("delete from public.users where id = {}", ZOE)),
    ):
        yield call(name, SERVICE, load, dict(DELIVERY), nobody, *prepare)

    by_mail = Outcome(DONE, look=lambda body: _ways((True, False), body))
    yield call("who wants it by mail alone", SERVICE, load, dict(DELIVERY), by_mail, wants_none)

    def ways(body: Any) -> str:
        return _ways((False, True), body)

    no_address = quoted("update public.users set email = null where id = {}", ZOE)
    for name, prepare_one in (
        ("who wants it in the app alone", wants_no_mail),
        ("whose address is gone", suppressing("zoe")),
        ("who complained", suppressing("zoe", "complained")),
        ("who has no confirmed address", no_address),
    ):
        yield call(name, SERVICE, load, dict(DELIVERY), Outcome(DONE, look=ways), prepare_one,
                   about="private.why_not_mailed")  # fmt: skip

    def follows(body: Any) -> str:
        [one] = body["learners"]
        found = [plan["plan_id"] for plan in one["week"]["plans"]]
        return "" if found == [at("zoe private", "plan")] else f"tells of {found}"

    yield call("a plan that is private again", SERVICE, load, dict(DELIVERY),
               Outcome(DONE, look=follows), HIDDEN, about="private.week_of")  # fmt: skip


def _summaries() -> Iterator[Probe]:
    whole = summarised()
    app, mail, *batch = whole.added

    def end(name: str, said: dict[str, Any], added: Any, *prepare: str) -> Probe:
        result = {"summaries": [said]}
        return ending("weekly_summary", name, result, Effect(added=tuple(added)), *prepare)

    yield end("in the app alone", summary(mail=None), [app])
    yield end("by mail alone", summary(in_app=None), [mail, *batch])
    yield end("somebody who is gone", summary("nobody"), [])
    had = [
        noted(channel, kind="weekly_summary", channel=channel,
              dedupe_key=f"{channel}:weekly:{ZOE}:{WEEK}")
        for channel in ("in_app", "email")
    ]  # fmt: skip
    yield end("who had it meanwhile", summary(), [], *had)
    unsent = {"status": "suppressed", "position": None, "batch_id": None}
    unsent |= {"body_html": None, "unsubscribe_url": None}
    letter = (NOTES, {**mail[1], **unsent})
    for name, prepare in (
        ("who unsubscribed meanwhile", preferring("zoe", "weekly_summary", "email", enabled=False)),
        ("whose address is gone meanwhile", suppressing("zoe")),
    ):
        yield end(name, summary(), [app, letter], prepare)
    yield end("what others chose", summary(), whole.added,
              preferring("ben", "weekly_summary", "email", enabled=False))  # fmt: skip


def _words() -> Iterator[Probe]:
    here, there = (NOTES, WAITING), (NOTES, ground.MAIL)
    no_mail = {"in_app": in_words()["in_app"], "letters": [], "dropped": []}
    no_app = {**in_words(), "in_app": []}
    yield ending("write_letters", "what was written meanwhile", in_words(), Effect(),
                    "update public.notifications set due_at = null")  # fmt: skip
    yield ending("write_letters", "in the app alone", no_mail, Effect(changed={here: TOLD}))
    mixed_up = {**no_mail, "in_app": [{**no_mail["in_app"][0], "id": ground.MAIL}]}
    yield ending("write_letters", "a letter is not read in the app", mixed_up, Effect())
    turned = {**no_app, "letters": [{"ids": [WAITING], **IN_WORDS}]}
    yield ending("write_letters", "what is read in the app is no letter", turned, Effect())
    dropping = STAMPED | {"status", "reason", "due_at"}
    for status, columns in (("suppressed", dropping), ("failed", dropping), ("sent", None)):
        drop = {"id": ground.MAIL, "status": status, "reason": "Nothing to say any more"}
        result = {"in_app": [], "letters": [], "dropped": [drop]}
        effect = Effect(changed={there: columns}) if columns else Effect()
        yield ending("write_letters", f"dropped as {status}", result, effect)
        yield ending("write_letters", f"dropped as {status} too late", result, Effect(),
                        "update public.notifications set due_at = null")  # fmt: skip
    unsent = FORMED - {"batch_id", "position", "body_html", "unsubscribe_url"}
    unsent |= {"status", "reason"}
    unsubscribed = preferring("zoe", "welcome", "email", enabled=False)
    for name, prepare in (("unwanted by now", unsubscribed), ("no address", suppressing("zoe"))):
        yield ending("write_letters", name, no_app, Effect(changed={there: unsent}), prepare)
    # Several are one letter, which carries them; but never those of several people.
    second = ident("another mail")
    more = noted("another mail", due_at=ground.LONG_AGO, kind="plan_ready")
    both = {**no_app, "letters": [{"ids": [second, ground.MAIL], **IN_WORDS}]}
    carried = STAMPED | {"carried_by", "due_at"}
    news = {"user_id": ZOE, "kind": "news", "channel": "email", "status": "queued", "position": 0}
    news |= {"recipient": address_of("zoe"), "unsubscribe_url": STOP, "subject": "Hello"}
    effect = Effect(((NOTES, news), *NEW_BATCH), {there: carried, (NOTES, second): carried})
    yield ending("write_letters", "several in one", both, effect, more)
    theirs = more.replace(ZOE, ident("ben"))
    yield ending("write_letters", "what is told to two people", both, Effect(), theirs)
    asked = "update public.notifications set asked_at = now()"
    unwanted = preferring("zoe", "plan_ready", "email", enabled=False)
    dropped = STAMPED | {"status", "reason", "due_at"}
    anew = Effect(changed={(NOTES, second): dropped, there: STAMPED | {"asked_at"}})
    yield ending("write_letters", "one of several is unwanted by now", both, anew, more, asked,
                    unwanted)  # fmt: skip
    yield ending("write_letters", "one of several was written meanwhile", both, Effect(), more,
                    changed_note("due_at = null", second))  # fmt: skip


def _waiting() -> Iterator[Probe]:
    """A letter waits for what else happens, and when there were three in an hour."""
    load = "worker.load_write_letters"

    def are(wanted: set[str]) -> Outcome:
        def look(body: Any) -> str:
            found = {note["id"] for one in body["people"] for note in one["messages"]}
            return "" if found == wanted else f"loads {ground.named(str(found))}"

        return Outcome(DONE, look=look)

    later = changed_note("due_at = '2099-01-01Z'", ground.MAIL)
    yield call("a letter that is due later", SERVICE, load, dict(DELIVERY), are({WAITING}), later)
    along = noted("another mail", due_at=ground.LONG_AGO)
    both = are({WAITING, ground.MAIL, ident("another mail")})
    yield call("a letter that comes along", SERVICE, load, dict(DELIVERY), both, later, along)
    today, ago = "2099-01-01Z", ground.LONG_AGO
    for name, is_full, values in (
        ("letters today", True, {"created_at": today}),
        ("letters of long ago that wait", True, {"created_at": ago}),
        ("letters sent just now", True,
         {"created_at": today, "status": "sent", "sent_at": today}),
        ("letters sent long ago", False, {"created_at": ago, "status": "sent", "sent_at": ago}),
        ("letters of this morning", False, {"created_at": today, "status": "sent", "sent_at": ago}),
        ("summaries", False, {"created_at": today, "kind": "weekly_summary"}),
    ):  # fmt: skip
        others = [
            noted(f"{name} {n}", batch_id=ground.OTHER_BATCH, **values)
            for n in range(2 if is_full else 3)
        ]
        found = {WAITING} if is_full else {WAITING, ground.MAIL}
        yield call(f"and {name}", SERVICE, load, dict(DELIVERY), are(found), *others)
    second = noted("a second letter", batch_id=ground.OTHER_BATCH)
    yield call("two letters", SERVICE, load, dict(DELIVERY), are({WAITING, ground.MAIL}), second)
