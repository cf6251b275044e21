"""A database of its own for the runner's tests, learners who ask for plans, and real workers."""

from __future__ import annotations

import datetime as dt
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

import httpx
import psycopg
from psycopg.rows import dict_row

from tests.press.pressed import Pressed

if TYPE_CHECKING:
    from learnbase.stack import Stack

_PATIENCE = 120
QUEUES = (
    *("generate_plan", "schedule_plan", "export_notion", "export_google_calendar"),
    *("read_busy_times", "disconnect", "close_account"),
)
_KEPT = ("PATH", "HOME", "PYTHONPATH", "LANG", "LC_CTYPE", "TMPDIR")


@dataclass(frozen=True)
class Asked:
    """A plan that somebody asked for."""

    person: str
    plan_id: str
    generation_id: str


class Site:
    """One database with its own PostgREST."""

    def __init__(self, stack: Stack, name: str = "runner") -> None:
        self.stack = stack
        self.name = name
        self.database_url = stack.fresh_database(self.name)
        self.rest = stack.serve(self.name)
        self.key = stack.token(role="service_role")

    def clear(self) -> None:
        """Forget everybody and everything they asked for."""
        self.sql("delete from auth.users")
        for name in QUEUES:
            for kind in ("q", "a"):
                self.sql(f"delete from pgmq.{kind}_{name}")  # noqa: S608 - one of the above
        self.sql("delete from worker.job_attempts")
        self.sql("delete from worker.dead_letters")
        self.sql("delete from worker.model_prices")
        self.sql("delete from worker.platform_limits")
        self.sql("delete from private.model_calls")
        self.sql("delete from private.model_days")
        patience = "lease_seconds = 60, max_failures = 5, max_lost_deliveries = 10"
        self.sql(f"update worker.queues set {patience}")  # noqa: S608 - as above

    def ask(self, topic: str = "Rust", **wishes: Any) -> Asked:
        """Somebody new asks for a plan."""
        person = str(uuid.uuid4())
        self.sql("insert into auth.users (id, email) values (%s, %s)", person, f"{person}@x.test")
        # Two whole weeks, from today: a plan that one answer has room for.
        last = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=13)
        wish = WISH | {"deadline_date": str(last)} | wishes
        answer = self.call("create_plan", person, topic=topic, **wish)
        return Asked(person, answer["plan_id"], answer["generation_id"])

    def call(self, function: str, person: str, **arguments: Any) -> Any:
        """Call an RPC as a person."""
        answer = httpx.post(
            f"{self.rest}/rpc/{function}",
            json=arguments,
            headers={"Authorization": f"Bearer {self.stack.token(person)}"},
            trust_env=False,
        )
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def send(self, message: Any) -> int:
        """Put any message at all into the queue."""
        [row] = self.sql(
            "select sent from pgmq.send('generate_plan', %s::jsonb) sent", json.dumps(message)
        )
        return int(row["sent"])

    def expire_leases(self) -> None:
        """Let every delivery's time run out."""
        for name in QUEUES:
            past = "set vt = clock_timestamp() - interval '1 second'"
            self.sql(f"update pgmq.q_{name} {past}")

    def generation(self, asked: Asked) -> dict[str, Any]:
        [row] = self.sql("select * from public.plan_generations where id = %s", asked.generation_id)
        return row

    def waiting(self) -> list[dict[str, Any]]:
        return self.sql("select * from pgmq.q_generate_plan order by msg_id")

    def dead_letters(self) -> list[dict[str, Any]]:
        return self.sql("select * from worker.dead_letters order by id")

    def expect_one_plan(self, asked: Asked) -> None:
        """The plan is there, whole, once, and nothing is left behind."""
        self.expect_this_plan(asked)
        assert self.waiting() == []
        assert self.sql("select * from worker.job_attempts") == []
        assert self.dead_letters() == []

    def expect_this_plan(self, asked: Asked) -> None:
        """The plan is there, whole, and once."""
        generation = self.generation(asked)
        assert (generation["status"], generation["progress"]) == ("succeeded", 100)
        assert (generation["error"], generation["draft"]) == (None, None)
        orders = self.sql(
            'select "order" from public.modules where plan_id = %s order by 1', asked.plan_id
        )
        assert orders, "no modules"
        assert [row["order"] for row in orders] == list(range(1, len(orders) + 1))
        assert len(orders) == generation["output_summary"]["weeks"]
        [archived] = self.sql(
            "select count(*) from pgmq.a_generate_plan where message ->> 'generation_id' = %s",
            asked.generation_id,
        )
        assert archived["count"] == 1
        [used] = self.sql(
            "select sum(quantity) from private.usage_ledger where generation_id = %s",
            asked.generation_id,
        )
        assert used["sum"] == 1

    def sql(self, query: str, *parameters: Any) -> list[dict[str, Any]]:
        with (
            psycopg.connect(self.database_url, autocommit=True, row_factory=dict_row) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(query, parameters or None)
            return cursor.fetchall() if cursor.description else []


WISH = {"skill_level": "beginner", "weekly_hours": "5", "learning_style": "practice"}


class Worker:
    """`learnbase work` as a process from the press, and what it logs."""

    begins: ClassVar[type[subprocess.Popen[str]]] = Pressed

    def __init__(self, url: str, key: str, *arguments: str, **settings: str) -> None:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        self.process = self.begins(
            [sys.executable, "-m", "learnbase.cli", "work", *arguments],
            env=kept
            | {"SUPABASE_URL": url, "SUPABASE_SECRET_KEY": key, "LOG_FORMAT": "json"}
            | settings,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said: list[str] = []
        self._unread: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(_PATIENCE)
        self._reader.join(_PATIENCE)
        if self.process.stderr:
            self.process.stderr.close()

    def until(self, event: str) -> dict[str, Any]:
        """Read on until it says this."""
        while (line := self._unread.get(timeout=_PATIENCE)) is not None:
            if line.startswith("{") and (said := json.loads(line))["event"] == event:
                return dict(said)
        raise AssertionError(f"it ended without {event}: {self.said}")

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(_PATIENCE)

    def wait(self) -> int:
        """Wait for its end; answers its exit code."""
        code = self.process.wait(_PATIENCE)
        self._reader.join(_PATIENCE)
        return code

    def stop(self) -> int:
        self.signal(signal.SIGTERM)
        return self.wait()

    def events(self, name: str) -> list[dict[str, Any]]:
        found = [json.loads(line) for line in self.said if line.startswith("{")]
        return [event for event in found if event["event"] == name]

    def _read(self) -> None:
        for line in self.process.stderr or ():
            self.said.append(line.rstrip())
            self._unread.put(line)
        self._unread.put(None)


class Newcomer(Worker):
    """A worker that Python starts anew: what it takes of the machine is its own."""

    begins = subprocess.Popen[str]
