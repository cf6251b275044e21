"""A small project of its own, and one stack that serves it to the tests that break nothing."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from learnbase.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]

NOTES = """
create extension pgmq;
create extension pg_cron;
create table public.notes (
    id bigint generated always as identity primary key,
    person uuid references auth.users on delete cascade,
    body text not null
);
alter table public.notes enable row level security;
grant select, insert, delete on public.notes to service_role;
grant select on public.notes to authenticated;
create policy "People read their notes" on public.notes
    for select to authenticated using (person = (select auth.uid()));
create function public.heard() returns json language sql
    return current_setting('request.headers')::json;
create function public.whoami() returns text language sql return current_user;
create function public.echo(said text) returns text language sql return said;
"""


def make_project(folder: Path) -> Path:
    (folder / "supabase" / "migrations").mkdir(parents=True)
    shutil.copy(ROOT / "supabase" / "config.toml", folder / "supabase")
    (folder / "supabase" / "migrations" / "20260101000000_notes.sql").write_text(NOTES)
    (folder / "supabase" / "seed.sql").write_text(
        "insert into public.notes (body) values ('from the seed');"
    )
    return folder


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running stack. Leave it as you found it."""
    project = make_project(tmp_path_factory.mktemp("shared-project"))
    stack = Stack(tmp_path_factory.mktemp("shared-home"), project=project)
    stack.start()
    try:
        yield stack
    finally:
        stack.remove()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, project: Path) -> Iterator[Stack]:
    """A stack that the tests of a module may do anything to; each starts what it needs."""
    stack = Stack(tmp_path_factory.mktemp("home"), project=project)
    try:
        yield stack
    finally:
        stack.remove()
