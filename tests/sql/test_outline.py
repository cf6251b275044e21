"""The schema has all that its outline names, as it names it, and may have more."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.sql.outline import EXCEPTIONS, OUTLINE

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[dict[str, Any]]

# The outline's types in the catalogue's words.
TYPES = {"int": "integer", "timestamptz": "timestamp with time zone"}


def statements() -> list[str]:
    """Each line of the outline, behind the name of its table."""
    found = []
    for paragraph in OUTLINE.strip().split("\n\n"):
        table, *lines = paragraph.splitlines()
        found += [f"{table}: {line.strip()}" for line in lines]
    return found


def test_no_exception_outlives_its_statement():
    assert EXCEPTIONS.keys() <= set(statements())


@pytest.mark.parametrize("statement", [EXCEPTIONS.get(line, line) for line in statements()])
def test_the_schema_has(schema: Connection, statement: str):
    table, _, line = statement.partition(": ")
    kind, _, rest = line.partition(" ")
    if kind == "check":
        assert rest in " ".join(constraints(schema, table, "c"))
    elif kind == "unique":
        columns = [column.strip('"') for column in rest.strip("()").split(", ")]
        assert columns in uniques(schema, table)
    elif kind == "references":
        column, other, action = rest.split()
        wanted = f"FOREIGN KEY ({column}) REFERENCES public.{other}(id) ON DELETE {action.upper()}"
        assert wanted in constraints(schema, table, "f")
    elif kind == "index":
        name, columns = rest.split(" ", 1)
        [row] = schema.execute(
            "select pg_get_indexdef(to_regclass(%s)) as definition", [f"public.{name}"]
        )
        assert f"public.{table} USING btree {columns}" in unquoted(row["definition"] or "")
    else:
        column_is(schema, table, kind, rest)


def column_is(schema: Connection, table: str, column: str, rest: str) -> None:
    rows = schema.execute(
        """
        select format_type(t.atttypid, t.atttypmod) as type, t.attnotnull as not_null,
            pg_get_expr(d.adbin, d.adrelid) as default
        from pg_attribute t
        left join pg_attrdef d on d.adrelid = t.attrelid and d.adnum = t.attnum
        where t.attrelid = to_regclass(%s) and t.attname = %s
        """,
        [f"public.{table}", column],
    ).fetchall()
    assert rows, f"{table} has no column {column}"
    [found] = rows
    wanted = re.fullmatch(
        r"(?P<type>\S+)(?P<null> (?:not )?null)?(?: default (?P<default>\S+))?"
        r"(?P<key> pk| unique)?",
        rest,
    )
    assert wanted, f"the outline's line about {table}.{column} cannot be read"
    assert found["type"].removeprefix("public.") == TYPES.get(wanted["type"], wanted["type"])
    if wanted["null"]:
        assert found["not_null"] == (wanted["null"] == " not null")
    if wanted["default"]:
        assert re.sub(r"::public\.\w+$", "", found["default"] or "") == wanted["default"]
    if wanted["key"] == " pk":
        assert constraints(schema, table, "p") == [f"PRIMARY KEY ({column})"]
    elif wanted["key"] == " unique":
        assert [column] in uniques(schema, table)


def constraints(schema: Connection, table: str, kind: str) -> list[str]:
    return [
        row["definition"]
        for row in schema.execute(
            """
            select pg_get_constraintdef(k.oid) as definition
            from pg_constraint k where k.conrelid = to_regclass(%s) and k.contype = %s
            """,
            [f"public.{table}", kind],
        )
    ]


def uniques(schema: Connection, table: str) -> list[list[str]]:
    """The columns of each unique constraint, in order."""
    return [
        unquoted(definition.split("(")[1].split(")")[0]).split(", ")
        for definition in constraints(schema, table, "u")
    ]


def unquoted(text: str) -> str:
    return text.replace('"', "")
