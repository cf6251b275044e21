"""What the course of a generation needs of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from pydantic import BaseModel

from learnbase.errors import LearnbaseError, Unavailable

if TYPE_CHECKING:
    from learnbase.planning.usage import Reply, Usage

ShapeT = TypeVar("ShapeT", bound=BaseModel)


class ModelFailed(LearnbaseError):
    """The model answered, and the answer cannot be used; the learner reads why.

    Attributes:
        code: `model_refused`, `model_truncated`, `model_empty`, `model_too_long`, `model_garbled`
            or `model_rejected`; or what is wrong with a plan that is well formed.
        usage: What it took all the same.
        reason: What was wrong with the answer, for asking again; never shown to people.
        field: Which part of the question was not accepted, where the service says.
    """

    usage: Usage | None = None
    reason: str = ""
    field: str | None = None


class BudgetUsed(LearnbaseError):
    """The platform's tokens of the day are used up; nothing was asked."""


class AnswerLost(Unavailable):
    """What was asked reached the model, and no answer came back: it may have cost all the same."""


class Asks(Protocol):
    """A model that can be asked for something of a shape."""

    @property
    def name(self) -> str:
        """The model's name, as its provider has it."""

    async def ask(
        self,
        messages: list[dict[str, str]],
        shape: type[ShapeT],
        *,
        person: str,
        search: bool = False,
    ) -> Reply[ShapeT]:
        """Ask once.

        Args:
            messages: `role` and `content`, system first.
            shape: what the answer must be.
            person: whoever it is for; sent as a hash, so that the service can tell people apart.
            search: whether the provider may search the web, where it can and is allowed to.

        Raises:
            ModelFailed: an answer that cannot be used.
            AnswerLost: nobody knows whether it was answered, and what that cost.
            Unavailable: no answer, or not now; `retry_after` where the service says when.
            AccessDenied: the key or the model's name is not accepted.
        """
