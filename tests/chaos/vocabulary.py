"""What a stranger may talk about: names from the catalogue, ids that exist, and ids that do not.

Only the words come from the database. What may be said about them is decided elsewhere: both worlds
have to answer alike, whatever is asked.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random

    from tests.chaos.worlds import Half

# Everything that holds rows of people; the lists say why a table may be empty of the victim's.
NOT_THE_VICTIMS = {
    "public.resources": "the catalogue is shared, and the same in both worlds",
    "public.notification_kinds": "what Learnbase writes about is the same for everybody",
    "public.tier_limits": "limits are the same for everybody",
    "worker.queues": "the settings of the queues belong to nobody",
    "worker.model_prices": "prices are the operator's",
    "worker.platform_limits": "what the platform affords is the same for everybody",
}

RELATIONS = """
    select c.relname, c.relkind::text, a.attname, a.atttypid::regtype::text,
        (
            select array_agg(e.enumlabel::text order by e.enumsortorder)
            from pg_enum e where e.enumtypid = a.atttypid
        ),
        has_column_privilege('authenticated', c.oid, a.attnum, 'insert'),
        exists (
            select from pg_index i
            where i.indrelid = c.oid and i.indisprimary and a.attnum = any (i.indkey)
        )
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v')
    order by c.relname, a.attnum
"""
REFERENCES = """
    select c.relname, a.attname, p.relname
    from pg_constraint f
    join pg_class c on c.oid = f.conrelid and c.relnamespace = 'public'::regnamespace
    join pg_class p on p.oid = f.confrelid and p.relnamespace = 'public'::regnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum = f.conkey[1]
    where f.contype = 'f'
    order by 1, 2
"""
UNIQUES = """
    select c.relname, array_agg(a.attname::text order by a.attnum)
    from pg_index i
    join pg_class c on c.oid = i.indrelid and c.relnamespace = 'public'::regnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey)
    where i.indisunique
    group by i.indexrelid, c.relname
    order by 1, 2
"""
FUNCTIONS = """
    select n.nspname, p.proname, p.pronargs - p.pronargdefaults, p.proretset,
        array(
            select array[coalesce(p.proargnames[a.place], ''), a.type::regtype::text]
            from unnest(p.proargtypes) with ordinality as a (type, place)
            order by a.place
        )
    from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace
    where n.nspname in ('public', 'worker')
    order by n.nspname, p.proname, p.oid
"""


@dataclass(frozen=True)
class Column:
    """A column, or an argument of a function: its name, type, and the labels of an enum."""

    name: str
    type: str
    labels: tuple[str, ...] = ()
    writable: bool = False


@dataclass(frozen=True)
class Relation:
    """A table or view of the schema public.

    Attributes:
        key: What orders its rows without a tie.
        uniques: Columns that are unique together.
    """

    name: str
    columns: tuple[Column, ...]
    key: str
    is_view: bool
    uniques: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Function:
    """A function that the API may know."""

    schema: str
    name: str
    arguments: tuple[Column, ...]
    required: int
    many: bool


@dataclass(frozen=True)
class Pool:
    """The ids of one table, by what the stranger should know of them."""

    seen: tuple[str, ...]
    unseen: tuple[str, ...]
    victims: tuple[str, ...]

    def draw(self, dice: random.Random) -> str:
        """An id of the victim's, of somebody else's, or of nothing."""
        pool = dice.choices((self.victims, self.seen, self.unseen), (5, 4, 1))[0]
        return dice.choice(pool) if pool and dice.random() < 0.9 else random_id(dice)


@dataclass(frozen=True)
class Vocabulary:
    """All there is to talk about."""

    relations: dict[str, Relation]
    functions: tuple[Function, ...]
    neighbours: dict[str, tuple[str, ...]]
    pools: dict[str, Pool]
    meaning: dict[str, str]
    by_name: dict[str, Column]

    @property
    def ids(self) -> frozenset[str]:
        """Every id that exists in either world."""
        return frozenset(
            name
            for pool in self.pools.values()
            for name in (*pool.seen, *pool.unseen, *pool.victims)
        )

    def pool(self, relation: str, column: str) -> Pool:
        """The ids that make sense in a column, also as an argument or a list of that name."""
        table = relation if column == "id" else self.meaning.get(column.removesuffix("s"))
        return self.pools.get(table or "", Pool((), (), ()))


def random_id(dice: random.Random) -> str:
    """An id of nothing."""
    return str(uuid.UUID(int=dice.getrandbits(128), version=4))


def learn(quiet: Half, full: Half, stranger: str) -> Vocabulary:
    """Read the catalogue, and find out whose ids are whose."""
    relations = _relations(quiet)
    references = quiet.rows(REFERENCES)
    neighbours: dict[str, set[str]] = {name: set() for name in relations}
    for child, _, parent in references:
        neighbours[child].add(parent)
        neighbours[parent].add(child)
    return Vocabulary(
        relations,
        tuple(
            Function(schema, name, tuple(Column(*a) for a in arguments), required, many)
            for schema, name, required, many, arguments in quiet.rows(FUNCTIONS)
        ),
        {name: tuple(sorted(others)) for name, others in neighbours.items()},
        {
            name: _pool(quiet, full, stranger, relation)
            for name, relation in relations.items()
            if not relation.is_view and relation.columns[0].type == "uuid"
        },
        {column: parent for _, column, parent in references},
        {c.name: c for r in reversed(relations.values()) for c in r.columns},
    )


def _relations(half: Half) -> dict[str, Relation]:
    uniques: dict[str, list[tuple[str, ...]]] = {}
    for table, columns in half.rows(UNIQUES):
        uniques.setdefault(table, []).append(tuple(columns))
    found: dict[str, list[tuple[Any, ...]]] = {}
    for name, *rest in half.rows(RELATIONS):
        found.setdefault(name, []).append(tuple(rest))
    relations = {}
    for name, rows in found.items():
        kind = rows[0][0]
        columns = tuple(Column(r[1], r[2], tuple(r[3] or ()), r[4]) for r in rows)
        key = next((r[1] for r in rows if r[5]), columns[0].name)
        unique = tuple(uniques.get(name, ()))
        relations[name] = Relation(name, columns, key, kind == "v", unique)
    return relations


def _pool(quiet: Half, full: Half, stranger: str, relation: Relation) -> Pool:
    query = f'select {relation.key}::text from public."{relation.name}" order by 1'  # noqa: S608
    everybodys = {row[0] for row in quiet.rows(query)}
    seen = {row[0] for row in quiet.rows_of(stranger, query)}
    victims = {row[0] for row in full.rows(query)} - everybodys
    return Pool(tuple(sorted(seen)), tuple(sorted(everybodys - seen)), tuple(sorted(victims)))


def tables_without_the_victim(quiet: Half, full: Half) -> list[str]:
    """Tables of people that the full world has no more rows in than the quiet one."""
    tables = quiet.rows(
        "select format('%s.%s', n.nspname, c.relname) from pg_class c"
        " join pg_namespace n on n.oid = c.relnamespace"
        " where c.relkind = 'r' and n.nspname in ('public', 'private', 'worker') order by 1"
    )
    return [
        name
        for (name,) in tables
        if name not in NOT_THE_VICTIMS and _count(full, name) <= _count(quiet, name)
    ]


def _count(half: Half, table: str) -> int:
    [[rows]] = half.rows(f"select count(*) from {table}")  # noqa: S608 - a name of the catalogue
    return int(rows)
