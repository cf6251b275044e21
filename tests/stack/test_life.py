"""A stack starts, starts again, migrates, resets and stops."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psycopg
import pytest

from learnbase.stack import Stack
from learnbase.stack.errors import MigrationFailed


def bodies(stack: Stack) -> list[str]:
    env = stack.env()
    answer = httpx.get(
        f"{env['SUPABASE_URL']}/rest/v1/notes?select=body&order=id",
        headers={"apikey": env["SUPABASE_SECRET_KEY"]},
    )
    return [note["body"] for note in answer.raise_for_status().json()]


def write(stack: Stack, body: str) -> None:
    with psycopg.connect(stack.env()["DATABASE_URL"]) as connection:
        connection.execute("insert into notes (body) values (%s)", [body])


def test_a_first_start_answers_with_migrations_and_seed(stack: Stack):
    env = stack.start()
    assert bodies(stack) == ["from the seed"]
    written = stack.home.env_file.read_text()
    assert written.splitlines() == [f"{name}={value}" for name, value in env.items()]
    assert stat.S_IMODE(stack.home.env_file.stat().st_mode) == 0o600
    assert [part.state for part in stack.status()] == ["running"] * 5


def test_migrations_run_without_a_superuser(stack: Stack):
    with psycopg.connect(stack.start()["DATABASE_URL"]) as connection:
        row = connection.execute(
            "select current_user, rolsuper, rolbypassrls from pg_roles where rolname = current_user"
        ).fetchone()
        owner = connection.execute("select tableowner from pg_tables where tablename = 'notes'")
        assert row == ("postgres", False, True)
        assert owner.fetchone() == ("postgres",)


def test_a_second_start_is_quick_and_changes_nothing(stack: Stack):
    stack.start()
    before = [part.pid for part in stack.status()]
    began = time.monotonic()
    stack.start()
    assert time.monotonic() - began < 20
    assert [part.pid for part in stack.status()] == before
    assert bodies(stack) == ["from the seed"]


def test_a_start_applies_a_new_migration_to_a_running_stack(stack: Stack, project: Path):
    env = stack.start()
    migration = project / "supabase" / "migrations" / "20260201000000_later.sql"
    migration.write_text("create function public.later() returns int language sql return 7;")
    stack.start()
    answer = httpx.post(
        f"{env['SUPABASE_URL']}/rest/v1/rpc/later",
        headers={"apikey": env["SUPABASE_SECRET_KEY"]},
    )
    assert answer.json() == 7


def test_a_broken_migration_is_told_and_the_next_start_recovers(stack: Stack, project: Path):
    stack.start()
    migration = project / "supabase" / "migrations" / "20260301000000_broken.sql"
    migration.write_text("create tabel nonsense ();")
    with pytest.raises(MigrationFailed, match="tabel"):
        stack.start()
    migration.unlink()
    stack.start()
    assert bodies(stack) == ["from the seed"]


def test_a_reset_makes_a_new_database_and_leaves_another_stack_alone(stack: Stack, local: Stack):
    stack.start()
    write(stack, "soon gone")
    neighbours = [part.pid for part in local.status()]
    began = time.monotonic()
    stack.reset()
    assert time.monotonic() - began < 60
    assert bodies(stack) == ["from the seed"]
    assert [part.pid for part in local.status()] == neighbours
    assert "from the seed" in bodies(local)


def test_a_fresh_database_is_migrated_unseeded_and_served_beside(stack: Stack):
    stack.start()
    url = stack.fresh_database("beside")
    served = stack.serve("beside")
    secret = {"Authorization": f"Bearer {stack.token(role='service_role')}"}
    assert httpx.get(f"{served}/notes", headers=secret).json() == []
    with psycopg.connect(url) as connection:
        connection.execute("insert into notes (body) values ('only here')")
    assert len(httpx.get(f"{served}/notes", headers=secret).json()) == 1
    assert bodies(stack) == ["from the seed"]
    stack.drop_database("beside")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)


def test_postgrest_finds_a_restarted_database_by_itself(stack: Stack):
    stack.start()
    write(stack, "acknowledged")
    stack.stop_database("immediate")
    stack.start_database()
    deadline = time.monotonic() + 10
    while True:
        try:
            assert "acknowledged" in bodies(stack)
            break
        except httpx.HTTPStatusError:
            assert time.monotonic() < deadline


def test_a_stop_leaves_no_process_and_keeps_the_data(stack: Stack):
    stack.start()
    stack.reset()
    write(stack, "kept")
    ours = {stack.process(part.name) for part in stack.status()}
    assert stack.stop()
    assert not stack.stop()
    assert not any(process.is_running for process in ours)
    assert not _working_in(stack.home.path)
    stack.start()
    assert bodies(stack) == ["from the seed", "kept"]


def test_two_starts_at_the_same_moment_make_one_stack(tmp_path: Path, project: Path, stack: Stack):
    stack.stop()
    script = (
        "import sys, pathlib; from learnbase.stack import Stack;"
        "Stack(sys.argv[1], project=pathlib.Path(sys.argv[2])).start()"
    )
    home = tmp_path / "home"
    command = [sys.executable, "-c", script, str(home), str(project)]
    starts = [subprocess.Popen(command) for _ in range(2)]
    both = Stack(home, project=project)
    try:
        assert [start.wait(60) for start in starts] == [0, 0]
        assert [part.state for part in both.status()] == ["running"] * 5
        assert bodies(both) == ["from the seed"]
    finally:
        both.remove()
    assert not _working_in(home)


def _working_in(folder: Path) -> list[str]:
    """The processes whose working folder or command line is below ``folder``."""
    listed = subprocess.run(
        ["grep", "-l", "-a", "-s", str(folder), *_command_lines()],
        capture_output=True,
        text=True,
        check=False,
    )
    return listed.stdout.split()


def _command_lines() -> list[str]:
    folders = (folder.name for folder in Path("/proc").iterdir())
    return [f"/proc/{pid}/cmdline" for pid in folders if pid.isdigit() and int(pid) != os.getpid()]
