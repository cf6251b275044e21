"""Connections: a state is one person's and used once; tokens change hands one worker at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.access import ground
from tests.access.ground import ident, token_hash
from tests.access.guards.acts import DONE, call, gives
from tests.access.outside import (
    CONNECTIONS,
    EXPORTS,
    ITEMS,
    SEALED,
    STAMPED,
    STATES,
    export_of,
    sent,
)
from tests.access.outside_calls import altered, standing, stopped
from tests.access.outside_worker_calls import (
    CALENDAR,
    HOLDER,
    LEASED,
    NOTION,
)
from tests.access.probes import Effect, Outcome, quoted, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.access.probes import Probe

EVE, SERVICE = "another learner", "service"
BUSY = "public.busy_times"
NOTHING_THERE = Outcome(DONE, look=gives(None))
RECONNECT = "update public.connections set status = 'reconnect', error = '{{}}' where id = {}"
_KEPT = {"sealed_tokens": "v1.k1.anew", "expires_at": None}


def probes() -> Iterator[Probe]:
    """All of them."""
    yield from _states()
    yield from _connecting()
    yield from _resuming()
    yield from _tokens()
    yield from _leases()


def _states() -> Iterator[Probe]:
    """Forged, of another service, of another person, too early, too late, or used."""
    claim, keep = "worker.claim_oauth_state", "worker.keep_oauth_code"
    hers = {"provider": "google", "state_hash": token_hash("state of ada"), "user_id": ident("ada")}
    open_ = {**hers, "state_hash": token_hash("state of zoe"), "user_id": ident("zoe")}
    late = "update private.oauth_states set expires_at = now() - interval '1 second'"
    for name, state, *prepare in (
        ("a state that somebody else began", {**hers, "user_id": ident("eve")}),
        ("a state of nobody's", {**hers, "state_hash": token_hash("a guess")}),
        ("a state of another service", {**hers, "provider": "notion"}),
        ("a state that is old", hers, late),
        ("a state without a code", open_),
        ("a state that was used", hers, "delete from private.oauth_states"),
    ):
        yield call(name, SERVICE, claim, state, NOTHING_THERE, *prepare)
    code = {"provider": "google", "state_hash": open_["state_hash"], "sealed_code": "code"}
    for name, state, *prepare in (
        ("a code for a state that has one", {**code, "state_hash": hers["state_hash"]}),
        ("a code for nobody's state", {**code, "state_hash": token_hash("a guess")}),
        ("a code of another service", {**code, "provider": "notion"}),
        ("a code that is late", code, late),
    ):
        yield call(name, SERVICE, keep, state, NOTHING_THERE, *prepare)
    begin = {"user_id": ident("zoe"), "provider": "google", "state_hash": token_hash("new")}
    begin |= {"sealed_verifier": "v", "return_to": "https://app.example.com/"}
    no = refused(422, "invalid_provider")
    function = "worker.begin_connection"
    about = "private.read_provider"
    other = {**begin, "provider": "x"}
    yield call("a service that is not ours", SERVICE, function, other, no, about=about)
    begun = (STATES, {"user_id": ident("zoe"), "state_hash": begin["state_hash"]})
    # Nine more are kept, and whose they are counts; what is old goes, whosever it is.
    eight = quoted(
        "insert into private.oauth_states (state_hash, user_id, provider, sealed_verifier,"
        " return_to, expires_at) select repeat(md5(n::text), 2), {}, 'google', 'v', '',"
        " '2099-01-01Z' from generate_series(1, 9) n",
        ident("zoe"),
    )
    others = eight.replace(ident("zoe"), ident("eve"))
    forgotten = Effect(added=(begun,), gone=frozenset({(STATES, open_["state_hash"])}))
    yield call("ten are begun", SERVICE, function, begin, Outcome(DONE, effect=forgotten), eight)
    made = Outcome(DONE, effect=Effect(added=(begun,)))
    yield call("somebody else began ten", SERVICE, function, begin, made, others)
    old = quoted(
        "update private.oauth_states set expires_at = '2026-01-01Z' where state_hash = {}",
        hers["state_hash"],
    )
    swept = Effect(added=(begun,), gone=frozenset({(STATES, hers["state_hash"])}))
    yield call("one is old", SERVICE, function, begin, Outcome(DONE, effect=swept), old)


def saved(person: str, provider: str = "notion", **more: Any) -> dict[str, Any]:
    """What the edge has of an account that somebody came back with."""
    row: dict[str, Any] = {"user_id": ident(person), "provider": provider, "scopes": []}
    row |= {"account_id": ground.account_of(person, provider), "account_name": "Anew"}
    return {**row, **_KEPT, **more}


def connected(connection: str, *columns: str) -> Effect:
    """An account is connected again, with other tokens."""
    row = STAMPED | {"account_name", "connected_at", *columns}
    return Effect(
        changed={
            (CONNECTIONS, connection): row,
            (SEALED, connection): frozenset({"sealed", "version"}),
        },
        said={(SEALED, connection): {"sealed": "v1.k1.anew", "version": 2}},
    )


def _connecting() -> Iterator[Probe]:
    save, eve = "worker.save_connection", ident("notion of eve")
    closing = quoted("update public.users set closing_at = now() where id = {}", ident("eve"))
    over = refused(409, "account_is_closing")
    yield call("an account that is being deleted", SERVICE, save, saved("eve"), over, closing)
    yield call("nobody's account", SERVICE, save, saved("nobody"), over)
    ending = standing(eve, "disconnecting")
    still = refused(409, "still_disconnecting")
    yield call("a connection that is being ended", SERVICE, save, saved("eve"), still, ending)
    other = refused(409, "other_account")
    another = saved("eve", account_id="another")
    yield call("another account, with exports in this one", SERVICE, save, another, other)
    yield call("no service of ours", SERVICE, save, saved("eve", provider="x"),
               refused(422, "invalid_provider"), about="private.read_provider")  # fmt: skip
    yield call(
        "the same account again", SERVICE, save, saved("eve"),
        Outcome(DONE, effect=connected(eve), look=gives({"connection_id": eve})),
    )  # fmt: skip
    # With the lease that somebody held of the tokens before.
    effect = connected(NOTION)
    effect.changed[SEALED, NOTION] |= {"lease_holder", "lease_until"}
    yield call(
        "tokens that somebody was about to refresh", SERVICE, save, saved("zoe"),
        Outcome(DONE, effect=effect), LEASED,
    )  # fmt: skip
    # What is nowhere yet goes where its learner is now, and no further into where they were.
    export = export_of("eve", "eve private")
    empty = altered(
        export.key, "container = null, url = null, status = 'running', under_way = true"
    )
    effect = connected(eve, "account_id")
    moved = STAMPED | {"account_id", "turn", "status"}
    item = (ITEMS, ground.thing_of("eve", "eve private", "export item"))
    effect.changed[EXPORTS, export.key] = moved
    effect.said[EXPORTS, export.key] = {"account_id": "another"}
    effect = replace(sent(effect, export, 2, more=False), gone=frozenset({item}))
    yield call(
        "another account, before anything is there", SERVICE, save, another,
        Outcome(DONE, effect=effect), empty,
    )  # fmt: skip
    # Who does not let us read when they are busy is not asked.
    row = {"user_id": ident("eve"), "provider": "google"}
    effect = Effect(added=((CONNECTIONS, row), (SEALED, {"busy_read_at": None})))
    yield call(
        "a calendar that is not to be read", SERVICE, save, saved("eve", "google"),
        Outcome(DONE, effect=effect), about="private.request_busy_times",
    )  # fmt: skip
    # And what was read before is forgotten, theirs and of this calendar alone.
    read, own = ident("busy time read of zoe"), ident("busy time of zoe")
    others = quoted("update public.busy_times set source = 'google' where id not in ({}, {})",
                    read, own)  # fmt: skip
    effect = connected(CALENDAR, "scopes")
    effect = replace(effect, gone=frozenset({("public.busy_times", read)}))
    yield call(
        "a calendar that is not to be read any more", SERVICE, save, saved("zoe", "google"),
        Outcome(DONE, effect=effect), others,
    )  # fmt: skip
    effect = connected(CALENDAR)
    effect.changed[SEALED, CALENDAR] |= {"busy_read_at"}
    message = ("pgmq.q_read_busy_times", {"message": {"v": 1, "connection_id": CALENDAR}})
    freebusy = ["https://www.googleapis.com/auth/calendar.events.freebusy"]
    yield call(
        "a calendar that is to be read again", SERVICE, save,
        saved("zoe", "google", scopes=freebusy),
        Outcome(DONE, effect=replace(effect, added=(message,))), others,
    )  # fmt: skip


def _resuming() -> Iterator[Probe]:
    """What waited for a connection goes on: a person's own, in the account where it was."""
    save, eve = "worker.save_connection", ident("notion of eve")
    export, about = export_of("eve", "eve private"), "private.resume_exports"
    broken = quoted(RECONNECT, eve)
    effect = connected(eve, "status", "error")
    rested = {"status", "needs", "error"}
    effect.changed[EXPORTS, export.key] = STAMPED | rested
    waited = stopped(export.key, "reconnect")
    yield call(
        "a connection that was broken", SERVICE, save, saved("eve"),
        Outcome(DONE, effect=sent(effect, export)), broken, *waited, about=about,
    )  # fmt: skip
    # One that waits for a word waits on.
    word = Outcome(DONE, effect=connected(eve, "status", "error"))
    yield call(
        "what waits for something else", SERVICE, save, saved("eve"), word, broken,
        *stopped(export.key), about=about,
    )  # fmt: skip
    alone = "update public.exports set connection_id = null"
    effect = connected(eve)
    effect.changed[EXPORTS, export.key] = STAMPED | {"connection_id"}
    found = Outcome(DONE, effect=effect)
    same = quoted(
        "update public.exports set account_id = {} where user_id <> {}",
        ground.account_of("eve", "notion"),
        ident("eve"),
    )
    yield call("exports of others, in an account of that name", SERVICE, save, saved("eve"), found,
               alone, same, about=about)  # fmt: skip
    same = quoted(
        "update public.exports set user_id = {}, account_id = {} where provider = 'google'",
        ident("eve"), ground.account_of("eve", "notion"),
    )  # fmt: skip
    yield call("their own at another service", SERVICE, save, saved("eve"), found, alone, same,
               about=about)  # fmt: skip
    elsewhere = altered(export.key, "account_id = 'elsewhere'")
    yield call(
        "an export in another account", SERVICE, save, saved("eve"),
        Outcome(DONE, effect=connected(eve)), alone, elsewhere, about=about,
    )  # fmt: skip


