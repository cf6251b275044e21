"""What Learnbase writes to its learners. Pure: every time and every address comes from outside.

`summary` decides what a weekly letter says, and whether there is one; `render` makes a letter of
any kind: subject, preheader, HTML and plain text. A kind is a folder in `letters/` (its context
model, its templates, an example, what it is about) and one row of `notification_kinds`. Whatever
stands in a context is a stranger's: lines are cleaned where they come in (`context`), and escaped
where they go out.
"""

from learnbase.digest.context import MissingLink, WrongContext
from learnbase.digest.kinds import KINDS, UnknownKind, example
from learnbase.digest.letter import Letter, links_needed, render
from learnbase.digest.letters.weekly_nothing_due import Context as NothingDue
from learnbase.digest.letters.weekly_summary import Context as Summary
from learnbase.digest.streak import Streak, streak
from learnbase.digest.weekly import QUIET_AFTER, Silence, summary

__all__ = [
    "KINDS",
    "QUIET_AFTER",
    "Letter",
    "MissingLink",
    "NothingDue",
    "Silence",
    "Streak",
    "Summary",
    "UnknownKind",
    "WrongContext",
    "example",
    "links_needed",
    "render",
    "streak",
    "summary",
]
