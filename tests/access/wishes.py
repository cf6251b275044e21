"""What the matrix asks for: the row each place means, and the bodies of writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.access import ground
from tests.access.expectations import RELATIONS
from tests.access.ground import Row, Values, ident
from tests.access.probes import quoted
from tests.access.terms import (
    ALL,
    MINE,
    MINE_PRIVATE,
    MINE_PUBLIC,
    OWN,
    OWNERS_PRIVATE,
    OWNERS_PUBLIC,
    PRIVATE,
    PUBLIC,
    THEIRS_PRIVATE,
    THEIRS_PUBLIC,
)

if TYPE_CHECKING:
    from tests.access.actors import Actor

LATER = "2026-06-01T08:00:00+00:00"
_PLANS = {
    PRIVATE: "ada private",
    PUBLIC: "ada public",
    THEIRS_PRIVATE: "ada private",
    THEIRS_PUBLIC: "ada public",
    MINE_PRIVATE: "ada private",
    MINE_PUBLIC: "ada public",
    OWNERS_PRIVATE: "ada private",
    OWNERS_PUBLIC: "ada public",
}
_OWN_PLACES = frozenset({OWN, MINE, MINE_PRIVATE, MINE_PUBLIC})


def is_meant(place: str, actor: Actor) -> bool:
    """Whether a place is somewhere for an actor: only learners have one beside Ada's."""
    return place not in _OWN_PLACES or (actor.standing == "person" and actor.person != "ada")


def label(place: str, actor: Actor) -> str:
    """The plan that a place is about."""
    return f"{actor.person} private" if place == OWN else _PLANS.get(place, "")


def whose(relation: str, place: str, actor: Actor) -> str:
    """Whose row a place means."""
    if place in _OWN_PLACES:
        return actor.person or ""
    return "zoe" if relation == "public.plan_followers" else "ada"


def target(relation: str, place: str, actor: Actor) -> Row | None:
    """The row that a place means; None where the actor has none there."""
    rows = [row for row in ground.ROWS if row.relation == relation]
    if place == ALL:
        return rows[0]
    owner, plan = whose(relation, place, actor), label(place, actor)
    mine = [row for row in rows if row.owner == owner and (not plan or row.plan == plan)]
    return mine[0] if mine else None


def place_of(row: Row, relation: str, actor: Actor) -> str:
    """The place that a row is in, as an actor sees it; "" for what is none of their business."""
    for place in RELATIONS[relation].places:
        if place == ALL:
            return place
        if not is_meant(place, actor):
            continue
        if row.owner == whose(relation, place, actor) and (
            row.plan == label(place, actor) or not label(place, actor)
        ):
            return place
    return ""


CHANGES: dict[str, tuple[str, Any]] = {
    "public.users": ("name", "Another name"),
    "public.tier_limits": ("max_plans", 7),
    "public.learning_plans": ("topic", "Rowing"),
    "public.plan_notes": ("notes", "Evenings"),
    "public.plan_followers": ("start_date", "2026-03-02"),
    "public.modules": ("title", "Another title"),
    "public.tasks": ("title", "Another title"),
    "public.resources": ("title", "Another title"),
    "public.task_resources": ("notes", "Second"),
    "public.task_links": ("title", "Another title"),
    "public.task_progress": ("actual_minutes", 25),
    "public.plan_generations": ("output_summary", {"modules": 2}),
    "public.notifications": ("read_at", LATER),
    "public.notification_kinds": ("description", "Another description"),
    "public.notification_preferences": ("enabled", False),
    "public.summary_times": ("time_of_day", "20:15:00"),
    "public.mail_suppressions": ("reason", "Another reason"),
    "public.webhook_events": ("handled_at", LATER),
    "public.module_progress": ("completion", 1),
    "public.plan_progress": ("completion", 1),
    "public.plan_proposals": ("status", "rejected"),
    "public.study_preferences": ("longest_session_minutes", 60),
    "public.study_windows": ("ends", "21:00:00"),
    "public.days_off": ("ends_on", "2027-03-20"),
    "public.busy_times": ("ends_at", "2099-05-01T12:00:00+00:00"),
    "public.sessions": ("pinned_at", LATER),
    "public.plan_schedules": ("computed_at", LATER),
    "public.catch_ups": ("decided_at", LATER),
    "public.calendar_feeds": ("last_read_at", LATER),
    "public.connections": ("account_name", "Another name"),
    "public.exports": ("in_step", False),
    "public.export_items": ("etag", "another"),
    "worker.model_prices": ("input_usd_per_mtok", 2),
    "worker.platform_limits": ("amount", 5),
    "worker.queues": ("lease_seconds", 90),
    "worker.job_attempts": ("failures", 0),
    "worker.dead_letters": ("requeued_at", LATER),
}


