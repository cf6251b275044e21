"""What holds for every request: ids, sizes, headers, origins, limits."""

from __future__ import annotations

import asyncio
import re
import socket
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest

from learnbase.edge.requests import Bounded, Told
from tests.edge.serving import Edge, environment, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import Receive, Scope, Send

    from tests.world import World

PLAN = f"/plans/{uuid.UUID(int=1)}/export?format=json"
HOME = "https://learn.example"


def raw(url: str, *parts: bytes) -> bytes:
    """Send bytes as they are, and read until the other side closes."""
    where = urlsplit(url)
    with socket.create_connection((where.hostname, where.port), timeout=60) as line:
        for part in parts:
            line.sendall(part)
        answer = b""
        while chunk := line.recv(65_536):
            answer += chunk
    return answer


def test_an_id_that_was_sent_comes_back(edge: Edge, http: httpx.Client):
    answer = http.get(PLAN, headers={"X-Request-Id": "from-the-page-17"})
    assert answer.headers["x-request-id"] == "from-the-page-17"
    line = edge.line("from-the-page-17")
    assert (line["method"], line["status"]) == ("GET", 401)
    assert line["route"] == "/plans/{plan_id}/export"
    assert line["ms"] > 0


def test_the_line_says_who_asked_and_not_with_what(edge: Edge, http: httpx.Client, world: World):
    ada = world.person()
    token = ada.headers["Authorization"]
    answer = http.get(PLAN, headers={"Authorization": token})
    assert edge.line(answer.headers["x-request-id"])["person"] == ada.id
    assert token.removeprefix("Bearer ") not in "".join(edge.lines)


@pytest.mark.parametrize(
    "sent", ["", "short", "x" * 65, "a b c d e f", '{"level":"error"}', "é" * 9]
)
def test_an_id_that_is_no_id_is_replaced(http: httpx.Client, sent: str):
    headers = {"X-Request-Id": sent.encode()}
    assert re.fullmatch(
        r"[0-9a-f]{32}", http.get("/health", headers=headers).headers["x-request-id"]
    )


def test_a_header_cannot_be_smuggled_into_the_answer(edge: Edge):
    said = raw(
        edge.url,
        b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        b"X-Request-Id: abcdefgh\x0bSet-Cookie: a=b\r\n\r\n",
    )
    assert b"set-cookie" not in said.lower()


def test_every_answer_is_made_safe_for_browsers(http: httpx.Client):
    for path in ("/health", PLAN, "/nowhere", "/openapi.json"):
        headers = http.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert "server" not in headers


def test_what_is_not_there_is_said_in_the_one_shape(http: httpx.Client):
    refused(http.get("/nowhere"), 404, "not_found")
    refused(http.get("/docs"), 404, "not_found")
    refused(http.post("/health"), 405, "method_not_allowed")


def test_a_body_that_is_too_large_is_not_read(http: httpx.Client, edge: Edge):
    refused(http.post("/feasibility", content=b"x" * 65_537), 413, "body_too_large")
    chunk = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
    said = raw(
        edge.url,
        b"POST /feasibility HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
        *[chunk] * 5,
    )
    assert said.startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("path", ["/health", PLAN, "/nowhere"])
def test_a_page_of_ours_may_read_the_answer_and_another_may_not(world: World, path: str):
    with (
        Edge(environment(world, EDGE_ORIGINS=f"{HOME}, http://localhost:3000")) as edge,
        httpx.Client(base_url=edge.url) as http,
    ):
        mine = http.get(path, headers={"Origin": HOME})
        assert mine.headers["access-control-allow-origin"] == HOME
        assert "access-control-allow-credentials" not in mine.headers
        assert "Origin" in mine.headers["vary"]
        for other in ("https://evil.example", f"{HOME}.evil.example", "null", HOME.upper()):
            answer = http.get(path, headers={"Origin": other})
            assert "access-control-allow-origin" not in answer.headers
        asked = {"Access-Control-Request-Method": "POST"}
        asked["Access-Control-Request-Headers"] = "authorization,content-type"
        allowed = http.options("/feasibility", headers={"Origin": HOME, **asked})
        assert allowed.status_code == 200
        assert allowed.headers["access-control-allow-origin"] == HOME
        denied = http.options("/feasibility", headers={"Origin": "https://evil.example", **asked})
        assert denied.status_code == 400
        assert "access-control-allow-origin" not in denied.headers


def test_by_default_no_page_may_ask(http: httpx.Client):
    answer = http.get("/health", headers={"Origin": HOME})
    assert "access-control-allow-origin" not in answer.headers


@pytest.fixture(scope="module")
def strict(world: World) -> Iterator[httpx.Client]:
    changes = {"EDGE_REQUESTS_PER_MINUTE": "3", "EDGE_TRUSTED_PROXY": "true"}
    with (
        Edge(environment(world, **changes)) as edge,
        httpx.Client(base_url=edge.url, timeout=60) as http,
    ):
        yield http


def test_a_person_who_asks_too_often_waits_and_another_does_not(strict: httpx.Client, world: World):
    ada, ben = world.person(), world.person("Ben")
    for _ in range(3):
        refused(strict.get(PLAN, headers=ada.headers), 404, "plan_not_found")
    refused(strict.get(PLAN, headers=ada.headers), 429, "too_many_requests")
    refused(strict.get(PLAN, headers=ben.headers), 404, "plan_not_found")


def test_a_guesser_of_tokens_is_limited_by_address(strict: httpx.Client, world: World):
    def guess(*came_from: str) -> httpx.Response:
        headers = [("Authorization", "Bearer guess"), *(("X-Forwarded-For", a) for a in came_from)]
        return strict.get(PLAN, headers=headers)

    for n in range(3):  # what the guesser writes before our proxy's own entry changes nothing
        refused(guess(f"10.0.0.{n}, 192.0.2.1"), 401, "invalid_token")
    refused(guess("10.0.0.9", "192.0.2.1"), 429, "too_many_requests")
    refused(guess("192.0.2.2"), 401, "invalid_token")
    signed_in = {**world.person().headers, "X-Forwarded-For": "192.0.2.1"}
    refused(strict.get(PLAN, headers=signed_in), 404, "plan_not_found")


def test_without_a_proxy_nobody_says_where_they_come_from(world: World):
    with (
        Edge(environment(world, EDGE_REQUESTS_PER_MINUTE="1")) as edge,
        httpx.Client(base_url=edge.url) as http,
    ):
        refused(http.get(PLAN, headers={"X-Forwarded-For": "192.0.2.1"}), 401, "not_signed_in")
        refused(http.get(PLAN, headers={"X-Forwarded-For": "192.0.2.2"}), 429, "too_many_requests")
        assert http.get("/health").status_code == 200


async def _never(_: Scope, __: Receive, ___: Send) -> None:
    await asyncio.Event().wait()


async def _broken(_: Scope, __: Receive, ___: Send) -> None:
    raise RuntimeError("a secret of the inside")


def asked_of(app: Any, **request: Any) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=Told(app))
        async with httpx.AsyncClient(transport=transport, base_url="http://edge") as http:
            return await http.request("POST", "/", **request)

    return asyncio.run(ask())


def test_what_takes_too_long_is_given_up():
    refused(asked_of(Bounded(_never, seconds=0.02)), 504, "too_slow")


def test_a_fault_of_ours_says_nothing_of_the_inside():
    answer = asked_of(Bounded(_broken))
    refused(answer, 500, "internal_error")
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
