"""The built-in planner: the same request gives the same plan, offline and in milliseconds."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from learnbase.planning.blocks import Block, about, blocks
from learnbase.planning.budget import (
    MAX_WEEKS,
    SHORTEST_TASK,
    WeekBudget,
    check_there_is_time,
    in_fives,
    sessions,
)
from learnbase.planning.curriculum import (
    GENERAL,
    Curriculum,
    general_method,
    with_its_beginnings,
)
from learnbase.planning.fitting import spread
from learnbase.planning.layout import Piece, lay_out, longest_sitting
from learnbase.planning.matching import matching_curriculum
from learnbase.planning.mending import rebalance
from learnbase.planning.request import PlanRequest
from learnbase.planning.roadmap import MAX_LEFT_OUT, Roadmap, Task, TaskKind, Week
from learnbase.planning.rooms import rooms
from learnbase.planning.selection import SLOWEST, Selection, natural_minutes, select, unfinished
from learnbase.planning.text import shortened

_REVIEW_EVERY = 4
_TOO_SHORT_TO_TEACH = 40
_LONG_ENOUGH_TO_CLOSE = 240


@dataclass(frozen=True)
class _Slot:
    """A week's minutes: so many for what is new, so many for looking back."""

    budget: WeekBudget
    teaching: int
    review: int


def plan(request: PlanRequest) -> Roadmap:
    """Make a plan from a curriculum, or by the general method where there is none.

    For a plan that is there already, only the weeks that may change.

    Raises:
        NoTime: no hours, or the deadline lies before the start.
    """
    if request.only_week is not None:
        return _one_week(request, request.only_week)
    roadmap = _plan(request)
    return rebalance(roadmap, request) if request.living else roadmap


def _one_week(request: PlanRequest, number: int) -> Roadmap:
    """The week as it would be if the whole plan were made now."""
    free: dict[str, Any] = {"living": None, "only_week": None, "from_week": 1, "finished": ()}
    whole = _plan(request.model_copy(update=free))
    [*_, week] = [week for week in whole.weeks if week.week <= number]
    return rebalance(whole.model_copy(update={"weeks": (week,), "left_out": ()}), request)


def _plan(request: PlanRequest) -> Roadmap:
    check_there_is_time(request)
    slug = matching_curriculum(request.topic)
    curriculum = with_its_beginnings(slug) if slug else about(general_method(), request.topic)
    everything = blocks(curriculum, request)
    # Somebody who has finished it all gets it to practise once more rather than nothing.
    possible = unfinished(everything, _behind(request)) or everything
    slots = _slots(request, possible)
    selection = select(possible, sum(slot.teaching for slot in slots))
    fitted = _ending_when_done(slots, selection.minutes)
    longest = longest_sitting(slots[0].budget)
    taught = [slot.teaching for slot in fitted if slot.teaching]
    laid_out = lay_out(selection.blocks, taught, longest=longest)
    weeks = _weeks(fitted, laid_out + [[]] * (len(fitted) - len(taught)), longest)
    return Roadmap(
        weeks=weeks,
        summary=_summary(curriculum, selection, weeks),
        left_out=_left_out(selection, laid_out),
        method=f"curriculum:{slug}" if slug else GENERAL,
        note=_note(request, slots, fitted, slug),
    )


def _behind(request: PlanRequest) -> tuple[str, ...]:
    """What need not be planned: finished, or in the plan to stay."""
    weeks = request.living.weeks if request.living else ()
    return (*request.finished, *(task.title for week in weeks for task in week.fixed))


def _slots(request: PlanRequest, possible: Sequence[Block]) -> tuple[_Slot, ...]:
    """Return the weeks up to the deadline, or as many as the core takes."""
    budgets = [room.budget for room in rooms(request, weeks=MAX_WEEKS)]
    if request.deadline_date is not None:
        return _shared_out(budgets)
    wanted = natural_minutes(possible)
    weeks = 1
    while (
        weeks < len(budgets)
        and sum(slot.teaching for slot in _shared_out(budgets[:weeks])) < wanted * 0.95
    ):
        weeks += 1
    return _shared_out(budgets[:weeks])


