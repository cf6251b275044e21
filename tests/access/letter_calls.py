"""What is done with messages and letters: a call of each function, with its effect."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from tests.access import ground
from tests.access.ground import BATCH, DELIVERY, LETTER, WEEK, address_of, ident
from tests.access.messages import (
    BATCHES,
    MAIL,
    NOTES,
    PREFERENCES,
    SUPPRESSIONS,
    Added,
    tells,
)
from tests.access.outside_worker_calls import completed
from tests.access.probes import Effect
from tests.access.worker_calls import Call, answers

if TYPE_CHECKING:
    from tests.access.actors import Actor
    from tests.access.probes import Key

ZOE = ident("zoe")
WAITING = ident("waiting for zoe")
SENDER = "Learnbase <hello@example.com>"
# What a worker writes of a letter, and of what is read in the app.
STOP = "https://example.com/stop"
IN_WORDS = {"subject": "Hello", "html": "<p>Hello</p>", "text": "Hello", "unsubscribe_url": STOP}
IN_APP = {"subject": "Hello", "text": "A word"}
STAMPED = frozenset({"updated_at"})
TOLD = STAMPED | {"subject", "body_text", "status", "due_at", "sent_at", "delivered_at"}
WRITTEN = STAMPED | {"subject", "body_text", "body_html", "unsubscribe_url", "due_at"}
FORMED = WRITTEN | {"recipient", "batch_id", "position"}
SENT = STAMPED | {"status", "provider_id", "sent_at"}
BEGUN = frozenset({"first_attempt_at", "sender"})
NEW_BATCH: tuple[Added, ...] = (
    (BATCHES, {"first_attempt_at": None, "settled_at": None}),
    (MAIL, {"read_ct": 0}),
)


def of_mail(name: str, actor: Actor) -> Call | None:
    """A call that is allowed, of a function of people's about their mail; None of others."""
    if name == "public.next_summary":
        return Call({}, look=partial(_is, _next_of(actor.person)))
    if name != "public.resume_mail":
        return None
    held = [r.key for r in ground.ROWS if r.relation == SUPPRESSIONS and r.owner == actor.person]
    effect = Effect(gone=frozenset((SUPPRESSIONS, key) for key in held))
    return Call({}, effect, look=partial(_is, bool(held)))


def of_letters(name: str) -> Call | None:  # noqa: C901, PLR0911 - a case each
    """A call that is allowed, of a function about messages and letters; None of others."""
    match name.removeprefix("worker."):
        case "send_notification":
            said = {"user_id": ZOE, "kind": "welcome", "context": {}, "dedupe_key": "hello"}
            added = tells("zoe", "welcome", "hello")
            return Call(said, Effect(added=added), look=partial(_is, 2))
        case "act_by_letter":
            return ticking()
        case "choose_mail":
            row: dict[str, Any] = {"user_id": ZOE, "kind": "plan_ready", "channel": "email"}
            effect = Effect(added=((PREFERENCES, {**row, "enabled": False}),))
            chosen = {"person": ZOE, "kind": "plan_ready", "enabled": False}
            return Call(chosen, effect, look=partial(_is, 1))
        case "record_mail_event":
            return told("delivered", LETTER, STAMPED | {"status", "provider_id", "delivered_at"})
        case "load_weekly_summary":
            return Call(dict(DELIVERY), look=_is_week)
        case "complete_weekly_summary":
            return completed("weekly_summary", {"summaries": [summary()]}, summarised())
        case "load_write_letters":
            return Call(dict(DELIVERY), look=_are_hers)
        case "complete_write_letters":
            return completed("write_letters", in_words(), put_into_words())
        case "load_send_email":
            batch: Key = (BATCHES, BATCH)
            effect = Effect(changed={batch: BEGUN}, said={batch: {"sender": SENDER}})
            return Call({**DELIVERY, "sender": SENDER}, effect, look=_is_batch)
        case "complete_send_email":
            sent = {"sent": [{"id": LETTER, "provider_id": "re_1"}], "refused": []}
            return completed("send_email", sent, settled({LETTER: SENT}, "sent"))
        case _:
            return None


def ticking(person: str = "zoe", label: str = "zoe private", *, perform: bool = True) -> Call:
    """A link ticks a task of its learner's."""
    task = ident(f"{label} task 2")
    row = {"task_id": task, "user_id": ident(person), "status": "completed"}
    effect = Effect(added=(("public.task_progress", row),)) if perform else Effect()
    link = {"person": ident(person), "act": "tick_task", "about": task, "perform": perform}
    topic = f"Sailing with {label.partition(' ')[0]}"
    done = [{"state": "done" if perform else "open", "title": "Task 2", "topic": topic}]
    return Call(link, effect, look=partial(_is, done))


