"""A model whose every question is reserved before it is asked, and settled after."""

from __future__ import annotations

import asyncio
import uuid
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from pydantic import BaseModel

from learnbase.errors import LearnbaseError
from learnbase.generation.asks import AnswerLost, BudgetUsed, ModelFailed
from learnbase.jobs import NoLongerNeeded
from learnbase.planning.usage import Usage

if TYPE_CHECKING:
    from learnbase.generation.asks import Asks
    from learnbase.jobs import Job
    from learnbase.planning.usage import Reply

ShapeT = TypeVar("ShapeT", bound=BaseModel)
_LETTERS_A_TOKEN = 3
_USUAL_ANSWER = 6_000  # tokens; what it really took is settled afterwards


class Database(Protocol):
    """The schema `worker`."""

    async def call(self, function: str, /, **arguments: Any) -> Any:
        """Call a function until it answers."""


class MeteredModel:
    """Asks a model for one generation, and keeps its books.

    Attributes:
        name: The model's.
        ended: Calls to be settled with the generation's outcome.
        asked: How many questions there were.
    """

    def __init__(self, model: Asks, database: Database, job: Job[Any]) -> None:
        """Ask `model` for a job."""
        self.name = model.name
        self.ended: list[dict[str, Any]] = []
        self.asked = 0
        self._model = model
        self._database = database
        self._job = job

    async def ask(
        self,
        messages: list[dict[str, str]],
        shape: type[ShapeT],
        *,
        person: str,
        search: bool = False,
    ) -> Reply[ShapeT]:
        """Ask once; see `Asks`.

        A question whose fate is not known (this process was killed, or we waited no longer) keeps
        its reservation. Whoever asks settles what no outcome will.

        Raises:
            BudgetUsed: before anything was asked.
            NoLongerNeeded: it was cancelled, or somebody else has the job.
            ModelFailed, Unavailable, AccessDenied: as `Asks` does.
        """
        call = str(uuid.uuid4())
        await self._begin(call, messages, shape)
        try:
            reply = await self._model.ask(messages, shape, person=person, search=search)
        except ModelFailed as answered:
            self._end(call, answered.usage)
            raise
        except (AnswerLost, asyncio.CancelledError):
            self._end(call, Usage(0, 0))  # not counted: the reservation stands
            raise
        except LearnbaseError:
            self._end(call, None)
            raise
        self._end(call, reply.usage)
        return reply

    async def settle(self) -> None:
        """Settle what no outcome will: the job is put back, given up, or no longer needed."""
        ended, self.ended = self.ended, []
        if ended:
            await self._database.call("end_model_calls", ended=ended)

    async def _begin(
        self, call: str, messages: list[dict[str, str]], shape: type[BaseModel]
    ) -> None:
        letters = sum(len(message["content"]) for message in messages)
        ended, self.ended = self.ended, []
        try:
            answer = await self._database.call(
                "begin_model_call",
                **self._job.delivery.token,
                call_id=call,
                purpose=shape.__name__,
                model=self.name,
                reserve=letters // _LETTERS_A_TOKEN + _USUAL_ANSWER,
                ended=ended,
                # With what they brought: an answer that is settled is in the draft.
                report=self._job.unsent_report(),
            )
        except BaseException:
            self.ended = ended + self.ended  # told again: a call ends once
            self._job.report_again()  # and what these brought is in the draft
            raise
        self.asked += 1
        if answer["standing"] == "exhausted":
            raise BudgetUsed(
                "Learnbase has planned as much as it can today",
                remedy=f"Try again after {answer['resets_at'][:16]} (UTC); nothing was counted",
                code="model_budget_used",
            )
        if answer["standing"] != "held":
            raise NoLongerNeeded

    def _end(self, call: str, usage: Usage | None) -> None:
        # What got no answer is settled as nothing; what nobody counted, as it was reserved.
        took: tuple[int | None, int | None] = (0, 0)
        if usage is not None:
            counted = usage.input_tokens or usage.output_tokens
            took = (usage.input_tokens, usage.output_tokens) if counted else (None, None)
        self.ended.append({"call_id": call, "input_tokens": took[0], "output_tokens": took[1]})
