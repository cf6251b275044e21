"""Schedules: whose they are, when they are made anew, and when a catch-up may be decided."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.access import ground
from tests.access.ground import ident, thing_of
from tests.access.guards.acts import DONE, GENERATIONS, PLANS, at, call, gives, say, write
from tests.access.learner_calls import SESSIONS, decision
from tests.access.messages import tells
from tests.access.probes import CLOSED, Effect, Outcome, Probe, Request, allowed, quoted, refused
from tests.access.weeks import MESSAGES, SCHEDULED

if TYPE_CHECKING:
    from collections.abc import Iterator

EVE, PLAN = "another learner", "eve private"
SESSION = thing_of("eve", PLAN, "session")
CATCH_UP = thing_of("eve", PLAN, "catch-up")
VERSION = ground.version_of("eve")
HOLDS = "private.hold_catch_up"


def probes() -> Iterator[Probe]:
    """All of them."""
    yield from _moving()
    yield from _asking()
    yield from _deciding()
    yield from _undoing()
    yield from _following()
    yield from _others()
    yield from _placing()


def _moving() -> Iterator[Probe]:
    def move(actor: str, name: str, outcome: Outcome, **times: str | None) -> Probe:
        where = (("id", f"eq.{SESSION}"),)
        request = Request("PATCH", SESSIONS, times, where)
        return write(name, actor, request, outcome, about="private.place_session")

    early = "2099-06-30T08:00:00+00:00"
    ends = refused(422, "invalid_ends_at")
    yield move(EVE, "a session that ends before", ends, ends_at=early)
    yield move(EVE, "a session without an end", ends, ends_at=None)
    yield move(EVE, "a session of two days", ends, starts_at=early)
    far = {"starts_at": "1999-07-01T08:00:00Z", "ends_at": "1999-07-01T09:00:00Z"}
    yield move(EVE, "a session long ago", refused(422, "invalid_starts_at"), **far)
    key = (SESSIONS, SESSION)
    day = {"starts_at": early, "ends_at": "2099-06-30T09:00:00+00:00"}
    moved = frozenset({"starts_at", "ends_at", "local_date", "sequence", "updated_at"})
    for actor, columns in ((EVE, moved | {"pinned_at"}), ("service", moved)):
        said = {key: {**day, "local_date": "2099-06-30", "sequence": 1}}
        effect = Effect(changed={key: columns}, said=said)
        yield move(actor, "a session moves to another day", allowed(effect), **day)
    # Of another part it is only the service that speaks.
    yield write(
        "counts a session", EVE,
        Request("PATCH", SESSIONS, {"sequence": 9}, (("id", f"eq.{SESSION}"),)), CLOSED,
    )  # fmt: skip


def _asking() -> Iterator[Probe]:
    about = {"plan_id": at(PLAN, "plan"), "choice": "later_date"}
    choose, offers = "public.choose_feasibility", "private.own_choice"
    which = thing_of("eve", PLAN, "schedule")
    waits = quoted("update public.plan_schedules set status = 'waiting' where id = {}", which)
    waiting = refused(409, "schedule_is_waiting")
    yield call("a choice of yesterday", EVE, choose, about, waiting, waits, about=offers)
    other = {**about, "choice": "more_hours"}
    none = refused(409, "choice_not_offered")
    yield call("a choice that is not offered", EVE, choose, other, none, about=offers)


def _stands(status: str, *, version: int = VERSION) -> tuple[str, str]:
    return (
        quoted(
            "update public.catch_ups set status = {}::text::public.catch_up_status where id = {}",
            status,
            CATCH_UP,
        ),
        quoted(
            "update private.catch_up_targets set version = {} where catch_up_id = {}",
            version,
            CATCH_UP,
        ),
    )


def _deciding() -> Iterator[Probe]:
    about = {"catch_up_id": CATCH_UP}
    for act, status in (
        *(("accept", "rejected"), ("reject", "applied"), ("undo", "open")),
        *(("accept", "superseded"), ("undo", "undone")),
    ):
        no = refused(409, f"catch_up_is_{status}")
        function = f"public.{act}_catch_up"
        yield call(
            f"{act}s one that is {status}", EVE, function, about, no, *_stands(status), about=HOLDS
        )
    late = refused(409, "calendar_moved_on")
    yield call(
        "a calendar that moved on", EVE, "public.accept_catch_up", about, late,
        *_stands("open", version=VERSION - 1), about="private.accept_own_catch_up",
    )  # fmt: skip
    old = quoted(
        "update private.catch_up_targets set target = jsonb_set(target, '{{sessions,0,starts_at}}',"
        " to_jsonb('2026-02-02T08:00:00Z'::text)) where catch_up_id = {}",
        CATCH_UP,
    )
    yield call(
        "a time that has passed", EVE, "public.accept_catch_up", about,
        refused(409, "catch_up_is_old"), old, about="private.accept_own_catch_up",
    )  # fmt: skip
    # What somebody pinned meanwhile stays.
    pinned = quoted("update public.sessions set pinned_at = created_at where id = {}", SESSION)
    effect = decision("accept", PLAN).effect
    changed = {key: columns for key, columns in effect.changed.items() if key[0] != SESSIONS}
    changed["private.learner_calendars", ident("eve")] = frozenset({"version"})
    yield call(
        "a session that is pinned", EVE, "public.accept_catch_up", about,
        Outcome(DONE, effect=Effect(changed=changed)), pinned, about="private.write_sessions",
    )  # fmt: skip


def _undoing() -> Iterator[Probe]:
    """What was placed since is in the way of undoing where it is the plan's, or took its times."""
    label, function = "ada public", "public.undo_catch_up"
    made = decision("undo", label, "ben")
    hers, theirs, other = (
        thing_of(who, plan, "session")
        for who, plan in (("ada", label), ("ben", label), ("ben", "ben private"))
    )
    since = quoted(
        "update private.catch_up_targets set version = version - 1 where catch_up_id = {}",
        made.arguments["catch_up_id"],
    )
    elsewhere = "update public.sessions set updated_at = '2099-01-01Z' where id = {}"
    away = quoted(
        "update public.sessions set starts_at = starts_at + interval '1 day',"
        " ends_at = ends_at + interval '1 day' where id = {}",
        other,
    )
    # Others are busy then, and so were they before it was decided.
    busy = (
        "update public.busy_times set starts_at = '2099-07-01T07:00Z',"
        " ends_at = '2099-07-01T09:00Z', created_at = {} where user_id {} {}"
    )
    then = (
        quoted(busy.replace("user_id {}", "user_id ="), "2025-01-01Z", ident("ben")),
        quoted(busy.replace("user_id {}", "user_id <>"), "2099-01-01Z", ident("ben")),
    )
    meanwhile = (since, away, quoted(elsewhere, hers), quoted(elsewhere, other), *then)
    about = "private.undo_own_catch_up"
    yield call(
        "another plan was placed since", "follower", function, made.arguments,
        Outcome(DONE, effect=made.effect), *made.prepare, *meanwhile, about=about,
    )  # fmt: skip
    late = refused(409, "calendar_moved_on")
    forgotten = quoted(
        "update private.catch_up_targets set before = null where catch_up_id = {}",
        made.arguments["catch_up_id"],
    )
    pinned = quoted("update public.sessions set pinned_at = created_at where id = {}", theirs)
    just = "update public.busy_times set created_at = '2099-01-01Z' where user_id = {}"
    for name, *changes in (
        ("a session that moved since", *meanwhile, quoted(elsewhere, theirs)),
        ("a session that was pinned since", *meanwhile, pinned),
        ("another plan's session is there now", since),
        ("what was is forgotten", *meanwhile, forgotten),
        ("they are busy then since", *meanwhile, quoted(just, ident("ben"))),
    ):
        yield call(
            name, "follower", function, made.arguments, late, *made.prepare, *changes, about=about
        )


