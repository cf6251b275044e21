"""The people of a test, and what each of them can do over the real API.

Each test makes its own people, so tests share one stack without meeting each other. Nobody here
has rights that a frontend would not have; `World.sql` looks behind the scenes, as the database's
owner, to check what is really there.
"""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from learnbase.stack import Stack

Row = dict[str, Any]


class Caller:
    """Somebody who sends requests: with a token, with a key, or with neither."""

    def __init__(self, http: httpx.Client, headers: dict[str, str]) -> None:
        self.http = http
        self.headers = headers

    def send(
        self, method: str, path: str, body: Any = None, *, prefer: str = "", **params: str
    ) -> httpx.Response:
        """One request; ``body`` goes out as JSON."""
        headers = {**self.headers, **({"Prefer": prefer} if prefer else {})}
        return self.http.request(method, path, json=body, params=params, headers=headers)

    def get(self, path: str, **params: str) -> httpx.Response:
        return self.send("GET", path, **params)

    def rows(self, path: str, **params: str) -> list[Row]:
        """What a read that must succeed shows."""
        answer = self.get(path, **params)
        assert answer.status_code in (200, 206), answer.text
        found: list[Row] = answer.json()
        return found

    def insert(self, table: str, rows: Row | Sequence[Row], **params: str) -> httpx.Response:
        return self.send("POST", table, rows, prefer="return=representation", **params)

    def quietly(self, table: str, rows: Row | Sequence[Row]) -> httpx.Response:
        """Insert and ask for nothing back: then the rules of reading do not stand in as a guard."""
        return self.send("POST", table, rows, prefer="return=minimal")

    def upsert(self, table: str, rows: Row | Sequence[Row], on_conflict: str) -> httpx.Response:
        prefer = "return=representation,resolution=merge-duplicates"
        return self.send("POST", table, rows, prefer=prefer, on_conflict=on_conflict)

    def update(self, table: str, change: Row, **where: str) -> httpx.Response:
        return self.send("PATCH", table, change, prefer="return=representation", **where)

    def delete(self, table: str, **where: str) -> httpx.Response:
        return self.send("DELETE", table, prefer="return=representation", **where)

    def rpc(self, name: str, /, schema: str = "public", **arguments: Any) -> httpx.Response:
        headers = {**self.headers, "Content-Profile": schema}
        return self.http.post(f"rpc/{name}", json=arguments, headers=headers)

    def call(self, name: str, /, schema: str = "public", **arguments: Any) -> Any:
        """What an RPC that must succeed answers."""
        answer = self.rpc(name, schema=schema, **arguments)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None


class Person(Caller):
    """Somebody with an account and a token."""

    def __init__(
        self, http: httpx.Client, headers: dict[str, str], person: str, email: str
    ) -> None:
        super().__init__(http, headers)
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

    def follow(self, plan: Row, **changes: Any) -> Row:
        return one(self.insert("plan_followers", {"plan_id": plan["id"], **changes}))

    def ask(self, **changes: Any) -> httpx.Response:
        """Ask for a plan, as the form does."""
        form = {
            "topic": "Swift for iOS Development",
            "skill_level": "beginner",
            "weekly_hours": "3-5",
            "learning_style": "hands-on",
            **changes,
        }
        return self.rpc("create_plan", **{k: v for k, v in form.items() if v is not ...})


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


class Refusal(NamedTuple):
    """What a form needs to know of a request that was refused."""

    status: int
    code: str
    field: str | None


def refusal(answer: httpx.Response) -> Refusal:
    """How a request was refused; one of our own refusals always says what to do."""
    assert answer.status_code >= 400, f"{answer.status_code}: {answer.text}"
    body = answer.json()
    code = str(body["code"])
    if code.islower():
        assert body["message"], body
        assert body["hint"], body
    return Refusal(answer.status_code, code, body["details"])


def at_once(*acts: Callable[[], httpx.Response]) -> list[httpx.Response]:
    """Let everybody act at the same time."""
    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result() for future in [pool.submit(act) for act in acts]]


# What row level security, a missing grant, and a missing key or token answer.
HIDDEN = Refusal(403, "42501", None)
NOT_SIGNED_IN = Refusal(401, "42501", None)


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
        self.http = httpx.Client(base_url=self.rest, timeout=30, trust_env=False)
        self.service = self.caller(self.secret_key)
        self.nobody = self.caller(self.publishable_key)

    def caller(self, key: str, token: str | None = None) -> Caller:
        return Caller(self.http, self._headers(key, token))

    def _headers(self, key: str, token: str | None) -> dict[str, str]:
        return {"apikey": key, "Authorization": f"Bearer {token or key}"}

    def person(
        self,
        name: str = "Ada",
        *,
        confirmed: bool = True,
        anonymous: bool = False,
        tier: str | None = None,
        **user_metadata: Any,
    ) -> Person:
        """Somebody new, signed up as Auth would have it, with a valid token."""
        unique = str(uuid.uuid4())
        email = f"{name.lower()}-{unique[:8]}{unique[-8:]}@example.com"
        self.sql(
            "insert into auth.users"
            " (id, email, email_confirmed_at, raw_user_meta_data, is_anonymous)"
            " values (%s, %s, case when %s then now() end, %s, %s)",
            unique,
            None if anonymous else email,
            confirmed and not anonymous,
            Json({"name": name, **user_metadata}),
            anonymous,
        )
        if tier:
            self.sql("update public.users set subscription_tier = %s where id = %s", tier, unique)
        return self.with_token(unique, unique, email, is_anonymous=anonymous)

    def clerk_person(self, name: str = "Carla", **profile: str) -> Person:
        """Somebody new who signs in with Clerk, as its webhook made them."""
        subject = f"user_2{uuid.uuid4().hex[:24]}"
        email = f"{subject}@example.com".lower()
        profile = {"email": email, "name": name, **profile}
        made = self.service.call("upsert_user", "worker", clerk_user_id=subject, **profile)
        return self.with_token(subject, str(made), email)

    def with_token(self, subject: str, person: str, email: str, **claims: Any) -> Person:
        token = self.stack.token(subject, **claims)
        return Person(self.http, self._headers(self.publishable_key, token), person, email)

    def sql(self, query: str, *parameters: Any) -> list[Row]:
        """Ask the database itself, past everything that guards it."""
        with (
            psycopg.connect(self.database_url, autocommit=True, row_factory=dict_row) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(query, parameters or None)
            return cursor.fetchall() if cursor.description else []

    def value(self, query: str, *parameters: Any) -> Any:
        """The single value that a query finds."""
        [row] = self.sql(query, *parameters)
        [value] = row.values()
        return value

    def count(self, table: str, **where: Any) -> int:
        """How many rows a table really has."""
        terms: Iterable[str] = [f"{column} = %s" for column in where]
        condition = " and ".join(terms) or "true"
        return int(
            self.value(f"select count(*) from {table} where {condition}", *where.values())  # noqa: S608
        )
