"""`learnbase plan`: ask for plans, follow them, read them, as the person who signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from learnbase.services.person import PersonApi

app = typer.Typer(
    help="Ask for a plan, follow it, read it; as whoever signed in.",
    no_args_is_help=True,
    add_completion=False,
)

AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
Plan = Annotated[
    str | None, typer.Argument(help="Id of the plan, or its beginning; the newest if left out.")
]


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
    from learnbase.cli.session import person_api  # noqa: PLC0415 - slow to import

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
        _conclude(api, receipt, wait=wait, as_json=as_json)


@app.command()
def show(plan: Plan = None, as_json: AsJson = False) -> None:
    """Print a plan: weeks, days, tasks, minutes, links, totals."""
    from learnbase.cli.session import person_api  # noqa: PLC0415 - slow to import

    with person_api() as api:
        _show(api, _plan_id(api, plan), as_json=as_json)


@app.command("list")
def list_plans(as_json: AsJson = False) -> None:
    """List my plans and those I follow, with progress and what is due this week."""
    from learnbase.cli.session import person_api  # noqa: PLC0415 - slow to import

    with person_api() as api:
        plans = api.call("dashboard")
    if as_json:
        _print_json(plans)
        return
    from learnbase.cli.plan_page import print_dashboard  # noqa: PLC0415 - slow to import

    print_dashboard(plans)


@app.command()
def cancel(plan: Plan = None) -> None:
    """Stop the generation of a plan that is under way."""
    from learnbase.cli.session import person_api  # noqa: PLC0415 - slow to import

    with person_api() as api:
        api.call("cancel_generation", generation_id=_latest_generation(api, _plan_id(api, plan)))
    typer.echo("Cancelled.")


@app.command()
def retry(
    plan: Plan = None,
    wait: Annotated[bool, typer.Option(help="Follow it until it is done")] = True,
    as_json: AsJson = False,
) -> None:
    """Ask again for a plan whose generation failed or was cancelled."""
    from learnbase.cli.session import person_api  # noqa: PLC0415 - slow to import

    with person_api() as api:
        plan_id = _plan_id(api, plan)
        generation = api.call("retry_generation", generation_id=_latest_generation(api, plan_id))
        receipt = {"plan_id": plan_id, "generation_id": generation}
        _conclude(api, receipt, wait=wait, as_json=as_json)


def _conclude(api: PersonApi, receipt: dict[str, str], *, wait: bool, as_json: bool) -> None:
    from learnbase.errors import Rejected  # noqa: PLC0415 - keeps --help quick

    if not wait:
        if as_json:
            _print_json(receipt)
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
    _show(api, receipt["plan_id"], as_json=as_json)


def _show(api: PersonApi, plan_id: str, *, as_json: bool) -> None:
    from learnbase.errors import NotFound  # noqa: PLC0415 - keeps --help quick

    plan = api.whole_plan(plan_id)
    if plan is None:
        raise NotFound(
            f"There is no plan {plan_id}", remedy="See your plans with: learnbase plan list"
        )
    if as_json:
        _print_json(plan)
        return
    from learnbase.cli.plan_page import print_plan  # noqa: PLC0415 - slow to import

    generations = api.rows("plan_generations", plan_id=plan_id, status="succeeded")
    print_plan(plan, generations[-1]["output_summary"] if generations else None)


def _plan_id(api: PersonApi, given: str | None) -> str:
    from learnbase.errors import NotFound, UsageError  # noqa: PLC0415 - keeps --help quick

    if given is not None and len(given) == len("00000000-0000-0000-0000-000000000000"):
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


def _latest_generation(api: PersonApi, plan_id: str) -> str:
    from learnbase.errors import NotFound  # noqa: PLC0415 - keeps --help quick

    generations = api.rows("plan_generations", select="id,created_at", plan_id=plan_id)
    if not generations:
        raise NotFound(
            "This plan was never asked of a planner",
            remedy="It was written by hand, or is not yours",
        )
    return str(max(generations, key=lambda g: g["created_at"])["id"])


def _print_json(body: Any) -> None:
    import json  # noqa: PLC0415 - keeps --help quick

    typer.echo(json.dumps(body, indent=2, ensure_ascii=False))
