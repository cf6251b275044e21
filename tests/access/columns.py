"""The probes of columns: each of them written by POST, PATCH and upsert, by whoever might."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.access import ground, wishes
from tests.access.actors import BY_NAME, Actor
from tests.access.expectations import RELATIONS, words
from tests.access.matrix import also, edited, may, refusal, update, upsert
from tests.access.probes import CLOSED, Effect, Outcome, Probe, Request, allowed, only, refused
from tests.access.terms import MINE_PUBLIC

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.access.ground import Row
    from tests.access.terms import Command


def of_column(relation: str, column: str) -> Iterator[Probe]:
    """Who may write a column, by POST, PATCH and upsert: nobody, a person, the service."""
    for name in ("no token", "person", "service"):
        place, actor = _writer(relation, name)
        row = wishes.target(relation, place, actor)
        assert row
        for method in ("POST", "PATCH", "upsert"):
            yield _column(relation, column, method, place, actor, row)


def _writer(relation: str, name: str) -> tuple[str, Actor]:
    """Somebody who may write the row itself, where anybody may."""
    places = list(RELATIONS[relation].places)
    if relation == "public.plan_followers" and name == "person":
        return MINE_PUBLIC, BY_NAME["follower"]
    if relation == "public.plan_followers":
        return places[1], BY_NAME[name]
    return places[0], BY_NAME["owner" if name == "person" else name]


def _column(  # noqa: PLR0917 - a cell has so many sides
    relation: str, column: str, method: str, place: str, actor: Actor, row: Row
) -> Probe:
    said, value = words(relation)[column], wishes.other(relation, column)
    smallest, prepare = wishes.new_row(relation, place, actor)
    key = set(ground.KEYS.get(relation, ("id",))) | set(RELATIONS[relation].natural_key.split(","))
    alongside = {"status": "completed"} if column == "completed_at" else {}
    is_parent = column.endswith("_id") and column in smallest and relation != "public.users"
    if relation == "public.tier_limits" and column == "tier":
        value = row.values[column]
    if method == "POST":
        if relation == "worker.platform_limits" and column == "name":
            value = row.values[column]  # there is one limit
        if is_parent:
            value = smallest[column]
        body = {**smallest, **alongside, column: value}
        request = Request("POST", relation, body)
        changed = also(relation, place, actor) | edited(relation, body, actor)
        effect = Effect(added=((relation, body),), changed=changed)
    elif method == "PATCH":
        where = tuple(only(relation, row.values).items())
        request = Request("PATCH", relation, {column: value}, where)
        effect = update(relation, row, {column: value}, actor, place)
        prepare = ()
    else:
        change = dict([wishes.CHANGES[relation]]) if column in key else {column: value}
        if column in key:
            value = row.values.get(column)
        request, effect = upsert(
            relation, place, actor, row, smallest, {**alongside, **change, column: value}
        )
        prepare = ()
    return Probe(
        f"{actor.name} writes {relation}.{column} by {method}",
        actor.name,
        request,
        _column_outcome(relation, column, method, place, actor, said, effect, key),
        (f"{relation}.{column}", relation),
        prepare,
    )


def _column_outcome(  # noqa: PLR0917 - a cell has so many sides
    relation: str,
    column: str,
    method: str,
    place: str,
    actor: Actor,
    said: frozenset[str],
    effect: Effect,
    key: set[str],
) -> Outcome:
    command: Command = {"POST": "insert", "PATCH": "update"}.get(method, "upsert")  # type: ignore[assignment]
    hidden = relation.startswith("worker.") and actor.standing != "service"
    if "computed" in said and not hidden:
        return Outcome(frozenset({400}), code="428C9")
    if not may(relation, place, command, actor):
        return refusal(relation, command, actor, RELATIONS[relation].closed)
    if actor.standing == "person":
        needed = {"POST": ({"add"},), "PATCH": ({"change", "carry"},)}.get(
            method, ({"add"}, {"change", "carry"})
        )
        if not all(said & words_ for words_ in needed):
            return CLOSED
    if "fixed" in said and (method == "PATCH" or (method == "upsert" and column not in key)):
        return refused(403, "fixed_column")
    return allowed(effect)
