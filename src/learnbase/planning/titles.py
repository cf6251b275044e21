"""Which titles a plan has already: nothing is asked for twice, in other spelling either."""

import re
import unicodedata
from itertools import chain, count

from learnbase.planning.request import PlanRequest
from learnbase.planning.roadmap import Roadmap, Task, TaskKind
from learnbase.planning.text import shortened

FINISHED = 0
"""Stands for the week of what was finished, in this plan or an earlier one."""

_ARTICLES = frozenset({"a", "an", "the"})
_MARKS = re.compile(r"(?<!\w)[+#]|[^\w+#]|_")
_LONG_WORD = 6
_ROOM_FOR_A_SUFFIX = 180


def spelled_alike(title: str) -> str:
    """Return a title so that spellings of one title are equal: no case, marks or spaces.

    The marks of a name stay: C++ is not C.
    """
    plain = unicodedata.normalize("NFKC", title).casefold()
    return " ".join(_MARKS.sub(" ", plain).split()) or plain


class Taken:
    """The titles that nothing new may have, with the week each stands in.

    They are those of tasks that stay in the plan as it is, and of what a new plan has so far.
    """

    def __init__(self, request: PlanRequest, roadmap: Roadmap) -> None:
        """Begin with what stays; for a model's roadmap also with what was finished before.

        The built-in planner repeats what was finished where there is nothing else left to do.
        """
        finished = request.finished if roadmap.method == "model" else ()
        self._weeks = {_gist(title): FINISHED for title in finished}
        for week in request.living.weeks if request.living else ():
            may_change = request.only_week in {None, week.order}
            for task in week.tasks:
                if task.fixed or task.done or not may_change:
                    self._weeks[_gist(task.title)] = week.order
        self._reserved = {_gist(task.title) for week in roadmap.weeks for task in week.tasks}

    def where(self, task: Task, week: int) -> int | None:
        """Return the week that has a task's title already, or None where the task may have it.

        Looking back happens every few weeks, under the same name.
        """
        there = self._weeks.get(_gist(task.title))
        if task.kind is TaskKind.REVIEW and there != week:
            return None
        return there

    def take(self, title: str, week: int) -> None:
        """Count a title as used; the first to use it keeps it."""
        self._weeks.setdefault(_gist(title), week)

    def renamed(self, title: str, *suffixes: str) -> str:
        """Return a title that is free: with one of the suffixes, or counted."""
        counted = (f" (again, {number})" for number in count(2))
        short = shortened(title, _ROOM_FOR_A_SUFFIX)
        names = (short + suffix for suffix in chain(suffixes, counted))
        return next(
            name for name in names if _gist(name) not in self._weeks.keys() | self._reserved
        )


def _gist(title: str) -> str:
    """Return a title without what makes no other task of it: articles, and most plurals."""
    words = [word for word in spelled_alike(title).split() if word not in _ARTICLES]
    return " ".join(map(_singular, words)) or title


def _singular(word: str) -> str:
    has_one = len(word) >= _LONG_WORD and word.endswith("s") and not word.endswith("ss")
    return word[:-1] if has_one else word
