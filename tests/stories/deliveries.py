"""The queue generate_plan as a worker sees it, with the secret key and nothing else."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import httpx

    from tests.world import Person, Row, World

QUEUE = "generate_plan"
EMPTY = """
    delete from pgmq.q_generate_plan;
    delete from pgmq.a_generate_plan;
    delete from worker.job_attempts;
    delete from worker.dead_letters;
"""


class Deliveries:
    """An empty queue, and a worker who reads from it."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.sql(EMPTY)

    # What workers call

    def read(self, quantity: int = 10, **arguments: Any) -> list[Row]:
        jobs: list[Row] = self._call("read_jobs", queue=QUEUE, quantity=quantity, **arguments)
        return jobs

    def take(self, person: Person, **form: Any) -> Row:
        """Somebody asks for a plan; the worker has the job in hand."""
        answer = person.ask(**form)
        assert answer.status_code == 200, answer.text
        [job] = self.read()
        assert job["message"]["generation_id"] == answer.json()["generation_id"]
        return {**job, **answer.json()}

    def load(self, job: Row) -> Any:
        return self._call("load_generate_plan", **token(job))

    def call_model(self, job: Row, model: str = "large", reserve: int = 1000, **more: Any) -> Row:
        """What a worker does before it asks a model; answers the call's id and how it stands."""
        call = {"call_id": str(uuid.uuid4()), "purpose": "plan", "model": model} | more
        answer: Row = self._call("begin_model_call", **token(job), reserve=reserve, **call)
        return {"call_id": call["call_id"], **answer}

    def heartbeat(self, job: Row, **arguments: Any) -> str:
        return str(self._call("heartbeat", queue=QUEUE, **token(job), **arguments))

    def complete(self, *outcomes: Row) -> list[Row]:
        answered: list[Row] = self._call("complete_generate_plan", outcomes=list(outcomes))
        return answered

    def standing(self, job: Row, result: Any = None) -> str:
        [answered] = self.complete({**token(job), "result": result})
        return str(answered["standing"])

    def fail(self, job: Row, retry_in: str | None = "0", code: str = "model_busy") -> str:
        error = {"code": code, "message": "The model is busy.", "remedy": "Wait a little."}
        retry = {"retry_in": retry_in} if retry_in is not None else {}
        return str(self._call("fail_job", queue=QUEUE, **token(job), error=error, **retry))

    def hand_back(self, jobs: Sequence[Row], **arguments: Any) -> int:
        tokens = [token(job) for job in jobs]
        return int(self._call("hand_back_jobs", queue=QUEUE, deliveries=tokens, **arguments))

    def requeue(self, letter: int) -> httpx.Response:
        return self.world.service.rpc("requeue_dead_letter", "worker", dead_letter_id=letter)

    def _call(self, name: str, **arguments: Any) -> Any:
        return self.world.service.call(name, "worker", **arguments)

    # Time, and what is really there

    def lease_runs_out(self) -> None:
        """Whatever was in somebody's hands is free to take again: its worker fell silent."""
        self.world.sql("update pgmq.q_generate_plan set vt = now() - interval '1 second'")

    def again(self) -> Row:
        """The one job there is, delivered once more."""
        self.lease_runs_out()
        [job] = self.read()
        return job

    def dead_letters(self) -> list[Row]:
        return self.world.sql("select * from worker.dead_letters order by id")

    def waiting(self) -> int:
        return self.world.count("pgmq.q_generate_plan")

    def archived(self) -> int:
        return self.world.count("pgmq.a_generate_plan")


def token(job: Row) -> Row:
    """The fencing token of a delivery."""
    return {"msg_id": job["msg_id"], "read_ct": job["read_ct"]}


def roadmap(*weeks: Row) -> Row:
    """A result of the built-in planner: two weeks of two tasks, unless others are given."""
    modules = list(weeks) or [week(1), week(2)]
    return {
        "model": "built-in",
        "roadmap": {"modules": modules, "summary": {"modules": len(modules)}},
    }


def week(order: int, **changes: Any) -> Row:
    return {
        "order": order,
        "title": f"Week {order}",
        "description": None,
        "estimated_minutes": 300,
        "tasks": [sitting(1), sitting(2)],
        **changes,
    }


def sitting(order: int, *resources: Row, **changes: Any) -> Row:
    return {
        "order": order,
        "day": order,
        "title": f"Task {order}",
        "description": "What to do",
        "estimated_minutes": 60,
        "resources": list(resources),
        **changes,
    }


def resource(url: str, **changes: Any) -> Row:
    return {"type": "doc", "title": "The manual", "url": url, **changes}
