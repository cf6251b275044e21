"""Everything in the schema was decided by somebody: the catalogue against `decisions`.

Something new, or something that changed its mind, fails here, and says what to decide.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.sql.decisions import (
    ENUMS,
    FOREIGN_KEYS,
    FUNCTIONS,
    SCHEDULES,
    SCHEMAS,
    TABLES,
    TRIGGERS,
    VIEWS,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import psycopg

    Connection = psycopg.Connection[dict[str, Any]]

PROJECT = Path(__file__).parents[2]

GRANTS = """
    select c.oid::regclass::text as relation, a.grantee::regrole::text as role,
        string_agg(distinct lower(a.privilege_type), ', ')
            filter (where a.attname is null) as whole,
        array_agg(distinct (lower(a.privilege_type), a.attname)::text)
            filter (where a.attname is not null) as parts,
        (
            select count(*) from pg_attribute t
            where t.attrelid = c.oid and t.attnum > 0 and not t.attisdropped
        ) as width
    from pg_class c
    cross join lateral (
        select null::name as attname, w.* from aclexplode(c.relacl) w
        union all
        select t.attname, p.*
        from pg_attribute t
        cross join aclexplode(t.attacl) p
        where t.attrelid = c.oid
    ) a
    where c.relnamespace::regnamespace::text in ('public', 'private', 'worker')
        and c.relkind in ('r', 'p', 'v')
        and a.grantee in ('anon'::regrole, 'authenticated'::regrole, 'service_role'::regrole)
    group by c.oid, a.grantee
