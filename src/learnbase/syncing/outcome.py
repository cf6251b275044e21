"""How a slice of an export ends: the results that `worker.complete_export_*` takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from learnbase.errors import LearnbaseError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from learnbase.exporting.actions import NeedsWord

Json = dict[str, Any]

MORE: Json = {"status": "more"}
"""This slice is over; the rest waits behind the others in the line."""

_COUNTS = ("created", "updated", "deleted", "unchanged", "kept")
RECONNECT = "Connect the service again, then export again"


class Stopped(LearnbaseError):
    """The run ends here until the learner has done something; nothing is lost.

    Attributes:
        needs: `word`: the learner's word to go on; `reconnect`: a new connection; None: neither.
    """

    def __init__(self, code: str, message: str, *, remedy: str, needs: str | None = None) -> None:
        """Stop.

        Args:
            code: stable, for programs.
            message: what was found, for the learner.
            remedy: what they can do.
            needs: what has to come from them first.
        """
        super().__init__(message, remedy=remedy, code=code)
        self.needs = needs

    def outcome(self) -> Json:
        """The result that says so."""
        return {
            "status": "stopped",
            "code": self.code,
            "message": self.message,
            "remedy": self.remedy,
            "needs": self.needs,
        }


def succeeded(changed: Mapping[str, int], stays: Iterable[str] = ()) -> Json:
    """Everything is as it should be.

    Args:
        changed: how many were created, updated, deleted, unchanged, kept.
        stays: a sentence for each thing of ours that stays outside, and why.
    """
    counts = dict.fromkeys(_COUNTS, 0) | dict(changed)
    return {"status": "succeeded", "changed": counts, "stays": list(stays)}


def later(seconds: float) -> Json:
    """The service asks to wait: somebody else may have the slot meanwhile."""
    return {"status": "later", "seconds": max(1, -int(-seconds // 1))}


def reconnect(problem: LearnbaseError) -> Json:
    """The connection is dead: only the learner can make a new one."""
    remedy = problem.remedy or RECONNECT
    return Stopped("reconnect", problem.message, remedy=remedy, needs="reconnect").outcome()


def word(asked: NeedsWord, things: str, where: str) -> Stopped:
    """Ask the learner before much is deleted or made anew.

    Args:
        asked: what the decision is about.
        things: what they are called, in the plural: "pages", "events".
        where: the service's name.
    """
    if asked.reason == "plan_looks_empty":
        return Stopped(
            "plan_looks_empty",
            f"{asked.count} of {asked.total} {things} in {where} are not in the plan any more",
            remedy="Say that they may be deleted there, or bring the tasks back",
            needs="word",
        )
    return Stopped(
        "looks_empty",
        f"{asked.count} of {asked.total} {things} that were sent to {where} are gone there",
        remedy=f"Bring them back in {where}, or say that they are to be made anew",
        needs="word",
    )
