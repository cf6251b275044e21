"""`learnbase export`: a plan as a file, for calendars, notebooks, tables and programs."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - Typer reads it
from typing import Annotated, Literal

import typer

from learnbase.cli.session import person_api
from learnbase.cli.which import Plan, plan_id
from learnbase.errors import UsageError

Format = Literal["ics", "markdown", "csv", "json"]


def export(
    to: Annotated[Format, typer.Option("--to", help="What kind of file.")],
    plan: Plan = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Where to; a folder names it itself; - prints it."),
    ] = None,
) -> None:
    """Write a plan as a file: ics (calendars), markdown (notebooks), csv (tables) or json."""
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
