"""Every brief put to a model, and what came of each.

One that fails is a line of the scorecard, not the end; a key that is not accepted is the end.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from learnbase.errors import AccessDenied, LearnbaseError
from learnbase.generation import author, warranty
from learnbase.generation.asks import ModelFailed
from learnbase.generation.draft import Draft
from learnbase.planning import builtin, scorecard
from learnbase.planning.checks import findings
from learnbase.planning.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from learnbase.generation.asks import Asks
    from learnbase.generation.warranty import Looks
    from learnbase.planning.briefs import Brief
    from learnbase.planning.roadmap import Roadmap
    from learnbase.planning.scorecard import Record
    from learnbase.planning.usage import Reply

ShapeT = TypeVar("ShapeT", bound=BaseModel)
_PERSON = "evaluation"
_MILLION = 1_000_000


@dataclass(frozen=True)
class Price:
    """US dollars for a million tokens."""

    input_usd: float
    output_usd: float

    def of(self, usage: Usage) -> float:
        """What so many tokens cost."""
        return (
            usage.input_tokens * self.input_usd + usage.output_tokens * self.output_usd
        ) / _MILLION


@dataclass(frozen=True)
class Trial:
    """How briefs are tried.

    Attributes:
        model: Whom to ask; None for the built-in planner.
        web: Looks at the links; None leaves them.
        price: The model's, where it is known.
        at_once: How many briefs at a time.
    """

    model: Asks | None
    web: Looks | None
    price: Price | None
    at_once: int

    async def run(self, briefs: Iterable[Brief], seen: Callable[[Record], None]) -> list[Record]:
        """Try each brief, and return the records in the order of the briefs.

        Args:
            briefs: What to ask.
            seen: Is told each record as it comes.

        Raises:
            AccessDenied: the key or the model's name is not accepted.
        """
        gate = asyncio.Semaphore(self.at_once)

        async def one(brief: Brief) -> Record:
            async with gate:
                record = await self._record(brief)
            seen(record)
            return record

        tasks = [asyncio.create_task(one(brief)) for brief in briefs]
        try:
            return list(await asyncio.gather(*tasks))
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _record(self, brief: Brief) -> Record:
        began = time.monotonic()
        model = None if self.model is None else _Counted(self.model)
        try:
            record = await self._tried(brief, model)
        except AccessDenied:
            raise
        except LearnbaseError as reason:
            record = scorecard.failure(brief, reason.code or type(reason).__name__)
        except Exception as fault:  # noqa: BLE001 - a fault of ours is a line too
            record = scorecard.failure(brief, f"fault: {type(fault).__name__}")
        took: dict[str, Any] = {"seconds": round(time.monotonic() - began, 3)}
        if model is not None:
            cost = None if self.price is None or model.uncounted else self.price.of(model.usage)
            took |= {
                "calls": model.calls,
                "input_tokens": model.usage.input_tokens,
                "output_tokens": model.usage.output_tokens,
                "cost_usd": cost,
            }
        return record.model_copy(update=took)

    async def _tried(self, brief: Brief, model: _Counted | None) -> Record:
        if model is None:
            roadmap = builtin.plan(brief.request)
            found = findings(roadmap, brief.request)
            record = scorecard.record(brief, roadmap, found=found)
        else:
            written = await author.write(
                brief.request, model, person=_PERSON, draft=Draft(), progress=_unheard
            )
            roadmap = written.roadmap
            record = scorecard.record(
                brief, roadmap, first=written.first, found=written.found
            ).model_copy(
                update={
                    "valid_at_first_try": written.valid_at_first_try,
                    "repaired": written.repaired,
                    "mended": tuple(sorted({finding.code for finding in written.mended})),
                }
            )
        return record.model_copy(update=await self._links(brief, roadmap, model))

    async def _links(
        self, brief: Brief, roadmap: Roadmap, model: _Counted | None
    ) -> dict[str, int]:
        if self.web is None:
            return {}
        warranted = await warranty.warrant(
            roadmap, brief.request, web=self.web, model=model, person=_PERSON
        )
        figures = warranted.figures
        return {"links_proposed": figures["proposed"], "links_alive": figures["alive"]}


@dataclass
class _Counted:
    """A model, and what its answers took."""

    model: Asks
    usage: Usage = field(default_factory=Usage)
    calls: int = 0
    uncounted: bool = False

    @property
    def name(self) -> str:
        """The model's."""
        return self.model.name

    async def ask(
        self,
        messages: list[dict[str, str]],
        shape: type[ShapeT],
        *,
        person: str,
        search: bool = False,
    ) -> Reply[ShapeT]:
        """Ask once; see `Asks`."""
        self.calls += 1
        try:
            reply = await self.model.ask(messages, shape, person=person, search=search)
        except ModelFailed as answered:
            self._add(answered.usage)
            raise
        self._add(reply.usage)
        return reply

    def _add(self, usage: Usage | None) -> None:
        if usage is None:
            return
        self.usage += usage
        self.uncounted |= usage == Usage()


async def _unheard(_percent: int, _draft: Draft) -> None:
    """Nobody watches a brief grow."""
