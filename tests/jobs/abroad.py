"""Learners with accounts at Notion and Google, their exports, and what is there in the end."""

from __future__ import annotations

import base64
import datetime as dt
import itertools
import threading
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from learnbase.security.sealing import Keyring
from learnbase.services.sealed_pair import Pair
from tests.fakes.google import SCOPES
from tests.fakes.oauth import Account

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.google import Google
    from tests.fakes.notion import Notion
    from tests.jobs.site import Site

Row = dict[str, Any]

TOKEN_KEYS = f"test:{base64.b64encode(b'k' * 32).decode()}"
JOBS = ("export_notion", "export_google_calendar", "disconnect", "close_account")
QUEUE_OF = {"notion": "export_notion", "google": "export_google_calendar"}
STATUSES = {None: "Not started", "in_progress": "In progress", "completed": "Done"}
# The next week: sessions there are to come.
SOON = dt.datetime.now(dt.UTC).replace(hour=18, minute=0, second=0, microsecond=0)
A_PLAN = """
    with p as (
        insert into public.learning_plans
            (user_id, topic, skill_level, weekly_hours, learning_style)
        values (%s, 'Sailing', 'beginner', 5, 'mixed') returning id
    ), m as (
        insert into public.modules (plan_id, "order", title, estimated_minutes)
        select p.id, 1, 'Week 1', 300 from p returning id
    ), t as (
        insert into public.tasks (module_id, "order", day, title, description, estimated_minutes)
        select m.id, n, (n - 1) %% 7 + 1, 'Task ' || n, 'What to do', 60
        from m, generate_series(1, %s) n
        returning id, "order"
    )
    select p.id, t.id as task_id from p, t order by t."order"
"""
SESSIONS = """
    insert into public.sessions (plan_id, user_id, task_id, part, starts_at, ends_at, local_date)
    select %s, %s, t.id, 1, d.at, d.at + interval '1 hour', d.at::date
    from public.tasks t
    join public.modules m on m.id = t.module_id
    cross join lateral (select %s + make_interval(days => t."order") as at) d
    where m.plan_id = %s
"""
# What is in doubt, or waits for the service, may be looked at now.
LATER = (
    "update public.export_items set since = since - interval '1 minute'",
    (
        "update public.exports set container = jsonb_set(container, '{since}',"
        " to_jsonb((container ->> 'since')::timestamptz - interval '1 minute'))"
        " where container ? 'since'"
    ),
)


