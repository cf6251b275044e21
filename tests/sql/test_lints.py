"""Our own rules for the schema: each lint keeps its promise, and the schema keeps all of them.

A lint lies in sql/lints; its twins here, under its name: `good` shows what it lets pass, `bad` what
it reports, with a line `-- offends: …` for each subject.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[dict[str, Any]]

LINTS = Path(__file__).parents[2] / "sql" / "lints"
TWINS = Path(__file__).parent / "lints"
STEMS = sorted(file.stem for file in LINTS.glob("*.sql"))
COLUMNS = ["name", "level", "subject", "detail", "remedy"]


def offenders(schema: Connection, stem: str) -> list[dict[str, Any]]:
    cursor = schema.execute((LINTS / f"{stem}.sql").read_bytes())
    assert [column.name for column in cursor.description or []] == COLUMNS
    return cursor.fetchall()


def test_every_lint_has_a_number_a_name_and_both_twins():
    assert [int(stem[:4]) for stem in STEMS] == list(range(1, len(STEMS) + 1))
    assert all(re.fullmatch(r"\d{4}_[a-z_]+", stem) for stem in STEMS)
    twins = sorted(f"{stem}.{kind}.sql" for stem in STEMS for kind in ("bad", "good"))
    assert sorted(file.name for file in TWINS.iterdir()) == twins


@pytest.mark.parametrize("stem", STEMS)
def test_the_schema_keeps_the_rule(schema: Connection, stem: str):
    found = offenders(schema, stem)
    assert not found, "\n" + "\n".join(
        f"{row['level']}: {row['name']}: {row['subject']}: {row['detail']}\n    {row['remedy']}"
        for row in found
    )


@pytest.mark.parametrize("stem", STEMS)
def test_a_lint_lets_its_good_twin_pass(schema: Connection, stem: str):
    schema.execute((TWINS / f"{stem}.good.sql").read_bytes())
    assert offenders(schema, stem) == []


@pytest.mark.parametrize("stem", STEMS)
def test_a_lint_reports_its_bad_twin_and_nothing_else(schema: Connection, stem: str):
    bad = (TWINS / f"{stem}.bad.sql").read_text()
    schema.execute(bad.encode())
    found = offenders(schema, stem)
    expected = re.findall(r"^-- offends: (.+)$", bad, re.MULTILINE)
    assert expected, "the bad twin offends nothing: write -- offends: subject"
    assert sorted(row["subject"] for row in found) == sorted(expected)
    for row in found:
        assert row["name"] == stem[5:]
        assert row["level"] in {"error", "warning"}
        assert row["detail"]
        assert row["remedy"]
