"""What stands in for hosted Supabase behaves as a migration and a policy expect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from learnbase.stack import Stack


@pytest.fixture
def migration(local: Stack) -> Iterator[psycopg.Connection]:
    """A connection as the role that runs migrations; nothing that it does stays."""
    with psycopg.connect(local.env()["DATABASE_URL"]) as connection:
        yield connection
        connection.rollback()


def one(connection: psycopg.Connection, query: str, *values: object) -> object:
    row = connection.execute(query.encode(), values).fetchone()
    return row[0] if row else None


@pytest.mark.parametrize(
    "schedule",
    ["*/5 * * * *", "0 7 * * 1", "0 0 1,15 * 1-5", "30 seconds", "@daily"],
)
def test_a_schedule_is_recorded(migration: psycopg.Connection, schedule: str):
    job = one(migration, "select cron.schedule('weekly', %s, 'select 1')", schedule)
    again = one(migration, "select cron.schedule('weekly', %s, 'select 2')", schedule)
    assert job == again
    assert one(migration, "select command from cron.job where jobname = 'weekly'") == "select 2"
    assert one(migration, "select cron.unschedule('weekly')") is True


@pytest.mark.parametrize("schedule", ["every monday", "* * * *", "90 seconds", ""])
def test_a_slip_in_a_schedule_is_refused(migration: psycopg.Connection, schedule: str):
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="invalid schedule"):
        migration.execute("select cron.schedule('weekly', %s, 'select 1')", [schedule])


def test_a_broadcast_is_recorded(migration: psycopg.Connection):
    migration.execute("select realtime.send('{\"progress\": 5}', 'progress', 'plan:1')")
    row = migration.execute("select payload, event, topic, private from realtime.messages")
    assert row.fetchone() == ({"progress": 5}, "progress", "plan:1", True)


def test_policies_learn_who_asks_from_the_token(migration: psycopg.Connection):
    claims = '{"sub": "7b0a3c5e-0000-4000-8000-000000000001", "role": "authenticated"}'
    migration.execute("select set_config('request.jwt.claims', %s, true)", [claims])
    assert str(one(migration, "select auth.uid()")) == "7b0a3c5e-0000-4000-8000-000000000001"
    assert one(migration, "select auth.role()") == "authenticated"
    assert one(migration, "select auth.email()") is None


def test_a_new_table_is_granted_to_nobody(migration: psycopg.Connection):
    migration.execute("create table public.fresh (id int)")
    for role in ("anon", "authenticated", "service_role"):
        granted = one(migration, "select has_table_privilege(%s, 'public.fresh', 'select')", role)
        assert granted is False


def test_a_migration_may_do_to_auth_what_hosted_lets_it(migration: psycopg.Connection):
    migration.execute(
        "create function public.greet() returns trigger language plpgsql as 'begin return new; end'"
    )
    migration.execute(
        "create trigger greet after insert on auth.users"
        " for each row execute function public.greet()"
    )
    migration.execute("insert into auth.users (id, email) values (gen_random_uuid(), 'a@b.c')")
    assert migration.execute("delete from auth.users where email = 'a@b.c'").rowcount == 1


def test_a_migration_may_not_change_what_is_auths(migration: psycopg.Connection):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        migration.execute("create table auth.mine (id int)")


def test_a_migration_may_set_what_postgrest_reads(migration: psycopg.Connection):
    migration.execute("alter role authenticator set pgrst.db_pre_request = 'public.check'")
    migration.execute("alter role anon set statement_timeout = '2s'")


def test_auth_keeps_its_hands_off_the_functions_of_the_platform(migration: psycopg.Connection):
    owners = migration.execute(
        "select distinct proowner::regrole::text from pg_proc"
        " where pronamespace = 'auth'::regnamespace"
    )
    assert owners.fetchall() == [("postgres",)]


def test_auth_grants_nothing_to_anybody(migration: psycopg.Connection):
    leaks = migration.execute(
        "select table_schema, table_name, grantee from information_schema.role_table_grants"
        " where table_schema in ('auth', 'public') and grantee in ('anon', 'authenticated')"
    )
    assert leaks.fetchall() == [("public", "notes", "authenticated")]
