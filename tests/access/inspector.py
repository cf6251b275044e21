"""Carries out probes against one served database, and says which did not go as decided."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

import httpx
import psycopg

from tests.access import actors, ground, messages, outside, weeks
from tests.access.line import Answer, Line
from tests.access.state import State
from tests.access.voice import Voice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

    from learnbase.stack import Stack
    from tests.access.probes import Probe

# After so many requests that should change nothing, it is looked whether they did.
_PATIENCE = 40


class Surprise(NamedTuple):
    """A probe that did not go as decided."""

    probe: Probe
    what: str

    def __str__(self) -> str:
        return ground.named(f"{self.probe.name}: {self.what}")


class Inspector:
    """Knocks at a door and looks behind it."""

    def __init__(self, url: str, headers: dict[str, dict[str, str]], state: State) -> None:
        """Knock at ``url`` with each actor's ``headers``; look by ``state``."""
        self._line = Line(url)
        self._voice = Voice(state.url)
        self._headers = headers
        self.state = state
        self.sent = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._line.close()
        self._voice.close()

    def surprises(self, probes: Iterable[Probe]) -> Iterator[Surprise]:
        """Carry out some probes; a generator, so that the first surprise may be enough."""
        harmless: list[Probe] = []
        try:
            for probe in probes:
                if probe.request.is_http and probe.actor not in self._headers:
                    continue
                if probe.prepare or not probe.outcome.effect.is_none:
                    yield from self._settle(harmless)
                    yield from self._one(probe)
                    continue
                what = probe.outcome.differs(self._send(probe))
                if what:
                    yield Surprise(probe, what)
                harmless.append(probe)
                if len(harmless) >= _PATIENCE:
                    yield from self._settle(harmless)
            yield from self._settle(harmless)
        finally:
            self.state.restore()

    def _settle(self, harmless: list[Probe]) -> Iterator[Surprise]:
        """Look whether those who should have changed nothing did; find out who it was."""
        if self.state.touched():
            self.state.restore()
            for probe in harmless:
                yield from self._one(probe)
        harmless.clear()

    def _one(self, probe: Probe) -> Iterator[Surprise]:
        """Carry out a single probe and look at everything."""
        before = None
        if probe.prepare:
            self.state.execute(probe.prepare)
            before = self.state.rows(self.state.touched())
        what = probe.outcome.differs(self._send(probe))
        changes = self.state.changes(before)
        effect = outside.with_consequences(weeks.with_consequences(probe))
        effect = messages.with_consequences(probe, effect)
        what = what or effect.differs(changes)
        if what:
            yield Surprise(probe, what)
        self.state.restore(None if probe.prepare else changes)

    def _send(self, probe: Probe) -> Answer:
        self.sent += 1
        request = probe.request
        if request.method == "SQL":
            return self._voice.say(probe.actor, request.body)
        if request.method == "RACE":
            return self._voice.race(request.body[0], probe.actor, request.body[1])
        headers = dict(self._headers[probe.actor])
        if request.prefer:
            headers["Prefer"] = request.prefer
        if request.schema != "public":
            profile = "Accept-Profile" if request.method == "GET" else "Content-Profile"
            headers[profile] = request.schema
        return self._line.send(request.method, request.path, request.params, headers, request.body)


def served(stack: Stack, database: str) -> tuple[str, str]:
    """Make a database and serve it.

    Returns:
        The address of its PostgREST, and its own for a superuser.
    """
    stack.fresh_database(database)
    admin = f"{stack.env()['ADMIN_DATABASE_URL'].rpartition('/')[0]}/{database}"
    with psycopg.connect(admin, autocommit=True) as connection:
        # Nobody pulls the plug here.
        connection.execute(f'alter database "{database}" set synchronous_commit = off')
    return stack.serve(database), admin


@contextlib.contextmanager
def inspector(stack: Stack, database: str) -> Iterator[Inspector]:
    """An inspector straight at the PostgREST of a database of its own."""
    url, admin = served(stack, database)
    try:
        with State(admin) as state:
            state.build()
            headers = actors.headers(stack, through_gateway=False)
            with Inspector(url, headers, state) as made:
                yield made
    finally:
        stack.drop_database(database)


@contextlib.contextmanager
def gateway(stack: Stack, rest_url: str) -> Iterator[str]:
    """The stack's own gateway, before another database; gives the address of its API."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        theirs = tomllib.loads(stack.home.gateway_file.read_text())
        config = {**theirs, "port": port, "rest": rest_url, "register": folder}
        file = Path(folder, "gateway.toml")
        # A TOML value of these kinds is written as JSON writes it.
        file.write_text(
            "".join(f"{name} = {json.dumps(value)}\n" for name, value in config.items())
        )
        process = subprocess.Popen([sys.executable, "-m", "learnbase.stack.gateway", str(file)])
        try:
            _await(f"http://127.0.0.1:{port}/health", process)
            yield f"http://127.0.0.1:{port}/rest/v1/"
        finally:
            process.terminate()
            process.wait()


def _await(address: str, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(address, trust_env=False).is_success:
                return
        time.sleep(0.02)
    raise RuntimeError(f"the gateway ended with {process.returncode}")
