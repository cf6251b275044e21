"""A limit is reached, and when there is room again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import AwareDatetime  # noqa: TC002

from learnbase.digest import context
from learnbase.digest.context import Count, Line  # noqa: TC001

if TYPE_CHECKING:
    from collections.abc import Iterator


class Context(context.Context):
    """What it is made of."""

    what: Line
    limit: Count
    resets_at: AwareDatetime | None

    def needs(self) -> Iterator[str]:
        """The way leads home."""
        yield "home"
