"""What can go wrong with a local stack, in sentences for the person in front of it.

StackError
├── PartMissing       something that should be installed is not
├── PartFailed        a part was started and ended, or never answered
├── PortTaken         somebody else has the port that was asked for
├── DiskFull          there is no room, or there was none in the middle
├── HomeUnusable      the stack's folder cannot be used
├── StackBusy         another start, stop or reset does not end
├── StackStopped      asked of a stack that does not run
└── MigrationFailed   the Supabase CLI refused
"""

from __future__ import annotations

from learnbase.errors import StackError

__all__ = [
    "DiskFull",
    "HomeUnusable",
    "MigrationFailed",
    "PartFailed",
    "PartMissing",
    "PortTaken",
    "StackBusy",
    "StackError",
    "StackStopped",
]


class PartMissing(StackError):
    """A program that the stack consists of is not installed, or not for this machine."""


class PartFailed(StackError):
    """A part of the stack was started and ended, or never answered."""


class PortTaken(StackError):
    """Somebody else listens on the port that was asked for."""


class DiskFull(StackError):
    """There is no room for the stack's files."""


class HomeUnusable(StackError):
    """The stack's folder cannot be written, or belongs to somebody else."""


class StackBusy(StackError):
    """Another command works on the same stack and does not end."""


class StackStopped(StackError):
    """The stack, or the part that was asked for, does not run."""


class MigrationFailed(StackError):
    """The Supabase CLI could not apply the migrations."""
