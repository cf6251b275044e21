"""`learnbase cron`: what runs by the clock, for any other scheduler, and for looking."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from learnbase.errors import UsageError

if TYPE_CHECKING:
    from learnbase.settings import ServiceAccess

app = typer.Typer(
    help="What runs by the clock, run from here.", no_args_is_help=True, add_completion=False
)
Schedule = Literal[
    "busy-times",
    "catch-up",
    "check-links",
    "exports",
    "letters",
    "prune-archives",
    "session-reminders",
    "weekly-summary",
]
_CAME_TO = {
    "busy-times": "calendars to be asked when they are busy",
    "exports": "exports to be brought into step",
    "catch-up": "schedules to be caught up",
    "check-links": "batches of links to be looked at",
    "letters": "people for whom a message waits to be put into words",
    "prune-archives": "archived messages and old letters pruned",
    "session-reminders": "sessions to be reminded of",
    "weekly-summary": "learners whose weekly summary is due",
}


@app.callback()
def _cron() -> None:
    """What runs by the clock, run from here."""


@app.command()
def run(
    schedule: Annotated[Schedule, typer.Argument(help="Which.")],
    at: Annotated[
        str | None, typer.Option(help="As if it were then: 2026-11-21T03:15+01:00; UTC if unsaid.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would come to; change nothing.")
    ] = False,
) -> None:
    """Run one schedule now, once. The database does so itself where pg_cron is there."""
    import asyncio  # noqa: PLC0415 - keeps --help quick

    from learnbase import settings  # noqa: PLC0415

    asked: dict[str, Any] = {"schedule": schedule, "dry_run": dry_run}
    if at is not None:
        asked["at"] = _instant(at)
    came_to = asyncio.run(_run(settings.service_access(), asked))
    typer.echo(f"{came_to} {_CAME_TO[schedule]}{' (nothing was changed)' if dry_run else ''}.")


async def _run(access: ServiceAccess, asked: dict[str, Any]) -> int:
    from learnbase.services.database import Database  # noqa: PLC0415 - slow to import

    async with Database(access) as database:
        came_to: int = await database.call("run_schedule", **asked)
    return came_to


def _instant(text: str) -> str:
    try:
        given = dt.datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"--at is no time: {text}", remedy="Give it as 2026-11-21T03:15+01:00"
        ) from None
    return (given if given.tzinfo else given.replace(tzinfo=dt.UTC)).isoformat()
