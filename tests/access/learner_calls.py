"""What learners do with their weeks: a call of each function of theirs, with its effect."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from tests.access import ground, wishes
from tests.access.ground import ident
from tests.access.probes import Effect, quoted
from tests.access.weeks import refreshed
from tests.access.worker_calls import Call, answers

if TYPE_CHECKING:
    from tests.access.actors import Actor
    from tests.access.probes import Key

PLANS, FOLLOWERS, SESSIONS = "public.learning_plans", "public.plan_followers", "public.sessions"
FEEDS, TOKENS = "public.calendar_feeds", "private.feed_tokens"
MOVED = frozenset({"starts_at", "ends_at", "sequence", "updated_at"})
_EARLY = "2026-01-01T00:00:00Z"


def of_learners(name: str, place: str, actor: Actor) -> Call | None:  # noqa: PLR0911 - a case each
    label = wishes.label(place, actor)
    plan, person = ident(f"{label} plan"), ident(actor.person or "nobody")
    match name.removeprefix("public."):
        case "save_study_windows":
            return _week(actor)
        case "my_availability":
            return Call({"at": _EARLY}, look=partial(_is_own_availability, actor))
        case "schedule_plan" | "catch_up" as asked:
            kind = asked.removesuffix("_plan")
            effect = refreshed(Effect(), (plan, person), kind)
            return Call({"plan_id": plan}, effect)
        case "choose_feasibility":
            return _choice(label, plan, person)
        case "accept_catch_up" | "reject_catch_up" | "undo_catch_up" as how:
            return decision(how.removesuffix("_catch_up"), label)
        case "plan_export":
            return Call({"plan_id": plan}, look=partial(_is_own_document, actor, label))
        case "create_feed":
            made = (FEEDS, {"user_id": person, "plan_id": plan})
            return Call({"plan_id": plan}, Effect(added=(made, (TOKENS, {}))), look=_is_receipt)
        case "rotate_feed":
            feed = ident(f"feed of {wishes.whose(FEEDS, place, actor)}")
            changed: dict[Key, frozenset[str]] = {
                (FEEDS, feed): frozenset({"rotated_at"}),
                (TOKENS, feed): frozenset({"token_hash"}),
            }
            return Call({"feed_id": feed}, Effect(changed=changed), look=_is_receipt)
        case _:
            return None


def _week(actor: Actor) -> Call:
    """The whole week, in the place of the one before."""
    window = {"weekday": 2, "starts": "06:00", "ends": "24:00"}
    kept = {**window, "starts": "06:00:00", "ends": "24:00:00"}
    effect = Effect(
        added=(("public.study_windows", {**kept, "user_id": ident(actor.person or "")}),),
        gone=frozenset({("public.study_windows", ident(f"window of {actor.person}"))}),
    )
    return Call({"windows": [window]}, effect, look=lambda body: answers(len(body), 1))


def _is_own_availability(actor: Actor, body: Any) -> str:
    person = actor.person or ""
    mine = [row for row in ground.ROWS if row.owner == person]
    busy = [
        [row.values["starts_at"], row.values["ends_at"]]
        for row in mine
        if row.relation in ("public.busy_times", SESSIONS)
    ]
    wanted = {
        "windows": [{"weekday": ground.PEOPLE.index(person) + 1, "from": 1080, "to": 1200}],
        "days_off": [["2027-03-02", "2027-03-04"]],
        "shortest": 25,
        "longest": 90,
        "daily_ceiling": ground.ceiling_of(person),
        "time_zone": "UTC",
        "busy": sorted(busy),
        "worked": [],
    }
    return answers(body, wanted)


def _choice(label: str, plan: str, person: str) -> Call:
    """A later date: the owner's is the plan's, a follower's how they follow it."""
    about = {"plan_id": plan, "choice": "later_date"}
    later = {"deadline_date": ground.CHOICE["deadline_date"]}
    follows = [
        row.key
        for row in ground.ROWS
        if row.relation == FOLLOWERS and row.values["user_id"] == person and row.plan == label
    ]
    key: Key = (FOLLOWERS, follows[0]) if follows else (PLANS, plan)
    stamps = frozenset() if follows else frozenset({"revision", "updated_at"})
    effect = Effect(changed={key: frozenset({"deadline_date"}) | stamps}, said={key: later})
    return Call(about, effect, look=lambda body: answers(body, ground.CHOICE))


