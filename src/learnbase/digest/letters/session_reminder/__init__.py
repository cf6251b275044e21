"""A session is about to begin."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID  # noqa: TC003 (pydantic reads the annotations)

from pydantic import AwareDatetime  # noqa: TC002

from learnbase.digest import context
from learnbase.digest.context import Line, Task  # noqa: TC001

if TYPE_CHECKING:
    from collections.abc import Iterator


class Context(context.Context):
    """What it is made of."""

    plan_id: UUID
    topic: Line
    task: Task
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    part: int
    parts: int

    @property
    def length(self) -> int:
        """How long it takes, in minutes."""
        return max(0, int((self.ends_at - self.starts_at).total_seconds() // 60))

    def needs(self) -> Iterator[str]:
        """The plan is opened, the task ticked."""
        yield f"plan:{self.plan_id}"
        yield f"tick:{self.task.task_id}"
