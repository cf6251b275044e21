"""The little world of the matrix: some people and their plans, with ids that do not change.

Everybody has a plan of their own; Ada has a private and a public one. Ben follows both (the
private one from the time when it was public), and so does Zoe, who never knocks herself. Everybody
once completed the first task of both of Ada's plans, and Zoe the second as well.

Everybody has a little time to study, a feed, and of each plan they learn by a schedule with one
session of its second task, and a catch-up to decide. How Zoe follows is in a worker's hands.

Everybody has connected their Notion, is about to connect their Google Calendar, and has each plan
they learn by exported, as far as its first task. Zoe's calendar is connected, and what she exports
is in a worker's hands.

Everybody has been written to, has a time for their weekly summary, and wants to be reminded by
mail. No mail goes to confirmed addresses any more, Zoe's excepted: something is to be told to her,
and a letter to her is about to be sent.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

Values = dict[str, Any]

_SPACE = uuid.UUID("6f6e6c79-2061-4d61-8269-782077616c6b")
NAMES: dict[str, str] = {}  # id → what it is, for messages


def ident(name: str) -> str:
    """The id of something, the same in each run."""
    made = str(uuid.uuid5(_SPACE, name))
    NAMES[made] = name
    return made


def named(text: str) -> str:
    """A text with names in the place of ids."""
    for made, name in NAMES.items():
        text = text.replace(made, f"[{name}]")
    return text


PEOPLE = ("ada", "ben", "eve", "carla", "una", "ann", "zoe")
LEARNERS = ("ben", "eve", "carla", "una", "ann", "zoe")
CLERK_ID = "user_2carla"
# What their tokens name them.
SUBJECTS = {name: ident(name) for name in (*PEOPLE, "nobody")} | {"carla": CLERK_ID}
LONG_AGO = "2026-01-05T10:00:00+00:00"
_TODAY = dt.datetime.now(dt.UTC).date()
QUEUE = "generate_plan"
DELIVERY = {"msg_id": 1, "read_ct": 2}  # in a worker's hands
WAITING = 2  # a message that is free to take
DEAD_LETTER = 1
SCHEDULES = "schedule_plan"
WEEK = "2026-W48"
CHOICE = {"choice": "later_date", "deadline_date": "2027-04-01", "text": "Two weeks later"}
AVAILABILITY = (
    *("public.study_preferences", "public.study_windows", "public.days_off", "public.busy_times"),
)
OF_LEARNERS = ("public.sessions", "public.plan_schedules", "public.catch_ups")
OUTSIDE = (
    *("export_notion", "export_google_calendar", "disconnect", "read_busy_times"),
    "close_account",
)
LETTERS = ("weekly_summary", "write_letters", "send_email")
KINDS = {
    "weekly_summary": True,
    "welcome": True,
    "plan_ready": True,
    "plan_failed": True,
    "plan_slipped": True,
    "export_finished": True,
    "export_stopped": True,
    "connection_needs_renewing": True,
    "limit_reached": True,
    "session_reminder": False,
}
"""What is written about, and whether by mail to who has not chosen; in the app all of it is."""
FREE_BUSY = "https://www.googleapis.com/auth/calendar.events.freebusy"

KEYS = {
    "public.plan_notes": ("plan_id",),
    "public.tier_limits": ("tier",),
    "public.module_progress": ("module_id",),
    "public.plan_progress": ("plan_id",),
    "worker.queues": ("queue",),
    "worker.model_prices": ("model",),
    "worker.platform_limits": ("name",),
    "private.model_days": ("day",),
    "private.proposal_snapshots": ("proposal_id",),
    "worker.job_attempts": ("queue", "msg_id"),
    "pgmq.q_generate_plan": ("msg_id",),
    "pgmq.a_generate_plan": ("msg_id",),
    "pgmq.q_schedule_plan": ("msg_id",),
    "pgmq.a_schedule_plan": ("msg_id",),
    **{f"pgmq.{kind}_{queue}": ("msg_id",) for kind in "qa" for queue in (*OUTSIDE, *LETTERS)},
    "public.notification_kinds": ("kind",),
    "public.summary_times": ("user_id",),
    "private.connection_tokens": ("connection_id",),
    "private.oauth_states": ("state_hash",),
    "public.study_preferences": ("user_id",),
    "private.learner_calendars": ("user_id",),
    "private.catch_up_targets": ("catch_up_id",),
    "private.feed_tokens": ("feed_id",),
    "private.plan_requests": ("person", "request_key"),
}


@dataclass(frozen=True)
class Row:
    """A row that is there from the start.

    Attributes:
        relation: With its schema.
        values: By column; the others have their defaults.
        owner: Whose it is.
        plan: Whose plan it hangs on and how that is seen, such as ``ada private``.
    """

    relation: str
    values: Values
    owner: str = ""
    plan: str = ""

    @property
    def key(self) -> str:
        return key_of(self.relation, self.values)


def key_of(relation: str, values: Values) -> str:
    return ",".join(str(values[column]) for column in KEYS.get(relation, ("id",)))


def _people() -> list[Row]:
    rows = []
    for name in PEOPLE:
        person, address = ident(name), f"{name}@example.com"
        by_clerk, known = name == "carla", name not in ("una", "ann")
        if not by_clerk:
            account = {
                "id": person,
                "email": None if name == "ann" else address,
                "email_confirmed_at": LONG_AGO if known else None,
                "is_anonymous": name == "ann",
            }
            rows.append(Row("auth.users", account, name))
        profile = {
            "id": person,
            "auth_user_id": None if by_clerk else person,
            "clerk_user_id": CLERK_ID if by_clerk else None,
            "email": address if known else None,
            "name": name,
            "is_anonymous": name == "ann",
            "subscription_tier": "pro" if name == "ada" else "free",
            "created_at": LONG_AGO,
        }
        rows.append(Row("public.users", profile, name))
        note = {
            "id": ident(f"notification of {name}"),
            "user_id": person,
            "kind": "weekly_summary",
            "channel": "email",
            "dedupe_key": f"weekly_summary:{name}",
            "subject": "Your week",
            "created_at": LONG_AGO,
        }
        rows.append(Row("public.notifications", note, name))
    # An account whose person is yet to be made.
    rows.append(Row("auth.users", {"id": ident("loose account"), "is_anonymous": False}))
    return rows


def _messages(person: str) -> list[Row]:
    """What somebody wants to hear of, and when; and that no mail goes to them."""
    whose = {"user_id": ident(person)}
    since = {"created_at": LONG_AGO}
    waiting: Values = {"id": ident(f"waiting for {person}"), **whose, "kind": "welcome"}
    waiting |= {"channel": "in_app", "dedupe_key": f"in_app:welcome:{person}"}
    rows: list[tuple[str, Values]] = [
        ("public.notifications", {**waiting, "due_at": LONG_AGO, "context": {}, **since}),
        (
            "public.notification_preferences",
            {
                "id": ident(f"preference of {person}"),
                **whose,
                "kind": "session_reminder",
                "channel": "email",
                "enabled": True,
                "updated_at": LONG_AGO,
                **since,
            },
        ),
        (
            "public.summary_times",
            {
                **whose,
                "weekday": PEOPLE.index(person) + 1,
                "time_of_day": "07:30:00",
                "time_zone": "UTC",
                "hour_id": hour_id(PEOPLE.index(person) + 1),
            },
        ),
    ]
    if person == "zoe":
        letter: Values = {"id": LETTER, **whose, "kind": "export_stopped", "channel": "email"}
        letter |= {"dedupe_key": "email:export_stopped:zoe", "subject": "It stopped"}
        letter |= {"body_text": "It stopped", "body_html": "<p>It stopped</p>", "position": 0}
        letter |= {"recipient": address_of(person), "batch_id": BATCH, **since}
        letter["updated_at"] = LONG_AGO
        mail: Values = {"id": MAIL, **whose, "kind": "welcome", "channel": "email"}
        mail |= {"dedupe_key": "email:welcome:zoe", "due_at": LONG_AGO, "context": {}, **since}
        rows += [("public.notifications", letter), ("public.notifications", mail)]
    return [Row(relation, values, person) for relation, values in rows]


def _hour(weekday: int, time_of_day: str = "07:30:00") -> Row:
    """An hour of the week at which summaries come; it is far away."""
    values: Values = {"id": hour_id(weekday, time_of_day), "weekday": weekday}
    values["time_of_day"] = time_of_day
    next_at = f"2099-01-{weekday + 4:02}T{time_of_day}+00:00"
    return Row("private.summary_hours", {**values, "time_zone": "UTC", "next_at": next_at})


def hour_id(weekday: int, time_of_day: str = "07:30:00") -> str:
    """It follows from the hour: a number would tell whether somebody had it before."""
    made = str(uuid.UUID(hashlib.md5(f"{weekday} {time_of_day} UTC".encode()).hexdigest()))  # noqa: S324
    NAMES[made] = f"hour {weekday} {time_of_day}"
    return made


def _suppressed(person: str) -> Row:
    """An address that gets no mail; one that is not confirmed is nobody's."""
    values = {
        "id": ident(f"suppression of {person}"),
        "address": address_of(person),
        "cause": "bounced",
        "reason": f"There is no {person} here",
        "created_at": LONG_AGO,
    }
    return Row("public.mail_suppressions", values, "" if person == "una" else person)


