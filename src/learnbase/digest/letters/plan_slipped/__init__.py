"""A plan has slipped behind what was agreed."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 (pydantic reads the annotations)
from typing import TYPE_CHECKING
from uuid import UUID  # noqa: TC003

from learnbase.digest import context
from learnbase.digest.context import CatchUp, Count, Line, Minutes  # noqa: TC001

if TYPE_CHECKING:
    from collections.abc import Iterator


class Context(context.Context):
    """What it is made of."""

    plan_id: UUID
    topic: Line
    missed: Count
    minutes: Minutes
    ends_on: dt.date | None
    deadline: dt.date | None
    catch_up: CatchUp | None

    def needs(self) -> Iterator[str]:
        """The plan is opened, the proposed times accepted."""
        yield f"plan:{self.plan_id}"
        if self.catch_up:
            yield f"catch_up:{self.catch_up.id}"
