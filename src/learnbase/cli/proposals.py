"""`learnbase plan regenerate`, `accept`, `reject`, `undo`: a plan made anew, and deciding on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from learnbase.cli.outcome import conclude
from learnbase.cli.output import AsJson, print_json
from learnbase.cli.session import person_api
from learnbase.cli.which import Plan, module_id, plan_id, proposal_id
from learnbase.errors import LearnbaseError, UsageError

if TYPE_CHECKING:
    from learnbase.services.person import PersonApi

Proposal = Annotated[
    str | None,
    typer.Argument(
        metavar="[PLAN|PROPOSAL]", help="Id of either, or its beginning; may be left out for one."
    ),
]
# What the API says to do, in the words of this command line.
_REMEDIES = {
    "plan_moved_on": "Read it with: learnbase plan show; ask anew with: learnbase plan regenerate",
    "task_is_taken": "Nothing was changed; ask anew with: learnbase plan regenerate",
    "proposal_decided": "See it with: learnbase plan show --proposal; an accepted one can be taken "
    "back with: learnbase plan undo",
    "proposal_not_accepted": "Only an accepted one can be undone; see it with: "
    "learnbase plan show --proposal",
    "nothing_remains": "Ask for all of it anew with --whole, or make another plan",
}


def regenerate(  # noqa: PLR0917 - one for each part of the wish
    plan: Plan = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="All of it; by default what remains of it.")
    ] = False,
    module: Annotated[
        int | None, typer.Option("--module", metavar="WEEK", min=1, help="This week alone.")
    ] = None,
    wish: Annotated[str | None, typer.Option(help="What should be different, in words.")] = None,
    key: Annotated[
        str | None, typer.Option(help="Your own key: repeated, it asks only once.")
    ] = None,
    wait: Annotated[bool, typer.Option(help="Follow it until it is done.")] = True,
    as_json: AsJson = False,
) -> None:
    """Ask for a plan anew: makes a proposal, shows the difference, and changes nothing."""
    if whole and module is not None:
        raise UsageError(
            "It is all of the plan or one week of it", remedy="Leave out --whole or --module"
        )
    with person_api() as api:
        chosen = plan_id(api, plan)
        if module is None:
            scope = "whole" if whole else "remaining"
            asked = {"plan_id": chosen, "scope": scope}
        else:
            asked = {"module_id": module_id(api, chosen, module)}
        name = "regenerate_plan" if module is None else "regenerate_module"
        receipt = _called(api, name, **asked, wish=wish, request_key=key)
        conclude(api, receipt, wait=wait, as_json=as_json)


def accept(proposal: Proposal = None, as_json: AsJson = False) -> None:
    """Make the plan as its open proposal says: all of it, or nothing."""
    _decide(
        proposal,
        "accept",
        "Accepted: the plan is as proposed. Take it back with: learnbase plan undo {proposal_id}",
        as_json=as_json,
    )


def reject(proposal: Proposal = None, as_json: AsJson = False) -> None:
    """Refuse the open proposal for a plan; the plan stays as it is."""
    _decide(proposal, "reject", "Refused: the plan stays as it is.", as_json=as_json)


def undo(proposal: Proposal = None, as_json: AsJson = False) -> None:
    """Bring back what was before the last proposal was accepted, with the same ids."""
    _decide(proposal, "undo", "Undone: the plan is what it was.", as_json=as_json)


def _decide(given: str | None, verb: str, said: str, *, as_json: bool) -> None:

    with person_api() as api:
        chosen = proposal_id(api, given, "accepted" if verb == "undo" else "open")
        receipt = _called(api, f"{verb}_proposal", proposal_id=chosen)
    if as_json:
        print_json(receipt)
    else:
        typer.echo(said.format_map(receipt))


def _called(api: PersonApi, function: str, **arguments: Any) -> Any:

    try:
        return api.call(function, **arguments)
    except LearnbaseError as refusal:
        refusal.remedy = _REMEDIES.get(refusal.code or "", refusal.remedy)
        raise
