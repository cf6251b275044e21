"""Requests that a curious stranger might send: thousands of them, made from a seed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from tests.chaos import words
from tests.chaos.request import WHO, Request
from tests.chaos.vocabulary import Column, Function, Relation, Vocabulary

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator, Sequence

T = TypeVar("T")
SAFE = "*(),.:!-_"
# Whose ids arguments are that no foreign key of the API's own tables is named as.
MEANT = {
    "generation_id": "plan_generations",
    "proposal_id": "plan_proposals",
    "catch_up_id": "catch_ups",
    "feed_id": "calendar_feeds",
    "export_id": "exports",
}


class Strangers:
    """Makes requests from a seed; the same seed and the same catalogue give the same requests."""

    def __init__(self, vocabulary: Vocabulary, dice: random.Random) -> None:
        self._words = vocabulary
        self._dice = dice

    def requests(self) -> Iterator[Request]:
        """Request after request, without end."""
        kinds: dict[Callable[[], Request], int] = {
            self._read: 44,
            self._call: 20,
            self._insert: 16,
            self._update: 9,
            self._delete: 6,
            self._odd: 3,
            self._put: 2,
        }
        while True:
            [kind] = self._dice.choices(list(kinds), list(kinds.values()))
            yield kind()

    # ------------------------------------------------------------------ kinds of requests

    def _read(self) -> Request:
        relation = self._relation()
        query = self._shape(relation)
        query += self._filters(relation, embedded=query[0][1])
        method = "HEAD" if self._chance(0.1) else "GET"
        return self._request(method, relation.name, query)

    def _insert(self) -> Request:
        relation = self._relation(tables=True)
        columns = self._written(relation)
        query: list[tuple[str, str]] = []
        if self._chance(0.25):
            columns = [*{c.name: c for c in (*columns, relation.columns[0])}.values()]
        if self._chance(0.4):
            unique = self._dice.choice(relation.uniques or (("id",),))
            query.append(("on_conflict", ",".join(unique)))
            extra = [c for c in relation.columns if c.name in unique and c not in columns]
            columns = [*columns, *(extra if self._chance(0.8) else ())]
        if self._chance(0.15):
            query.append(("columns", ",".join(c.name for c in columns)))
        if self._chance(0.3):
            query += self._shape(relation)
        rows: Any = [
            {c.name: self._value(relation.name, c) for c in columns}
            for _ in range(self._dice.choice((1, 1, 1, 2, 3)))
        ]
        body = json.dumps(rows[0] if len(rows) == 1 and self._chance(0.5) else rows)
        wishes = ["return=representation"] if self._chance(0.4) else []
        if query and query[0][0] == "on_conflict":
            wishes.append(f"resolution={self._dice.choice(('merge', 'ignore'))}-duplicates")
        return self._request("POST", relation.name, query, body=body, wishes=wishes)

    def _put(self) -> Request:
        relation = self._relation(tables=True)
        row = {c.name: self._value(relation.name, c) for c in self._written(relation)}
        row[relation.key] = self._id(relation.name, relation.key)
        return self._request(
            "PUT", relation.name, [(relation.key, f"eq.{row[relation.key]}")], body=json.dumps(row)
        )

    def _update(self) -> Request:
        relation = self._relation(tables=True)
        columns = self._written(relation)
        some = self._dice.sample(columns, min(len(columns), self._dice.choice((1, 1, 2, 3))))
        # Values that fit their columns: whether Postgres looks at one that does not, where no row
        # is to be changed, depends on its plan, and so on how large the table is as a whole.
        body = json.dumps({c.name: self._value(relation.name, c, fitting=True) for c in some})
        query = self._filters(relation, least=1)
        wishes = ["return=representation"] if self._chance(0.4) else []
        return self._request("PATCH", relation.name, query, body=body, wishes=wishes)

    def _delete(self) -> Request:
        relation = self._relation(tables=True)
        wishes = ["return=representation"] if self._chance(0.4) else []
        return self._request(
            "DELETE", relation.name, self._filters(relation, least=1), wishes=wishes
        )

    def _call(self) -> Request:
        public = [f for f in self._words.functions if f.schema == "public"]
        function = self._dice.choice(self._words.functions if self._chance(0.12) else public)
        profile = [("Content-Profile", function.schema)] if function.schema != "public" else []
        given = {a.name: self._argument(function, a) for a in self._given(function)}
        query: list[tuple[str, str]] = []
        if function.many and self._chance(0.4):
            query.append(("limit", str(self._dice.choice((0, 1, 2, 5)))))
        if self._chance(0.25):
            texts = {k: _text(v) for k, v in given.items()}
            return self._request(
                "GET", f"rpc/{function.name}", [*texts.items(), *query], headers=profile
            )
        body = json.dumps(given)
        return self._request("POST", f"rpc/{function.name}", query, body=body, headers=profile)

    def _odd(self) -> Request:
        relation = self._relation()
        path, headers = self._dice.choice(
            [
                ("", []),
                ("nothing_here", []),
                (
                    relation.name,
                    [("Accept-Profile", self._dice.choice(["private", "pgmq", "auth"]))],
                ),
                (
                    self._dice.choice(["queues", "dead_letters", "job_attempts"]),
                    [("Accept-Profile", "worker")],
                ),
                ("usage_ledger", []),
            ]
        )
        method = self._dice.choice(["GET", "GET", "HEAD", "OPTIONS", "TRACE", "POST"])
        return self._request(
            method, path, [], body="{}" if method == "POST" else None, headers=headers
        )

    # ------------------------------------------------------------------ parts of a read

    def _shape(self, relation: Relation) -> list[tuple[str, str]]:
        """Columns, embeds, order and a window."""
        query = [("select", self._select(relation, 3 if self._chance(0.4) else 0))]
        window = self._chance(0.3)
        if window or self._chance(0.5):
            query.append(("order", self._order(relation)))
        if window:
            query.append(("limit", str(self._dice.choice((0, 1, 2, 3, 10, 1000, 5000)))))
            if self._chance(0.4):
                query.append(("offset", str(self._dice.choice((0, 1, 2, 7, 100, -1)))))
        return query

    def _select(self, relation: Relation, depth: int) -> str:
        parts = ["*"]
        if self._chance(0.4):
            parts = [c.name for c in self._some(relation.columns, 4)]
        if self._chance(0.02):
            parts.append(
                self._dice.choice(["count()", "id.count()", "order.sum()", "nothing_here"])
            )
        others = self._words.neighbours[relation.name]
        if depth and others:
            for name in self._some(others, 2):
                other = self._words.relations[name]
                hint = self._dice.choice(["", "", "!inner", "!left"])
                spread = "..." if self._chance(0.04) else ""
                parts.append(f"{spread}{name}{hint}({self._select(other, depth - 1)})")
        if relation.name in {"learning_plans", "modules"} and self._chance(0.2):
            parts.append("progress(*)")
        return ",".join(parts)

    def _order(self, relation: Relation) -> str:
        """An order without ties: among equals Postgres promises none."""
        columns = [c.name for c in self._some(relation.columns, 2)] if self._chance(0.4) else []
        turns = ("", ".asc", ".desc", ".desc.nullslast", ".asc.nullsfirst")
        return ",".join(f"{name}{self._dice.choice(turns)}" for name in (*columns, relation.key))

    def _filters(
        self, relation: Relation, least: int = 0, embedded: str = ""
    ) -> list[tuple[str, str]]:
        others = [n for n in self._words.neighbours[relation.name] if f",{n}" in embedded]
        query: list[tuple[str, str]] = []
        for _ in range(max(least, self._dice.choice((0, 1, 1, 2, 3)))):
            if self._chance(0.15):
                terms = ",".join(".".join(self._filter(relation)) for _ in range(2))
                key = self._dice.choice(["or", "and", "not.or", "not.and"])
                query.append((key, f"({terms})"))
            elif others and self._chance(0.3):
                other = self._dice.choice(others)
                name, term = self._filter(self._words.relations[other])
                query.append((f"{other}.{name}", term))
            else:
                query.append(self._filter(relation))
        return query

    def _filter(self, relation: Relation) -> tuple[str, str]:
        keys = [c for c in relation.columns if c.type == "uuid"]
        column = self._dice.choice(keys if keys and self._chance(0.5) else relation.columns)
        if self._chance(0.1):
            states = ["null", "true", "unknown"] if column.type == "boolean" else ["null"]
            term = f"is.{self._dice.choice(states)}"
        elif self._chance(0.2):
            several = (_text(self._value(relation.name, column)) for _ in range(3))
            term = f"in.({','.join(_quoted(v) for v in several)})"
        else:
            comparisons = words.COMPARISONS + (words.MATCHES if column.type == "text" else ())
            value = _text(self._value(relation.name, column))
            if column.type == "text" and self._chance(0.5):
                value = f"*{value[:6]}*"
            term = f"{self._dice.choice(comparisons)}.{_quoted(value)}"
        return column.name, f"not.{term}" if self._chance(0.1) else term

    # ------------------------------------------------------------------ values

    def _written(self, relation: Relation) -> list[Column]:
        """Columns for a body: mostly what a form would send, now and then anything at all."""
        if self._chance(0.15):
            return self._some(relation.columns, 5)
        writable = [c for c in relation.columns if c.writable and c.name != "user_id"]
        return writable or self._some(relation.columns, 3)

    def _value(self, relation: str, column: Column, *, fitting: bool = False) -> Any:
        """A value that fits the column, mostly; ids are the victim's in every second case."""
        if not fitting and self._chance(0.02):
            return self._dice.choice(words.MISFITS)
        if column.type == "uuid[]":
            return [self._id(relation, column.name) for _ in range(self._dice.randrange(4))]
        if column.type == "uuid":
            return self._id(relation, column.name)
        by_type = words.BY_TYPE.get(column.type.partition(" ")[0], words.NUMBERS)
        return self._dice.choice(column.labels or words.BY_NAME.get(column.name, by_type))

    def _id(self, relation: str, column: str) -> str:
        return self._words.pool(relation, column).draw(self._dice)

    def _given(self, function: Function) -> Sequence[Column]:
        """Arguments to send: all, or only the required ones, now and then too few."""
        chosen = (
            function.arguments if self._chance(0.7) else function.arguments[: function.required]
        )
        # What has the present moment as its default would not be asked the same question twice.
        chosen += tuple(a for a in function.arguments if a.name == "at" and a not in chosen)
        return chosen if self._chance(0.95) else self._some(chosen or (Column("x", "text"),), 2)

    def _argument(self, function: Function, argument: Column) -> Any:
        """A value for an argument: that of the column of the same name, where there is one."""
        if argument.name in MEANT:
            return self._id(MEANT[argument.name], "id")
        same = self._words.by_name.get(argument.name)
        if same and same.labels and self._chance(0.9):
            return self._dice.choice(same.labels)
        if argument.name in words.FORM:
            return self._dice.choice(words.FORM[argument.name])
        return self._value(function.name, argument)

    # ------------------------------------------------------------------ the request itself

    def _request(
        self,
        method: str,
        path: str,
        query: Sequence[tuple[str, str]],
        *,
        body: str | None = None,
        wishes: Sequence[str] = (),
        headers: Sequence[tuple[str, str]] = (),
    ) -> Request:
        said = [*headers, *self._prefer(wishes)]
        if body is not None:
            said.append(("Content-Type", "application/json"))
        if self._chance(0.07):
            said.append(("Accept", self._dice.choice(words.ACCEPTED)))
        if method in {"GET", "HEAD"} and self._chance(0.08):
            said.append(("Range", self._dice.choice(["0-1", "1-", "0-0", "5-2", "900-"])))
            if ("order" not in dict(query)) and path in self._words.relations:
                query = [*query, ("order", self._order(self._words.relations[path]))]
        asked = "&".join(f"{quote(k, safe=SAFE)}={quote(v, safe=SAFE)}" for k, v in query)
        who = self._dice.choices(WHO, (70, 20, 10))[0]
        return Request(who, method, f"{path}{'?' + asked if asked else ''}", tuple(said), body)

    def _prefer(self, wishes: Sequence[str]) -> list[tuple[str, str]]:
        """Wishes in one header or several, in any order and case."""
        dice = self._dice
        wanted = [*wishes, *dice.choices(words.PREFERENCES, k=dice.choice((0, 0, 0, 1, 1, 2, 3)))]
        dice.shuffle(wanted)
        said: list[tuple[str, str]] = []
        for wish in wanted:
            if said and self._chance(0.5):
                name, value = said[-1]
                said[-1] = (name, value + dice.choice([",", ", "]) + wish)
            else:
                said.append((dice.choice(["Prefer", "prefer", "PREFER", "pReFeR"]), wish))
        return said

    def _relation(self, *, tables: bool = False) -> Relation:
        relations = list(self._words.relations.values())
        if tables:
            open_ = self._chance(0.9)
            relations = [r for r in relations if not r.is_view]
            relations = [r for r in relations if not open_ or any(c.writable for c in r.columns)]
        return self._dice.choice(relations)

    def _some(self, things: Sequence[T], most: int) -> list[T]:
        return self._dice.sample(things, min(len(things), self._dice.randint(1, most)))

    def _chance(self, likelihood: float) -> bool:
        return self._dice.random() < likelihood


def _text(value: Any) -> str:
    """A value as it stands in a query."""
    if isinstance(value, list):
        return f"{{{','.join(map(str, value))}}}"
    return value if isinstance(value, str) else json.dumps(value)


def _quoted(value: str) -> str:
    """In quotes where PostgREST's own punctuation would end it."""
    if any(sign in value for sign in ',()"'):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return value