def _following() -> Iterator[Probe]:
    """A follower has what an owner has, as long as the plan is public."""
    public = at("ada public", "plan")
    for act in ("accept", "reject", "undo"):
        made = decision(act, "ada public", "ben")
        function = f"public.{act}_catch_up"
        yield call(
            f"{act}s their own of a plan they follow", "follower", function, made.arguments,
            Outcome(DONE, effect=made.effect), *made.prepare, about=HOLDS,
        )  # fmt: skip
        hidden = refused(404, "catch_up_not_found")
        yield call(
            f"{act}s a follower's",
            "owner",
            function,
            made.arguments,
            hidden,
            *made.prepare,
            about=HOLDS,
        )
    yield from _naming_others()
    alone = Request("PATCH", PLANS, {"visibility": "private"}, (("id", f"eq.{public}"),))
    changed = frozenset({"visibility", "revision", "updated_at"})
    effect = Effect(
        changed={(PLANS, public): changed}, said={(PLANS, public): {"visibility": "private"}}
    )
    yield write(
        "a plan made private leaves its followers' weeks", "owner", alone, allowed(effect),
        about="private.follow_plan",
    )  # fmt: skip
    request = at(PLAN, "request")
    done = frozenset({"status"})
    about = {"plan_id": at(PLAN, "plan"), "generation_id": request}
    ready = tells("eve", "plan_ready", f"plan_generation:{request}:succeeded", **about)
    effect = Effect(
        added=((MESSAGES, {"read_ct": 0}), *ready),
        changed={
            (GENERATIONS, request): done,
            (SCHEDULED, thing_of("eve", PLAN, "schedule")): frozenset(
                {"wanted", "status", "updated_at"}
            ),
        },
    )
    yield write(
        "a plan that was made is scheduled", "service",
        Request("PATCH", GENERATIONS, {"status": "succeeded"}, (("id", f"eq.{request}"),)),
        allowed(effect), about="private.follow_generation",
    )  # fmt: skip


