"""What a learner could be given: a curriculum as blocks of assignments, for one level and style."""

from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import cycle
from typing import Any

from learnbase.planning.curriculum import Curriculum, Module, Project, Unit
from learnbase.planning.request import LearningStyle, PlanRequest, SkillLevel
from learnbase.planning.roadmap import Link, TaskKind
from learnbase.planning.text import shortened, without_controls

# Above this, a task that takes half an hour would make a week of more than fifty tasks.
_WHOLE_UNITS_FROM = 30
_REFRESHER_MINUTES = 40
_TEACHING_BACK_MINUTES = 40
_LONGEST_TOPIC = 60

_READ_ENDINGS = (
    "Close it afterwards and write down the three points you would tell a friend.",
    "Stop after each section and say its point in one sentence of your own.",
    "Note every word you had to guess, and settle it before you go on.",
    "End with one question it did not answer, and find the answer.",
)
_WATCH_ENDINGS = (
    "Pause before each solution and predict it.",
    "After each step, do it yourself before you go on.",
    "Watch once without stopping, then again with notes.",
    "Afterwards, explain it aloud in two minutes.",
)
_TWISTS = (
    "Then change one requirement and make that work too.",
    "Then do it again with other material, in half the time.",
    "Then compare with your first version and keep the better part of each.",
)


class Rank(IntEnum):
    """How early a block is chosen when there is time: the least goes first."""

    PROJECT = 0
    CORE = 1
    USEFUL = 2
    STRETCH = 3
    FURTHER = 4
    LAB = 5


@dataclass(frozen=True)
class Assignment:
    """One thing to do, which may take several sittings.

    Attributes:
        unit: What it belongs to, for headings.
        minutes: At an even pace.
    """

    title: str
    kind: TaskKind
    unit: str
    minutes: float
    description: str
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Block:
    """What is chosen or left out together, and the heading it stands under."""

    title: str
    heading: str
    goal: str
    rank: Rank
    assignments: tuple[Assignment, ...]

    @property
    def minutes(self) -> float:
        """All its assignments together."""
        return sum(assignment.minutes for assignment in self.assignments)


