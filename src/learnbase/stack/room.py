"""Room on the disk: asked for before a step, and told plainly when it gave out in the middle."""

from __future__ import annotations

import errno
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from learnbase.stack.errors import DiskFull

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# A new stack: a copy of Postgres where it cannot be shared, three databases, the write-ahead log.
# A later start: a little more log.
FOR_NEW = 250 << 20
FOR_DATA = 200 << 20
TO_RUN = 40 << 20

_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_WORDS = ("No space left", "ENOSPC", "File too large", "Disk quota exceeded", "disk full")


def require(place: Path, needed: int) -> None:
    """Refuse to go on where there is less than ``needed`` bytes.

    Raises:
        DiskFull: There is less.
    """
    if shutil.disk_usage(place).free < needed:
        raise full(place, needed)


def full(place: Path, needed: int = FOR_NEW) -> DiskFull:
    """The error that names the folder, what is left there, and what is needed."""
    free = shutil.disk_usage(place).free
    return DiskFull(
        f"The disk is full: {place} has {free >> 20} MB left, and the stack needs "
        f"{needed >> 20} MB.",
        remedy="Make room and start again, or choose a folder on another disk (LEARNBASE_HOME).",
    )


def is_wanting(said: str) -> bool:
    """Whether a program's words mean that there was no room."""
    return any(words in said for words in _WORDS)


@contextmanager
def noticed(place: Path) -> Iterator[None]:
    """Turn the system's own error into ours.

    Raises:
        DiskFull: In the place of an OSError that means it.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _ERRORS:
            raise full(place) from error
        raise
