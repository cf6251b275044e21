"""The people of a test, and what each of them can do over the real API.

Each test makes its own people, so tests share one stack without meeting each other. Nobody here
has rights that a frontend would not have; `World.sql` looks behind the scenes, as the database's
owner, to check what is really there.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import psycopg
from psycopg.rows import dict_row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from learnbase.stack import Stack

Row = dict[str, Any]


class Caller:
    """Somebody who sends requests: with a token, with a key, or with neither."""

    def __init__(self, rest: str, headers: dict[str, str]) -> None:
        self.headers = headers
        self.http = httpx.Client(base_url=rest, headers=headers, timeout=30, trust_env=False)

    def get(self, path: str, **params: str) -> httpx.Response:
        return self.http.get(path, params=params)

    def rows(self, path: str, **params: str) -> list[Row]:
        """What a read that must succeed shows."""
        answer = self.get(path, **params)
        assert answer.status_code in (200, 206), answer.text
        found: list[Row] = answer.json()
        return found

    def insert(self, table: str, rows: Row | Sequence[Row], **params: str) -> httpx.Response:
        return self.http.post(
            table, json=rows, params=params, headers={"Prefer": "return=representation"}
        )

    def upsert(self, table: str, rows: Row | Sequence[Row], on_conflict: str) -> httpx.Response:
        prefer = "return=representation,resolution=merge-duplicates"
        return self.http.post(
            table, json=rows, params={"on_conflict": on_conflict}, headers={"Prefer": prefer}
        )

    def update(self, table: str, change: Row, **where: str) -> httpx.Response:
        return self.http.patch(
            table, json=change, params=where, headers={"Prefer": "return=representation"}
        )

    def delete(self, table: str, **where: str) -> httpx.Response:
        return self.http.delete(table, params=where, headers={"Prefer": "return=representation"})

    def rpc(self, name: str, /, schema: str = "public", **arguments: Any) -> httpx.Response:
        return self.http.post(f"rpc/{name}", json=arguments, headers={"Content-Profile": schema})

    def call(self, name: str, /, schema: str = "public", **arguments: Any) -> Any:
        """What an RPC that must succeed answers."""
        answer = self.rpc(name, schema=schema, **arguments)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None


class Person(Caller):
    """Somebody with an account and a token."""

    def __init__(self, rest: str, headers: dict[str, str], person: str, email: str) -> None:
        super().__init__(rest, headers)
        self.id = person
        self.email = email

    def plan(self, **changes: Any) -> Row:
        """Insert a plan of one's own, as a frontend may."""
        row = {
            "topic": "Sailing",
            "skill_level": "beginner",
            "weekly_hours": 5,
            "learning_style": "mixed",
            **changes,
        }
        return one(self.insert("learning_plans", row))

    def module(self, plan: Row, order: int = 1, **changes: Any) -> Row:
        row = {"plan_id": plan["id"], "order": order, "title": f"Week {order}"}
        return one(self.insert("modules", {**row, "estimated_minutes": 60, **changes}))

    def task(self, module: Row, order: int = 1, **changes: Any) -> Row:
        row = {"module_id": module["id"], "order": order, "title": f"Task {order}"}
        return one(self.insert("tasks", {**row, "estimated_minutes": 30, **changes}))

    def tick(self, task: Row, status: str = "completed", **changes: Any) -> httpx.Response:
        """The upsert that a checkbox sends."""
        row = {"task_id": task["id"], "status": status, **changes}
        return self.upsert("task_progress", row, on_conflict="task_id,user_id")

    def whole_plan(self, weeks: int = 2, tasks: int = 2, **changes: Any) -> Whole:
        """A plan with modules and tasks."""
        plan = self.plan(**changes)
        modules = [self.module(plan, week) for week in range(1, weeks + 1)]
        return Whole(
            plan, modules, [[self.task(m, n) for n in range(1, tasks + 1)] for m in modules]
        )


@dataclass(frozen=True)
class Whole:
    """A plan, its modules, and the tasks of each."""

    plan: Row
    modules: list[Row]
    tasks: list[list[Row]]

    @property
    def task(self) -> Row:
        return self.tasks[0][0]

    @property
    def module(self) -> Row:
        return self.modules[0]


def one(answer: httpx.Response) -> Row:
    """The single row that a write which must succeed gives back."""
    assert answer.status_code in (200, 201), answer.text
    [row] = answer.json()
    return dict(row)


class World:
    """One stack, and everybody on it."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        env = stack.env()
        self.url = env["SUPABASE_URL"]
        self.rest = f"{self.url}/rest/v1/"
        self.publishable_key = env["SUPABASE_PUBLISHABLE_KEY"]
        self.secret_key = env["SUPABASE_SECRET_KEY"]
        self.database_url = env["DATABASE_URL"]
        self.service = self.caller(self.secret_key)
        self.nobody = self.caller(self.publishable_key)

    def caller(self, key: str, token: str | None = None) -> Caller:
        return Caller(self.rest, self._headers(key, token))

    def _headers(self, key: str, token: str | None) -> dict[str, str]:
        return {"apikey": key, "Authorization": f"Bearer {token or key}"}

    def person(
        self,
        name: str = "Ada",
        *,
        confirmed: bool = True,
        anonymous: bool = False,
        tier: str | None = None,
        **user_metadata: str,
    ) -> Person:
        """Somebody new, signed up as Auth would have it, with a valid token."""
        unique = uuid.uuid4()
        email = f"{name.lower()}-{unique.hex[:12]}@example.com"
        account = self.sql(
            "insert into auth.users (id, email, email_confirmed_at, raw_user_meta_data, is_anonymous)"
            " values (%s, %s, case when %s then now() end, %s::jsonb, %s) returning id",
            unique,
            None if anonymous else email,
            confirmed and not anonymous,
            psycopg.types.json.Json({"name": name, **user_metadata}),
            anonymous,
        )[0]
        if tier:
            self.sql("update public.users set subscription_tier = %s where id = %s", tier, unique)
        token = self.stack.token(str(account["id"]), is_anonymous=anonymous)
        return Person(self.rest, self._headers(self.publishable_key, token), str(unique), email)

    def sql(self, query: str, *parameters: Any) -> list[Row]:
        """Ask the database itself, past everything that guards it."""
        with (
            psycopg.connect(self.database_url, autocommit=True, row_factory=dict_row) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(query, parameters or None)
            return cursor.fetchall() if cursor.description else []
