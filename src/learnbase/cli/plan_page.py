"""A plan, as a person would like to read it in a terminal."""

from __future__ import annotations

import datetime as dt
import os
import sys
import time
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn
from rich.table import Table
from rich.text import Text

from learnbase.errors import NotFound, Unavailable
from learnbase.planning.text import without_controls

if TYPE_CHECKING:
    from learnbase.services.person import PersonApi

FINAL = frozenset({"succeeded", "failed", "cancelled"})
_POLL_SECONDS = 0.25
# A learner waits for a worker; nobody waits for a worker that is not there.
_PATIENCE_SECONDS = 600
_LONELY_SECONDS = 5
_WIDE = 250
_TICKS = {"completed": "✔", "in_progress": "◐", "not_started": "·"}
_COLOURS = {"completed": "green", "in_progress": "yellow", "not_started": "dim"}


def console() -> Console:
    """Where pages go; plain text, and no line broken for want of room, when it is no terminal."""
    is_wide = not sys.stdout.isatty() and "COLUMNS" not in os.environ
    return Console(highlight=False, width=_WIDE if is_wide else None)


def follow(api: PersonApi, generation_id: str) -> dict[str, Any]:
    """Watch a generation's row, with a progress bar, until it is final; gives back the row."""
    began = time.monotonic()
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=False) as bar:
        row = bar.add_task("Waiting for a worker", total=100)
        while time.monotonic() - began < _PATIENCE_SECONDS:
            found = api.rows("plan_generations", id=generation_id)
            if not found:
                raise NotFound("The plan was deleted meanwhile", remedy="Ask for it again")
            generation = found[0]
            standing = _standing(generation)
            if generation["status"] == "queued" and time.monotonic() - began > _LONELY_SECONDS:
                standing += " (is one running? learnbase work)"
            bar.update(row, completed=generation["progress"], description=standing)
            if generation["status"] in FINAL:
                return generation
            time.sleep(_POLL_SECONDS)
    raise Unavailable(
        "The plan is still not done",
        remedy="Is a worker running? (learnbase work) Look again with: learnbase plan list",
    )


def _standing(generation: dict[str, Any]) -> str:
    if generation["status"] == "queued" and generation["error"]:
        return "Trying again: " + plain(generation["error"].get("message"))[:60]
    return {
        "queued": "Waiting for a worker",
        "running": "Planning",
        "succeeded": f"The {'plan' if generation['kind'] == 'create' else 'proposal'} is there",
        "failed": "Failed",
        "cancelled": "Cancelled",
    }[generation["status"]]


def print_plan(plan: dict[str, Any], summary: dict[str, Any] | None = None) -> None:
    """Print a whole plan.

    Args:
        plan: the row with `progress`, `modules`, their `tasks` and links embedded.
        summary: what the planner said of it (`output_summary`): left_out, note.
    """
    out = console()
    progress = plan["progress"]
    out.print()
    out.print(Text(plain(plan["topic"]), style="bold"))
    out.print(_facts(plan), style="dim")
    out.print(
        f"{counted(progress['total_weeks'], 'week')}, {counted(progress['total_tasks'], 'task')}, "
        f"{hours(progress['total_minutes'])} · {_done(progress)}"
    )
    for module in sorted(plan["modules"], key=lambda m: m["order"]):
        # Unwrapped: an address that is cut or broken cannot be followed.
        out.print(_week(module, _week_start(plan, module["order"])), soft_wrap=True)
    if not plan["modules"]:
        out.print("No weeks yet.", style="dim")
    for line in (summary or {}).get("left_out") or ():
        out.print(Text(f"Left out for want of time: {plain(line)}", style="yellow"))
    note = (summary or {}).get("note")
    if note:
        out.print(Text(plain(note), style="dim"))
    out.print(f"Plan {plan['id']}", style="dim")


