"""Which plan, week or proposal somebody means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from learnbase.errors import NotFound, UsageError

if TYPE_CHECKING:
    from learnbase.services.person import PersonApi

Plan = Annotated[
    str | None, typer.Argument(help="Id of the plan, or its beginning; the newest if left out.")
]
_WHOLE_ID = len("00000000-0000-0000-0000-000000000000")
_ASK_FOR_ONE = "Ask for one with: learnbase plan regenerate"


def plan_id(api: PersonApi, given: str | None) -> str:
    """The id of the plan.

    Raises:
        NotFound: no plan of theirs begins so.
        UsageError: several do.
    """
    if given is not None and len(given) == _WHOLE_ID:
        return given
    found = [p["plan_id"] for p in api.call("dashboard") if p["plan_id"].startswith(given or "")]
    if not found:
        raise NotFound(
            f"No plan of yours begins with {given}" if given else "You have no plan yet",
            remedy="Ask for one with: learnbase plan create TOPIC",
        )
    if given is not None and len(found) > 1:
        raise UsageError(f"{len(found)} plans begin with {given}", remedy="Give more of the id")
    return str(found[0])


def module_id(api: PersonApi, plan: str, week: int) -> str:
    """The id of a week of a plan.

    Raises:
        NotFound: there is no such week, or the plan is not theirs to see.
    """
    for module in api.rows("modules", select="id,order", plan_id=plan):
        if module["order"] == week:
            return str(module["id"])
    raise NotFound(
        f"There is no week {week} in plan {plan}", remedy="See its weeks with: learnbase plan show"
    )


def latest_generation(api: PersonApi, plan: str) -> str:
    """The id of the plan's newest generation.

    Raises:
        NotFound: it has none, or it is not theirs.
    """
    generations = api.rows("plan_generations", select="id,created_at", plan_id=plan)
    if not generations:
        raise NotFound(
            "This plan was never asked of a planner",
            remedy="It was written by hand, or is not yours",
        )
    return str(max(generations, key=lambda g: g["created_at"])["id"])


def proposal_id(api: PersonApi, given: str | None, status: str) -> str:
    """The id of the proposal that is meant.

    Args:
        api: as whoever asks.
        given: a proposal or plan, or the beginning of one; None for the only one there is.
        status: for a plan, its newest proposal of this status: `open` or `accepted`.

    Raises:
        NotFound: nothing of theirs begins so, or there is no such proposal for the plan.
        UsageError: more than one may be meant.
    """
    begins = (given or "").lower()
    columns = "id,plan_id,status,created_at,decided_at"
    proposals = api.rows("plan_proposals", select=columns)
    named = [row for row in proposals if given and row["id"].startswith(begins)]
    plans = {p["plan_id"] for p in api.call("dashboard") if p["is_mine"]}
    meant = {plan for plan in plans if plan.startswith(begins)}
    if given and len(named) + len(meant) > 1:
        raise UsageError(
            f"{len(named) + len(meant)} plans and proposals begin with {given}",
            remedy="Give more of the id",
        )
    if named:
        return str(named[0]["id"])
    if given and not meant:
        raise NotFound(
            f"You have no plan or proposal {given}",
            remedy="See your plans with: learnbase plan list",
        )
    standing = [row for row in proposals if row["status"] == status and row["plan_id"] in meant]
    if not standing:
        where = "for this plan" if given else "for any plan of yours"
        nothing = f"No proposal {where} is {status}"
        remedy = _ASK_FOR_ONE if status == "open" else "See it with: learnbase plan show --proposal"
        raise NotFound(nothing, remedy=remedy)
    if not given and len({row["plan_id"] for row in standing}) > 1:
        raise UsageError(
            f"{len(standing)} proposals are {status}", remedy="Say which plan or proposal"
        )
    return str(max(standing, key=_decided)["id"])


def newest_proposal(api: PersonApi, plan: str, *, select: str = "*") -> dict[str, Any]:
    """The open proposal for a plan, or else the newest there was.

    Args:
        api: as whoever asks.
        plan: its id.
        select: PostgREST's columns.

    Raises:
        NotFound: there was never one, or there is no such plan.
    """
    columns = "id,status,created_at,decided_at"
    proposals = api.rows("plan_proposals", select=columns, plan_id=plan)
    if not proposals:
        if not api.rows("learning_plans", select="id", id=plan):
            raise NotFound(
                f"There is no plan {plan}", remedy="See your plans with: learnbase plan list"
            )
        raise NotFound("Nothing was proposed for this plan", remedy=_ASK_FOR_ONE)
    wanted = max(proposals, key=lambda row: (row["status"] == "open", row["created_at"]))
    found = api.rows("plan_proposals", select=select, id=wanted["id"])
    if not found:
        raise NotFound("The plan was deleted meanwhile", remedy=_ASK_FOR_ONE)
    return found[0]


def _decided(proposal: dict[str, Any]) -> str:
    return str(proposal["decided_at"] or proposal["created_at"])
