"""How a job ends when it does not end well: decisions as data.

    Decision
    ├── Retry            later may be better
    ├── GiveUp           trying again cannot help
    └── NoLongerNeeded   there is nothing to do any more

A handler may raise one; every other error becomes one by its class.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from learnbase.errors import AccessDenied, LearnbaseError, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

BACKOFF_BASE = 2.0
BACKOFF_CAP = 300.0
_LONGEST_WISH = 3600.0


class Decision(Exception):
    """How the job ends; the docstring is the message unless another is given."""

    def __init__(self, message: str | None = None) -> None:
        """Decide, with a sentence for the person who waits."""
        self.message = message or (type(self).__doc__ or "").strip()
        super().__init__(self.message)


class Retry(Decision):
    """This could not be done just now; it is tried again by itself."""

    def __init__(
        self, message: str | None = None, *, after: float | None = None, code: str = "try_again"
    ) -> None:
        """Ask for another try.

        Args:
            message: a sentence for the person who waits.
            after: seconds to wait at least; by default exponential backoff decides.
            code: stable, for programs.
        """
        super().__init__(message)
        self.after = after
        self.code = code


class GiveUp(Decision):
    """This cannot be done."""

    def __init__(self, code: str, message: str | None = None, *, remedy: str | None = None) -> None:
        """End the job as a dead letter.

        Args:
            code: stable, for programs.
            message: a sentence for the person who waits.
            remedy: what they can do about it.
        """
        super().__init__(message)
        self.code = code
        self.remedy = remedy


class NoLongerNeeded(Decision):
    """Nobody needs the result of this job any more."""


@dataclass(frozen=True)
class Failure:
    """A counted failure.

    Attributes:
        code: Stable, for programs.
        message: For the person who waits; no traceback, no secret.
        remedy: What they can do, or None.
        retry_in: Seconds until the next try, or None to give up.
        unexpected: Whether this is a fault of ours that belongs into the log with its traceback.
    """

    code: str
    message: str
    remedy: str | None = None
    retry_in: float | None = None
    unexpected: bool = False

    def error(self) -> dict[str, Any]:
        """The jsonb that `worker.fail_job` takes."""
        return {"code": self.code, "message": self.message, "remedy": self.remedy}


_BY_ITSELF = "It is tried again by itself; should it fail for good, ask again later."


def failure(problem: BaseException, failures: int, random: Callable[[], float]) -> Failure:
    """Decide by class of error.

    Args:
        problem: what the handler raised; not `NoLongerNeeded`, which is no failure.
        failures: how many this job has behind it.
        random: gives numbers from 0 up to 1.
    """
    match problem:
        case GiveUp():
            return Failure(problem.code, problem.message, problem.remedy)
        case Retry():
            wait = backoff(failures, random, at_least=problem.after)
            return Failure(problem.code, problem.message, _BY_ITSELF, wait)
        case Unavailable():
            wait = backoff(failures, random, at_least=problem.retry_after)
            return Failure(problem.code or "unavailable", problem.message, _BY_ITSELF, wait)
        case AccessDenied():
            # An outside service turned our key down: no new try helps before somebody has looked.
            return Failure(problem.code or "not_set_up", problem.message, problem.remedy)
        case LearnbaseError():
            wait = backoff(failures, random)
            return Failure(problem.code or "failed", problem.message, problem.remedy, wait)
        case _:
            message = "Something went wrong on our side."
            wait = backoff(failures, random)
            return Failure("internal_error", message, _BY_ITSELF, wait, unexpected=True)


def backoff(failures: int, random: Callable[[], float], *, at_least: float | None = None) -> float:
    """Return the seconds to wait after `failures` earlier ones: exponential, with full jitter.

    A service that names a time (`at_least`) is obeyed, up to an hour, and given a little more, so
    that not everybody comes back in the same moment.
    """
    jitter = random() * min(BACKOFF_CAP, BACKOFF_BASE * 2.0 ** min(failures, 30))
    if at_least is None:
        return jitter
    return min(at_least, _LONGEST_WISH) + min(jitter, BACKOFF_BASE)
