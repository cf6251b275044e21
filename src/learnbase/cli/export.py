"""`learnbase export`: a plan as a file, or in one's Notion or Google Calendar."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - Typer reads it
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from learnbase.cli.output import AsJson, print_json
from learnbase.cli.session import person_api
from learnbase.cli.which import Plan, plan_id
from learnbase.errors import NotFound, Rejected, UsageError

if TYPE_CHECKING:
    from learnbase.services.person import PersonApi

Target = Literal["ics", "markdown", "csv", "json", "notion", "google"]
Decision = Literal["cancel", "confirm", "remove"]
_SERVICES = ("notion", "google")


def export(  # noqa: PLR0917 - one for each thing that can be said of it
    to: Annotated[Target, typer.Option("--to", help="What kind of file, or which service.")],
    plan: Plan = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Where to; a folder names it itself; - prints it."),
    ] = None,
    decide: Annotated[
        Decision | None,
        typer.Option(help="Of a service's export: stop it, give your word, or take it away."),
    ] = None,
    parent: Annotated[
        str | None, typer.Option(help="Notion: id of the page to put it under.")
    ] = None,
    wait: Annotated[bool, typer.Option(help="Follow it until it is done.")] = True,
    as_json: AsJson = False,
) -> None:
    """Write a plan as a file, or put it into Notion or Google Calendar (again: what changed)."""
    if to in _SERVICES:
        if output is not None:
            raise UsageError("--output is for files", remedy="Leave it out, or choose a file")
        with person_api() as api:
            _to_service(api, to, plan_id(api, plan), decide, parent, wait=wait, as_json=as_json)
        return
    if decide is not None or parent is not None:
        raise UsageError("--decide and --parent are for notion and google", remedy="Leave them out")
    with person_api() as api:
        document = api.call("plan_export", plan_id=plan_id(api, plan))
    from learnbase.exporting import filename, render  # noqa: PLC0415 - slow to import

    content = render(document, to)
    if output is None or str(output) == "-":
        typer.get_binary_stream("stdout").write(content)
        return
    target = output / filename(document, to) if output.is_dir() else output
    try:
        target.write_bytes(content)
    except OSError as problem:
        raise UsageError(
            f"{target} cannot be written: {problem.strerror}", remedy="Choose another --output"
        ) from problem
    typer.echo(f"Wrote {target}", err=True)


def _to_service(
    api: PersonApi,
    to: str,
    plan: str,
    decide: str | None,
    parent: str | None,
    *,
    wait: bool,
    as_json: bool,
) -> None:
    if decide is None:
        options = {"options": {"parent": {"type": "page_id", "page_id": parent}}} if parent else {}
        receipt = api.call("start_export", plan_id=plan, provider=to, **options)
    else:
        found = api.rows("exports", select="id", plan_id=plan, provider=to)
        if not found:
            raise NotFound(
                f"This plan was never exported to {to}",
                remedy=f"Export it with: learnbase export --to {to}",
            )
        receipt = api.call(f"{decide}_export", export_id=found[0]["id"])
    if wait and decide != "cancel":
        from learnbase.cli.export_page import follow, print_export  # noqa: PLC0415 - slow

        ended = follow(api, receipt["export_id"])
        if as_json:
            print_json(ended)
        else:
            print_export(ended)
        _refuse_unless_done(ended)
    elif as_json:
        print_json(receipt)
    else:
        typer.echo(f"The export is {receipt['status']}.")


def _refuse_unless_done(ended: dict[str, Any]) -> None:
    """Exit code and sentence where it did not come to its end."""
    if ended["status"] in {"succeeded", "removed"}:
        return
    reason = ended["error"] or {}
    remedy = reason.get("remedy")
    if ended["needs"] == "word":
        remedy = f"{remedy or ''} Give your word with: --decide confirm".strip()
    raise Rejected(
        reason.get("message", f"The export was {ended['status']}"),
        remedy=remedy,
        code=reason.get("code"),
    )
