"""A plan as Markdown: weeks are headings, tasks are boxes (CommonMark, GitHub's task lists).

A stranger's text stays text: it makes no heading, list, link, image or HTML, and ends no line.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from learnbase.exporting.time_zone import zone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from learnbase.exporting.document import Link, PlanExport, Session, Task, Week

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_UNSHOWN = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufffe\uffff]")
_BREAK = re.compile("\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# Whatever marks something up, and what GitHub makes a link of without any marks.
_MARKS = re.compile(r"[\\`*_\[\]<>&~|$@]|:(?=//)|(?<=www)\.|(?:(?<=\s)|^)#", re.IGNORECASE)
_OPENING = re.compile(r"^(\d{0,9})([-+=:.)])")
_UNSAFE_IN_ADDRESS = re.compile(r'[\\`<>"\[\]]')
_ENTITY = re.compile(r"&(?=#?\w+;)")


def inline(text: str) -> str:
    """Return a stranger's text as one line of plain Markdown text."""
    line = " ".join(_UNSHOWN.sub("", text).split())
    return _OPENING.sub(r"\1\\\2", _MARKS.sub(lambda found: f"\\{found[0]}", line))


def markdown(plan: PlanExport) -> str:
    """Return the plan as Markdown, times in the learner's zone."""
    return "\n".join(_lines(plan)) + "\n"


def _lines(plan: PlanExport) -> Iterator[str]:
    asked, progress, clock = plan.plan, plan.progress, zone(plan.time_zone)
    yield f"# {inline(asked.topic)}"
    yield ""
    facts = [
        asked.skill_level.capitalize(),
        asked.learning_style,
        f"{asked.weekly_hours} hours a week",
        f"from {_day(plan.starts_on)}",
    ]
    if asked.deadline_date:
        facts.append(f"until {_day(asked.deadline_date)}")
    yield " · ".join(facts) + "  "
    yield f"{progress.completed_tasks} of {progress.total_tasks} tasks done"
    for week in plan.weeks:
        yield ""
        yield from _week(week, plan.first_day(week.order), clock)


def _week(week: Week, first_day: dt.date, clock: ZoneInfo) -> Iterator[str]:
    last_day = first_day + dt.timedelta(days=6)
    yield f"## Week {week.order}: {inline(week.title)}"
    yield ""
    yield f"{_day(first_day)} – {_day(last_day)}, {week.estimated_minutes} min"  # noqa: RUF001
    if week.description:
        yield ""
        yield from _quoted(week.description)
    if week.tasks:
        yield ""
    for task in week.tasks:
        yield from _task(task, clock)


def _task(task: Task, clock: ZoneInfo) -> Iterator[str]:
    aside = ", set aside" if task.set_aside_at and not task.is_done else ""
    box = "x" if task.is_done else " "
    yield f"- [{box}] {inline(task.title)} ({task.estimated_minutes} min{aside})"
    if task.description:
        yield from (f"  {line}" for line in _quoted(task.description))
    yield from (f"  - {_sitting(session, clock)}" for session in task.sessions)
    yield from (f"  - {_link(link)}" for link in task.links)


def _quoted(text: str) -> Iterator[str]:
    lines = [inline(line) for line in _BREAK.split(text.strip())]
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        # The backslash keeps the line break: a paragraph would swallow it.
        kept = "\\" if line and following else ""
        yield f"> {line}{kept}".rstrip(" ")


def _sitting(session: Session, clock: ZoneInfo) -> str:
    starts, ends = session.starts_at.astimezone(clock), session.ends_at.astimezone(clock)
    until = f"{ends:%H:%M}" if starts.date() == ends.date() else f"{_day(ends)} {ends:%H:%M}"
    return f"{_DAYS[starts.weekday()]} {_day(starts)}, {starts:%H:%M}–{until}"  # noqa: RUF001


def _link(link: Link) -> str:
    title = inline(link.title) or "Link"
    if link.dead:
        return f"{title} (no longer there)"
    told = [f"[{title}]({_destination(link.url)})"]
    if link.author and (author := inline(link.author)):
        told.append(author)
    if link.duration_minutes:
        told.append(f"{link.duration_minutes} min")
    return ", ".join(told)


def _destination(url: str) -> str:
    encoded = _UNSAFE_IN_ADDRESS.sub(lambda found: f"%{ord(found[0]):02X}", url)
    encoded = _ENTITY.sub("&amp;", encoded)
    return f"<{encoded}>" if "(" in encoded or ")" in encoded else encoded


def _day(day: dt.date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
