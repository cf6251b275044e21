"""Plans that are exported: when exports follow them by themselves, and when they go with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.access.ground import ident
from tests.access.guards.acts import DONE, at, call, write
from tests.access.guards.exports import EVE, HERS, ITEM, NEXT, NOTION, SENT_NEXT, SERVICE, WAITING
from tests.access.outside import (
    ASKED,
    EXPORTS,
    ITEMS,
    PLANS,
    export_of,
    sent,
)
from tests.access.outside_calls import altered, standing, started, under_way
from tests.access.probes import Effect, Outcome, Request, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.access import ground
    from tests.access.probes import Probe


def probes() -> Iterator[Probe]:
    """All of them."""
    yield from _plans()
    yield from _in_step()


def _plans() -> Iterator[Probe]:
    """With a plan goes what was exported of it, unless somebody wants theirs to stay."""
    plan = at("zoe bare", "plan")
    about = "private.let_go_of_exports"
    gone = frozenset({(PLANS, plan), ("public.plan_generations", at("zoe bare", "failure"))})
    mine = quoted("update public.learning_plans set user_id = {} where id = {}", ident("eve"), plan)
    request = Request("DELETE", PLANS, None, (("id", f"eq.{plan}"),))

    def delete(name: str, effect: Effect, *prepare: str) -> Probe:
        outcome = Outcome(frozenset({200}), effect=effect)
        return write(name, EVE, request, outcome, mine, of_it, *prepare, about=about)

    of_it = quoted(
        "update public.exports set plan_id = {} where id in ({}, {})",
        plan, HERS.key, export_of("ben", "ben private").key,
    )  # fmt: skip
    his = export_of("ben", "ben private")

    def let_go(*exports: ground.Row) -> Effect:
        effect = Effect(gone=gone)
        for export in exports:
            effect.changed[EXPORTS, export.key] = ASKED | {"action", "turn", "plan_id"}
            effect = sent(effect, export, 2)
        return effect

    yield delete("the exports of it go too", let_go(HERS, his))
    stays = altered(HERS.key, "clean_up = false")
    item = (ITEMS, ITEM)
    kept = let_go(his)
    kept = Effect(kept.added, kept.changed, {}, gone | {(EXPORTS, HERS.key), item})
    yield delete("hers is to stay", kept, stays)
    empty = altered(HERS.key, "container = null")
    yield delete("something was made, and no place for it", let_go(HERS, his), empty)
    bare = quoted("delete from public.export_items where export_id = {}", HERS.key)
    none = Effect(kept.added, kept.changed, {}, gone | {(EXPORTS, HERS.key)})
    yield delete("nothing was made of it yet", none, empty, bare)
    # Whoever waits behind it is next, though nobody will say that it ended.
    [at_it] = under_way(HERS.key)
    after = Effect((*none.added, NEXT), {**none.changed, **SENT_NEXT}, {}, none.gone)
    yield delete("what waits behind it goes on", after, empty, bare, at_it, WAITING)


def _in_step() -> Iterator[Probe]:
    """Exports follow their plans by themselves, as long as their learners want them to."""
    asked: dict[str, Any] = {"schedule": "exports", "at": "2026-01-07T12:00:00Z"}
    function, about = "worker.run_schedule", "private.enqueue_exports"
    theirs = quoted("update public.exports e set stamp = private.export_stamp(e) where id <> {}",
                    HERS.key)  # fmt: skip
    one, none = Outcome(DONE, effect=started(HERS)), Outcome(DONE)
    yield call("a plan that changed", SERVICE, function, asked, one, theirs, about=about)
    for name, change in (
        ("a plan that did not change", "stamp = private.export_stamp(exports)"),
        ("an export that does not keep in step", "in_step = false"),
        ("one that stopped", "status = 'stopped'"),
        ("one that was taken away", "action = 'remove'"),
        ("one that ended just now", "finished_at = '2026-01-07T11:58Z'"),
        ("one whose plan is gone", "plan_id = null"),
    ):
        still = altered(HERS.key, change)
        yield call(name, SERVICE, function, asked, none, theirs, still, about=about)
    broken = standing(NOTION, "reconnect")
    yield call("one that cannot be reached", SERVICE, function, asked, none, theirs, broken,
               about=about)  # fmt: skip
