"""Requests, living plans and roadmaps for tests, small and complete."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING, Any

from learnbase.planning.living import LivingPlan
from learnbase.planning.request import PlanRequest
from learnbase.planning.roadmap import Roadmap

if TYPE_CHECKING:
    from collections.abc import Sequence

START = date(2026, 8, 3)
KINDS = ("practice", "read", "watch", "practice")


def request(**wishes: Any) -> PlanRequest:
    """Five hours a week from the third of August, for three whole weeks."""
    return PlanRequest.model_validate(
        {
            "topic": "Bread",
            "skill_level": "beginner",
            "weekly_hours": 5,
            "learning_style": "mixed",
            "start_date": START,
            "deadline_date": "2026-08-23",
        }
        | wishes
    )


def identity(title: str) -> str:
    """The id of the task or module with this title."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, title))


def living(*weeks: Sequence[str], **flags: Sequence[str]) -> LivingPlan:
    """A plan of weeks of tasks by title, 75 minutes each.

    Args:
        flags: `fixed` and `done`: titles of the tasks that are.
    """
    fixed, done = set(flags.get("fixed", ())), set(flags.get("done", ()))
    return LivingPlan.model_validate(
        {
            "weeks": [
                {
                    "module_id": identity(f"week {number}"),
                    "order": number,
                    "title": f"Week {number}",
                    "description": "",
                    "tasks": [
                        {
                            "task_id": identity(title),
                            "order": place,
                            "day": min(7, 2 * place - 1),
                            "title": title,
                            "description": f"How to {title}.",
                            "minutes": 75,
                            "fixed": title in fixed | done,
                            "done": title in done,
                            "links": 1,
                        }
                        for place, title in enumerate(titles, start=1)
                    ],
                }
                for number, titles in enumerate(weeks, start=1)
            ]
        }
    )


def roadmap(weeks: dict[int, Sequence[str]], *, minutes: int = 75) -> Roadmap:
    """A roadmap of the same kind: week numbers with the titles of their tasks."""
    return Roadmap.model_validate(
        {
            "weeks": [
                {
                    "week": number,
                    "title": f"Week {number}",
                    "tasks": [
                        {
                            "day": min(7, 2 * place - 1),
                            "title": title,
                            "description": f"How to {title}.",
                            "minutes": minutes,
                            "kind": KINDS[place % len(KINDS)],
                        }
                        for place, title in enumerate(titles, start=1)
                    ],
                }
                for number, titles in weeks.items()
            ],
            "summary": "You can do it.",
        }
    )
