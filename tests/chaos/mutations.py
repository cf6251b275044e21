"""Every way in which the protection could be weaker, generated from the catalogue.

A mutant is a statement that weakens one thing and the statement that undoes it. Policies are
dropped, loosened, inverted and widened, as wholes and term by term; grants are given and taken;
guards are switched off; what functions check is left out; row level security is switched off.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.rows import dict_row

if TYPE_CHECKING:
    from collections.abc import Iterator

    Connection = psycopg.Connection[dict[str, Any]]

_COMMANDS = {"r": "select", "a": "insert", "w": "update", "d": "delete", "*": "all"}
_CALLERS = ("anon", "authenticated", "service_role")
_SERVED = "('public', 'worker')"
_OURS = "('public', 'private', 'worker')"


@dataclass(frozen=True)
class Mutant:
    """One weakness.

    Attributes:
        name: What is weaker, as one finds it again.
        kind: Which sort of weakness it is.
        about: Relations and functions that it touches, the foremost first.
        do: Makes it.
        undo: Takes it back.
        role: Whose requests it concerns, if they are one role's.
    """

    name: str
    kind: str
    about: tuple[str, ...]
    do: str
    undo: str
    role: str | None = None

    @property
    def is_out_of_reach(self) -> bool:
        """Whether no request of the API can come near it."""
        whole = ("truncate on ", "references on ", "trigger on ")
        return (
            self.kind == "grant added" and any(what in self.name for what in whole)
        ) or self.about[0].startswith(("private.", "pgmq."))


def mutants(database_url: str) -> list[Mutant]:
    """All of them, in an order that does not change from run to run."""
    with psycopg.connect(database_url, row_factory=dict_row) as connection:
        connection.execute("set search_path = ''")
        found = [
            *_policies(connection),
            *_row_security(connection),
            *_table_grants(connection),
            *_column_grants(connection),
            *_function_grants(connection),
            *_schema_grants(connection),
            *_triggers(connection),
            *_view_options(connection),
            *_functions(connection),
        ]
    names = [mutant.name for mutant in found]
    doubled = {name for name in names if names.count(name) > 1}
    if doubled:
        raise ValueError(f"two mutants have the name {min(doubled)}")
    return found


# Policies ----------------------------------------------------------------------------------------


def _policies(connection: Connection) -> Iterator[Mutant]:
    for row in connection.execute(
        f"""
        select n.nspname || '.' || c.relname as relation, quote_ident(p.polname) as policy,
            p.polname as name, p.polcmd::text as command,
            (
                select string_agg(r.rolname, ', ') from pg_roles r where r.oid = any (p.polroles)
            ) as roles,
            pg_get_expr(p.polqual, p.polrelid) as using,
            pg_get_expr(p.polwithcheck, p.polrelid) as check
        from pg_policy p
        join pg_class c on c.oid = p.polrelid
        join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in {_OURS} or c.oid = 'realtime.messages'::regclass
        order by 1, p.polcmd, p.polname
        """  # noqa: S608 - a constant
    ):
        yield from _of_policy(row)


def _of_policy(row: dict[str, Any]) -> Iterator[Mutant]:
    relation, policy = row["relation"], f"{row['policy']} on {row['relation']}"
    made = _create(row)

    def mutant(kind: str, what: str, do: str, undo: str) -> Mutant:
        return Mutant(f"{relation}: “{row['name']}” {what}", kind, (relation,), do, undo)

    yield mutant("policy dropped", "is dropped", f"drop policy {policy}", made)
    yield mutant(
        "policy widened",
        "is for everybody",
        f"alter policy {policy} to public",
        f"alter policy {policy} to {row['roles']}",
    )
    if row["command"] != "*":
        yield mutant(
            "policy widened",
            "is for every command",
            f"drop policy {policy}; {_create(row, command='all')}",
            f"drop policy {policy}; {made}",
        )
    for part, said in (("using", row["using"]), ("with check", row["check"])):
        if said is None or said == "true":
            continue
        whole = f"alter policy {policy} {part}"
        undo = f"{whole} ({said})"
        yield mutant("policy loosened", f"{part} true", f"{whole} (true)", undo)
        yield mutant("policy inverted", f"{part} inverted", f"{whole} (not ({said}))", undo)
        for atom, weaker in _weaker(said):
            yield mutant(
                "policy loosened",
                f"{part} without {_line(atom)}",
                f"{whole} ({weaker})",
                undo,
            )


def _create(row: dict[str, Any], command: str | None = None) -> str:
    command = command or _COMMANDS[row["command"]]
    using, check = row["using"], row["check"]
    if command == "all" and using is None:
        using = check
    parts = [f"create policy {row['policy']} on {row['relation']} for {command} to {row['roles']}"]
    if using is not None:
        parts.append(f"using ({using})")
    if check is not None:
        parts.append(f"with check ({check})")
    return " ".join(parts)


# The terms of which policies are made: whose it is, whether it is public, whether anybody asks.
_TERMS = (
    r"\(\w+\.?user_id <?= \( SELECT private\.current_user_id\(\)[^)]*\)\)",
    r"\(\w+\.?user_id <> \( SELECT private\.current_user_id\(\)[^)]*\)\)",
    r"\(\w+\.?visibility = 'public'::public\.plan_visibility\)",
    r"\(\( SELECT private\.current_user_id\(\)[^)]*\) IS NOT NULL\)",
    r"\((\w+\.)?\w+_id = (\w+\.)?id\)",
    r"\((\w+\.)?id = (\w+\.)?\w+_id\)",
    r"\(extension = 'broadcast'::text\)",
)


def _weaker(said: str) -> Iterator[tuple[str, str]]:
    for pattern in _TERMS:
        for found in re.finditer(pattern, said):
            if found.group(0) == said:
                continue  # the whole is loosened anyway
            yield found.group(0), f"{said[: found.start()]}true{said[found.end() :]}"


def _line(text: str) -> str:
    return " ".join(text.split())


def _row_security(connection: Connection) -> Iterator[Mutant]:
    for row in connection.execute(
        f"""
        select n.nspname || '.' || c.relname as relation
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in {_OURS} and c.relkind in ('r', 'p') and c.relrowsecurity
        order by 1
        """  # noqa: S608
    ):
        table = row["relation"]
        yield Mutant(
            f"{table}: row level security is off",
            "row level security off",
            (table,),
            f"alter table {table} disable row level security",
            f"alter table {table} enable row level security",
        )


# Grants ------------------------------------------------------------------------------------------


def _given(what: str, role: str, about: tuple[str, ...], *, has: bool) -> Mutant:
    """A grant that is taken away where it is, and given where it is not."""
    give, take = f"grant {what} to {role}", f"revoke {what} from {role}"
    concerned = None if role == "public" else role
    if has:
        return Mutant(f"{role} loses {what}", "grant revoked", about, take, give, concerned)
    return Mutant(f"{role} gets {what}", "grant added", about, give, take, concerned)


def _table_grants(connection: Connection) -> Iterator[Mutant]:
    for row in connection.execute(
        f"""
        select n.nspname || '.' || c.relname as relation, r.rolname as role, command,
            has_table_privilege(r.oid, c.oid, command) as has
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        cross join pg_roles r
        cross join unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references',
            'trigger']) with ordinality as o (command, place)
        where n.nspname in {_OURS} and c.relkind in ('r', 'p', 'v')
            and r.rolname in ('anon', 'authenticated', 'service_role')
        order by 1, 2, o.place
        """  # noqa: S608
    ):
        what = f"{row['command']} on {row['relation']}"
        yield _given(what, row["role"], (row["relation"],), has=row["has"])


def _column_grants(connection: Connection) -> Iterator[Mutant]:
    for row in connection.execute(
        """
        select n.nspname || '.' || c.relname as relation, quote_ident(t.attname) as name, command,
            n.nspname || '.' || c.relname || '.' || t.attname as column,
            has_column_privilege('authenticated', c.oid, t.attnum, command) as has
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        join pg_attribute t on t.attrelid = c.oid and t.attnum > 0 and not t.attisdropped
        cross join unnest(array['select', 'insert', 'update']) as o (command)
        where n.nspname = 'public' and c.relkind in ('r', 'p')
        order by 1, t.attnum, 3
        """
    ):
        what = f"{row['command']} ({row['name']}) on {row['relation']}"
        reading = row["command"] == "select"
        about = (row["relation"],) if reading else (row["column"], row["relation"])
        yield _given(what, "authenticated", about, has=row["has"])


def _function_grants(connection: Connection) -> Iterator[Mutant]:
    for row in connection.execute(
        f"""
        select p.oid::regprocedure::text as signature, n.nspname || '.' || p.proname as name,
            r.role, (r.role <> 'public' and has_function_privilege(r.role, p.oid, 'execute')) as has
        from pg_proc p
        join pg_namespace n on n.oid = p.pronamespace
        cross join unnest(array['public', 'anon', 'authenticated', 'service_role']) as r (role)
        where n.nspname in {_OURS}
        order by 1, 3
        """  # noqa: S608
    ):
        what = f"execute on function {row['signature']}"
        yield _given(what, row["role"], (row["name"],), has=row["has"])


def _schema_grants(connection: Connection) -> Iterator[Mutant]:
    for row in connection.execute(
        """
        select n.nspname as schema, r.rolname as role,
            has_schema_privilege(r.oid, n.oid, 'usage') as has
        from pg_namespace n cross join pg_roles r
        where n.nspname in ('private', 'worker', 'pgmq')
            and r.rolname in ('anon', 'authenticated', 'service_role')
        order by 1, 2
        """
    ):
        what = f"usage on schema {row['schema']}"
        yield _given(what, row["role"], (row["schema"],), has=row["has"])


# Guards ------------------------------------------------------------------------------------------


def _triggers(connection: Connection) -> Iterator[Mutant]:
    for row in connection.execute(
        f"""
        select n.nspname || '.' || c.relname as relation, g.tgname as name,
            p.pronamespace::regnamespace::text || '.' || p.proname as function,
            pg_get_triggerdef(g.oid) as said
        from pg_trigger g
        join pg_class c on c.oid = g.tgrelid
        join pg_namespace n on n.oid = c.relnamespace
        join pg_proc p on p.oid = g.tgfoid
        where not g.tgisinternal and p.pronamespace::regnamespace::text in {_OURS}
        order by 1, 2
        """  # noqa: S608
    ):
        relation, name = row["relation"], row["name"]
        about = (relation, row["function"])
        yield Mutant(
            f"{relation}: {name} is off",
            "guard off",
            about,
            f"alter table {relation} disable trigger {name}",
            f"alter table {relation} enable trigger {name}",
        )
        drop = f"drop trigger {name} on {relation}"
        if row["function"] == "private.keep_fixed":
            before, _, after = row["said"].partition("private.keep_fixed(")
            columns = after.rstrip(")").split(", ")
            for column in columns:
                kept = ", ".join(other for other in columns if other != column)
                yield Mutant(
                    f"{relation}: {name} lets {column} change",
                    "guard narrowed",
                    about,
                    f"{drop}; {before}private.keep_fixed({kept})",
                    f"{drop}; {row['said']}",
                )


def _view_options(connection: Connection) -> Iterator[Mutant]:
    for row in connection.execute(
        f"""
        select n.nspname || '.' || c.relname as relation, pg_get_viewdef(c.oid) as said
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in {_SERVED} and c.relkind = 'v'
        order by 1
        """  # noqa: S608
    ):
        view = row["relation"]
        yield Mutant(
            f"{view}: shows what its owner sees",
            "view as its owner",
            (view,),
            f"alter view {view} set (security_invoker = false)",
            f"alter view {view} set (security_invoker = true)",
        )
        said, mine = (
            row["said"],
            r"\(\w+\.user_id = \( SELECT private\.current_user_id\(\)[^)]*\)\)",
        )
        for found in re.finditer(mine, said):
            yield Mutant(
                f"{view}: without {_line(found.group(0))}",
                "check left out",
                (view,),
                _view(view, f"{said[: found.start()]}true{said[found.end() :]}"),
                _view(view, said),
            )


def _view(name: str, said: str) -> str:
    return f"create or replace view {name} with (security_invoker = true) as {said}"


# Functions ---------------------------------------------------------------------------------------

# What is left out of a function, and what stands in its place.
_CHECKS = (
    # A refusal that is not made.
    (r"perform private\.refuse\(", "perform jsonb_build_array("),
    # Whose it is: nobody asks any more.
    (r"\w+\.user_id = private\.current_user_id\(\)", "true"),
    (r"\w+\.user_id = (owner|me|c\.learner)\b(?!\.)", "true"),
    (r"me is not null", "true"),
    (r"current_setting\('role', true\) = 'service_role'", "true"),
    (r"private\.reads_plan\(\w+\)", "true"),
    (r"private\.reads_plan\(\(select [^)]*\)\)", "true"),
    (r"u\.id = \(select private\.current_user_id\(\)\)", "true"),
    (r"and mine\.is_mine", ""),
    (r"\w+\.user_id = me\.id", "true"),
    (r"\w+\.person = private\.current_user_id\(\)", "true"),
    (r"\w+\.person = months_\w+\.person", "true"),
    (r"not private\.owns_\w+\(\w+\)", "false"),
    (r"u\.auth_user_id = subject::uuid", "true"),
    (r"u\.clerk_user_id = subject", "true"),
    (r"\w+\.visibility = 'public'(::public\.plan_visibility)?", "true"),
    (r"me\.id is not null", "true"),
    (r"\w+\.user_id = (person(\.id)?|held\.user_id|feed\.user_id|schedule\.user_id)\b", "true"),
    (r"\w+\.user_id <> person", "false"),
    (r"not \(private\.learner_of\(plan, \w+(\.\w+\(\))?\)\)\.learns", "false"),
    (r"not learner\.learns", "false"),
    # Whether it may be touched: it may.
    (r"and not exists \(select from public\.modules m where m\.plan_id = p\.id\)", ""),
    (r"and \w+\.request_key = key", ""),
    (r"answered\.arguments <> sent", "false"),
    (r"called_at is null", "true"),
    (r"\w+\.standing <> 'held'", "false"),
    (r"\(private\.hold_delivery\([^)]*\)\)\.standing = 'held'", "true"),
    (r"account ->> 'email_confirmed_at' is not null", "true"),
    (r"l\.quantity = 1", "true"),
    (r"current_user = 'authenticated'", "false"),
    (r"current_user in \('anon', 'authenticated'\)", "false"),
    (r"and \w+\.pinned_at is null", ""),
    (r"for no key update( nowait| skip locked)?", ""),
    # What is outside: whose, at which service, and whether it is still wanted.
    (r"\w+\.user_id = (claim_oauth_state|save_connection|begin_connection)\.user_id", "true"),
    (r"\w+\.(user_id|provider|account_id) = c\.\1\b", "true"),
    (r"\w+\.provider = (named|private\.read_provider\(\w+\.provider\))", "true"),
    (r"\w+\.source = ('google'|c\.provider)", "true"),
    (r"\w+\.expires_at > now\(\)", "true"),
    (r"\w+\.sealed_code IS (NOT )?NULL", "true"),
    (r"\w+\.closing_at is (not )?null", "true"),
    (r"t\.version = \w+\.version", "true"),
    (r"\w+\.lease_holder = holder", "true"),
    (r"= (any|ANY) \(\w+\.scopes\)", "is not null"),
    (r"\w+\.status (=|<>) '(active|disconnecting)'(::public\.connection_status)?", "true"),
    (r"\w+\.turn = \(+[\w.]+ ->> 'turn'(::text)?\)+::integer", "true"),
    (r"(?<=(?i:and) )\w+\.under_way\b", "true"),
    (r"\w+\.export_id = held\.id", "true"),
    (r"\w+\.(clean_up|in_step)\b(?= and)", "true"),
    # Letters: whether somebody wants them, at an address that takes them, and once.
    (r"(?<!FUNCTION )private\.wants\([^()]*\)", "true"),
    (r"\w+\.address = private\.current_email\(\)", "true"),
    (r"address (is not null|IS NOT NULL)", "true"),
    (r"(why_not_mailed\.)?address IS NULL", "false"),
    (r"(?<!not )\(private\.learner_of\([\w.]+, person\)\)\.learns", "true"),
    (r"\w+\.email is distinct from \w+\.recipient", "false"),
    (r"\w+\.recipient is not null", "true"),
    (r"(?<=(?i:and) )\w+\.batch_id is null", "true"),
    (r"\w+\.status = 'queued'(?= and n\.batch_id)", "true"),
    (r"\w+\.settled_at is not null", "false"),
    (r"\bbegan is null(?= then)", "true"),
    (r"\w+\.due_at is not null", "true"),
    (r"\w+\.channel = '(email|in_app)'", "true"),
    (r"\(delivery\.message ->> 'until'\)::timestamptz < now\(\)", "false"),
    (r"cardinality\(ids\) <> jsonb_array_length\(letter -> 'ids'\)", "false"),
    (r"private\.rank_of\([^()]*\) > private\.rank_of\([^()]*\)", "true"),
    (r"\(event ->> 'suppresses'\)::boolean", "true"),
    (r"said in \('bounced', 'complained', 'suppressed'\)", "true"),
    (r"letter\.provider_id <> event ->> 'email_id'", "false"),
    (r"new\.taken <= 1", "true"),
    (r"new\.needs is distinct from 'reconnect'", "true"),
)
# How a form is read (its sentences are tests/stories') is no protection of anybody.
_FORMS = frozenset(
    {
        "private.read_date",
        "private.read_hours",
        "private.read_choice",
        "private.read_line",
        "public.create_plan",
        "public.plan_roadmap",
    }
)


def _reach(connection: Connection) -> dict[str, tuple[str, ...]]:
    """What depends on a function: itself, its callers, the relations of triggers and policies."""
    uses: dict[str, set[str]] = {}
    for row in connection.execute(
        f"""
        select n.nspname || '.' || p.proname as user, pg_get_functiondef(p.oid) as said
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname in {_OURS} and p.prokind = 'f'
        union all
        select n.nspname || '.' || c.relname, pg_get_triggerdef(g.oid)
        from pg_trigger g
        join pg_class c on c.oid = g.tgrelid
        join pg_namespace n on n.oid = c.relnamespace
        where not g.tgisinternal
        union all
        select n.nspname || '.' || c.relname,
            concat_ws(' ', pg_get_expr(p.polqual, c.oid), pg_get_expr(p.polwithcheck, c.oid))
        from pg_policy p
        join pg_class c on c.oid = p.polrelid
        join pg_namespace n on n.oid = c.relnamespace
        """  # noqa: S608
    ):
        for used in re.findall(r"\b(?:public|private|worker)\.\w+(?=\()", row["said"]):
            if used != row["user"]:
                uses.setdefault(used, set()).add(row["user"])
    reach = {}
    for name in uses:
        found, new = [name], [name]
        while new:
            new = sorted({user for used in new for user in uses.get(used, ())} - set(found))
            found += new
        reach[name] = tuple(found)
    return reach


def _functions(connection: Connection) -> Iterator[Mutant]:
    reach = _reach(connection)
    for row in connection.execute(
        f"""
        select p.oid::regprocedure::text as signature, n.nspname || '.' || p.proname as name,
            pg_get_functiondef(p.oid) as said, p.prosecdef as definer, l.lanname as language,
            p.prorettype = 'trigger'::regtype as is_trigger
        from pg_proc p
        join pg_namespace n on n.oid = p.pronamespace
        join pg_language l on l.oid = p.prolang
        where n.nspname in {_OURS} and p.prokind = 'f'
        order by 1
        """  # noqa: S608
    ):
        name, said = row["name"], row["said"]
        about = reach.get(name, (name,))
        yield from _runs_as_another(row)
        for pattern, instead in _CHECKS:
            if "refuse" in pattern and name in _FORMS:
                continue
            for number, found in enumerate(re.finditer(pattern, said), 1):
                nth = f" ({number})" if number > 1 or len(re.findall(pattern, said)) > 1 else ""
                yield Mutant(
                    f"{row['signature']} without {_line(found.group(0))}{nth}",
                    "check left out",
                    about,
                    f"{said[: found.start()]}{instead}{said[found.end() :]}",
                    said,
                )


def _runs_as_another(row: dict[str, Any]) -> Iterator[Mutant]:
    """People's own functions, run as the one who owns everything."""
    served = row["name"].startswith("public.")
    if served and not row["definer"]:
        function = f"alter function {row['signature']}"
        yield Mutant(
            f"{row['signature']} runs as its owner",
            "function as its owner",
            (row["name"],),
            f"{function} security definer",
            f"{function} security invoker",
        )
