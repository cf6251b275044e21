"""The probes of tables and views: every relation, place, command and actor; every column."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.access import ground, wishes
from tests.access.actors import ACTORS, BY_NAME, Actor
from tests.access.expectations import RELATIONS, words
from tests.access.ground import ident
from tests.access.probes import (
    CLOSED,
    NOT_SIGNED_IN,
    NOT_THEIRS,
    NOT_THERE,
    NOT_WRITABLE,
    REJECTED,
    Effect,
    Key,
    Outcome,
    Probe,
    Request,
    allowed,
    only,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.access.ground import Row, Values
    from tests.access.terms import Command

_WRITING: tuple[Command, ...] = ("insert", "update", "delete", "upsert")
_MERGE = "return=representation,resolution=merge-duplicates"
# A change of what hangs on a plan is a new revision of the plan.
_RAISES_REVISION = frozenset(
    {"public.modules", "public.tasks", "public.task_resources", "public.task_links"}
)
_WRITING_A_TASK = frozenset({"title", "description", "estimated_minutes"})
# Who changes a task's links edits the task; whether a link was looked at is no change of a plan.
_LINKS = frozenset({"public.task_resources", "public.task_links"})
_WRITING_A_LINK = frozenset({"type", "title", "url", "order"})


def of_relation(relation: str) -> Iterator[Probe]:
    """What everybody may do to the rows of each place."""
    if relation not in ground.VIEWS:
        yield _reading_system_columns(relation)
    for actor in ACTORS:
        yield _reading(relation, actor)
        for place in RELATIONS[relation].places:
            if wishes.is_meant(place, actor):
                for command in _WRITING:
                    yield from _writing(relation, place, command, actor)
    for name in ("owner", "another learner", "deleted account"):
        for command in _WRITING[1:3]:
            if command not in RELATIONS[relation].closed:
                yield _sweeping(relation, command, BY_NAME[name])


# Reading ---------------------------------------------------------------------------------------


def may(relation: str, place: str, command: Command, actor: Actor) -> bool:
    """Whether it was decided that an actor may."""
    return actor.name in RELATIONS[relation].places[place].to(command)


def visible(relation: str, actor: Actor) -> set[str]:
    """The keys of the rows that an actor may read."""
    found = set()
    for row in ground.ROWS:
        if row.relation == relation:
            place = wishes.place_of(row, relation, actor)
            # What is nobody's business here belongs to somebody else, and is private.
            if may(relation, place, "select", actor) if place else actor.standing == "service":
                found.add(row.key)
    return found


def _reading(relation: str, actor: Actor) -> Probe:
    expected = visible(relation, actor)
    decided = set(words(relation))

    def look(body: Any) -> str:
        found = {ground.key_of(relation, row) for row in body}
        if len(found) != len(body):
            return f"saw rows twice: {len(body)} in the place of {len(found)}"
        if found != expected:
            more, less = sorted(found - expected), sorted(expected - found)
            return f"saw {more} and did not see {less}"
        if body and set(body[0]) != decided:
            return f"saw other columns than were decided: {sorted(set(body[0]) ^ decided)}"
        wrong = (figures(relation, actor, row) for row in body if relation in ground.VIEWS)
        return next(filter(None, wrong), "")

    outcome = _manner(actor, is_closed="select" in RELATIONS[relation].closed)
    return Probe(
        f"{actor.name} reads {relation}",
        actor.name,
        Request("GET", relation, prefer=""),
        outcome or Outcome(frozenset({200}), look=look),
        (relation,),
    )


def figures(relation: str, actor: Actor, row: Values) -> str:
    """Figures are one's own: what others did is not counted, nor is anybody else's start taken."""
    key = ground.key_of(relation, row)
    mine = [
        other
        for other in ground.ROWS
        if other.owner == actor.person
        and key in (ident(f"{other.plan} plan"), ident(f"{other.plan} module 1"))
    ]
    done = sum(other.relation == "public.task_progress" for other in mine)
    if row["completed_tasks"] != done:
        return f"counted {row['completed_tasks']} tasks of {key}, {done} are their own"
    follows = any(other.relation == "public.plan_followers" for other in mine)
    start = "2026-02-02" if follows else ground.LONG_AGO[:10]
    if row.get("starts_on", start) != start:
        return f"begins {key} on {row['starts_on']}, and not on {start}"
    return ""


def _reading_system_columns(relation: str) -> Probe:
    """Where a row lies tells how many hidden ones lie before it."""
    return Probe(
        f"owner reads where the rows of {relation} lie",
        "owner",
        Request("GET", relation, params=(("select", "ctid"),), prefer=""),
        CLOSED,
        (relation,),
    )


# Writing ---------------------------------------------------------------------------------------


def _manner(actor: Actor, *, is_closed: bool) -> Outcome | None:
    """How somebody is refused who gets no further than the door; None for who does."""
    match actor.standing:
        case "rejected":
            return REJECTED
        case "nobody":
            return NOT_SIGNED_IN
        case "ghost" | "person" if is_closed:
            return CLOSED
        case _:
            return None


def _writing(relation: str, place: str, command: Command, actor: Actor) -> Iterator[Probe]:
    row = wishes.target(relation, place, actor)
    body, prepare = wishes.new_row(relation, place, actor)
    column, value = wishes.CHANGES[relation]
    if row is None and command in ("update", "delete"):
        return  # there is nothing of theirs to touch
    decided = RELATIONS[relation]
    if command == "insert":
        request = Request("POST", relation, body)
        changed = also(relation, place, actor) | edited(relation, body, actor)
        effect = Effect(added=((relation, body),), changed=changed)
    elif command == "delete":
        assert row
        request = Request("DELETE", relation, params=tuple(only(relation, row.values).items()))
        effect = _deletion(row, actor)
        prepare = ()
    elif command == "update":
        assert row
        where = tuple(only(relation, row.values).items())
        request = Request("PATCH", relation, {column: value}, where)
        effect = update(relation, row, {column: value}, actor, place)
        prepare = ()
    else:
        request, effect = upsert(relation, place, actor, row, body, {column: value})
        prepare = ()
    if may(relation, place, command, actor):
        outcome = allowed(effect)
    else:
        outcome = refusal(relation, command, actor, decided.closed)
        if command == "insert":
            # Nothing is read back, so the policies of reading do not help that of adding.
            request = replace(request, prefer="return=minimal")
    yield Probe(
        f"{actor.name} {command}s {relation} ({place})",
        actor.name,
        request,
        outcome,
        (relation, *{key[0] for key in effect.changed} - {relation}),
        prepare,
    )


def _sweeping(relation: str, command: Command, actor: Actor) -> Probe:
    """Everything at once, without a filter and without looking: only what is theirs is touched.

    Nothing is read here, so the policies of reading do not help those of writing.
    """
    column, value = wishes.CHANGES[relation]
    changed: dict[Key, frozenset[str]] = {}
    gone: set[Key] = set()
    for row in ground.ROWS:
        place = wishes.place_of(row, relation, actor) if row.relation == relation else ""
        if command == "delete" and row.values.get("status") == "queued":
            continue  # what is under way is cancelled, not deleted: that would make room for more
        if place and may(relation, place, command, actor):
            effect = (
                update(relation, row, {column: value}, actor, place)
                if command == "update"
                else _deletion(row, actor)
            )
            changed |= effect.changed
            gone |= effect.gone
    changed = {key: columns for key, columns in changed.items() if key not in gone}
    method, body = ("PATCH", {column: value}) if command == "update" else ("DELETE", None)
    return Probe(
        f"{actor.name} {command}s all of {relation} without a filter",
        actor.name,
        Request(method, relation, body, prefer="return=minimal"),
        Outcome(frozenset({204}), effect=Effect(changed=changed, gone=frozenset(gone))),
        (relation,),
    )


def refusal(relation: str, command: Command, actor: Actor, closed: frozenset[Command]) -> Outcome:
    if relation in ground.VIEWS and actor.standing != "rejected":
        return NOT_WRITABLE
    by_key = command == "upsert" and not RELATIONS[relation].natural_key
    outcome = _manner(actor, is_closed=command in closed or by_key)
    if outcome:
        return outcome
    if actor.standing == "service":
        return CLOSED
    if command in ("insert", "upsert") and names_whose(relation):
        return CLOSED
    return NOT_THERE if command in ("update", "delete") else NOT_THEIRS


def names_whose(relation: str) -> bool:
    """Whether a row becomes its person's by itself: to name somebody is closed to people."""
    return "add" not in words(relation).get("user_id", frozenset({"add"}))


