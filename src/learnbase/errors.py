"""Every error that a person can see, as one tree.

    LearnbaseError
    ├── UsageError             the call itself is wrong                       exit code 2
    ├── SettingError           a setting is missing or unusable, by name      exit code 2
    ├── AccessDenied           the key or token does not open this door       exit code 1
    ├── NotFound               there is no such thing, or it is not yours     exit code 1
    ├── Rejected               the database refused: code, field, remedy      exit code 1
    ├── SchemaMismatch         migrations missing, or worker too old or new   exit code 1
    ├── Unavailable            a service did not answer; trying later helps   exit code 1
    └── StackError             the local stack could not be started           exit code 1

What a worker's job raises to say how it ended is not an error of this tree but a decision: see
`learnbase.jobs` (`Retry`, `GiveUp`, `NoLongerNeeded`).
"""

from __future__ import annotations


class LearnbaseError(Exception):
    """Something a person should know: what was wrong, and what to do about it.

    Args:
        message: one sentence that names what was wrong.
        remedy: what the reader can do, or None where nothing helps.
        field: the field, setting or argument concerned.
        code: the stable code, as the API gives it.
    """

    exit_code = 1

    def __init__(
        self,
        message: str,
        *,
        remedy: str | None = None,
        field: str | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.field = field
        self.code = code


class UsageError(LearnbaseError):
    """The call itself is wrong."""

    exit_code = 2


class SettingError(LearnbaseError):
    """A setting is missing or unusable; `field` is its name."""

    exit_code = 2


class AccessDenied(LearnbaseError):
    """The key or token does not open this door."""


class NotFound(LearnbaseError):
    """There is no such thing, or it is not yours: the two look alike on purpose."""


class Rejected(LearnbaseError):
    """The database refused the request, with a code, a field and a remedy."""


class SchemaMismatch(LearnbaseError):
    """The database and this code were not made for each other."""


class Unavailable(LearnbaseError):
    """A service did not answer; trying again later helps.

    Attributes:
        retry_after: seconds that the service asked us to wait, where it did.
    """

    retry_after: float | None = None


class StackError(LearnbaseError):
    """The local stack could not be started or stopped."""
