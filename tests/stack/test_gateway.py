"""The gateway behaves as a hosted project's does."""

from __future__ import annotations

import gzip
import http.client
import os
import socket
import threading
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from learnbase.stack import Stack

# The address that Auth takes for the frontend's: supabase/config.toml, and its default.
SITE = os.environ.get("SITE_URL") or "http://localhost:3000"


@pytest.fixture
def client(local: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=local.env()["SUPABASE_URL"], timeout=10) as client:
        yield client


@pytest.fixture
def secret(local: Stack) -> dict[str, str]:
    return {"apikey": local.env()["SUPABASE_SECRET_KEY"]}


@pytest.fixture
def publishable(local: Stack) -> dict[str, str]:
    return {"apikey": local.env()["SUPABASE_PUBLISHABLE_KEY"]}


def test_a_request_without_a_key_is_refused(client: httpx.Client):
    answer = client.post("/rest/v1/rpc/whoami")
    assert answer.status_code == 401
    assert answer.json()["message"] == "No API key found in request"


@pytest.mark.parametrize("key", ["sb_secret_made_up", "nonsense"])
def test_an_unknown_key_is_refused(client: httpx.Client, key: str):
    answer = client.post("/rest/v1/rpc/whoami", headers={"apikey": key})
    assert answer.status_code == 401
    assert answer.json()["message"] == "Invalid API key"


def test_a_bare_token_without_a_key_is_refused(client: httpx.Client, local: Stack):
    token = local.token(role="service_role")
    answer = client.post("/rest/v1/rpc/whoami", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


def test_each_key_is_its_role(
    client: httpx.Client, secret: dict[str, str], publishable: dict[str, str]
):
    assert client.post("/rest/v1/rpc/whoami", headers=secret).json() == "service_role"
    assert client.post("/rest/v1/rpc/whoami", headers=publishable).json() == "anon"


def test_a_key_is_taken_as_bearer_and_from_the_address(
    client: httpx.Client, secret: dict[str, str], publishable: dict[str, str]
):
    as_bearer = {"Authorization": f"Bearer {secret['apikey']}"}
    assert client.post("/rest/v1/rpc/whoami", headers=as_bearer).json() == "service_role"
    assert client.post("/rest/v1/rpc/whoami", params=publishable).json() == "anon"


def test_two_keys_that_disagree_are_refused(
    client: httpx.Client, secret: dict[str, str], publishable: dict[str, str]
):
    both = {**publishable, "Authorization": f"Bearer {secret['apikey']}"}
    assert client.post("/rest/v1/rpc/whoami", headers=both).status_code == 401


def test_the_secret_key_is_refused_from_a_browser(client: httpx.Client, secret: dict[str, str]):
    headers = {**secret, "User-Agent": "Mozilla/5.0 (X11; Linux x86_64)"}
    assert client.post("/rest/v1/rpc/whoami", headers=headers).status_code == 401


def test_a_persons_token_outranks_the_key(
    client: httpx.Client, publishable: dict[str, str], local: Stack
):
    token = local.token("7b0a3c5e-0000-4000-8000-000000000001")
    headers = {**publishable, "Authorization": f"Bearer {token}"}
    assert client.post("/rest/v1/rpc/whoami", headers=headers).json() == "authenticated"
    forged = {**headers, "Authorization": f"Bearer {token[:-4]}AAAA"}
    assert client.post("/rest/v1/rpc/whoami", headers=forged).status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "/auth/v1/verify/../../../_system/config",
        "/auth/v1/verify/%2e%2e/.%2E/%2e./_system/config",
        "/auth/v1/verify/..%2f..%2f..%2f_system/config",
        "/auth/v1/verify\\..\\..\\..\\_system\\config",
        "/auth/v1/verify%5c..%5c..",
        "/auth/v1/./user",
        "/auth/v1//user",
        "//127.0.0.1/auth/v1/health",
        "/rest/v1/..",
    ],
)
def test_a_path_that_climbs_or_can_be_read_in_two_ways_goes_nowhere(
    client: httpx.Client, publishable: dict[str, str], path: str
):
    for headers in ({}, publishable):
        address = client.base_url.host, client.base_url.port
        with closing(http.client.HTTPConnection(*address)) as connection:
            connection.request("GET", path, headers=headers)  # httpx would clean it up
            with connection.getresponse() as answer:
                assert (answer.status, b"plain form" in answer.read()) == (400, True)


@pytest.mark.parametrize("path", ["verifyfoo", "verify/foo", "callback/x", "health/", "%76erify"])
def test_no_key_is_needed_at_four_addresses_and_at_none_like_them(client: httpx.Client, path: str):
    assert client.get("/auth/v1/health").status_code == 200
    answer = client.get(f"/auth/v1/{path}")
    assert (answer.status_code, answer.json().get("message")) == (
        401,
        "No API key found in request",
    )


