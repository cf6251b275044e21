"""The rows of the matrix: which relations, columns and functions the API serves."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

_COLUMNS = """
    select n.nspname || '.' || c.relname, t.attname::text
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute t on t.attrelid = c.oid and t.attnum > 0 and not t.attisdropped
    where n.nspname in ('public', 'worker') and c.relkind in ('r', 'p', 'v', 'm', 'f')
    order by 1, t.attnum
"""
_FUNCTIONS = """
    select distinct n.nspname || '.' || p.proname
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname in ('public', 'worker') and p.prorettype <> 'trigger'::regtype
    order by 1
"""


@dataclass(frozen=True)
class Catalogue:
    """What there is.

    Attributes:
        relations: Tables and views with their columns.
        functions: Names of functions, with their schema.
    """

    relations: dict[str, list[str]]
    functions: list[str]


def read(database_url: str) -> Catalogue:
    """Look into the catalogue of a database."""
    relations: dict[str, list[str]] = {}
    with psycopg.connect(database_url) as connection:
        for relation, column in connection.execute(_COLUMNS):
            relations.setdefault(relation, []).append(column)
        functions = [str(name) for (name,) in connection.execute(_FUNCTIONS)]
    return Catalogue(relations, functions)
