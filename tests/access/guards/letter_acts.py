"""Links in letters: each for its learner alone, who could do it themselves; safe to repeat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.access import ground
from tests.access.ground import ident, thing_of
from tests.access.guards.acts import DONE, at, call, gives
from tests.access.guards.letter_words import HIDDEN
from tests.access.guards.messages import preferring
from tests.access.learner_calls import applied, decision
from tests.access.letter_calls import (
    ZOE,
    ticking,
)
from tests.access.messages import PREFERENCES
from tests.access.probes import Effect, Outcome, quoted, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.access.ground import Values
    from tests.access.probes import Key, Probe

SERVICE = "service"


def probes() -> Iterator[Probe]:
    """All of them."""
    yield from _ticking()
    yield from _catching_up()
    yield from _choosing()


def _act(name: str, link: dict[str, Any], state: str, *prepare: str) -> Probe:
    """A link that does nothing, however it is used."""

    def look(body: Any) -> str:
        return "" if [row["state"] for row in body] == [state] else f"answered {body}, not {state}"

    return call(name, SERVICE, "worker.act_by_letter", link, Outcome(DONE, look=look), *prepare)


def _ticking() -> Iterator[Probe]:
    act = "worker.act_by_letter"
    hers = ticking("eve", "eve private")
    yield call("ticks their own", SERVICE, act, hers.arguments,
               Outcome(DONE, effect=hers.effect, look=hers.look))  # fmt: skip
    looked = ticking("eve", "eve private", perform=False)
    yield call("looks", SERVICE, act, looked.arguments, Outcome(DONE, look=looked.look))
    followed = ticking("ben", "ada public")
    yield call("ticks what they follow", SERVICE, act, followed.arguments,
               Outcome(DONE, effect=followed.effect, look=followed.look))  # fmt: skip
    yield _act("a plan that is private again", followed.arguments, "gone", HIDDEN)
    for name, person, label in (
        ("somebody else's", "eve", "ada private"),
        ("a public one that they do not follow", "eve", "ada public"),
        ("one that they followed", "ben", "ada private"),
        ("somebody who is gone", "nobody", "ada public"),
    ):
        yield _act(name, ticking(person, label).arguments, "gone")
    begun = {**followed.arguments, "about": at("ada public", "task 1")}
    yield _act("what is done already", begun, "done")
    others = {**hers.arguments, "about": ident("no task")}
    yield _act("what is no more", others, "gone")
    unknown = {**hers.arguments, "act": "delete_plan"}
    yield call("does anything else", SERVICE, act, unknown, refused(422, "unknown_act"))
    key: Key = ("public.task_progress", ident("progress of ben with ada public"))
    idle = quoted(
        "update public.task_progress set status = 'in_progress', completed_at = null where id = {}",
        key[1],
    )
    ticked = Effect(changed={key: frozenset({"status", "completed_at", "updated_at"})})
    yield call("ticks what they began", SERVICE, act, begun, Outcome(DONE, effect=ticked), idle)


def _catching_up() -> Iterator[Probe]:
    act, about = "worker.act_by_letter", thing_of("eve", "eve private", "catch-up")
    link = {"person": ident("eve"), "act": "accept_catch_up", "about": about, "perform": True}
    made = decision("accept", "eve private")

    def look(body: Any) -> str:
        return "" if body[0]["state"] == "done" else f"answered {body}"

    yield call("accepts their own", SERVICE, act, link,
               Outcome(DONE, effect=made.effect, look=look))  # fmt: skip
    yield _act("only looks", {**link, "perform": False}, "open")
    hers = {"about": thing_of("ada", "ada public", "catch-up"), "perform": False}
    for name, other in (
        ("somebody else's", {"person": ident("ben")}),
        ("somebody else's of a plan that they follow", {"person": ident("ben"), **hers}),
        ("nobody's", {"about": ident("no catch-up")}),
        ("somebody who is gone", {"person": ident("nobody")}),
    ):
        yield _act(name, {**link, **other}, "gone")
    yield _act("what is applied", link, "done", *applied("eve", "eve private"))
    rejected = "update public.catch_ups set status = 'rejected'"
    yield _act("what they rejected", link, "late", rejected)
    moved = "update private.learner_calendars set version = version + 1"
    yield _act("what has moved on", link, "late", moved)
    theirs = {"person": ident("ben"), "about": thing_of("ben", "ada public", "catch-up")}
    yield _act("of a plan that is private again", {**link, **theirs}, "gone", HIDDEN)


def _choosing() -> Iterator[Probe]:
    choose, all_kinds = "worker.choose_mail", len(ground.KINDS)
    mine: Key = (PREFERENCES, ident("preference of zoe"))
    kinds = [kind for kind in ground.KINDS if kind != "session_reminder"]

    def rows(*, enabled: bool) -> tuple[tuple[str, Values], ...]:
        row: Values = {"user_id": ZOE, "channel": "email", "enabled": enabled}
        return tuple((PREFERENCES, {**row, "kind": kind}) for kind in kinds)

    off = frozenset({"enabled", "updated_at"})
    ends = Effect(rows(enabled=False), {mine: off})
    for name, chosen, effect, came_to in (
        ("ends all of it", {"enabled": False}, ends, all_kinds),
        # What they asked for themselves stays.
        ("wants it again", {"enabled": True}, Effect(rows(enabled=True)), all_kinds),
        ("ends what they asked for", {"kind": "session_reminder"}, Effect(changed={mine: off}), 1),
        ("no such kind", {"kind": "gossip"}, Effect(), 0),
        ("somebody who is gone", {"person": ident("nobody")}, Effect(), 0),
        ("as it is", {"kind": "session_reminder", "enabled": True}, Effect(), 1),
    ):
        yield call(name, SERVICE, choose, {"person": ZOE, **chosen},
                   Outcome(DONE, effect=effect, look=gives(came_to)),
                   preferring("zoe", "welcome", "in_app", enabled=True))  # fmt: skip
    # Nobody is asked to bear, by a link in a letter, what they never asked for.
    unasked = "delete from public.notification_preferences"
    default = (PREFERENCES, {"kind": "session_reminder", "enabled": False})
    again = Effect((*rows(enabled=True), default))
    yield call("wants it again as it was", SERVICE, choose, {"person": ZOE, "enabled": True},
               Outcome(DONE, effect=again), unasked)  # fmt: skip
