"""An export came to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID  # noqa: TC003 (pydantic reads the annotations)

from learnbase.digest import context
from learnbase.digest.context import PROVIDERS, Count, Line, Provider

if TYPE_CHECKING:
    from collections.abc import Iterator


class Context(context.Context):
    """What it is made of."""

    plan_id: UUID
    topic: Line
    provider: Provider
    made: Count
    changed: Count
    removed: Count

    @property
    def service(self) -> str:
        """What people call the provider."""
        return PROVIDERS[self.provider]

    def needs(self) -> Iterator[str]:
        """What was made is opened, and the plan."""
        yield f"plan:{self.plan_id}"
        yield f"export:{self.plan_id}"
