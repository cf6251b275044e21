"""`learnbase stack`: start, stop, reset and look at the local Supabase."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from learnbase.stack import Stack

app = typer.Typer(
    help="The local Supabase: Postgres, PostgREST, Auth and a gateway, without Docker.",
    no_args_is_help=True,
    add_completion=False,
)

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing unless it fails.")]


@app.command()
def start(quiet: Quiet = False) -> None:
    """Start the stack, or apply what is new to a running one."""
    stack = _stack(quiet=quiet)
    stack.start()
    if not quiet:
        typer.echo(f"Addresses and keys: {stack.home.env_file}", err=True)


@app.command()
def stop(quiet: Quiet = False) -> None:
    """Stop the stack; its data stays."""
    if not _stack(quiet=quiet).stop() and not quiet:
        typer.echo("The stack was not running.", err=True)


@app.command()
def reset(quiet: Quiet = False) -> None:
    """Make a new database: platform, Auth's tables, migrations, seed. What was in it is gone."""
    _stack(quiet=quiet).reset()


@app.command()
def remove(quiet: Quiet = False) -> None:
    """Stop the stack and delete all that it made, its data included."""
    stack = _stack(quiet=quiet)
    stack.remove()
    if not quiet:
        typer.echo(f"Nothing of the stack is left in {stack.home.path}.", err=True)


@app.command()
def status(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Say what runs, and where; the exit code is 1 unless everything does."""
    found = _stack(quiet=True).status()
    if as_json:
        import json  # noqa: PLC0415 - only here

        rows = [
            {"name": part.name, "state": part.state, "pid": part.pid, "url": part.url}
            for part in found
        ]
        typer.echo(json.dumps(rows, indent=2))
    elif not found:
        typer.echo("There is no stack here yet: learnbase stack start")
    else:
        for part in found:
            pid = f"process {part.pid}" if part.pid else ""
            typer.echo(f"{part.name:<10} {part.state:<8} {part.url:<26} {pid}".rstrip())
    if not found or any(part.state != "running" for part in found):
        raise typer.Exit(1)


@app.command()
def logs(
    part: Annotated[
        str | None, typer.Argument(help="postgres, rest, auth or gateway; by default all.")
    ] = None,
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, help="How many of each.")] = 20,
) -> None:
    """Show the last lines that the parts wrote."""
    from collections import deque  # noqa: PLC0415 - only here

    from learnbase.stack.errors import StackError  # noqa: PLC0415 - only here

    logs = {found.name: found.log for found in _stack(quiet=True).status()}
    if part is not None and part not in logs:
        raise StackError(
            f"There is no log of {part!r}.",
            remedy=f"The parts: {', '.join(logs) or 'none yet; learnbase stack start'}.",
        )
    for name, log in logs.items():
        if part in (None, name) and log.exists():
            typer.echo(typer.style(f"{name}: {log}", bold=True))
            with log.open(errors="replace") as file:
                typer.echo("".join(deque(file, maxlen=lines)))


def _stack(*, quiet: bool) -> Stack:
    from learnbase.stack import Stack  # noqa: PLC0415 - heavy
    from learnbase.stack.progress import Progress, SpokenProgress  # noqa: PLC0415

    return Stack(progress=Progress() if quiet else SpokenProgress())
