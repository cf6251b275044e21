"""Sessions, what fits, and a catch-up, as a person would like to read them in a terminal."""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rich.text import Text

from learnbase.cli.plan_page import console, hours, plain

_MOVES_SHOWN = 40


def print_feasibility(found: dict[str, Any], *, before: bool = False) -> None:
    """Print whether it fits; and where it does not, what would make it fit."""
    page = Text()
    fits = found["fits"]
    page.append("✔ It fits" if fits else "✘ It does not fit", style="green" if fits else "red")
    if found.get("deadline_date") and fits is not None:
        page.append(f" before {found['deadline_date']}")
    page.append(f": {hours(found['needed_minutes'])} needed")
    if found["available_minutes"] is not None:
        page.append(f", {hours(found['available_minutes'])} there beside all else")
    if found["ends_on"]:
        page.append(f"; the last session is on {found['ends_on']}")
    page.append(".\n")
    pace = float(found["pace"] or 1)
    if pace != 1:
        page.append(f"At your pace: {pace:g} times the estimates.\n", style="dim")
    for task in found["unplaced"]:
        page.append(
            f"  ✘ {plain(task['title'])}: {plain(task['reason']['text'])}\n", style="yellow"
        )
    if before and not fits and found.get("plan"):
        cut = found["plan"]
        page.append(f"A plan made all the same is cut to {hours(cut['minutes'])}.\n")
    if found["choices"]:
        page.append("What would make it fit:\n" if not fits else "You could:\n", style="bold")
    for choice in found["choices"]:
        page.append(f"  {plain(choice['choice']):<12}", style="cyan")
        page.append(f"{plain(choice['text'])}\n")
    if found["choices"] and not before:
        page.append("Take one: learnbase plan feasibility --choose CHOICE\n", style="dim")
    page.rstrip()
    console().print(page)


def print_sessions(
    rows: list[dict[str, Any]],
    schedule: dict[str, Any],
    zone: str,
    *,
    past: bool = False,
    most: int | None = None,
) -> None:
    """Print sessions day by day, in the learner's own time; the first so many, or all."""
    local = _zone(zone)
    now = dt.datetime.now(dt.UTC)
    wanted = [row for row in rows if past or _time(row["ends_at"]) > now]
    shown = wanted[:most]
    page = Text()
    for day, of_day in groupby(shown, key=lambda row: row["local_date"]):
        page.append(f"{_day(day)}\n", style="bold cyan")
        for row in of_day:
            starts, ends = (_time(row[end]).astimezone(local) for end in ("starts_at", "ends_at"))
            page.append(f"  {starts:%H:%M} to {ends:%H:%M}  ", style="dim")
            page.append(plain(row["tasks"]["title"]))
            page.append(" 📌\n" if row["pinned_at"] else "\n")
    if not shown:
        page.append("No session is to come.\n")
    if len(wanted) > len(shown):
        page.append(f"… and {len(wanted) - len(shown)} more; ", style="dim")
    page.append(f"times are {plain(zone)}", style="dim")
    console().print(page)
    print_feasibility(schedule)


def print_catch_up(found: dict[str, Any], zone: str) -> None:
    """Print what would move, from when to when, and why."""
    local = _zone(zone)
    page = Text()
    if text := found["summary"].get("text"):
        page.append(f"{plain(text)}\n", style="bold")
    moves = found["moves"]
    for move in moves[:_MOVES_SHOWN]:
        there, then = (_moment(move[end], local) for end in ("from", "to"))
        page.append(f"  {there:>16} → {then:<16}  ", style="cyan")
        page.append(plain(move["title"]))
        page.append(f"  {plain(move['reason']['text'])}\n", style="dim")
    if len(moves) > _MOVES_SHOWN:
        page.append(f"  … and {len(moves) - _MOVES_SHOWN} more\n", style="dim")
    page.append("Move them: learnbase plan catch-up --decide accept (or reject)", style="dim")
    console().print(page)


def _zone(name: str) -> dt.tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return dt.UTC


def _time(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _moment(text: str | None, zone: dt.tzinfo) -> str:
    return f"{_time(text).astimezone(zone):%a %d %b %H:%M}" if text else "nowhere"


def _day(text: str) -> str:
    return f"{dt.date.fromisoformat(text):%A %d %B %Y}"
