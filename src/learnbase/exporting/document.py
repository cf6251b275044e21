"""A plan as one document: what the database gives, what the other formats read, and the JSON file.

The models say what each field means; `docs/plan.schema.json` is made from them (see `schema`).
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal
from uuid import UUID  # noqa: TC003 (pydantic reads the annotations)

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator

VERSION: Literal[1] = 1
"""Of the JSON file. Fields may be added under it; it rises when one changes or goes."""

WEEK = dt.timedelta(days=7)

# As the database has it, asked again: an address becomes something that people click.
_WEB_ADDRESS = re.compile(r"https?://[^/?#@\\\s]+(?:[/?#][\x21-\x7e]*)?")
_LONGEST_ADDRESS = 2000

Instant = AwareDatetime
Minutes = Annotated[int, Field(ge=0)]


def is_web_address(url: str) -> bool:
    """Whether `url` is a plain http(s) address: ASCII, a host, no user name, no blanks."""
    return (
        len(url) <= _LONGEST_ADDRESS and url.isascii() and _WEB_ADDRESS.fullmatch(url) is not None
    )


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Link(_Part):
    """A resource of a task."""

    title: str = Field(description="What it is called, one line.")
    url: str = Field(description="Its address, http or https.")
    type: Literal["youtube", "article", "course", "doc", "other"] = Field(
        description="What kind of resource it is."
    )
    author: str | None = Field(default=None, description="Who made it; null if not known.")
    duration_minutes: Minutes | None = Field(
        default=None, description="How long it takes, in minutes; null if not known."
    )
    dead: bool = Field(default=False, description="Whether the page was gone when last looked at.")


class Session(_Part):
    """A stretch of time in the learner's calendar."""

    id: UUID = Field(description="Stays the same when the session is moved.")
    part: int = Field(ge=1, description="Which part of the task it is, from 1.")
    parts: int = Field(ge=1, description="In how many parts the task is done.")
    starts_at: Instant = Field(description="When it begins.")
    ends_at: Instant = Field(description="When it ends.")
    pinned: bool = Field(default=False, description="Whether the learner fixed it to its time.")
    sequence: int = Field(default=0, ge=0, description="How often it was moved (RFC 5545).")
    created_at: Instant = Field(description="When it was first placed.")
    updated_at: Instant = Field(description="When it was last changed.")


class Task(_Part):
    """Something to do."""

    task_id: UUID = Field(description="Stays the same as long as the task exists.")
    order: int = Field(description="Its place in the week, from 1.")
    day: int | None = Field(
        default=None, ge=1, le=7, description="The day of the plan's week, 1 to 7; null for any."
    )
    title: str = Field(description="What to do, one line.")
    description: str | None = Field(default=None, description="More about it, plain text.")
    estimated_minutes: Minutes = Field(description="How long it should take, in minutes.")
    status: Literal["not_started", "in_progress", "completed"] = Field(
        description="How far the learner is with it."
    )
    completed_at: Instant | None = Field(default=None, description="When it was finished.")
    actual_minutes: Minutes | None = Field(
        default=None, description="How long it took the learner so far, in minutes."
    )
    set_aside_at: Instant | None = Field(
        default=None, description="When the learner put it off until further notice; null if not."
    )
    updated_at: Instant | None = Field(
        default=None, description="When it, or what the learner did of it, was last changed."
    )
    links: tuple[Link, ...] = Field(default=(), description="Resources, in order.")
    sessions: tuple[Session, ...] = Field(default=(), description="When the learner does it.")

    @field_validator("links")
    @classmethod
    def _lead_to_the_web(cls, links: tuple[Link, ...]) -> tuple[Link, ...]:
        return tuple(link for link in links if is_web_address(link.url))

    @property
    def is_done(self) -> bool:
        """Whether the learner has finished it."""
        return self.status == "completed"


class Week(_Part):
    """A module: one week of the plan."""

    module_id: UUID = Field(description="Stays the same as long as the week exists.")
    order: int = Field(description="The number of the week, from 1.")
    title: str = Field(description="What the week is about, one line.")
    description: str | None = Field(default=None, description="More about it, plain text.")
    estimated_minutes: Minutes = Field(description="How long it should take, in minutes.")
    tasks: tuple[Task, ...] = Field(default=(), description="What to do, in order.")


class Plan(_Part):
    """What the learner asked for."""

    id: UUID = Field(description="The plan's id.")
    topic: str = Field(description="What is learnt, one line.")
    skill_level: Literal["beginner", "intermediate", "advanced"] = Field(
        description="Where the learner begins."
    )
    learning_style: Literal["reading", "video", "practice", "mixed"] = Field(
        description="How the learner likes to learn."
    )
    weekly_hours: int = Field(ge=0, description="Hours a week the learner has.")
    start_date: dt.date | None = Field(default=None, description="The day asked for, or null.")
    deadline_date: dt.date | None = Field(default=None, description="The last day, or null.")
    language: str = Field(default="en", description="The plan's language, a BCP 47 tag.")
    visibility: Literal["private", "public"] = Field(
        default="private", description="Whether others may read the plan (never the progress)."
    )
    created_at: Instant = Field(description="When it was asked for.")
    updated_at: Instant = Field(description="When it was last changed.")


class Progress(_Part):
    """How far the learner is."""

    total_tasks: int = Field(ge=0, description="How many tasks there are.")
    completed_tasks: int = Field(ge=0, description="How many of them are finished.")
    completion: float = Field(ge=0, le=1, description="The share that is finished, 0 to 1.")


class PlanExport(_Part):
    """A plan with one learner's progress and sessions, as `rpc/plan_export` answers it."""

    plan: Plan = Field(description="The plan itself: topic, level, hours and dates.")
    starts_on: dt.date = Field(description="The first day of week 1 for this learner.")
    time_zone: str = Field(description="The learner's time zone, an IANA name.")
    reminder_lead_minutes: Minutes | None = Field(
        default=None, description="How long before a session to remind, in minutes; null: never."
    )
    made_at: Instant = Field(description="When anything in this document last changed.")
    progress: Progress = Field(description="How much of it is finished.")
    weeks: tuple[Week, ...] = Field(default=(), description="What to learn, week by week.")

    def first_day(self, week: int) -> dt.date:
        """Return the first day of a week, by its number."""
        return self.starts_on + WEEK * (week - 1)


class Feed(_Part):
    """All plans of a learner, as `worker.load_feed` answers them."""

    time_zone: str
    reminder_lead_minutes: Minutes | None = None
    name: str
    plans: tuple[PlanExport, ...] = ()


class Document(PlanExport):
    """A learning plan of Learnbase, with one learner's progress and sessions."""

    version: Literal[1] = Field(default=VERSION, description="Of this format.")


def document(plan: PlanExport) -> str:
    """Return the JSON file: UTF-8, indented, valid against `docs/plan.schema.json`."""
    fields = {name: getattr(plan, name) for name in PlanExport.model_fields}
    whole = Document.model_construct(version=VERSION, **fields)
    return whole.model_dump_json(indent=2) + "\n"
