"""What to change in a Google calendar so that it shows the plan and keeps what a learner did.

What is outside is known from one look at the calendar, not from the books alone: each event carries
the hash of what we last wrote into it, so that a lost answer leaves nothing open. On top of the
common rules (`learnbase.exporting.actions`):

- An event that the learner deleted stays deleted until its session gets another time, or until they
  say that all may be made anew. Ticking the task or editing its text does not bring it back.
- Sessions that will not take place because the learner finished or set aside their task leave the
  calendar, however many: that is not a plan that suddenly looks empty.
- An event that the learner changed stays as they have it until its session or task changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from learnbase.exporting.actions import (
    Action,
    Delete,
    NeedsWord,
    Nothing,
    Seen,
    Sent,
    Wanted,
    decide,
)
from learnbase.exporting.google import (
    event_id,
    hash_of,
    is_cancelled,
    moved,
    session_of,
    task_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from learnbase.exporting.google import Calendar

Json = dict[str, Any]


@dataclass(frozen=True)
class Changes:
    """What to do.

    Attributes:
        actions: In order; none of them is a `Look`.
        etags: Of the events that are there, by key.
        deleted: Keys of events that are there as deleted ones: to make them is to bring them back.
        kept: Keys of events that the learner deleted, and that stay so.
        insisted: Keys of events that come back should the learner delete them in this moment.
        corrections: What the books have to learn before anything else.
        needs_word: Why the learner has to be asked first; None: go ahead.
    """

    actions: tuple[Action, ...]
    etags: dict[str, str]
    deleted: frozenset[str]
    kept: frozenset[str]
    insisted: frozenset[str]
    corrections: tuple[Sent, ...]
    needs_word: NeedsWord | None = None


def changes(
    calendar: Calendar, books: Sequence[Sent], listed: Iterable[Json], *, confirmed: bool
) -> Changes:
    """Decide what to change.

    Args:
        calendar: the plan.
        books: what was sent before.
        listed: the events of the calendar as Google lists them, deleted and foreign ones as well.
        confirmed: whether the learner gave their word to delete much or to make all anew.
    """
    live, deleted = _ours(listed)
    plan = {event.key: event.hash for event in calendar.events}
    missing = [item for item in books if item.key not in live]
    wanted = [Wanted(key, stamp) for key, stamp in plan.items()]
    outside = [_as_it_is(key, event) for key, event in live.items()]
    seen = {key: Seen(event["id"], event.get("etag")) for key, event in live.items()}

    called_off = {
        key: None
        for key, event in live.items()
        if key not in plan and task_of(event) in calendar.ended
    }
    kept = frozenset(
        item.key
        for item in missing
        if item.state == "sent"
        and item.key in plan
        and not confirmed
        and not moved(item.hash, plan[item.key])
    )
    decision = decide(
        [item for item in wanted if item.key not in kept],
        [item for item in outside if item.key not in called_off],
        seen,
        confirmed=confirmed,
    )
    word = decision.needs_word
    if not live:
        word = decide(wanted, missing, seen, confirmed=confirmed).needs_word or word
    return Changes(
        actions=(*decision.actions, *(Delete(key, event_id(key)) for key in called_off)),
        etags={key: event["etag"] for key, event in live.items() if event.get("etag")},
        deleted=deleted,
        kept=kept,
        insisted=frozenset(
            key for key in plan if confirmed or moved(hash_of(live.get(key, {})), plan[key])
        ),
        corrections=(
            *(Sent(item.key, "gone") for item in missing if item.key not in plan),
            *_learnt(decision.actions, books, outside),
        ),
        needs_word=word,
    )


def ours_and_others(listed: Iterable[Json]) -> tuple[list[str], int]:
    """Return the keys of our events that are there, and how many of the learner's own are."""
    listed = list(listed)
    live, _ = _ours(listed)
    return list(live), sum(not is_cancelled(event) for event in listed) - len(live)


def _ours(listed: Iterable[Json]) -> tuple[dict[str, Json], frozenset[str]]:
    live: dict[str, Json] = {}
    deleted: set[str] = set()
    for event in listed:
        key = session_of(event)
        if key is not None and is_cancelled(event):
            deleted.add(key)
        elif key is not None:
            live[key] = event
    return live, frozenset(deleted)


def _as_it_is(key: str, event: Json) -> Sent:
    return Sent(key, "sent", event["id"], hash_of(event), event.get("etag"))


def _learnt(
    actions: Iterable[Action], books: Iterable[Sent], outside: Iterable[Sent]
) -> list[Sent]:
    """Return what is as it should be though the books do not say so: an answer was lost."""
    known = {item.key: item for item in books}
    settled = {action.key for action in actions if isinstance(action, Nothing)}
    return [
        item
        for item in outside
        if item.key in settled
        and ((it := known.get(item.key)) is None or (it.state, it.hash) != ("sent", item.hash))
    ]
