"""The probes of functions: every one of them, called by everybody, about everybody's plans."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from tests.access import ground, matrix, wishes
from tests.access.actors import ACTORS, Actor
from tests.access.expectations import FUNCTIONS
from tests.access.ground import ident
from tests.access.learner_calls import of_learners
from tests.access.letter_calls import of_letters, of_mail
from tests.access.outside_calls import of_outside
from tests.access.outside_worker_calls import of_the_outside
from tests.access.probes import (
    CLOSED,
    NOT_SIGNED_IN,
    REJECTED,
    Effect,
    Key,
    Outcome,
    Probe,
    Request,
    quoted,
    refused,
)
from tests.access.worker_calls import Call, answers, of_workers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_DONE = frozenset({200, 204})
_PLANS = "public.learning_plans"
_SHOWN = "public.plan_progress"  # the dashboard's figures are those of the view
_GENERATIONS = "public.plan_generations"
_LEDGER = "private.usage_ledger"
_MESSAGES = "pgmq.q_generate_plan"


def probes(functions: list[str] | None = None) -> Iterator[Probe]:
    """All of them; of some functions alone, if they are named."""
    for name in functions or FUNCTIONS:
        if name == "public.progress":
            yield from _embedded()
            continue
        for actor in ACTORS:
            for place in FUNCTIONS[name].places or {"": frozenset()}:
                if wishes.is_meant(place, actor):
                    yield _probe(name, place, actor)


def _probe(name: str, place: str, actor: Actor) -> Probe:
    call = _call(name, place, actor)
    schema, _, function = name.partition(".")
    about = {key[0] for key in call.effect.changed} | {added[0] for added in call.effect.added}
    return Probe(
        f"{actor.name} calls {name}" + (f" ({place})" if place else ""),
        actor.name,
        Request("POST", f"{schema}.rpc/{function}", call.arguments, prefer=""),
        _outcome(name, place, actor, call),
        (name, *sorted(about | {_PLANS})),
        call.prepare,
    )


def _outcome(name: str, place: str, actor: Actor, call: Call) -> Outcome:
    decided = FUNCTIONS[name]
    if actor.standing == "rejected":
        return REJECTED
    if actor.standing == "nobody":
        return NOT_SIGNED_IN
    of_people = bool(decided.callers - {"service"})
    if actor.name not in decided.callers and not (actor.standing == "ghost" and of_people):
        return CLOSED
    if actor.standing == "ghost" and decided.to_nobody:
        return refused(*decided.to_nobody)
    if place and actor.name not in decided.places[place]:
        return refused(*decided.refusal)
    return Outcome(_DONE, effect=call.effect, look=call.look)


# Each call ---------------------------------------------------------------------------------------


def _call(name: str, place: str, actor: Actor) -> Call:
    plan = wishes.label(place, actor)
    if name.startswith("worker."):
        made = of_workers(name) or of_the_outside(name) or of_letters(name)
    else:
        made = (
            of_learners(name, place, actor)
            or of_outside(name, place, actor)
            or of_mail(name, actor)
            or _of_people(name, plan, actor)
        )
    if made is None:
        raise LookupError(name)
    return made


def _of_people(name: str, label: str, actor: Actor) -> Call | None:  # noqa: C901, PLR0911 - a case each
    def at(thing: str) -> str:
        return ident(f"{label} {thing}")

    person = ident(actor.person) if actor.person else None
    revised: dict[Key, frozenset[str]] = {
        (_PLANS, at("plan")): frozenset({"revision", "updated_at"})
    }
    moved = frozenset({"order", "updated_at"})
    match name.removeprefix("public."):
        case "create_plan":
            wish = {"topic": "Rowing", "skill_level": "beginner", "weekly_hours": "5"}
            added = (
                (_PLANS, {"user_id": person, "topic": "Rowing", "visibility": "private"}),
                (_GENERATIONS, {"status": "queued", "kind": "create", "model": "pending"}),
                (_LEDGER, {"person": person, "quantity": 1, "kind": "generation"}),
                (_MESSAGES, {"read_ct": 0}),
            )
            return Call({**wish, "learning_style": "mixed"}, Effect(added=added))
        case "cancel_generation":
            request = at("request")
            back = {"person": person, "quantity": -1, "generation_id": request}
            effect = Effect(
                added=((_LEDGER, back),),
                changed={(_GENERATIONS, request): frozenset({"status", "finished_at"})},
                said={(_GENERATIONS, request): {"status": "cancelled"}},
            )
            return Call({"generation_id": request}, effect)
        case "retry_generation":
            again = {"plan_id": at("plan"), "status": "queued", "kind": "regenerate_plan"}
            effect = Effect(
                added=(
                    (_GENERATIONS, again),
                    (_LEDGER, {"person": person, "quantity": 1}),
                    (_MESSAGES, {"read_ct": 0}),
                )
            )
            over = quoted(
                "update public.plan_generations set status = 'failed' where id = {}", at("request")
            )
            return Call({"generation_id": at("failure")}, effect, prepare=(over,))
        case "regenerate_plan" | "regenerate_module":
            scope = "remaining" if name.endswith("plan") else None
            week = None if scope else at("module 1")
            kind = name.removeprefix("public.")
            again = {"plan_id": at("plan"), "kind": kind, "scope": scope, "module_id": week}
            effect = Effect(
                added=(
                    (_GENERATIONS, {**again, "status": "queued"}),
                    (_LEDGER, {"person": person, "quantity": 1}),
                    (_MESSAGES, {"read_ct": 0}),
                )
            )
            over = quoted(
                "update public.plan_generations set status = 'failed' where id = {}", at("request")
            )
            about = {"plan_id": at("plan")} if scope else {"module_id": week}
            return Call(about, effect, prepare=(over,))
        case "accept_proposal" | "reject_proposal" | "undo_proposal":
            return _decision(name.removeprefix("public.").removesuffix("_proposal"), at)
        case "plan_roadmap":
            return Call({"plan_id": at("plan")}, look=_is_roadmap)
        case "plan_impact":
            return Call({"plan_id": at("plan")}, look=lambda body: _is_impact(label, body))
        case "reorder_modules":
            effect = Effect(
                changed={
                    **{("public.modules", at(f"module {n}")): moved for n in (1, 2)},
                    **revised,
                }
            )
            turned = [at("module 2"), at("module 1")]
            return Call({"plan_id": at("plan"), "module_ids": turned}, effect)
        case "reorder_tasks":
            effect = Effect(
                changed={**{("public.tasks", at(f"task {n}")): moved for n in (1, 2)}, **revised}
            )
            turned = [at("task 2"), at("task 1")]
            return Call({"module_id": at("module 1"), "task_ids": turned}, effect)
        case _:
            return _of_oneself(name, actor)


def _decision(how: str, at: Callable[[str], str]) -> Call:
    """A proposal that changes nothing but says so: the plan gets a revision, and an origin."""
    which, plan = at("proposal"), (_PLANS, at("plan"))
    proposal = ("public.plan_proposals", which)
    arguments = {"proposal_id": which}
    decided = frozenset({"status", "decided_at"})
    if how == "reject":
        return Call(arguments, Effect(changed={proposal: decided}))
    if how == "accept":
        effect = Effect(
            added=(("private.proposal_snapshots", {"proposal_id": which}),),
            changed={
                proposal: decided | {"accepted_revision"},
                plan: frozenset({"origin", "revision", "updated_at"}),
            },
            said={proposal: {"status": "accepted"}, plan: {"origin": "ai"}},
        )
        return Call(arguments, effect)
    accepted = quoted(
        "update public.plan_proposals set status = 'accepted', accepted_revision = 1 where id = {}",
        which,
    )
    kept = quoted(
        "insert into private.proposal_snapshots (proposal_id, snapshot) values ({}, '{{"
        '"origin": "template", "modules": [], "tasks": [], "task_resources": [], "task_links": [],'
        ' "task_progress": [], "new_modules": [], "new_tasks": []'
        "}}')",
        which,
    )
    effect = Effect(
        gone=frozenset({("private.proposal_snapshots", which)}),
        changed={proposal: decided, plan: frozenset({"origin", "revision", "updated_at"})},
        said={proposal: {"status": "undone"}, plan: {"origin": "template"}},
    )
    return Call(arguments, effect, prepare=(accepted, kept))


def _of_oneself(name: str, actor: Actor) -> Call | None:
    mine = {row.key for row in ground.ROWS if row.relation == _PLANS and _is_of(actor, row)}
    followed = {ident("ada public plan")} if actor.person == "ben" else set()
    match name.removeprefix("public."):
        case "search_plans":
            readable = matrix.visible(_PLANS, actor) if actor.standing == "person" else set()
            bare = ident("zoe bare plan")
            return Call(
                {"query": "Sailing", "max_results": 100},
                look=lambda body: (
                    _are("plan_id", body, readable - {bare})
                    or _say("is_mine", body, "plan_id", mine)
                ),
            )
        case "dashboard":
            return Call(
                {},
                look=lambda body: (
                    _are("plan_id", body, mine | followed)
                    or _say("is_mine", body, "plan_id", mine)
                    or _have_generation(body, mine)
                    or next(filter(None, (matrix.figures(_SHOWN, actor, row) for row in body)), "")
                ),
            )
        case "due_tasks":
            return Call({}, look=lambda body: _are("plan_id", body, mine | followed))
        case "my_usage":
            return Call({}, look=lambda body: _uses(body, len(mine)))
        case _:
            return None


def _embedded() -> Iterator[Probe]:
    """progress() is a computed column: whoever reads the row reads its figures."""
    for relation, view in (
        ("public.learning_plans", "public.plan_progress"),
        ("public.modules", "public.module_progress"),
    ):
        for actor in ACTORS:
            manner = {"rejected": REJECTED, "nobody": NOT_SIGNED_IN}.get(actor.standing)
            look = partial(_have_figures, matrix.visible(relation, actor), view, actor)
            yield Probe(
                f"{actor.name} embeds progress in {relation}",
                actor.name,
                Request("GET", relation, params=(("select", "id,progress(*)"),), prefer=""),
                manner or Outcome(frozenset({200}), look=look),
                ("public.progress", relation, view),
            )


def _have_figures(wanted: set[str], view: str, actor: Actor, body: Any) -> str:
    seen = _are("id", body, wanted)
    if seen or not all(row["progress"] for row in body):
        return seen or "gave no figures"
    wrong = (matrix.figures(view, actor, row["progress"]) for row in body)
    return next(filter(None, wrong), "")


# Looking at answers ------------------------------------------------------------------------------


def _is_of(actor: Actor, row: ground.Row) -> bool:
    return actor.standing == "person" and row.owner == actor.person


def _are(column: str, body: Any, wanted: set[str]) -> str:
    return answers(sorted({row[column] for row in body}), sorted(wanted))


def _say(column: str, body: Any, key: str, wanted: set[str]) -> str:
    return answers({row[key] for row in body if row[column]}, wanted & {row[key] for row in body})


def _have_generation(body: Any, mine: set[str]) -> str:
    return answers({row["plan_id"] for row in body if row["generation"]}, mine)


def _uses(body: Any, plans: int) -> str:
    """Each plan of the little world has one request under way, which was charged."""
    wanted = dict.fromkeys(("plans", "generations_in_flight", "generations_this_month"), plans)
    return answers({name: (body or {}).get(name) or 0 for name in wanted}, wanted)


def _is_roadmap(body: Any) -> str:
    return answers([len(week["tasks"]) for week in body["weeks"]], [2, 0])


def _is_impact(label: str, body: Any) -> str:
    below = [row for row in ground.ROWS if row.plan == label]
    ticks = [row.owner for row in below if row.relation == "public.task_progress"]
    others = [name for name in ticks if name != "ada"]
    wanted = {
        "modules": 2,
        "tasks": 2,
        "links": 2,
        "generations": 3,
        "followers": sum(row.relation == "public.plan_followers" for row in below),
        "other_learners_with_progress": len(set(others)),
        "my_completed_tasks": len(ticks) - len(others),
        "their_completed_tasks": len(others),
    }
    return answers(body, wanted)
