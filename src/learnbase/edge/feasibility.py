"""Whether a plan would fit into somebody's weeks, before there is one."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Request
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from learnbase.edge.errors import documented, invalid
from learnbase.edge.identity import SignedIn  # noqa: TC001 - FastAPI reads it
from learnbase.edge.media import json_alone
from learnbase.edge.parts import parts_of
from learnbase.errors import SchemaMismatch
from learnbase.planning.request import LearningStyle, SkillLevel  # noqa: TC001 - as above
from learnbase.planning.text import Title  # noqa: TC001 - as above

router = APIRouter(tags=["feasibility"])
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _as_written(day: Any) -> Any:
    """Let a date pass, and nothing else that could be read as one: 0 is no day."""
    if not isinstance(day, str) or not _DAY.fullmatch(day):
        raise ValueError("is no date such as 2027-03-01")
    return day


Day = Annotated[
    dt.date, BeforeValidator(_as_written), Field(ge=dt.date(1970, 1, 1), lt=dt.date(2200, 1, 1))
]


class Wish(BaseModel):
    """What somebody would like to learn, and by when."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    topic: Title
    skill_level: SkillLevel
    weekly_hours: Annotated[int, Field(ge=0, le=80, strict=True)]
    learning_style: LearningStyle
    start_date: Day | None = Field(None, description="By default today, where they are.")
    deadline_date: Day | None = Field(None, description="The last day to learn on.")
    language: (
        Annotated[
            str, StringConstraints(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", max_length=35)
        ]
        | None
    ) = Field(None, description="BCP 47, for example en or pt-BR.")

    @field_validator("deadline_date")
    @classmethod
    def _not_before_the_start(cls, deadline: Day | None, info: ValidationInfo) -> Day | None:
        start = info.data.get("start_date")
        if deadline is not None and start is not None and deadline < start:
            raise ValueError("is before start_date")
        return deadline


@router.post(
    "/feasibility",
    summary="Would it fit?",
    responses=documented(401, 403, 413, 415, 422, 503),
    dependencies=[Depends(json_alone)],
)
async def feasibility(request: Request, person: SignedIn, wish: Wish) -> dict[str, Any]:
    """Place what such a plan would take into this person's own weeks; nothing is kept.

    The answer is what `plan_schedules` says of a plan that exists, with the `basis` of the guess.
    """
    from learnbase.scheduling import before  # noqa: PLC0415 - slow to import

    availability = await parts_of(request).door.call(person, "my_availability")
    asked = wish.model_dump(mode="json", exclude_none=True)
    asked |= {"availability": availability, "now": dt.datetime.now(dt.UTC).isoformat()}
    try:
        found: dict[str, Any] = await to_thread.run_sync(before, asked, abandon_on_cancel=True)
    except ValidationError as problem:
        wrong = problem.errors(include_input=False, include_url=False)
        if wrong[0]["loc"][:1] == ("availability",):  # the database's word, and not the caller's
            raise SchemaMismatch("The database tells of availability in another shape") from None
        raise invalid(wrong) from None
    return found
