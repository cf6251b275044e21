"""`learnbase plan`: ask for plans, follow them, read them, as the person who signed in."""

from __future__ import annotations

from typing import Annotated

import typer

from learnbase.cli import proposals, schedules
from learnbase.cli.outcome import conclude, show_plan, show_proposal
from learnbase.cli.output import AsJson, print_json
from learnbase.cli.session import person_api
from learnbase.cli.which import Plan, latest_generation, plan_id

app = typer.Typer(
    help="Ask for a plan, follow it, read it; as whoever signed in.",
    no_args_is_help=True,
    add_completion=False,
)


@app.command()
def create(  # noqa: PLR0917 - one for each field of the form
    topic: Annotated[str, typer.Argument(help="What to learn.")],
    level: Annotated[str, typer.Option(help="beginner, intermediate or advanced")] = "beginner",
    hours: Annotated[str, typer.Option(help="Hours a week: 0 to 80, or a range such as 3-5")] = "5",
    style: Annotated[
        str, typer.Option(help="reading, video, practice (hands-on) or mixed")
    ] = "mixed",
    start: Annotated[str | None, typer.Option(help="First day, YYYY-MM-DD")] = None,
    deadline: Annotated[str | None, typer.Option(help="Last day, YYYY-MM-DD")] = None,
    notes: Annotated[str | None, typer.Option(help="What the planner should know besides")] = None,
    language: Annotated[str, typer.Option(help="Language tag of the plan")] = "en",
    public: Annotated[bool, typer.Option(help="Let any signed-in person read it")] = False,
    key: Annotated[
        str | None, typer.Option(help="Your own key: repeated, it makes no second plan")
    ] = None,
    wait: Annotated[bool, typer.Option(help="Follow it until it is done")] = True,
    as_json: AsJson = False,
) -> None:
    """Ask for a plan, and follow it until it is there."""
    with person_api() as api:
        receipt = api.call(
            "create_plan",
            topic=topic,
            skill_level=level,
            weekly_hours=hours,
            learning_style=style,
            start_date=start,
            deadline_date=deadline,
            notes=notes,
            visibility="public" if public else "private",
            language=language,
            request_key=key,
        )
        conclude(api, receipt, wait=wait, as_json=as_json)


@app.command()
def show(
    plan: Plan = None,
    proposal: Annotated[
        bool, typer.Option("--proposal", help="How it would change, instead: the open proposal.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print a plan: weeks, days, tasks, minutes, links, totals."""
    with person_api() as api:
        print_it = show_proposal if proposal else show_plan
        print_it(api, plan_id(api, plan), as_json=as_json)


@app.command("list")
def list_plans(as_json: AsJson = False) -> None:
    """List my plans and those I follow, with progress and what is due this week."""
    with person_api() as api:
        plans = api.call("dashboard")
    if as_json:
        print_json(plans)
        return
    from learnbase.cli.plan_page import print_dashboard  # noqa: PLC0415 - slow to import

    print_dashboard(plans)


@app.command()
def cancel(plan: Plan = None) -> None:
    """Stop the generation of a plan that is under way."""
    with person_api() as api:
        api.call("cancel_generation", generation_id=latest_generation(api, plan_id(api, plan)))
    typer.echo("Cancelled.")


@app.command()
def retry(
    plan: Plan = None,
    wait: Annotated[bool, typer.Option(help="Follow it until it is done")] = True,
    as_json: AsJson = False,
) -> None:
    """Ask again for a plan whose generation failed or was cancelled."""
    with person_api() as api:
        chosen = plan_id(api, plan)
        generation = api.call("retry_generation", generation_id=latest_generation(api, chosen))
        receipt = {"plan_id": chosen, "generation_id": generation}
        conclude(api, receipt, wait=wait, as_json=as_json)


_DECIDING = (proposals.regenerate, proposals.accept, proposals.reject, proposals.undo)
_IN_THE_WEEK = (schedules.feasibility, schedules.sessions, schedules.catch_up)
for _command in (*_DECIDING, *_IN_THE_WEEK):
    app.command()(_command)
