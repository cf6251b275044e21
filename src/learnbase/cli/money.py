"""`learnbase prices` and `learnbase limits`: what models cost, and what the platform affords."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from learnbase.cli.output import AsJson, print_json
from learnbase.errors import NotFound, UsageError

if TYPE_CHECKING:
    from learnbase.services.money import Books

prices = typer.Typer(help="What models cost.", no_args_is_help=True, add_completion=False)
limits = typer.Typer(
    help="What the whole platform affords.", no_args_is_help=True, add_completion=False
)

_KNOWN_LIMITS = {"daily_model_tokens": "tokens of all models in a UTC day, input and output"}
_MOST_USD = 1_000_000
_MOST_TOKENS = 2**62
InputUsd = Annotated[
    float, typer.Option("--input", metavar="USD", min=0, max=_MOST_USD, help="A million read.")
]
OutputUsd = Annotated[
    float, typer.Option("--output", metavar="USD", min=0, max=_MOST_USD, help="A million written.")
]
Model = Annotated[str, typer.Argument(help="The model's name, as its provider has it.")]
Limit = Annotated[str, typer.Argument(help=f"One of: {', '.join(_KNOWN_LIMITS)}.")]


@prices.command("list")
def list_prices(as_json: AsJson = False) -> None:
    """List what each model costs."""
    rows = _prices().rows()
    if as_json:
        print_json(rows)
    elif not rows:
        typer.echo("No model has a price. Set one: learnbase prices set MODEL --input --output")
    else:
        columns = ("input_usd_per_mtok", "output_usd_per_mtok")
        _print_table(
            ("model", "input $", "output $"),
            [(row["model"], *(f"{row[column]:g}" for column in columns)) for row in rows],
        )


@prices.command("set")
def set_price(model: Model, input_usd: InputUsd, output_usd: OutputUsd) -> None:
    """Say what a model costs from now on: US dollars for a million tokens."""
    _prices().put(
        {"model": model, "input_usd_per_mtok": input_usd, "output_usd_per_mtok": output_usd}
    )
    typer.echo(f"{model}: ${input_usd:g} for a million tokens in, ${output_usd:g} out.")


@prices.command("remove")
def remove_price(model: Model) -> None:
    """Forget what a model costs; the cost of its plans is not known then."""
    if not _prices().remove(model):
        raise NotFound(f"{model} has no price", remedy="See them with: learnbase prices list")
    typer.echo(f"{model} has no price any more.")


@limits.command("list")
def list_limits(as_json: AsJson = False) -> None:
    """List what the platform affords; what is not listed has no ceiling."""
    rows = _limits().rows()
    if as_json:
        print_json(rows)
    elif not rows:
        typer.echo("No ceiling. Set one: learnbase limits set daily_model_tokens TOKENS")
    else:
        _print_table(
            ("limit", "amount", "of"),
            [(r["name"], f"{r['amount']:,}", _KNOWN_LIMITS.get(r["name"], "")) for r in rows],
        )


@limits.command("set")
def set_limit(name: Limit, amount: Annotated[int, typer.Argument(min=0, max=_MOST_TOKENS)]) -> None:
    """Set a ceiling, from now on; at 0 no model is asked at all."""
    _limits().put({"name": _known(name), "amount": amount})
    typer.echo(f"{name}: {amount:,} {_KNOWN_LIMITS[name]}.")


@limits.command("remove")
def remove_limit(name: Limit) -> None:
    """Lift a ceiling."""
    if not _limits().remove(_known(name)):
        raise NotFound(f"{name} has no ceiling", remedy="See them with: learnbase limits list")
    typer.echo(f"{name} has no ceiling any more.")


def _prices() -> Books:
    from learnbase.services.money import PRICES, Books  # noqa: PLC0415 - slow to import
    from learnbase.settings import service_access  # noqa: PLC0415

    return Books(service_access(), PRICES, "model")


def _limits() -> Books:
    from learnbase.services.money import LIMITS, Books  # noqa: PLC0415 - slow to import
    from learnbase.settings import service_access  # noqa: PLC0415

    return Books(service_access(), LIMITS, "name")


def _known(name: str) -> str:
    if name not in _KNOWN_LIMITS:
        raise UsageError(
            f"There is no limit {name}", remedy=f"The limits: {', '.join(_KNOWN_LIMITS)}"
        )
    return name


def _print_table(headings: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    from rich.table import Table  # noqa: PLC0415 - slow to import
    from rich.text import Text  # noqa: PLC0415

    from learnbase.cli.plan_page import console, plain  # noqa: PLC0415

    table = Table(*headings, box=None, padding=(0, 2, 0, 0), header_style="dim")
    for row in rows:
        table.add_row(*(Text(plain(cell)) for cell in row))
    console().print(table)