def _shared_out(budgets: Sequence[WeekBudget]) -> tuple[_Slot, ...]:
    reviews = [_review_minutes(budget, last=budgets[-1].number) for budget in budgets]
    return tuple(
        _Slot(budget, budget.minutes - review, review)
        for budget, review in zip(budgets, reviews, strict=True)
    )


def _review_minutes(budget: WeekBudget, *, last: int) -> int:
    """Return what a week gives to looking back: every fourth some, the last one too."""
    if last == 1 and budget.minutes < _LONG_ENOUGH_TO_CLOSE:
        return 0
    if budget.number == last:
        if last > 1 and budget.minutes < _TOO_SHORT_TO_TEACH:
            return budget.minutes
        return min(60, max(SHORTEST_TASK, in_fives(budget.minutes * 0.1)))
    if budget.number % _REVIEW_EVERY == 0:
        return min(120, max(SHORTEST_TASK, in_fives(budget.minutes * 0.15)))
    return 0


def _ending_when_done(slots: tuple[_Slot, ...], minutes: float) -> tuple[_Slot, ...]:
    """Return the weeks up to where there is nothing left to do at the slowest sensible pace."""
    most = minutes * SLOWEST
    if sum(slot.teaching for slot in slots) <= most:
        return slots
    budgets = [slot.budget for slot in slots]
    for count in range(len(slots) - 1, 0, -1):
        shorter = _shared_out(budgets[:count])
        if sum(slot.teaching for slot in shorter) <= most:
            return shorter
    # Less than a week: the only week that may be light, because the plan ends in it.
    return (_Slot(budgets[0], max(SHORTEST_TASK, in_fives(most)), slots[0].review),)


def _weeks(
    slots: Sequence[_Slot], laid_out: Sequence[Sequence[Piece]], longest: int
) -> tuple[Week, ...]:
    parts = Counter(piece.order for pieces in laid_out for piece in pieces)
    begun: Counter[int] = Counter()
    weeks: list[Week] = []
    titles = _week_titles(laid_out)
    since_review: list[str] = []
    for slot, pieces, title in zip(slots, laid_out, titles, strict=True):
        tasks: list[Task] = []
        for piece in pieces:
            begun[piece.order] += 1
            tasks.append(_task(piece, begun[piece.order], parts[piece.order]))
        since_review += [piece.assignment.unit for piece in pieces]
        if slot.review:
            tasks += _review(slot, len(slots), since_review, longest)
            since_review = []
        weeks.append(
            Week(
                week=slot.budget.number,
                title=title,
                description=_week_description(pieces),
                tasks=_on_days(tasks, slot.budget),
            )
        )
    return tuple(weeks)


def _task(piece: Piece, part: int, parts: int) -> Task:
    assignment = piece.assignment
    title, description = assignment.title, assignment.description
    if parts > 1:
        title = f"{title} ({part} of {parts})"
        description = f"{_part_lead(assignment.kind, part, parts)} {description}"
    return Task(
        day=1,
        title=title,
        description=description,
        minutes=piece.minutes,
        kind=assignment.kind,
        resources=assignment.links,
    )


def _part_lead(kind: TaskKind, part: int, parts: int) -> str:
    studying = kind in {TaskKind.READ, TaskKind.WATCH}
    if part == 1:
        return "Get an overview first." if studying else "Begin with the simplest version."
    if part == parts:
        return "Finish it, and check what stayed." if studying else "Finish it and check it."
    return "Carry on where you stopped; begin by recalling the last part."


def _review(slot: _Slot, last: int, units: list[str], longest: int) -> list[Task]:
    names = list(dict.fromkeys(units))
    number = slot.budget.number
    if number == last:
        title = "Look back and decide what comes next"
        lead = "Go through what you made from the first week on: what is easy now that was not?"
        lead += " Choose what you want to keep up, and how."
    else:
        title = f"Review: weeks {number - _REVIEW_EVERY + 1} to {number}"
        lead = "Without notes, write down what you remember of each; look up only what is missing,"
        lead += " and do the weakest one again."
    description = f"{lead} {shortened('On the list: ' + '; '.join(names) + '.', 1000)}"
    rest = max(SHORTEST_TASK, slot.review - longest) if slot.review > longest else 0
    tasks = [_reviewing(title, description if names else lead, slot.review - rest)]
    if rest:
        tasks.append(_reviewing("Mend the weakest point", "Do again what went worst.", rest))
    return tasks