def address_of(person: str) -> str:
    """Where mail to somebody goes, or would go."""
    return f"{person}@example.com"


def _availability(person: str) -> list[Row]:
    """When somebody can study, each on a day of their own; and how a calendar learns of it."""
    whose = {"user_id": ident(person)}
    since = {"created_at": LONG_AGO}
    feed = ident(f"feed of {person}")
    rows: list[tuple[str, Values]] = [
        (
            "public.study_preferences",
            {
                **whose,
                "daily_ceiling_minutes": ceiling_of(person),
                "reminder_lead_minutes": lead_of(person),
                "updated_at": LONG_AGO,
                **since,
            },
        ),
        (
            "public.study_windows",
            {
                "id": ident(f"window of {person}"),
                **whose,
                "weekday": PEOPLE.index(person) + 1,
                "starts": "18:00:00",
                "ends": "20:00:00",
                **since,
            },
        ),
        (
            "public.days_off",
            {
                "id": ident(f"days off of {person}"),
                **whose,
                "starts_on": "2027-03-02",
                "ends_on": "2027-03-04",
                **since,
            },
        ),
        (
            "public.busy_times",
            {
                "id": ident(f"busy time of {person}"),
                **whose,
                "starts_at": "2099-05-01T08:00:00+00:00",
                "ends_at": "2099-05-01T10:00:00+00:00",
                **since,
            },
        ),
        ("private.learner_calendars", {**whose, "version": version_of(person)}),
        ("public.calendar_feeds", {"id": feed, **whose, "rotated_at": LONG_AGO, **since}),
        ("private.feed_tokens", {"feed_id": feed, "token_hash": token_hash(f"token of {person}")}),
    ]
    return [Row(relation, values, person) for relation, values in rows]


