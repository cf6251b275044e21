"""Sending: one worker, a hundred letters a request, against a Resend that grants so many a second.

Everything is a process of its own: the worker as it is run, PostgREST and the gateway, and the
Resend, whose own ledger says what it granted and what it took.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

import httpx

from bench.ground import HERE
from bench.mail import ENOUGH_TURNS, KIND, NOW, a_links, connected
from bench.result import Result
from learnbase import digest
from tests.chaos.worlds import gateway

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

    from bench.ground import Ground

    Json = dict[str, Any]

LETTERS, LETTERS_IN_SHORT = 100_000, 500
GRANTED = 10  # requests a second, as Resend grants them
IN_A_BATCH = 100
WORK = [sys.executable, "-m", "learnbase.cli", "work", "send_email", "--drain"]
RESEND = [sys.executable, "-m", "tests.fakes.resend", "--forgetful", "--grant"]
LOOK = 0.1  # seconds between two looks at the memory
MEGABYTE = 1e6
SHARE_AIM, MEMORY_AIM, STATEMENTS_AIM = 0.95, 1.1, 1.0
MOST_STATEMENTS = 3.0  # for a hundred letters

PEOPLE = """
    insert into public.users (id, auth_user_id, email)
    select md5('learner' || n)::uuid, md5('learner' || n)::uuid, n || '@learner.test'
    from generate_series(1, %s) n
"""
LETTERS_OF_THEIRS = """
    insert into public.notifications
        (user_id, kind, channel, dedupe_key, subject, body_text, body_html, unsubscribe_url)
    select id, 'weekly_summary', 'email', 'email:weekly:' || id || ':2026-W48', %s, %s, %s, %s
    from public.users
"""
BATCHES = """
    select sum(private.form_batches(b.letters))
    from (
        select array_agg(n.id) as letters
        from (select id, row_number() over () - 1 as number from public.notifications) n
        group by n.number / 100
    ) b
"""
LEFT = """
    select (select count(*) from public.notifications where status <> 'sent'),
        (select count(*) from pgmq.q_send_email)
"""


def send(ground: Ground) -> Iterator[Result]:
    """Let one worker send everything, and look at what it took."""
    letters = LETTERS if ground.turns >= ENOUGH_TURNS else LETTERS_IN_SHORT
    with ExitStack() as ends:
        database = "bench_mail_sending"
        ground.stack.fresh_database(database)
        ends.callback(ground.stack.drop_database, database)
        connection = ends.enter_context(connected(ground.stack, database))
        _filled(connection, letters)
        resend, key = ends.enter_context(_a_resend())
        connection.execute(f"alter database {database} set track_functions = 'all'")
        with gateway(ground.stack, ground.stack.serve(database)) as url:
            memory = _worked(
                SUPABASE_URL=url,
                SUPABASE_SECRET_KEY=ground.stack.env()["SUPABASE_SECRET_KEY"],
                RESEND_BASE_URL=resend,
                RESEND_API_KEY=key,
                MAIL_FROM="Learnbase <hello@mail.example.com>",
            )
        # Whoever leaves has told how often they were called.
        ground.stack.stop_serving(database)
        statements = _statements(connection) / letters * IN_A_BATCH
        ledger: Json = httpx.get(f"{resend}/_ledger", trust_env=False, timeout=60).json()
        left = connection.execute(LEFT).fetchone()
    if (ledger["letters"], ledger["doubled"], left) != (letters, [], (0, 0)):
        raise AssertionError(f"{letters} letters came to {ledger}; unsent and queued: {left}")
    most = GRANTED * IN_A_BATCH
    granted = f"{GRANTED} requests a second of {IN_A_BATCH} letters each"
    within = 1 - ledger["over_budget"] / ledger["requests"]
    yield Result(
        "mail.send.grant", ledger["share"] * most, "letters/s", most, granted, SHARE_AIM, "higher"
    )
    yield Result("mail.send.within", within * 100, "%", 100.0, "no request over it", 1.0, "higher")
    yield Result(
        "mail.send.statements",
        statements,
        "for 100 letters",
        MOST_STATEMENTS,
        "read, load and complete",
        STATEMENTS_AIM,
    )
    yield Result(
        "mail.send.memory", _peak(memory, 4), "MB", _peak(memory, 2), "at halfway", MEMORY_AIM
    )


MEASUREMENTS = {"mail.send": send}


def _filled(connection: psycopg.Connection[Any], letters: int) -> None:
    """Write letters, each to somebody else, and put them into batches as those who write do."""
    made_of = digest.example(KIND)
    links = a_links(made_of)
    letter = digest.render(
        KIND, made_of, locale="en-GB", time_zone="Europe/Berlin", now=NOW, links=links
    )
    connection.execute("set session_replication_role = replica")
    connection.execute(PEOPLE, [letters])
    connection.execute(
        LETTERS_OF_THEIRS, [letter.subject, letter.text, letter.html, links["unsubscribe"]]
    )
    connection.execute("set session_replication_role = default")
    connection.execute("vacuum analyze")
    batches = connection.execute(BATCHES).fetchone()
    if batches != (letters // IN_A_BATCH,):
        raise AssertionError(f"{letters} letters came into {batches} batches")
    connection.execute("vacuum analyze")


@contextmanager
def _a_resend() -> Iterator[tuple[str, str]]:
    """Where it is, and the key that it takes."""
    with subprocess.Popen(
        [*RESEND, str(GRANTED)], cwd=HERE.parent, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            if process.stdout is None:  # it is a pipe
                raise AssertionError("it says nothing")
            yield process.stdout.readline().strip(), process.stdout.readline().strip()
        finally:
            process.terminate()


def _worked(**settings: str) -> list[float]:
    """Let one worker drain the queue; answers its memory over time, in MB."""
    taken: list[float] = []
    with TemporaryFile() as said:
        process = subprocess.Popen(
            WORK,
            env=os.environ | settings,
            cwd=HERE.parent,
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        statm = Path(f"/proc/{process.pid}/statm")
        while process.poll() is None:
            pages = statm.read_text().split()
            taken.append(int(pages[1]) * os.sysconf("SC_PAGE_SIZE") / MEGABYTE)
            time.sleep(LOOK)
        if process.returncode:
            said.seek(0)
            raise AssertionError(f"the worker failed: {said.read()[-500:].decode()}")
    return [one for one in taken if one]  # who has ended has none


def _peak(memory: list[float], quarter: int) -> float:
    """The most within a quarter of the time, from 1 to 4."""
    length = len(memory)
    return max(memory[length * (quarter - 1) // 4 : max(1, length * quarter // 4)])


def _statements(connection: psycopg.Connection[Any]) -> int:
    """What the worker asked of its schema so far: each of its requests is one of its functions."""
    connection.execute("select pg_stat_clear_snapshot()")
    [asked] = connection.execute(
        "select coalesce(sum(calls), 0) from pg_stat_user_functions where schemaname = 'worker'"
    ).fetchone() or (0,)
    return int(asked)