def print_dashboard(plans: list[dict[str, Any]]) -> None:
    """Print the dashboard: a line a plan, and what is due this week."""
    out = console()
    if not plans:
        out.print("No plans yet. Ask for one with: learnbase plan create TOPIC")
        return
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for heading in ("Plan", "Topic", "Done", "Week", "This week", "Overdue", ""):
        table.add_column(heading)
    length = _distinguishing([plan["plan_id"] for plan in plans])
    for plan in plans:
        due = [t for t in plan["due_this_week"] if t["status"] != "completed"]
        week = "-" if plan["current_week"] is None else str(plan["current_week"])
        table.add_row(
            plan["plan_id"][:length],
            Text(plain(plan["topic"])),
            f"{float(plan['completion']):.0%}",
            f"{week} of {plan['total_weeks']}",
            f"{len(due)} tasks, {hours(plan['due_minutes'])}",
            str(plan["overdue_tasks"]),
            _generation(plan["generation"]) if plan["is_mine"] else "followed",
        )
    out.print(table)


def _distinguishing(ids: list[str]) -> int:
    """How much of an id tells it from the others; eight characters at least."""
    whole = len(ids[0])
    return next((n for n in range(8, whole) if len({i[:n] for i in ids}) == len(ids)), whole)


def plain(text: object) -> str:
    """What a stranger or a model wrote, without what a terminal would obey."""
    return without_controls(str(text or ""))


def counted(count: int, thing: str) -> str:
    """1 week, 2 weeks."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def hours(minutes: int) -> str:
    """Minutes as people say them: 45 min, 5 h, 1 h 30."""
    whole, rest = divmod(minutes, 60)
    if not whole:
        return f"{rest} min"
    return f"{whole} h {rest:02}" if rest else f"{whole} h"


def _generation(generation: dict[str, Any] | None) -> str:
    if generation is None or generation["status"] == "succeeded":
        return ""
    if generation["status"] == "running":
        return f"planning, {generation['progress']} %"
    return str(generation["status"])


def _facts(plan: dict[str, Any]) -> str:
    facts = [
        plan["skill_level"],
        f"{plan['weekly_hours']} h a week",
        plan["learning_style"],
        f"until {plan['deadline_date']}" if plan["deadline_date"] else "no deadline",
        plan["visibility"],
    ]
    return " · ".join(facts)


def _done(progress: dict[str, Any]) -> str:
    week = progress["current_week"]
    return f"{progress['completed_tasks']} done ({float(progress['completion']):.0%})" + (
        f", now in week {week}" if week else ""
    )


def _week_start(plan: dict[str, Any], week: int) -> dt.date:
    first = dt.date.fromisoformat(plan["progress"]["starts_on"])
    return first + dt.timedelta(days=7 * (week - 1))


def _week(module: dict[str, Any], begins: dt.date) -> Text:
    page = Text(f"\nWeek {module['order']}  ", style="bold cyan")
    page.append(plain(module["title"]), style="bold")
    page.append(
        f"  from {begins:%a} {begins.day} {begins:%b}, {hours(module['estimated_minutes'])}\n",
        style="dim",
    )
    for task in sorted(module["tasks"], key=lambda t: t["order"]):
        ticked = next((p["status"] for p in task["task_progress"]), "not_started")
        day = f"day {task['day']}" if task["day"] else ""
        page.append(f"  {_TICKS[ticked]} ", style=_COLOURS[ticked])
        page.append(f"{day:<6}{hours(task['estimated_minutes']):>8}  ", style="dim")
        page.append(f"{plain(task['title'])}\n")
        for link in _links(task):
            page.append(f"{'':20}{plain(link)}\n", style="blue")
    page.rstrip()
    return page


def _links(task: dict[str, Any]) -> list[str]:
    catalogue = sorted(task["task_resources"], key=lambda r: r["order"])
    own = sorted(task["task_links"], key=lambda r: r["order"])
    return [r["resources"]["url"] for r in catalogue] + [r["url"] for r in own]
