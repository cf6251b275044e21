"""What letters are made of: models that clean what comes in, and say which links they need."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 (pydantic reads the annotations)
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar
from uuid import UUID  # noqa: TC003

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
)

from learnbase.errors import SchemaMismatch
from learnbase.exporting.document import is_web_address
from learnbase.planning.text import shortened, shows_something, without_controls

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Model = TypeVar("Model", bound=BaseModel)

LONGEST_LINE = 160
LONGEST_SENTENCE = 500
LONGEST_NAME = 60
LONGEST_RESOURCE_ADDRESS = 500
"""Longer ones stay in the plan: Gmail cuts a letter off at 102 kB."""
RESOURCES = 2

# A name is chosen freely, and many mail programs make links of whatever looks like one.
_LOOKS_LIKE_AN_ADDRESS = re.compile(r"[/@:]|\w\.\w{2,}")


class WrongContext(SchemaMismatch):
    """What a letter was to be made of is not what its kind knows."""

    def __init__(self, what: str, fields: Iterable[str]) -> None:
        """Name the fields, and never what stood in them: that is a learner's."""
        named = ", ".join(list(fields)[:5])
        super().__init__(
            f"{what} came in a shape this version does not know: {named}.",
            remedy="Bring Learnbase and the database to the same version: learnbase doctor.",
            code="wrong_context",
        )


class MissingLink(SchemaMismatch):
    """A letter leads somewhere for which there is no usable address."""

    def __init__(self, kind: str, names: Iterable[str]) -> None:
        """Name the links, and never where they lead: a signed address opens doors."""
        super().__init__(
            f"A letter of kind {kind} needs web addresses for: {', '.join(sorted(names)[:5])}.",
            remedy="Give each name in links_needed its address.",
            code="missing_link",
        )


def validated(model: type[Model], given: Mapping[str, Any], what: str) -> Model:
    """Return `given` as a model.

    Raises:
        WrongContext: it is not one; names the fields.
    """
    try:
        return model.model_validate(given)
    except ValidationError as error:
        places = [".".join(map(str, found["loc"])) or "all of it" for found in error.errors()]
        raise WrongContext(what, places) from None


def one_line(text: str) -> str:
    """Return a stranger's text as one line: no control, nothing that turns a line around."""
    # Nearly all text is printable (no Cc, Cf, Cs, Zl, Zp), and asking each character is slow.
    return " ".join(text.split()) if text.isprintable() else without_controls(text)


def _line(longest: int) -> Any:
    def clean(given: Any) -> Any:
        if not isinstance(given, str):
            return given
        line = one_line(given)
        return shortened(line, longest) if shows_something(line) else "…"

    return BeforeValidator(clean)


def _greeting(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    name = one_line(given)
    if not shows_something(name) or _LOOKS_LIKE_AN_ADDRESS.search(name):
        return None
    return shortened(name, LONGEST_NAME)


Line = Annotated[str, _line(LONGEST_LINE)]
"""A stranger's text as one clean line, cut at a word where it is long."""

Sentence = Annotated[str, _line(LONGEST_SENTENCE)]
"""The same with room for a sentence or two."""

Name = Annotated[str | None, BeforeValidator(_greeting)]
"""What a learner is greeted by; None where they gave none, or one that looks like an address."""

Count = Annotated[int, Field(ge=0)]
Minutes = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Provider = Literal["notion", "google"]
PROVIDERS: Mapping[Provider, str] = MappingProxyType(
    {"notion": "Notion", "google": "Google Calendar"}
)


class Part(BaseModel):
    """A part of a context."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Resource(Part):
    """A link of a task."""

    title: Line
    url: str


class Task(Part):
    """Something to do, and when it is planned."""

    task_id: UUID
    title: Line
    minutes: Minutes
    links: tuple[Resource, ...] = ()
    session_at: AwareDatetime | None = None

    @field_validator("links")
    @classmethod
    def _lead_to_the_web(cls, links: tuple[Resource, ...]) -> tuple[Resource, ...]:
        usable = [
            link
            for link in links
            if len(link.url) <= LONGEST_RESOURCE_ADDRESS and is_web_address(link.url)
        ]
        return tuple(usable[:RESOURCES])


class CatchUp(Part):
    """New times for what slipped, which wait for a word."""

    id: UUID
    text: Sentence


class Week(Part):
    """The first module that is not complete."""

    order: int
    title: Line


class Milestone(Part):
    """The next module to be complete, and the day by which."""

    order: int
    title: Line
    date: dt.date | None = None


class Fit(Part):
    """Whether a plan fits, in a sentence where there is one."""

    fits: bool
    ends_on: dt.date | None = None
    text: Sentence | None = None


class Context(Part):
    """What every letter knows: whom it greets.

    A kind's own model stands in its folder, is called `Context` as well, and says in `needs` where
    its letter leads beside the two links of every footer.
    """

    # What is unknown is refused: it would be a variable by another name.
    model_config = ConfigDict(extra="forbid")

    name: Name

    @property
    def kind(self) -> str:
        """The kind of letter: the name of its folder."""
        return type(self).__module__.rpartition(".")[2]

    def needs(self) -> Iterator[str]:
        """Name the links of this letter, such as `plan:<plan_id>`."""
        yield from ()
