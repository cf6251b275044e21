"""What a learner asks for."""

import json
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from learnbase.planning.living import LivingPlan
from learnbase.planning.text import Prose, Title, shortened, shows_something, without_controls

LARGEST_RECORD = 60_000
"""Bytes of JSON: what a generation's row keeps of its inputs is bounded at 64 KB."""


class GenerationKind(StrEnum):
    """What is asked for: the database's `generation_kind`."""

    CREATE = "create"
    REGENERATE_PLAN = "regenerate_plan"
    REGENERATE_MODULE = "regenerate_module"


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


def _clean_lines(titles: Any) -> Any:
    """A title that somebody wrote long ago is no reason to refuse the plan of today."""
    if not isinstance(titles, list | tuple):
        return titles
    clean = [
        shortened(without_controls(title), 200) if isinstance(title, str) else title
        for title in titles
    ]
    return [title for title in clean if not isinstance(title, str) or shows_something(title)]


class PlanRequest(BaseModel):
    """A learner's wish, as the job carries it: dates are ISO strings in its JSON.

    Attributes:
        topic: What to learn, in the learner's own words.
        weekly_hours: 0 to 80. Nought is a valid wish with a plain answer (`NoTime`), not bad input.
        start_date: The first day of week 1.
        deadline_date: The last day to learn on, or None for as long as it takes.
        language: BCP 47, for example `en` or `pt-BR`.
        finished: Titles of tasks already done, which a new plan does not ask for again; the newest
            first.
        kind: A first plan, the plan anew, or one week anew.
        wish: What should be different from the plan there is, in the learner's own words.
        living: The plan there is; None for a first one.
        from_week: The first week that may change.
        from_day: The first day of that week that is not over, 1 to 7.
        only_week: The one week that may change, or None.
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
    finished: Annotated[
        tuple[Title, ...], BeforeValidator(_clean_lines), Field(max_length=5200)
    ] = ()
    kind: GenerationKind = GenerationKind.CREATE
    wish: Prose | None = None
    living: LivingPlan | None = None
    from_week: Annotated[int, Field(ge=1)] = 1
    from_day: Annotated[int, Field(ge=1, le=7)] = 1
    only_week: Annotated[int, Field(ge=1)] | None = None

    def for_the_record(self) -> dict[str, Any]:
        """Return the inputs as a generation's row keeps them: all but the plan there is.

        Of what was finished, only as much as there is room for.
        """
        record: dict[str, Any] = self.model_dump(
            mode="json", exclude={"living", "finished"}, exclude_none=True
        )
        room = LARGEST_RECORD - _bytes(record)
        kept: list[str] = []
        for title in self.finished:
            room -= _bytes(title) + len(", ")
            if room < 0:
                break
            kept.append(title)
        return record | {"finished": kept}


def _bytes(value: Any) -> int:
    """As Postgres spells it: characters beyond ASCII stand for themselves."""
    return len(json.dumps(value, ensure_ascii=False).encode())