def _tokens() -> Iterator[Probe]:
    load, broke = "worker.load_tokens", "worker.break_connection"
    nobodys = ident("no connection")
    yield call("tokens of nothing", SERVICE, load, {"connection_id": nobodys}, NOTHING_THERE)
    code = {"connection_id": NOTION, "version": 1, "code": "invalid_grant"}
    still = Outcome(DONE)
    later = quoted(
        "update private.connection_tokens set version = 2 where connection_id = {}", NOTION
    )
    yield call("tokens that were refreshed meanwhile", SERVICE, broke, code, still, later)
    for status in ("reconnect", "disconnecting"):
        already = standing(NOTION, status)
        yield call(f"what is {status} does not break", SERVICE, broke, code, still, already)
    reseal, again = "worker.reseal_tokens", {"connection_id": NOTION, "sealed_tokens": "v1.k2.x"}
    no = Outcome(DONE, look=gives(False))
    yield call("seals tokens that are no more", SERVICE, reseal, {**again, "version": 0}, no)
    yield call(
        "seals nothing", SERVICE, reseal, {**again, "connection_id": nobodys, "version": 1}, no
    )
    after = {"key_id": "k1", "after": CALENDAR}
    none = Outcome(DONE, look=gives([]))
    yield call("those behind the last", SERVICE, "worker.connections_to_reseal", after, none)


