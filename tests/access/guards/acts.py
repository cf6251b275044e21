"""How a single guard is tried: a write, a call, or something said in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.access.ground import ident
from tests.access.probes import Outcome, Probe, Request

if TYPE_CHECKING:
    from collections.abc import Callable

PLANS, GENERATIONS = "public.learning_plans", "public.plan_generations"
TASKS, USERS = "public.tasks", "public.users"
LEDGER, MESSAGES = "private.usage_ledger", "pgmq.q_generate_plan"
REQUESTS = "private.plan_requests"
DONE = frozenset({200, 201, 204})
WISH = {
    "topic": "Rowing",
    "skill_level": "beginner",
    "weekly_hours": 5,
    "learning_style": "mixed",
}


def write(
    name: str, actor: str, request: Request, outcome: Outcome, *prepare: str, about: str = ""
) -> Probe:
    about_all = (about or request.relation, request.relation)
    return Probe(f"{actor}: {name}", actor, request, outcome, about_all, prepare)


def call(
    name: str,
    actor: str,
    function: str,
    arguments: dict[str, Any],
    outcome: Outcome,
    *prepare: str,
    about: str = "",
) -> Probe:
    schema, _, bare = function.partition(".")
    request = Request("POST", f"{schema}.rpc/{bare}", arguments, prefer="")
    return Probe(
        f"{actor}: {name}", actor, request, outcome, (about or function, function), prepare
    )


def say(name: str, actor: str, statement: str, outcome: Outcome, *about: str) -> Probe:
    """Something that the API does not serve, said in SQL."""
    return Probe(f"{actor}: {name}", actor, Request("SQL", "sql.", statement), outcome, about)


def at(plan: str, thing: str) -> str:
    return ident(f"{plan} {thing}")


def gives(wanted: object) -> Callable[[Any], str]:
    """The answer is just this."""

    def look(body: Any) -> str:
        return "" if body == wanted else f"answered {body}, decided was {wanted}"

    return look
