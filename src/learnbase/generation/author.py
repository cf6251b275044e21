"""Writing a plan with a model: in one answer where it fits, in steps where it does not.

A long plan is an outline first, then weeks in chunks side by side, each of which is told the whole
outline, so that nothing is cut off, repeated or drifts away. What does not pass the checks goes
back with the reasons; what still does not is mended by rule where there is a rule.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel

from learnbase.generation.asks import BudgetUsed, ModelFailed
from learnbase.generation.refusal import refuse
from learnbase.planning import prompt
from learnbase.planning.budget import MAX_WEEKS, sessions
from learnbase.planning.checks import Finding, findings
from learnbase.planning.mending import rebalance
from learnbase.planning.model_roadmap import (
    ModelOutline,
    ModelRoadmap,
    ModelWeeks,
    Outline,
    OutlineWeek,
    UnusableRoadmap,
)
from learnbase.planning.roadmap import Roadmap
from learnbase.planning.rooms import OPEN_END, Room, known_rooms, rooms

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from learnbase.generation.asks import Asks
    from learnbase.generation.draft import Draft
    from learnbase.planning.prompt import Messages
    from learnbase.planning.request import PlanRequest
    from learnbase.planning.roadmap import Week

    Progress = Callable[[int, Draft], Awaitable[None]]

ShapeT = TypeVar("ShapeT", bound=BaseModel)
ReadT = TypeVar("ReadT")
_WEEKS_IN_ONE = 6
_TASKS_IN_ONE = 40
_CHUNK = 3
_AT_A_TIME = 6
_TRIES = 3
_REPAIRS = 2
_OUTLINE_DONE, _WRITTEN, _CHECKED = 15, 85, 95  # per cent
_READ_AGAIN = {"model_garbled", "model_empty", "model_too_long"}


@dataclass(frozen=True)
class Written:
    """A plan that passed the checks.

    Attributes:
        roadmap: Its links are unchecked.
        valid_at_first_try: Whether nothing was found wrong with what the model wrote first.
        repaired: Whether the model had to be asked again for what was wrong.
        mended: What was mended by rule in the end.
        first: As the model wrote it first.
        found: What was wrong with that.
        draft: All of it as it was told of.
    """

    roadmap: Roadmap
    valid_at_first_try: bool
    repaired: bool
    mended: tuple[Finding, ...]
    first: Roadmap
    found: tuple[Finding, ...]
    draft: Draft


async def write(
    request: PlanRequest, model: Asks, *, person: str, draft: Draft, progress: Progress
) -> Written:
    """Write a plan.

    Args:
        request: what the learner wants.
        model: whom to ask.
        person: whoever it is for, to tell people apart at the service.
        draft: what an earlier delivery has written; never asked for again.
        progress: told per cent and the draft whenever a part is finished.

    Raises:
        NoTime: the request leaves no time to plan in.
        ModelFailed: what the model wrote cannot be used, in a sentence for the learner.
        Unavailable, AccessDenied: the model could not be asked.
    """
    known_rooms(request)  # without time nobody is asked
    return await _Author(request, model, person, draft, progress).write()


class _Author:
    def __init__(
        self, request: PlanRequest, model: Asks, person: str, draft: Draft, progress: Progress
    ) -> None:
        self._request = request
        self._model = model
        self._person = person
        self._draft = draft
        self._progress = progress
        self._gate = asyncio.Semaphore(_AT_A_TIME)
        self._to_write = 1
        self._was_garbled = False

    async def write(self) -> Written:
        known = known_rooms(self._request)
        if known is not None and _fits_in_one(known) and not self._draft.outline:
            try:
                await self._in_one(known)
            except ModelFailed as failed:
                if failed.code != "model_truncated" or len(known) == 1:
                    raise
        if self._draft.outline is None:
            await self._ask_outline()
        wanted = self._wanted()
        await self._ask_weeks(wanted)
        first = self._roadmap(wanted)
        found = findings(first, self._request)
        first_try = not found and not self._was_garbled
        repaired = await self._repaired(first, found, wanted)
        left = findings(repaired, self._request)
        roadmap = rebalance(repaired, self._request)
        refuse(findings(roadmap, self._request))
        await self._progress(_CHECKED, self._draft)
        return Written(
            roadmap, first_try, bool(found), tuple(left), first, tuple(found), self._draft
        )

    # Asking

    async def _in_one(self, known: Sequence[Room]) -> None:
        asked = prompt.messages(self._request)
        roadmap = await self._ask(asked, ModelRoadmap, ModelRoadmap.to_roadmap)
        weeks = _numbered(roadmap.weeks, known)
        outline = Outline(
            summary=roadmap.summary,
            left_out=roadmap.left_out,
            weeks=tuple(
                OutlineWeek(week=w.week, title=w.title, description=w.description) for w in weeks
            ),
        )
        await self._add(self._draft.with_outline(outline).with_weeks(weeks), _WRITTEN)

    async def _ask_outline(self) -> None:
        asked = prompt.outline_messages(self._request)
        outline = await self._ask(asked, ModelOutline, ModelOutline.to_outline)
        await self._add(self._draft.with_outline(outline), _OUTLINE_DONE)

    async def _ask_weeks(self, wanted: Sequence[Room]) -> None:
        missing = [room for room in wanted if room.number not in self._draft.weeks]
        self._to_write = max(1, len(wanted))
        chunks = [missing[at : at + _CHUNK] for at in range(0, len(missing), _CHUNK)]
        await _all(self._ask_chunk(chunk) for chunk in chunks)

    async def _ask_chunk(self, chunk: Sequence[Room]) -> None:
        if self._draft.outline is None:
            raise AssertionError("weeks are written from an outline")
        asked = prompt.weeks_messages(self._request, self._draft.outline, chunk)
        try:
            async with self._gate:
                weeks = await self._ask(asked, ModelWeeks, ModelWeeks.to_weeks)
        except ModelFailed as failed:
            if failed.code != "model_truncated" or len(chunk) == 1:
                raise
            half = len(chunk) // 2
            await _all(self._ask_chunk(part) for part in (chunk[:half], chunk[half:]))
            return
        await self._keep(_numbered(weeks, chunk))

    async def _repaired(
        self, roadmap: Roadmap, found: Sequence[Finding], wanted: Sequence[Room]
    ) -> Roadmap:
        """Ask again for the weeks that something is wrong with; a second time if it helped."""
        for _ in range(_REPAIRS):
            if not found:
                break
            before = len(found)
            await _all(self._repair(chunk, found) for chunk in _concerned(roadmap, found, wanted))
            roadmap = self._roadmap(wanted)
            found = findings(roadmap, self._request)
            if len(found) >= before:
                break
        return roadmap

    async def _repair(self, chunk: Sequence[Room], found: Sequence[Finding]) -> None:
        numbers = {room.number for room in chunk}
        weeks = [self._draft.weeks[number] for number in sorted(numbers & {*self._draft.weeks})]
        about = [f for f in found if f.week is None or f.week in numbers]
        asked = prompt.repair_messages(self._request, weeks, about, chunk)
        try:
            async with self._gate:
                again = await self._ask(asked, ModelWeeks, ModelWeeks.to_weeks)
        except (ModelFailed, BudgetUsed):
            return  # what there is may still be mended by rule
        await self._keep(_numbered(again, chunk))

    async def _ask(
        self, messages: Messages, shape: type[ShapeT], read: Callable[[ShapeT], ReadT]
    ) -> ReadT:
        """Ask until the answer can be read, a few times, with what was wrong with the last."""
        asked = messages
        for last in (False,) * (_TRIES - 1) + (True,):
            try:
                reply = await self._model.ask(asked, shape, person=self._person)
                return _within_bounds(read, reply.value)
            except ModelFailed as failed:
                if last or failed.code not in _READ_AGAIN:
                    raise
                self._was_garbled = True
                asked = prompt.again(messages, failed.reason or failed.message)
        raise AssertionError("the last try returns or raises")

    # What there is so far

    async def _keep(self, weeks: Sequence[Week]) -> None:
        draft = self._draft.with_weeks(weeks)
        share = (_WRITTEN - _OUTLINE_DONE) * len(draft.weeks) / self._to_write
        await self._add(draft, min(_WRITTEN, _OUTLINE_DONE + int(share)))

    async def _add(self, draft: Draft, percent: int) -> None:
        self._draft = draft
        await self._progress(percent, draft)

    def _wanted(self) -> tuple[Room, ...]:
        """The weeks of the plan: as the dates say, or as many as the outline has."""
        outline = self._draft.outline
        known = known_rooms(self._request)
        if known is not None or outline is None:
            return known or ()
        return rooms(self._request, weeks=min(len(outline.weeks), OPEN_END, MAX_WEEKS))

    def _roadmap(self, wanted: Sequence[Room]) -> Roadmap:
        outline = self._draft.outline
        weeks = [self._draft.weeks.get(room.number) for room in wanted]
        return Roadmap(
            weeks=tuple(week for week in weeks if week is not None),
            summary=outline.summary if outline else "",
            left_out=outline.left_out if outline else (),
            method="model",
        )


def _fits_in_one(known: Sequence[Room]) -> bool:
    tasks = sum(sessions(room.minutes, room.budget.days) for room in known)
    return len(known) <= _WEEKS_IN_ONE and tasks <= _TASKS_IN_ONE


def _numbered(weeks: Sequence[Week], chunk: Sequence[Room]) -> tuple[Week, ...]:
    """Give weeks the numbers they were asked under; a model that counts from one is no matter.

    Nor is one that writes more weeks than it was asked for.
    """
    numbers = [room.number for room in chunk]
    written = {week.week for week in weeks}
    if written <= set(numbers) or written > set(numbers):
        return tuple(week for week in weeks if week.week in numbers)
    return tuple(
        week.model_copy(update={"week": number})
        for week, number in zip(weeks, numbers, strict=False)
    )


def _concerned(
    roadmap: Roadmap, found: Sequence[Finding], wanted: Sequence[Room]
) -> list[list[Room]]:
    """The weeks to ask for again, in chunks; all of them where the plan as a whole is wrong."""
    numbers = {finding.week for finding in found}
    missing = {room.number for room in wanted} - {week.week for week in roadmap.weeks}
    concerned = [
        room
        for room in wanted
        if None in numbers or room.number in numbers or room.number in missing
    ]
    return [concerned[at : at + _CHUNK] for at in range(0, len(concerned), _CHUNK)]


def _within_bounds(read: Callable[[ShapeT], ReadT], value: ShapeT) -> ReadT:
    """Read an answer, so that one out of its bounds can be asked for again."""
    try:
        return read(value)
    except UnusableRoadmap as problem:
        failed = ModelFailed(
            "The model's answer is not a plan", remedy="Try again", code="model_garbled"
        )
        failed.reason = problem.message
        raise failed from problem


async def _all(questions: Iterable[Awaitable[None]]) -> None:
    """Ask side by side; what was answered is kept before the first failure is told."""
    ended = await asyncio.gather(*questions, return_exceptions=True)
    problems = [problem for problem in ended if isinstance(problem, BaseException)]
    if problems:
        # One that ends the work for good comes before one that only puts it off.
        raise next((p for p in problems if isinstance(p, ModelFailed)), problems[0])
