"""A plan and its place in a learner's week, the worker's part played by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.stories.deliveries import sitting, token, week
from tests.stories.proposals import Living

if TYPE_CHECKING:
    import httpx

    from tests.stories.deliveries import Deliveries
    from tests.world import Person, Row, World

QUEUE = "schedule_plan"
EMPTY = """
    delete from pgmq.q_schedule_plan;
    delete from pgmq.a_schedule_plan;
    delete from worker.job_attempts;
    delete from worker.dead_letters;
"""
# A Monday far enough ahead that nothing in the stories is over before it is told.
MONDAY = datetime(2031, 3, 3, 18, 0, tzinfo=UTC)
SHORT = [
    week(1, tasks=[sitting(1, title="Read"), sitting(2, title="Watch")]),
    week(2, tasks=[sitting(1, title="Ship")]),
]
FITS: Row = {
    "fits": True,
    "needed_minutes": 180,
    "available_minutes": None,
    "ends_on": "2031-03-05",
    "deadline_date": None,
    "pace": 1.1,
    "unplaced": [],
    "choices": [],
}


def at(days: float = 0, hours: float = 0) -> str:
    """An instant so long after six on that Monday."""
    return (MONDAY + timedelta(days=days, hours=hours)).isoformat()


def instant(text: str) -> datetime:
    """What an answer says of a time."""
    return datetime.fromisoformat(text)


def placed(task: str, starts: str, minutes: int = 60, **more: Any) -> Row:
    """A session as the scheduler hands it over; new, unless it is given an id."""
    begins = instant(starts)
    return {
        "id": None,
        "task_id": task,
        "part": 1,
        "starts_at": starts,
        "ends_at": (begins + timedelta(minutes=minutes)).isoformat(),
        "local_date": begins.date().isoformat(),
        **more,
    }


class Queue:
    """The queue schedule_plan, empty, as a worker sees it."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.sql(EMPTY)

    def read(self, quantity: int = 10) -> list[Row]:
        jobs: list[Row] = self.call("read_jobs", queue=QUEUE, quantity=quantity)
        return jobs

    def the_job(self) -> Row:
        """The one job there is."""
        [job] = self.read()
        return job

    def load(self, job: Row, **more: Any) -> Row:
        loaded: Row = self.call("load_schedule_plan", **token(job), **more)
        return loaded

    def complete(self, job: Row, result: Row | None) -> Row:
        outcome = {**token(job), "result": result}
        [answered] = self.call("complete_schedule_plan", outcomes=[outcome])
        return dict(answered)

    def fail(self, job: Row, retry_in: str | None = None) -> str:
        error = {"code": "no_time", "message": "There is no time.", "remedy": "Make some."}
        retry = {"retry_in": retry_in} if retry_in is not None else {}
        return str(self.call("fail_job", queue=QUEUE, **token(job), error=error, **retry))

    def call(self, name: str, **arguments: Any) -> Any:
        return self.world.service.call(name, "worker", **arguments)

    def messages(self, **where: str) -> list[Row]:
        """Whatever is under way, as it was sent."""
        sent = self.world.sql("select message from pgmq.q_schedule_plan order by msg_id")
        return [
            row["message"] for row in sent if all(row["message"][k] == v for k, v in where.items())
        ]

    def again(self) -> Row:
        """The one job there is, delivered once more."""
        self.world.sql("update pgmq.q_schedule_plan set vt = now() - interval '1 second'")
        return self.the_job()

    def settle(self) -> None:
        """Nothing is under way, and every schedule is as current as it can be."""
        self.world.sql("delete from pgmq.q_schedule_plan")
        self.world.sql("update public.plan_schedules set made = wanted, status = 'ready'")


