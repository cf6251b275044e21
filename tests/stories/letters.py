"""Messages and letters, the parts of the workers and of the mail service played by hand."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.rows import dict_row

from tests.stories.deliveries import token

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.world import Person, Row, World

QUEUES = ("weekly_summary", "write_letters", "send_email")
LEAVE = "https://learn.example.com/letters/unsubscribe/t"


class Letters:
    """The three queues of letters, empty; what waited to be said is over."""

    def __init__(self, world: World) -> None:
        self.world = world
        for queue in QUEUES:
            world.sql(f"delete from pgmq.q_{queue}; delete from pgmq.a_{queue}")  # noqa: S608
        world.sql("delete from worker.job_attempts; delete from worker.dead_letters")
        world.sql("update public.notifications set due_at = null where due_at is not null")
        world.sql(
            "delete from public.sessions"
            " where starts_at between now() and now() + interval '2 days'"
        )

    # What workers call

    def call(self, name: str, /, **arguments: Any) -> Any:
        return self.world.service.call(name, "worker", **arguments)

    def read(self, queue: str, quantity: int = 100) -> list[Row]:
        jobs: list[Row] = self.call("read_jobs", queue=queue, quantity=quantity)
        return [{**job, "queue": queue} for job in jobs]

    def the_job(self, queue: str) -> Row:
        """The one job there is."""
        [job] = self.read(queue)
        return job

    def again(self, job: Row) -> Row:
        """The same job, delivered once more: its worker fell silent."""
        self.world.sql(f"update pgmq.q_{job['queue']} set vt = now() - interval '1 second'")  # noqa: S608
        return self.the_job(job["queue"])

    def load(self, job: Row, **more: Any) -> Row:
        loaded: Row = self.call(f"load_{job['queue']}", **token(job), **more)
        assert loaded["standing"] == "held", loaded
        return loaded

    def complete(self, job: Row, result: Row | None) -> None:
        outcome = {**token(job), "result": result}
        [answered] = self.call(f"complete_{job['queue']}", outcomes=[outcome])
        assert answered["standing"] == "done", answered

    def fail(self, job: Row, code: str, retry_in: str | None = "0") -> str:
        error = {"code": code, "message": "The service is not there."}
        retry = {"retry_in": retry_in} if retry_in is not None else {}
        return str(self.call("fail_job", queue=job["queue"], **token(job), error=error, **retry))

    def run(self, schedule: str, at: datetime | None = None) -> int:
        """Cron comes round; answers what it came to."""
        as_of = {"at": at.isoformat()} if at else {}
        return int(self.call("run_schedule", schedule=schedule, **as_of))

    # Putting into words

    def minutes_go_by(self, minutes: float) -> None:
        """Everything that was written and sent so far lies so much further back."""
        back = f"- interval '{minutes} minutes'"
        with psycopg.connect(self.world.stack.env()["ADMIN_DATABASE_URL"]) as connection:
            connection.execute("set session_replication_role = replica")  # created_at is fixed
            connection.execute(
                f"update public.notifications set created_at = created_at {back},"  # noqa: S608
                f" due_at = due_at {back}, asked_at = asked_at {back}, sent_at = sent_at {back}"
            )

    def came_days_ago(self, person: Person) -> None:
        """They signed up two days earlier than they did."""
        with psycopg.connect(self.world.stack.env()["ADMIN_DATABASE_URL"]) as connection:
            connection.execute("set session_replication_role = replica")  # created_at is fixed
            connection.execute(
                "update public.users set created_at = created_at - interval '2 days' where id = %s",
                [person.id],
            )

    def waiting(self) -> list[Row]:
        """The people whose messages are due now, and those, as their worker has them."""
        self.run("letters")
        found: list[Row] = []
        for job in self.read("write_letters"):
            found += [{"job": job, **person} for person in self.load(job)["people"]]
        return found

    def say(self) -> list[Row]:
        """Put all that is due into words, as the worker does; answers the people and messages."""
        people = self.waiting()
        jobs = {person["job"]["msg_id"]: person["job"] for person in people}
        for number, job in jobs.items():
            mine = [person for person in people if person["job"]["msg_id"] == number]
            self.complete(job, words(mine))
        return people

    # Sending

    def batches(self) -> list[Row]:
        """The batches that wait to be sent, with their letters."""
        return [
            {"job": job, **self.load(job, sender="Learnbase <hello@learnbase.example>")}
            for job in self.read("send_email")
        ]

    def the_batch(self) -> Row:
        [batch] = self.batches()
        return batch

    def send(self) -> list[Row]:
        """Hand over all that waits; answers the letters."""
        letters = []
        for batch in self.batches():
            mails = batch["mails"]
            self.complete(batch["job"], {"sent": [sent(mail) for mail in mails]})
            letters += mails
        return letters

    def tell(self, letter: str, status: str, **more: Any) -> str:
        """The mail service tells of a letter; answers what came of it."""
        event = happened(letter, status, **more)
        answer = self.call(
            "record_mail_event",
            external_id=f"msg_{uuid.uuid4().hex}",
            type=f"email.{status}",
            payload={"made": "up"},
            event=event,
        )
        return str(answer)

    # What is really there

    def of(self, person: Person, **where: str) -> list[Row]:
        """The log of a person, the first message first."""
        rows = self.world.sql(
            "select * from public.notifications where user_id = %s"
            " order by created_at, channel, id",
            person.id,
        )
        return [row for row in rows if all(row[name] == value for name, value in where.items())]

    def mail(self, person: Person, **where: str) -> Row:
        """Their one message by mail."""
        [row] = self.of(person, channel="email", **where)
        return row

    def forget(self, person: Person) -> None:
        """What was said to them so far is not told of."""
        self.world.sql("delete from public.notifications where user_id = %s", person.id)


def words(people: Iterable[Row]) -> Row:
    """What the worker makes of these people's messages."""
    said: dict[str, list[Row]] = {"in_app": [], "letters": [], "dropped": []}
    for person in people:
        letter = []
        for message in person["messages"]:
            if message["context"] is None:
                reason = {"status": "suppressed", "reason": "Nothing to say any more"}
                said["dropped"].append({"id": message["id"], **reason})
            elif message["channel"] == "email":
                letter.append(message["id"])
            else:
                said["in_app"].append({"id": message["id"], "subject": "News", "text": "There is."})
        if letter:
            said["letters"].append({"ids": letter, **letter_of(f"{len(letter)} news")})
    return dict(said)