"""


def compare(found: Mapping[str, Any], decided: Mapping[str, Any], question: str) -> None:
    """Fail with every difference, and with what has to be decided."""
    undecided = [
        f"{subject}: it is {found.get(subject, 'not there')!r},"
        f" decided was {decided.get(subject, 'nothing')!r}"
        for subject in sorted(found.keys() | decided.keys())
        if found.get(subject) != decided.get(subject)
    ]
    if undecided:
        answer = "Then write it into tests/sql/decisions, or mend the migration."
        pytest.fail("\n".join(["", *undecided, f"Decide: {question} {answer}"]), pytrace=False)


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def test_every_table_has_row_level_security_and_decided_policies(schema: Connection):
    commands = {"r": "select", "a": "insert", "w": "update", "d": "delete", "*": "all"}
    found: dict[str, Any] = {}
    for row in schema.execute(
        """
        select c.oid::regclass::text as relation, c.relrowsecurity as secure,
            p.polname as policy, p.polcmd::text as command, p.polpermissive as permissive,
            p.polroles::regrole[]::text as roles
        from pg_class c
        left join pg_policy p on p.polrelid = c.oid
        where c.relnamespace::regnamespace::text in ('public', 'private', 'worker')
            and c.relkind in ('r', 'p')
        """
    ):
        assert row["secure"], f"alter table {row['relation']} enable row level security;"
        policies = found.setdefault(row["relation"], {})
        if row["policy"]:
            assert row["permissive"]
            assert row["roles"] in {"{authenticated}", "{service_role}"}, row
            service = row["roles"] == "{service_role}"
            policies["service" if service else commands[row["command"]]] = row["policy"]
    compare(
        found,
        {name: table.policies for name, table in TABLES.items()},
        "who may select, insert, update and delete its rows, in one sentence each?",
    )


def test_every_grant_on_a_table_or_view_is_decided(schema: Connection):
    found: dict[str, Any] = {}
    for row in schema.execute(GRANTS):
        columns: dict[str, list[str]] = {}
        for part in row["parts"] or []:
            privilege, column = part.strip("()").replace('"', "").split(",")
            columns.setdefault(privilege, []).append(column)
        # Column by column, for with the table come its system columns.
        read_all = len(columns.get("select", ())) == row["width"]
        if read_all:
            columns["select"] = ["all"]
        named = [f"{privilege} ({', '.join(columns[privilege])})" for privilege in sorted(columns)]
        whole = [row["whole"]] if row["whole"] else []
        found[f"{row['relation']} to {row['role']}"] = ", ".join(whole + named)
    decided = {f"{name} to service_role": table.service for name, table in TABLES.items()}
    decided |= {f"{name} to authenticated": t.people for name, t in TABLES.items() if t.people}
    decided |= {
        f"{name} to {role}": "select" for name, roles in VIEWS.items() for role in roles.split(", ")
    }
    compare(found, decided, "which of its columns may people read and write, and what the service?")


def test_every_function_runs_as_decided_for_whom_it_was_decided(schema: Connection):
    found = {
        f"{row['home']}.{row['name']}({', '.join(row['arguments'] or [])})": (
            "definer" if row["definer"] else "invoker",
            row["callers"],
        )
        for row in schema.execute(
            """
            select n.nspname as home, p.proname as name, p.prosecdef as definer,
                (
                    select array_agg(coalesce(a.name, a.type::regtype::text) order by a.place)
                    from unnest(p.proargtypes::oid[], p.proargnames[1:p.pronargs])
                        with ordinality as a (type, name, place)
                ) as arguments,
                coalesce((
                    select string_agg(coalesce(r.rolname, 'public'), ', ' order by r.rolname)
                    from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
                    left join pg_roles r on r.oid = a.grantee
                    where a.grantee <> p.proowner
                ), '') as callers
            from pg_proc p join pg_namespace n on n.oid = p.pronamespace
            where n.nspname in ('public', 'private', 'worker')
            """
        )
    }
    decided = {
        name: (group.runs_as, group.callers) for group in FUNCTIONS for name in lines(group.names)
    }
    compare(found, decided, "does it run as its caller or as its owner, and who may call it?")


def test_every_view_shows_what_whoever_asks_may_see(schema: Connection):
    found = {
        row["view"]: row["options"]
        for row in schema.execute(
            """
            select c.oid::regclass::text as view, c.reloptions::text as options
            from pg_class c
            where c.relnamespace::regnamespace::text in ('public', 'private', 'worker')
                and c.relkind in ('v', 'm')
            """
        )
    }
    compare(
        found,
        dict.fromkeys(VIEWS, "{security_invoker=true}"),
        "who may read it? It runs as them (security_invoker).",
    )


def test_every_foreign_key_says_what_becomes_of_the_children(schema: Connection):
    actions = {"a": "no action", "c": "cascade", "n": "set null", "r": "restrict", "d": "default"}
    found = {
        row["key"]: actions[row["action"]]
        for row in schema.execute(
            """
            select format(
                '%s.%s → %s', k.conrelid::regclass,
                (
                    select string_agg(t.attname, ', ' order by t.attnum) from pg_attribute t
                    where t.attrelid = k.conrelid and t.attnum = any (k.conkey)
                ),
                k.confrelid::regclass
            ) as key, k.confdeltype::text as action
            from pg_constraint k
            where k.connamespace::regnamespace::text in ('public', 'private', 'worker')
                and k.contype = 'f'
            """
        )
    }
    compare(found, FOREIGN_KEYS, "what happens to its rows when the row it points at is deleted?")


def test_every_trigger_is_decided(schema: Connection):
    found: dict[str, Any] = {}
    for row in schema.execute(
        """
        select g.tgrelid::regclass::text as relation, g.tgname as name,
            concat_ws(
                ' ',
                case when g.tgtype & 2 > 0 then 'before' else 'after' end,
                case when g.tgtype & 8 > 0 then 'delete' end,
                case when g.tgtype & 4 > 0 then 'insert' end,
                case when g.tgtype & 32 > 0 then 'truncate' end,
                case when g.tgtype & 16 > 0 then 'update' end,
                (
                    select 'of ' || string_agg(t.attname, ', ' order by t.attnum)
                    from pg_attribute t
                    where t.attrelid = g.tgrelid and t.attnum = any (g.tgattr)
                ),
                case when g.tgtype & 1 > 0 then 'row' else 'statement' end,
                case when g.tgqual is not null then 'when' end,
                case when g.tgenabled <> 'O' then 'disabled' end
            ) as timing,
            g.tgfoid::regproc::text as function,
            -- They stand one behind the other, each with a zero byte at its end.
            array_remove(regexp_split_to_array(encode(g.tgargs, 'escape'), '\\\\000'), '') as args
        from pg_trigger g join pg_proc p on p.oid = g.tgfoid
        where not g.tgisinternal
            and p.pronamespace::regnamespace::text in ('public', 'private', 'worker')
        """
    ):
        call = f"{row['function']}({', '.join(row['args'])})"
        found[f"{row['relation']}: {row['name']}"] = f"{row['timing']} {call}"
    decided = {
        f"{relation}: {line.split()[0]}": line.partition(" ")[2]
        for relation, triggers in TRIGGERS.items()
        for line in lines(triggers)
    }
    compare(
        found,
        decided,
        "does it run before row level security has spoken (before), and is it fired as often?",
    )


def test_every_enum_has_the_decided_words(schema: Connection):
    found = {
        row["enum"]: row["words"]
        for row in schema.execute(
            """
            select e.enumtypid::regtype::text as enum,
                string_agg(e.enumlabel, ' ' order by e.enumsortorder) as words
            from pg_enum e join pg_type y on y.oid = e.enumtypid
            where y.typnamespace::regnamespace::text in ('public', 'private', 'worker')
            group by e.enumtypid
            """
        )
    }
    compare(found, ENUMS, "which words may it have? One more is easily added, none is taken away.")


def test_only_decided_roles_enter_a_schema(schema: Connection):
    found = {
        row["schema"]: row["roles"]
        for row in schema.execute(
            """
            select n.nspname as schema, coalesce(string_agg(r.rolname, ', ' order by r.rolname)
                filter (where has_schema_privilege(r.oid, n.oid, 'usage')), '') as roles
            from pg_namespace n
            cross join pg_roles r
            where n.nspname in ('public', 'private', 'worker', 'pgmq')
                and r.rolname in ('anon', 'authenticated', 'service_role')
            group by n.nspname
            """
        )
    }
    compare(found, SCHEMAS, "who may enter it?")


def test_the_api_exposes_public_and_worker_alone():
    config = tomllib.loads((PROJECT / "supabase" / "config.toml").read_text())
    assert config["api"]["schemas"] == ["public", "worker"]


def test_new_functions_are_nobodys_until_they_are_granted(schema: Connection):
    schema.execute("create function private.fresh() returns integer language sql as 'select 1'")
    [row] = schema.execute(
        "select has_function_privilege('public', 'private.fresh()', 'execute') as is_open"
    )
    assert not row["is_open"]


def test_every_schedule_is_decided(schema: Connection):
    found = {
        row["jobname"]: (row["schedule"], row["command"])
        for row in schema.execute("select jobname, schedule, command from cron.job where active")
    }
    compare(found, SCHEDULES, "how often, and at what hour (UTC)?")
