"""Messages: what people choose is heard, theirs alone; what happens is told once, to whom it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.access import ground
from tests.access.ground import ident
from tests.access.guards.acts import DONE, GENERATIONS, USERS, at, call, gives, say, write
from tests.access.messages import (
    HOURS,
    NOTES,
    PREFERENCES,
    TIMES,
    tells,
    written,
)
from tests.access.outside_calls import altered
from tests.access.outside_worker_calls import EXPORT, completed
from tests.access.probes import Effect, Outcome, Request, allowed, quoted, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.access.probes import Key, Probe

EVE, ADA, SERVICE = "another learner", "owner", "service"
ZOE = ident("zoe")
WEEKS, WORDS = "pgmq.q_weekly_summary", "pgmq.q_write_letters"
RUN, SEND = "worker.run_schedule", "worker.send_notification"
SOON_OVER = "update private.summary_hours set next_at = now() - interval '{}' where weekday = {}"


def probes() -> Iterator[Probe]:
    """All of them."""
    yield from _preferences()
    yield from _times()
    yield from _this_week()
    yield from _addresses()
    yield from _wanting()
    yield from _waiting()
    yield from _sending()
    yield from _telling()
    yield from _schedules()


def preferring(person: str, kind: str, channel: str, *, enabled: bool) -> str:
    """Somebody has chosen."""
    return quoted(
        "insert into public.notification_preferences (user_id, kind, channel, enabled)"
        " values ({}, {}, {}::text::public.notification_channel, {})"
        " on conflict (user_id, kind, channel) do update set enabled = excluded.enabled",
        *(ident(person), kind, channel, enabled),
    )


def suppressing(person: str, cause: str = "bounced") -> str:
    """No mail goes to somebody's address any more."""
    return quoted(
        "insert into public.mail_suppressions (id, address, cause) values ({}, {}, {})",
        *(ident(f"suppression of {person}"), ground.address_of(person), cause),
    )


def _preferences() -> Iterator[Probe]:
    mine = (("id", f"eq.{ident('preference of eve')}"),)
    about = "private.check_notification_preference"
    good = {"kind": "welcome", "channel": "in_app", "enabled": False}
    for change, code in (
        ({"kind": "gossip"}, "unknown_kind"),
        ({"kind": None}, "unknown_kind"),
        ({"channel": "sms"}, "invalid_channel"),
        ({"channel": None}, "invalid_channel"),
        ({"enabled": None}, "missing_enabled"),
    ):
        no = refused(422, code)
        bad = Request("PATCH", PREFERENCES, change, mine)
        yield write(f"chooses {change}", EVE, bad, no, about=about)
        worse = Request("POST", PREFERENCES, {**good, **change})
        yield write(f"chooses {change} at first", EVE, worse, no, about=about)
    own = {**good, "user_id": ident("eve")}
    made = allowed(Effect(added=((PREFERENCES, own),)))
    yield write("is named by themselves", EVE, Request("POST", PREFERENCES, good), made)
    # As frontends save: whose it is may be left out, and what was chosen before is no obstacle.
    again = {"kind": "session_reminder", "channel": "email", "enabled": False}
    by = (("on_conflict", "user_id,kind,channel"),)
    saving = Request(
        "POST", PREFERENCES, again, by, "return=representation,resolution=merge-duplicates"
    )
    key: Key = (PREFERENCES, ident("preference of eve"))
    saved = Effect(changed={key: frozenset({"enabled", "updated_at"})})
    yield write("saves once more", EVE, saving, allowed(saved))


