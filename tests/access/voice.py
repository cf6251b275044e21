"""Speaks SQL as somebody whom the API would let in, for what the API itself does not serve.

People have no SQL; but what they may execute in ``private`` must be as safe as if they had.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

from tests.access import ground
from tests.access.actors import BY_NAME
from tests.access.line import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

# Those who are no actors of the API.
ROLES = {"Auth": "supabase_auth_admin", "the database's owner": "postgres"}


class Voice:
    """Statements, each in a transaction of its own, in somebody's name."""

    def __init__(self, database_url: str) -> None:
        """Connect as a superuser, who may take any role."""
        self._url = database_url
        self._db = psycopg.connect(database_url, autocommit=True)

    def close(self) -> None:
        self._db.close()

    def say(self, actor: str, statement: str) -> Answer:
        """Say it, and answer as PostgREST would."""
        try:
            with self._db.transaction():
                _become(self._db, actor)
                cursor = self._db.execute(statement)
                while cursor.nextset():
                    pass  # of several statements the last one's answer counts
                rows = cursor.fetchall() if cursor.description else []
        except psycopg.Error as error:
            return _refusal(error)
        return _answer(200, [row[0] for row in rows])

    def race(self, first: tuple[str, str], actor: str, statement: str) -> Answer:
        """Say something while somebody else has said something and not yet ended it.

        The first ends as soon as the second waits for it, or is through.

        Args:
            first: Who, and what they say first.
            actor: Who comes second.
            statement: And what they say; theirs is the answer.
        """
        with psycopg.connect(self._url) as other, ThreadPoolExecutor(1) as pool:
            try:
                _become(other, first[0])
                other.execute(first[1])
            except psycopg.Error as error:
                other.rollback()
                return _refusal(error)
            second = pool.submit(self.say, actor, statement)
            while not second.done() and not self._somebody_waits(other.info.backend_pid):
                pass
            other.commit()
            return second.result()

    def _somebody_waits(self, holder: int) -> bool:
        with psycopg.connect(self._url, autocommit=True) as watcher:
            [(waits,)] = watcher.execute(
                "select exists (select from pg_stat_activity a"
                " where %s = any (pg_blocking_pids(a.pid)))",
                (holder,),
            ).fetchall()
        return bool(waits)


def _become(connection: psycopg.Connection[Any], actor: str) -> None:
    role = ROLES.get(actor)
    if role is None:
        known = BY_NAME[actor]
        role = {"service": "service_role", "nobody": "anon"}.get(known.standing, "authenticated")
        subject = ground.SUBJECTS[known.person or "nobody"]
        claims = json.dumps({"sub": subject, "role": role})
        connection.execute("select set_config('request.jwt.claims', %s, true)", (claims,))
    # Who waits for anything else than the other one is told so, instead of waiting for ever.
    connection.execute("set local lock_timeout = '5s'")
    connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))


def _answer(status: int, body: Any) -> Answer:
    to_text: Callable[[Any], str] = str
    return Answer(status, json.dumps(body, default=to_text).encode())


def _refusal(error: psycopg.Error) -> Answer:
    message = error.diag.message_primary or ""
    if error.sqlstate == "PGRST":
        status = json.loads(error.diag.message_detail or "{}")["status"]
        return _answer(status, json.loads(message))
    status = 403 if error.sqlstate == "42501" else 400
    return _answer(status, {"code": error.sqlstate, "message": message})