def about(curriculum: Curriculum, topic: str) -> Curriculum:
    """Return the general method with the learner's topic in its sentences."""
    short = shortened(without_controls(topic), _LONGEST_TOPIC)

    def filled(value: Any) -> Any:
        if isinstance(value, str):
            return value.replace("{topic}", short)
        if isinstance(value, dict):
            return {key: filled(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return tuple(filled(item) for item in value)
        return value

    return Curriculum.model_validate(filled(curriculum.model_dump()))


def blocks(curriculum: Curriculum, request: PlanRequest) -> tuple[Block, ...]:
    """Return all that the learner could do, in the order it is taught.

    The core is the learner's own level and the next one. The level below is refreshed in short,
    what lies further below is taken as known, what lies further above is for those with time.
    """
    author = _Author(curriculum, request)
    levels = list(SkillLevel)
    own = levels.index(request.skill_level)
    main = min(own + 1, len(levels) - 1)
    found: list[Block] = []
    for index, level in enumerate(levels):
        modules = [module for module in curriculum.modules if module.level is level]
        if index == own - 1:
            found += [author.refresher(module) for module in modules]
        if index < own:
            continue
        # A module is practised once more after the next one: what was nearly forgotten sticks.
        waiting: list[Block] = []
        for module in modules:
            found += [author.unit(module, unit, beyond=index > main) for unit in module.units]
            found += waiting
            waiting = [author.lab(module)]
        found += waiting
        rank = Rank.USEFUL if index < main else Rank.FURTHER if index > main else Rank.PROJECT
        found.append(author.project(curriculum.projects[level], rank))
    found += [author.project(project, Rank.FURTHER) for project in curriculum.further]
    return tuple(found)


class _Author:
    """Writes assignments; its state is what keeps neighbouring ones from sounding alike."""

    def __init__(self, curriculum: Curriculum, request: PlanRequest) -> None:
        self._pages = curriculum.resources
        self._videos = self._links(curriculum.watch, 2)
        self._style = request.learning_style
        self._whole = request.weekly_hours > _WHOLE_UNITS_FROM
        self._read_ending = cycle(_READ_ENDINGS)
        self._watch_ending = cycle(_WATCH_ENDINGS)
        self._twist = cycle(_TWISTS)
        self._mixed = cycle((TaskKind.READ, TaskKind.WATCH))
        self._mixed_whole = cycle((TaskKind.READ, TaskKind.PRACTICE, TaskKind.WATCH))

    def unit(self, module: Module, unit: Unit, *, beyond: bool) -> Block:
        rank = Rank.STRETCH if beyond else Rank.USEFUL if unit.extra else Rank.CORE
        if not unit.learn:
            assignments: tuple[Assignment, ...] = (self._practice(unit, unit.minutes),)
        elif self._whole:
            assignments = (self._whole_unit(unit),)
        else:
            kind, share = self._mix()
            assignments = (
                self._study(unit, kind, unit.minutes * share),
                self._practice(unit, unit.minutes * (1 - share)),
            )
        return Block(unit.title, module.title, module.goal, rank, assignments)

    def refresher(self, module: Module) -> Block:
        checks = " or ".join(f"“{unit.do.title}”" for unit in module.units[-2:])
        assignment = Assignment(
            title=f"Refresh: {module.title}",
            kind=TaskKind.REVIEW,
            unit=module.title,
            minutes=_REFRESHER_MINUTES,
            description=f"You have been here before. {module.goal} Test yourself without notes"
            f" on {checks}. What goes smoothly needs no more time; note what does not.",
            links=self._links(tuple(name for unit in module.units for name in unit.links), 2),
        )
        return Block(
            assignment.title, "Finding your footing", module.goal, Rank.USEFUL, (assignment,)
        )

    def lab(self, module: Module) -> Block:
        again = tuple(
            Assignment(
                title=f"From memory: {unit.do.title}",
                kind=TaskKind.PRACTICE,
                unit=unit.title,
                minutes=unit.minutes * 0.5,
                description=f"Once more, without looking anything up. {unit.do.how}"
                f" {next(self._twist)}",
                links=self._links(unit.links, 1),
            )
            for unit in module.units
            if unit.learn
        )
        if self._whole:
            again = self._together(module, again)
        teaching = Assignment(
            title=f"Teach it: {module.title}",
            kind=TaskKind.REVIEW,
            unit=module.title,
            minutes=_TEACHING_BACK_MINUTES,
            description="Explain to somebody, or to an empty page, without notes:"
            f" {_listed([unit.title for unit in module.units])}. Where you falter, go back.",
        )
        return Block(
            f"Practice lab: {module.title}",
            module.title,
            module.goal,
            Rank.LAB,
            (*again, teaching),
        )

    def project(self, project: Project, rank: Rank) -> Block:
        steps = tuple(
            Assignment(
                title=f"{project.title}: {step.title}",
                kind=TaskKind.PROJECT,
                unit=step.title,
                minutes=project.minutes / len(project.steps),
                description=step.how,
                links=self._links(project.links, 3) if index == 0 else (),
            )
            for index, step in enumerate(project.steps)
        )
        return Block(f"Project: {project.title}", project.title, project.goal, rank, steps)

    def _mix(self) -> tuple[TaskKind, float]:
        """Return how a unit is studied, and the share of its minutes that this takes."""
        match self._style:
            case LearningStyle.READING:
                return TaskKind.READ, 0.55
            case LearningStyle.VIDEO:
                return TaskKind.WATCH, 0.55
            case LearningStyle.PRACTICE:
                return TaskKind.READ, 0.25
            case LearningStyle.MIXED:
                return next(self._mixed), 0.4

    def _study(self, unit: Unit, kind: TaskKind, minutes: float) -> Assignment:
        if kind is TaskKind.READ:
            title, links = f"Read: {unit.title}", self._links(unit.links, 3)
            description = f"{unit.learn} {next(self._read_ending)}"
        else:
            title, links = f"Watch: {unit.title}", self._videos
            where = "in the linked collection" if links else "by a teacher you trust"
            description = (
                f"{unit.learn} Choose a lesson on this {where}. {next(self._watch_ending)}"
            )
        return Assignment(title, kind, unit.title, minutes, description, links)

    def _practice(self, unit: Unit, minutes: float) -> Assignment:
        return Assignment(
            title=unit.do.title,
            kind=TaskKind.PRACTICE,
            unit=unit.title,
            minutes=minutes,
            description=unit.do.how,
            links=self._links(unit.links, 1 if unit.learn else 3),
        )

    def _whole_unit(self, unit: Unit) -> Assignment:
        """Study and practise in one long sitting, under the name of what the style prefers."""
        kinds = {
            LearningStyle.READING: TaskKind.READ,
            LearningStyle.VIDEO: TaskKind.WATCH,
            LearningStyle.PRACTICE: TaskKind.PRACTICE,
        }
        kind = kinds.get(self._style) or next(self._mixed_whole)
        practice = self._practice(unit, unit.minutes)
        if kind is TaskKind.PRACTICE:
            links = self._links(unit.links, 3)
            return replace(practice, description=f"{unit.learn} {unit.do.how}", links=links)
        study = self._study(unit, kind, unit.minutes)
        doing = f" Then: {_lowered(unit.do.title)}. {unit.do.how}"
        return replace(study, description=study.description + doing)

    def _together(self, module: Module, again: tuple[Assignment, ...]) -> tuple[Assignment, ...]:
        if not again:
            return ()
        names = _listed([f"“{unit.do.title}”" for unit in module.units if unit.learn])
        return (
            Assignment(
                title=f"From memory: {module.title}",
                kind=TaskKind.PRACTICE,
                unit=module.title,
                minutes=sum(assignment.minutes for assignment in again),
                description=f"Once more, without looking anything up: {names}. {next(self._twist)}",
            ),
        )

    def _links(self, names: tuple[str, ...], count: int) -> tuple[Link, ...]:
        pages = [self._pages[name] for name in dict.fromkeys(names)][:count]
        return tuple(Link(type=page.type, title=page.title, url=page.url) for page in pages)


def _lowered(sentence: str) -> str:
    """Return a sentence so that it can follow a colon; a name or an acronym keeps its capital."""
    first = sentence.split(" ", 1)[0]
    return sentence if first[1:] != first[1:].lower() else sentence[:1].lower() + sentence[1:]


def _listed(names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} and {names[-1]}"
