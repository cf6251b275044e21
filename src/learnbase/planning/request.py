"""What a learner asks for."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from learnbase.planning.text import Prose, Title


class SkillLevel(StrEnum):
    """How much of the topic the learner knows already."""

    BEGINNER = "beginner"
    INTERMEDIATE = "intermediate"
    ADVANCED = "advanced"


class LearningStyle(StrEnum):
    """How the learner likes to learn; the form's "hands-on" is `practice`."""

    READING = "reading"
    VIDEO = "video"
    PRACTICE = "practice"
    MIXED = "mixed"


class PlanRequest(BaseModel):
    """A learner's wish, as the job carries it: dates are ISO strings in its JSON.

    Attributes:
        topic: What to learn, in the learner's own words.
        weekly_hours: 0 to 80. Nought is a valid wish with a plain answer (`NoTime`), not bad input.
        start_date: The first day of week 1.
        deadline_date: The last day to learn on, or None for as long as it takes.
        language: BCP 47, for example `en` or `pt-BR`.
        finished: Titles of tasks already done, which a new plan does not ask for again.
    """

    # A newer database may send more than this worker knows: that is no reason to fail. Nor does
    # what a learner wrote belong into a log beside what is wrong with it.
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    topic: Title
    skill_level: SkillLevel
    weekly_hours: Annotated[int, Field(ge=0, le=80)]
    learning_style: LearningStyle
    start_date: Annotated[date, Field(ge=date(1970, 1, 1), lt=date(2200, 1, 1))]
    deadline_date: date | None = None
    language: Annotated[
        str, StringConstraints(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", max_length=35)
    ] = "en"
    notes: Prose | None = None
    finished: Annotated[tuple[Title, ...], Field(max_length=5200)] = ()