def _naming_others() -> Iterator[Probe]:
    """A catch-up moves and deletes its learner's sessions, whatever it names."""
    label, hers = "ada public", thing_of("ada", "ada public", "session")
    made = decision("accept", label, "ben")
    which = made.arguments["catch_up_id"]
    wrong = quoted(
        "update private.catch_up_targets set target = jsonb_set(jsonb_set(target, '{{gone}}',"
        " jsonb_build_array({}::text)), '{{sessions,0,id}}', to_jsonb({}::text))"
        " where catch_up_id = {}",
        thing_of("zoe", label, "session"),
        hers,
        which,
    )
    changed = {key: columns for key, columns in made.effect.changed.items() if key[0] != SESSIONS}
    changed["private.learner_calendars", ident("ben")] = frozenset({"version"})
    yield call(
        "accepts what names the sessions of others", "follower", "public.accept_catch_up",
        made.arguments, Outcome(DONE, effect=Effect(changed=changed)), wrong,
        about="private.write_sessions",
    )  # fmt: skip


def _others() -> Iterator[Probe]:
    """Behind the functions of the API, where people may execute what these call."""
    plan, feed = at("ada private", "plan"), ident("feed of ada")
    public, which = at("ada public", "plan"), at("ada private", "catch-up")
    no_plan, no_catch_up = refused(404, "plan_not_found"), refused(404, "catch_up_not_found")
    no_feed, nobody = refused(404, "feed_not_found"), refused(401, "not_signed_in")
    for actor in (EVE, "deleted account"):
        for statement, outcome in (
            (quoted("select private.request_own_schedule({}, 'schedule')", plan), no_plan),
            (quoted("select private.request_own_schedule({}, 'schedule')", public), no_plan),
            (quoted("select private.own_choice({}, 'later_date')", plan), no_plan),
            (quoted("select private.own_choice({}, 'later_date')", public), no_plan),
            (quoted("select private.accept_own_catch_up({})", which), no_catch_up),
            (quoted("select private.reject_own_catch_up({})", which), no_catch_up),
            (quoted("select private.undo_own_catch_up({})", which), no_catch_up),
            (quoted("select private.own_plan_document({})", plan), no_plan),
            (
                quoted("select private.create_own_feed({})", plan),
                nobody if actor != EVE else no_plan,
            ),
            (quoted("select private.rotate_own_feed({})", feed), no_feed),
        ):
            function = statement.partition("private.")[2].partition("(")[0]
            about = (f"private.{function}", *((HOLDS,) if "catch" in function else ()))
            yield say("something of somebody else's", actor, statement, outcome, *about)
    still = Outcome(DONE)
    yield say(
        "nobody holds no calendar", "deleted account", "select private.hold_own_calendar()", still,
        "private.hold_own_calendar",
    )  # fmt: skip