def _times() -> Iterator[Probe]:
    mine = (("user_id", f"eq.{ident('eve')}"),)
    for change, code in (
        ({"weekday": 0}, "invalid_weekday"),
        ({"weekday": 8}, "invalid_weekday"),
        ({"weekday": None}, "invalid_weekday"),
        ({"time_of_day": "24:00"}, "invalid_time_of_day"),
        ({"time_of_day": None}, "invalid_time_of_day"),
    ):
        bad = Request("PATCH", TIMES, change, mine)
        yield write(f"chooses {change}", EVE, bad, refused(422, code),
                    about="private.check_summary_time")  # fmt: skip
    key: Key = (TIMES, ident("eve"))
    effect = Effect(
        changed={key: frozenset({"weekday"})}, said={key: {"hour_id": ground.hour_id(5)}}
    )
    friday = Request("PATCH", TIMES, {"weekday": 5}, mine)
    yield write("chooses an hour that others have", EVE, friday, allowed(effect),
                about="private.summary_hour")  # fmt: skip
    for name, actor, wanted in (
        ("nobody has no hour", "deleted account", None),
        ("an hour is told to whose it is", EVE, "2099-01-07 07:30:00+00:00"),
    ):
        told = Outcome(DONE, look=gives([wanted]))
        statement = "select private.own_next_summary()"
        yield say(name, actor, statement, told, "private.own_next_summary")
    # With the letter of that week there comes none before the week after.
    had = _note("zoe", "in_app:weekly:{}:2099-W02", "weekly_summary")
    eves = had.replace(ZOE, ident("eve"))
    for name, prepare, wanted in (
        ("had it already", eves, "2099-01-14T07:30:00+00:00"),
        ("others had it already", had, "2099-01-07T07:30:00+00:00"),
    ):
        later = Outcome(DONE, look=gives(wanted))
        yield call(name, EVE, "public.next_summary", {}, later, prepare,
                   about="private.own_next_summary")  # fmt: skip


def _note(person: str, key: str, kind: str, channel: str = "in_app") -> str:
    """Somebody was told already."""
    return quoted(
        "insert into public.notifications (user_id, kind, channel, dedupe_key)"
        " values ({}, {}, {}::text::public.notification_channel, {})",
        *(ident(person), kind, channel, key.format(ident(person))),
    )


def _this_week() -> Iterator[Probe]:
    """Who chooses another hour in the moment in which theirs has come gets their summary."""
    mine = (("user_id", f"eq.{ident('eve')}"),)
    friday = Request("PATCH", TIMES, {"weekday": 5}, mine)
    key: Key = (TIMES, ident("eve"))
    moved = Effect(changed={key: frozenset({"weekday"})})
    message = (WEEKS, {"read_ct": 0})
    now = Effect(added=(message,), changed=moved.changed)
    week = "update private.summary_hours set next_at = now() + interval '8 days' where weekday = 5"
    about = "private.follow_summary_time"
    for name, effect, *prepare in (
        ("their hour has just come", now, SOON_OVER.format("1 minute", 3), week),
        ("their hour has not come", moved, week),
        ("their hour came yesterday", moved, SOON_OVER.format("25 hours", 3), week),
        (
            "the other hour is of this week too",
            moved,
            SOON_OVER.format("1 minute", 3),
            SOON_OVER.format("1 minute", 5),
        ),
    ):
        yield write(name, EVE, friday, allowed(effect), *prepare, about=about)


def _addresses() -> Iterator[Probe]:
    """A list of addresses tells nobody more than what became of their own."""
    for name, actor, wanted in (
        ("has one", EVE, [ground.address_of("eve")]),
        ("is nobody", "deleted account", [None]),
        ("has none that is confirmed", "unconfirmed", [None]),
    ):
        own = Outcome(DONE, look=gives(wanted))
        yield say(name, actor, "select private.current_email()", own, "private.current_email")
    no = refused(401, "not_signed_in")
    resume = "private.resume_own_mail"
    yield say("nobody's mail", "deleted account", f"select {resume}()", no, resume)