def told(status: str, letter: str, columns: frozenset[str], **more: Any) -> Call:
    """The mail service tells of a letter, for the first time."""
    event = {"status": status, "at": ground.LONG_AGO, "notification_id": letter}
    event |= {"email_id": "re_1", "reason": None, "suppresses": False, **more}
    inbox = {"external_id": "msg_1", "type": f"email.{status}", "payload": {"n": 1}}
    effect = Effect(
        added=(("public.webhook_events", {**inbox, "source": "resend", "error": None}),),
        changed={(NOTES, letter): columns} if columns else {},
        said={(NOTES, letter): {"status": status}} if "status" in columns else {},
    )
    return Call({**inbox, "event": event}, effect, look=partial(_is, "recorded"))


def summary(person: str = "zoe", **parts: Any) -> dict[str, Any]:
    """What a worker wrote of somebody's week."""
    said = {"user_id": ident(person), "kind": "weekly_summary", "mail": IN_WORDS}
    return {**said, "in_app": IN_APP, **parts}


def summarised(person: str = "zoe") -> Effect:
    """The summary of a week: in the app at once, and by mail as soon as it is sent."""
    whose: dict[str, Any] = {"user_id": ident(person), "kind": "weekly_summary"}
    whose |= {"subject": "Hello", "context": {"week": WEEK, "letter": "weekly_summary"}}
    key = f"weekly:{ident(person)}:{WEEK}"
    app = {**whose, "channel": "in_app", "status": "delivered", "dedupe_key": f"in_app:{key}"}
    mail = {**whose, "channel": "email", "status": "queued", "dedupe_key": f"email:{key}"}
    mail |= {"recipient": address_of(person), "position": 0, "unsubscribe_url": STOP}
    return Effect(added=((NOTES, app), (NOTES, mail), *NEW_BATCH))


def in_words() -> dict[str, Any]:
    """What a worker wrote of the messages that wait for Zoe."""
    letter = {"ids": [ground.MAIL], **IN_WORDS}
    return {"in_app": [{"id": WAITING, **IN_APP}], "letters": [letter], "dropped": []}


def put_into_words() -> Effect:
    """The one is read in the app from now on, the other is about to be sent."""
    here, there = (NOTES, WAITING), (NOTES, ground.MAIL)
    return Effect(
        added=NEW_BATCH,
        changed={here: TOLD, there: FORMED},
        said={
            here: {"status": "delivered", "due_at": None, "body_text": "A word"},
            there: {"recipient": address_of("zoe"), "position": 0, "unsubscribe_url": STOP},
        },
    )


def settled(letters: dict[str, frozenset[str]], status: str) -> Effect:
    """What became of the letters of the batch, which is over."""
    changed: dict[Key, frozenset[str]] = {(NOTES, key): letters[key] for key in letters}
    return Effect(
        changed={**changed, (BATCHES, BATCH): frozenset({"settled_at"})},
        said={(NOTES, letter): {"status": status} for letter in letters},
    )


def _next_of(person: str | None) -> str | None:
    if person is None:
        return None
    weekday = ground.PEOPLE.index(person) + 1
    return f"2099-01-{weekday + 4:02}T07:30:00+00:00"


def _is(wanted: object, body: Any) -> str:
    return answers(body, wanted)


def _is_week(body: Any) -> str:
    """Zoe's: her own plan and the public one that she follows, with what she did herself."""
    [learner] = body["learners"] if body["standing"] == "held" else [{}]
    week = learner.get("week", {})
    found = {
        "week": body.get("week"),
        "learner": learner.get("user_id"),
        "by": (learner.get("mail"), learner.get("in_app")),
        "name": week.get("name"),
        "plans": sorted((plan["plan_id"], plan["completion"]) for plan in week["plans"]),
        "catch_ups": sorted(plan["catch_up"]["id"] for plan in week["plans"]),
        "active": week["active_days"],
        "off": week["days_off"],
    }
    labels = ("zoe private", "ada public")
    wanted = {
        "week": WEEK,
        "learner": ZOE,
        "by": (True, True),
        "name": "zoe",
        "plans": sorted((ident(f"{label} plan"), int(label == labels[1])) for label in labels),
        "catch_ups": sorted(ground.thing_of("zoe", label, "catch-up") for label in labels),
        "active": [ground.LONG_AGO[:10]],
        "off": [["2027-03-02", "2027-03-04"]],
    }
    return answers(found, wanted)


def _are_hers(body: Any) -> str:
    """What waits for Zoe, and for nobody else."""
    found = [
        (person["user_id"], message["id"], message["channel"], message["context"])
        for person in body.get("people", [])
        for message in person["messages"]
    ]
    wanted = [
        (ZOE, WAITING, "in_app", {"name": "zoe"}),
        (ZOE, ground.MAIL, "email", {"name": "zoe"}),
    ]
    return answers(sorted(found, key=repr), sorted(wanted, key=repr))


def _is_batch(body: Any) -> str:
    mails = [(mail["notification_id"], mail["to"], mail["kind"]) for mail in body["mails"]]
    found = (body["standing"], body["key"], body["sender"], body["repeated"], mails)
    letters = [(LETTER, address_of("zoe"), "export_stopped")]
    return answers(found, ("held", f"learnbase/{BATCH}", SENDER, False, letters))
