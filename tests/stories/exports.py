"""Connections and exports, the edge's and the worker's part played by hand."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.stories.deliveries import token
from tests.world import refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.world import Person, Refusal, Row, World

FREE_BUSY = "https://www.googleapis.com/auth/calendar.events.freebusy"
CALENDARS = "https://www.googleapis.com/auth/calendar.app.created"
QUEUE_OF = {"notion": "export_notion", "google": "export_google_calendar"}
QUEUES = (*QUEUE_OF.values(), "disconnect", "read_busy_times", "close_account", "schedule_plan")
BACK = "https://learn.example.com/connected"
DATABASE = {"database_id": "d1", "data_source_id": "s1", "url": "https://notion.so/d1"}
SUCCEEDED: Row = {"status": "succeeded", "changed": {"created": 1}, "stays": []}
MORE: Row = {"status": "more"}
WORD: Row = {
    "status": "stopped",
    "code": "database_trashed",
    "message": "The database is in the trash.",
    "remedy": "Restore it, or confirm.",
    "needs": "word",
}


def hashed(state: str) -> str:
    """What the database knows a state by."""
    return hashlib.sha256(state.encode()).hexdigest()


def item(key: str, state: str = "sent", **columns: Any) -> Row:
    """What a worker records of one thing outside."""
    return {"key": key, "state": state, **columns}


class Outside:
    """Nobody is connected, the queues are empty; whoever serves them, with the secret key."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.sql("delete from public.connections")
        for queue in QUEUES:
            world.sql(f"delete from pgmq.q_{queue}")  # noqa: S608 - one of the above
            world.sql(f"delete from pgmq.a_{queue}")  # noqa: S608
        world.sql("delete from worker.job_attempts")
        world.sql("delete from worker.dead_letters")

    # The edge's part

    def begin(self, person: Person, state: str, provider: str = "notion") -> None:
        """The person sets out to connect."""
        self.call(
            "begin_connection",
            user_id=person.id,
            provider=provider,
            state_hash=hashed(state),
            sealed_verifier=f"verifier-of-{state}",
            return_to=BACK,
        )

    def connect(self, person: Person, provider: str = "notion", **arguments: Any) -> str:
        """The person has let us in; answers the connection's id."""
        saved = self.call("save_connection", **(_account(person, provider) | arguments))
        return str(saved["connection_id"])

    def connect_as(self, person: Person, provider: str, account: str) -> Refusal | str:
        """The person came back from the service as this account."""
        arguments = _account(person, provider) | {"account_id": account}
        answer = self.world.service.rpc("save_connection", "worker", **arguments)
        return str(answer.json()["connection_id"]) if answer.is_success else refusal(answer)

    def break_off(self, connection: str) -> None:
        """The service refused our tokens for good."""
        [held] = self.world.sql(
            "select version from private.connection_tokens where connection_id = %s", connection
        )
        self.call(
            "break_connection",
            connection_id=connection,
            version=held["version"],
            code="invalid_grant",
        )

    # The worker's part

    def read(self, queue: str, quantity: int = 10) -> list[Row]:
        jobs: list[Row] = self.call("read_jobs", queue=queue, quantity=quantity)
        return [{**job, "queue": queue} for job in jobs]

    def the_job(self, queue: str) -> Row:
        """The one job there is."""
        [job] = self.read(queue)
        return job

    def load(self, job: Row) -> Row:
        loaded: Row = self.call("load_export", queue=job["queue"], **token(job))
        return loaded

    def take(self, provider: str = "notion") -> Row:
        """The one export there is, in hand, with what was loaded for it."""
        job = self.the_job(QUEUE_OF[provider])
        loaded = self.load(job)
        assert loaded["standing"] == "held", loaded
        return {**job, "loaded": loaded}

    def record(self, job: Row, *items: Row, **report: Any) -> str:
        whole = report | ({"items": list(items)} if items else {})
        return str(self.call("record_export", queue=job["queue"], **token(job), report=whole))

    def complete(self, job: Row, result: Row | None = None) -> Row:
        outcome = {**token(job), "result": result}
        [answered] = self.call(f"complete_{job['queue']}", outcomes=[outcome])
        return dict(answered)

    def end(self, job: Row, result: Row | None = None) -> None:
        """The worker has done its part."""
        answered = self.complete(job, result)
        assert answered["standing"] == "done", answered

    def fail(self, job: Row, retry_in: str | None = None) -> str:
        error = {"code": "service_down", "message": "Notion is down.", "remedy": "Wait."}
        retry = {"retry_in": retry_in} if retry_in is not None else {}
        answer = self.call("fail_job", queue=job["queue"], **token(job), error=error, **retry)
        return str(answer)

    def disconnected(self) -> None:
        """The worker has revoked what was to be revoked."""
        self.end(self.the_job("disconnect"), {"revoked": True})

    def close_account(self) -> Row:
        """One step of closing the one account there is; answers what was left before it."""
        self.time_is_up("close_account")
        job = self.the_job("close_account")
        left: Row = self.call("load_close_account", **token(job))
        self.end(job, {})
        return left

    def messages(self, queue: str) -> list[Row]:
        """Whatever is under way, as it was sent."""
        sent = self.world.sql(f"select message from pgmq.q_{queue} order by msg_id")  # noqa: S608
        return [row["message"] for row in sent]

    def exports_under_way(self, provider: str = "notion") -> list[str]:
        """The exports whose messages are under way."""
        return [message["export_id"] for message in self.messages(QUEUE_OF[provider])]

    def time_is_up(self, queue: str) -> None:
        """Every delivery is free to take again, and nothing waits."""
        self.world.sql(f"update pgmq.q_{queue} set vt = now() - interval '1 second'")  # noqa: S608

    def again(self, job: Row) -> Row:
        """The same job, delivered to somebody else."""
        self.time_is_up(job["queue"])
        return self.the_job(job["queue"])

    def after(self, minutes: int, schedule: str = "exports") -> Any:
        """So much time goes by, and cron comes round; answers what it came to."""
        ago = f"interval '{minutes} minutes'"
        self.world.sql(f"update public.exports set finished_at = finished_at - {ago}")  # noqa: S608
        read = f"busy_read_at = busy_read_at - {ago}"
        self.world.sql(f"update private.connection_tokens set {read}")  # noqa: S608
        return self.call("run_schedule", schedule=schedule)

    def call(self, name: str, **arguments: Any) -> Any:
        return self.world.service.call(name, "worker", **arguments)