def _leases() -> Iterator[Probe]:
    lease, save = "worker.lease_refresh", "worker.save_refreshed"
    asked: dict[str, Any] = {"connection_id": NOTION, "version": 1, "holder": ident("another")}
    asked["seconds"] = 30

    def stands(standing: str) -> Outcome:
        def look(body: Any) -> str:
            return "" if body["standing"] == standing else f"answered {body}, not {standing}"

        return Outcome(DONE, look=look)

    taken = Effect(changed={(SEALED, NOTION): frozenset({"lease_holder", "lease_until"})})
    longer = Effect(changed={(SEALED, NOTION): frozenset({"lease_until"})})
    over = LEASED.replace("2099", "2026")
    broken = quoted(RECONNECT, NOTION)
    yield call("somebody refreshes", SERVICE, lease, asked, stands("wait"), LEASED)
    yield call(
        "somebody refreshed", SERVICE, lease, {**asked, "version": 0}, stands("fresh"), LEASED
    )
    yield call("nothing is left", SERVICE, lease, asked, stands("broken"), broken)
    gone = {**asked, "connection_id": ident("no connection")}
    yield call("nothing is there", SERVICE, lease, gone, stands("broken"))
    again = Outcome(DONE, effect=longer)
    yield call("who refreshes goes on", SERVICE, lease, {**asked, "holder": HOLDER}, again, LEASED)
    yield call("who refreshed has died", SERVICE, lease, asked, Outcome(DONE, effect=taken), over)
    no = Outcome(DONE, look=gives(False))
    fresh = {"connection_id": NOTION, "version": 1, "holder": HOLDER, **_KEPT}
    other = {**fresh, "holder": ident("another")}
    yield call("a lease that went to somebody else", SERVICE, save, other, no, LEASED)
    yield call("tokens of before", SERVICE, save, {**fresh, "version": 0}, no, LEASED)
    yield call("no lease at all", SERVICE, save, fresh, no)
