"""What the pages behind links of letters say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from learnbase.digest.kinds import KINDS
from learnbase.edge.letter_page import Button, Page, WayOn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from learnbase.edge.errors import Problem
    from learnbase.security.signed_links import Action

UNSUBSCRIBE = "unsubscribe"
RESUME = "resume"
# A letter's kind, where another word stands in the preferences; none: every kind.
_CHOSEN_AS = {"weekly_nothing_due": "weekly_summary", "news": None}
_BUTTONS = {"tick_task": "Mark as done", "accept_catch_up": "Take the new times"}
_TASK = {
    "open": ("Done with this?", "", 200),
    "done": ("Done", "It is ticked off in your plan.", 200),
    "gone": (
        "This task is no longer there",
        "It was deleted, or its plan is no longer one that you learn by.",
        410,
    ),
}
_CATCH_UP = {
    "open": ("Take the new times?", "Nothing moves before you say so.", 200),
    "done": ("The new times are yours", "Your sessions have moved.", 200),
    "gone": (
        "These times are no longer there",
        "The plan was deleted, or is no longer one that you learn by.",
        410,
    ),
    "late": (
        "These times no longer fit",
        "You have decided otherwise, or something has changed since. Nothing moves now.",
        409,
    ),
}
_STATES = {"tick_task": _TASK, "accept_catch_up": _CATCH_UP}
_REFUSED = {
    429: ("Too much at once", "Open the link again in a minute."),
    503: ("This does not work at the moment", "Open the link again in a few minutes."),
}


def chosen_as(kind: str | None) -> str | None:
    """A kind of letters as the preferences name it; None: every kind."""
    return _CHOSEN_AS.get(kind, kind) if kind else None


@dataclass(frozen=True)
class Words:
    """Words for a site.

    Attributes:
        site: The app's address; without one the pages lead nowhere.
    """

    site: str | None

    def act(self, name: str, found: Mapping[str, Any]) -> Page:
        """How what a link is for stands: a row of `worker.act_by_letter`."""
        heading, text, status = _STATES[name][found["state"]]
        return Page(
            heading,
            text,
            title=found["title"] or "",
            topic=found["topic"] or "",
            button=Button(_BUTTONS[name]) if found["state"] == "open" else None,
            way_on=self._home(),
            status=status,
        )

    def to_stop(self, kind: str | None) -> Page:
        """Before letters end; without a kind, all of them."""
        return Page(
            "Stop these letters?" if chosen_as(kind) else "Stop all letters?",
            f"{_written(kind)} In the app nothing changes.",
            button=Button("Stop these letters" if chosen_as(kind) else "Stop all letters"),
            way_on=self._preferences(),
        )

    def stopped(self, kind: str | None) -> Page:
        """After that."""
        which = "no more of these letters" if chosen_as(kind) else "no more letters"
        return Page(
            f"You will get {which}",
            "In the app nothing changes.",
            button=Button("Write to me again", RESUME, is_quiet=True),
            way_on=self._preferences(),
        )

    def resumed(self, kind: str | None) -> Page:
        """After they begin again."""
        which = "these letters" if chosen_as(kind) else "letters"
        return Page(f"You will get {which} again", _written(kind), way_on=self._preferences())

    def broken(self) -> Page:
        """Whatever is wrong about it."""
        return Page(
            "This link does not work",
            "It is not complete, or was changed on its way. Open it from the letter, or sign in.",
            way_on=self._home(),
            status=404,
        )

    def ended(self, action: Action) -> Page:
        """It was a good one."""
        end = action.expires_at
        return Page(
            "This link has ended",
            f"It was good until {end.day} {end:%B %Y}. Sign in to do it.",
            way_on=self._preferences() if action.name == UNSUBSCRIBE else self._home(),
            status=410,
        )

    def refused(self, problem: Problem) -> Page:
        """Another time it may work."""
        heading, text = _REFUSED.get(
            problem.status, ("This did not work", "Open the link again later.")
        )
        if problem.body.code == "not_set_up":
            heading, text = problem.body.message, "Tell whoever runs this."
        return Page(heading, text, way_on=self._home(), status=problem.status)

    def _home(self) -> WayOn | None:
        return WayOn("Open Learnbase", f"{self.site}/") if self.site else None

    def _preferences(self) -> WayOn | None:
        where = f"{self.site}/settings/notifications"
        return WayOn("Choose what you hear about", where) if self.site else None


def _written(kind: str | None) -> str:
    """When letters of a kind are written, in the words at their foot."""
    if not chosen_as(kind):
        return "Learnbase writes to you about your plans, exports and sessions."
    when = KINDS.get(kind or "")
    return f"Learnbase writes to you {when}." if when else "Learnbase writes to you now and then."
