"""Exports: one a connection at a time, for whose it is, and away when they say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.access import ground
from tests.access.ground import ident
from tests.access.guards.acts import DONE, at, call, say
from tests.access.outside import (
    ASKED,
    EXPORTS,
    ITEMS,
    MESSAGES,
    STAMPED,
    export_of,
    sent,
)
from tests.access.outside_calls import (
    altered,
    decision,
    standing,
    started,
    stopped,
    under_way,
)
from tests.access.probes import Effect, Outcome, quoted, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.access.probes import Probe

EVE, PLAN, SERVICE = "another learner", "eve private", "service"
START, MINE = "public.start_export", "private.start_own_export"
ASKING = {"plan_id": at(PLAN, "plan"), "provider": "notion"}
NOTION = ident("notion of eve")
HERS = export_of("eve", PLAN)
ITEM = ground.thing_of("eve", PLAN, "export item")
SECOND = ident("second export of eve")
# Another plan of hers, in the same account, waits since yesterday.
WAITING = quoted(
    "insert into public.exports (id, user_id, connection_id, provider, account_id, topic,"
    " container, requested_at, turn)"
    " values ({}, {}, {}, 'notion', {}, 'x', '{{}}', '2026-01-04Z', 1)",
    *(SECOND, ident("eve"), NOTION, ground.account_of("eve", "notion")),
)
NEXT = (MESSAGES, {"message": {"v": 1, "export_id": SECOND, "turn": 2}})
SENT_NEXT = {(EXPORTS, SECOND): STAMPED | {"turn", "under_way"}}


def probes() -> Iterator[Probe]:
    """All of them."""
    yield from _asking()
    yield from _options()
    yield from _again()
    yield from _deciding()
    yield from _following()
    yield from _others()


def _asking() -> Iterator[Probe]:
    for name, code, *prepare in (
        ("a connection that is being ended", "not_connected", standing(NOTION, "disconnecting")),
        ("a connection that is broken", "reconnect", standing(NOTION, "reconnect")),
    ):
        yield call(name, EVE, START, ASKING, refused(409, code), *prepare, about=MINE)
    calendar = {**ASKING, "provider": "google"}
    unconnected = refused(409, "not_connected")
    yield call("what is not connected", EVE, START, calendar, unconnected, about=MINE)
    theirs = quoted("update public.connections set user_id = {} where id = {}",
                    ident("eve"), ident("google of zoe"))  # fmt: skip
    new = {"user_id": ident("eve"), "provider": "google", "turn": 1, "under_way": True}
    new["connection_id"] = ident("google of zoe")
    made = Effect(added=((EXPORTS, new), ("pgmq.q_export_google_calendar", {"read_ct": 0})))
    idle = "update public.exports set connection_id = null where provider = 'google'"
    yield call(
        "an account at each service", EVE, START, calendar, Outcome(DONE, effect=made), theirs,
        idle, about=MINE,
    )  # fmt: skip
    closing = quoted("update public.users set closing_at = now() where id = {}", ident("eve"))
    nobody = refused(401, "not_signed_in")
    yield call("an account that is being deleted", EVE, START, ASKING, nobody, closing, about=MINE)
    unknown = {**ASKING, "provider": "x"}
    yield call("no service of ours", EVE, START, unknown, refused(422, "invalid_provider"),
               about="private.read_provider")  # fmt: skip
    # One at a time, and whoever waits longer is first.
    [busy] = under_way(SECOND)
    queued = Effect(changed={(EXPORTS, HERS.key): ASKED})
    for name, effect, prepare in (
        ("another is at it", queued, (WAITING, busy)),
        (
            "another waits longer",
            Effect((NEXT,), {**queued.changed, **SENT_NEXT}),
            (WAITING,),
        ),
        ("others are busy in their accounts", started(HERS), ()),
    ):
        yield call(name, EVE, START, ASKING, Outcome(DONE, effect=effect), *prepare,
                   about="private.next_export")  # fmt: skip


def _options() -> Iterator[Probe]:
    about = "private.check_export_options"
    page = {"type": "page_id", "page_id": "01234567-89ab-cdef-0123-456789abcdef"}
    no, nowhere = refused(422, "invalid_options"), refused(422, "invalid_parent")
    for provider, options, outcome in (
        ("notion", [], no),
        ("notion", {"reminders": "none"}, no),
        ("google", {"parent": page}, no),
        ("notion", {"parent": {"type": "workspace", "x": "x" * 3000}}, no),
        ("notion", {"parent": {"type": "user"}}, nowhere),
        ("notion", {"parent": {**page, "page_id": "x"}}, nowhere),
        ("notion", {"parent": {**page, "more": 1}}, nowhere),
        ("notion", {"parent": None}, nowhere),
        ("google", {"reminders": "often"}, refused(422, "invalid_reminders")),
    ):
        asked = {**ASKING, "provider": provider, "options": options}
        name = f"{provider} with {str(options)[:60]}"
        yield call(name, EVE, START, asked, outcome, about=about)
    effect = started(HERS)
    effect.changed[EXPORTS, HERS.key] |= {"options"}
    effect.said[EXPORTS, HERS.key] = {"options": {"parent": page}}
    asked = {**ASKING, "options": {"parent": page}}
    yield call("under a page", EVE, START, asked, Outcome(DONE, effect=effect), about=about)
    nothing = {**ASKING, "options": {}}
    yield call("as before", EVE, START, nothing, Outcome(DONE, effect=started(HERS)), about=about)


def _again() -> Iterator[Probe]:
    """Asked for again, and again."""
    key = (EXPORTS, HERS.key)
    [running] = under_way(HERS.key)
    wanted = Effect(changed={key: STAMPED | {"wanted"}}, said={key: {"wanted": 2}})
    word = altered(HERS.key, "confirmed = true")
    yield call("while it is under way", EVE, START, ASKING, Outcome(DONE, effect=wanted), running,
               word, about=MINE)  # fmt: skip
    # A word that was given counts for the run that asked for it.
    effect = started(HERS)
    effect.changed[key] |= {"confirmed"}
    yield call("after a word was given", EVE, START, ASKING, Outcome(DONE, effect=effect), word,
               about=MINE)  # fmt: skip
    away = altered(HERS.key, "action = 'remove', status = 'removed'")
    effect = sent(Effect(changed={key: ASKED | {"action"}}), HERS, 2)
    yield call("after it was taken away", EVE, START, ASKING, Outcome(DONE, effect=effect), away,
               about=MINE)  # fmt: skip
    # Who takes it away stops.
    effect = sent(Effect(changed={key: ASKED | {"action"}}), HERS, 2, more=False)
    yield call("while it is taken away", EVE, START, ASKING, Outcome(DONE, effect=effect),
               running, altered(HERS.key, "action = 'remove'"),
               about=MINE)  # fmt: skip
    # What is in another account is not ours to reach any more: there it is made anew.
    moved = "update public.exports set account_id = 'elsewhere' where user_id in ({}, {})"
    effect = started(HERS)
    effect.changed[key] |= {"account_id", "container", "url"}
    effect.said[key] = {"container": None}
    anew = Effect(effect.added, effect.changed, effect.said, frozenset({(ITEMS, ITEM)}))
    yield call("in another account", EVE, START, ASKING, Outcome(DONE, effect=anew),
               quoted(moved, ident("eve"), ident("ben")), about=MINE)  # fmt: skip
    first = {"user_id": ident("eve"), "plan_id": at(PLAN, "plan"), "connection_id": NOTION}
    first |= {"options": {}, "turn": 1, "under_way": True, "topic": "Sailing with eve"}
    made = Effect(added=((EXPORTS, first), (MESSAGES, {"read_ct": 0})))
    never = quoted("delete from public.export_items where export_id = {};"
                   " delete from public.exports where id = {}", HERS.key, HERS.key)  # fmt: skip
    yield call("for the first time", EVE, START, ASKING, Outcome(DONE, effect=made), never,
               about=MINE)  # fmt: skip
    hidden = quoted("update public.learning_plans set visibility = 'private' where id = {}",
                    at("ada public", "plan"))  # fmt: skip
    gone = refused(404, "plan_not_found")
    public = {**ASKING, "plan_id": at("ada public", "plan")}
    yield call("a plan that is private again", "follower", START, public, gone, hidden, about=MINE)


def _deciding() -> Iterator[Probe]:
    about = {"export_id": HERS.key}
    for status in ("succeeded", "stopped", "failed", "cancelled", "removed"):
        was = altered(HERS.key, f"status = '{status}'")
        no = refused(409, f"export_is_{status}")
        yield call(f"cancels one that is {status}", EVE, "public.cancel_export", about, no, was,
                   about="private.cancel_own_export")  # fmt: skip
    nothing = refused(409, "nothing_to_confirm")
    confirm, mine = "public.confirm_export", "private.confirm_own_export"
    yield call("confirms what asks for nothing", EVE, confirm, about, nothing, about=mine)
    for name, needs in (("a connection", "'reconnect'"), ("nothing", "null")):
        waits = altered(HERS.key, f"status = 'stopped', needs = {needs}")
        yield call(f"confirms what waits for {name}", EVE, confirm, about, nothing, waits,
                   about=mine)  # fmt: skip
    # Whoever waits is next.
    cancelled = decision("cancel", "eve", PLAN)
    effect = Effect((NEXT,), {**cancelled.effect.changed, **SENT_NEXT})
    yield call("cancels it, and the next is sent", EVE, "public.cancel_export", about,
               Outcome(DONE, effect=effect), *cancelled.prepare, WAITING,
               about="private.cancel_own_export")  # fmt: skip
    # Their word is kept until it can be acted upon.
    kept = {(EXPORTS, HERS.key): {"needs": "reconnect", "confirmed": True}}
    columns = STAMPED | {"needs", "confirmed", "error", "requested_at", "finished_at"}
    waits = Outcome(DONE, effect=Effect(changed={(EXPORTS, HERS.key): columns}, said=kept))
    yield call("confirms what cannot be reached", EVE, confirm, about, waits, *stopped(HERS.key),
               standing(NOTION, "reconnect"), about=mine)  # fmt: skip
    # What cannot be reached now is said, and taken away later.
    key = (EXPORTS, HERS.key)
    remove, begin = "public.remove_export", "private.begin_removal"
    lost = altered(HERS.key, "connection_id = null")
    waits_on = ASKED | {"action", "turn", "needs", "error", "finished_at"}
    said = {key: {"status": "stopped", "needs": "reconnect", "action": "remove"}}
    later = Outcome(DONE, effect=Effect(changed={key: waits_on}, said=said))
    yield call("removes what is in an account that is gone", EVE, remove, about, later, lost,
               about=begin)  # fmt: skip
    for status in ("reconnect", "disconnecting"):
        yield call(f"removes what is in an account that is {status}", EVE, remove, about, later,
                   standing(NOTION, status), about=begin)  # fmt: skip


def _following() -> Iterator[Probe]:
    """A follower's exports are a follower's."""
    hidden = refused(404, "export_not_found")
    for act in ("cancel", "confirm", "remove"):
        made = decision(act, "ben", "ada public")
        function = f"public.{act}_export"
        yield call(f"{act}s their own of a plan they follow", "follower", function, made.arguments,
                   Outcome(DONE, effect=made.effect), *made.prepare,
                   about="private.hold_own_export")  # fmt: skip
        yield call(f"{act}s a follower's", "owner", function, made.arguments, hidden,
                   *made.prepare, about="private.hold_own_export")  # fmt: skip
    nothing = {"export_id": ident("no export")}
    yield call("removes nothing", EVE, "public.remove_export", nothing, hidden)


def _others() -> Iterator[Probe]:
    """Behind the functions of the API, where people may execute what these call."""
    export, plan = export_of("ada", "ada private").key, at("ada private", "plan")
    no_plan, no_export = refused(404, "plan_not_found"), refused(404, "export_not_found")
    for actor in (EVE, "deleted account"):
        nobody = no_plan if actor == EVE else refused(401, "not_signed_in")
        for statement, outcome in (
            (quoted("select private.start_own_export({}, 'notion', null)", plan), nobody),
            (
                quoted("select private.start_own_export({}, 'notion', null)",
                       at("ada public", "plan")),
                nobody,
            ),
            (quoted("select private.cancel_own_export({})", export), no_export),
            (quoted("select private.confirm_own_export({})", export), no_export),
            (quoted("select private.remove_own_export({})", export), no_export),
        ):  # fmt: skip
            function = statement.partition("private.")[2].partition("(")[0]
            yield say("something of somebody else's", actor, statement, outcome,
                      f"private.{function}", "private.hold_own_export")  # fmt: skip
