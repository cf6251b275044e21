"""What a plan would be and how that differs from what it is, for the database and for people."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from uuid import UUID

_REASONS = {
    "new": "It was not in the plan.",
    "rewritten": "The same task in other words, or of another length.",
    "moved": "It fits better there.",
    "reordered": "It comes earlier or later in its week.",
    "slipped": "Its week has passed.",
    "replaced": "Other tasks took its place.",
    "week_gone": "Its week is no longer part of the plan.",
    "new_week": "The plan is longer now.",
    "renamed": "The week reaches something else now.",
}


@dataclass(frozen=True)
class Place:
    """Where a task or week stands, and as what."""

    week: int
    day: int | None
    title: str
    minutes: int


@dataclass(frozen=True)
class Change:
    """One thing that is different.

    Attributes:
        change: added, changed, moved or dropped; a task that is moved may be changed as well.
        what: task or module.
        id: The task's or module's id; None where it is new.
        before, after: Where it stood and will stand.
        reason: A stable code; `text` of it is for people.
    """

    change: str
    what: str
    id: UUID | None
    before: Place | None
    after: Place | None
    reason: str

    def to_json(self) -> dict[str, Any]:
        """Return it as `plan_proposals.changes` has it."""
        shown = self.after or self.before
        return {
            "change": self.change,
            "what": self.what,
            f"{self.what}_id": self.id and str(self.id),
            "title": shown.title if shown else "",
            "from": self.before and asdict(self.before),
            "to": self.after and asdict(self.after),
            "reason": {"code": self.reason, "text": _REASONS[self.reason]},
        }


@dataclass(frozen=True)
class Proposal:
    """What the plan would be, and how that differs from what it is.

    Attributes:
        modules: The weeks it touches, whole, as `plan_proposals.target` has them.
        changes: In reading order.
        kept: How many tasks stay as they are in the weeks it touches.
        text: One or two sentences about the new plan.
    """

    modules: tuple[dict[str, Any], ...]
    changes: tuple[Change, ...]
    kept: int
    text: str

    def to_result(self) -> dict[str, Any]:
        """Return the jsonb that `worker.complete_generate_plan` keeps."""
        counted = Counter(change.change for change in self.changes if change.what == "task")
        kinds = ("added", "changed", "moved", "dropped")
        return {
            "target": {"modules": list(self.modules)},
            "changes": [change.to_json() for change in self.changes],
            "summary": {kind: counted[kind] for kind in kinds}
            | {"kept": self.kept, "text": self.text},
        }