def _wanting() -> Iterator[Probe]:
    """Somebody's choice before the default, channel by channel; and mail to an address alone."""
    hello = {"user_id": ZOE, "kind": "welcome", "context": {"n": 1}, "dedupe_key": "hello"}
    app, mail = tells("zoe", "welcome", "hello", n=1)
    about = "private.wants"

    def send(name: str, told: tuple[Any, ...], *prepare: str, **other: Any) -> Probe:
        outcome = Outcome(DONE, effect=Effect(added=told), look=gives(len(told)))
        return call(name, SERVICE, SEND, {**hello, **other}, outcome, *prepare, about=about)

    wants_no_mail = preferring("zoe", "welcome", "email", enabled=False)
    yield send("not by mail", (app,), wants_no_mail)
    only_mail = preferring("zoe", "welcome", "in_app", enabled=False)
    yield send("not in the app", (mail,), only_mail)
    yield send("not at all", (), wants_no_mail, only_mail)
    others = preferring("ben", "welcome", "email", enabled=False)
    yield send("what others choose", (app, mail), others)
    yield send(
        "what they choose for others", (app, mail), wants_no_mail.replace("welcome", "plan_ready")
    )
    reminder = {"kind": "session_reminder", "dedupe_key": "hello"}
    when = [written(ZOE, "session_reminder", channel, "hello") for channel in ("in_app", "email")]
    yield send("asked for by mail", tuple(when), **reminder)
    unasked = "delete from public.notification_preferences"
    yield send("not asked for by mail", (when[0],), unasked, **reminder)
    for person in ("una", "ann"):
        [only] = tells(person, "welcome", "hello")
        yield send("no confirmed address", (only,), user_id=ident(person))
    yield send("was told already", (), *(
        _note("zoe", f"{channel}:hello", "welcome", channel) for channel in ("in_app", "email")
    ))  # fmt: skip


def _waiting() -> Iterator[Probe]:
    """Who had a letter waits an hour for the next: their own letter, and not a word in the app."""
    hello = {"user_id": ZOE, "kind": "welcome", "context": {}, "dedupe_key": "hello"}
    had = (
        "insert into public.notifications (user_id, kind, channel, dedupe_key, batch_id, sent_at)"
        " values ({}, 'welcome', {}::text::public.notification_channel, {}, {}, {})"
    )
    letters = [
        quoted(had, ident(person), channel, f"{person} {channel}", ground.OTHER_BATCH, sent)
        for person, channel, sent in (
            ("zoe", "email", "2099-01-01Z"),
            ("zoe", "in_app", "2199-01-01Z"),
            ("ben", "email", "2199-01-01Z"),
        )
    ]
    app, mail = tells("zoe", "welcome", "hello")
    waits = (mail[0], {**mail[1], "due_at": "2099-01-01T01:00:00+00:00"})
    yield call("had a letter", SERVICE, SEND, hello, Outcome(DONE, effect=Effect((app, waits))),
               *letters, about="private.notify")  # fmt: skip


def _sending() -> Iterator[Probe]:
    hello = {"user_id": ZOE, "kind": "welcome", "context": {}, "dedupe_key": "hello"}
    for change, status, code in (
        ({"user_id": ident("nobody")}, 404, "user_not_found"),
        ({"kind": "gossip"}, 422, "unknown_kind"),
        ({"context": []}, 422, "invalid_context"),
        ({"context": {"long": "".join(map(str, range(20_000)))}}, 422, "invalid_context"),
        ({"dedupe_key": ""}, 422, "invalid_dedupe_key"),
        ({"dedupe_key": "x" * 201}, 422, "invalid_dedupe_key"),
    ):
        name = f"a message with {str(change)[:40]}"
        yield call(name, SERVICE, SEND, {**hello, **change}, refused(status, code))


