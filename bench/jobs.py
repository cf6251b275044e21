"""Jobs a second: read, nothing, complete, beside Procrastinate on the same Postgres.

Ours go through the whole local API (gateway and PostgREST), with the runner that `learnbase work`
runs; Procrastinate speaks to Postgres directly, at the concurrency that suits it best here.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from statistics import median
from typing import TYPE_CHECKING

import psycopg

from bench.ground import HERE
from bench.result import Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.ground import Ground

RIVAL = "procrastinate==3.10.0"
SLOTS = 100
CONCURRENCIES = (1, 2, 5, 10, 20, 50)
TURNS = 3
WAITING_FOR_EACH = 100


def throughput(ground: Ground) -> Iterator[Result]:
    """Interleaved turns of both, each in a process of its own."""
    _prepare(ground)
    jobs = ground.jobs
    if importlib.util.find_spec("procrastinate") is None:
        ground.progress.note(f"jobs.throughput was skipped: it needs {RIVAL}")
    else:
        yield _beside_procrastinate(ground, jobs)
    yield _growth(ground, jobs)


def _beside_procrastinate(ground: Ground, jobs: int) -> Result:
    """Each turn: ours once, Procrastinate once at each concurrency. Its best median counts."""
    _make_rival_database(ground)
    ours: list[float] = []
    theirs: dict[int, list[float]] = {concurrency: [] for concurrency in CONCURRENCIES}
    for _ in range(min(TURNS, ground.turns)):
        _send(ground, jobs)
        ours.append(_our_speed(ground, jobs))
        for concurrency, speeds in theirs.items():
            speeds.append(_rivals_speed(ground, jobs // 4, concurrency))
    medians = {concurrency: median(speeds) for concurrency, speeds in theirs.items()}
    best = max(medians, key=medians.__getitem__)
    tried = ", ".join(map(str, CONCURRENCIES))
    return Result(
        "jobs.throughput",
        median(ours),
        "jobs/s",
        medians[best],
        f"{RIVAL} at concurrency {best}, its best of {tried}",
        2.0,
        "higher",
    )


def _growth(ground: Ground, jobs: int) -> Result:
    """The same with a long queue behind the jobs that are taken."""
    waiting = WAITING_FOR_EACH * jobs
    short, long = [], []
    for _ in range(min(TURNS, ground.turns)):
        _send(ground, jobs)
        short.append(_our_speed(ground, jobs))
        _send(ground, waiting)
        long.append(_our_speed(ground, jobs))
        _purge(ground)
    against = f"with nothing behind them instead of {waiting:,} messages"
    return Result("jobs.growth", median(long), "jobs/s", median(short), against, None, "higher")


MEASUREMENTS = {"jobs": throughput}


def _prepare(ground: Ground) -> None:
    with _connect(ground) as connection:
        found = connection.execute("select to_regclass('pgmq.q_bench_noop')").fetchone()
        if found == (None,):
            connection.execute((HERE / "noop.sql").read_bytes())
    ground.stack.restart_part("rest")  # so that it knows the new function for sure


def _send(ground: Ground, jobs: int) -> None:
    with _connect(ground) as connection:
        connection.execute(
            "select pgmq.send_batch('bench_noop', array_agg(jsonb_build_object('v', 1, 'n', n)))"
            " from generate_series(1, %s) n",
            [jobs],
        )
        connection.execute("analyze pgmq.q_bench_noop")


def _purge(ground: Ground) -> None:
    with _connect(ground) as connection:
        connection.execute("select pgmq.purge_queue('bench_noop')")
        connection.execute("truncate pgmq.a_bench_noop")


def _connect(ground: Ground) -> psycopg.Connection:
    return psycopg.connect(ground.stack.env()["ADMIN_DATABASE_URL"], autocommit=True)


def _our_speed(ground: Ground, jobs: int) -> float:
    return jobs / _seconds("bench.noop_worker", jobs, SLOTS, dict(ground.stack.env()))


def _rivals_speed(ground: Ground, jobs: int, concurrency: int) -> float:
    conninfo = psycopg.conninfo.make_conninfo(
        ground.stack.env()["ADMIN_DATABASE_URL"], dbname="bench_procrastinate"
    )
    env = {"DATABASE_URL": conninfo}
    return jobs / _seconds("bench.procrastinate_worker", jobs, concurrency, env)


def _make_rival_database(ground: Ground) -> None:
    from procrastinate.schema import SchemaManager  # noqa: PLC0415 - may be missing

    with _connect(ground) as connection:
        connection.execute("drop database if exists bench_procrastinate with (force)")
        connection.execute("create database bench_procrastinate")
    admin_url = ground.stack.env()["ADMIN_DATABASE_URL"]
    with psycopg.connect(admin_url, dbname="bench_procrastinate", autocommit=True) as connection:
        connection.execute(SchemaManager.get_schema())


def _seconds(module: str, jobs: int, at_a_time: int, env: dict[str, str]) -> float:
    done = subprocess.run(
        [sys.executable, "-m", module, str(jobs), str(at_a_time)],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise AssertionError(f"{module} failed: {done.stderr}")
    return float(done.stdout)