def ceiling_of(person: str) -> int:
    """The most minutes a day, for each another."""
    return 180 + 10 * PEOPLE.index(person)


def lead_of(person: str) -> int:
    """How many minutes before a session somebody is reminded, for each another."""
    return 15 * (1 + PEOPLE.index(person))


def version_of(person: str) -> int:
    """That of their calendar, for each another."""
    return 4 + PEOPLE.index(person)


def token_hash(token: str) -> str:
    """As the edge asks for a feed."""
    return hashlib.sha256(token.encode()).hexdigest()


def thing_of(person: str, label: str, thing: str) -> str:
    """The id of what a learner has of a plan: that of its owner is named by the plan alone."""
    return ident(f"{label} {thing}" if label.startswith(person) else f"{label} {thing} of {person}")


def _schedule(person: str, label: str) -> list[Row]:
    """A learner's schedule of a plan, with a session, and a catch-up that would move it."""
    of = {"plan_id": ident(f"{label} plan"), "user_id": ident(person), "created_at": LONG_AGO}
    session: Values = {
        "id": thing_of(person, label, "session"),
        **of,
        "task_id": ident(f"{label} task 2"),
        "part": 1,
        "starts_at": "2099-07-01T08:00:00+00:00",
        "ends_at": "2099-07-01T12:00:00+00:00",
        "local_date": "2099-07-01",
        "updated_at": LONG_AGO,
    }
    # One that waits is in a worker's hands: it was asked for once more than it was made.
    waits = (person, label) == ("zoe", "ada public")
    schedule: Values = {
        "id": thing_of(person, label, "schedule"),
        **of,
        "status": "waiting" if waits else "ready",
        "fits": True,
        "choices": [CHOICE],
        "wanted": 2 if waits else 1,
        "made": 1,
        "look_at": "2099-01-01T00:00:00+00:00",
        "updated_at": LONG_AGO,
    }
    catch_up: Values = {"id": thing_of(person, label, "catch-up"), **of, "status": "open"}
    catch_up |= {"moves": [], "summary": {}}
    moved = {key: session[key] for key in ("id", "task_id", "part", "local_date")}
    moved |= {"starts_at": "2099-07-01T09:00:00+00:00", "ends_at": "2099-07-01T13:00:00+00:00"}
    target = {"catch_up_id": catch_up["id"], "version": version_of(person)}
    target |= {"target": {"sessions": [moved], "gone": []}}
    rows = [
        ("public.sessions", session),
        ("public.plan_schedules", schedule),
        ("public.catch_ups", catch_up),
        ("private.catch_up_targets", target),
    ]
    return [Row(relation, values, person, label) for relation, values in rows]


