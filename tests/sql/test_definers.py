"""A function that runs as its owner says why, where it is written: the catalogue cannot tell."""

from __future__ import annotations

import re
from pathlib import Path

MIGRATIONS = Path(__file__).parents[2] / "supabase" / "migrations"

# The lines of comment that stand directly above, the name, and all up to the body.
FUNCTION = re.compile(
    r"(?P<above>(?:^--[^\n]*\n)*)^create (?:or replace )?function (?P<name>[\w.]+)"
    r"(?P<head>.*?)(?=^as \$|^return |^begin atomic|^\s+as ')",
    re.MULTILINE | re.DOTALL,
)
# A reason that holds for the functions of a file's remainder, too.
FOR_ALL = re.compile(r"^-- .*?Definer,? (?:all of them|throughout|as all of worker)", re.MULTILINE)


def definers_without_reason(sql: str) -> list[str]:
    shared = FOR_ALL.search(sql)
    return [
        function["name"]
        for function in FUNCTION.finditer(sql)
        if "security definer" in function["head"]
        and "Definer" not in function["above"]
        and not (shared and shared.start() < function.start())
    ]


def test_every_definer_in_the_migrations_gives_its_reason():
    found = {
        file.name: names
        for file in sorted(MIGRATIONS.glob("*.sql"))
        if (names := definers_without_reason(file.read_text()))
    }
    assert not found, f"write '-- Definer: why' above each: {found}"


def test_a_definer_without_a_word_is_seen():
    sql = """
-- Definer: it reads what nobody may.
create function private.explained() returns integer
language sql
security definer
set search_path = ''
as $$ select 1 $$;

-- What it does.
create function private.unexplained() returns integer
language sql
security definer
set search_path = ''
as $$ select 1 $$;

create function private.plain() returns integer
language sql
return 1;
"""
    assert definers_without_reason(sql) == ["private.unexplained"]
    throughout = f"-- What workers call. Definer throughout: pgmq is closed.\n{sql}"
    assert definers_without_reason(throughout) == []
