"""A plan as CSV (RFC 4180): a task a row, for spreadsheets.

A cell that a spreadsheet would take for a formula gets an apostrophe in front, after OWASP's "CSV
injection". A semicolon counts as the beginning of a cell, for where decimals have a comma Excel
splits there. To read such a cell back, take one apostrophe away where a formula's beginning follows
(`=`, `+`, `-`, `@`, `|`, `%`, or their wide forms, after blanks, quotes and apostrophes).
Text is one line to a cell, runs of blanks and breaks are one blank.
"""

from __future__ import annotations

import csv as rfc4180
import datetime as dt
import io
import re
from typing import TYPE_CHECKING

from learnbase.exporting.time_zone import zone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from learnbase.exporting.document import PlanExport

COLUMNS = (
    "week", "day", "task", "minutes", "status", "completed_at", "due_on",
    "session_starts", "session_ends", "links", "description",
)  # fmt: skip

_UNSHOWN = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")
_FORMULA = re.compile(
    r"(^|;)([\s'\"\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069]*"
    r"[=+\-@|%\uff1d\uff0b\uff0d\uff20\uff5c\uff05\u2212\ufe62\ufe63\ufe66\ufe6b])"
)


def cell(text: str) -> str:
    """Return a stranger's text as one line that no spreadsheet calculates."""
    line = " ".join(_UNSHOWN.sub("", text).split())
    return _FORMULA.sub(r"\1'\2", line)


def csv(plan: PlanExport) -> str:
    """Return the plan as CSV with a header row.

    Times are local to the learner (`2026-11-23 18:00`), several of them with a semicolon and a
    blank between, addresses with a blank. `due_on` is the task's day in the plan, or the last day
    of its week.
    """
    written = io.StringIO()
    writer = rfc4180.writer(written, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_rows(plan))
    return written.getvalue()


def _rows(plan: PlanExport) -> Iterator[list[str | int]]:
    clock = zone(plan.time_zone)

    def local(instants: Iterator[dt.datetime]) -> str:
        return "; ".join(f"{instant.astimezone(clock):%Y-%m-%d %H:%M}" for instant in instants)

    for week in plan.weeks:
        for task in week.tasks:
            due = plan.first_day(week.order) + dt.timedelta(days=(task.day or 7) - 1)
            yield [
                week.order,
                task.day or "",
                cell(task.title),
                task.estimated_minutes,
                task.status,
                local(iter([task.completed_at] if task.completed_at else [])),
                due.isoformat(),
                local(session.starts_at for session in task.sessions),
                local(session.ends_at for session in task.sessions),
                " ".join(cell(link.url) for link in task.links if not link.dead),
                cell(task.description or ""),
            ]
