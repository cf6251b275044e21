"""The terms in which it is decided who may do what: who, which rows, which commands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Actors = frozenset[str]
Command = Literal["select", "insert", "update", "delete", "upsert"]
COMMANDS: tuple[Command, ...] = ("select", "insert", "update", "delete", "upsert")

NOBODY: Actors = frozenset()
OWNER: Actors = frozenset({"owner"})
FOLLOWER: Actors = frozenset({"follower"})
LEARNERS: Actors = FOLLOWER | {"another learner", "by Clerk", "unconfirmed", "anonymous sign-in"}
PEOPLE: Actors = OWNER | LEARNERS
SERVICE: Actors = frozenset({"service"})

# Places: which of the rows are meant. Every row in the world is in one of them, seen by an actor.
PRIVATE, PUBLIC, OWN = "private plan", "public plan", "own plan"
THEIRS, MINE = "the owner's", "one's own"
THEIRS_PRIVATE, THEIRS_PUBLIC = "another's, private plan", "another's, public plan"
OWNERS_PRIVATE, OWNERS_PUBLIC = "the owner's, private plan", "the owner's, public plan"
MINE_PRIVATE, MINE_PUBLIC = "one's own, private plan", "one's own, public plan"
ALL = "every row"


@dataclass(frozen=True)
class Access:
    """Who may do each command to the rows of a place; nobody else, ever."""

    select: Actors = NOBODY
    insert: Actors = NOBODY
    update: Actors = NOBODY
    delete: Actors = NOBODY
    upsert: Actors = NOBODY

    def to(self, command: Command) -> Actors:
        found: Actors = getattr(self, command)
        return found


@dataclass(frozen=True)
class Relation:
    """What was decided about a table or view.

    Attributes:
        why: The sentences that decide it.
        places: Who may do what, by place.
        columns: A line for each: its name, and any of

            ``add``      people may say it when they insert a row
            ``change``   people may change it
            ``carry``    people may send it along unchanged, so that an upsert can name its row
            ``fixed``    it never changes, whoever asks
            ``stamped``  the database writes it at every update
            ``derived``  the database alone writes it
            ``computed`` it follows from the others: Postgres refuses it before it looks at grants

            A column without a word is the service's to write.
        closed: What people cannot do to any of its rows at all: not even a grant is there.
        natural_key: By which columns people upsert; the service upserts by the primary key.
    """

    why: str
    places: dict[str, Access]
    columns: str
    closed: frozenset[Command] = frozenset()
    natural_key: str = ""


def of_a_plan(*, read: Actors, upsert: bool) -> dict[str, Access]:
    """Rows that hang on a plan: its owner's to write; read by whoever ``read`` says, if public."""
    by_upsert = OWNER if upsert else NOBODY
    hers = Access(
        select=OWNER | SERVICE,
        insert=OWNER | SERVICE,
        update=OWNER | SERVICE,
        delete=OWNER | SERVICE,
        upsert=by_upsert | SERVICE,
    )
    return {
        PRIVATE: hers,
        PUBLIC: Access(
            select=read | OWNER | SERVICE,
            insert=hers.insert,
            update=hers.update,
            delete=hers.delete,
            upsert=hers.upsert,
        ),
        OWN: Access(
            select=LEARNERS,
            insert=LEARNERS,
            update=LEARNERS,
            delete=LEARNERS,
            upsert=LEARNERS if upsert else NOBODY,
        ),
    }


def of_a_learner(**more: Actors) -> dict[str, Access]:
    """What the service makes for each learner of a plan: read by that learner, and no other.

    Args:
        more: What else a learner may do to their own, by command, such as ``update=PEOPLE``.
    """

    def theirs(learners: Actors) -> Access:
        also = {command: actors & learners for command, actors in more.items()}
        return Access(select=learners, **also)

    def with_service(learners: Actors) -> Access:
        own = theirs(learners)
        return Access(*(own.to(command) | SERVICE for command in COMMANDS))

    return {
        OWNERS_PRIVATE: with_service(OWNER),
        OWNERS_PUBLIC: with_service(OWNER),
        # A follower has it as an owner has; while the plan is public.
        MINE_PUBLIC: theirs(FOLLOWER),
        OWN: theirs(LEARNERS),
    }


WRITES: frozenset[Command] = frozenset({"insert", "update", "delete", "upsert"})
EVERYTHING: frozenset[Command] = frozenset(COMMANDS)
FULL_SERVICE = Access(
    select=SERVICE, insert=SERVICE, update=SERVICE, delete=SERVICE, upsert=SERVICE
)


@dataclass(frozen=True)
class Function:
    """What was decided about a function of the API.

    Attributes:
        why: The sentence that decides it.
        callers: Who may call it at all; everybody else is refused before it runs.
        places: Whose plan (or what of theirs) it may be asked about, and by whom.
        refusal: How it answers a caller about what is not theirs: status and code.
        to_nobody: How it answers a valid token with nobody behind it, where that is otherwise.
    """

    why: str
    callers: Actors
    places: dict[str, Actors] = field(default_factory=dict)
    refusal: tuple[int, str] = (404, "plan_not_found")
    to_nobody: tuple[int, str] | None = None
