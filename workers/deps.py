"""What a job may use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from learnbase.jobs import Reach
    from learnbase.services.llm import Model
    from learnbase.services.web import Web


@dataclass(frozen=True)
class Deps:
    """Handed to every handler.

    Attributes:
        database: The schema `worker`; a call waits while the database is away.
        web: Looks at pages of the public web.
        model: The model to ask; None plans with the built-in planner.
    """

    database: Reach
    web: Web
    model: Model | None = None