def test_auth_does_not_know_how_to_tell_the_databases_password(local: Stack):
    [auth] = [part.url for part in local.status() if part.name == "auth"]
    password = urlsplit(local.env()["DATABASE_URL"]).password
    assert password
    told = httpx.get(f"{auth}/_system/config")
    assert "supabase_auth_admin" in told.text
    for answer in (told, httpx.get(f"{auth}/_system/info")):
        assert answer.status_code == 200
        assert password not in answer.text


def test_a_compressed_body_is_refused_before_it_loses_a_row(
    client: httpx.Client, secret: dict[str, str]
):
    rows = gzip.compress(b"body\n" + b"lost\n" * 10)
    for coding in ("gzip", "identity, GZIP"):
        headers = {**secret, "Content-Type": "text/csv", "Content-Encoding": coding}
        answer = client.post("/rest/v1/notes", headers=headers, content=rows)
        assert answer.status_code == 415
        assert answer.json()["message"] == "The body is compressed"
    assert client.get("/rest/v1/notes?body=eq.lost", headers=secret).json() == []
    plain = {**secret, "Content-Encoding": "identity"}
    assert client.post("/rest/v1/rpc/echo", headers=plain, json={"said": "x"}).json() == "x"


@pytest.mark.parametrize(
    "header", [b"Authorization: Bearer hers\x01", b"Bearer hers: x", b"Content-Length: hers"]
)
def test_a_malformed_request_is_a_line_in_the_log_and_tells_no_token(
    client: httpx.Client, local: Stack, header: bytes
):
    log = local.home.logs / "gateway.log"
    before = log.stat().st_size
    with socket.create_connection((client.base_url.host, client.base_url.port or 0)) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n%s\r\n\r\n" % header)
        assert line.recv(1024).split()[1] == b"400"
    [said] = log.read_bytes()[before:].splitlines()
    assert said.startswith(b"Malformed request: ")
    assert b"hers" not in said


def test_several_preferences_arrive_as_one_in_their_order(
    client: httpx.Client, secret: dict[str, str]
):
    headers = [*secret.items(), ("Prefer", "count=exact"), ("Prefer", "tx=commit, max-affected=5")]
    heard = client.post("/rest/v1/rpc/heard", headers=headers).json()
    assert heard["prefer"] == "count=exact, tx=commit, max-affected=5"


def test_a_browser_on_any_site_may_ask(client: httpx.Client, publishable: dict[str, str]):
    preflight = client.options(
        "/rest/v1/notes",
        headers={
            "Origin": "https://learn.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "apikey, content-profile",
        },
    )
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert preflight.headers["access-control-allow-headers"] == "apikey, content-profile"
    answer = client.post(
        "/rest/v1/rpc/whoami", headers={**publishable, "Origin": "https://learn.example"}
    )
    assert answer.headers.get_list("access-control-allow-origin") == ["*"]
    assert "Content-Range" in answer.headers["access-control-expose-headers"]


def test_a_refusal_can_be_read_by_a_browser(client: httpx.Client):
    assert client.get("/rest/v1/notes").headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("size", [10, 300_000, 3_000_000])
def test_bodies_pass_whole_in_both_directions(
    client: httpx.Client, secret: dict[str, str], size: int
):
    said = "ü" * size
    answer = client.post("/rest/v1/rpc/echo", headers=secret, json={"said": said})
    assert answer.json() == said


def test_answers_without_a_body_stay_without(client: httpx.Client, secret: dict[str, str]):
    head = client.head("/rest/v1/notes?select=id", headers={**secret, "Prefer": "count=exact"})
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-range"].endswith("/1")
    gone = client.delete("/rest/v1/notes?id=eq.-1", headers=secret)
    assert (gone.status_code, gone.content) == (204, b"")


def test_an_unknown_path_is_told_as_json(client: httpx.Client, secret: dict[str, str]):
    answer = client.get("/storage/v1/object", headers=secret)
    assert answer.status_code == 404
    assert "message" in answer.json()


def test_somebody_signs_up_confirms_and_reads_their_own(
    client: httpx.Client, publishable: dict[str, str], secret: dict[str, str], local: Stack
):
    person = {"email": "ada@example.com", "password": "long-enough-1"}
    signed_up = client.post("/auth/v1/signup", headers=publishable, json=person)
    assert signed_up.status_code == 200
    early = client.post("/auth/v1/token?grant_type=password", headers=publishable, json=person)
    assert early.json()["error_code"] == "email_not_confirmed"

    link = _last_link(local, "ada@example.com")
    assert link.startswith(str(client.base_url))
    confirmed = httpx.get(link)  # in a browser: no key
    assert confirmed.status_code == 303
    assert confirmed.headers["location"].startswith(f"{SITE}#")
    token = parse_qs(urlsplit(confirmed.headers["location"]).fragment)["access_token"][0]

    client.post(
        "/rest/v1/notes", headers=secret, json={"person": signed_up.json()["id"], "body": "hers"}
    )
    as_ada = {**publishable, "Authorization": f"Bearer {token}"}
    assert [note["body"] for note in client.get("/rest/v1/notes", headers=as_ada).json()] == [
        "hers"
    ]
    client.delete(f"/rest/v1/notes?person=eq.{signed_up.json()['id']}", headers=secret)


