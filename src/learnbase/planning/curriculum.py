"""The hand-made curricula: subjects as ordered modules of units, with first-party pages.

They are data, in `curricula/*.yaml`; this module reads and checks them. A text of the form
`Title | how to do it` is a task. `general.yaml` is the method for every other topic.
"""

from functools import cache
from importlib import resources
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from learnbase.planning.request import SkillLevel
from learnbase.planning.roadmap import Address, ResourceType
from learnbase.planning.text import Prose, Title

GENERAL = "general"


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Page(_Entry):
    """A first-party page; nobody has checked yet that it still answers."""

    type: ResourceType
    title: Title
    url: Address
    author: Title | None = None


class Step(_Entry):
    """Something to do: what, and how."""

    title: Title
    how: Prose


def _step(text: Any) -> Any:
    if isinstance(text, str):
        title, _, how = text.partition(" | ")
        return {"title": title, "how": how}
    return text


Doing = Annotated[Step, BeforeValidator(_step)]


class Unit(_Entry):
    """The smallest thing that is taught whole.

    Attributes:
        minutes: What a learner needs for it at an even pace.
        learn: What to understand; empty for a unit that is only done.
        do: What to do with it.
        links: Names in the curriculum's `resources`.
        extra: It is the first to go when time is short.
    """

    title: Title
    minutes: Annotated[int, Field(ge=30, le=240)]
    learn: Prose = ""
    do: Doing
    links: tuple[str, ...] = ()
    extra: bool = False


class Module(_Entry):
    """Units that reach one goal together."""

    key: str
    title: Title
    level: SkillLevel
    goal: Prose
    units: Annotated[tuple[Unit, ...], Field(min_length=1)]


class Project(_Entry):
    """A longer piece of work, in steps of a sitting or a few."""

    title: Title
    minutes: Annotated[int, Field(ge=60)]
    goal: Prose
    steps: Annotated[tuple[Doing, ...], Field(min_length=3)]
    links: tuple[str, ...] = ()


class Curriculum(_Entry):
    """A subject.

    Attributes:
        name: As it stands in a sentence.
        names: What can only mean this subject, wherever it stands in a topic.
        words: What means it if little else is said.
        hints: What speaks for it without meaning it.
        excluded: What means something else.
        begins_with: Modules of other subjects that come first.
        watch: Names of the pages with videos.
        resources: Its pages, by name.
        projects: One to end each level with.
        further: More projects, for learners with much time.
    """

    name: Title
    names: tuple[str, ...]
    words: tuple[str, ...]
    hints: tuple[str, ...]
    excluded: tuple[str, ...]
    begins_with: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    watch: tuple[str, ...]
    resources: dict[str, Page]
    modules: Annotated[tuple[Module, ...], Field(min_length=1)]
    projects: dict[SkillLevel, Project]
    further: tuple[Project, ...]


@cache
def curricula() -> dict[str, Curriculum]:
    """Return every subject by its slug, the general method left out."""
    folder = resources.files(__package__) / "curricula"
    slugs = sorted(
        entry.name.removesuffix(".yaml")
        for entry in folder.iterdir()
        if entry.name.endswith(".yaml")
    )
    return {slug: _read(slug) for slug in slugs if slug != GENERAL}


@cache
def general_method() -> Curriculum:
    """Return the method for a topic without a curriculum; `{topic}` stands for the topic."""
    return _read(GENERAL)


@cache
def with_its_beginnings(slug: str) -> Curriculum:
    """Return the subject with the modules it begins with, and their pages, put in front."""
    curriculum = curricula()[slug]
    modules: list[Module] = []
    pages: dict[str, Page] = {}
    for earlier, keys in curriculum.begins_with.items():
        source = curricula()[earlier]
        by_key = {module.key: module for module in source.modules}
        modules += [_qualified(by_key[key], earlier) for key in keys]
        pages |= {f"{earlier}/{name}": page for name, page in source.resources.items()}
    return curriculum.model_copy(
        update={
            "modules": (*modules, *curriculum.modules),
            "resources": pages | curriculum.resources,
        }
    )


def _qualified(module: Module, slug: str) -> Module:
    """Name the module's pages so that they cannot be taken for the other subject's."""
    units = tuple(
        unit.model_copy(update={"links": tuple(f"{slug}/{name}" for name in unit.links)})
        for unit in module.units
    )
    return module.model_copy(update={"units": units})


def _read(slug: str) -> Curriculum:
    text = (resources.files(__package__) / "curricula" / f"{slug}.yaml").read_text("utf-8")
    # libyaml reads the fifteen files in a tenth of the time, where the wheel was built with it.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return Curriculum.model_validate(yaml.load(text, Loader=loader))  # noqa: S506 (both are safe)