def _placing() -> Iterator[Probe]:
    """What a worker may write, and when."""
    late = {"msg_id": ground.DELIVERY["msg_id"], "read_ct": ground.DELIVERY["read_ct"] - 1}
    load = "worker.load_schedule_plan"
    stale = Outcome(DONE, look=gives({"standing": "stale"}))
    yield call("a schedule that somebody else has", "service", load, late, stale)
    left = quoted(
        "update pgmq.q_schedule_plan set message = message"
        " || jsonb_build_object('user_id', {}::text)",
        ident("eve"),
    )
    obsolete = Outcome(DONE, look=gives({"standing": "obsolete"}))
    yield call(
        "a schedule of who learns no longer", "service", load, dict(ground.DELIVERY), obsolete, left
    )
    unfollowed = quoted(
        "delete from public.plan_followers where plan_id = {} and user_id = {}",
        at("ada public", "plan"),
        ident("zoe"),
    )
    yield call(
        "a schedule that who left has still",
        "service",
        load,
        dict(ground.DELIVERY),
        obsolete,
        unfollowed,
    )
    fit = {"fits": True, "needed_minutes": 0, "unplaced": [], "choices": []}
    result = {"version": ground.version_of("zoe"), "wanted": 2, "gone": [], "feasibility": fit}
    session: dict[str, Any] = {"id": SESSION, "task_id": at(PLAN, "task 2"), "part": 1}
    session |= {"starts_at": "2099-07-02T08:00:00Z", "ends_at": "2099-07-02T09:00:00Z"}
    session["local_date"] = "2099-07-02"
    complete = "worker.complete_schedule_plan"
    for name, sessions, about in (
        ("a session of somebody else's", [session], "private.apply_schedule_plan"),
        (
            "a session of another learner's of the same plan",
            [{**session, "id": thing_of("ben", "ada public", "session")}],
            "private.apply_schedule_plan",
        ),
        ("no sessions", None, "private.apply_schedule_plan"),
    ):
        outcomes = [{**ground.DELIVERY, "result": {**result, "sessions": sessions}}]
        yield call(name, "service", complete, {"outcomes": outcomes}, _rejected(), about=about)
    # A task of another plan gets no session, and a session of another is not deleted.
    made = {**session, "id": None}
    gone = [SESSION, *(thing_of(name, "ada public", "session") for name in ("ada", "ben"))]
    outcomes = [{**ground.DELIVERY, "result": {**result, "sessions": [made], "gone": gone}}]
    msg_id = ground.DELIVERY["msg_id"]
    catch_up = ("public.catch_ups", thing_of("zoe", "ada public", "catch-up"))
    effect = Effect(
        added=(("pgmq.a_schedule_plan", {"msg_id": msg_id}),),
        changed={
            (SCHEDULED, thing_of("zoe", "ada public", "schedule")): frozenset(
                {"status", "made", "needed_minutes", "choices", "computed_at", "updated_at"}
            ),
            catch_up: frozenset({"status", "decided_at"}),
            ("private.learner_calendars", ident("zoe")): frozenset({"version"}),
        },
        gone=frozenset({(MESSAGES, str(msg_id))}),
    )
    yield call(
        "tasks and sessions of others", "service", complete, {"outcomes": outcomes},
        Outcome(DONE, effect=effect), about="private.write_sessions",
    )  # fmt: skip
    unknown = refused(404, "unknown_schedule")
    yield call("no schedule of ours", "service", "worker.run_schedule", {"schedule": "x"}, unknown)
    yield from _proposing()
    slipped = quoted(
        "update public.sessions set starts_at = '2026-01-06Z', ends_at = '2026-01-06 01:00Z'"
        " where id = {}",
        SESSION,
    )
    due = quoted(
        "update public.plan_schedules set look_at = '2026-01-07Z' where id = {}",
        thing_of("eve", PLAN, "schedule"),
    )
    message = {"v": 1, "plan_id": at(PLAN, "plan"), "user_id": ident("eve"), "kind": "catch_up"}
    message["wanted"] = 2
    effect = Effect(
        added=((MESSAGES, {"message": message}),),
        changed={
            (SCHEDULED, thing_of("eve", PLAN, "schedule")): frozenset(
                {"look_at", "wanted", "status", "updated_at"}
            )
        },
    )
    yield call(
        "who slipped is caught up at night", "service", "worker.run_schedule",
        {"schedule": "catch-up", "at": "2026-01-07T12:00:00Z"},
        Outcome(DONE, effect=effect, look=gives(1)), slipped, due,
        about="private.enqueue_catch_ups",
    )  # fmt: skip