@pytest.mark.parametrize(
    ("wish", "target"),
    [
        (None, SITE),
        ("GATEWAY", SITE),
        ("https://evil.example", SITE),
        (f"{SITE}/welcome", f"{SITE}/welcome"),
    ],
)
def test_a_letters_link_leads_to_the_site_even_when_it_is_spent(
    client: httpx.Client, wish: str | None, target: str
):
    gateway = str(client.base_url).rstrip("/")
    wished = {"redirect_to": wish.replace("GATEWAY", gateway)} if wish else {}
    answer = client.get("/auth/v1/verify", params={"token": "spent", "type": "signup", **wished})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{target}#error=access_denied")


@pytest.mark.parametrize(
    ("provider", "site"), [("google", "accounts.google.com"), ("github", "github.com")]
)
def test_sign_in_elsewhere_leads_to_the_provider_and_back_to_the_gateway(
    client: httpx.Client, provider: str, site: str
):
    answer = client.get("/auth/v1/authorize", params={"provider": provider})
    assert answer.status_code == 302
    target = urlsplit(answer.headers["location"])
    assert target.hostname == site
    assert parse_qs(target.query)["redirect_uri"] == [f"{client.base_url}/auth/v1/callback"]


def test_a_part_that_is_down_is_told_as_json_and_comes_back(
    client: httpx.Client, secret: dict[str, str], local: Stack
):
    local.process("rest").end()
    answer = client.post("/rest/v1/rpc/whoami", headers=secret)
    assert answer.status_code == 503
    assert answer.json()["message"] == "rest is not running"
    local.restart_part("rest")
    assert client.post("/rest/v1/rpc/whoami", headers=secret).json() == "service_role"


def test_the_edge_asks_for_no_key_and_for_ones_own_token(client: httpx.Client, local: Stack):
    assert client.get("/functions/v1/health").json() == {"status": "alive"}
    path = "/functions/v1/plans/00000000-0000-0000-0000-000000000001/export?format=ics"
    assert client.get(path).json()["code"] == "not_signed_in"
    token = {"Authorization": f"Bearer {local.token('somebody')}"}
    # There is no plan_export in this small project, which the edge only says once it lets one in.
    assert client.get(path, headers=token).json()["code"] == "schema_mismatch"


def test_the_edge_that_is_down_is_told_as_json_and_comes_back(client: httpx.Client, local: Stack):
    local.process("edge").end()
    answer = client.get("/functions/v1/health")
    assert (answer.status_code, answer.json()["message"]) == (503, "functions is not running")
    local.restart_part("edge")
    assert client.get("/functions/v1/health").status_code == 200


def test_another_edge_takes_its_place_by_saying_where_it_is(client: httpx.Client, local: Stack):
    reply = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Seen: %s\r\n\r\nok"
    with _listener(local, reply) as heard:
        answer = client.get("/functions/v1/feeds/a%2Fb?x=1", headers={"Stripe-Signature": "s"})
    assert answer.text == "ok"
    assert heard[0].startswith(b"GET /feeds/a%2Fb?x=1 HTTP/1.1")
    assert b"Stripe-Signature: s" in heard[0]
    assert "access-control-allow-origin" not in answer.headers


def test_an_answer_that_breaks_off_before_it_begins_is_a_502(client: httpx.Client, local: Stack):
    with _listener(local, b""):
        answer = client.post("/functions/v1/hook", content=b"{}")
    assert answer.status_code == 502
    assert "message" in answer.json()


@contextmanager
def _listener(local: Stack, reply: bytes) -> Iterator[list[bytes]]:
    """An edge that answers everything with ``reply`` and closes; it gives what it heard."""
    heard: list[bytes] = []

    def serve() -> None:
        try:
            while True:
                connection, _ = server.accept()
                with connection:
                    heard.append(connection.recv(65_536))
                    connection.sendall(reply)
        except OSError:  # closed
            return

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        local.home.edge_file.write_text(f"http://127.0.0.1:{server.getsockname()[1]}\n")
        try:
            yield heard
        finally:
            local.home.edge_file.unlink()
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def _last_link(local: Stack, email: str) -> str:
    log = (local.home.logs / "auth.log").read_text()
    letter = log.rpartition(f"To: {email}")[2]
    return next(word for word in letter.split() if "/auth/v1/verify" in word)
