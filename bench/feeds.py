"""A calendar feed of five hundred events, as calendars ask for it: anew, and unchanged."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import psycopg

from bench.ground import HERE
from bench.plain_feed import plain_calendar
from bench.result import Result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bench.ground import Ground

EVENTS = 500
SECONDS, SECONDS_IN_SHORT = 4.0, 0.3
ENOUGH_TURNS = 10
ASKING = 4
PERSON = "00000000-0000-4000-8000-0000000000fe"


def feeds(ground: Ground) -> Iterator[Result]:
    """Requests a second: each after a change, and each unchanged."""
    seconds = SECONDS if ground.turns >= ENOUGH_TURNS else SECONDS_IN_SHORT
    env = ground.stack.env()
    with psycopg.connect(env["ADMIN_DATABASE_URL"], autocommit=True) as connection:
        connection.execute((HERE / "feed.sql").read_bytes())
        token, document = _feed(ground, connection)
    with _edge(env) as edge:
        yield from _measured(f"{edge}/feeds/{token}.ics", document, seconds, env)


def _measured(
    address: str, document: list[dict[str, Any]], seconds: float, env: Mapping[str, str]
) -> Iterator[Result]:
    with httpx.Client(trust_env=False, timeout=30) as http:
        whole = http.get(address)
        whole.raise_for_status()
        if whole.text.count("BEGIN:VEVENT") != EVENTS:
            raise AssertionError(f"the feed has {whole.text.count('BEGIN:VEVENT')} events")
    plain = _plain(document, seconds)
    anew = _rate(_touching(env["ADMIN_DATABASE_URL"], address), seconds)
    unchanged = _rate(_unchanged(address, whole.headers["etag"]), seconds)
    yield Result(
        "schedule.feed.anew",
        anew,
        "requests/s",
        plain,
        "rendering alone by icalendar, an event a component, on one core",
        None,
        "higher",
    )
    yield Result(
        "schedule.feed.unchanged",
        unchanged,
        "requests/s",
        anew,
        "the same feed, changed before each request",
        None,
        "higher",
    )


MEASUREMENTS = {"schedule.feed": feeds}


def _feed(ground: Ground, connection: psycopg.Connection[Any]) -> tuple[str, list[dict[str, Any]]]:
    env = ground.stack.env()
    answer = httpx.post(
        f"{env['SUPABASE_URL']}/rest/v1/rpc/create_feed",
        headers={
            "apikey": env["SUPABASE_PUBLISHABLE_KEY"],
            "Authorization": f"Bearer {ground.stack.token(PERSON)}",
        },
        json={},
        trust_env=False,
    )
    answer.raise_for_status()
    [events] = connection.execute(
        "select jsonb_agg(to_jsonb(s) || jsonb_build_object('title', t.title)) from"
        " public.sessions s join public.tasks t on t.id = s.task_id where s.user_id = %s",
        [PERSON],
    ).fetchone() or ([],)
    return answer.json()["token"], events


@contextmanager
def _edge(env: Mapping[str, str]) -> Iterator[str]:
    """An edge of its own, without a limit to how often one may ask."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    with subprocess.Popen(
        [sys.executable, "-m", "learnbase.cli", "edge", "serve", "--port", port],
        env=os.environ | env | {"EDGE_REQUESTS_PER_MINUTE": "1000000", "LOG_LEVEL": "warning"},
        cwd=HERE.parent,
    ) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            transport = httpx.HTTPTransport(retries=10)
            with httpx.Client(transport=transport, trust_env=False) as http:
                http.get(f"{url}/health").raise_for_status()
            yield url
        finally:
            process.terminate()


def _plain(events: list[dict[str, Any]], seconds: float) -> float:
    began = time.perf_counter()
    count = 0
    while time.perf_counter() - began < seconds:
        plain_calendar(json.loads(json.dumps(events)))
        count += 1
    return count / (time.perf_counter() - began)


def _touching(database_url: str, address: str) -> Callable[[], Callable[[], None]]:
    """Each turn a session moves by five minutes, and the feed is read."""

    def begin() -> Callable[[], None]:
        connection = psycopg.connect(database_url, autocommit=True)
        http = httpx.Client(trust_env=False, timeout=30)

        def ask() -> None:
            connection.execute(
                "update public.sessions set starts_at = starts_at + interval '5 minutes',"
                " ends_at = ends_at + interval '5 minutes' where id = (select id from"
                " public.sessions where user_id = %s order by random() limit 1)",
                [PERSON],
            )
            http.get(address).raise_for_status()

        return ask

    return begin


def _unchanged(address: str, etag: str) -> Callable[[], Callable[[], None]]:
    """Each turn the feed is asked for as calendars do that have it already."""
    with httpx.Client(trust_env=False, timeout=30) as http:
        etag = http.get(address).headers["etag"]

    def begin() -> Callable[[], None]:
        http = httpx.Client(trust_env=False, timeout=30)

        def ask() -> None:
            answer = http.get(address, headers={"If-None-Match": etag})
            if answer.status_code not in {httpx.codes.NOT_MODIFIED, httpx.codes.OK}:
                answer.raise_for_status()

        return ask

    return begin


def _rate(begin: Callable[[], Callable[[], None]], seconds: float) -> float:
    """How many a second, asked by a few at once."""
    asks = [begin() for _ in range(ASKING)]
    counts = [0] * ASKING
    ends = time.perf_counter() + seconds

    def repeat(number: int) -> None:
        while time.perf_counter() < ends:
            asks[number]()
            counts[number] += 1

    began = time.perf_counter()
    threads = [threading.Thread(target=repeat, args=(number,)) for number in range(ASKING)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - began)
