"""The backup of docs/deploy.md, restored by the page's own commands."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Any

import psycopg

from learnbase.stack import programs
from tests.docs import snippets
from tests.docs.pages import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.world import World

PAGE = PROJECT / "docs" / "deploy.md"


def contents(database_url: str) -> dict[str, Any]:
    """The number of rows and a fingerprint of every table that is ours."""
    with psycopg.connect(database_url) as database:
        tables = database.execute(
            "select format('%I.%I', schemaname, tablename) from pg_tables"
            " where schemaname in ('public', 'private', 'worker')"
            " or (schemaname, tablename) in (('auth', 'users'), ('pgmq', 'q_generate_plan'))"
        ).fetchall()
        fingerprint = "select count(*), md5(string_agg(t::text, '' order by t::text)) from {} t"
        return {
            name: database.execute(fingerprint.format(name).encode()).fetchone()
            for (name,) in tables
        }


def test_a_backup_is_restored_whole_by_the_commands_of_the_page(
    world: World, tmp_path: Path
) -> None:
    ada = world.person()
    whole = ada.whole_plan()
    ada.tick(whole.task)
    ada.ask()  # a job in the queue, too
    dump, restore = (
        "\n".join(block.lines)
        for block in snippets.blocks(PAGE, "sh")
        if any(line.startswith("pg_") for line in block.lines)
    )
    new = world.stack.fresh_database("restored")
    env = world.stack.env()
    # On hosted Supabase the role postgres may switch triggers off; here that takes the superuser.
    superuser = env["ADMIN_DATABASE_URL"].rpartition("/")[0] + "/restored"
    urls = {"DATABASE_URL": env["DATABASE_URL"], "NEW_DATABASE_URL": superuser}
    path = f"{programs.postgres_folder()}/bin:{os.environ['PATH']}"
    try:
        for commands in (dump, restore):
            done = subprocess.run(
                ["bash", "-euc", commands],
                cwd=tmp_path,
                env={**urls, "PATH": path},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
        before = contents(env["DATABASE_URL"])
        assert contents(new) == before
        assert before["public.task_progress"][0] > 0
        assert before["pgmq.q_generate_plan"][0] > 0
    finally:
        world.stack.drop_database("restored")
