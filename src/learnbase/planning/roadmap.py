"""The plan as it travels: weeks of tasks, bounded and clean, whoever made it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from learnbase.planning.budget import LAST_WEEK, LONGEST_TASK, MAX_WEEKS
from learnbase.planning.canonical_url import canonical_url
from learnbase.planning.text import Prose, Title

MAX_TASKS = 50
MAX_LINKS = 10
MAX_LEFT_OUT = 100

Minutes = Annotated[int, Field(ge=0, le=80 * 60)]


class TaskKind(StrEnum):
    """What a learner does in a task."""

    READ = "read"
    WATCH = "watch"
    PRACTICE = "practice"
    PROJECT = "project"
    REVIEW = "review"


class ResourceType(StrEnum):
    """The database's `resource_type`."""

    YOUTUBE = "youtube"
    ARTICLE = "article"
    COURSE = "course"
    DOC = "doc"
    OTHER = "other"


def _canonical(url: str) -> str:
    try:
        return canonical_url(url)
    except Exception as error:
        raise ValueError(str(error)) from error


Address = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_canonical)]
"""An http(s) address, spelled canonically."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Link(_Part):
    """A page that a task points to.

    Attributes:
        status: What the page answered when it was last seen alive.
        checked_at: When that was; None while nobody has looked.
        private: True where the address stands in the learner's own words: it is not for others.
    """

    type: ResourceType
    title: Title
    url: Address
    notes: Prose | None = None
    status: int | None = None
    checked_at: datetime | None = None
    private: bool | None = None


class Task(_Part):
    """What to do in one sitting, on day 1 to 7 of its week."""

    day: Annotated[int, Field(ge=1, le=7)]
    title: Title
    description: Prose = ""
    minutes: Minutes
    kind: TaskKind
    resources: Annotated[tuple[Link, ...], Field(max_length=MAX_LINKS)] = ()


class Week(_Part):
    """One week: its number from 1, the milestone it reaches, and its tasks in order."""

    week: Annotated[int, Field(ge=1, le=LAST_WEEK)]
    title: Title
    description: Prose = ""
    tasks: Annotated[tuple[Task, ...], Field(min_length=1, max_length=MAX_TASKS)]

    @property
    def minutes(self) -> int:
        """All its tasks together."""
        return sum(task.minutes for task in self.tasks)


class Roadmap(_Part):
    """A whole plan.

    Attributes:
        weeks: In order.
        summary: One or two sentences to the learner about what this plan is.
        left_out: Titles of what belongs to the topic but did not fit.
        method: What made it: `curriculum:<slug>`, `general` or `model`.
        note: What the learner should know about its limits, or empty.
    """

    weeks: Annotated[tuple[Week, ...], Field(min_length=1, max_length=MAX_WEEKS)]
    summary: Prose = ""
    left_out: Annotated[tuple[Title, ...], Field(max_length=MAX_LEFT_OUT)] = ()
    method: Annotated[str, Field(pattern=r"^[a-z][a-z0-9:_-]{0,63}$")] = "model"
    note: Prose = ""

    @property
    def minutes(self) -> int:
        """All its weeks together."""
        return sum(week.minutes for week in self.weeks)

    def to_result(self) -> dict[str, Any]:
        """Return the jsonb that `worker.complete_generate_plan` saves: one module a week."""
        return {
            "modules": [_module(week) for week in self.weeks],
            "summary": {
                "weeks": len(self.weeks),
                "tasks": sum(len(week.tasks) for week in self.weeks),
                "minutes": self.minutes,
                "hours": round(self.minutes / 60, 1),
                "left_out": list(self.left_out),
                "method": self.method,
                "text": self.summary,
                "note": self.note,
            },
        }


def longest_task(week_minutes: int) -> int:
    """Return how long one task may be in a week of so many minutes."""
    return min(LONGEST_TASK, week_minutes)


def _module(week: Week) -> dict[str, Any]:
    return {
        "order": week.week,
        "title": week.title,
        "description": week.description,
        "estimated_minutes": week.minutes,
        "tasks": [_task(order, task) for order, task in enumerate(week.tasks, start=1)],
    }


def _task(order: int, task: Task) -> dict[str, Any]:
    return {
        "order": order,
        "day": task.day,
        "title": task.title,
        "description": task.description,
        "estimated_minutes": task.minutes,
        "resources": [link.model_dump(mode="json", exclude_none=True) for link in task.resources],
    }
