"""A database full of jobs for workers to be killed over, and what must have become of each.

What is expected of a job is known before anybody works on it: the built-in planner is a pure
function, so the plan of each wish can be made here as well.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from hashlib import md5
from typing import TYPE_CHECKING, Any

import psycopg

from learnbase.planning import builtin
from learnbase.planning.request import PlanRequest

if TYPE_CHECKING:
    import random

    from learnbase.stack import Stack

LEASE = 2  # seconds; in production a minute
# Deliveries without a word that make a dead letter: ten in production, where it is the job that
# kills its workers. Here we do, a worker for every five jobs, and the oldest are read first.
PATIENCE = 100
THINKING = 1.0  # seconds that beginning a job takes at most: the built-in planner is too quick

_ASPECTS = ("topic", "skill_level", "weekly_hours", "learning_style", "deadline_date")
WISHES: tuple[dict[str, Any], ...] = tuple(
    dict(zip(_ASPECTS, wish, strict=True))
    for wish in (
        ("Swift for iOS", "beginner", 5, "practice", "2027-02-28"),
        ("Rust", "intermediate", 10, "reading", "2026-12-31"),
        ("Beekeeping", "beginner", 2, "mixed", None),
        ("SQL", "advanced", 15, "video", "2026-12-10"),
    )
)
START = "2026-11-23"

KINDS = ("wish", "no_time", "cancelled", "deleted", "malformed")
SHARES = (92, 2, 2, 2, 2)
"""Mostly wishes; also those with no hours, cancelled or deleted before anybody comes to them, and
messages that no worker can read: the only ones that deserve to be dead letters."""

SCAFFOLD = """
    set session_replication_role = replica;
    create schema chaos;
    grant usage on schema chaos to public;
    create table chaos.jobs (
        number integer primary key,
        kind text not null,
        wish integer not null,
        plan_id uuid not null,
        generation_id uuid not null,
        message jsonb not null,
        msg_id bigint
    );
    insert into public.users (id, clerk_user_id) select md5('learner')::uuid, 'user_learner';
    update worker.queues set lease_seconds = %(lease)s, max_lost_deliveries = %(patience)s;

    -- Thinking takes a while, and so does saving: there is always somebody in the middle of it.
    create function chaos.take_time() returns trigger language plpgsql as $$
    begin
        perform pg_sleep(random() * tg_argv[0]::double precision);
        return new;
    end $$;
    create trigger chaos_thinks before update on public.plan_generations
        for each row when (new.status = 'running')
        execute function chaos.take_time(%(thinking)s);
    create trigger chaos_writes after insert on public.modules
        for each statement execute function chaos.take_time(%(writing)s);
"""
FILL = """
    insert into public.learning_plans (
        id, user_id, topic, skill_level, weekly_hours, learning_style, start_date, deadline_date
    )
    select j.plan_id, md5('learner')::uuid, w.topic, w.skill_level::public.skill_level,
        case when j.kind = 'no_time' then 0 else w.weekly_hours end,
        w.learning_style::public.learning_style, %(start)s::date, w.deadline_date
    from chaos.jobs j
    join jsonb_to_recordset(%(wishes)s::jsonb) as w (
        wish integer, topic text, skill_level text, weekly_hours integer, learning_style text,
        deadline_date date
    ) using (wish)
    where j.kind <> 'deleted';

    insert into public.plan_generations (id, plan_id, status, model, prompt)
    select j.generation_id, j.plan_id,
        case when j.kind = 'cancelled' then 'cancelled' else 'queued' end::public.generation_status,
        'pending', '{}'
    from chaos.jobs j
    where j.kind <> 'deleted';
"""
SEND = """
    with sent as (
        select j.number, pgmq.send('generate_plan', j.message) as msg_id
        from chaos.jobs j
        where j.number >= %s and j.number < %s
    )
    update chaos.jobs j set msg_id = s.msg_id from sent s where s.number = j.number
"""


@dataclass(frozen=True)
class Expected:
    """What a wish becomes: its weeks' titles, and how many tasks there are."""

    weeks: tuple[str, ...]
    tasks: int

    @classmethod
    def of(cls, wish: dict[str, Any]) -> Expected:
        roadmap = builtin.plan(PlanRequest(start_date=START, **wish)).to_result()
        modules = roadmap["modules"]
        return cls(tuple(m["title"] for m in modules), sum(len(m["tasks"]) for m in modules))


