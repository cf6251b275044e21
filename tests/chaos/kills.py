"""Workers may die anywhere, the database too: every job ends once, and as it should.

Four real workers, killed (SIGKILL), stopped past their delivery and woken (SIGSTOP, SIGCONT), under
a Postgres that is stopped at once (``immediate``) and whose connections are cut, in an order made
from a seed. Everything acts from outside: by signals, and by SQL of the superuser. Leases last two
seconds here, and beginning a job up to one (`tests.chaos.workshop`), so that whatever happens meets
jobs in every stage.

First the harness shows that it can see: without fencing, and with the message archived before the
plan is written, it has to find the jobs that were harmed.
"""

from __future__ import annotations

import random
import statistics
import tempfile
from bisect import bisect_right
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.chaos.disturbances import Disturbances, Size, Tally
from tests.chaos.shift import Shift
from tests.chaos.verdict import broken_rules, events
from tests.chaos.workshop import Workshop
from tests.chaos.worlds import gateway

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from learnbase.stack import Stack
    from tests.chaos.shift import Life

FULL_SIZE = 5_000
WORKERS = 4


@dataclass(frozen=True)
class Flaw:
    """A protection taken away, what to do to a worker then, and the rule that must break.

    Attributes:
        changes: Function, a text in its definition, and what stands there instead.
    """

    name: str
    changes: tuple[tuple[str, str, str], ...]
    size: Size
    breaks: str


UNFENCED = Flaw(
    "no fencing",
    (
        (
            "private.hold_delivery",
            "when current_read_ct = read_ct then 'held'",
            "when true then 'held'",
        ),
    ),
    Size(40, freezes=2),
    "late commits",
)
ARCHIVED_FIRST = Flaw(
    "the message is archived before the plan is written",
    (
        (
            "worker.read_jobs",
            "return next;",
            "perform pgmq.archive(settings.queue, job.msg_id); return next;",
        ),
        (
            "private.hold_delivery",
            "if current_read_ct is null then",
            """if current_read_ct is null and not exists (
                select from pgmq.a_generate_plan a
                join public.plan_generations g on g.id::text = a.message ->> 'generation_id'
                where a.msg_id = hold_delivery.msg_id and g.status in ('queued', 'running')
            ) then""",
        ),
        (
            "private.hold_delivery",
            "    select a.settled_read_ct into settled",
            """    if current_read_ct is null then
                select a.message into message
                from pgmq.a_generate_plan a where a.msg_id = hold_delivery.msg_id;
                current_read_ct := read_ct;
            end if;
            select a.settled_read_ct into settled""",
        ),
    ),
    Size(24, kills=4),
    "lost",
)


@dataclass(frozen=True)
class Outcome:
    """One run: what happened, what broke, and what there is to report."""

    broken: dict[str, list[str]]
    strange: list[str]
    figures: dict[str, Any]


def run(stack: Stack, seed: int, size: int | None = None) -> dict[str, Any]:
    """Do ``size`` jobs under all that, after having shown what would be noticed."""
    missed = [flaw.name for flaw in (UNFENCED, ARCHIVED_FIRST) if not sees(stack, flaw, seed)]
    outcome = work(stack, Size.of(size or FULL_SIZE), seed)
    for rule, offenders in outcome.broken.items():
        print(f"seed {seed}: {rule}: {len(offenders)}, the first: {offenders[0]}")  # noqa: T201
    return {
        **outcome.figures,
        "flaws_missed": missed,
        "broken": {rule: len(offenders) for rule, offenders in outcome.broken.items()},
        "strange": outcome.strange,
        "ok": not (missed or outcome.broken or outcome.strange),
    }


def sees(stack: Stack, flaw: Flaw, seed: int) -> bool:
    """Whether a flaw made on purpose is noticed."""
    return flaw.breaks in work(stack, flaw.size, seed, flaw).broken


def work(stack: Stack, size: Size, seed: int, flaw: Flaw | None = None) -> Outcome:
    """Let a shift do its jobs on a database of its own."""
    dice = random.Random(seed)  # noqa: S311 - not a secret
    key = stack.env()["SUPABASE_SECRET_KEY"]
    with (
        _workshop(stack, size, dice, flaw) as workshop,
        tempfile.TemporaryDirectory() as folder,
        gateway(stack, stack.serve(workshop.name)) as url,
        Shift(url, key, Path(folder), dice, WORKERS) as shift,
    ):
        disturbances = Disturbances(stack, workshop, shift, size, dice)
        disturbances.carry_out()
        shift.send_home(30)
        lives = shift.lives()
        raised = [str(event)[:400] for event in events(lives, "job_raised")]
        return Outcome(
            broken_rules(workshop, lives),
            shift.strange_deaths + raised,
            _figures(workshop, disturbances.tally, lives),
        )


@contextmanager
def _workshop(
    stack: Stack, size: Size, dice: random.Random, flaw: Flaw | None
) -> Iterator[Workshop]:
    workshop = Workshop(stack, "kills", size.jobs, dice)
    try:
        for function, old, new in flaw.changes if flaw else ():
            [[body]] = workshop.rows("select pg_get_functiondef(%s::regproc)", function)
            assert old in body, f"{function} has changed: adapt the flaw"
            workshop.carry_out(body.replace(old, new))
        yield workshop
    finally:
        stack.drop_database(workshop.name)


def _figures(workshop: Workshop, tally: Tally, lives: Sequence[Life]) -> dict[str, Any]:
    ended = workshop.ended()
    [[deliveries]] = workshop.rows("select sum(read_ct)::integer from pgmq.a_generate_plan")
    return {
        "jobs": workshop.sent,
        "kills": len(tally.kills),
        "database_stops": len(tally.stops),
        "connections_cut": tally.cuts,
        "workers_stopped": tally.freezes,
        "overtaken_meanwhile": tally.overtaken,
        "told_that_they_were_late": len(events(lives, "job_stale")),
        "deliveries": deliveries,
        "run_alone": len(events(lives, "running_alone")),
        "next_job_after_a_kill_s": _spread(_waits(ended, tally.kills)),
        "next_job_of_the_successor_s": _spread(_successors(lives)),
        "next_job_after_a_database_stop_s": _spread(_waits(ended, tally.stops)),
    }


def _waits(ended: Sequence[float], moments: Sequence[float]) -> list[float]:
    """How long it took from each moment to the next job that ended."""
    found = ((bisect_right(ended, moment), moment) for moment in moments)
    return [ended[place] - moment for place, moment in found if place < len(ended)]


def _successors(lives: Sequence[Life]) -> list[float]:
    """How long it took from each kill until the worker that took the place had done a job."""
    waits = []
    for life, successor in pairwise(lives):
        first = next((e for e in successor.events() if e["event"] == "job_done"), None)
        if life.killed_at is not None and first is not None:
            waits.append(datetime.fromisoformat(first["ts"]).timestamp() - life.killed_at)
    return waits


def _spread(waits: Sequence[float]) -> dict[str, float]:
    """Median, 95th percentile and longest, in seconds."""
    if not waits:
        return {}
    ordered = sorted(waits)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    return {
        "median": round(statistics.median(ordered), 2),
        "p95": round(p95, 2),
        "max": round(ordered[-1], 2),
    }