def _reviewing(title: str, description: str, minutes: int) -> Task:
    kind = TaskKind.REVIEW
    return Task(day=1, title=title, description=description, minutes=minutes, kind=kind)


def _on_days(tasks: Sequence[Task], budget: WeekBudget) -> tuple[Task, ...]:
    days = spread(
        [task.minutes for task in tasks],
        days=budget.days,
        sessions=sessions(budget.minutes, budget.days),
    )
    return tuple(
        task.model_copy(update={"day": day}) for task, day in zip(tasks, days, strict=True)
    )


def _week_titles(laid_out: Sequence[Sequence[Piece]]) -> list[str]:
    """Name each week after what takes most of it, no two alike."""
    main = [_by_minutes(pieces) for pieces in laid_out]
    spans = Counter(heading for heading, _ in main)
    seen: Counter[str] = Counter()
    titles: list[str] = []
    for heading, units in main:
        names = [f"{heading}: {unit}" for unit in units] if spans[heading] > 1 else [heading]
        title = next((name for name in names if name not in seen), names[0])
        before = seen[title]
        seen[title] += 1
        if before:
            title += ", continued" if before == 1 else f", continued ({before})"
        titles.append(title)
    return titles


def _by_minutes(pieces: Sequence[Piece]) -> tuple[str, list[str]]:
    """Return the heading that most of the week goes to, and its units, the longest first."""
    if not pieces:
        return "Looking back", []
    minutes: Counter[str] = Counter()
    for piece in pieces:
        minutes[piece.block.heading] += piece.minutes
    [(heading, _)] = minutes.most_common(1)
    units: Counter[str] = Counter()
    for piece in pieces:
        if piece.block.heading == heading:
            units[piece.assignment.unit] += piece.minutes
    return heading, [unit for unit, _ in units.most_common()]


def _week_description(pieces: Sequence[Piece]) -> str:
    if not pieces:
        return "The last days before your deadline: look back, and choose what comes next."
    heading, _ = _by_minutes(pieces)
    goal = next(piece.block.goal for piece in pieces if piece.block.heading == heading)
    names = list(dict.fromkeys(piece.assignment.unit for piece in pieces))
    return shortened(f"{goal} This week: {'; '.join(names)}.", 2000)


def _summary(curriculum: Curriculum, selection: Selection, weeks: Sequence[Week]) -> str:
    minutes = sum(week.minutes for week in weeks)
    amount = f"{minutes / 60:.0f} hours" if minutes >= 2 * 60 else f"{minutes} minutes"
    span = f"{len(weeks)} weeks" if len(weeks) > 1 else "one week"
    last = selection.blocks[-1]
    return f"{curriculum.name} in {span}, {amount} in all, up to “{last.heading}”. {last.goal}"


def _left_out(selection: Selection, laid_out: Sequence[Sequence[Piece]]) -> tuple[str, ...]:
    kept = {piece.block.title for pieces in laid_out for piece in pieces}
    fell_off = [block.title for block in selection.blocks if block.title not in kept]
    return tuple(dict.fromkeys([*selection.left_out, *fell_off]))[:MAX_LEFT_OUT]


def _note(
    request: PlanRequest, slots: Sequence[_Slot], fitted: Sequence[_Slot], slug: str | None
) -> str:
    sentences = []
    if request.language.split("-")[0].lower() != "en":
        sentences.append("The built-in planner writes in English only.")
    if request.wish:
        sentences.append("The built-in planner cannot follow a wish in words.")
    if slug is None:
        sentences.append(
            "There is no curriculum for this topic, so the plan gives a method and no links."
        )
    planned = sum(slot.teaching + slot.review for slot in fitted)
    if planned < sum(slot.teaching + slot.review for slot in slots):
        sentences.append(
            "You have more time than this plan fills: it ends when its material is done."
        )
    return " ".join(sentences)
