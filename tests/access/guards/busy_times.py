"""Busy times that are read from a calendar: whose, when, and in the place of what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.access import ground
from tests.access.ground import DELIVERY, ident
from tests.access.guards.acts import DONE, call, gives
from tests.access.outside import SEALED
from tests.access.outside_worker_calls import (
    CALENDAR,
    ENDING,
    completed,
)
from tests.access.probes import Effect, Outcome, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.access.probes import Key, Probe

SERVICE = "service"
BUSY = "public.busy_times"


def probes() -> Iterator[Probe]:
    """All of them."""
    yield from _reading()
    yield from _asking()


def _reading() -> Iterator[Probe]:
    """When somebody is busy: what was read replaces what was read, and nothing that they wrote."""
    load, complete = "worker.load_read_busy_times", "worker.complete_read_busy_times"
    about = "private.apply_read_busy_times"
    late = {**DELIVERY, "read_ct": DELIVERY["read_ct"] - 1}
    stale = Outcome(DONE, look=gives({"standing": "stale"}))
    obsolete = Outcome(DONE, look=gives({"standing": "obsolete"}))
    yield call("a delivery that somebody else has", SERVICE, load, late, stale)
    held = dict(DELIVERY)
    yield call("a calendar that is being forgotten", SERVICE, load, held, obsolete, ENDING)
    ended = completed("read_busy_times", {"busy": []}, Effect())
    yield call(
        "nothing is read into what is being forgotten", SERVICE, complete, ended.arguments,
        Outcome(DONE, effect=ended.effect), ENDING, about=about,
    )  # fmt: skip
    unasked = quoted("update public.connections set scopes = '{{x}}' where id = {}", CALENDAR)
    yield call(
        "nothing is read that they do not let us read any more", SERVICE, complete,
        ended.arguments, Outcome(DONE, effect=ended.effect), unasked, about=about,
    )  # fmt: skip

    def look(body: Any) -> str:
        return "" if body[0]["standing"] == "rejected" else f"took {body}"

    wrong = completed("read_busy_times", {"busy": {}}, Effect())
    yield call("no list", SERVICE, complete, wrong.arguments, Outcome(DONE, look=look), about=about)
    same = [ground.soon(10, 8), ground.soon(10, 10)]
    empty = 2 * [ground.soon(12, 8)]
    still = completed("read_busy_times", {"busy": [same, empty]}, Effect())
    others = "update public.busy_times set source = 'google' where source is null"
    hers = quoted("update public.busy_times set source = null where id = {}",
                  ident("busy time of zoe"))  # fmt: skip
    yield call(
        "what was read before stays, and what was read of others", SERVICE, complete,
        still.arguments, Outcome(DONE, effect=still.effect), others, hers, about=about,
    )  # fmt: skip
    # Also where they wrote the same themselves, or somebody else's calendar has it.
    new = {"starts_at": ground.soon(15, 8), "ends_at": ground.soon(15, 10)}
    taken = quoted(
        "update public.busy_times set starts_at = {}, ends_at = {},"
        " source = case when user_id = {} then 'google'::public.connection_provider end"
        " where id in ({}, {})",
        *new.values(), ident("ben"), ident("busy time of zoe"), ident("busy time of ben"),
    )  # fmt: skip
    added = (BUSY, {**new, "user_id": ident("zoe"), "source": "google"})
    read = completed("read_busy_times", {"busy": [same, list(new.values())]}, Effect((added,)))
    yield call(
        "what others or they themselves wrote", SERVICE, complete, read.arguments,
        Outcome(DONE, effect=read.effect), taken, about=about,
    )  # fmt: skip
    # There may be so many in all, and what others wrote is not counted.
    many = (
        "insert into public.busy_times (user_id, starts_at, ends_at)"
        " select {}, timestamptz '2098-01-01Z' + make_interval(hours => n),"
        " timestamptz '2098-01-01Z' + make_interval(hours => n + 1)"
        " from generate_series(1, 1999) n"
    )
    yield call(
        "others have as many as may be", SERVICE, complete, read.arguments,
        Outcome(DONE, effect=read.effect), quoted(many, ident("ben")), about=about,
    )  # fmt: skip
    first = completed("read_busy_times", {"busy": [same, list(new.values())]}, Effect())
    full = quoted(many.replace("1999", "1998"), ident("zoe"))
    yield call(
        "they have as many as may be", SERVICE, complete, first.arguments,
        Outcome(DONE, effect=first.effect), full, about=about,
    )  # fmt: skip


def _asking() -> Iterator[Probe]:
    run = {"schedule": "busy-times", "at": "2026-01-07T12:00:00Z"}
    function, about = "worker.run_schedule", "private.enqueue_busy_times"
    message = {"message": {"v": 1, "connection_id": CALENDAR}, "read_ct": 0}
    tokens: Key = (SEALED, CALENDAR)
    asked = Effect(
        added=(("pgmq.q_read_busy_times", message),),
        changed={tokens: frozenset({"busy_read_at"})},
    )
    one, none = Outcome(DONE, effect=asked, look=gives(1)), Outcome(DONE, look=gives(0))
    yield call("calendars are read every few hours", SERVICE, function, run, one, about=about)
    just = "update private.connection_tokens set busy_read_at = '2026-01-07T07:00Z'"
    closed = quoted("update public.connections set scopes = '{{openid}}' where id = {}", CALENDAR)
    for name, prepare in (
        ("one that was read just now", just),
        ("one that is being forgotten", ENDING),
        ("one that does not let us read it", closed),
    ):
        yield call(name, SERVICE, function, run, none, prepare, about=about)
