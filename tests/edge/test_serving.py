"""`learnbase edge serve`: it starts with what it needs, and ends in order."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import pytest

from tests.edge.serving import Edge, environment

if TYPE_CHECKING:
    from pathlib import Path

    from tests.world import World


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(world: World, number: signal.Signals):
    with Edge(environment(world)) as edge, httpx.Client(base_url=edge.url) as http:
        assert http.get("/health").status_code == 200  # and the connection stays open
        assert edge.stop(number) == 0
        with pytest.raises(httpx.TransportError):
            http.get("/health")


def test_a_short_answer_does_not_wait_for_an_acknowledgement(http: httpx.Client):
    def seconds() -> float:
        began = time.perf_counter()
        assert http.get("/health").status_code == 200
        return time.perf_counter() - began

    # With Nagle's algorithm each takes the 40 ms of a delayed acknowledgement.
    assert min(seconds() for _ in range(20)) < 0.025


def test_what_is_being_answered_is_finished_first(world: World):
    with Edge(environment(world)) as edge:
        where = urlsplit(edge.url)
        head = b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n"
        with socket.create_connection((where.hostname, where.port), timeout=60) as line:
            line.sendall(head + b"{")
            httpx.get(f"{edge.url}/health")  # by now the other one is being read
            edge.process.send_signal(signal.SIGTERM)
            ended = threading.Thread(target=edge.ended)
            ended.start()
            line.sendall(b"}")
            assert line.recv(1024).startswith(b"HTTP/1.1 404 ")
        ended.join(120)
        assert edge.process.returncode == 0


def serve(env: dict[str, str], home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "learnbase.cli", "edge", "serve", *arguments],
        env={"PATH": os.environ["PATH"], "LEARNBASE_HOME": str(home), **env},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_without_settings_it_says_which_is_missing(tmp_path: Path):
    ended = serve({}, tmp_path)
    assert ended.returncode == 2
    assert "SUPABASE_URL is not set" in ended.stderr


@pytest.mark.parametrize("origins", ["*", "learn.example", "https://learn.example/app"])
def test_an_origin_that_is_none_is_refused(tmp_path: Path, world: World, origins: str):
    ended = serve(environment(world, EDGE_ORIGINS=origins), tmp_path)
    assert ended.returncode == 2
    assert ended.stderr.startswith("EDGE_ORIGINS ")


def test_a_port_that_is_taken_is_said_in_a_sentence(tmp_path: Path, world: World):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = serve(environment(world), tmp_path, "--port", port)
    assert ended.returncode == 2
    assert f"port {port}" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_stack_runs_one_behind_its_gateway(world: World):
    env = world.stack.env()
    url = env["EDGE_URL"]
    assert url == f"{env['SUPABASE_URL']}/functions/v1"
    assert httpx.get(f"{url}/health").json() == {"status": "alive"}
    assert httpx.get(f"{url}/ready").json() == {"status": "ready"}
    ada = world.person()
    plan = ada.whole_plan().plan["id"]
    token = {"Authorization": ada.headers["Authorization"]}  # no apikey: the token is enough
    answer = httpx.get(f"{url}/plans/{plan}/export?format=markdown", headers=token)
    assert "Task 1" in answer.text
    feed = ada.call("create_feed")
    assert httpx.get(f"{url}/feeds/{feed['token']}.ics").status_code == 200
    [edge] = [part for part in world.stack.status() if part.name == "edge"]
    assert edge.state == "running"