def _connections(person: str) -> list[Row]:
    """Somebody's account at Notion, and the one at Google that they are about to connect."""
    since = {"created_at": LONG_AGO}
    rows: list[tuple[str, Values]] = []
    for provider in ("notion", "google") if person == "zoe" else ("notion",):
        connection: Values = {
            "id": ident(f"{provider} of {person}"),
            "user_id": ident(person),
            "provider": provider,
            "account_id": account_of(person, provider),
            "account_name": f"{person} at {provider}",
            "scopes": [FREE_BUSY] if provider == "google" else [],
            "last_used_at": LONG_AGO,
            "connected_at": LONG_AGO,
            "updated_at": LONG_AGO,
            **since,
        }
        tokens = {"connection_id": connection["id"], "sealed": sealed_of(person, provider)}
        rows += [("public.connections", connection), ("private.connection_tokens", tokens)]
    state: Values = {
        "state_hash": token_hash(f"state of {person}"),
        "user_id": ident(person),
        "provider": "google",
        "sealed_verifier": f"verifier of {person}",
        "sealed_code": None if person == "zoe" else f"code of {person}",
        "return_to": f"https://app.example.com/{person}",
        "expires_at": "2099-01-01T00:00:00+00:00",
        **since,
    }
    rows.append(("private.oauth_states", state))
    if person == "zoe":
        busy: Values = {"id": ident("busy time read of zoe"), "user_id": ident(person), **since}
        busy |= {"starts_at": soon(10, 8), "source": "google"}
        rows.append(("public.busy_times", {**busy, "ends_at": soon(10, 10)}))
    return [Row(relation, values, person) for relation, values in rows]


def soon(days: int, hour: int) -> str:
    """An hour in the weeks for which calendars are read."""
    return f"{_TODAY + dt.timedelta(days=days)}T{hour:02}:00:00+00:00"


def account_of(person: str, provider: str) -> str:
    """Their account there, as the service calls it."""
    return f"account of {person} at {provider}"


def sealed_of(person: str, provider: str) -> str:
    """Their tokens; one of Zoe's is sealed with an older key."""
    return f"v1.{'k0' if provider == 'google' else 'k1'}.{person}"