def upsert(  # noqa: PLR0917 - a cell has so many sides
    relation: str,
    place: str,
    actor: Actor,
    row: Row | None,
    smallest: Values,
    change: Values,
) -> tuple[Request, Effect]:
    """The upsert of a row that may be there, and what it does."""
    decided = RELATIONS[relation]
    by = decided.natural_key
    said = words(relation)
    keys = ground.KEYS.get(relation, ("id",))
    if not by or (actor.standing == "service" and "computed" not in said[keys[0]]):
        by = ",".join(keys)
        body = dict(row.values) if row else dict(smallest)
    else:
        body = {name: row.values[name] if row else value for name, value in smallest.items()}
    body |= change
    request = Request("POST", relation, body, (("on_conflict", by),), _MERGE)
    if row is None:
        added = ((relation, body),)
        changed = also(relation, place, actor) | edited(relation, body, actor)
        return request, Effect(added=added, changed=changed)
    return request, update(relation, row, change, actor, place)


def also(relation: str, place: str, actor: Actor) -> dict[Key, frozenset[str]]:
    """What changes elsewhere when something is written here."""
    if relation not in _RAISES_REVISION:
        return {}
    plan = ident(f"{wishes.label(place, actor)} plan")
    return {("public.learning_plans", plan): frozenset({"revision", "updated_at"})}