@dataclass(frozen=True)
class Export:
    """A learner's plan at a service: what is wanted, and what the books say."""

    abroad: Abroad = field(repr=False)
    provider: str
    person: str
    account: Account
    connection: str
    plan_id: str
    tasks: tuple[str, ...]

    def start(self, **arguments: Any) -> Row:
        """Click."""
        site, wish = self.abroad.site, {"plan_id": self.plan_id, "provider": self.provider}
        receipt: Row = site.call("start_export", self.person, **wish, **arguments)
        return receipt

    def ask(self, verb: str) -> None:
        """Cancel, confirm or remove it."""
        self.abroad.site.call(f"{verb}_export", self.person, export_id=str(self.row["id"]))

    @property
    def row(self) -> Row:
        [row] = self.abroad.site.sql(
            "select * from public.exports where user_id = %s and provider = %s",
            self.person,
            self.provider,
        )
        return row

    @property
    def items(self) -> dict[str, Row]:
        rows = self.abroad.site.sql(
            "select * from public.export_items where export_id = %s", self.row["id"]
        )
        return {str(row["key"]): row for row in rows}

    @property
    def message(self) -> int:
        """Which message of it is under way."""
        [row] = self.abroad.site.sql(
            f"select msg_id from pgmq.q_{QUEUE_OF[self.provider]}"  # noqa: S608 - a constant
            " where message ->> 'export_id' = %s and (message ->> 'turn')::integer = %s",
            str(self.row["id"]),
            self.row["turn"],
        )
        return int(row["msg_id"])

    def rename(self, number: int, title: str) -> None:
        """Edit a task of the plan."""
        self.abroad.site.sql(
            "update public.tasks set title = %s where id = %s", title, self.tasks[number]
        )

    def tick(self, number: int) -> None:
        self.abroad.site.sql(
            "insert into public.task_progress (task_id, user_id, status)"
            " select t.id, %s, 'completed' from public.tasks t where t.id = %s"
            " on conflict do nothing",
            self.person,
            self.tasks[number],
        )

    def drop(self, number: int) -> None:
        """Delete a task of the plan."""
        self.abroad.site.sql("delete from public.tasks where id = %s", self.tasks[number])

    def wanted(self) -> dict[str, Row]:
        """What must be there: by the task's id for Notion, by the session's for Google."""
        rows = self.abroad.site.sql(
            "select t.id as task_id, t.title, tp.status, s.id as session_id, s.starts_at, s.ends_at"
            " from public.modules m join public.tasks t on t.module_id = m.id"
            " left join public.task_progress tp on tp.task_id = t.id and tp.user_id = %s"
            # What is to come of a task that is done is no event any more.
            " left join public.sessions s on s.task_id = t.id and s.user_id = %s"
            " and (tp.completed_at is null or s.starts_at < tp.completed_at)"
            " where m.plan_id = %s",
            self.person,
            self.person,
            self.plan_id,
        )
        key = "task_id" if self.provider == "notion" else "session_id"
        return {str(row[key]): row for row in rows if row[key]}

    def there(self) -> dict[str, Row]:
        """What is there, in the same words."""
        if self.provider == "notion":
            notion = self.abroad.notion
            of_mine = {
                key: page
                for key, page in notion.pages().items()
                if page.workspace == self.account.id
            }
            return {key: notion.world.named(page) for key, page in of_mine.items()}
        google = self.abroad.google
        made = google.made(self.account)
        return {key: said for one in made for key, said in google.events(one.id).items()}

    @property
    def service(self) -> Notion | Google:
        return self.abroad.notion if self.provider == "notion" else self.abroad.google

    @property
    def changed(self) -> dict[str, int]:
        """What its last run did, as far as it did anything."""
        return {what: times for what, times in self.row["changed"].items() if times}

    def requests(self) -> int:
        """How many requests there were for this learner, signing in aside."""
        if self.provider == "notion":
            asked = (one for one in self.abroad.notion.requests if not one.is_sign_in)
            return sum(one.account == self.account.id for one in asked)
        asked_google = (one for one in self.abroad.google.log if one.is_calendars)
        return sum(self._is_mine(one) for one in asked_google)

    def meets(
        self, behaviour: str, nth: int = 1, came: threading.Event | None = None
    ) -> threading.Event:
        """Let their nth request from now meet a behaviour, until it is calm; set when it does."""
        met, came, weather = itertools.count(1), came or threading.Event(), self.abroad.weather

        def is_it(request: Any) -> bool:
            if self.abroad.weather != weather or not self._is_mine(request) or next(met) != nth:
                return False
            came.set()
            return True

        self.service.next(behaviour, matching=is_it)
        return came

    def is_permitted(self) -> bool:
        """Whether the service still lets us in."""
        permissions = self.service.authority.permissions
        return any(one.lives for one in permissions if one.account is self.account)

    def _is_mine(self, request: Any) -> bool:
        return self.service.authority.holder(request.token) is self.account

    def expect_all(self) -> None:
        """The outside is the plan, once; the books say so, and nothing is under way."""
        row = self.row
        assert (row["status"], row["needs"], row["error"]) == ("succeeded", None, None), row
        assert row["done"] == row["total"], row
        self.expect_ledger()
        items = self.items
        assert {item["state"] for item in items.values()} <= {"sent"}
        assert items.keys() == self.wanted().keys()
        assert self.abroad.doubled() == [], self.abroad.doubled()
        assert self.abroad.violations() == [], self.abroad.violations()

    def expect_ledger(self) -> None:
        """The outside is the plan."""
        wanted, there = self.wanted(), self.there()
        assert there.keys() == wanted.keys(), self.row
        for key, row in wanted.items():
            if self.provider == "notion":
                said = (there[key]["Task"], there[key]["Status"])
                assert said == (row["title"], STATUSES[row["status"]])
            else:
                done = "✓ " if row["status"] == "completed" else ""
                assert there[key]["summary"] == done + row["title"]
                starts = dt.datetime.fromisoformat(there[key]["start"]["dateTime"])
                assert starts == row["starts_at"]

    def expect_nothing(self) -> None:
        """The outside is clean of what we made, but for what was said to stay."""
        assert self.there() == {}
        if self.provider == "google":
            left = self.abroad.google.made(self.account)
            assert not left or self.row["stays"], left
            assert [self.abroad.google.events(one.id) for one in left] == [{}] * len(left)


