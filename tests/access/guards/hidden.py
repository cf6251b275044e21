"""What people may execute in private checks who asks; a ledger stays; guesses are not told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.access.guards.acts import DONE, LEDGER, PLANS, at, gives, say, write
from tests.access.probes import Outcome, Probe, Request, quoted, refused

if TYPE_CHECKING:
    from collections.abc import Iterator


def probes() -> Iterator[Probe]:
    """All of them."""
    yield from _behind_the_functions()
    yield from _upkeep()
    yield from _counting()


def _behind_the_functions() -> Iterator[Probe]:
    ada, plan = "ada private", at("ada private", "plan")
    empty = at("zoe bare", "plan")

    def ask(name: str, actor: str, statement: str, outcome: Outcome) -> Probe:
        function = statement.partition("private.")[2].partition("(")[0]
        return say(name, actor, statement, outcome, f"private.{function}", "private.reads_plan")

    nothing, hidden = Outcome(DONE, rows=0), refused(404, "plan_not_found")
    unknown = refused(404, "generation_not_found")
    no, unchanged = Outcome(DONE, look=gives([False])), Outcome(DONE)
    for eve in ("another learner", "deleted account"):
        for statement, thing, outcome in (
            ("select private.request_generation({}, 'create')", plan, hidden),
            ("select private.cancel_own_generation({})", at(ada, "request"), unknown),
            ("select private.own_plan_impact({})", plan, hidden),
            ("select private.await_planner({})", empty, unchanged),
            ("select plan_id from private.plan_figures({})", plan, nothing),
            ("select plan_id from private.module_figures({})", at(ada, "module 1"), nothing),
            ("select private.owns_plan({})", plan, no),
            ("select private.owns_module({})", at(ada, "module 1"), no),
            ("select private.owns_task({})", at(ada, "task 1"), no),
        ):
            yield ask("something of somebody else's", eve, quoted(statement, thing), outcome)
    for statement in (
        "select plan_id from private.find_plans('Sailing', 100)",
        "select plan_id from private.own_due_tasks(now())",
        "select plan_id from private.own_dashboard(now())",
        quoted("select plan_id from private.plan_figures({})", at("ada public", "plan")),
    ):
        yield ask("nobody has nothing", "deleted account", statement, nothing)
    full = quoted("select private.await_planner({})", at("eve private", "plan"))
    yield say(
        "a plan with modules is not awaited",
        "another learner",
        full,
        Outcome(DONE),
        "private.await_planner",
    )
    yield say(
        "an account that is gone deletes nobody",
        "deleted account",
        "select private.delete_own_account()",
        Outcome(DONE),
        "private.delete_own_account",
    )


def _upkeep() -> Iterator[Probe]:
    kept = Outcome(frozenset({400}), code="23001")
    for statement in (
        "update private.usage_ledger set quantity = -1",
        "delete from private.usage_ledger",
        "truncate private.usage_ledger",
    ):
        yield say(
            f"the ledger is append-only: {statement}",
            "the database's owner",
            statement,
            kept,
            LEDGER,
        )


def _counting() -> Iterator[Probe]:
    refusal = refused(400, "count_not_allowed")
    for count in ("planned", "estimated"):
        request = Request("GET", PLANS, prefer=f"count={count}")
        for actor in ("owner", "another learner", "no token"):
            yield write(f"a {count} count", actor, request, refusal, about="private.pre_request")
        told = Outcome(frozenset({200, 206}))
        yield write(f"a {count} count", "service", request, told, about="private.pre_request")
