"""What of a plan is written already: shown while it grows, and kept when a worker dies."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from learnbase.planning.model_roadmap import Outline
from learnbase.planning.roadmap import Week

if TYPE_CHECKING:
    from collections.abc import Iterable


LARGEST = 1_000_000
"""Bytes of JSON: `plan_generations.draft` is bounded a little above."""


@dataclass(frozen=True)
class Draft:
    """The parts that were paid for.

    Attributes:
        outline: All weeks without their tasks; None until it is written.
        weeks: Weeks with their tasks, by number.
        links: How their links did, once these were looked at; None until then.
    """

    outline: Outline | None = None
    weeks: dict[int, Week] = field(default_factory=dict)
    links: dict[str, Any] | None = None

    @classmethod
    def from_json(cls, kept: Any) -> Draft:
        """Read what a generation's row keeps; anything unreadable counts as nothing written."""
        if not isinstance(kept, dict):
            return cls()
        try:
            outline = kept.get("outline") and Outline.model_validate(kept["outline"])
            weeks = [Week.model_validate(week) for week in kept.get("weeks") or ()]
        except (ValidationError, TypeError):
            return cls()
        links = kept.get("links")
        return cls(
            outline or None,
            {week.week: week for week in weeks},
            links if isinstance(links, dict) else None,
        )

    def to_json(self) -> dict[str, Any]:
        """Return what the row keeps: `{"outline": …, "weeks": […], "links": …}`.

        A draft larger than its row may be is cut at the end: a plan of that size is refused anyway.
        """
        outline = self.outline and self.outline.model_dump(mode="json")
        room = LARGEST - _bytes(outline)
        if room < 0:
            return {"outline": None, "weeks": []}
        weeks: list[dict[str, Any]] = []
        for number in sorted(self.weeks):
            week = self.weeks[number].model_dump(mode="json", exclude_none=True)
            room -= _bytes(week)
            if room < 0:
                break
            weeks.append(week)
        whole = self.links is not None and len(weeks) == len(self.weeks)
        return {"outline": outline, "weeks": weeks} | ({"links": self.links} if whole else {})

    def with_outline(self, outline: Outline) -> Draft:
        """The draft with this outline."""
        return replace(self, outline=outline)

    def with_weeks(self, weeks: Iterable[Week]) -> Draft:
        """The draft with these weeks, in place of those of the same numbers."""
        return replace(self, weeks=self.weeks | {week.week: week for week in weeks}, links=None)

    def with_links(self, weeks: Iterable[Week], figures: dict[str, Any]) -> Draft:
        """The draft with these weeks, whose links were looked at and did so."""
        return replace(self.with_weeks(weeks), links=figures)


def _bytes(part: Any) -> int:
    return len(json.dumps(part, ensure_ascii=False).encode())
