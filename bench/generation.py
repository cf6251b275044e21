"""Plans made by a model, through the whole of a worker, beside the model's own time.

The model is a server on loopback that takes as long as it is told and answers well; what is
measured is everything around it: the queue, the worker process, the checks, the saving.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

import psycopg

from bench.result import Result
from tests.fakes.postgrest_proxy import PostgrestProxy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.ground import Ground

PLANS = 200
CONCURRENCY = 50
SLOTS = 2 * CONCURRENCY  # while some jobs wait for the model, others are loaded and saved
SECONDS_A_CALL = 2.0
KEY = "sk-bench-0000000000"
MEGABYTE = 1024.0  # of the kilobytes that the system counts in
MODEL = [sys.executable, "-m", "tests.fakes.openai", "--delay"]
WORKER = [sys.executable, "-m", "learnbase.cli", "work", "generate_plan", "--drain"]
WISH = {"skill_level": "beginner", "weekly_hours": "5", "learning_style": "practice"}


@dataclass(frozen=True)
class Shift:
    """What one worker process did.

    Attributes:
        seconds: From when it serves until its last plan is saved; `start.drain` has its start.
        megabytes: The most memory it had.
    """

    seconds: float
    megabytes: float


def generation(ground: Ground) -> Iterator[Result]:
    """A model that takes two seconds, and one that takes no time."""
    plans = PLANS if ground.turns >= CONCURRENCY // 5 else 4  # a short run proves that it works
    with _model(SECONDS_A_CALL) as url:
        slow = _shift(ground, plans, url)
    ideal = -(-plans // CONCURRENCY) * SECONDS_A_CALL
    yield Result(
        "generation.wall",
        slow.seconds,
        "s",
        ideal,
        f"{plans} calls of {SECONDS_A_CALL:g} s, {CONCURRENCY} open at a time, and nothing else",
        1.15,
    )
    yield Result("generation.memory", slow.megabytes, "MB", 200.0, "the aim of 200 MB", 1.0)
    with _model(0.0) as url:
        quick = _shift(ground, plans, url)
        bare = _bare(plans, url)
        with PostgrestProxy(ground.stack.env()["POSTGREST_URL"]) as proxy:
            key = ground.stack.token(role="service_role")
            _shift(ground, plans, url, SUPABASE_URL=proxy.url, SUPABASE_SECRET_KEY=key)
            requests = len(proxy.calls)
    yield Result(
        "generation.overhead",
        quick.seconds / plans * 1000,
        "ms/plan",
        bare / plans * 1000,
        "the openai client asking that model as often, and nothing else",
    )
    yield Result(
        "generation.requests",
        requests / plans,
        "requests/plan",
        1.0,
        "one request, which could at best carry it all",
    )


MEASUREMENTS = {"generation": generation}


def _ask(ground: Ground, plans: int) -> list[str]:
    """So many learners each ask for a plan that one answer has room for."""
    asked: list[str] = []
    with psycopg.connect(ground.stack.env()["ADMIN_DATABASE_URL"], autocommit=True) as db:
        for number in range(plans):
            person = uuid.uuid4()
            db.execute(
                "insert into auth.users (id, email) values (%s, %s)", [person, f"{person}@x.test"]
            )
            claims = json.dumps({"sub": str(person), "role": "authenticated"})
            with db.transaction():
                db.execute("select set_config('request.jwt.claims', %s, true)", [claims])
                db.execute("set local role authenticated")
                row = db.execute(
                    "select plan_id::text from public.create_plan(topic => %s,"
                    " skill_level => %s, weekly_hours => %s, learning_style => %s,"
                    " deadline_date => (current_date + 20)::text)",
                    [f"Sailing, part {number}", *WISH.values()],
                ).fetchone()
            if row is None:
                raise AssertionError("create_plan answered nothing")
            asked.append(row[0])
    return asked


def _shift(ground: Ground, plans: int, model: str, **instead: str) -> Shift:
    asked = _ask(ground, plans)
    env = {
        **os.environ,
        **ground.stack.env(),
        "OPENAI_API_KEY": KEY,
        "OPENAI_BASE_URL": f"{model}/v1",
        "OPENAI_API": "responses",
        "OPENAI_CONCURRENCY": str(CONCURRENCY),
        "LOG_FORMAT": "json",
        **instead,
    }
    worker = subprocess.Popen(
        [*WORKER, "--concurrency", str(SLOTS)], env=env, stderr=subprocess.PIPE, text=True
    )
    said: list[str] = []
    began = ended = 0.0
    for line in worker.stderr or ():
        said.append(line)
        if '"serving"' in line:
            began = perf_counter()
        elif '"job_done"' in line:
            ended = perf_counter()
    _, code, usage = os.wait4(worker.pid, 0)
    if worker.stderr:
        worker.stderr.close()
    if code:
        raise AssertionError(f"the worker failed: {said[-20:]}")
    with psycopg.connect(ground.stack.env()["ADMIN_DATABASE_URL"]) as db:
        made = db.execute(
            "select count(distinct plan_id) from public.modules where plan_id = any (%s::uuid[])",
            [asked],
        ).fetchone()
    if made != (plans,):
        raise AssertionError(f"{made} of {plans} plans were made: {said[-20:]}")
    return Shift(ended - began, usage.ru_maxrss / MEGABYTE)


@contextmanager
def _model(delay: float) -> Iterator[str]:
    """The model in a process of its own; says where it listens."""
    process = subprocess.Popen([*MODEL, str(delay)], stdout=subprocess.PIPE, text=True)
    try:
        if process.stdout is None:
            raise AssertionError("the model has no voice")
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(10)
        if process.stdout:
            process.stdout.close()


def _bare(plans: int, model: str) -> float:
    """Seconds in which the client alone asks as often."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.bare_model", str(plans), str(CONCURRENCY)],
        env={
            **os.environ,
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": f"{model}/v1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise AssertionError(f"bench.bare_model failed: {done.stderr}")
    return float(done.stdout)
