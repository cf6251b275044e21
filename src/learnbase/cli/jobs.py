"""`learnbase jobs`: the queues, and the jobs that were given up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from learnbase.cli.output import AsJson, print_json

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from learnbase.services.database import Database

app = typer.Typer(
    help="The queues, and the jobs that were given up.",
    no_args_is_help=True,
    add_completion=False,
)


@app.command("list")
def list_jobs(as_json: AsJson = False) -> None:
    """List the queues with their depth, and the dead letters with their reason."""

    async def ask(database: Database) -> dict[str, Any]:
        letters = await database.rows("dead_letters", order="id")
        waiting = [letter for letter in letters if letter["requeued_at"] is None]
        return {"queues": await database.call("queue_depths"), "dead_letters": waiting}

    found = _asked(ask)
    if as_json:
        print_json(found)
        return
    from rich.table import Table  # noqa: PLC0415 - slow to import
    from rich.text import Text  # noqa: PLC0415

    from learnbase.cli.plan_page import console, plain  # noqa: PLC0415

    out = console()
    queues = Table("queue", "waiting", "to be taken", "oldest", "tried before", "dead", box=None)
    for row in found["queues"]:
        depths = (row["waiting"], row["visible"], _age(row["oldest_seconds"]), row["retrying"])
        queues.add_row(row["queue"], *map(str, depths), str(row["dead"]))
    out.print(queues)
    if not found["dead_letters"]:
        out.print("\nNo dead letters.")
        return
    letters = Table("id", "queue", "given up", "failures", "why", box=None)
    for letter in found["dead_letters"]:
        when = str(letter["failed_at"])[:16].replace("T", " ")
        why = Text(plain(f"{letter['error'].get('code')}: {letter['error'].get('message')}"))
        letters.add_row(str(letter["id"]), letter["queue"], when, str(letter["failures"]), why)
    out.print()
    out.print(letters)
    out.print("\nLook at one: learnbase jobs show ID; send it again: learnbase jobs requeue ID")


@app.command()
def show(
    letter: Annotated[int, typer.Argument(metavar="ID", help="Of a dead letter.")],
    as_json: AsJson = False,
) -> None:
    """Show a dead letter: its message, and why it was given up."""
    from learnbase.errors import NotFound  # noqa: PLC0415 - keeps --help quick

    async def ask(database: Database) -> list[dict[str, Any]]:
        return await database.rows("dead_letters", id=letter)

    found = _asked(ask)
    if not found:
        raise NotFound(
            f"There is no dead letter {letter}", remedy="See them with: learnbase jobs list"
        )
    if as_json:
        print_json(found[0])
        return
    import json  # noqa: PLC0415 - keeps --help quick

    for name, value in found[0].items():
        shown = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value
        typer.echo(f"{name:<12} {'' if shown is None else shown}".rstrip())


@app.command()
def requeue(
    letters: Annotated[list[int], typer.Argument(metavar="ID...", help="Of dead letters.")],
    as_json: AsJson = False,
) -> None:
    """Send dead letters again, as new messages; asked twice, it is done once."""

    async def ask(database: Database) -> list[dict[str, int]]:
        return [
            {
                "id": letter,
                "requeued_as": await database.call("requeue_dead_letter", dead_letter_id=letter),
            }
            for letter in letters
        ]

    done = _asked(ask)
    if as_json:
        print_json(done)
        return
    for row in done:
        typer.echo(f"Dead letter {row['id']} is message {row['requeued_as']} now.")


def _asked(question: Callable[[Database], Awaitable[Any]]) -> Any:
    import asyncio  # noqa: PLC0415 - keeps --help quick

    from learnbase.services.database import Database  # noqa: PLC0415 - slow to import
    from learnbase.settings import service_access  # noqa: PLC0415

    async def ask() -> Any:
        async with Database(service_access()) as database:
            return await question(database)

    return asyncio.run(ask())


def _age(seconds: int | None) -> str:
    if seconds is None:
        return "-"
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"