class Workshop:
    """One database of jobs, reached past everything that guards it."""

    def __init__(self, stack: Stack, name: str, jobs: int, dice: random.Random) -> None:
        """Make the database and all its rows; nothing is in the queue yet."""
        self.name = name
        self.jobs = jobs
        self.sent = 0
        stack.fresh_database(name)
        self._admin = f"{stack.env()['ADMIN_DATABASE_URL'].rpartition('/')[0]}/{name}"
        settings = {
            "lease": LEASE,
            "patience": PATIENCE,
            "thinking": str(THINKING),
            "writing": str(THINKING / 10),
            "start": START,
            "wishes": json.dumps([{"wish": n, **wish} for n, wish in enumerate(WISHES)]),
        }
        with psycopg.connect(self._admin, autocommit=True) as connection:
            # This cursor fills in the parameters itself: several statements can have none.
            cursor = psycopg.ClientCursor(connection)
            cursor.execute(SCAFFOLD, settings)
            cursor.executemany(
                "insert into chaos.jobs values (%s, %s, %s, md5(%s)::uuid, md5(%s)::uuid, %s)",
                [self._job(number, dice) for number in range(jobs)],
            )
            cursor.execute(FILL, settings)
            cursor.execute("analyze")

    @staticmethod
    def _job(number: int, dice: random.Random) -> tuple[Any, ...]:
        kind = dice.choices(KINDS, SHARES)[0]
        plan, generation = f"plan {number}", f"generation {number}"
        # As md5(…)::uuid in Postgres makes it.
        name = uuid.UUID(md5(generation.encode(), usedforsecurity=False).hexdigest())
        message: dict[str, Any] = {"v": 1, "generation_id": str(name)}
        if kind == "malformed":
            message = dice.choice([{"v": 1}, {"v": "1"}, {}, {"v": 1, "generation_id": "x"}])
        return number, kind, dice.randrange(len(WISHES)), plan, generation, json.dumps(message)

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask as the superuser, on a connection of its own: none of them survives for long."""
        with psycopg.connect(self._admin, autocommit=True, connect_timeout=10) as connection:
            cursor = connection.execute(query, values or None)
            return cursor.fetchall() if cursor.description else []

    def carry_out(self, *statements: str) -> None:
        """Change something as the superuser."""
        for statement in statements:
            self.rows(statement)

    def send(self, up_to: int) -> None:
        """Put the messages of further jobs into the queue."""
        if up_to <= self.sent:
            return
        self.rows(SEND, self.sent, up_to)
        self.sent = up_to

    def in_hand(self) -> dict[int, int]:
        """The deliveries that somebody has at this moment: msg_id → read_ct."""
        return dict(
            self.rows(
                "select msg_id, read_ct from pgmq.q_generate_plan"
                " where read_ct > 0 and vt > clock_timestamp()"
            )
        )

    def under_way(self) -> int:
        """How many generations somebody has begun and nobody has ended."""
        [[running]] = self.rows(
            "select count(*) from public.plan_generations where status = 'running'"
        )
        return int(running)

    def overtaken(self, deliveries: dict[int, int]) -> bool:
        """Whether somebody else has got one of these messages since."""
        found = self.rows(
            "select msg_id, read_ct from pgmq.q_generate_plan where msg_id = any (%s)",
            list(deliveries),
        )
        return any(read_ct > deliveries[msg_id] for msg_id, read_ct in found)

    def ended(self) -> list[float]:
        """When each message that is archived was archived, in seconds of the epoch, ascending."""
        found = self.rows(
            "select extract(epoch from archived_at)::double precision from pgmq.a_generate_plan"
            " order by 1"
        )
        return [moment for (moment,) in found]

    def terminate(self, dice: random.Random) -> bool:
        """Cut one connection that PostgREST has; false if there is none."""
        found = self.rows(
            "select pid from pg_stat_activity where datname = current_database()"
            " and usename = 'authenticator' order by pid"
        )
        return bool(found) and bool(
            self.rows("select pg_terminate_backend(%s)", dice.choice(found)[0])
        )
