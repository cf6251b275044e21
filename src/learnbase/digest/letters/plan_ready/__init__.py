"""A plan is ready to be begun."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 (pydantic reads the annotations)
from typing import TYPE_CHECKING
from uuid import UUID  # noqa: TC003

from learnbase.digest import context
from learnbase.digest.context import Count, Line, Minutes  # noqa: TC001

if TYPE_CHECKING:
    from collections.abc import Iterator


class Context(context.Context):
    """What it is made of."""

    plan_id: UUID
    topic: Line
    weeks: Count
    tasks: Count
    minutes: Minutes
    first_week: Line | None
    starts_on: dt.date | None
    ends_on: dt.date | None

    def needs(self) -> Iterator[str]:
        """The plan is opened."""
        yield f"plan:{self.plan_id}"
