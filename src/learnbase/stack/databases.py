"""The databases of a stack.

    _supabase   where one stands while making and dropping the others
    platform    what hosted Supabase has, and Auth's tables; a template, never changed
    migrated    platform and the migrations, without seed; a template, made when first asked for
    postgres    the one that is served: platform, migrations, seed

Making a database from a template takes a fraction of a second, so a reset and a test of its own
do not go through the platform and Auth's start again.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from learnbase.stack.errors import PartFailed, StackError
from learnbase.stack.postgres import SUPERUSER
from learnbase.stack.programs import PLATFORM_SQL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import psycopg

MAIN = "postgres"
PLATFORM = "platform"
MIGRATED = "migrated"
_MAINTENANCE = "_supabase"
_OWN = frozenset({MAIN, PLATFORM, MIGRATED, _MAINTENANCE, "template0", "template1"})

# Comments on the served database: how far it has come.
_RAW = "Learnbase: not yet migrated and seeded"
_READY = "Learnbase: migrated and seeded"


class Databases:
    """Makes, copies and drops the databases of one server."""

    def __init__(self, port: int, password: str) -> None:
        """Reach the server at ``port``; every role has the same password."""
        self._port = port
        self._password = password

    def url(
        self, database: str = MAIN, role: str = "postgres", *, with_password: bool = True
    ) -> str:
        """The address of a database for a role."""
        person = f"{role}:{self._password}" if with_password else role
        return f"postgresql://{person}@127.0.0.1:{self._port}/{database}"

    @contextmanager
    def admin(self, database: str = _MAINTENANCE) -> Iterator[psycopg.Connection]:
        """A superuser's connection, each statement its own transaction.

        Raises:
            PartFailed: Postgres does not answer, or went away in the middle, or has no room.
        """
        import psycopg  # noqa: PLC0415 - slow to import

        try:
            with psycopg.connect(
                self.url(database, SUPERUSER), autocommit=True, connect_timeout=10
            ) as connection:
                yield connection
        except psycopg.OperationalError as error:
            raise PartFailed(
                f"Postgres could not do its part: {str(error).strip()}",
                remedy="Read `learnbase stack logs postgres`; another start may recover it.",
            ) from error

    def answer(self) -> bool:
        """Whether the server really takes a connection: a dying one's port still seems open."""
        try:
            with self.admin("template1"):
                return True
        except PartFailed:
            return False

    def prepare(self, make_auth_tables: Callable[[str], None]) -> bool:
        """Make what is missing of roles, ``platform`` and ``postgres``.

        Args:
            make_auth_tables: Lets Auth make its tables in the database of that name.

        Returns:
            Whether the served database still waits for its first migrations and seed.
        """
        self._make_server_wide()
        with self.admin() as connection:
            if self._comment(connection, PLATFORM) is None:
                self._make_platform(connection, make_auth_tables)
            if self._comment(connection, MAIN) not in (_RAW, _READY):
                self._make_main(connection)
            return self._comment(connection, MAIN) != _READY

    def platform_is_current(self) -> bool:
        """Whether ``platform`` was made from the SQL that lies in sql/platform now."""
        with self.admin() as connection:
            return self._comment(connection, PLATFORM) == _platform_fingerprint()

    def reset(self, make_auth_tables: Callable[[str], None]) -> None:
        """Replace the served database with a new one, from the platform of today."""
        self._make_server_wide()
        with self.admin() as connection:
            if self._comment(connection, PLATFORM) != _platform_fingerprint():
                self._make_platform(connection, make_auth_tables)
            self._make_main(connection)

    def mark_ready(self) -> None:
        """Write down that the served database is migrated and seeded."""
        with self.admin() as connection:
            self._set_comment(connection, MAIN, _READY)

    def applied(self, database: str = MAIN) -> set[str]:
        """The versions of the migrations that a database has."""
        with self.admin(database) as connection:
            if not _one(connection, "select to_regclass('supabase_migrations.schema_migrations')"):
                return set()
            rows = connection.execute("select version from supabase_migrations.schema_migrations")
            return {str(row[0]) for row in rows}

    def require_migrated(self, migrations: Path, migrate: Callable[[str], None]) -> None:
        """Keep ``migrated`` in step with the migrations folder.

        Args:
            migrations: The folder.
            migrate: Applies the migrations to the database of that name.
        """
        wanted = _fingerprint([*_platform_files(), *sorted(migrations.glob("*.sql"))])
        with self.admin() as connection:
            if self._comment(connection, MIGRATED) == wanted:
                return
            draft = f"{MIGRATED}_new"
            self._drop(connection, draft)
            self.copy(connection, PLATFORM, draft)
            migrate(draft)
            self._drop(connection, MIGRATED)
            self._set_comment(connection, draft, wanted)
            connection.execute(f'alter database "{draft}" rename to "{MIGRATED}"')

    def make(self, name: str) -> str:
        """Make a database from ``migrated``, in place of an older one of the name.

        Returns:
            Its address for the role postgres.

        Raises:
            StackError: The name is one of the stack's own.
        """
        _require_strange(name)
        with self.admin() as connection:
            self._drop(connection, name)
            self.copy(connection, MIGRATED, name)
        return self.url(name)

    def drop(self, name: str) -> None:
        """Drop a database that `make` made, whoever is connected to it."""
        _require_strange(name)
        with self.admin() as connection:
            self._drop(connection, name)

    def copy(self, connection: psycopg.Connection, template: str, name: str) -> None:
        """Make a database from a template, with the privileges that a template cannot carry."""
        connection.execute(f'create database "{name}" owner postgres template "{template}"')
        connection.execute(f'grant create on database "{name}" to supabase_auth_admin')

    def notify(self, *payloads: str) -> None:
        """Tell PostgREST to load something again (``reload schema``, ``reload config``)."""
        with self.admin(MAIN) as connection:
            for payload in payloads:
                connection.execute("select pg_notify('pgrst', %s)", [payload])

    def _make_server_wide(self) -> None:
        with self.admin("template1") as connection:
            if not _one(connection, "select 1 from pg_database where datname = %s", [_MAINTENANCE]):
                connection.execute(f'create database "{_MAINTENANCE}"')
            if not _one(connection, "select 1 from pg_roles where rolname = 'authenticator'"):
                connection.execute(
                    "select set_config('learnbase.password', %s, false)", [self._password]
                )
                connection.execute((PLATFORM_SQL / "00_roles.sql").read_bytes())

    def _make_platform(
        self, connection: psycopg.Connection, make_auth_tables: Callable[[str], None]
    ) -> None:
        draft = f"{PLATFORM}_new"
        self._drop(connection, draft)
        self.copy(connection, "template1", draft)
        with self.admin(draft) as inside:
            for file in _platform_files():
                if not file.name.startswith("00_"):
                    inside.execute(file.read_bytes())
        make_auth_tables(draft)
        self._drop(connection, PLATFORM)
        self._set_comment(connection, draft, _platform_fingerprint())
        connection.execute(f'alter database "{draft}" rename to "{PLATFORM}"')

    def _make_main(self, connection: psycopg.Connection) -> None:
        self._drop(connection, MAIN)
        self.copy(connection, PLATFORM, MAIN)
        self._set_comment(connection, MAIN, _RAW)

    @staticmethod
    def _drop(connection: psycopg.Connection, name: str) -> None:
        connection.execute(f'drop database if exists "{name}" with (force)')

    @staticmethod
    def _comment(connection: psycopg.Connection, name: str) -> str | None:
        found = _one(
            connection,
            "select coalesce(shobj_description(oid, 'pg_database'), '') from pg_database"
            " where datname = %s",
            [name],
        )
        return None if found is None else str(found)

    @staticmethod
    def _set_comment(connection: psycopg.Connection, name: str, text: str) -> None:
        from psycopg import sql  # noqa: PLC0415 - slow to import

        connection.execute(
            sql.SQL("comment on database {} is {}").format(sql.Identifier(name), sql.Literal(text))
        )


def _one(connection: psycopg.Connection, query: str, values: list[str] | None = None) -> object:
    row = connection.execute(query, values).fetchone()
    return row[0] if row else None


def _require_strange(name: str) -> None:
    if name in _OWN or not name.isidentifier():
        raise StackError(
            f"{name!r} cannot be the name of a fresh database.",
            remedy="Use letters, digits and underscores, and none of the stack's own names.",
        )


def _platform_files() -> list[Path]:
    return sorted(PLATFORM_SQL.glob("*.sql"))


def _platform_fingerprint() -> str:
    return _fingerprint(_platform_files())


def _fingerprint(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.name}\0".encode())
        digest.update(file.read_bytes())
    return f"Learnbase: {digest.hexdigest()[:16]}"
