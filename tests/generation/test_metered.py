"""What travels with a question to a model, and what becomes of it where none could be asked."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pydantic import BaseModel

from learnbase.errors import LearnbaseError
from learnbase.generation.metered import MeteredModel
from learnbase.jobs.job import Delivery, Job
from learnbase.jobs.leases import Lease
from tests.generation.scripted import Scripted


class Closed:
    """A database that begins no question, and keeps what it is told."""

    def __init__(self, problem: BaseException) -> None:
        self.problem = problem
        self.kept: dict[str, Any] = {}

    async def call(self, function: str, /, **_: Any) -> Any:
        assert function == "begin_model_call"
        raise self.problem

    async def call_once(self, function: str, /, **said: Any) -> Any:
        assert function == "heartbeat"
        self.kept |= said["report"] or {}
        return "held"


class Wish(BaseModel):
    pass


@pytest.mark.parametrize("problem", [LearnbaseError("It did not go"), asyncio.CancelledError()])
def test_what_was_to_travel_with_a_question_that_could_not_begin_is_told_all_the_same(
    problem: BaseException,
):
    async def course() -> dict[str, Any]:
        database = Closed(problem)
        lease = Lease(Delivery("generate_plan", 1, 1, {}), 60, database)  # type: ignore[arg-type]
        job = Job(lease.delivery, Wish(), lease)
        await job.report(progress=10, draft={"weeks": []})
        await job.report(progress=20, draft={"weeks": ["paid for"]})  # waits for its second
        with pytest.raises(type(problem)):
            await MeteredModel(Scripted(), database, job).ask(  # type: ignore[arg-type]
                [{"role": "user", "content": "?"}], Wish, person="somebody"
            )
        await lease.tell()
        return database.kept

    assert asyncio.run(course()) == {"progress": 20, "draft": {"weeks": ["paid for"]}}