def _export(person: str, label: str, provider: str = "notion") -> list[Row]:
    """What is outside of a plan that somebody learns by."""
    at_work = person == "zoe" and (provider == "google" or label == "ada public")
    thing = "export" if provider == "notion" else "calendar export"
    export: Values = {
        "id": thing_of(person, label, thing),
        "user_id": ident(person),
        "plan_id": ident(f"{label} plan"),
        "connection_id": ident(f"{provider} of {person}"),
        "provider": provider,
        "account_id": account_of(person, provider),
        "topic": f"Sailing with {label.partition(' ')[0]}",
        "status": "running" if at_work else "succeeded",
        "options": OPTIONS[provider],
        "container": {"url": "https://example.com/there"},
        "url": "https://example.com/there",
        "done": 1,
        "taken": 1,
        "turn": 1,
        "under_way": at_work,
        "stamp": "as it was",
        "requested_at": LONG_AGO,
        "finished_at": None if at_work else LONG_AGO,
        "created_at": LONG_AGO,
        "updated_at": LONG_AGO,
    }
    item: Values = {
        "id": thing_of(person, label, f"{thing} item"),
        "export_id": export["id"],
        "key": ident(f"{label} task 1"),
        "state": "sent",
        "external_id": f"page of {person}",
        "hash": "h1",
        "since": LONG_AGO,
    }
    rows = (("public.exports", export), ("public.export_items", item))
    return [Row(relation, values, person, label) for relation, values in rows]


BATCH, OTHER_BATCH = ident("batch"), ident("another batch")
LETTER, MAIL = ident("letter to zoe"), ident("mail for zoe")
OPTIONS: dict[str, Values] = {
    "notion": {"parent": {"type": "workspace"}},
    "google": {"reminders": "none"},
}


def _tree(owner: str, visibility: str) -> list[Row]:
    """A plan of somebody's, with one of everything."""
    label = f"{owner} {visibility}"

    def at(thing: str) -> str:
        return ident(f"{label} {thing}")

    plan = at("plan")
    rows: list[tuple[str, Values]] = [
        (
            "public.learning_plans",
            {
                "id": plan,
                "user_id": ident(owner),
                "topic": f"Sailing with {owner}",
                "skill_level": "beginner",
                "weekly_hours": 5,
                "learning_style": "mixed",
                "visibility": visibility,
                "origin": "manual",
                "created_at": LONG_AGO,
            },
        ),
        ("public.plan_notes", {"plan_id": plan, "notes": "Mornings", "created_at": LONG_AGO}),
    ]
    for week in (1, 2):
        module = {"id": at(f"module {week}"), "plan_id": plan, "order": week}
        module |= {"title": f"Week {week}", "estimated_minutes": 60, "created_at": LONG_AGO}
        rows.append(("public.modules", module))
        rows.append(("public.module_progress", {"module_id": module["id"]}))
    rows.append(("public.plan_progress", {"plan_id": plan}))
    for number in (1, 2):
        task = {"id": at(f"task {number}"), "module_id": at("module 1"), "order": number}
        task |= {"title": f"Task {number}", "estimated_minutes": 30, "created_at": LONG_AGO}
        rows.append(("public.tasks", task))
    rows += [
        (
            "public.task_resources",
            {
                "id": at("use"),
                "task_id": at("task 1"),
                "resource_id": ident("resource 1"),
                "order": 1,
                "notes": "First",
                "created_at": LONG_AGO,
            },
        ),
        (
            "public.task_links",
            {
                "id": at("link"),
                "task_id": at("task 1"),
                "type": "other",
                "title": "Knots",
                "url": "https://example.com/knots",
                "order": 1,
                "created_at": LONG_AGO,
            },
        ),
    ]
    for thing, kind, status in (
        ("record", "create", "succeeded"),
        ("failure", "regenerate_plan", "failed"),
        ("request", "create", "queued"),
    ):
        generation: Values = {"id": at(thing), "plan_id": plan, "kind": kind, "status": status}
        generation |= {"model": "m", "prompt": {"topic": "Sailing"}, "created_at": LONG_AGO}
        rows.append(("public.plan_generations", generation))
    proposal: Values = {"id": at("proposal"), "plan_id": plan, "generation_id": at("record")}
    proposal |= {"base_revision": 1, "changes": {}, "summary": {}, "target": {"modules": []}}
    rows.append(("public.plan_proposals", {**proposal, "created_at": LONG_AGO}))
    ledger = {"id": len(NAMES), "person": ident(owner), "kind": "generation", "quantity": 1}
    rows.append(("private.usage_ledger", {**ledger, "generation_id": at("request")}))
    return [Row(relation, values, owner, label) for relation, values in rows]