def new_row(  # noqa: C901, PLR0912, PLR0915 - a case for each relation
    relation: str, place: str, actor: Actor
) -> tuple[Values, tuple[str, ...]]:
    """The smallest row that may be added at a place, and what to clear away before."""
    about, person = label(place, actor), ident(whose(relation, place, actor))

    def at(thing: str) -> str:
        return ident(f"{about} {thing}")

    line = {"title": "New", "order": 3, "estimated_minutes": 10}
    clear: tuple[str, ...] = ()
    match relation:
        case "public.users":
            row: Values = {"clerk_user_id": "user_2new"}
        case "public.learning_plans":
            row = {"topic": "Rowing", "skill_level": "beginner", "weekly_hours": 1}
            row |= {"learning_style": "video"}
            if place != OWN:
                row |= {"user_id": person, "visibility": place.removesuffix(" plan")}
        case "public.plan_notes":
            row = {"plan_id": at("plan"), "notes": "New"}
            clear = (quoted("delete from public.plan_notes where plan_id = {}", at("plan")),)
        case "public.plan_followers":
            row = {"plan_id": at("plan"), "user_id": person}
            gone = "delete from public.plan_followers where plan_id = {} and user_id = {}"
            clear = (quoted(gone, at("plan"), person),)
        case "public.modules":
            row = {"plan_id": at("plan"), **line}
        case "public.tasks":
            row = {"module_id": at("module 1"), **line}
        case "public.resources":
            row = {"type": "doc", "title": "New", "url": "https://example.com/new"}
        case "public.task_resources":
            row = {"task_id": at("task 2"), "resource_id": ident("resource 2"), "order": 1}
        case "public.task_links":
            row = {"task_id": at("task 2"), "title": "New", "url": "https://example.com/new"}
            row |= {"order": 1}
        case "public.task_progress":
            row = {"task_id": at("task 2"), "user_id": person}
        case "public.plan_generations":
            row = {"plan_id": at("plan"), "model": "m", "prompt": {"topic": "Sailing"}}
            if actor.standing == "service":
                row["status"] = "succeeded"  # another request is under way
        case "public.plan_proposals":
            row = {"plan_id": at("plan"), "generation_id": at("failure"), "base_revision": 1}
            row |= {"changes": {}, "summary": {}, "target": {}, "status": "rejected"}
        case _ if relation in ground.AVAILABILITY:
            row, clear = _availability(relation, person)
            if actor.person != whose(relation, place, actor):
                row["user_id"] = person  # otherwise it would be one of their own
        case "public.sessions":
            row = {"plan_id": at("plan"), "user_id": person, "task_id": at("task 2"), "part": 2}
            row |= {"starts_at": "2099-07-01T08:00:00+00:00", "local_date": "2099-07-01"}
            row["ends_at"] = "2099-07-01T12:00:00+00:00"
        case "public.plan_schedules":
            row = {"plan_id": at("plan"), "user_id": person}
            gone = "delete from public.plan_schedules where plan_id = {} and user_id = {}"
            clear = (quoted(gone, at("plan"), person),)
        case "public.catch_ups":
            row = {"plan_id": at("plan"), "user_id": person, "status": "rejected"}
            row |= {"moves": [], "summary": {}}
        case "public.calendar_feeds":
            row = {"user_id": person}
        case "public.connections":
            row = {"user_id": person, "provider": "google", "account_id": "new"}
        case "public.exports":
            row = {"user_id": person, "plan_id": at("plan"), "provider": "google"}
            row |= {"account_id": "new", "topic": "Sailing"}
        case "public.export_items":
            export = ground.thing_of(whose(relation, place, actor), about, "export")
            row = {"export_id": export, "key": at("task 2"), "state": "sending"}
        case "worker.model_prices":
            row = {"model": "small", "input_usd_per_mtok": 1, "output_usd_per_mtok": 2}
        case "worker.platform_limits":
            row = {"name": "daily_model_tokens", "amount": 1}
            clear = ("delete from worker.platform_limits",)
        case "public.notifications":
            row = {"user_id": person, "kind": "weekly_summary", "channel": "email"}
            row |= {"dedupe_key": "new"}
        case "public.notification_kinds":
            row = {"kind": "news_of_the_house", "description": "What is new"}
        case "public.notification_preferences":
            row = {"user_id": person, "kind": "welcome", "channel": "in_app", "enabled": False}
        case "public.summary_times":
            row = {"user_id": person, "time_zone": "UTC"}
            clear = (quoted("delete from public.summary_times where user_id = {}", person),)
        case "public.mail_suppressions":
            row = {"address": "new@example.com", "cause": "complained"}
        case "public.webhook_events":
            row = {"source": "stripe", "external_id": "evt_2", "type": "paid", "payload": {}}
        case "public.tier_limits":
            row = {"tier": "pro", "max_plans": 1, "max_generations_in_flight": 1}
            row |= {"max_generations_per_month": 1}
            clear = ("delete from public.tier_limits where tier = 'pro'",)
        case "worker.queues":
            row = {"queue": "new"}
        case "worker.job_attempts":
            row = {"queue": ground.QUEUE, "msg_id": 2}
        case "worker.dead_letters":
            row = {"queue": ground.QUEUE, "msg_id": 3, "read_ct": 1, "failures": 1, "message": {}}
            row |= {"error": {}, "enqueued_at": LATER}
        case _ if relation in ground.VIEWS:
            row = {CHANGES[relation][0]: CHANGES[relation][1]}
        case _:
            raise LookupError(relation)
    return row, clear


