"""A stranger cannot tell whether the victim has nothing or ten thousand rows.

The same random requests go to two worlds that differ in the victim's rows alone; status, headers
and body must be the same. Time is not compared. What must differ by nature is evened out, and only
that (`told`):

- the header ``Date``;
- ids that exist in neither world and were not in the request: the database has just made them for
  a row of the caller's own;
- the token of a feed that was just made: it is chance, told once and kept nowhere;
- moments between the beginning of the run and now: ``created_at`` and the like of such rows;
- ``Content-Length``, where the body holds one of the last (Postgres leaves out trailing zeros);
- the order of rows that were asked for in no order: it follows from the planner's choice, as time
  does. So does the choice among rows that tie; requests give their windows an order without ties.

First the harness shows that it can see: each of some leaks made on purpose is found.
"""

from __future__ import annotations

import http.client
import json
import random
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.chaos.loosenings import LOOSENINGS, loosened
from tests.chaos.strangers import Strangers
from tests.chaos.vocabulary import Vocabulary, learn, tables_without_the_victim
from tests.chaos.worlds import Half, two_worlds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from learnbase.stack import Stack
    from tests.chaos.request import Request

FULL_SIZE = 20_000
SIGHT = 10_000  # requests within which each leak made on purpose must show
UNFOLDED = "a count behind another Prefer header"
_GIVE_TOKENS = ("rpc/create_feed", "rpc/rotate_feed")
_UUID = re.compile(rb"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_TOKEN = re.compile(rb"(?<![\w-])[\w-]{43}(?![\w-])")
_MOMENT = re.compile(rb"20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d(?::\d\d)?)?")


@dataclass(frozen=True)
class Told:
    """All that an answer tells, except how long it took."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True)
class Difference:
    """The first request that was answered differently."""

    number: int
    request: Request
    quiet: Told
    full: Told

    def __str__(self) -> str:
        lines = [f"Request {self.number} tells the worlds apart:", self.request.curl()]
        for world, told in (("quiet", self.quiet), ("full", self.full)):
            headers = "; ".join(f"{name}: {value}" for name, value in told.headers)
            lines.append(f"{world}: {told.status} {told.body[:600]!r} [{headers}]")
        return "\n".join(lines)


class Voice:
    """One connection to one world."""

    def __init__(self, address: str, said: Mapping[str, Sequence[tuple[str, str]]]) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
        self._base = urlsplit(address).path
        self._said = said

    def ask(self, request: Request) -> Told:
        """Send it word for word: repeated headers stay repeated."""
        try:
            return self._ask(request)
        except ConnectionError:
            # The server closed an idle connection; what was carried out was rolled back.
            self._connection.close()
            return self._ask(request)
        except TimeoutError:
            self._connection.close()
            return Told(0, (), b"no answer in time")

    def _ask(self, request: Request) -> Told:
        line = self._connection
        line.putrequest(request.method, f"{self._base}/{request.path}", skip_accept_encoding=True)
        for name, value in (*self._said[request.who], *request.headers):
            line.putheader(name, value)
        body = None if request.body is None else request.body.encode()
        if body is not None:
            line.putheader("Content-Length", str(len(body)))
        line.endheaders(body)
        answer = line.getresponse()
        return Told(answer.status, tuple(sorted(answer.getheaders())), answer.read())

    def close(self) -> None:
        self._connection.close()


@dataclass(frozen=True)
class Listener:
    """Hears two answers to one request, and evens out what must differ by nature."""

    known: frozenset[str]
    since: datetime

    def told(self, request: Request, answer: Told) -> Told:
        """What the answer tells of anything but the moment and ids made just now."""
        spoken = f"{request.path} {request.body}"

        def renamed(match: re.Match[bytes]) -> bytes:
            name = match[0].decode()
            return match[0] if name in self.known or name in spoken else b"<new id>"

        text = _UUID.sub(renamed, answer.body)
        if request.path.startswith(_GIVE_TOKENS):
            text = _TOKEN.sub(b"<new token>", text)
        body = _in_order(request, _MOMENT.sub(self._unstamped, text))
        headers = tuple(
            (name, _UUID.sub(renamed, value.encode("latin-1")).decode("latin-1"))
            for name, value in answer.headers
            if name != "Date" and not (name == "Content-Length" and b"<now>" in body)
        )
        return Told(answer.status, headers, body)

    def _unstamped(self, match: re.Match[bytes]) -> bytes:
        try:
            moment = datetime.fromisoformat(match[0].decode())
        except ValueError:
            return match[0]
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return b"<now>" if self.since <= moment <= datetime.now(UTC) else match[0]


def _in_order(request: Request, body: bytes) -> bytes:
    """The rows of a relation in an order of our own, where the request named none."""
    if request.path.startswith("rpc/"):
        return body
    ordered = "order=" in request.path
    try:
        rows = json.loads(body, parse_float=str, parse_int=str)
    except ValueError:  # CSV, or nothing
        return body if ordered else b"\n".join(sorted(body.split(b"\n")))
    return json.dumps(_sorted(rows, keep=ordered), ensure_ascii=False).encode()


def _sorted(value: Any, *, keep: bool = False) -> Any:
    if isinstance(value, dict):
        return {name: _sorted(inner) for name, inner in value.items()}
    if not isinstance(value, list):
        return value
    inner = [_sorted(one) for one in value]
    return inner if keep else sorted(inner, key=lambda one: json.dumps(one, sort_keys=True))


class Comparison:
    """Two worlds, and somebody asking both the same."""

    def __init__(self, stack: Stack, halves: tuple[Half, Half]) -> None:
        self.halves = halves
        [[stranger]] = halves[0].rows("select md5('stranger')::uuid::text")
        self.words: Vocabulary = learn(*halves, stranger)
        self.answers: Counter[str] = Counter()
        self._key = stack.env()["SUPABASE_PUBLISHABLE_KEY"]
        self._tokens = {
            who: stack.token(halves[0].rows("select md5(%s)::uuid::text", who)[0][0], exp=2**33)
            for who in ("stranger", "follower")
        }
        self._anon = stack.token(role="anon", exp=2**33)

    def strangers(self, seed: int) -> Strangers:
        """Those who ask, made from a seed."""
        return Strangers(self.words, random.Random(seed))  # noqa: S311 - not a secret

    def first_difference(
        self, requests: Iterable[Request], *, gateway: bool = True
    ) -> Difference | None:
        """Ask both worlds until one answers differently."""
        [[since]] = self.halves[1].rows("select clock_timestamp()")
        listener = Listener(self.words.ids, since - timedelta(seconds=1))
        voices = [self._voice(half, gateway=gateway) for half in self.halves]
        with ThreadPoolExecutor(2) as both:
            try:
                for number, request in enumerate(requests, 1):
                    answers = list(both.map(lambda voice, r=request: voice.ask(r), voices))
                    quiet, full = (listener.told(request, answer) for answer in answers)
                    self.answers[f"{request.method} {quiet.status // 100}xx"] += 1
                    if quiet != full:
                        return Difference(number, request, quiet, full)
            finally:
                for voice in voices:
                    voice.close()
        return None

    def _voice(self, half: Half, *, gateway: bool) -> Voice:
        """Through the gateway with the key, or at PostgREST itself with the key's token."""
        said = {who: [("Authorization", f"Bearer {token}")] for who, token in self._tokens.items()}
        if not gateway:
            return Voice(half.bare, {**said, "nobody": [("Authorization", f"Bearer {self._anon}")]})
        key = ("apikey", self._key)
        return Voice(
            f"{half.gateway}/rest/v1",
            {"nobody": [key], **{who: [key, *headers] for who, headers in said.items()}},
        )


def blindness(comparison: Comparison, seed: int, within: int, names: Iterable[str]) -> list[str]:
    """The leaks made on purpose that were not noticed."""
    missed = []
    for name in names:
        with loosened(comparison.halves, LOOSENINGS[name]):
            requests = islice(comparison.strangers(seed).requests(), within)
            if comparison.first_difference(requests) is None:
                missed.append(name)
    return missed


def run(stack: Stack, seed: int, size: int | None = None) -> dict[str, Any]:
    """Ask ``size`` questions of both worlds, after having shown what would be noticed."""
    with two_worlds(stack) as halves:
        empty = tables_without_the_victim(*halves)
        comparison = Comparison(stack, halves)
        missed = blindness(comparison, seed, SIGHT, LOOSENINGS)
        # What remains where no gateway of ours stands in front: repeated headers hide a count.
        behind = islice(comparison.strangers(seed).requests(), SIGHT)
        if comparison.first_difference(behind, gateway=False) is None:
            missed.append(UNFOLDED)
        comparison.answers.clear()
        requests = islice(comparison.strangers(seed).requests(), size or FULL_SIZE)
        difference = comparison.first_difference(requests)
    if difference:
        print(f"seed {seed}: {difference}")  # noqa: T201 - a proof speaks to people
    return {
        "requests": sum(comparison.answers.values()),
        "answers": dict(sorted(comparison.answers.items())),
        "leaks_noticed": len(LOOSENINGS) + 1 - len(missed),
        "leaks_missed": missed,
        "tables_without_the_victim": empty,
        "difference": difference.request.curl() if difference else None,
        "ok": not (empty or missed or difference),
    }
