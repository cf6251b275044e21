"""`python -m bench [NAME…]`: measure, print a table, write `.learnbase/bench.json`."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from bench.ground import Ground

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from bench.result import Result

AREAS = (
    "reads",
    "saves",
    "jobs",
    "generation",
    "links",
    "schedule_placement",
    "catch_up",
    "feed_rendering",
    "exports",
    "feeds",
    "mail",
    "mail_sending",
    "start",
)
WIDTH = 132  # a file or a pipe has no width of its own
PROJECT = Path(__file__).parents[1]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; answers 0 once everything was measured, whether or not aims are met."""
    options = _options(arguments)
    chosen = _chosen(options.names)
    said = Console(stderr=True)
    if not chosen:
        said.print(f"There is no measurement called {' '.join(options.names)}")
        return 2
    # So that whoever stops us finds nothing left of the stack.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    results: list[Result] = []
    sizes = (options.small, options.large)
    with Ground.prepared(
        options.home, sizes=sizes, turns=options.turns, jobs=options.jobs
    ) as ground:
        if {"reads", "saves"} & {name.split(".")[0] for name in chosen}:
            ground.databases()
        for name, measure in chosen.items():
            with ground.progress.step(f"Measuring {name}"):
                results += measure(ground)
    console = Console()
    Console(width=max(console.width, WIDTH)).print(_table(results))
    _keep(options.output, [result.row() for result in results])
    return 0


def _keep(output: Path, rows: list[dict[str, Any]]) -> None:
    """Write down what was measured, beside what was measured before and not this time."""
    measured = {row["name"] for row in rows}
    before = json.loads(output.read_text()) if output.exists() else []
    kept = [row for row in before if row["name"] not in measured]
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(kept + rows, indent=2) + "\n")


def _options(arguments: Sequence[str] | None) -> Any:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="reads, reads.search, …: all")
    parser.add_argument("--home", type=Path, default=PROJECT / ".learnbase" / "bench")
    parser.add_argument("--output", type=Path, default=PROJECT / ".learnbase" / "bench.json")
    parser.add_argument("--small", type=int, default=1_000, help="tasks in the small database")
    parser.add_argument("--large", type=int, default=1_000_000, help="tasks in the large one")
    parser.add_argument("--turns", type=int, default=20, help="how often everything is repeated")
    parser.add_argument("--jobs", type=int, default=1_000, help="how many jobs a turn")
    return parser.parse_args(arguments)


def _chosen(names: Sequence[str]) -> dict[str, Callable[[Ground], Iterator[Result]]]:
    found: dict[str, Callable[[Ground], Iterator[Result]]] = {}
    for area in AREAS:
        found |= import_module(f"bench.{area}").MEASUREMENTS
    return {
        measurement: measure
        for measurement, measure in found.items()
        if not names or any(f"{measurement}.".startswith(f"{name}.") for name in names)
    }


def _table(results: Iterable[Result]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("", "value", "baseline", "ratio", "aim"):
        table.add_column(column, justify="left" if not column else "right", no_wrap=True)
    table.add_column("against")
    for result in results:
        sign = "≤" if result.better == "lower" else "≥"
        table.add_row(
            result.name,
            f"{result.value:,.1f} {result.unit}",
            f"{result.baseline:,.1f}",
            f"{result.ratio:.2f}",
            "" if result.aim is None else f"{sign} {result.aim:g}",
            result.against,
            style={True: "green", False: "red", None: None}[result.is_met],
        )
    return table


if __name__ == "__main__":
    sys.exit(main())