def _progress(person: str, label: str, task: int = 1) -> Row:
    values = {
        "id": ident(f"progress of {person} with {label}" + ("" if task == 1 else f" {task}")),
        "task_id": ident(f"{label} task {task}"),
        "user_id": ident(person),
        "status": "completed",
        "completed_at": LONG_AGO,
        "created_at": LONG_AGO,
        "actual_minutes": None if task == 1 else 40,
    }
    return Row("public.task_progress", values, person, label)


def _follower(person: str, label: str) -> Row:
    values = {
        "id": ident(f"{person} follows {label}"),
        "plan_id": ident(f"{label} plan"),
        "user_id": ident(person),
        "start_date": "2026-02-02",
        "created_at": LONG_AGO,
    }
    return Row("public.plan_followers", values, person, label)


def _kind(name: str) -> Values:
    return {"kind": name, "description": f"About {name}", "email": KINDS[name], "in_app": True}


def _shared() -> list[Row]:
    rows = [
        Row(
            "public.resources",
            {
                "id": ident(f"resource {number}"),
                "type": "doc",
                "title": f"Charts {number}",
                "url": f"https://example.com/charts/{number}",
                "created_at": LONG_AGO,
            },
        )
        for number in (1, 2)
    ]
    limits = (("anonymous", 2, 2, 3), ("free", 2, 2, 20), ("pro", 100, 5, 300))
    names = ("tier", "max_plans", "max_generations_in_flight", "max_generations_per_month")
    rows += [Row("public.tier_limits", dict(zip(names, tier, strict=True))) for tier in limits]
    price: Values = {"model": "large", "input_usd_per_mtok": 1, "output_usd_per_mtok": 10}
    rows.append(Row("worker.model_prices", {**price, "updated_at": LONG_AGO}))
    ceiling = {"name": "daily_model_tokens", "amount": 10**9, "updated_at": LONG_AGO}
    rows.append(Row("worker.platform_limits", ceiling))
    event = {"id": ident("event"), "source": "stripe", "external_id": "evt_1", "type": "paid"}
    rows.append(
        Row("public.webhook_events", {**event, "payload": {"n": 1}, "received_at": LONG_AGO})
    )
    return rows


def _jobs() -> list[Row]:
    bare = ident("zoe bare plan")
    plan: Values = {
        "id": bare,
        "user_id": ident("zoe"),
        "topic": "Knots",
        "skill_level": "beginner",
    }
    plan |= {"weekly_hours": 1, "learning_style": "video", "created_at": LONG_AGO}
    lost: Values = {
        "id": ident("zoe bare failure"),
        "plan_id": bare,
        "kind": "create",
        "status": "failed",
    }
    lost |= {"model": "m", "prompt": {}, "created_at": LONG_AGO}

    def generates(generation: str) -> Values:
        return {"v": 1, "generation_id": ident(generation)}

    waiting = {"msg_id": WAITING, "read_ct": 0, "enqueued_at": LONG_AGO, "vt": LONG_AGO}
    held = {**DELIVERY, "enqueued_at": LONG_AGO, "vt": "2099-01-01T00:00:00+00:00"}
    letter: Values = {"id": DEAD_LETTER, "queue": QUEUE, "msg_id": 90, "read_ct": 5, "failures": 5}
    letter |= {"message": generates("zoe bare failure"), "error": {"code": "x", "message": "x"}}
    settings = {"queue": QUEUE, "lease_seconds": 60, "max_failures": 5, "max_lost_deliveries": 10}
    scheduled = {"v": 1, "plan_id": ident("ada public plan"), "user_id": ident("zoe")}
    calendar = {"v": 1, "connection_id": ident("google of zoe")}
    outside = {
        "export_notion": {"v": 1, "export_id": thing_of("zoe", "ada public", "export"), "turn": 1},
        "export_google_calendar": {
            "v": 1,
            "export_id": thing_of("zoe", "zoe private", "calendar export"),
            "turn": 1,
        },
        "disconnect": calendar,
        "read_busy_times": calendar,
        "close_account": {"v": 1, "user_id": ident("zoe")},
        "weekly_summary": {
            "v": 1,
            "week": WEEK,
            "until": "2099-01-01T00:00:00+00:00",
            "user_ids": [ident("zoe")],
        },
        "write_letters": {"v": 1, "user_ids": [ident("zoe")]},
        "send_email": {"v": 1, "batch_id": BATCH},
    }
    return [
        *(Row("worker.queues", {**settings, "queue": queue}) for queue in outside),
        *(
            Row(f"pgmq.q_{queue}", {**held, "message": message})
            for queue, message in outside.items()
        ),
        Row(
            "pgmq.q_schedule_plan",
            {**held, "message": {**scheduled, "kind": "schedule", "wanted": 2}},
        ),
        Row("worker.queues", {**settings, "queue": SCHEDULES}),
        Row("public.learning_plans", plan, "zoe", "zoe bare"),
        Row("public.plan_progress", {"plan_id": bare}, "zoe", "zoe bare"),
        Row("public.plan_generations", lost, "zoe", "zoe bare"),
        Row("worker.queues", settings),
        Row("worker.queues", {**settings, "queue": "check_links"}),
        Row("worker.job_attempts", {"queue": QUEUE, "msg_id": 1, "failures": 1}),
        Row("worker.dead_letters", {**letter, "enqueued_at": LONG_AGO, "failed_at": LONG_AGO}),
        Row("pgmq.q_generate_plan", {**waiting, "message": generates("ada public request")}),
        Row("pgmq.q_generate_plan", {**held, "message": generates("ada private request")}),
    ]


