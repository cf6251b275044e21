"""An edge that somebody started with the command line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from typing import IO, TYPE_CHECKING, Any, Self

from tests.press.pressed import Pressed

if TYPE_CHECKING:
    import httpx

    from tests.world import World

PLENTY = "1000000"
_PASSED_ON = ("PATH", "HOME", "PYTHONPATH", "LANG", "LC_CTYPE")


def environment(world: World, **changes: str) -> dict[str, str]:
    env = world.stack.env()
    names = ("SUPABASE_URL", "SUPABASE_PUBLISHABLE_KEY", "SUPABASE_SECRET_KEY")
    wanted = {name: env[name] for name in (*names, "SUPABASE_JWT_SECRET")}
    return {**wanted, "EDGE_REQUESTS_PER_MINUTE": PLENTY, **changes}


class Edge:
    """`learnbase edge serve` at a free port, from the press, until the end of the `with`."""

    def __init__(self, env: dict[str, str], *arguments: str) -> None:
        command = [sys.executable, "-m", "learnbase.cli", "edge", "serve", "--port", "0"]
        passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        self.process = Pressed(
            [*command, *arguments],
            env={**passed_on, "LOG_FORMAT": "json", **env},
            stderr=subprocess.PIPE,
            text=True,
        )
        self.lines: list[str] = []
        assert self.process.stderr is not None
        first = self.process.stderr.readline()
        assert "edge_serving" in first, first + self.process.stderr.read()
        self.url: str = json.loads(first)["url"]
        self._told = threading.Condition()
        self._reader = threading.Thread(target=self._read, args=(self.process.stderr,))
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        self.stop()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end, and give back its exit code."""
        self.process.send_signal(number)
        return self.ended()

    def ended(self) -> int:
        code = self.process.wait(120)
        self._reader.join(60)
        assert self.process.stderr is not None
        self.process.stderr.close()
        return code

    def line(self, request_id: str) -> dict[str, Any]:
        """What it said of a request, as soon as it has."""

        def said() -> list[dict[str, Any]]:
            return [
                line
                for line in map(json.loads, self.lines)
                if line.get("request_id") == request_id and line["event"] == "request"
            ]

        with self._told:
            assert self._told.wait_for(said, 10), self.lines
            return said()[0]

    def _read(self, stream: IO[str]) -> None:
        for line in stream:
            with self._told:
                self.lines.append(line)
                self._told.notify_all()


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The body of a refusal, which has always the same shape."""
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    assert set(body) == {"code", "message", "details", "hint"}
    assert body["code"] == code
    assert body["message"]
    assert body["hint"]
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-request-id"]
    if status == 401:
        assert answer.headers["www-authenticate"].startswith("Bearer")
    if status == 429:
        assert int(answer.headers["retry-after"]) >= 1
    return body