def edited(relation: str, row: Values, actor: Actor) -> dict[Key, frozenset[str]]:
    """The task that somebody edits by writing one of its links."""
    if relation not in _LINKS or actor.standing != "person":
        return {}
    return {("public.tasks", row["task_id"]): frozenset({"edited_at", "updated_at"})}


def _deletion(row: Row, actor: Actor) -> Effect:
    """What is gone with a row; what hung on a plan that stays leaves it another revision."""
    gone = ground.below(row)
    plans = {
        ("public.learning_plans", ident(f"{other.plan} plan"))
        for other in ground.ROWS
        if (other.relation, other.key) in gone and other.relation in _RAISES_REVISION
    }
    changed = dict.fromkeys(plans - gone, frozenset({"revision", "updated_at"}))
    changed |= edited(row.relation, row.values, actor)
    return Effect(gone=frozenset(gone), changed=changed)


def update(relation: str, row: Row, change: Values, actor: Actor, place: str) -> Effect:
    """What an update of one row does: the columns, what the database stamps, and the revision."""
    said = words(relation)
    changed = {name for name, value in change.items() if row.values.get(name) != value}
    if not changed:
        return Effect()
    changed |= {name for name in said if "stamped" in said[name]}
    if changed & set(ground.KEYS.get(relation, ("id",))):
        # By another key it is another row.
        return Effect(added=((relation, change),), gone=frozenset({(relation, row.key)}))
    if relation == "public.learning_plans":
        changed.add("revision")
    if relation == "public.tasks" and changed & _WRITING_A_TASK and actor.standing == "person":
        changed.add("edited_at")
    if relation == "public.task_progress" and change.get("status", "completed") != "completed":
        changed.add("completed_at")
    if relation == "public.sessions" and changed & {"starts_at", "ends_at"}:
        changed |= {"sequence"} | ({"pinned_at"} if actor.standing == "person" else set())
    key = (relation, row.key)
    stamped = {name for name in said if "stamped" in said[name]}
    holds = {name: value for name, value in change.items() if name not in stamped}
    holds = {name: value for name, value in holds.items() if name in changed}
    elsewhere = also(relation, place, actor)
    if relation == "public.task_links" and not changed & _WRITING_A_LINK:
        elsewhere = {}
    elsewhere |= edited(relation, row.values, actor)
    return Effect(changed={key: frozenset(changed), **elsewhere}, said={key: holds})
