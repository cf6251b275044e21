"""What came of asking: the plan, or how it would change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from learnbase.cli.output import print_json
from learnbase.cli.which import newest_proposal
from learnbase.errors import NotFound, Rejected, Unavailable

if TYPE_CHECKING:
    from learnbase.services.person import PersonApi

_MOMENT = 5.0  # seconds


def conclude(api: PersonApi, receipt: dict[str, str], *, wait: bool, as_json: bool) -> None:
    """Follow a generation until it is done, and print what came of it.

    Args:
        api: as whoever asked.
        receipt: `plan_id` and `generation_id`.
        wait: False prints the receipt at once.
        as_json: for programs.

    Raises:
        Rejected: it failed, or was cancelled; with the reason.
    """
    if not wait:
        if as_json:
            print_json(receipt)
        else:
            typer.echo(f"Asked for plan {receipt['plan_id']}. See: learnbase plan list")
        return
    from learnbase.cli.plan_page import follow  # noqa: PLC0415 - slow to import

    generation = follow(api, receipt["generation_id"])
    if generation["status"] != "succeeded":
        reason = generation["error"] or {}
        raise Rejected(
            reason.get("message", f"The generation was {generation['status']}"),
            remedy=reason.get("remedy") or "Try again with: learnbase plan retry",
            code=reason.get("code"),
        )
    if generation["kind"] == "create":
        show_plan(api, receipt["plan_id"], as_json=as_json)
        if not as_json:
            _show_how_it_fits(api, receipt["plan_id"])
    else:
        show_proposal(api, receipt["plan_id"], as_json=as_json)


def _show_how_it_fits(api: PersonApi, plan_id: str) -> None:
    """Whether it fits, where a worker is quick to say; nobody waits long for it here."""
    from learnbase.cli.schedule_page import print_feasibility  # noqa: PLC0415 - slow to import
    from learnbase.cli.schedules import schedule_of  # noqa: PLC0415

    try:
        print_feasibility(schedule_of(api, plan_id, patience=_MOMENT))
    except Unavailable:
        typer.echo("Does it fit? See: learnbase plan feasibility")


def show_plan(api: PersonApi, plan_id: str, *, as_json: bool) -> None:
    """Print a plan.

    Raises:
        NotFound: there is none, or it is not theirs to see.
    """
    plan = api.whole_plan(plan_id)
    if plan is None:
        raise NotFound(
            f"There is no plan {plan_id}", remedy="See your plans with: learnbase plan list"
        )
    if as_json:
        print_json(plan)
        return
    from learnbase.cli.plan_page import print_plan  # noqa: PLC0415 - slow to import

    print_plan(plan, _summary(api.rows("plan_generations", plan_id=plan_id, status="succeeded")))


def show_proposal(api: PersonApi, plan_id: str, *, as_json: bool) -> None:
    """Print the open proposal for a plan, or else the newest there was.

    Raises:
        NotFound: there was never one, or there is no such plan.
    """
    if as_json:
        print_json(newest_proposal(api, plan_id))
        return
    from learnbase.cli.proposal_page import WITH_ITS_PLAN, print_proposal  # noqa: PLC0415 - slow

    print_proposal(newest_proposal(api, plan_id, select=WITH_ITS_PLAN))


def _summary(generations: list[dict[str, Any]]) -> dict[str, Any] | None:
    """What the planner said of the plan itself; a proposal's summary is another thing."""
    made = [generation for generation in generations if generation["kind"] == "create"]
    summary: dict[str, Any] | None = made[-1]["output_summary"] if made else None
    return summary
