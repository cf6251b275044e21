"""What is said of a plan that no rule can mend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learnbase.generation.asks import ModelFailed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from learnbase.planning.checks import Finding

# The worst first: message, remedy, code.
_REFUSALS = {
    "language": (
        "The model did not write in the language that was asked for",
        "Try again, or choose another language",
        "plan_wrong_language",
    ),
    "too_large": (
        "The model wrote more than a plan can hold",
        "Try again, or choose an earlier deadline",
        "plan_not_usable",
    ),
    "style": (
        "The model did not plan for the way you like to learn",
        "Try again, or choose another learning style",
        "plan_not_usable",
    ),
}


def refuse(left: Sequence[Finding]) -> None:
    """Say the worst of what is left, as a learner understands it; nothing left is fine.

    Raises:
        ModelFailed: `plan_wrong_language` or `plan_not_usable`.
    """
    worst = next((code for code in _REFUSALS if code in {finding.code for finding in left}), None)
    if worst is not None:
        message, remedy, code = _REFUSALS[worst]
        raise ModelFailed(message, remedy=remedy, code=code)
    if left:
        raise ModelFailed(
            f"The plan cannot be used: {left[0].where}: {left[0].message}",
            remedy="Try again; if it happens twice, say the topic in other words",
            code="plan_not_usable",
        )
