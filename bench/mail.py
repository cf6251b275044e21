"""Queueing the week's letters, and putting one into words.

Queueing is one statement, however many learners are due. The baseline is the plainest way to write
as many rows: `insert … select` into a table shaped and indexed like the one that says who is due.
"""

from __future__ import annotations

import datetime as dt
import time
from itertools import count
from statistics import median
from typing import TYPE_CHECKING, Any

import psycopg

from bench.measure import Act, interleaved
from bench.result import Result
from learnbase import digest
from learnbase.digest.forms import forms
from learnbase.digest.kinds import context_model
from learnbase.digest.letter import environment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.ground import Ground
    from learnbase.stack import Stack

LEARNERS, LEARNERS_IN_SHORT = 100_000, 1_000
ENOUGH_TURNS = 10
TURNS, TURNS_IN_SHORT = 5, 1
TENTH = 10
AIM, GROWTH_AIM = 2.0, 1.25
KIND = "weekly_summary"
NOW = dt.datetime(2026, 11, 23, 7, tzinfo=dt.UTC)  # the Monday of the example

# Zones in which Monday 08:00 lies within the day before Monday 20:00 UTC: all are due at once.
PEOPLE = """
    with zones as (
        select name, row_number() over (order by name) - 1 as number, count(*) over () as many
        from pg_timezone_names
        where utc_offset between interval '-10 hours' and interval '10 hours' and name !~ '^posix'
    )
    insert into public.users (id, auth_user_id, email, name, time_zone)
    select p.id, p.id, p.number || '@learner.test', 'Ada', z.name
    from (select n as number, md5('learner' || n)::uuid as id from generate_series({}, {}) n) p
    join zones z on z.number = p.number % z.many
"""
TIMES = """
    insert into public.summary_times (user_id, time_zone, hour_id)
    select u.id, u.time_zone, h.id
    from (
        select z.time_zone, private.summary_hour(1::smallint, '08:00', z.time_zone) as id
        from (select distinct time_zone from public.users) z
    ) h
    join public.users u on u.time_zone = h.time_zone
    where not exists (select from public.summary_times t where t.user_id = u.id)
"""
DUE_AT = "select date_trunc('week', now(), 'UTC') + make_interval(weeks => %s, hours => 20)"


class Crowd:
    """Learners in zones all over the world who are due at the same time, again every week."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        """Begin with nobody, in a database without people."""
        self._connection = connection
        self._weeks = count(1)
        self._many = 0
        connection.execute("create table public.plain (like public.summary_times including all)")

    def grow(self, many: int) -> None:
        """Let there be so many; nobody is due yet."""
        with self._connection.transaction():
            # Their triggers would do the same, a million times over.
            self._connection.execute("set local session_replication_role = replica")
            self._connection.execute(PEOPLE.format(self._many + 1, many).encode())
            self._connection.execute(TIMES)
        self._many = many
        # Whose week has begun already waits for the next one: from here on all are in step.
        self._connection.execute(
            "select private.enqueue_weekly_summaries(%s)", [self._a_week_later()]
        )
        self._rest()

    def queued(self) -> float:
        """Queue the letters of the next week; answers seconds."""
        at = self._a_week_later()
        self._rest()
        began = time.perf_counter()
        [found] = self._connection.execute(
            "select private.enqueue_weekly_summaries(%s)", [at]
        ).fetchone() or (0,)
        seconds = time.perf_counter() - began
        if found != self._many:
            raise AssertionError(f"{found} learners were queued instead of {self._many}")
        return seconds

    def written(self) -> float:
        """Write as many rows as there are learners; answers seconds."""
        self._connection.execute("truncate public.plain")
        self._rest()
        began = time.perf_counter()
        self._connection.execute("insert into public.plain select * from public.summary_times")
        return time.perf_counter() - began

    def _a_week_later(self) -> dt.datetime:
        [at] = self._connection.execute(DUE_AT, [next(self._weeks)]).fetchone() or (NOW,)
        return at

    def _rest(self) -> None:
        """As between two weeks: what is over is cleared away, and written to disk."""
        self._connection.execute("select pgmq.purge_queue('weekly_summary')")
        self._connection.execute("vacuum analyze public.summary_times")
        self._connection.execute("checkpoint")


def connected(stack: Stack, database: str) -> psycopg.Connection[Any]:
    """Connect as the superuser."""
    url = stack.env()["ADMIN_DATABASE_URL"]
    return psycopg.connect(url, dbname=database, autocommit=True)


def queue(ground: Ground) -> Iterator[Result]:
    """Queue a tenth of the learners and all of them, each in turn with the plain insert."""
    is_whole = ground.turns >= ENOUGH_TURNS
    learners = LEARNERS if is_whole else LEARNERS_IN_SHORT
    turns = TURNS if is_whole else TURNS_IN_SHORT
    name = "bench_mail"
    ground.stack.fresh_database(name)
    try:
        with connected(ground.stack, name) as connection:
            crowd = Crowd(connection)
            crowd.grow(learners // TENTH)
            few, _ = _in_turn(crowd, turns)
            crowd.grow(learners)
            all_of_them, plain = _in_turn(crowd, turns)
    finally:
        ground.stack.drop_database(name)
    yield Result(
        "mail.queue",
        all_of_them * 1e3,
        "ms",
        plain * 1e3,
        f"insert … select of {learners:,} rows into a table like summary_times",
        AIM,
    )
    yield Result(
        "mail.queue.growth",
        all_of_them / learners * 1e6,
        "µs a learner",
        few / (learners // TENTH) * 1e6,
        f"of {learners // TENTH:,} learners instead of {learners:,}",
        GROWTH_AIM,
    )


def _in_turn(crowd: Crowd, turns: int) -> tuple[float, float]:
    """Queueing and writing, the median seconds of each; the first time of both is not counted."""
    crowd.queued(), crowd.written()
    taken = [(crowd.queued(), crowd.written()) for _ in range(turns)]
    return median(one for one, _ in taken), median(one for _, one in taken)


def rendering(ground: Ground) -> Iterator[Result]:
    """Make the summary with everything in it, beside its HTML from the same template alone."""
    made_of = digest.example(KIND)
    links = a_links(made_of)

    def whole() -> digest.Letter:
        return digest.render(
            KIND, made_of, locale="en-GB", time_zone="Europe/Berlin", now=NOW, links=links
        )

    letter = whole()
    given = {
        "it": context_model(KIND).model_validate(made_of),
        "links": links,
        "forms": forms("en-GB", "Europe/Berlin", NOW, marked=True),
        "about": digest.KINDS[KIND],
        "subject": letter.subject,
        "preheader": letter.preheader,
    }
    template = environment().get_template(f"{KIND}/letter.html")
    if template.render(given) != letter.html:
        raise AssertionError("the baseline makes another letter")
    acts = {"whole": Act(whole), "html": Act(lambda: template.render(given))}
    taken = interleaved(acts, turns=ground.turns)
    yield Result(
        "mail.rendering",
        1e3 / taken["whole"],
        "letters/s",
        1e3 / taken["html"],
        "its HTML alone, by jinja2, of a context that is checked already",
        None,
        "higher",
    )


def a_links(made_of: dict[str, Any]) -> dict[str, str]:
    """Return an address for everything that a summary leads to, as long as signed ones are."""
    names = digest.links_needed(KIND, made_of)
    return {
        name: f"https://learn.example.com/{name.replace(':', '/')}/{'x' * 200}" for name in names
    }


MEASUREMENTS = {"mail.queue": queue, "mail.rendering": rendering}
