"""What to do outside, decided from what the plan wants and what was sent before.

Two steps, as vdirsyncer has them: this module compares and answers plain actions; a course
(`learnbase.syncing`) carries them out and records each. Deciding again at any moment in between
gives what is left to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

State = Literal["sending", "sent", "removing", "gone"]

# Nearly everything: all of a few, or more than half of many. Below that it is an edit like any.
_ALL_OF = 5
_HALF_OF = 10


@dataclass(frozen=True)
class Wanted:
    """A thing as the plan wants it outside.

    Attributes:
        key: The task's or the session's id.
        hash: Of the content that would be sent.
    """

    key: str
    hash: str


@dataclass(frozen=True)
class Sent:
    """What the books say about a thing outside.

    Attributes:
        key: The task's or the session's id.
        state: `sending` and `removing`: a request went out, its outcome is not known; `sent`: it
            is outside; `gone`: it is not any more (told to the books, never read from them).
        external_id: Its id there; None while its making is under way.
        hash: Of the content that was sent last.
        etag: Whatever else the service's course has to remember about it.
    """

    key: str
    state: State
    external_id: str | None = None
    hash: str | None = None
    etag: str | None = None


@dataclass(frozen=True)
class Seen:
    """What a look at the outside found of a thing of ours."""

    external_id: str
    etag: str | None = None
    is_gone: bool = False


@dataclass(frozen=True)
class Create:
    """Make it."""

    key: str


@dataclass(frozen=True)
class Update:
    """Bring it to what the plan wants."""

    key: str
    external_id: str


@dataclass(frozen=True)
class Delete:
    """Take it away."""

    key: str
    external_id: str


@dataclass(frozen=True)
class Nothing:
    """It is as it should be."""

    key: str


@dataclass(frozen=True)
class Look:
    """Whether it exists is not known: look, put the answer into the books, and decide again."""

    key: str


Action: TypeAlias = Create | Update | Delete | Nothing | Look


@dataclass(frozen=True)
class NeedsWord:
    """One side looks empty all at once: the learner is asked before anything is done.

    Attributes:
        reason: Which side.
        count: How many things it is about.
        total: Of how many.
    """

    reason: Literal["outside_looks_empty", "plan_looks_empty"]
    count: int
    total: int


@dataclass(frozen=True)
class Decision:
    """What to do, in order; with `needs_word`, only after the learner has given it.

    Attributes:
        actions: Looks, then what is made or changed in the plan's order, then what is deleted.
        needs_word: Why the learner has to be asked; None: go ahead.
    """

    actions: tuple[Action, ...]
    needs_word: NeedsWord | None = None


def decide(
    wanted: Sequence[Wanted],
    sent: Sequence[Sent],
    seen: Mapping[str, Seen] | None,
    *,
    confirmed: bool,
) -> Decision:
    """Compare the plan, the books and the outside.

    Args:
        wanted: the plan, in its order; keys are unique.
        sent: the books; keys are unique.
        seen: what of ours is outside, by key; what is missing in it is gone. None: nobody looked,
            and the books are believed.
        confirmed: whether the learner gave their word to delete much or to make all anew.
    """
    books = {item.key: item for item in sent}
    plan = {item.key for item in wanted}
    looks: list[Action] = []
    changes: list[Action] = []
    for item in wanted:
        action = _towards(item, books.get(item.key), seen)
        (looks if isinstance(action, Look) else changes).append(action)
    deletes: list[Action] = []
    for known in sent:
        if known.key not in plan:
            away = _away(known, seen)
            (looks if isinstance(away, Look) else deletes).append(away)
    word = None if confirmed else _word(plan, sent, seen)
    return Decision((*looks, *changes, *deletes), word)


def _towards(item: Wanted, known: Sent | None, seen: Mapping[str, Seen] | None) -> Action:
    found = None if seen is None else seen.get(item.key)
    if found is not None and not found.is_gone:
        same = (
            known is not None
            and known.state == "sent"
            and known.external_id == found.external_id
            and known.hash == item.hash
        )
        return Nothing(item.key) if same else Update(item.key, found.external_id)
    if known is None:
        return Create(item.key)
    if known.state == "removing" or known.external_id is None:
        return Look(item.key)
    if seen is not None:
        return Create(item.key)
    if known.state == "sent" and known.hash == item.hash:
        return Nothing(item.key)
    # Changed; or a change is under way, and making it again does no harm.
    return Update(item.key, known.external_id)


def _away(known: Sent, seen: Mapping[str, Seen] | None) -> Delete | Look:
    if known.external_id is not None:
        return Delete(known.key, known.external_id)
    found = None if seen is None else seen.get(known.key)
    return Delete(known.key, found.external_id) if found is not None else Look(known.key)


def _word(
    plan: set[str], sent: Sequence[Sent], seen: Mapping[str, Seen] | None
) -> NeedsWord | None:
    """Ask before one side, empty all at once, empties or fills the other.

    What is being sent or removed already was decided before and does not count.
    """
    settled = [item.key for item in sent if item.state == "sent"]
    gone = {key for key in settled if seen is not None and _is_gone(seen.get(key))}
    anew = sum(key in plan for key in gone)
    if _nearly_all(anew, len(settled)):
        return NeedsWord("outside_looks_empty", anew, len(settled))
    doomed = sum(key not in plan and key not in gone for key in settled)
    if _nearly_all(doomed, len(settled)):
        return NeedsWord("plan_looks_empty", doomed, len(settled))
    return None


def _is_gone(found: Seen | None) -> bool:
    return found is None or found.is_gone


def _nearly_all(count: int, total: int) -> bool:
    return (count == total >= _ALL_OF) or (total >= _HALF_OF and 2 * count > total)
