"""Learners who get letters, the mail service that takes them, and what the log says of each."""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg.types.json import Json

from tests.fakes.resend import API_KEY
from tests.jobs.abroad import A_PLAN, SESSIONS, SOON, TOKEN_KEYS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.resend import Resend
    from tests.fakes.resend_ledger import Letter
    from tests.jobs.site import Site, Worker

Row = dict[str, Any]

JOBS = ("weekly_summary", "write_letters", "send_email")
SITE_URL, EDGE_URL = "https://learn.example.com", "https://edge.example.com"
SENDER = "Learnbase <hello@mail.example.com>"
_KEPT = ("PATH", "HOME", "PYTHONPATH", "LANG", "TMPDIR")
_ROUNDS = 12
_PATIENCE = 120


@dataclass(frozen=True)
class Learner:
    """Somebody with a confirmed address."""

    id: str
    address: str


class PostOffice:
    """A site, and the service that its letters go out by."""

    def __init__(self, site: Site, resend: Resend, url: str, hire: Callable[..., Worker]) -> None:
        """Workers are hired, and the clock runs, through `url`."""
        self.site, self.resend, self.url, self._hire = site, resend, url, hire

    def clear(self) -> None:
        """Forget every letter; people are forgotten by the site."""
        for name in JOBS:
            for kind in ("q", "a"):
                self.site.sql(f"delete from pgmq.{kind}_{name}")  # noqa: S608 - one of the above
        self.site.sql("delete from private.mail_batches")
        self.site.sql("delete from public.mail_suppressions")
        self.site.sql("update worker.queues set max_failures = 400 where queue = 'send_email'")

    @property
    def settings(self) -> dict[str, str]:
        """What makes workers write letters, and send them to the fake."""
        return {
            "TOKEN_KEYS": TOKEN_KEYS,
            "SITE_URL": SITE_URL,
            "EDGE_URL": EDGE_URL,
            "RESEND_API_KEY": API_KEY,
            "RESEND_BASE_URL": self.resend.url,
            "MAIL_FROM": SENDER,
        }

    # People

    def learner(self, address: str | None = None, name: str = "Ada") -> Learner:
        """Somebody new, whose address is confirmed; they get their welcome later."""
        person = str(uuid.uuid4())
        address = address or f"{person}@example.com"
        self.site.sql(
            "insert into auth.users (id, email, email_confirmed_at, raw_user_meta_data)"
            " values (%s, %s, now(), %s)",
            *(person, address, Json({"name": name})),
        )
        self.quiet()
        return Learner(person, address)

    def learners(self, count: int) -> list[Learner]:
        """Many at once."""
        rows = self.site.sql(
            "insert into auth.users (id, email, email_confirmed_at)"
            " select gen_random_uuid(), 'learner-' || n || '@example.com', now()"
            " from generate_series(1, %s) n returning id, email",
            count,
        )
        self.quiet()
        return [Learner(str(row["id"]), row["email"]) for row in rows]

    def quiet(self) -> None:
        """Nothing waits to be said: what people are told by being made is not what is looked at."""
        self.site.sql("delete from public.notifications where due_at is not null")

    def plan(self, learner: Learner, tasks: int = 3) -> str:
        """A plan of theirs, with a session a day from tomorrow on."""
        rows = self.site.sql(A_PLAN, learner.id, tasks)
        plan_id = str(rows[0]["id"])
        self.site.sql(SESSIONS, plan_id, learner.id, SOON, plan_id)
        return plan_id

    def tell(self, learner: Learner, kind: str = "welcome", **context: Any) -> None:
        """Something is worth a message; what is due is due now."""
        self.site.sql(
            "select worker.send_notification(%s, %s, %s::jsonb)", learner.id, kind, Json(context)
        )
        self.site.sql("update public.notifications set due_at = now() where due_at is not null")

    def all_happens(self, learner: Learner) -> None:
        """Everything that is worth a message happens to somebody with a plan."""
        for statement in HAPPENS.strip().split(";\n"):
            self.site.sql(statement.replace("%(person)s", f"'{learner.id}'"))

    # The clock

    def is_due(self, *learners: Learner) -> None:
        """The hour of their summary has come."""
        self.site.sql(
            "update private.summary_hours h set next_at = now() - interval '1 minute',"
            " last_week = null from public.summary_times t"
            " where t.hour_id = h.id and t.user_id = any (%s::uuid[])",
            [one.id for one in learners],
        )

    def clock(self, schedule: str) -> subprocess.Popen[str]:
        """`learnbase cron run`, as another scheduler would start it."""
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        now = dt.datetime.now(dt.UTC).isoformat()
        return subprocess.Popen(
            [sys.executable, "-m", "learnbase.cli", "cron", "run", schedule, "--at", now],
            env=kept | {"SUPABASE_URL": self.url, "SUPABASE_SECRET_KEY": self.site.key},
            stdout=subprocess.PIPE,
            text=True,
        )

    def strikes(self, schedule: str, times: int = 1) -> int:
        """Run a schedule, so many at once; answers what it came to in all."""
        clocks = [self.clock(schedule) for _ in range(times)]
        said = [clock.communicate(timeout=60)[0] for clock in clocks]
        assert [clock.returncode for clock in clocks] == [0] * times, said
        return sum(int(one.split()[0]) for one in said)

    def tick(self, schedule: str) -> None:
        """The same by pg_cron."""
        self.site.sql("select worker.run_schedule(%s)", schedule)

    # Work

    def worker(self, *arguments: str) -> Worker:
        """A worker, of all three jobs unless some are named; by default until nothing is left."""
        jobs = () if set(arguments) & set(JOBS) else JOBS
        return self._hire(*jobs, *(arguments or ("--drain",)), **self.settings)

    def work(self) -> None:
        """Let workers come, and waits go by, until nothing is under way."""
        for _ in range(_ROUNDS):
            assert self.worker().wait() == 0
            if not self.waiting():
                return
            self.later()
        raise AssertionError(self.waiting())

    def later(self) -> None:
        """Time goes by: deliveries end, and waits are over."""
        for name in JOBS:
            self.site.sql(
                f"update pgmq.q_{name} set vt = clock_timestamp() - interval '1 second'"  # noqa: S608
            )

    def a_day_later(self) -> None:
        """What was handed over for the first time is a day old, there and here."""
        self.resend.clock.advance(24 * 3600)
        self.site.sql(
            "update private.mail_batches set first_attempt_at = first_attempt_at - interval '1 day'"
        )
        self.later()

    def waiting(self) -> list[Row]:
        """Every message under way."""
        return [
            {"queue": name, **row}
            for name in JOBS
            for row in self.site.sql(f"select * from pgmq.q_{name}")  # noqa: S608 - as above
        ]

    def until_asked(self) -> None:
        """Wait until the service was asked for something."""
        end = time.monotonic() + _PATIENCE
        while not self.resend.requests or not self.resend.requests[-1].digest:
            assert time.monotonic() < end, "nobody asked"
            time.sleep(0.01)

    # What became of it

    def log(self, learner: Learner, channel: str = "email", kind: str | None = None) -> list[Row]:
        return self.site.sql(
            "select * from public.notifications where user_id = %s and channel::text = %s"
            " and (%s::text is null or kind = %s) order by created_at, id",
            *(learner.id, channel, kind, kind),
        )

    def letters(self, learner: Learner) -> list[Letter]:
        """What the service took for them."""
        return [one for one in self.resend.letters if one.to == learner.address]

    def expect_one_each(self, *learners: Learner) -> None:
        """Each of them has one letter, the log says so, and nothing is left behind."""
        for learner in learners:
            [letter], [row] = self.letters(learner), self.log(learner)
            assert (row["status"], row["reason"]) == ("sent", None), row
            assert row["provider_id"] == letter.id
            assert str(row["id"]) == letter.notification_id
            assert row["sent_at"] is not None
        self.expect_order()

    def expect_order(self) -> None:
        """Nothing was sent twice or wrongly, and nothing is under way."""
        assert self.resend.doubled() == []
        assert self.resend.violations == []
        assert self.waiting() == []
        assert self.site.dead_letters() == []
        assert self.site.sql("select id from private.mail_batches where settled_at is null") == []


