"""Two worlds that differ in one thing: in one the victim has thousands of rows, in the other none.

Both are copies of one database, so that everything else is the same to the byte, also the order of
rows on disk. Each has a PostgREST and a gateway of its own. Every request is rolled back by
PostgREST itself (``db-tx-end``, which still checks what is deferred), so the worlds stay as they
are however much strangers write.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
import tomllib
import urllib.request
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

from learnbase.stack import ports
from learnbase.stack.processes import POLL, spawn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from learnbase.stack import Stack

FOLDER = Path(__file__).parent
QUIET, FULL = "quiet_world", "full_world"
_PATIENCE = 60.0


@dataclass(frozen=True)
class Half:
    """One of the two.

    Attributes:
        name: The database.
        gateway: Address of the API as people reach it, without a path.
        bare: Address of PostgREST behind it.
        admin: Address of the database for its superuser.
    """

    name: str
    gateway: str
    bare: str
    admin: str

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask as the superuser, past everything that guards the rows."""
        with psycopg.connect(self.admin, autocommit=True) as connection:
            cursor = connection.execute(query, values or None)
            return cursor.fetchall() if cursor.description else []

    def rows_of(self, person: str, query: str) -> list[tuple[Any, ...]]:
        """Ask as somebody who is signed in."""
        with psycopg.connect(self.admin) as connection:
            claims = json.dumps({"sub": person, "role": "authenticated"})
            connection.execute("select set_config('request.jwt.claims', %s, true)", [claims])
            connection.execute("set local role authenticated")
            try:
                return connection.execute(query).fetchall()
            except psycopg.errors.InsufficientPrivilege:
                return []


@contextmanager
def two_worlds(stack: Stack) -> Iterator[tuple[Half, Half]]:
    """Make both worlds, quiet and full, and remove them afterwards."""
    stack.fresh_database(QUIET)
    admin = stack.env()["ADMIN_DATABASE_URL"].rpartition("/")[0]
    with ExitStack() as life:
        life.callback(stack.drop_database, QUIET)
        _carry_out(f"{admin}/{QUIET}", "both_worlds.sql")
        with psycopg.connect(f"{admin}/template1", autocommit=True) as connection:
            connection.execute(f"drop database if exists {FULL} with (force)")
            connection.execute(f"create database {FULL} owner postgres template {QUIET}")
        life.callback(stack.drop_database, FULL)
        _carry_out(f"{admin}/{FULL}", "full_world.sql")
        yield (
            life.enter_context(_served(stack, admin, QUIET)),
            life.enter_context(_served(stack, admin, FULL)),
        )


@contextmanager
def _served(stack: Stack, admin: str, name: str) -> Iterator[Half]:
    with psycopg.connect(f"{admin}/{name}", autocommit=True) as connection:
        connection.execute(
            sql.SQL(
                "alter role authenticator in database {} set pgrst.db_tx_end = 'rollback'"
            ).format(sql.Identifier(name))
        )
        connection.execute("vacuum (analyze)")
    bare = stack.serve(name)
    with gateway(stack, bare) as url:
        yield Half(name, url, bare, f"{admin}/{name}")


@contextmanager
def gateway(stack: Stack, rest: str) -> Iterator[str]:
    """The gateway, as people meet it, in front of another PostgREST."""
    port = ports.choose(set())
    with tempfile.TemporaryDirectory() as folder:
        # Configured as the stack's own, but for where it stands.
        config: dict[str, str | int] = {
            **tomllib.loads(stack.home.gateway_file.read_text()),
            "port": port,
            "rest": rest,
            "register": folder,
        }
        file = Path(folder) / "gateway.toml"
        file.write_text(
            "".join(f"{name} = {json.dumps(value)}\n" for name, value in config.items())
        )
        process = spawn(
            (sys.executable, "-m", "learnbase.stack.gateway", file),
            log=Path(folder) / "log",
            cwd=Path(folder),
            env={"PATH": os.environ["PATH"], "PYTHONSAFEPATH": "1"},
        )
        try:
            _wait(f"http://127.0.0.1:{port}/health")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.end()


def _wait(address: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            urllib.request.urlopen(address, timeout=1).close()  # noqa: S310 - loopback
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(POLL)
        else:
            return


def _carry_out(database: str, file: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute((FOLDER / file).read_bytes())
