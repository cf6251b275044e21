"""An export, as it is followed and told in a terminal."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from learnbase.cli.plan_page import console, counted, plain
from learnbase.errors import Unavailable

if TYPE_CHECKING:
    from learnbase.services.person import PersonApi

_UNDER_WAY = frozenset({"queued", "running"})
_POLL_SECONDS = 0.5
_PATIENCE_SECONDS = 1800
_LONELY_SECONDS = 5
_DONE = {"created": "made", "updated": "changed", "deleted": "taken away", "unchanged": "as before"}
_NAMES = {"notion": "Notion", "google": "Google Calendar"}


def follow(api: PersonApi, export_id: str) -> dict[str, Any]:
    """Watch an export's row, with a progress bar, until it rests; gives back the row.

    Raises:
        Unavailable: it takes longer than anybody waits.
    """
    began = time.monotonic()
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=False) as bar:
        row = bar.add_task("Waiting for a worker", total=None)
        while time.monotonic() - began < _PATIENCE_SECONDS:
            found = api.rows("exports", id=export_id)
            if not found:  # nobody needs a row about nothing
                return {"status": "removed", "stays": [], "changed": {}, "url": None, "error": None}
            export = found[0]
            standing = _standing(export)
            if export["status"] == "queued" and time.monotonic() - began > _LONELY_SECONDS:
                standing += " (is one running? learnbase work)"
            bar.update(row, completed=export["done"], total=export["total"], description=standing)
            if export["status"] not in _UNDER_WAY:
                return export
            time.sleep(_POLL_SECONDS)
    raise Unavailable("The export is still not done", remedy="Look again later; it goes on")


def print_export(export: dict[str, Any]) -> None:
    """Print what a run came to, and what of ours remains outside."""
    out = console()
    changed = export["changed"] or {}
    counts = [f"{changed[name]} {word}" for name, word in _DONE.items() if changed.get(name)]
    if export["status"] == "succeeded":
        out.print(f"✔ In {_NAMES[export['provider']]}: {', '.join(counts) or 'nothing to do'}.")
    elif export["status"] == "removed":
        out.print(f"✔ Taken away: {counted(changed.get('deleted', 0), 'thing')}.")
    for sentence in export["stays"] or ():
        out.print(plain(sentence), style="yellow", markup=False)
    if export["url"]:
        out.print(plain(export["url"]), soft_wrap=True, markup=False)


def _standing(export: dict[str, Any]) -> str:
    if export["status"] in _UNDER_WAY and export["error"]:
        return "Trying again: " + plain(export["error"].get("message"))[:60]
    standing = {
        "queued": "Waiting for a worker",
        "running": "Exporting" if export["action"] == "export" else "Taking away",
        "succeeded": "Done",
        "removed": "Done",
    }
    return standing.get(export["status"]) or str(export["status"]).capitalize()
