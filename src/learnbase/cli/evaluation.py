"""`learnbase eval`: how well the configured model plans."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - Typer reads it when it runs
from typing import TYPE_CHECKING, Annotated, Any

import typer

from learnbase.cli.output import AsJson, print_json
from learnbase.errors import LearnbaseError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from learnbase.cli.trial import Price
    from learnbase.planning.briefs import Brief
    from learnbase.planning.scorecard import Record, Scorecard
    from learnbase.settings import Settings

BUILT_IN = "built-in"
_BRIEF = "Only this one, by its id; may be repeated."


def evaluate(  # noqa: PLR0917 - one for each way to run it
    brief: Annotated[list[str] | None, typer.Option(metavar="ID", help=_BRIEF)] = None,
    output: Annotated[
        Path | None, typer.Option(help="Write the scorecard there, to compare with.")
    ] = None,
    compare: Annotated[
        Path | None, typer.Option(help="Show what is better or worse than in this scorecard.")
    ] = None,
    concurrency: Annotated[int, typer.Option(min=1, max=100, help="Briefs at a time.")] = 4,
    links: Annotated[
        bool | None,
        typer.Option(
            "--links/--no-links",
            help="Look at every link on the web; by default only at those of a model.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Put twenty fixed briefs to the configured model, and print how well it plans.

    Without a key the built-in planner is asked. Exit code 1 when no brief got a right answer.
    """
    import asyncio  # noqa: PLC0415 - keeps --help quick

    from learnbase import settings  # noqa: PLC0415 - slow to import

    current = settings.load()
    chosen = _chosen(brief)
    before = None if compare is None else _read(compare)
    if output is not None:
        _check_writable(output)
    if current.openai_api_key is None:
        typer.echo("OPENAI_API_KEY is not set: this is the built-in planner.", err=True)
    card = asyncio.run(_run(current, chosen, concurrency, links))
    if output is not None:
        output.write_text(card.model_dump_json(indent=2) + "\n")
    if as_json:
        print_json(_as_json(card, before))
    else:
        from learnbase.cli.scorecard_page import print_scorecard  # noqa: PLC0415 - slow to import

        print_scorecard(card, before)
    if not card.totals.right:
        raise typer.Exit(1)


async def _run(
    current: Settings, briefs: Sequence[Brief], at_once: int, links: bool | None
) -> Scorecard:
    import datetime as dt  # noqa: PLC0415 - keeps --help quick
    from contextlib import AsyncExitStack  # noqa: PLC0415

    from rich.console import Console  # noqa: PLC0415 - slow to import
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415

    from learnbase.cli.trial import Trial  # noqa: PLC0415
    from learnbase.planning.prompt import PROMPT_VERSION  # noqa: PLC0415
    from learnbase.planning.scorecard import Scorecard  # noqa: PLC0415
    from learnbase.services.llm import model_of  # noqa: PLC0415
    from learnbase.services.web import Web  # noqa: PLC0415

    at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    async with AsyncExitStack() as stack:
        model = model_of(current)
        web = price = None
        if model is not None:
            stack.push_async_callback(model.close)
            price = await _price(current, model.name)
        if links or (links is None and model is not None):
            web = await stack.enter_async_context(Web(contact=current.links_contact))
        bar = stack.enter_context(Progress(*columns, console=Console(stderr=True)))
        name = BUILT_IN if model is None else model.name
        row = bar.add_task(f"Briefs for {name}", total=len(briefs))

        def seen(record: Record) -> None:
            bar.update(row, advance=1)
            if not record.as_it_should:
                bar.console.print(f"{record.brief}: {_wrong(record)}", markup=False)

        trial = Trial(model=model, web=web, price=price, at_once=at_once)
        records = await trial.run(briefs, seen)
    version = "" if model is None else PROMPT_VERSION
    return Scorecard.of(records, model=name, prompt_version=version, at=at)


async def _price(current: Settings, model: str) -> Price | None:
    """What the operator says it costs; unknown where there is no database to ask."""
    from learnbase.cli.trial import Price  # noqa: PLC0415 - slow to import
    from learnbase.services.database import Database  # noqa: PLC0415

    try:
        async with Database(current.service_access()) as database:
            prices = await database.rows("model_prices", model=model)
    except LearnbaseError:
        return None
    return next(
        (
            Price(float(row["input_usd_per_mtok"]), float(row["output_usd_per_mtok"]))
            for row in prices
        ),
        None,
    )


def _chosen(names: list[str] | None) -> list[Brief]:
    import datetime as dt  # noqa: PLC0415 - keeps --help quick

    from learnbase.planning.briefs import briefs  # noqa: PLC0415 - slow to import

    every = {brief.id: brief for brief in briefs(dt.datetime.now(dt.UTC).date())}
    for name in names or ():
        if name not in every:
            raise UsageError(
                f"There is no brief {name}", remedy=f"The briefs: {', '.join(every)}", field="brief"
            )
    return [every[name] for name in dict.fromkeys(names or every)]


def _read(file: Path) -> Scorecard:
    from pydantic import ValidationError  # noqa: PLC0415 - slow to import

    from learnbase.planning.scorecard import Scorecard  # noqa: PLC0415

    try:
        return Scorecard.model_validate_json(file.read_bytes())
    except OSError as problem:
        raise UsageError(
            f"{file} cannot be read: {problem.strerror}",
            remedy="Name a file that learnbase eval --output wrote",
            field="compare",
        ) from problem
    except ValidationError as problem:
        raise UsageError(
            f"{file} is no scorecard",
            remedy="Name a file that learnbase eval --output wrote",
            field="compare",
        ) from problem


def _check_writable(file: Path) -> None:
    """Before anything is paid for."""
    try:
        with file.open("a"):
            pass
    except OSError as problem:
        raise UsageError(
            f"{file} cannot be written: {problem.strerror}",
            remedy="Name another file",
            field="output",
        ) from problem


def _as_json(card: Scorecard, before: Scorecard | None) -> dict[str, Any]:
    from dataclasses import asdict  # noqa: PLC0415 - keeps --help quick

    from learnbase.planning.scorecard import lines, turned  # noqa: PLC0415

    body: dict[str, Any] = card.model_dump(mode="json")
    if before is not None:
        body["compared"] = [asdict(line) for line in lines(card, before)]
        body["turned"] = [asdict(line) for line in turned(card, before)]
    return body


def _wrong(record: Record) -> str:
    if record.obeyed:
        return "took the learner's text for an instruction"
    return record.failed or "made a plan where there can be none"