@dataclass(frozen=True)
class Scheduled:
    """One learner's place in a plan of three tasks of an hour: Read and Watch, then Ship."""

    world: World
    queue: Queue
    learner: Person
    plan: Living
    tasks: dict[str, str]  # the id of each task by its title, as they were made

    @classmethod
    def of(cls, owner: Person, deliveries: Deliveries, queue: Queue, **form: Any) -> Scheduled:
        """Let the worker make a plan; a schedule of it is asked for, and nobody has made it yet."""
        plan = Living.of(owner, deliveries, *SHORT, **form)
        tasks = {row["title"]: row["id"] for row in plan.rows()["tasks"]}
        return cls(deliveries.world, queue, owner, plan, tasks)

    def followed_by(self, somebody: Person, **columns: Any) -> Scheduled:
        """The plan as somebody else follows it; it is made public for that."""
        if self.row()["visibility"] == "private":
            self.plan.owner.update("learning_plans", {"visibility": "public"}, id=f"eq.{self.id}")
        somebody.follow({"id": self.id}, **columns)
        return replace(self, learner=somebody)

    @property
    def id(self) -> str:
        return self.plan.id

    def row(self) -> Row:
        [row] = self.world.sql("select * from public.learning_plans where id = %s", self.id)
        return row

    @property
    def schedule(self) -> Row:
        """The learner's own, as they read it."""
        [row] = self.learner.rows("plan_schedules", plan_id=f"eq.{self.id}")
        return row

    @property
    def sessions(self) -> dict[str, Row]:
        """What the learner reads, by the title of the task."""
        titles = {task: title for title, task in self.tasks.items()}
        found = self.learner.rows("sessions", plan_id=f"eq.{self.id}", order="starts_at")
        return {titles[row["task_id"]]: row for row in found}

    @property
    def catch_ups(self) -> list[Row]:
        return self.learner.rows("catch_ups", plan_id=f"eq.{self.id}", order="created_at.desc")

    def messages(self) -> list[Row]:
        return self.queue.messages(plan_id=self.id, user_id=self.learner.id)

    def take(self) -> Row:
        """The job of this schedule in hand, and what was loaded for it."""
        job = next(
            job
            for job in self.queue.read(100)
            if (job["message"]["plan_id"], job["message"]["user_id"]) == (self.id, self.learner.id)
        )
        loaded = self.queue.load(job)
        assert loaded["standing"] == "held", loaded
        return {**job, "loaded": loaded}

    def result(self, job: Row, *sessions: Row, **more: Any) -> Row:
        """What a worker hands over; three evenings, unless sessions are given."""
        return {
            "version": job["loaded"]["version"],
            "wanted": job["loaded"]["wanted"],
            "sessions": list(sessions) or self.three_evenings(),
            "gone": [],
            "feasibility": FITS,
            "moves": [],
            "summary": {},
            **more,
        }

    def three_evenings(self, days: float = 0, hours: float = 0) -> list[Row]:
        """Each task an hour, on three evenings; those there are keep their ids."""
        there = {row["task_id"]: row["id"] for row in self.sessions.values()}
        return [
            placed(task, at(day + days, hours), id=there.get(task))
            for day, task in enumerate(self.tasks[title] for title in ("Read", "Watch", "Ship"))
        ]

    def make(self, *sessions: Row, **more: Any) -> None:
        """The worker has done its part."""
        job = self.take()
        answered = self.queue.complete(job, self.result(job, *sessions, **more))
        assert answered["standing"] == "done", answered

    def ask(self, kind: str = "schedule_plan") -> None:
        self.learner.call(kind, plan_id=self.id)

    def propose(self, days: float = 7, *sessions: Row, **more: Any) -> str:
        """What slipped is placed so many days later; answers the catch-up's id."""
        self.ask("catch_up")
        wished = list(sessions) or self.three_evenings(days)
        self.make(*wished, moves=[move(row) for row in wished], summary=SAID, **more)
        return str(self.catch_ups[0]["id"])

    def move(self, title: str, **columns: Any) -> httpx.Response:
        """The learner drags a session somewhere else."""
        return self.learner.update("sessions", columns, id=f"eq.{self.sessions[title]['id']}")


SAID = {"moved": 3, "days_later": 7, "text": "Three sessions move by a week."}


def move(session: Row) -> Row:
    return {
        "session_id": session["id"],
        "task_id": session["task_id"],
        "part": session["part"],
        "title": "A task",
        "from": None,
        "to": session["starts_at"],
        "reason": {"code": "slipped", "text": "It was not done."},
    }


def seen(row: Row) -> tuple[Any, ...]:
    """What a calendar knows a session by."""
    return row["id"], row["sequence"], row["updated_at"], row["starts_at"], row["ends_at"]
