"""A worker of ours whose jobs do nothing: `python -m bench.noop_worker JOBS SLOTS`.

Takes so many jobs from the queue bench_noop of the project in the environment, with the runner and
the client that `learnbase work` has, and prints the seconds that took.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import Any, Literal

from pydantic import BaseModel

from learnbase import settings
from learnbase.jobs import Job, Reach, Runner, Work
from learnbase.services.database import Database


class BenchNoop(BaseModel):
    """The message."""

    v: Literal[1]
    n: int


async def work(jobs: int, slots: int) -> float:
    """Do that many jobs; answers seconds."""
    done = 0

    async def handle(job: Job[BenchNoop], deps: None) -> dict[str, Any]:  # noqa: ARG001 - as any
        nonlocal done
        done += 1
        if done == jobs:
            runner.stop()
        return {}

    async with Database(settings.load().service_access(), connections=2 * slots + 4) as database:
        reach = Reach(database)
        runner = Runner({"bench_noop": Work(BenchNoop, handle)}, reach, None, slots=slots)
        began = time.perf_counter()
        tally = await runner.run()
        seconds = time.perf_counter() - began
    # What was read beyond that number goes back.
    if tally["done"] < jobs or not tally.keys() <= {"done", "handed_back"}:
        raise AssertionError(f"{jobs} jobs ended so: {tally}")
    return seconds * jobs / tally["done"]


if __name__ == "__main__":
    sys.stdout.write(f"{asyncio.run(work(int(sys.argv[1]), int(sys.argv[2])))}\n")
