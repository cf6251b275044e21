"""`learnbase plan feasibility`, `sessions`, `catch-up`: a plan in the week of whoever signed in."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from learnbase.cli.output import AsJson, print_json
from learnbase.cli.session import person_api
from learnbase.cli.which import Plan, plan_id
from learnbase.errors import NotFound, Rejected, Unavailable, UsageError

if TYPE_CHECKING:
    from learnbase.services.person import PersonApi

Choice = Literal["more_hours", "later_date", "fewer_tasks"]
Decision = Literal["accept", "reject", "undo"]
_POLL_SECONDS = 0.25
_PATIENCE_SECONDS = 30
_LONELY_SECONDS = 5
_WAITING_FOR = {"accept": "open", "reject": "open", "undo": "applied"}
_SAID = {
    "accept": "Your sessions were moved. Take it back with: learnbase plan catch-up --decide undo",
    "reject": "Your sessions stay where they are.",
    "undo": "Your sessions are where they were.",
}


def feasibility(  # noqa: PLR0917 - one for each field of the form
    plan: Plan = None,
    topic: Annotated[
        str | None, typer.Option(help="Ask before there is a plan: what would be learned.")
    ] = None,
    level: Annotated[str, typer.Option(help="beginner, intermediate or advanced")] = "beginner",
    hours: Annotated[int, typer.Option(min=0, max=80, help="Hours a week")] = 5,
    style: Annotated[str, typer.Option(help="reading, video, practice or mixed")] = "mixed",
    start: Annotated[str | None, typer.Option(help="First day, YYYY-MM-DD")] = None,
    deadline: Annotated[str | None, typer.Option(help="Last day, YYYY-MM-DD")] = None,
    choose: Annotated[
        Choice | None, typer.Option(help="Take one of the choices, and place the plan anew.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say whether a plan fits before its deadline, and what would make it fit."""
    if topic is not None and (plan is not None or choose is not None):
        raise UsageError(
            "--topic asks about a plan that is not there yet",
            remedy="Leave out the plan and --choose, or leave out --topic",
        )
    with person_api() as api:
        if topic is not None:
            wish = {"topic": topic, "skill_level": level, "weekly_hours": hours}
            wish |= {"learning_style": style, "start_date": start, "deadline_date": deadline}
            found = _before(api, wish)
        else:
            chosen = plan_id(api, plan)
            if choose is not None:
                if schedule_of(api, chosen)["fits"]:
                    raise UsageError(
                        "It fits already: there is nothing to choose",
                        remedy="See it with: learnbase plan feasibility",
                    )
                api.call("choose_feasibility", plan_id=chosen, choice=choose)
            found = schedule_of(api, chosen)
    if as_json:
        print_json(found)
        return
    from learnbase.cli.schedule_page import print_feasibility  # noqa: PLC0415 - slow to import

    print_feasibility(found, before=topic is not None)


def sessions(
    plan: Plan = None,
    past: Annotated[bool, typer.Option("--past", help="Those that are over, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print when to work on what: my sessions of a plan."""
    with person_api() as api:
        chosen = plan_id(api, plan)
        schedule = schedule_of(api, chosen)
        rows = api.rows("sessions", select="*,tasks(title)", plan_id=chosen)
        zone = api.rows("users", select="time_zone")[0]["time_zone"]
    rows.sort(key=lambda row: (row["starts_at"], row["id"]))
    if as_json:
        print_json(rows)
        return
    from learnbase.cli.schedule_page import print_sessions  # noqa: PLC0415 - slow to import

    print_sessions(rows, schedule, zone, past=past)


def catch_up(
    plan: Plan = None,
    decide: Annotated[
        Decision | None, typer.Option(help="accept, reject or undo the newest; by default look.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Look now at what slipped, as every night, and show what would move; or decide on it."""
    with person_api() as api:
        chosen = plan_id(api, plan)
        if decide is None:
            schedule_of(api, chosen)
            api.call("catch_up", plan_id=chosen)
            schedule_of(api, chosen)
            found = _newest(api, chosen, "open")
        else:
            found = _newest(api, chosen, _WAITING_FOR[decide])
            if found is None:
                raise NotFound(
                    f"There is no catch-up to {decide}", remedy="Look with: learnbase plan catch-up"
                )
            receipt = api.call(f"{decide}_catch_up", catch_up_id=found["id"])
        zone = api.rows("users", select="time_zone")[0]["time_zone"]
    if as_json:
        print_json(found if decide is None else receipt)
    elif decide is not None:
        typer.echo(_SAID[decide])
    elif found is None:
        typer.echo("You are on course: nothing to move.")
    else:
        from learnbase.cli.schedule_page import print_catch_up  # noqa: PLC0415 - slow to import

        print_catch_up(found, zone)


def schedule_of(
    api: PersonApi, plan: str, *, patience: float = _PATIENCE_SECONDS
) -> dict[str, Any]:
    """The schedule of a plan, once it is current; asked for, where there is none.

    Raises:
        NotFound: they do not learn by this plan.
        Rejected: it could not be made; with the reason.
        Unavailable: no worker made it in time.
    """
    began = time.monotonic()
    told = False
    while time.monotonic() - began < patience:
        found = api.rows("plan_schedules", plan_id=plan)
        if not found:
            api.call("schedule_plan", plan_id=plan)
            continue
        if found[0]["status"] == "failed":
            reason = found[0]["error"] or {}
            raise Rejected(
                reason.get("message", "The schedule could not be made"),
                remedy="Ask again by changing something, or look at: learnbase jobs list",
                code=reason.get("code"),
            )
        if found[0]["status"] == "ready":
            return found[0]
        if time.monotonic() - began > _LONELY_SECONDS and not told and patience > _LONELY_SECONDS:
            typer.echo("Waiting for a worker (is one running? learnbase work)", err=True)
            told = True
        time.sleep(_POLL_SECONDS)
    raise Unavailable(
        "The schedule is not made yet", remedy="Is a worker running? (learnbase work)"
    )


def _before(api: PersonApi, wish: dict[str, Any]) -> dict[str, Any]:
    import datetime as dt  # noqa: PLC0415 - keeps --help quick

    from learnbase.scheduling import before  # noqa: PLC0415 - slow to import

    now = dt.datetime.now(dt.UTC).isoformat()
    return before(wish | {"availability": api.call("my_availability"), "now": now})


def _newest(api: PersonApi, plan: str, status: str) -> dict[str, Any] | None:
    found = api.rows("catch_ups", plan_id=plan, status=status)
    return max(found, key=lambda row: row["created_at"]) if found else None