def _proposing() -> Iterator[Probe]:
    """A catch-up is proposed, and only to who prefers so applied: Zoe does not, though Ben does."""
    label, msg_id = "ada public", ground.DELIVERY["msg_id"]
    session, earlier = (thing_of("zoe", label, thing) for thing in ("session", "catch-up"))
    at_night = (
        "update pgmq.q_schedule_plan set message = message"
        " || jsonb_build_object('kind', 'catch_up')"
    )
    moved = {"id": session, "task_id": at(label, "task 2"), "part": 1, "local_date": "2099-07-02"}
    moved |= {"starts_at": "2099-07-02T08:00:00Z", "ends_at": "2099-07-02T09:00:00Z"}
    result: dict[str, Any] = {"version": ground.version_of("zoe"), "wanted": 2, "gone": []}
    result |= {"sessions": [moved], "moves": [{"session_id": session}], "summary": {}}
    result["feasibility"] = {"fits": True, "unplaced": [], "choices": [ground.CHOICE]}
    proposal = {"user_id": ident("zoe"), "plan_id": at(label, "plan"), "status": "open"}
    effect = Effect(
        added=(
            ("pgmq.a_schedule_plan", {"msg_id": msg_id}),
            ("public.catch_ups", proposal),
            ("private.catch_up_targets", {"version": ground.version_of("zoe"), "before": None}),
            *tells("zoe", "plan_slipped"),
        ),
        changed={
            (SCHEDULED, thing_of("zoe", label, "schedule")): frozenset(
                {"status", "made", "computed_at", "updated_at"}
            ),
            ("public.catch_ups", earlier): frozenset({"status", "decided_at"}),
            ("private.catch_up_targets", earlier): frozenset({"target"}),
        },
        gone=frozenset({(MESSAGES, str(msg_id))}),
    )
    others = quoted(
        "update public.study_preferences set catch_up = 'apply' where user_id = {}", ident("ben")
    )
    # Long dead ones of others stay, and theirs of another plan.
    dead = quoted(
        "update public.catch_ups set status = 'superseded', decided_at = created_at"
        " where id in ({}, {})",
        thing_of("ben", label, "catch-up"),
        thing_of("zoe", "zoe private", "catch-up"),
    )
    yield call(
        "what slipped is proposed", "service", "worker.complete_schedule_plan",
        {"outcomes": [{**ground.DELIVERY, "result": result}]}, Outcome(DONE, effect=effect),
        at_night, others, dead, about="private.apply_schedule_plan",
    )  # fmt: skip
    theirs = quoted(
        "update public.catch_ups set status = 'superseded', decided_at = created_at where id = {}",
        earlier,
    )
    forgotten = replace(
        effect,
        changed={key: columns for key, columns in effect.changed.items() if key[1] != earlier},
        gone=effect.gone | {("public.catch_ups", earlier), ("private.catch_up_targets", earlier)},
    )
    yield call(
        "what nobody took for weeks makes room", "service", "worker.complete_schedule_plan",
        {"outcomes": [{**ground.DELIVERY, "result": result}]}, Outcome(DONE, effect=forgotten),
        at_night, others, theirs, about="private.save_catch_up",
    )  # fmt: skip


def _rejected() -> Outcome:
    def look(body: Any) -> str:
        return "" if body[0]["standing"] == "rejected" else f"answered {json.dumps(body)}"

    return Outcome(DONE, look=look)
