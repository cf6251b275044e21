"""What follows in learners' weeks from what was done: schedules are asked for anew, or forgotten.

Said once, for every probe: whoever changes a plan, follows one, says when they can study, or lives
in another time zone has the schedules concerned made anew, and nobody else's. A schedule that was
as current as it was wanted goes to the workers; one that waits already is only wanted once more.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.access import ground
from tests.access.actors import BY_NAME
from tests.access.ground import ident

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.access.probes import Effect, Key, Probe

PLANS, FOLLOWERS, USERS = "public.learning_plans", "public.plan_followers", "public.users"
SESSIONS, SCHEDULED = "public.sessions", "public.plan_schedules"
MESSAGES = "pgmq.q_schedule_plan"
Learner = tuple[str, str]  # the ids of a plan and of who learns by it
_PERSONAL = {FOLLOWERS, *ground.AVAILABILITY}
_ROWS = {(row.relation, row.key): row for row in ground.ROWS}
_OWNERS = {row.key: row.values["user_id"] for row in ground.ROWS if row.relation == PLANS}
_PUBLIC = {row.key for row in ground.ROWS if row.values.get("visibility") == "public"}


def _of_learners(relation: str) -> dict[Learner, ground.Row]:
    return {
        (row.values["plan_id"], row.values["user_id"]): row
        for row in ground.ROWS
        if row.relation == relation
    }


_SCHEDULES, _FOLLOWS = _of_learners(SCHEDULED), _of_learners(FOLLOWERS)


def with_consequences(probe: Probe) -> Effect:
    """What a probe does, and what follows from it."""
    effect = probe.outcome.effect
    if effect.is_none:
        return effect
    forgotten = {key for learner in _forgotten(effect) for key in _have(learner)}
    gone = effect.gone | forgotten
    effect = replace(
        effect,
        gone=gone,
        changed={key: columns for key, columns in effect.changed.items() if key not in gone},
    )
    for learner in sorted(set(_refreshed(probe, effect))):
        effect = refreshed(effect, learner)
    for relation, key in tuple(effect.changed):
        if relation == SESSIONS:
            whose = ("private.learner_calendars", _ROWS[relation, key].values["user_id"])
            effect.changed[whose] = frozenset({"version"})
    return effect


def refreshed(effect: Effect, learner: Learner, kind: str = "schedule") -> Effect:
    """A schedule is asked for, once or more."""
    row = _SCHEDULES.get(learner)
    if row and (SCHEDULED, row.key) in effect.gone:
        return effect
    plan, person = learner
    wanted = row.values["wanted"] + 1 if row else 1
    message = {"v": 1, "plan_id": plan, "user_id": person, "kind": kind, "wanted": wanted}
    sent = (MESSAGES, {"message": message, "read_ct": 0})
    if row is None:
        new: dict[str, Any] = {"plan_id": plan, "user_id": person, "status": "waiting"}
        return replace(effect, added=(*effect.added, (SCHEDULED, new), sent))
    key = (SCHEDULED, row.key)
    columns = frozenset({"wanted", "updated_at"}) | effect.changed.get(key, frozenset())
    if row.values["wanted"] > row.values["made"]:
        return replace(effect, changed={**effect.changed, key: columns})
    already = any(added == sent or _is_about(added, learner) for added in effect.added)
    return replace(
        effect,
        added=effect.added if already else (*effect.added, sent),
        changed={**effect.changed, key: columns | {"status"}},
    )


def _is_about(added: tuple[str, dict[str, Any]], learner: Learner) -> bool:
    message = added[1].get("message", {}) if added[0] == MESSAGES else {}
    return (message.get("plan_id"), message.get("user_id")) == learner


def _refreshed(probe: Probe, effect: Effect) -> Iterator[Learner]:
    for (relation, key), columns in effect.changed.items():
        if relation == PLANS and "revision" in columns:
            yield from (learner for learner in _SCHEDULES if learner[0] == key)
            if effect.said.get((relation, key), {}).get("visibility") == "public":
                yield from (learner for learner in _FOLLOWS if learner[0] == key)
        elif relation == USERS and "time_zone" in columns:
            yield from _schedules_of(key)
        elif relation in _PERSONAL:
            yield from _concerned(relation, _ROWS[relation, key].values)
    for relation, key in effect.gone & {key for key in _ROWS if key[0] in ground.AVAILABILITY}:
        values = _ROWS[relation, key].values
        if (USERS, values["user_id"]) not in effect.gone:
            yield from _concerned(relation, values)
    asking = BY_NAME[probe.actor].person if probe.actor in BY_NAME else None
    for relation, values in effect.added:
        if relation in _PERSONAL:
            yield from _concerned(relation, {"user_id": ident(asking or ""), **values})


def _concerned(relation: str, values: dict[str, Any]) -> Iterator[Learner]:
    """The schedules that a follower's row, or somebody's availability, decides about."""
    if relation == FOLLOWERS:
        return _learning(values["plan_id"], values["user_id"])
    return _schedules_of(values["user_id"])


def _learning(plan: str, person: str) -> Iterator[Learner]:
    if plan in _PUBLIC or _OWNERS.get(plan) == person:
        yield plan, person


def _schedules_of(person: str) -> Iterator[Learner]:
    return (learner for learner in _SCHEDULES if learner[1] == person)


def _forgotten(effect: Effect) -> Iterator[Learner]:
    """Who no longer learns by a plan: they left it, or its owner made it private."""
    for relation, key in effect.gone:
        if relation == FOLLOWERS:
            values = _ROWS[relation, key].values
            yield values["plan_id"], values["user_id"]
    for (relation, key), said in effect.said.items():
        if relation == PLANS and said.get("visibility") == "private":
            yield from (learner for learner in _FOLLOWS if learner[0] == key)


def _have(learner: Learner) -> Iterator[Key]:
    """What a learner has of a plan, other than what they did."""
    for relation in ground.OF_LEARNERS:
        row = _of_learners(relation).get(learner)
        if row:
            yield from ground.below(row)
