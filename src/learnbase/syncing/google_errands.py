"""One event on its way: which call comes next, decided from the answer to the last one.

insert ── 409, there is one already ──> look
restore ─ 404, forgotten for good ────> insert
patch ─── 412, 404, 410: changed ─────> look ──> patch, restore or insert; or it stays deleted
delete ── 404, 410 ───────────────────> done
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from learnbase.exporting.actions import Create, Delete, Sent, Update
from learnbase.exporting.google import event_id, hash_of, is_cancelled
from learnbase.services.batch import Call
from learnbase.services.google_calendar import events_path
from learnbase.services.google_refusals import (
    CHANGED,
    CONFLICT,
    GONE,
    NOT_FOUND,
    Missing,
    is_success,
    refusal,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from learnbase.exporting.actions import Action
    from learnbase.exporting.google import Event
    from learnbase.exporting.google_changes import Changes
    from learnbase.services.batch import Reply

Step = Literal["insert", "restore", "patch", "look", "delete"]
End = Literal["created", "updated", "deleted", "kept"]
_AWAY = frozenset({NOT_FOUND, GONE})


@dataclass(frozen=True)
class Errand:
    """An event to be made, changed or deleted.

    Attributes:
        key: The session's id.
        step: The next call.
        event: As it should be; None to delete it.
        etag: As it is, where that is known.
        is_insisted: Whether it is made even if the learner deleted it.
        end: How it ended; None: it goes on.
    """

    key: str
    step: Step
    event: Event | None = None
    etag: str | None = None
    is_insisted: bool = True
    end: End | None = None

    @property
    def makes(self) -> bool:
        """Whether there may be an event afterwards where there was none."""
        return self.step in {"insert", "restore"}

    @property
    def is_doubtful(self) -> bool:
        """Whether the books must know of it before it is sent; a change is safe to repeat."""
        return self.makes or self.event is None

    def call(self, calendar_id: str) -> Call:
        """Return the next call."""
        one = events_path(calendar_id, event_id(self.key))
        if self.event is None:
            return Call("DELETE", f"{one}?sendUpdates=none")
        if self.step == "look":
            return Call("GET", one)
        if self.step == "patch":
            # A null takes away what an earlier version had; all of the learner's own stays.
            return Call("PATCH", one, self.event.body, self.etag)
        body = {name: value for name, value in self.event.body.items() if value is not None}
        body["status"] = "confirmed"
        if self.step == "restore":
            return Call("PUT", one, body)
        return Call("POST", events_path(calendar_id), body | {"id": self.event.id})

    def after(self, reply: Reply) -> Errand:
        """Return the errand after an answer.

        Raises:
            Missing: the calendar is gone.
            NotAllowed, Refused: it cannot be done.
        """
        if self.step == "delete" and (is_success(reply) or reply.status in _AWAY):
            return replace(self, end="deleted")
        if self.step == "look" and self.event is not None:
            return self._looked(reply, self.event)
        if is_success(reply):
            etag = reply.body.get("etag")
            return replace(self, etag=etag, end="created" if self.makes else "updated")
        if self.step == "insert" and reply.status == CONFLICT:
            return replace(self, step="look")
        if self.step == "insert" and reply.status in _AWAY:
            raise Missing("The calendar is gone", code="gone")
        if self.step == "restore" and reply.status in _AWAY:
            return replace(self, step="insert")
        if self.step in {"patch", "restore"} and reply.status in {CHANGED, CONFLICT, *_AWAY}:
            return replace(self, step="look")
        raise refusal(reply)

    def _looked(self, reply: Reply, wanted: Event) -> Errand:
        is_away = reply.status in _AWAY
        if not is_success(reply) and not is_away:
            raise refusal(reply)
        found = reply.body
        if is_away or is_cancelled(found):
            if not self.is_insisted:
                return replace(self, end="kept")
            return replace(self, step="insert" if is_away else "restore")
        if hash_of(found) == wanted.hash:  # an earlier answer was lost
            end: End = "updated" if self.etag else "created"
            return replace(self, etag=found.get("etag"), end=end)
        return replace(self, step="patch", etag=found.get("etag"))

    def entry(self) -> Sent | None:
        """Return what the books have to say about it now; None: what they say already."""
        if self.end == "kept":
            return None
        if self.end == "deleted":
            return Sent(self.key, "gone")
        if self.event is None:
            return Sent(self.key, "removing", event_id(self.key))
        state: Literal["sending", "sent"] = "sent" if self.end else "sending"
        return Sent(self.key, state, self.event.id, self.event.hash, self.etag)


def errands(changes: Changes, events: Iterable[Event]) -> list[Errand]:
    """Return an errand for each action that does something.

    Args:
        changes: what to do.
        events: the plan's.
    """
    wanted = {event.key: event for event in events}
    made = (_errand(action, changes, wanted) for action in changes.actions)
    return [errand for errand in made if errand is not None]


def _errand(action: Action, changes: Changes, events: dict[str, Event]) -> Errand | None:
    key = action.key
    match action:
        case Create():
            return Errand(key, "restore" if key in changes.deleted else "insert", events[key])
        case Update():
            etag = changes.etags.get(key)
            return Errand(key, "patch", events[key], etag, is_insisted=key in changes.insisted)
        case Delete():
            return Errand(key, "delete")
        case _:
            return None
