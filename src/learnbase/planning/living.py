"""A plan as it stands: what a new roadmap is compared with."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

# Written by people within the database's bounds, which are a little wider than those of a roadmap.
_Line = Annotated[str, Field(min_length=1, max_length=300)]
_Text = Annotated[str, Field(max_length=4000)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class LivingTask(_Part):
    """A task of the plan.

    Attributes:
        fixed: Begun or finished by anybody, edited or pinned: no machine touches it.
        done: Finished by the plan's owner.
        links: How many it has.
    """

    task_id: UUID
    order: int
    day: int | None = None
    title: _Line
    description: _Text | None = None
    minutes: Annotated[int, Field(ge=0)]
    fixed: bool = False
    done: bool = False
    links: int = 0


class LivingWeek(_Part):
    """A module of the plan."""

    module_id: UUID
    order: Annotated[int, Field(ge=1)]
    title: _Line
    description: _Text | None = None
    tasks: tuple[LivingTask, ...] = ()

    @property
    def fixed(self) -> tuple[LivingTask, ...]:
        """The tasks that stay as they are."""
        return tuple(task for task in self.tasks if task.fixed)


class LivingPlan(_Part):
    """All modules, in order."""

    weeks: tuple[LivingWeek, ...] = ()

    def week(self, number: int) -> LivingWeek | None:
        """The module with this order, if there is one."""
        return next((week for week in self.weeks if week.order == number), None)
