"""The night's work: schedules that slipped are found and placed anew, beside the plainest loop."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import psycopg

from bench.ground import HERE
from bench.result import Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.ground import Ground

LEARNERS, LEARNERS_IN_SHORT = 10_000, 60
ENOUGH_TURNS = 10
PLAIN_LOOKS_AT = 400
SLIPPED_OF = 10
WORK = [sys.executable, "-m", "learnbase.cli", "work", "schedule_plan", "--drain"]
SLOTS = "50"
MEGABYTE = 1024.0


def catch_up(ground: Ground) -> Iterator[Result]:
    """Of so many learners, every tenth has slipped by a week; they have their moves applied."""
    learners = LEARNERS if ground.turns >= ENOUGH_TURNS else LEARNERS_IN_SHORT
    plain = _plain(ground, min(PLAIN_LOOKS_AT, learners))
    small = _night(ground, learners // 4)
    large = _night(ground, learners)
    yield Result(
        "schedule.catch_up",
        large["plans"] / large["seconds"],
        "plans/s",
        plain["plans"] / plain["seconds"],
        f"the plainest loop over the same API, {plain['plans']} of the same plans",
        None,
        "higher",
    )
    yield Result(
        "schedule.catch_up.statements",
        large["transactions"] / large["plans"],
        "a plan",
        plain["requests"] / plain["plans"],
        "requests of the plainest loop",
    )
    yield Result(
        "schedule.catch_up.growth",
        large["seconds"] / large["plans"] * 1000,
        "ms a plan",
        small["seconds"] / small["plans"] * 1000,
        f"of {small['plans']:,} plans instead of {large['plans']:,}",
    )
    yield Result(
        "schedule.catch_up.memory",
        large["megabytes"],
        "MB",
        small["megabytes"],
        f"of {small['plans']:,} plans",
    )


MEASUREMENTS = {"schedule.catch_up": catch_up}


def _night(ground: Ground, learners: int) -> dict[str, Any]:
    """Find and mend what slipped; checks that nobody is left behind."""
    with _crowd(ground, learners) as connection:
        before = _transactions(connection)
        began = time.perf_counter()
        [sent] = connection.execute("select private.enqueue_catch_ups(now(), 1000000)").fetchone()
        if sent != learners // SLIPPED_OF:
            raise AssertionError(f"{learners // SLIPPED_OF} slipped, and {sent} were found")
        megabytes = _worked(ground)
        seconds = time.perf_counter() - began
        transactions = _transactions(connection) - before
        [late] = connection.execute(
            "select count(*) from public.sessions s where s.ends_at < now() and not exists ("
            "select from public.task_progress tp"
            " where tp.task_id = s.task_id and tp.status = 'completed')"
        ).fetchone()
        if late:
            raise AssertionError(f"{late} sessions are still late")
    return {
        "plans": learners, "seconds": seconds, "transactions": transactions, "megabytes": megabytes,
    }  # fmt: skip


def _plain(ground: Ground, learners: int) -> dict[str, Any]:
    with _crowd(ground, learners):
        ran = subprocess.run(
            [sys.executable, "-m", "bench.plain_catch_up", str(learners)],
            env=os.environ | ground.stack.env(),
            cwd=HERE.parent,
            capture_output=True,
            text=True,
            check=True,
        )
    said: dict[str, Any] = json.loads(ran.stdout)
    return said


def _worked(ground: Ground) -> float:
    """Let one worker drain the queue; answers its largest memory."""
    process = subprocess.Popen(
        [*WORK, "--concurrency", SLOTS],
        env=os.environ | ground.stack.env(),
        cwd=HERE.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status):
        raise AssertionError("the worker failed")
    return used.ru_maxrss / MEGABYTE


def _crowd(ground: Ground, learners: int) -> psycopg.Connection[Any]:
    url = ground.stack.env()["ADMIN_DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("delete from auth.users where email like '%@learner.test'")
        connection.execute("select pgmq.purge_queue('schedule_plan')")
    script = (HERE / "learners.sql").read_text().replace(":learners", str(learners))
    with psycopg.connect(url) as connection:
        connection.execute(script.encode())
        connection.execute(
            "insert into public.study_preferences (user_id, catch_up)"
            " select id, 'apply' from public.users where email like '%@learner.test'"
        )
        connection.execute("select pgmq.purge_queue('schedule_plan')")
        connection.execute("update public.plan_schedules set status = 'ready', made = wanted")
    return psycopg.connect(url, autocommit=True)


def _transactions(connection: psycopg.Connection[Any]) -> int:
    """Committed so far; each request to PostgREST is one."""
    connection.execute("select pg_stat_clear_snapshot()")
    [committed] = connection.execute(
        "select xact_commit from pg_stat_database where datname = current_database()"
    ).fetchone() or (0,)
    return int(committed)