def _availability(relation: str, person: str) -> tuple[Values, tuple[str, ...]]:
    match relation:
        case "public.study_preferences":
            gone = quoted("delete from public.study_preferences where user_id = {}", person)
            return {"daily_ceiling_minutes": 60}, (gone,)
        case "public.study_windows":
            return {"weekday": 7, "starts": "18:30:00", "ends": "19:30:00"}, ()
        case "public.days_off":
            return {"starts_on": "2027-03-01", "ends_on": "2027-03-10"}, ()
        case _:
            row = {"starts_at": "2099-05-01T08:30:00+00:00"}
            return {**row, "ends_at": "2099-05-01T11:00:00+00:00"}, ()


# Another value for each column, other than the one in the ground, and allowed by every constraint.
_OTHERS: dict[str, Any] = {
    "id": ident("another"),
    **dict.fromkeys(
        (
            *("completed_at", "created_at", "updated_at", "pinned_at", "edited_at", "checked_at"),
            *("model_called_at", "started_at", "finished_at", "sent_at", "delivered_at"),
            *("opened_at", "bounced_at", "read_at", "received_at", "handled_at", "requeued_at"),
            *("enqueued_at", "failed_at", "tried_at", "dead_at", "decided_at", "set_aside_at"),
            *("computed_at", "look_at", "last_read_at", "rotated_at", "closing_at"),
            *("last_used_at", "connected_at", "requested_at", "since", "due_at", "complained_at"),
            "asked_at",
        ),
        LATER,
    ),
    "name": "Another name",
    "title": "Another title",
    "topic": "Another topic",
    "notes": "Other notes",
    "description": "Another description",
    "model": "another",
    "prompt_version": "2",
    "subject": "Another subject",
    "body_text": "Another text",
    "body_html": "<p>Another</p>",
    "reason": "Another reason",
    "author": "Somebody",
    "email": "another@example.com",
    "clerk_user_id": "user_2another",
    "time_zone": "Europe/Berlin",
    "locale": "de",
    "language": "de",
    "skill_level": "advanced",
    "learning_style": "reading",
    "visibility": "public",
    "origin": "template",
    "status": "failed",
    "kind": "regenerate_module",
    "channel": "sms",
    "type": "article",
    "subscription_tier": "free",
    "is_anonymous": True,
    "weekly_hours": 9,
    "order": 7,
    "day": 3,
    "estimated_minutes": 45,
    "actual_minutes": 25,
    "duration_minutes": 25,
    "cost_cents": 100,
    "currency": "EUR",
    "tags": ["charts"],
    "revision": 41,
    "progress": 40,
    "http_status": 204,
    "failures": 2,
    "scope": "whole",
    "base_revision": 7,
    "accepted_revision": 7,
    "input_usd_per_mtok": 3,
    "output_usd_per_mtok": 30,
    "amount": 7,
    "input_tokens": 10,
    "output_tokens": 10,
    "cost_usd": 0.25,
    "start_date": "2026-07-06",
    "deadline_date": "2026-12-20",
    "shortest_session_minutes": 30,
    "longest_session_minutes": 60,
    "daily_ceiling_minutes": 120,
    "reminder_lead_minutes": 10,
    "catch_up": "apply",
    "weekday": 3,
    "starts": "17:00:00",
    "ends": "21:00:00",
    "starts_on": "2027-02-20",
    "ends_on": "2027-03-20",
    "part": 7,
    "local_date": "2099-06-02",
    "sequence": 7,
    "fits": False,
    "needed_minutes": 90,
    "available_minutes": 90,
    "pace": 1.5,
    "wanted": 7,
    "made": 7,
    "url": "https://example.com/another",
    "domain": "example.org",
    "dedupe_key": "another",
    "recipient": "another@example.com",
    "address": "another@example.com",
    "unsubscribe_url": "https://example.com/stop",
    "position": 7,
    "carried_by": ident("waiting for ada"),
    "notification_id": ident("another"),
    "cause": "complained",
    "time_of_day": "20:15:00",
    "in_app": False,
    "provider_id": "another",
    "source": "resend",
    "external_id": "evt_another",
    "account_id": "another",
    "account_name": "Another name",
    "scopes": ["another"],
    "action": "remove",
    "needs": "word",
    "done": 7,
    "total": 7,
    "taken": 7,
    "turn": 7,
    "stamp": "another",
    "hash": "another",
    "etag": "another",
    "state": "removing",
    "key": ident("another"),
    **dict.fromkeys(("confirmed", "under_way"), True),
    **dict.fromkeys(("in_step", "clean_up"), False),
    "max_plans": 7,
    "max_generations_in_flight": 7,
    "max_generations_per_month": 7,
    **{
        name: {"another": 1}
        for name in (
            *("context", "payload", "error", "prompt", "parameters", "output_summary", "draft"),
            *("message", "last_error", "figures", "changes", "summary", "target", "unplaced"),
            *("choices", "moves", "options", "container", "changed", "stays"),
        )
    },
}
_OTHERS_OF: dict[tuple[str, str], Any] = {
    # An account without a person, and other parents of the same owner.
    ("public.users", "auth_user_id"): ident("loose account"),
    ("public.learning_plans", "user_id"): ident("zoe"),
    ("public.plan_notes", "plan_id"): ident("ada public plan"),
    ("public.plan_followers", "plan_id"): ident("eve private plan"),
    ("public.plan_followers", "user_id"): ident("eve"),
    ("public.modules", "plan_id"): ident("ada public plan"),
    ("public.tasks", "module_id"): ident("ada private module 2"),
    ("public.task_resources", "task_id"): ident("ada private task 2"),
    ("public.task_resources", "resource_id"): ident("resource 2"),
    ("public.task_links", "task_id"): ident("ada private task 2"),
    ("public.task_progress", "task_id"): ident("ada private task 2"),
    ("public.task_progress", "user_id"): ident("ben"),
    ("public.task_progress", "status"): "in_progress",
    ("public.plan_generations", "plan_id"): ident("ada public plan"),
    ("public.plan_generations", "module_id"): ident("ada private module 2"),
    ("public.plan_proposals", "plan_id"): ident("ada public plan"),
    ("public.plan_proposals", "generation_id"): ident("ada private request"),
    ("public.plan_proposals", "status"): "superseded",
    **{
        (relation, "user_id"): ident("ben")
        for relation in (*ground.AVAILABILITY, *ground.OF_LEARNERS, "public.calendar_feeds")
    },
    **{
        (relation, "plan_id"): ident("eve private plan")
        for relation in (*ground.OF_LEARNERS, "public.calendar_feeds")
    },
    **{
        (relation, column): value
        for relation in ("public.connections", "public.exports")
        for column, value in (("user_id", ident("ben")), ("provider", "google"))
    },
    ("public.connections", "status"): "reconnect",
    ("public.exports", "plan_id"): ident("eve private plan"),
    ("public.exports", "connection_id"): ident("notion of ben"),
    ("public.export_items", "export_id"): ident("eve private export"),
    ("public.busy_times", "source"): "google",
    ("public.busy_times", "starts_at"): "2099-05-01T07:00:00+00:00",
    ("public.busy_times", "ends_at"): "2099-05-01T12:00:00+00:00",
    ("public.sessions", "task_id"): ident("ada private task 1"),
    ("public.sessions", "starts_at"): "2099-07-01T09:00:00+00:00",
    ("public.sessions", "ends_at"): "2099-07-01T11:00:00+00:00",
    ("public.catch_ups", "status"): "superseded",
    ("worker.model_prices", "model"): "huge",
    ("worker.platform_limits", "name"): "another",
    ("public.notifications", "user_id"): ident("ben"),
    ("public.notifications", "batch_id"): ground.OTHER_BATCH,
    ("public.notification_kinds", "kind"): "another",
    ("public.notification_kinds", "email"): False,
    ("public.notification_preferences", "user_id"): ident("ben"),
    ("public.notification_preferences", "kind"): "plan_ready",
    ("public.notification_preferences", "channel"): "in_app",
    ("public.notification_preferences", "enabled"): False,
    ("public.summary_times", "user_id"): ident("ben"),
    ("public.summary_times", "hour_id"): ground.hour_id(7),
    ("public.notifications", "kind"): "welcome",
    ("public.tier_limits", "tier"): "anonymous",
}


def other(relation: str, column: str) -> Any:
    """Another value for a column.

    Raises:
        LookupError: Nobody has thought of one yet.
    """
    if (relation, column) in _OTHERS_OF:
        return _OTHERS_OF[relation, column]
    if relation in ground.VIEWS or relation.startswith("worker."):
        return _OTHERS.get(column, 1)
    return _OTHERS[column]