def _telling() -> Iterator[Probe]:
    """What is no news to anybody is not told; an address is welcomed once."""
    request = at("eve private", "request")
    where = (("id", f"eq.{request}"),)
    again = quoted(
        "update public.plan_generations set kind = 'regenerate_plan' where id = {}", request
    )
    for name, status in (("a proposal is ready", "succeeded"), ("it was cancelled", "cancelled")):
        effect = Effect(changed={(GENERATIONS, request): frozenset({"status"})})
        yield write(name, SERVICE, Request("PATCH", GENERATIONS, {"status": status}, where),
                    allowed(effect), again, about="private.tell_of_generation")  # fmt: skip
    failed = Effect(
        added=tells("eve", "plan_failed", f"plan_generation:{request}:failed"),
        changed={(GENERATIONS, request): frozenset({"status"})},
    )
    yield write("what was asked for anew has failed", SERVICE,
                Request("PATCH", GENERATIONS, {"status": "failed"}, where), allowed(failed), again,
                about="private.tell_of_generation")  # fmt: skip
    result = {"status": "succeeded", "changed": {"updated": 1}}
    ended = frozenset({"status", "under_way", "finished_at", "changed", "updated_at"})
    export: Key = ("public.exports", EXPORT)
    followed = completed("export_notion", result, Effect(changed={export: ended}))
    yield call("what follows by itself is silent", SERVICE, "worker.complete_export_notion",
               followed.arguments, Outcome(DONE, effect=followed.effect),
               altered(EXPORT, "taken = 2"), about="private.tell_of_export")  # fmt: skip
    una = ident("una")
    confirming = quoted("update auth.users set email_confirmed_at = now() where id = {}", una)
    confirmed: dict[Key, frozenset[str]] = {
        ("auth.users", una): frozenset({"email_confirmed_at", "confirmed_at"}),
        (USERS, una): frozenset({"email", "updated_at"}),
    }
    about = ("auth.users", "private.tell_of_confirmed_address", USERS)
    told = tuple(written(una, "welcome", c, f"welcome:{una}") for c in ("in_app", "email"))
    yield say("an address is confirmed", "Auth", confirming,
              Outcome(DONE, effect=Effect(told, confirmed)), *about)  # fmt: skip


def _schedules() -> Iterator[Probe]:
    """Schedules come to whose time it is."""
    about = "private.enqueue_weekly_summaries"
    hour: Key = (HOURS, ground.hour_id(3))
    moved = {hour: frozenset({"next_at", "last_week"})}
    run: dict[str, Any] = {"schedule": "weekly-summary"}
    for name, since, sent, came_to in (
        ("their hour has come", "1 minute", ((WEEKS, {"read_ct": 0}),), 1),
        ("their hour came yesterday", "25 hours", (), 0),
    ):
        outcome = Outcome(DONE, effect=Effect(sent, moved), look=gives(came_to))
        yield call(name, SERVICE, RUN, run, outcome, SOON_OVER.format(since, 3), about=about)
    had = "update private.summary_hours set last_week = '2999-W01' where weekday = 3"
    once = Outcome(DONE, effect=Effect(changed={hour: frozenset({"next_at"})}), look=gives(0))
    yield call("their hour has come twice in a week", SERVICE, RUN, run, once,
               SOON_OVER.format("1 minute", 3), had, about=about)  # fmt: skip
    pruned = frozenset({(HOURS, ground.hour_id(1, "08:00:00"))})
    yield call("an hour that nobody has", SERVICE, RUN, {"schedule": "prune-archives"},
               Outcome(DONE, effect=Effect(gone=pruned)),
               about="private.prune_summary_hours")  # fmt: skip
    tried = {**run, "at": "2099-01-05T07:30:00Z", "dry_run": True}
    yield call("tries it", SERVICE, RUN, tried, Outcome(DONE, look=gives(1)), about=about)
    waiting = [row.key for row in ground.ROWS if row.relation == NOTES and "due_at" in row.values]
    asked = Effect(
        added=((WORDS, {"read_ct": 0}),),
        changed={(NOTES, key): frozenset({"asked_at", "updated_at"}) for key in waiting},
    )
    letters: dict[str, Any] = {"schedule": "letters"}
    everybody = Outcome(DONE, effect=asked, look=gives(len(ground.PEOPLE)))
    about = "private.enqueue_letters"
    yield call("what waits is asked for", SERVICE, RUN, letters, everybody, about=about)
    nothing = Outcome(DONE, look=gives(0))
    just = "update public.notifications set asked_at = now()"
    yield call("what was asked for", SERVICE, RUN, letters, nothing, just, about=about)
    later = "update public.notifications set due_at = now() + interval '1 minute'"
    yield call("what is due later", SERVICE, RUN, letters, nothing, later, about=about)
    # Ada, Ben, Eve and Carla are reminded early enough, and not too early: six sessions are theirs.
    soon = {"schedule": "session-reminders", "at": "2099-07-01T07:50:00Z", "dry_run": True}
    yield call("a lead has come", SERVICE, RUN, soon, Outcome(DONE, look=gives(6)),
               about="private.enqueue_session_reminders")  # fmt: skip
