"""The roadmap as a language model is asked to write it: lean, and then checked like a stranger's.

The schema keeps to what strict structured output accepts: every field required, no defaults, no
further properties, four levels deep. Bounds are not in it, for providers differ in which they
take: `Roadmap` enforces them.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from learnbase.errors import LearnbaseError
from learnbase.planning.budget import LAST_WEEK, MAX_WEEKS
from learnbase.planning.canonical_url import BadAddress, canonical_url
from learnbase.planning.roadmap import (
    MAX_LEFT_OUT,
    MAX_LINKS,
    Link,
    ResourceType,
    Roadmap,
    Task,
    TaskKind,
    Week,
)
from learnbase.planning.text import Prose, Title, without_controls

_MOST_POINTS = 8
_LONGEST_POINT = 160


class UnusableRoadmap(LearnbaseError):
    """What the model wrote is no roadmap."""


class OutlineWeek(BaseModel):
    """What a week is about."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    week: Annotated[int, Field(ge=1, le=LAST_WEEK)]
    title: Title
    description: Prose = ""
    focus: tuple[str, ...] = ()


class Outline(BaseModel):
    """A plan without its tasks, bounded and clean."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    weeks: Annotated[tuple[OutlineWeek, ...], Field(min_length=1, max_length=MAX_WEEKS)]
    summary: Prose = ""
    left_out: Annotated[tuple[Title, ...], Field(max_length=MAX_LEFT_OUT)] = ()


class _Lean(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ModelLink(_Lean):
    """A page the model suggests; nobody has looked at it yet."""

    type: ResourceType
    title: str
    url: str


class ModelTask(_Lean):
    """One sitting."""

    day: int
    title: str
    description: str
    minutes: int
    kind: TaskKind
    resources: list[ModelLink]


class ModelWeek(_Lean):
    """One week."""

    week: int
    title: str
    description: str
    tasks: list[ModelTask]


class ModelOutlineWeek(_Lean):
    """One week of an outline."""

    week: int
    title: str
    description: str
    focus: list[str]


class ModelOutline(_Lean):
    """The weeks of a long plan, without their tasks."""

    summary: str
    left_out: list[str]
    weeks: list[ModelOutlineWeek]

    def to_outline(self) -> Outline:
        """Return the bounded outline.

        Raises:
            UnusableRoadmap: a title is empty, a text too long, a number out of range.
        """
        try:
            return Outline(
                summary=_prose(self.summary),
                left_out=tuple(without_controls(title) for title in self.left_out),
                weeks=tuple(
                    OutlineWeek(
                        week=week.week,
                        title=without_controls(week.title),
                        description=_prose(week.description),
                        focus=tuple(
                            without_controls(point)[:_LONGEST_POINT]
                            for point in week.focus[:_MOST_POINTS]
                        ),
                    )
                    for week in self.weeks
                ),
            )
        except ValidationError as error:
            raise unusable(error) from None


class ModelWeeks(_Lean):
    """Some weeks of a plan, with their tasks."""

    weeks: list[ModelWeek]

    def to_weeks(self) -> tuple[Week, ...]:
        """Return the bounded weeks; see `ModelRoadmap.to_roadmap`.

        Raises:
            UnusableRoadmap: a title is empty, a text too long, a number out of range.
        """
        try:
            return tuple(_week(week) for week in self.weeks)
        except ValidationError as error:
            raise unusable(error) from None


class ModelRoadmap(_Lean):
    """The whole answer."""

    summary: str
    left_out: list[str]
    weeks: list[ModelWeek]

    def to_roadmap(self) -> Roadmap:
        """Return the bounded roadmap.

        Characters that may not be stored are dropped, and so are links that are no addresses and
        repeated ones; anything else that is out of bounds refuses the whole answer.

        Raises:
            UnusableRoadmap: a title is empty, a text too long, a number out of range.
        """
        try:
            return Roadmap(
                weeks=tuple(_week(week) for week in self.weeks),
                summary=_prose(self.summary),
                left_out=tuple(without_controls(title) for title in self.left_out),
                method="model",
            )
        except ValidationError as error:
            raise unusable(error) from None


@cache
def strict_schema(shape: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON schema of a shape, for strict structured output."""
    schema: dict[str, Any] = _without_titles(shape.model_json_schema())
    return schema


def model_roadmap_schema() -> dict[str, Any]:
    """Return the JSON schema of a whole roadmap."""
    return strict_schema(ModelRoadmap)


def parse_model_roadmap(text: str) -> Roadmap:
    """Read the model's JSON into a roadmap.

    Raises:
        UnusableRoadmap: it is not JSON, not of the schema's shape, or out of bounds.
    """
    try:
        lean = ModelRoadmap.model_validate_json(text)
    except ValidationError as error:
        raise unusable(error) from None
    return lean.to_roadmap()


def _week(week: ModelWeek) -> Week:
    return Week(
        week=week.week,
        title=without_controls(week.title),
        description=_prose(week.description),
        tasks=tuple(_task(task) for task in week.tasks),
    )


def _task(task: ModelTask) -> Task:
    return Task(
        day=task.day,
        title=without_controls(task.title),
        description=_prose(task.description),
        minutes=task.minutes,
        kind=task.kind,
        resources=_links(task.resources),
    )


def _links(suggested: list[ModelLink]) -> tuple[Link, ...]:
    links: dict[str, Link] = {}
    for link in suggested:
        try:
            url = canonical_url(link.url)
            title = without_controls(link.title)[:200] or url[:200]
            links.setdefault(url, Link(type=link.type, title=title, url=url))
        except (BadAddress, ValidationError):
            continue
    return tuple(links.values())[:MAX_LINKS]


def _prose(text: str) -> str:
    """Clean line by line, so that paragraphs survive."""
    return "\n".join(without_controls(line) for line in text.splitlines()).strip()


def unusable(error: ValidationError) -> UnusableRoadmap:
    """What is wrong first, in a sentence that may be shown to a model."""
    first = error.errors(include_input=False, include_url=False)[0]
    where = ".".join(str(step) for step in first["loc"]) or "the answer"
    return UnusableRoadmap(
        f"The model's answer is no usable plan: {where}: {first['msg']}.",
        remedy="Ask again; if it keeps happening, choose another model or the built-in planner.",
    )


def _without_titles(schema: Any, *, names_are_fields: bool = False) -> Any:
    """Drop pydantic's `title` annotations, but not fields that are called title."""
    if isinstance(schema, list):
        return [_without_titles(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _without_titles(value, names_are_fields=key in {"properties", "$defs"})
        for key, value in schema.items()
        if names_are_fields or key not in {"title", "description"}
    }