def letter_of(subject: str) -> Row:
    return {
        "subject": subject,
        "html": "<p>Hello</p>",
        "text": "Hello\n",
        "unsubscribe_url": LEAVE,
    }


def sent(mail: Row) -> Row:
    return {"id": mail["notification_id"], "provider_id": provider_id(mail["notification_id"])}


def provider_id(letter: str) -> str:
    return f"re_{letter}"


def happened(letter: str, status: str, **more: Any) -> Row:
    """An event of the mail service, as it was read."""
    return {
        "status": status,
        "email_id": provider_id(letter),
        "notification_id": letter,
        "at": datetime.now(UTC).isoformat(),
        "reason": None,
        "suppresses": status in {"complained", "suppressed"},
        **more,
    }


def summary_of(learner: Row, kind: str = "weekly_summary") -> Row:
    """What the worker writes for a learner whose week was loaded."""
    return {
        "user_id": learner["user_id"],
        "kind": kind,
        "mail": letter_of("Your week") if learner["mail"] else None,
        "in_app": {"subject": "Your week", "text": "Two tasks."} if learner["in_app"] else None,
    }


class Clock:
    """Times of the week, in a transaction of its own that nothing remains of."""

    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self.connection = connection

    @classmethod
    def over(cls, url: str) -> Clock:
        return cls(psycopg.connect(url, row_factory=dict_row))

    def sql(self, query: str, *parameters: Any) -> list[Row]:
        cursor = self.connection.execute(query, parameters or None)
        return cursor.fetchall() if cursor.description else []

    def tick(self, at: datetime) -> dict[str, list[str]]:
        """Run the schedule as of an instant; answers the learners it queued, by week."""
        self.sql("delete from pgmq.q_weekly_summary")
        self.sql("select private.enqueue_weekly_summaries(%s)", at)
        queued: dict[str, list[str]] = {}
        for row in self.sql("select message from pgmq.q_weekly_summary"):
            queued.setdefault(row["message"]["week"], []).extend(row["message"]["user_ids"])
        return queued


QUARTER = timedelta(minutes=15)
