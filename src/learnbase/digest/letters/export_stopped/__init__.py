"""An export stopped, and says what it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID  # noqa: TC003 (pydantic reads the annotations)

from learnbase.digest import context
from learnbase.digest.context import PROVIDERS, Line, Provider, Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator


class Context(context.Context):
    """What it is made of."""

    plan_id: UUID
    topic: Line
    provider: Provider
    reason: Sentence
    remedy: Sentence | None
    needs_word: bool

    @property
    def service(self) -> str:
        """What people call the provider."""
        return PROVIDERS[self.provider]

    def needs(self) -> Iterator[str]:
        """The plan's page is where exports are decided."""
        yield f"plan:{self.plan_id}"
