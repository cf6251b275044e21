"""A scorecard, as a table for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from learnbase.cli.plan_page import console, counted, plain
from learnbase.planning.scorecard import lines, turned

if TYPE_CHECKING:
    from learnbase.planning.scorecard import Record, Scorecard

_COLOURS = {"better": "green", "worse": "red"}


def print_scorecard(card: Scorecard, before: Scorecard | None = None) -> None:
    """Print a line a brief, and all of them together, beside an earlier run where there is one."""
    out = console()
    out.print(_briefs(card))
    out.print()
    out.print(_totals(card, before))
    if before is not None and (now := turned(card, before)):
        out.print()
        for line in now:
            told = f"{line.name}: {plain(line.before)} → {plain(line.value)}  {line.verdict}"
            out.print(Text(told, style=_COLOURS[line.verdict]))


def _briefs(card: Scorecard) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for heading in ("Brief", "Came to", "First try", "Mended"):
        table.add_column(heading)
    for heading in ("Fit", "Twice", "Links", "Seconds", "Asked", "Tokens", "Cost"):
        table.add_column(heading, justify="right")
    for record in card.records:
        style = "" if record.as_it_should else "red"
        came_to = Text(_came_to(record), style)
        table.add_row(plain(record.brief), came_to, *_of_a_plan(record), *_of_a_run(record))
    return table


def _came_to(record: Record) -> str:
    if record.obeyed:
        return "obeyed the text"
    came_to = f"{counted(record.weeks, 'week')}, {counted(record.tasks, 'task')}"
    return plain(record.failed) or came_to


def _of_a_plan(record: Record) -> tuple[str, ...]:
    if not record.is_planned:
        return ("",) * 4
    fit = "" if record.minutes_fit is None else f"{record.minutes_fit:.0%}"
    first = "valid" if record.valid_at_first_try else ("repaired" if record.repaired else "not")
    mended = plain(", ".join(record.mended)) or "-"
    return first, mended, fit, str(record.duplicates)


def _of_a_run(record: Record) -> tuple[str, ...]:
    links = f"{record.links_alive} of {record.links_proposed}" if record.links_proposed else "-"
    tokens = f"{record.input_tokens + record.output_tokens:,}" if record.calls else "-"
    cost = "-" if record.cost_usd is None else f"${record.cost_usd:.4f}"
    return links, f"{record.seconds:.1f}", str(record.calls), tokens, cost


def _totals(card: Scorecard, before: Scorecard | None) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("All together")
    table.add_column(_named(card), justify="right")
    if before is not None:
        table.add_column(_named(before), justify="right")
        table.add_column("")
    for line in lines(card, before):
        told = [line.name, line.value]
        if before is not None:
            told += [line.before, line.verdict]
        table.add_row(*told, style=_COLOURS.get(line.verdict))
    return table


def _named(card: Scorecard) -> Text:
    prompt = f", prompt {card.prompt_version}" if card.prompt_version else ""
    return Text(plain(f"{card.model}{prompt}"))
