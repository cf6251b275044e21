"""A plan as a Notion database: a page for each task.

The learner may do with the database what they like: columns are found again by their ids, and on a
page only the box is ours (`Page.box`), so that notes beside it stay.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from learnbase.exporting.blocks import block, paragraphs, portions, rich
from learnbase.exporting.time_zone import zone

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from learnbase.exporting.document import Link, PlanExport, Task, Week

Json = dict[str, Any]

MARKER = "marker"
"""Our name of the column that holds a task's id: how a page of ours is known."""

_LAST_DAY = 7
_STATUS = {"not_started": "Not started", "in_progress": "In progress", "completed": "Done"}
_SET_ASIDE = "Set aside"
# `select` and not `status`: the options of a status column cannot be made through the API.
# https://developers.notion.com/reference/update-data-source-properties
_STATUS_OPTIONS = [
    {"name": "Not started", "color": "gray"},
    {"name": "In progress", "color": "blue"},
    {"name": "Done", "color": "green"},
    {"name": _SET_ASIDE, "color": "yellow"},
]
_BOX = (
    "From your learning plan. Learnbase keeps this box up to date; what you write outside of it"
    " stays as it is."
)
_TYPES = {"youtube": "video", "article": "article", "course": "course", "doc": "documentation"}


@dataclass(frozen=True)
class Column:
    """A column of the database.

    Attributes:
        title: Its name when it is made; the learner may rename it.
        type: Of its values, in Notion's words.
        options: What its making needs to say beyond that.
    """

    title: str
    type: str
    options: Json

    @property
    def schema(self) -> Json:
        """What makes it."""
        return {"type": self.type, self.type: self.options}


# A module's title is text and no select: it may hold commas and be longer than an option.
COLUMNS: Mapping[str, Column] = {
    "task": Column("Task", "title", {}),
    "due": Column("Due Date", "date", {}),
    "status": Column("Status", "select", {"options": _STATUS_OPTIONS}),
    "link": Column("Resource Link", "url", {}),
    "week": Column("Week", "number", {"format": "number"}),
    "module": Column("Module", "rich_text", {}),
    "minutes": Column("Minutes", "number", {"format": "number"}),
    MARKER: Column("Learnbase ID", "rich_text", {}),
}
"""By our names, in the order they are shown."""


@dataclass(frozen=True)
class Page:
    """A task as a page.

    Attributes:
        key: The task's id.
        title: What it is called.
        values: Of the columns, by our names.
        body: What the box holds.
    """

    key: str
    title: str
    values: Mapping[str, Json]
    body: tuple[Json, ...]

    def properties(self, columns: Mapping[str, str]) -> Json:
        """The values by the ids of the columns, of those that are there."""
        return {columns[name]: value for name, value in self.values.items() if name in columns}

    @property
    def portions(self) -> list[list[Json]]:
        """The body, in portions of a request each; at least one, maybe empty."""
        return portions(self.body) or [[]]

    @property
    def box(self) -> Json:
        """The one block of ours on the page, with the first portion of the body."""
        return _box(self.portions[0])

    @property
    def body_hash(self) -> str:
        """Of what is in the box."""
        return _hash(_box(list(self.body)))

    def hash(self, columns: Mapping[str, str]) -> str:
        """Of all that is sent; another column id, as of one put back, is another hash."""
        return _hash([self.properties(columns), self.body_hash])


def database(plan: PlanExport, marker: str) -> Json:
    """Return what makes the database, but for its parent.

    Args:
        plan: what it shows.
        marker: by which it is found again when the answer to its making was lost.
    """
    return {
        "title": rich(plan.plan.topic),
        "description": rich(f"Kept up to date by Learnbase. {marker}"),
        "initial_data_source": {
            "properties": {column.title: column.schema for column in COLUMNS.values()}
        },
    }


def pages(plan: PlanExport) -> Iterator[Page]:
    """Return the tasks as pages, in the plan's order."""
    for week in plan.weeks:
        for task in week.tasks:
            yield _page(plan, week, task)


def says_box(callout: Json) -> bool:
    """Whether a callout, as Notion shows it, says what a box of ours says."""
    texts = callout["callout"].get("rich_text") or ()
    return "".join(one.get("plain_text") or one["text"]["content"] for one in texts) == _BOX


def _page(plan: PlanExport, week: Week, task: Task) -> Page:
    link = next((link for link in task.links if not link.dead), next(iter(task.links), None))
    status = _SET_ASIDE if task.set_aside_at and not task.is_done else _STATUS[task.status]
    values: dict[str, Json] = {
        "task": {"title": rich(task.title)},
        "due": {"date": {"start": due(plan, week, task).isoformat()}},
        "status": {"select": {"name": status}},
        "link": {"url": link.url if link else None},
        "week": {"number": week.order},
        "module": {"rich_text": rich(week.title)},
        "minutes": {"number": task.estimated_minutes},
        MARKER: {"rich_text": rich(str(task.task_id))},
    }
    return Page(str(task.task_id), task.title, values, tuple(_body(task)))


def due(plan: PlanExport, week: Week, task: Task) -> dt.date:
    """Return the learner's local date on which a task should be done.

    That of its last session; without one its day of the week, or the week's last day.
    """
    if task.sessions:
        last = max(session.starts_at for session in task.sessions)
        return last.astimezone(zone(plan.time_zone)).date()
    return plan.first_day(week.order) + dt.timedelta(days=(task.day or _LAST_DAY) - 1)


def _body(task: Task) -> Iterator[Json]:
    if task.description:
        yield from paragraphs(task.description)
    for link in task.links:
        named = rich(link.title or link.url, url=link.url, struck=link.dead)
        yield from block("bulleted_list_item", [*named, *rich(f" ({_about(link)})")])


def _about(link: Link) -> str:
    words = [_TYPES.get(link.type, "page")]
    if link.author:
        words.append(f"by {link.author}")
    if link.duration_minutes:
        words.append(f"{link.duration_minutes} min")
    if link.dead:
        words.append("gone when last looked at")
    return ", ".join(words)


def _box(children: list[Json]) -> Json:
    held: Json = {"rich_text": rich(_BOX), "icon": {"type": "emoji", "emoji": "📘"}}
    if children:
        held["children"] = children
    return {"object": "block", "type": "callout", "callout": held}


def _hash(content: Any) -> str:
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
