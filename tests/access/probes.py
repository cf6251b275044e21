"""A probe: one request of one actor, and everything that must come of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from psycopg import sql

from tests.access import ground

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.access.line import Answer
    from tests.access.state import Change

Key = tuple[str, str]  # relation, key


@dataclass(frozen=True)
class Request:
    """What is sent; the actor's own headers come on top."""

    method: str
    relation: str  # with its schema; a function's begins with "rpc/" after the schema's dot
    body: Any = None
    params: tuple[tuple[str, str], ...] = ()
    prefer: str = "return=representation"

    @property
    def is_http(self) -> bool:
        """Whether it goes over the API; the others are said in SQL (see `tests.access.voice`)."""
        return self.method not in ("SQL", "RACE")

    @property
    def schema(self) -> str:
        return self.relation.partition(".")[0]

    @property
    def path(self) -> str:
        return self.relation.partition(".")[2]


@dataclass(frozen=True)
class Effect:
    """What becomes of the rows: exactly this, and nothing else.

    Attributes:
        added: Values that each added row has, by relation.
        changed: Which columns of which rows change.
        said: What some of those columns then hold.
        gone: Rows that are deleted.
    """

    added: tuple[tuple[str, dict[str, Any]], ...] = ()
    changed: dict[Key, frozenset[str]] = field(default_factory=dict)
    said: dict[Key, dict[str, Any]] = field(default_factory=dict)
    gone: frozenset[Key] = frozenset()

    @property
    def is_none(self) -> bool:
        return not (self.added or self.changed or self.gone)

    def differs(self, changes: dict[Key, Change]) -> str:
        """How what happened differs from this; "" if it does not."""
        added = {
            key: values
            for key, values in changes.items()
            if values is not None and not any(name.startswith("~") for name in values)
        }
        gone = {key for key, values in changes.items() if values is None}
        changed = {key: values for key, values in changes.items() if values and key not in added}
        if gone != self.gone:
            return f"deleted {sorted(gone ^ self.gone)} otherwise than decided"
        columns = {key: frozenset(n[1:] for n in values) for key, values in changed.items()}
        if columns != self.changed:
            return f"changed {_difference(columns, self.changed)}"
        for key, said in self.said.items():
            found = {name: (changed[key] or {}).get(f"~{name}") for name in said}
            if found != said:
                return f"{key} holds {found}, sent was {said}"
        wanted = sorted(self.added, key=repr)
        for (relation, _), values in added.items():
            fit = [w for w in wanted if w[0] == relation and _holds(values, w[1])]
            if not fit:
                return f"added {relation} {values}"
            wanted.remove(fit[0])
        return f"did not add {wanted}" if wanted else ""


def _holds(values: dict[str, Any], wanted: dict[str, Any]) -> bool:
    return all(values.get(name) == value for name, value in wanted.items())


def _difference(found: dict[Key, frozenset[str]], wanted: dict[Key, frozenset[str]]) -> str:
    parts = []
    for key in sorted(found.keys() | wanted.keys()):
        if found.get(key) != wanted.get(key):
            has, needs = sorted(found.get(key, ())), sorted(wanted.get(key, ()))
            parts.append(f"{key}: {has}, decided was {needs}")
    return "; ".join(parts)


NOTHING = Effect()


@dataclass(frozen=True)
class Outcome:
    """How a request is answered.

    Attributes:
        statuses: Any of these.
        code: The error's code.
        message: How the error's message begins.
        rows: How many rows come back, where that is decided.
        effect: What becomes of the rows.
        look: Looks at the answer closely; returns what is wrong with it, or "".
    """

    statuses: frozenset[int]
    code: str | None = None
    message: str = ""
    rows: int | None = None
    effect: Effect = NOTHING
    look: Callable[[Any], str] | None = None

    def differs(self, answer: Answer) -> str:
        """How an answer differs from this; "" if it does not."""
        if answer.status_code not in self.statuses:
            wanted = " or ".join(map(str, sorted(self.statuses)))
            return f"answered {answer.status_code}, decided was {wanted}: {answer.text[:300]}"
        if self.code is None and self.rows is None and self.look is None:
            return ""
        body: Any = answer.json() if answer.content else None
        if self.code is not None and (
            body.get("code") != self.code or not body["message"].startswith(self.message)
        ):
            return f"was refused as {body}, decided was {self.code} {self.message}"
        if self.rows is not None and len(body) != self.rows:
            return f"gave {len(body)} rows back, decided were {self.rows}"
        return self.look(body) if self.look else ""


def _refused(*statuses: int, code: str | None = None, message: str = "") -> Outcome:
    return Outcome(frozenset(statuses), code, message)


# The manners of a refusal. A closed door is closed twice: there is no grant, and no policy.
REJECTED = _refused(401)
NOT_SIGNED_IN = _refused(401, code="42501", message="permission denied for")
CLOSED = _refused(403, code="42501", message="permission denied for")
NOT_THEIRS = _refused(403, code="42501", message="new row violates row-level security policy")
# A view that adds up takes nothing from anybody: Postgres says so before it looks at grants.
NOT_WRITABLE = _refused(500, code="55000")
NOT_THERE = Outcome(frozenset({200}), rows=0)


def refused(status: int, code: str) -> Outcome:
    """One of our own refusals."""
    return _refused(status, code=code)


def allowed(effect: Effect, rows: int | None = 1) -> Outcome:
    """It is done, and the rows come back."""
    return Outcome(frozenset({200, 201}), rows=rows, effect=effect)


@dataclass(frozen=True)
class Probe:
    """One cell of the matrix, or a part of one.

    Attributes:
        name: What is tried, for messages.
        actor: Who tries.
        request: What is sent.
        outcome: What must come of it.
        about: Relations and functions that it says something about, the foremost first.
        prepare: What is arranged beforehand, by SQL.
    """

    name: str
    actor: str
    request: Request
    outcome: Outcome
    about: tuple[str, ...]
    prepare: tuple[str, ...] = ()


def quoted(template: str, *values: str | int) -> str:
    """A statement with its values in it, quoted."""
    return sql.SQL(template).format(*map(sql.Literal, values)).as_string(None)


def only(relation: str, values: dict[str, Any]) -> dict[str, str]:
    """The filter that means one row."""
    return {column: f"eq.{values[column]}" for column in ground.KEYS.get(relation, ("id",))}
