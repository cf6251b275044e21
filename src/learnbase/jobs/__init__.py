"""Jobs: what a worker file brings (`Work`), what it is given (`Job`), how it says that it ends.

A handler returns its result, or raises a decision: `Retry`, `GiveUp` or `NoLongerNeeded`. The rest
of this package keeps the delivery, settles the outcome and decides about errors of other kinds.
"""

from learnbase.jobs.decisions import GiveUp, NoLongerNeeded, Retry
from learnbase.jobs.job import Delivery, Job, Work
from learnbase.jobs.reach import Reach
from learnbase.jobs.runner import Runner, Tally

__all__ = [
    "Delivery",
    "GiveUp",
    "Job",
    "NoLongerNeeded",
    "Reach",
    "Retry",
    "Runner",
    "Tally",
    "Work",
]
