"""Procrastinate's worker on the same no-op: `… -m bench.procrastinate_worker JOBS CONCURRENCY`.

Defers so many jobs into the database that DATABASE_URL names, takes them, and prints the seconds
that taking them took. It keeps finished jobs, as ours are kept in the archive.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from typing import TYPE_CHECKING

from procrastinate import App, PsycopgConnector

if TYPE_CHECKING:
    from procrastinate.types import JSONValue

app = App(connector=PsycopgConnector())


@app.task
async def noop(n: int) -> None:
    """Do nothing."""


async def work(jobs: int, concurrency: int) -> float:
    """Do that many jobs; answers seconds."""
    # Enough connections, open before the clock runs; none is spent on notifications.
    connector = PsycopgConnector(
        conninfo=os.environ["DATABASE_URL"], min_size=concurrency + 1, max_size=concurrency + 1
    )
    with app.replace_connector(connector) as served:
        async with served.open_async():
            tasks: list[dict[str, JSONValue]] = [{"n": n} for n in range(jobs)]
            await noop.batch_defer_async(*tasks)
            began = time.perf_counter()
            await served.run_worker_async(
                concurrency=concurrency,
                wait=False,
                listen_notify=False,
                install_signal_handlers=False,
            )
            seconds = time.perf_counter() - began
            left = await served.job_manager.list_jobs_async(status="todo")
    if list(left):
        raise AssertionError("jobs were left")
    return seconds


if __name__ == "__main__":
    sys.stdout.write(f"{asyncio.run(work(int(sys.argv[1]), int(sys.argv[2])))}\n")
