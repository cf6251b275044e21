"""Feeds: an address that is known to whom it was told, as long as it stands, and shows no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.access.ground import ident, token_hash
from tests.access.guards.acts import DONE, at, call, gives
from tests.access.learner_calls import FEEDS, TOKENS
from tests.access.probes import Effect, Outcome, Probe, quoted, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

EVE = "another learner"
CREATE, LOAD = "public.create_feed", "worker.load_feed"
MINE = "private.create_own_feed"
FULL = "insert into public.calendar_feeds (user_id) select {} from generate_series(1, {})"


def probes() -> Iterator[Probe]:
    """All of them."""
    everything = Effect(added=((FEEDS, {"user_id": ident("eve"), "plan_id": None}), (TOKENS, {})))
    yield call(
        "a feed of everything", EVE, CREATE, {}, Outcome(DONE, effect=everything), about=MINE
    )
    full = refused(403, "feed_limit_reached")
    many = quoted(FULL, ident("eve"), 19)
    yield call("one feed too many", EVE, CREATE, {}, full, many, about=MINE)
    others = quoted(FULL, ident("ben"), 19)
    made = Outcome(DONE, effect=everything)
    yield call("somebody else's are not counted", EVE, CREATE, {}, made, others, about=MINE)
    yield from _reading()


def _reading() -> Iterator[Probe]:
    unknown = Outcome(DONE, look=gives({"standing": "unknown"}))
    feed = (FEEDS, ident("feed of ben"))
    other = "update private.feed_tokens set token_hash = md5(feed_id::text) || md5(feed_id::text)"
    revoked = quoted(
        "delete from private.feed_tokens where feed_id = {};"
        " delete from public.calendar_feeds where id = {}",
        feed[1],
        feed[1],
    )
    for name, token, prepare in (
        ("a guess", "a guess", ""),
        ("the address before", "token of ben", other),
        ("a feed that was revoked", "token of ben", revoked),
    ):
        arguments = {"token_hash": token_hash(token)}
        yield call(name, "service", LOAD, arguments, unknown, *filter(None, (prepare,)))
    read = Effect(changed={feed: frozenset({"last_read_at"})})
    arguments = {"token_hash": token_hash("token of ben")}
    private = quoted(
        "update public.learning_plans set visibility = 'private' where id = {}",
        at("ada public", "plan"),
    )
    own = Outcome(DONE, effect=read, look=_shows(ident("ben private plan")))
    yield call("a plan that is private again", "service", LOAD, arguments, own, private)
    only = quoted(
        "update public.calendar_feeds set plan_id = {} where id = {}",
        at("ada public", "plan"), feed[1],
    )  # fmt: skip
    yield call(
        "that plan alone",
        "service",
        LOAD,
        arguments,
        Outcome(DONE, effect=read, look=_shows()),
        only,
        private,
    )
    public = Outcome(DONE, effect=read, look=_shows(at("ada public", "plan")))
    yield call("one plan alone", "service", LOAD, arguments, public, only)


def _shows(*plans: str) -> Any:
    def look(body: Any) -> str:
        found = [plan["plan"]["id"] for plan in body["feed"]["plans"]]
        return "" if found == list(plans) else f"shows {found}, decided was {plans}"

    return look
