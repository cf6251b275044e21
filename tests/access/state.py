"""What is really in the database: looked at by SQL, and put back as it was.

A copy of every row is kept in the schema ``ground``, which the API does not serve. Nothing here
fires a trigger or asks a policy: the connection is a superuser's, in the role of a replica.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from tests.access import ground

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import TracebackType

Rows = dict[str, dict[str, Any]]  # by key
# What became of a row: it was added (its values), deleted (None), or some columns changed.
Change = dict[str, Any] | None

# Columns of jsonb that hold lists; those of Postgres's own arrays are lists too.
_LISTS = frozenset({"choices", "moves", "stays", "unplaced"})

_TABLES = """
    select n.nspname || '.' || c.relname as relation,
        array(
            select t.attname::text from pg_index i
            join unnest(i.indkey) with ordinality as k (number, place) on true
            join pg_attribute t on t.attrelid = c.oid and t.attnum = k.number
            where i.indrelid = c.oid and i.indisprimary order by k.place
        ) as key,
        array(
            select t.attname::text from pg_attribute t
            where t.attrelid = c.oid and t.attnum > 0 and not t.attisdropped
                and t.attgenerated = '' order by t.attnum
        ) as columns
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p')
        and (
            n.nspname in ('public', 'private', 'worker')
            or (n.nspname = 'auth' and c.relname = 'users')
            or (n.nspname = 'pgmq' and c.relname ~ '^[qa]_')
        )
    order by 1
"""


class State:
    """All rows of one database."""

    def __init__(self, database_url: str) -> None:
        """Connect as a superuser."""
        self.url = database_url
        self._db = psycopg.connect(database_url, autocommit=True)
        self._db.execute("set session_replication_role = replica")
        self._db.execute("set synchronous_commit = off")
        self._db.execute("set timezone = 'UTC'")
        found = self._db.execute(_TABLES).fetchall()
        self._keys: dict[str, list[str]] = {name: key for name, key, _ in found}
        self._columns: dict[str, list[str]] = {name: columns for name, _, columns in found}
        self._look = sql.SQL(" union all ").join(
            sql.SQL(
                "select {name}, md5(coalesce(string_agg(t::text, chr(10) order by t::text), ''))"
                " from {table} t"
            ).format(name=name, table=_table(name))
            for name in self._keys
        )
        self._restorers = {name: self._restorer(name) for name in self._keys}
        self._first: dict[str, Rows] = {}
        self._first_digest: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._db.close()

    def build(self) -> None:
        """Replace all rows by those of `ground`, and remember them."""
        for name in self._keys:
            self._db.execute(sql.SQL("delete from {}").format(_table(name)))
        for row in ground.ROWS:
            if row.relation not in ground.VIEWS:
                self._insert(row)
        self._db.execute("create schema ground")
        for name in self._keys:
            self._db.execute(
                sql.SQL("create table {} as table {}").format(_kept(name), _table(name))
            )
        # Numbers that are given out next lie beyond those of the ground.
        for name, column in (
            ("private.usage_ledger", "id"),
            ("worker.dead_letters", "id"),
            ("pgmq.q_generate_plan", "msg_id"),
            ("pgmq.q_schedule_plan", "msg_id"),
            *((f"pgmq.q_{queue}", "msg_id") for queue in (*ground.OUTSIDE, *ground.LETTERS)),
        ):
            self._db.execute(
                "select setval(pg_get_serial_sequence(%s, %s), 100000)", (name, column)
            )
        self._db.execute("analyze")
        self._first = self.rows(self._keys)
        self._first_digest = self._digest()

    def _insert(self, row: ground.Row) -> None:
        values = {
            column: Jsonb(value) if isinstance(value, dict) or column in _LISTS else value
            for column, value in row.values.items()
        }
        self._db.execute(
            sql.SQL("insert into {} ({}) overriding system value values ({})").format(
                _table(row.relation),
                sql.SQL(", ").join(map(sql.Identifier, values)),
                sql.SQL(", ").join(sql.Placeholder() * len(values)),
            ),
            list(values.values()),
        )

    def execute(self, statements: Iterable[str]) -> None:
        """Arrange something, past everything that guards it."""
        for statement in statements:
            self._db.execute(statement)

    def rows(self, relations: Iterable[str]) -> dict[str, Rows]:
        """The rows of some relations."""
        found: dict[str, Rows] = {}
        for name in relations:
            query = sql.SQL("select to_jsonb(t) from {} t").format(_table(name))
            found[name] = {
                ",".join(str(values[column]) for column in self._keys[name]): values
                for (values,) in self._db.execute(query)
            }
        return found

    def _digest(self) -> dict[str, str]:
        return dict(self._db.execute(self._look, prepare=True).fetchall())

    def touched(self) -> list[str]:
        """The relations that are not as they were built."""
        now = self._digest()
        return [name for name, digest in now.items() if digest != self._first_digest[name]]

    def changes(self, since: Mapping[str, Rows] | None = None) -> dict[tuple[str, str], Change]:
        """What is different from what was built, or from rows looked at before.

        Returns:
            By relation and key: the values of a row that was added, None for one that is gone, and
            ``{"~column": value}`` for the columns that changed.
        """
        now = self.rows(set(self.touched()) | set(since or ()))
        found: dict[tuple[str, str], Change] = {}
        for name, rows in now.items():
            before = (since or {}).get(name, self._first[name])
            for key in before.keys() | rows.keys():
                old, new = before.get(key), rows.get(key)
                if old is None or new is None:
                    found[name, key] = new
                elif old != new:
                    found[name, key] = {
                        f"~{column}": value
                        for column, value in new.items()
                        if value != old.get(column)
                    }
        return found

    def restore(self, changes: Iterable[tuple[str, str]] | None = None) -> None:
        """Make everything as it was built; quickly, when the rows that changed are known."""
        keys: dict[str, list[str]] = {}
        for name, key in self.changes() if changes is None else changes:
            keys.setdefault(name, []).append(key)
        if not keys:
            return
        with self._db.pipeline(), self._db.transaction():
            for name, changed in keys.items():
                for statement in self._restorers[name]:
                    self._db.execute(statement, (changed,), prepare=True)

    def _restorer(self, name: str) -> tuple[sql.Composed, sql.Composed]:
        columns = sql.SQL(", ").join(map(sql.Identifier, self._columns[name]))
        key = sql.SQL("concat_ws(',', {})").format(
            sql.SQL(", ").join(map(sql.Identifier, self._keys[name]))
        )
        return (
            sql.SQL("delete from {} where {} = any(%s)").format(_table(name), key),
            sql.SQL(
                "insert into {t} ({c}) overriding system value select {c} from {k}"
                " where {key} = any(%s)"
            ).format(t=_table(name), c=columns, k=_kept(name), key=key),
        )


def _table(name: str) -> sql.Composable:
    return sql.Identifier(*name.split("."))


def _kept(name: str) -> sql.Composable:
    return sql.Identifier("ground", name)