class Abroad:
    """A site, and the services that its learners have accounts at."""

    def __init__(self, site: Site, notion: Notion, google: Google) -> None:
        self.site, self.notion, self.google = site, notion, google
        self.keyring = Keyring.parse(TOKEN_KEYS)
        self.weather = 0
        self._number = 0

    @property
    def settings(self) -> dict[str, str]:
        """What makes workers and edges go to the fakes."""
        return {
            "TOKEN_KEYS": TOKEN_KEYS,
            "NOTION_CLIENT_ID": self.notion.authority.client_id,
            "NOTION_CLIENT_SECRET": self.notion.authority.client_secret,
            "NOTION_BASE_URL": self.notion.url,
            "GOOGLE_CLIENT_ID": self.google.authority.client_id,
            "GOOGLE_CLIENT_SECRET": self.google.authority.client_secret,
            "GOOGLE_BASE_URL": self.google.url,
            "GOOGLE_OAUTH_BASE_URL": self.google.url,
        }

    def learner(self, provider: str, tasks: int = 3, person: str | None = None) -> Export:
        """Somebody new with an account, and a plan of so many tasks; nothing is exported yet."""
        person = person or self.person()
        account = self._account(provider)
        connection = self.connect(provider, person, account)
        rows = self.site.sql(A_PLAN, person, tasks)
        plan_id = str(rows[0]["id"])
        if provider == "google":
            self.site.sql(SESSIONS, plan_id, person, SOON, plan_id)
        ids = tuple(str(row["task_id"]) for row in rows)
        return Export(self, provider, person, account, connection, plan_id, ids)

    def of(self, provider: str, person: str, plan_id: str) -> Export:
        """The plan of somebody who signed in at a service last of all."""
        [connection] = self.site.sql(
            "select id from public.connections where user_id = %s and provider = %s",
            person,
            provider,
        )
        tasks = self.site.sql(
            "select t.id from public.modules m join public.tasks t on t.module_id = m.id"
            ' where m.plan_id = %s order by m."order", t."order"',
            plan_id,
        )
        service = self.notion if provider == "notion" else self.google
        ids = tuple(str(row["id"]) for row in tasks)
        account = service.authority.visitor
        return Export(self, provider, person, account, str(connection["id"]), plan_id, ids)

    def person(self) -> str:
        person = str(uuid.uuid4())
        email = f"{person}@x.test"
        self.site.sql("insert into auth.users (id, email) values (%s, %s)", person, email)
        return person

    def connect(self, provider: str, person: str, account: Account) -> str:
        """Save tokens, as the edge does at the end of signing in."""
        permit = (
            self.notion.authority.permit(account)
            if provider == "notion"
            else self.google.permit(account)
        )
        sealed = Pair(*permit).seal(self.keyring, person=person, provider=provider)
        scopes = sorted(SCOPES) if provider == "google" else []
        [row] = self.site.sql(
            "select worker.save_connection(%s, %s, %s, %s, %s, %s) as saved",
            *(person, provider, account.id, account.name, scopes, sealed),
        )
        return str(row["saved"]["connection_id"])

    def status_of(self, connection: str) -> str:
        [row] = self.site.sql("select status from public.connections where id = %s", connection)
        return str(row["status"])

    def calm(self) -> None:
        """Whatever the services were told to do, they do no more."""
        self.weather += 1
        self.notion.calm()

    def later(self) -> None:
        """Time goes by: deliveries end, waits are over, lists show what was written."""
        for clock in (self.notion.clock, self.google.clock):
            clock.advance(60)
        for statement in LATER:
            self.site.sql(statement)
        self.site.expire_leases()

    def doubled(self) -> list[str]:
        return [*self.notion.doubled(), *sorted(self.google.doubled())]

    def violations(self) -> list[str]:
        return [*self.notion.violations, *self.google.violations]

    def under_way(self) -> list[Row]:
        """Every message of an export that is still wanted."""
        return self.site.sql(
            "select e.id, e.status, e.error from public.exports e"
            " where e.status in ('queued', 'running')"
        )

    def forget(self) -> None:
        """Begin the ledgers of requests anew."""
        self.notion.requests.clear()
        self.google.log.clear()

    def writes(self) -> list[str]:
        """What was asked of the services that changes something, parts of batches singly."""
        return [
            *(f"{one.method} {one.path}" for one in self.notion.writes),
            *(f"{one.method} {one.path}" for one in self.google.calls if one.is_write),
        ]

    def _account(self, provider: str) -> Account:
        self._number += 1
        account = Account(f"account-{provider}-{self._number}", "Ada", "ada@example.com")
        service = self.notion if provider == "notion" else self.google
        return service.authority.add(account, visits=True)


def is_about(export: Export) -> Callable[[Any], bool]:
    """Whether a call of a worker is about an export: by its message, or by its connection."""
    message, connection = export.message, export.connection

    def about(body: Any) -> bool:
        calls = [body, *(body.get("outcomes") or ())] if body else []
        return any(
            call.get("msg_id") == message or call.get("connection_id") == connection
            for call in calls
        )

    return about
