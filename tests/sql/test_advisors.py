"""Supabase's own advisors find nothing in the schema."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from learnbase.stack import migrations, programs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from learnbase.stack import Stack

# Nothing has read an index of a database that was made a second ago.
EXCUSED = {"unused_index"}


def advice(database_url: str, cli_home: Path) -> list[dict[str, Any]]:
    done = subprocess.run(
        [
            *(str(programs.supabase_cli()), "db", "advisors", f"--remote={database_url}"),
            *("--level", "info", "--output-format", "json", "--agent", "no"),
        ],
        capture_output=True,
        text=True,
        env=migrations.environment(cli_home),
        check=True,
    )
    results: list[dict[str, Any]] = json.loads(done.stdout)["results"]
    return [result for result in results if result["name"] not in EXCUSED]


def as_administrator(stack: Stack, database_url: str) -> str:
    """The address of the same database for its superuser: the advisors look everywhere."""
    server = stack.env()["ADMIN_DATABASE_URL"].rpartition("/")[0]
    return f"{server}/{database_url.rpartition('/')[2]}"


@pytest.fixture
def careless_url(stack: Stack) -> Iterator[str]:
    """A database in which somebody forgot the rules."""
    url = stack.fresh_database("careless")
    with psycopg.connect(url) as connection:
        connection.execute(
            """
            create table public.diaries (id uuid primary key, user_id uuid references public.users);
            grant select on public.diaries to anon;
            create function public.loose() returns integer language sql as 'select 1';
            """
        )
    yield url
    stack.drop_database("careless")


def test_the_advisors_have_nothing_to_say(stack: Stack, schema_url: str, tmp_path: Path):
    found = advice(as_administrator(stack, schema_url), tmp_path)
    assert not found, "\n".join(
        f"{finding['level']}: {finding['name']}: {finding['detail']}\n    {finding['remediation']}"
        for finding in found
    )


def test_the_advisors_see_what_a_careless_migration_does(
    stack: Stack, careless_url: str, tmp_path: Path
):
    found = {finding["name"] for finding in advice(as_administrator(stack, careless_url), tmp_path)}
    assert found >= {
        "rls_disabled_in_public",
        "function_search_path_mutable",
        "unindexed_foreign_keys",
    }
