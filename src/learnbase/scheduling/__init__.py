"""Pure scheduling: a plan in one learner's weeks. No clock, no randomness, no service.

`make` takes what the database loads and answers what it saves: sessions, what moved and why, and
whether the plan fits; `before` answers the last for a plan that is not there yet. On the way:
`availability` (windows by the wall clock) becomes free `slots` of UTC minutes by `local_time`;
`work` says what is left to do at the learner's `pace`; `placement` puts it there in order, keeping
what may stay; `feasibility` judges it and `choices` tries what would help.
"""

from learnbase.scheduling.availability import Window, default_windows
from learnbase.scheduling.before import BeforeRequest, before
from learnbase.scheduling.schedule import make

__all__ = ["BeforeRequest", "Window", "before", "default_windows", "make"]