def _account(person: Person, provider: str) -> Row:
    return {
        "user_id": person.id,
        "provider": provider,
        "account_id": f"account-of-{person.id}",
        "account_name": "Ada's workspace",
        "scopes": [CALENDARS, FREE_BUSY] if provider == "google" else [],
        "sealed_tokens": f"v1.k1.{uuid.uuid4()}",
    }


@dataclass(frozen=True)
class Exporting:
    """A learner with a connected account, and a plan of four tasks."""

    outside: Outside
    learner: Person
    connection: str
    plan_id: str
    tasks: Sequence[str]
    provider: str = "notion"

    @classmethod
    def of(
        cls, outside: Outside, learner: Person, provider: str = "notion", **plan: Any
    ) -> Exporting:
        whole = learner.whole_plan(**plan)
        tasks = [task["id"] for module in whole.tasks for task in module]
        connection = outside.connect(learner, provider)
        return cls(outside, learner, connection, whole.plan["id"], tasks, provider)

    def start(self, **arguments: Any) -> Row:
        """Click; answers the receipt."""
        receipt: Row = self.learner.call(
            "start_export", plan_id=self.plan_id, provider=self.provider, **arguments
        )
        return receipt

    def another(self) -> Exporting:
        """Another plan of the same learner, to the same account."""
        whole = self.learner.whole_plan()
        tasks = [task["id"] for module in whole.tasks for task in module]
        return Exporting(
            self.outside, self.learner, self.connection, whole.plan["id"], tasks, self.provider
        )

    @property
    def row(self) -> Row:
        """The export, as its learner reads it."""
        [row] = self.learner.rows(
            "exports", plan_id=f"eq.{self.plan_id}", provider=f"eq.{self.provider}"
        )
        return row

    @property
    def id(self) -> str:
        return str(self.row["id"])

    @property
    def account(self) -> Row:
        """The connection, as its owner reads it."""
        [row] = self.learner.rows("connections", id=f"eq.{self.connection}")
        return row

    @property
    def items(self) -> dict[str, str]:
        """The state of each item, by its key."""
        rows = self.learner.rows("export_items", export_id=f"eq.{self.id}")
        return {row["key"]: row["state"] for row in rows}

    def exported(self) -> Exporting:
        """All of it is there: a database, and a page for each task."""
        if not self.learner.rows("exports", plan_id=f"eq.{self.plan_id}"):
            self.start()
        job = self.outside.take(self.provider)
        pages = [item(task, external_id=f"page-of-{task}", hash="h1") for task in self.tasks]
        assert self.outside.record(job, *pages, container=DATABASE, done=4, total=4) == "held"
        self.outside.end(job, SUCCEEDED)
        assert self.row["status"] == "succeeded"
        return self

    def ask(self, verb: str, export: str | None = None) -> Any:
        """Send cancel, confirm or remove; answers the response."""
        return self.learner.rpc(f"{verb}_export", export_id=export or self.id)