LABELS = ("ada private", "ada public")
ROWS: tuple[Row, ...] = (
    *_people(),
    *_shared(),
    *_tree("ada", "private"),
    *_tree("ada", "public"),
    *(row for name in LEARNERS for row in _tree(name, "private")),
    *(_progress(name, label) for name in PEOPLE for label in LABELS),
    # Somebody else's alone: nobody's own figures may count it.
    *(_progress("zoe", label, 2) for label in LABELS),
    *(_follower(name, label) for name in ("ben", "zoe") for label in LABELS),
    *(row for name in PEOPLE for row in _availability(name)),
    *(Row("public.notification_kinds", _kind(name)) for name in KINDS),
    *(row for name in PEOPLE for row in _messages(name)),
    *(_hour(weekday) for weekday in range(1, 8)),
    _hour(1, "08:00:00"),
    *(_suppressed(name) for name in PEOPLE if name not in ("ann", "zoe")),
    *(Row("private.mail_batches", {"id": i, "created_at": LONG_AGO}) for i in (BATCH, OTHER_BATCH)),
    # While a plan is private only its owner has a schedule of it.
    *(row for label in LABELS for row in _schedule("ada", label)),
    *(row for name in ("ben", "zoe") for row in _schedule(name, "ada public")),
    *(row for name in LEARNERS for row in _schedule(name, f"{name} private")),
    *(row for name in PEOPLE for row in _connections(name)),
    *(row for label in LABELS for row in _export("ada", label)),
    *(row for name in ("ben", "zoe") for row in _export(name, "ada public")),
    *(row for name in LEARNERS for row in _export(name, f"{name} private")),
    *_export("zoe", "zoe private", "google"),
    *_jobs(),
)
VIEWS = frozenset({"public.module_progress", "public.plan_progress"})


# They outlive what they name: what is outside is still to be taken away.
_OUTLIVED = frozenset({("public.exports", "plan_id"), ("public.exports", "connection_id")})


def below(row: Row) -> set[tuple[str, str]]:
    """The rows that are deleted with a row, itself included: nearly every foreign key cascades."""
    gone = {(row.relation, row.key)}
    reached = {row.values["id"]} if "id" in row.values else set()
    while True:
        more = {
            (other.relation, other.key): other.values.get("id")
            for other in ROWS
            if other.relation not in VIEWS | {"auth.users", "private.usage_ledger"}
            and not other.relation.startswith("pgmq.")
            and (other.relation, other.key) not in gone
            and any(
                isinstance(value, str) and value in reached
                for column, value in other.values.items()
                if column not in ("id", "key") and (other.relation, column) not in _OUTLIVED
            )
        }
        if not more:
            return gone
        gone |= more.keys()
        reached |= {made for made in more.values() if made is not None}
