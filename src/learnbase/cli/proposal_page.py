"""How a plan would change, as a person reads a difference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from learnbase.cli.plan_page import console, hours, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

WITH_ITS_PLAN = "*,learning_plans(topic),plan_generations(model,prompt)"
"""PostgREST's columns of a proposal that a page needs."""

_SIGNS = {"added": "+", "dropped": "-", "changed": "~", "moved": "→"}
_COLOURS = {"added": "green", "dropped": "red", "changed": "yellow", "moved": "cyan"}
_NEXT = {
    "open": "Accept it: learnbase plan accept {id}\nRefuse it: learnbase plan reject {id}",
    "accepted": "Take it back: learnbase plan undo {id}",
}
_INDENT = " " * 20


def print_proposal(proposal: dict[str, Any]) -> None:
    """Print a proposal: its weeks, and in each what comes, goes, changes and moves, with reasons.

    Args:
        proposal: the row of `plan_proposals` with the columns of `WITH_ITS_PLAN`.
    """
    out = console()
    out.print()
    out.print(_head(proposal), soft_wrap=True)
    for number, changes in _weeks(proposal["changes"]):
        out.print(_week(number, changes, proposal), soft_wrap=True)
    if not proposal["changes"]:
        out.print("\nNothing would change.", style="dim")
    kept = proposal["summary"].get("kept", 0)
    if kept:
        out.print(f"\n{kept} more in these weeks {'stays' if kept == 1 else 'stay'} as they are, "
                  "with all that was begun, finished, edited or pinned.", style="dim")  # fmt: skip
    out.print(f"\nProposal {proposal['id']}, {proposal['status']}", style="dim")
    if proposal["changes"] and proposal["status"] in _NEXT:
        out.print(_NEXT[proposal["status"]].format_map(proposal), style="dim", soft_wrap=True)


def _head(proposal: dict[str, Any]) -> Text:
    generation = proposal["plan_generations"]
    head = Text.assemble(
        (plain(proposal["learning_plans"]["topic"]), "bold"),
        (f"\nproposed by {plain(generation['model'])}", "dim"),
    )
    wish = plain((generation["prompt"] or {}).get("wish"))
    if wish:
        head.append(f" for the wish “{wish}”", style="dim")
    counted = [
        f"{proposal['summary'].get(kind, 0)} {kind}"
        for kind in _SIGNS
        if proposal["summary"].get(kind)
    ]
    head.append(f"\n{', '.join(counted) or 'No task changes'}")
    text = plain(proposal["summary"].get("text"))
    return head.append(f"\n{text}", style="dim") if text else head


def _weeks(changes: list[dict[str, Any]]) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Each week with what changes in it, in the proposal's own order within the week."""
    weeks: dict[int, list[dict[str, Any]]] = {}
    for change in changes:
        weeks.setdefault((change["to"] or change["from"])["week"], []).append(change)
    yield from sorted(weeks.items())


def _week(number: int, changes: list[dict[str, Any]], proposal: dict[str, Any]) -> Text:
    whole = [change for change in changes if change["what"] == "module"]
    targets: list[dict[str, Any]] = proposal["target"]["modules"]
    target = next((module for module in targets if module["order"] == number), {})
    page = Text("\n")
    if whole:
        page.append(f"{_SIGNS[whole[0]['change']]} ", style=_COLOURS[whole[0]["change"]])
    page.append(f"Week {number}  ", style="bold cyan")
    page.append_text(_titled(whole[0]) if whole else Text(plain(target.get("title")), "bold"))
    if whole:
        page.append(f"  {_reason(whole[0])}", style="dim")
    page.append("\n")
    links = _new_links(target)
    for change in changes:
        if change["what"] == "task":
            page.append_text(_task(change, links))
    page.rstrip()
    return page


def _task(change: dict[str, Any], links: dict[tuple[Any, ...], list[str]]) -> Text:
    there, place = change["from"], change["to"] or change["from"]
    line = Text(f"  {_SIGNS[change['change']]} ", style=_COLOURS[change["change"]])
    day = f"day {place['day']}" if place["day"] else ""
    line.append(f"{day:<6}{hours(place['minutes']):>8}  ", style="dim")
    line.append_text(_titled(change))
    if change["change"] == "moved":
        line.append(f"  from {_where(there, place)}", style="cyan")
    if there and place is not there and there["minutes"] != place["minutes"]:
        line.append(f"  {hours(there['minutes'])} → {hours(place['minutes'])}", style="yellow")
    line.append(f"  {_reason(change)}\n", style="dim")
    for url in links.get(_key(change["task_id"], place["title"]), ()):
        line.append(f"{_INDENT}{plain(url)}\n", style="blue")
    return line


def _titled(change: dict[str, Any]) -> Text:
    """Its title; what it was → what it is, where that is another."""
    was, now = (plain(place["title"]) if place else "" for place in (change["from"], change["to"]))
    style = "bold" if change["what"] == "module" else ""
    if was and now and was != now:
        return Text.assemble((was, "strike dim"), " → ", (now, style))
    return Text(now or was, style="strike" if change["change"] == "dropped" else style)


def _where(there: dict[str, Any], place: dict[str, Any]) -> str:
    day = f"day {there['day']}" if there["day"] else ""
    if there["week"] != place["week"]:
        return f"week {there['week']}" + (f", {day}" if day else "")
    return day if day and there["day"] != place["day"] else "another place in the week"


def _new_links(module: dict[str, Any]) -> dict[tuple[Any, ...], list[str]]:
    """The links of tasks that get new ones; null in `resources` keeps those there are."""
    return {
        _key(task.get("task_id"), task["title"]): [link["url"] for link in task["resources"]]
        for task in module.get("tasks", ())
        if task.get("resources")
    }


def _key(task_id: str | None, title: str) -> tuple[str, ...]:
    return (task_id,) if task_id else ("", title)


def _reason(change: dict[str, Any]) -> str:
    return plain(change["reason"]["text"])
