"""A plan could not be made."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID  # noqa: TC003 (pydantic reads the annotations)

from learnbase.digest import context
from learnbase.digest.context import Line, Sentence  # noqa: TC001

if TYPE_CHECKING:
    from collections.abc import Iterator


class Context(context.Context):
    """What it is made of."""

    plan_id: UUID
    topic: Line
    reason: Sentence
    remedy: Sentence | None
    counted: bool

    def needs(self) -> Iterator[str]:
        """The plan's page has the button to try again."""
        yield f"plan:{self.plan_id}"