# Everything there is to tell, as it happens in the database; what is due is due now.
HAPPENS = """
    with plan as (select id from public.learning_plans where user_id = %(person)s),
    past as (
        insert into public.sessions
            (plan_id, user_id, task_id, part, starts_at, ends_at, local_date)
        select p.id, %(person)s, t.id, 2, d.at, d.at + interval '1 hour', d.at::date
        from plan p
        join public.modules m on m.plan_id = p.id
        join public.tasks t on t.module_id = m.id and t."order" = 1
        cross join (values (now() - interval '1 day')) as d (at)
    ),
    slipped as (
        insert into public.catch_ups (plan_id, user_id, moves, summary)
        select p.id, %(person)s, '[]', '{"text": "One task moves to Friday"}' from plan p
    ),
    connected as (
        insert into public.connections (user_id, provider, account_id, account_name)
        values (%(person)s, 'notion', 'ada', 'Ada''s workspace')
    ),
    exported as (
        insert into public.exports (user_id, plan_id, provider, account_id, topic, taken)
        select %(person)s, p.id, e.provider, 'ada', 'Sailing', 1
        from plan p
        cross join unnest(array['notion', 'google']::public.connection_provider[]) as e (provider)
    )
    insert into public.plan_generations (plan_id, model, prompt)
    select p.id, 'a model', '{}' from plan p;
    update public.plan_generations g
    set status = 'failed', error = '{"message": "No time", "remedy": "Ask again"}',
        finished_at = now()
    from public.learning_plans p where p.id = g.plan_id and p.user_id = %(person)s;
    update public.exports set status = 'succeeded', changed = '{"created": 3}'
    where user_id = %(person)s and provider = 'notion';
    update public.exports set status = 'stopped', needs = 'word', error = '{"message": "Emptied"}'
    where user_id = %(person)s and provider = 'google';
    update public.connections set status = 'reconnect' where user_id = %(person)s;
    insert into private.usage_ledger (person, kind, quantity, generation_id)
    select %(person)s, 'generation', 1, gen_random_uuid() from generate_series(1, 100);
    update public.sessions
    set starts_at = now() + interval '29 minutes', ends_at = now() + interval '59 minutes',
        local_date = (now() + interval '29 minutes')::date
    where user_id = %(person)s and part = 1
        and task_id in (select id from public.tasks where "order" = 2);
    select worker.run_schedule('session-reminders');
    select worker.send_notification(%(person)s, 'plan_ready', jsonb_build_object('plan_id', p.id))
    from public.learning_plans p where p.user_id = %(person)s;
    select worker.send_notification(%(person)s, 'welcome');
    update public.notifications set due_at = now() where due_at is not null;
"""


def links(letter: Letter) -> list[str]:
    """Where the HTML of a letter leads."""
    assert letter.body is not None
    return re.findall(r'href="([^"]+)"', letter.body["html"])