def decision(how: str, label: str, person: str = "") -> Call:
    """A catch-up that moves the one session there is, or moved it."""
    owner = person or label.partition(" ")[0]
    which = ground.thing_of(owner, label, "catch-up")
    session: Key = (SESSIONS, ground.thing_of(owner, label, "session"))
    catch_up: Key = ("public.catch_ups", which)
    target: Key = ("private.catch_up_targets", which)
    arguments = {"catch_up_id": which}
    decided = {catch_up: frozenset({"status", "decided_at"})}
    if how == "reject":
        return Call(
            arguments, Effect(changed=dict(decided), said={catch_up: {"status": "rejected"}})
        )
    if how == "accept":
        effect = Effect(
            changed={**decided, session: MOVED, target: frozenset({"version", "target", "before"})},
            said={
                catch_up: {"status": "applied"},
                session: {"starts_at": "2099-07-01T09:00:00+00:00", "sequence": 1},
                target: {"before": [_as_it_was(owner, label)]},
            },
        )
        return Call(arguments, effect)
    effect = Effect(
        changed={**decided, session: MOVED},
        said={
            catch_up: {"status": "undone"},
            session: {"starts_at": "2099-07-01T08:00:00+00:00", "sequence": 4},
        },
    )
    return Call(arguments, effect, prepare=applied(owner, label))


def _as_it_was(owner: str, label: str) -> dict[str, Any]:
    """The one session that they have of the plan, and none of anybody else's."""
    [session] = [
        row.values
        for row in ground.ROWS
        if (row.relation, row.owner, row.plan) == (SESSIONS, owner, label)
    ]
    return {**session, "pinned_at": None, "sequence": 0}


def applied(owner: str, label: str) -> tuple[str, ...]:
    """A catch-up was applied, and its session is an hour later than it was."""
    which, session = (ground.thing_of(owner, label, thing) for thing in ("catch-up", "session"))
    return (
        quoted(
            "update private.catch_up_targets set target = null,"
            " before = private.snapshot_sessions({}, {}) where catch_up_id = {}",
            ident(f"{label} plan"),
            ident(owner),
            which,
        ),
        quoted(
            "update public.catch_ups set status = 'applied', decided_at = created_at where id = {}",
            which,
        ),
        quoted(
            "update public.sessions set starts_at = starts_at + interval '1 hour',"
            " ends_at = ends_at + interval '1 hour', sequence = 3 where id = {}",
            session,
        ),
    )


def _is_own_document(actor: Actor, label: str, body: Any) -> str:
    """Somebody's own sessions and figures, of all that learners have of the plan."""
    mine = [row for row in ground.ROWS if row.owner == actor.person and row.plan == label]
    tasks = [task for week in body["weeks"] for task in week["tasks"]]
    found = {session["id"] for task in tasks for session in task["sessions"]}
    done = sum(task["status"] == "completed" for task in tasks)
    follows = any(row.relation == FOLLOWERS for row in mine)
    return answers(
        (
            *(found, done, body["progress"]["completed_tasks"]),
            *(body["starts_on"], body["reminder_lead_minutes"]),
        ),
        (
            {row.key for row in mine if row.relation == SESSIONS},
            *2 * (sum(row.relation == "public.task_progress" for row in mine),),
            "2026-02-02" if follows else ground.LONG_AGO[:10],
            ground.lead_of(actor.person or ""),
        ),
    )


def _is_receipt(body: Any) -> str:
    return answers((set(body), len(body["token"])), ({"feed_id", "token"}, 43))
