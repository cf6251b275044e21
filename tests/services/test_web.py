from __future__ import annotations

import asyncio
import gzip
import socket
import time
import tracemalloc
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from learnbase.planning.page import Page, Verdict
from learnbase.security.addresses import Forbidden, public_address
from learnbase.services.dialling import GuardedDoor, NoSuchHost, SystemResolver, tcp
from learnbase.services.web import Web
from tests.fakes.website import BOMB, DRIPS, HANGS, PUBLIC, Answer, Website, moved, page
from tests.security.hostile import ADDRESSES, SPELLINGS

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = "https://www.example.com"
THERE = "https://www.example.org"
HTML = ("Content-Type", "text/html")
# IP addresses as a name server may answer them; the other strings of the list are none.
PRIVATE = [address for address in ADDRESSES if "." in address or ":" in address]


@pytest.fixture
def site(tmp_path: Any) -> Iterator[Website]:
    with Website(tmp_path) as website:
        yield website
        assert all(is_public(address) for address, _ in website.seen.dials), website.seen.dials
        assert {port for _, port in website.seen.dials} <= {80, 443}


def is_public(address: str) -> bool:
    try:
        return public_address(address) == address
    except Forbidden:
        return False


def look(site: Website, *urls: str, seconds: float = 30.0, **options: Any) -> list[Page]:
    async def looked() -> list[Page]:
        web = Web(resolve=site.resolve, dial=site.dial, tls=site.trust, **options)
        async with web:
            return list((await web.look_all(urls, seconds=seconds)).values())

    return asyncio.run(looked())


def test_a_living_page_is_known_by_its_title_and_where_it_led(site: Website):
    asked = site.put(f"{HERE}/old", moved("/new"))
    site.put(f"{HERE}/new", page("Ownership &amp; borrowing"))

    (found,) = look(site, asked)

    assert found == Page(
        url=asked,
        verdict=Verdict.ALIVE,
        final_url=f"{HERE}/new",
        status=200,
        title="Ownership & borrowing",
        content_type="text/html",
    )
    assert [request[0] for request in site.requests] == ["HEAD", "HEAD", "GET"]
    assert site.seen.dials == [(PUBLIC, 443)]


def test_what_is_no_page_is_not_downloaded(site: Website):
    pdf = site.put(f"{HERE}/book.pdf", Answer(headers=(("Content-Type", "application/pdf"),)))

    (found,) = look(site, pdf)

    assert found.is_alive
    assert (found.content_type, found.title) == ("application/pdf", "")
    assert [request[0] for request in site.requests] == ["HEAD"]


# Nobody gets us to a forbidden door --------------------------------------------------------------


def test_no_hostile_address_is_dialled_or_even_looked_up(site: Website):
    found = look(site, *SPELLINGS)

    assert len(found) > 140
    assert {(page.verdict, page.reason) for page in found} == {(Verdict.UNCLEAR, "forbidden")}
    assert site.seen.dials == []
    assert site.seen.names == []


def test_no_redirect_leads_to_a_hostile_address(site: Website):
    hostile = [url for url in SPELLINGS if "\n" not in url and "\0" not in url and url.strip()]
    # Relative to the page, these are ordinary.
    hostile = [url for url in hostile if url not in {"example.com", "//example.com/"}]
    # A space in a Location is written as %20 before it is read, which no host may have in it.
    asked = [
        site.put(f"http://www.example.com/{number}", moved(url.encode().decode("latin-1")))
        for number, url in enumerate(hostile)
    ]

    found = look(site, *asked, per_host=50)

    assert len(found) > 130
    wrong = [
        (url, page)
        for url, page in zip(hostile, found, strict=True)
        if page.reason not in {"forbidden", "gone", "too_many_redirects"}
    ]
    assert wrong == []
    assert set(site.seen.dials) == {(PUBLIC, 80)}
    assert set(site.seen.names) == {"www.example.com"}


@pytest.mark.parametrize("where", ["alone", "before a public one", "after a public one"])
def test_a_name_with_one_private_address_is_refused_whole(site: Website, where: str):
    public = {"alone": [[], []], "before a public one": [[], [PUBLIC]]}.get(where, [[PUBLIC], []])
    for number, address in enumerate(PRIVATE):
        site.names[f"h{number}.example.com"] = [*public[0], address, *public[1]]

    found = look(site, *(f"http://h{number}.example.com/" for number in range(len(PRIVATE))))

    assert {page.reason for page in found} == {"forbidden"}
    assert site.seen.dials == []


def test_a_name_that_is_rebound_between_two_connections_is_judged_again(site: Website):
    site.names["www.example.com"] = [[PUBLIC], ["127.0.0.1"]]
    # The connection is not kept, so that the second request needs one of its own.
    closing = Answer(headers=(HTML, ("Connection", "close")), body=b"<title>Me</title>")
    asked = site.put("http://www.example.com/", closing)

    (found,) = look(site, asked)

    assert found.reason == "forbidden"
    assert site.seen.dials == [(PUBLIC, 80)]
    assert len(site.seen.names) == 2


def test_what_is_dialled_is_the_address_that_was_judged_and_there_is_no_second_lookup(
    site: Website,
):
    site.names["www.example.com"] = [["151.101.1.69"], ["10.0.0.1"]]
    site.put(f"{HERE}/", page("Me"))

    (found,) = look(site, f"{HERE}/")

    assert found.is_alive
    assert site.seen.names == ["www.example.com"]
    assert site.seen.dials == [("151.101.1.69", 443)]


def test_from_https_nothing_leads_back_to_http(site: Website):
    asked = site.put(f"{HERE}/a", moved("http://www.example.com/b"))

    assert look(site, asked)[0].reason == "forbidden"


def test_the_door_itself_refuses_whoever_asks(site: Website):
    door = GuardedDoor(site.resolve, site.dial)

    for host, port in (("127.0.0.1", 80), ("localhost", 80), ("example.com", 8080), ("::1", 443)):
        with pytest.raises(Forbidden):
            asyncio.run(door.connect_tcp(host, port))
    with pytest.raises(Forbidden):
        asyncio.run(door.connect_unix_socket("/var/run/docker.sock"))
    assert site.seen.dials == []


def test_no_proxy_of_the_environment_is_asked(site: Website, monkeypatch: pytest.MonkeyPatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    site.put(f"{HERE}/", page("Me"))

    assert look(site, f"{HERE}/")[0].is_alive


def test_a_site_learns_who_asks_and_gets_no_cookie_back(site: Website):
    setting = (HTML, ("Set-Cookie", "id=1; Path=/"))
    asked = site.put(f"{HERE}/", Answer(headers=setting, body=b"<title>Me</title>"))

    look(site, asked, contact="links@learn.example")

    assert all("links@learn.example" in said["user-agent"] for said in site.headers)
    assert all(not {"cookie", "authorization", "referer"} & said.keys() for said in site.headers)


def test_a_certificate_of_another_name_is_not_accepted(site: Website):
    site.put("https://www.example.net/", page("Me"))

    found = look(site, "https://www.example.net/")[0]

    assert (found.verdict, found.reason) == (Verdict.UNCLEAR, "tls")
    assert site.requests == []


def test_the_systems_own_resolver_and_dialler_refuse_this_machine():
    async def looked() -> Page:
        async with Web() as web:
            return await web.look("http://localhost.example.com.localhost/")

    assert asyncio.run(looked()).reason == "forbidden"
    with pytest.raises(NoSuchHost):
        asyncio.run(GuardedDoor(_nobody, tcp).connect_tcp("www.example.com", 80))


def test_the_systems_resolver_says_what_the_system_says():
    async def asked() -> list[str]:
        resolver = SystemResolver()
        try:
            return await resolver("127.0.0.1", 80)
        finally:
            resolver.close()

    assert asyncio.run(asked()) == ["127.0.0.1"]


# Verdicts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "verdict", "reason"),
    [
        (Answer(404), Verdict.DEAD, "gone"),
        (Answer(410), Verdict.DEAD, "gone"),
        (Answer(401), Verdict.UNCLEAR, "refused"),
        (Answer(403), Verdict.UNCLEAR, "refused"),
        (Answer(429), Verdict.UNCLEAR, "busy"),
        (Answer(500), Verdict.UNCLEAR, "server_error"),
        (Answer(503), Verdict.UNCLEAR, "server_error"),
        (Answer(304), Verdict.UNCLEAR, "not_http"),
        (Answer(301), Verdict.UNCLEAR, "not_http"),
        (page("Page not found | Example"), Verdict.DEAD, "soft_404"),
        (page("Seite nicht gefunden – Beispiel"), Verdict.DEAD, "soft_404"),  # noqa: RUF001
        (page("example.com: this domain is for sale"), Verdict.DEAD, "parked"),
        (page("Log in | Example"), Verdict.UNCLEAR, "login"),
        (page("Fine", head=405), Verdict.ALIVE, ""),
        (page("Fine", head=404), Verdict.ALIVE, ""),
        (page("Fine", head=501), Verdict.ALIVE, ""),
        (Answer(head=405, headers=(("Content-Type", "video/mp4"),)), Verdict.ALIVE, ""),
        (Answer(raw=b"SSH-2.0-OpenSSH\r\n\r\n"), Verdict.UNCLEAR, "not_http"),
        (Answer(raw=b""), Verdict.UNCLEAR, "not_http"),
        (Answer(raw=b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000), Verdict.UNCLEAR, "not_http"),
        (Answer(body=b"x" * 600_000), Verdict.UNCLEAR, "too_large"),
        (Answer(body=b"no title at all"), Verdict.ALIVE, ""),
        (moved("/page"), Verdict.UNCLEAR, "too_many_redirects"),
        (moved("/"), Verdict.DEAD, "redirected_home"),
        (moved("https://gone.example.com/"), Verdict.DEAD, "no_such_host"),
        (moved("https://nodns.example.com/"), Verdict.UNCLEAR, "unreachable"),
    ],
)
def test_an_answer_has_its_verdict(site: Website, answer: Answer, verdict: Verdict, reason: str):
    site.put(f"{HERE}/", page("Welcome"))
    site.names["gone.example.com"] = [NoSuchHost("gone.example.com")]
    site.names["nodns.example.com"] = [socket.gaierror(socket.EAI_AGAIN, "later")]
    asked = site.put(f"{HERE}/page", answer)

    (found,) = look(site, asked)

    assert (found.verdict, found.reason) == (verdict, reason)


def test_a_page_about_404_is_no_page_that_is_gone(site: Website):
    asked = site.put(f"{HERE}/en-US/docs/Web/HTTP/Status/404", page("404 Not Found - HTTP | MDN"))

    assert look(site, asked)[0].is_alive


def test_who_is_cut_off_from_the_world_calls_nothing_dead(site: Website):
    for number in range(3):
        site.names[f"h{number}.example.com"] = [NoSuchHost("no network")]
    asked = [f"http://h{number}.example.com/" for number in range(3)]

    cut_off = look(site, *asked)
    with_one_answer = look(site, *asked, "http://www.example.com/")

    assert {(page.verdict, page.reason) for page in cut_off} == {(Verdict.UNCLEAR, "no_such_host")}
    assert {page.verdict for page in with_one_answer} == {Verdict.DEAD}


def test_a_port_that_nobody_listens_at_is_unclear(site: Website):
    site.ports[80] = 1

    assert look(site, "http://www.example.com/")[0].reason == "unreachable"


@pytest.mark.parametrize(
    ("body", "encoding"),
    [(BOMB, "gzip"), (zlib.compress(bytes(8_000_000), 9), "deflate"), (BOMB, "x-gzip")],
)
def test_a_bomb_is_unpacked_no_further_than_a_page_may_be_large(
    site: Website, body: bytes, encoding: str
):
    asked = site.put(f"{HERE}/b", Answer(body=body, headers=(HTML, ("Content-Encoding", encoding))))
    tracemalloc.start()

    (found,) = look(site, asked)

    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.reason == "too_large"
    assert most < 5_000_000


def test_a_page_without_end_is_read_no_further_than_a_page_may_be_large(site: Website):
    plain = site.put(f"{HERE}/plain", Answer(endless=b"x" * 65_536))
    # Blocks of nothing: it travels for ever, and there is never anything to read.
    packed = gzip.compress(b"")[:10]
    nothing = Answer(
        headers=(HTML, ("Content-Encoding", "gzip")),
        body=packed,
        endless=b"\x00\x00\x00\xff\xff" * 10_000,
    )
    empty = site.put(f"{THERE}/packed", nothing)
    began = time.monotonic()

    found = look(site, plain, empty)

    assert [page.reason for page in found] == ["too_large", ""]
    assert time.monotonic() - began < 20


def test_a_page_that_is_packed_shows_its_title(site: Website):
    packed = gzip.compress(b"<title>Packed</title>" + b" " * 1000)
    asked = site.put(f"{HERE}/", Answer(body=packed, headers=(HTML, ("Content-Encoding", "gzip"))))
    broken = site.put(
        f"{HERE}/x", Answer(body=b"junk", headers=(HTML, ("Content-Encoding", "gzip")))
    )

    assert [found.title for found in look(site, asked, broken)] == ["Packed", ""]


@pytest.mark.parametrize(
    ("status", "body", "verdict", "reason"),
    [
        (200, b'{"title": "Rust in 100 seconds"}', Verdict.ALIVE, ""),
        (404, b"Not Found", Verdict.DEAD, "video_unavailable"),
        (400, b"Bad Request", Verdict.DEAD, "video_unavailable"),
        (401, b"Unauthorized", Verdict.UNCLEAR, "refused"),
        (403, b"Forbidden", Verdict.UNCLEAR, "refused"),
        (200, b"[]", Verdict.UNCLEAR, "refused"),
        (200, b"[" * 60_000, Verdict.UNCLEAR, "refused"),
        (200, b'{"title": "Long"}' + b" " * 70_000, Verdict.UNCLEAR, "refused"),
    ],
)
@pytest.mark.parametrize(
    "asked",
    [
        "https://www.youtube.com/watch?v=5C_HPTJg5ek&t=3",
        "https://youtu.be/5C_HPTJg5ek",
        "https://m.youtube.com/shorts/5C_HPTJg5ek",
        "https://www.example.com/to-the-video",
    ],
)
def test_a_video_is_asked_about_where_it_is_known_whether_it_is_gone(  # noqa: PLR0917
    site: Website, asked: str, status: int, body: bytes, verdict: Verdict, reason: str
):
    site.put(f"{HERE}/to-the-video", moved("https://youtu.be/5C_HPTJg5ek"))
    site.put(
        "https://www.youtube.com/oembed?format=json"
        "&url=https%3A%2F%2Fwww.youtube.com%2Fwatch%3Fv%3D5C_HPTJg5ek",
        Answer(status, body, headers=(("Content-Type", "application/json"),)),
    )

    (found,) = look(site, asked)

    assert (found.verdict, found.reason) == (verdict, reason)
    assert found.title == ("Rust in 100 seconds" if found.is_alive else "")
    assert "oembed" not in found.final_url


# Many at once, few per host, and never for long --------------------------------------------------


def test_many_pages_are_seen_at_once_but_few_of_one_host(site: Website):
    for host in range(10):
        for number in range(4):
            site.put(f"http://h{host}.example.com/{number}", page("Me", after=0.1))

    found = look(
        site, *(f"http://{host}{path}" for host, path in site.pages), at_once=8, per_host=2
    )

    assert all(page.is_alive for page in found)
    assert site.most_open[""] == 8
    assert max(count for host, count in site.most_open.items() if host) == 2


def test_what_hangs_or_drips_costs_no_more_than_the_time_there_is(site: Website):
    hanging = [site.put(f"http://h{n}.example.com/", HANGS) for n in range(6)]
    dripping = [site.put(f"http://d{n}.example.com/", DRIPS) for n in range(6)]
    living = site.put("http://www.example.com/", page("Me"))
    began = time.monotonic()

    found = look(site, *hanging, *dripping, living, seconds=1.0, at_once=20)

    assert time.monotonic() - began < 10
    assert [page.reason for page in found] == ["timeout"] * 12 + [""]


def test_no_page_keeps_us_longer_than_we_are_patient(site: Website):
    site.put("http://a.example.com/", HANGS)
    site.put("http://b.example.com/", DRIPS)
    # Each of its steps is quick enough, and all together are not.
    for step in range(5):
        to = moved(f"http://c{step + 1}.example.com/")
        site.put(f"http://c{step}.example.com/", replace(to, after=0.15))
    began = time.monotonic()

    urls = (f"http://{name}.example.com/" for name in ("a", "b", "c0"))
    found = look(site, *urls, patience=0.5)

    assert [page.reason for page in found] == ["timeout"] * 3
    assert time.monotonic() - began < 10
    assert ("GET", "a.example.com", "/") in site.requests


def test_a_site_that_hangs_is_not_waited_for_again_and_again(site: Website):
    urls = [site.put(f"http://www.example.com/{number}", HANGS) for number in range(20)]
    began = time.monotonic()

    found = look(site, *urls, patience=0.4)

    assert {page.reason for page in found} == {"timeout"}
    assert time.monotonic() - began < 10
    assert len({target for *_, target in site.requests}) < 8


def test_pages_that_nobody_had_time_for_are_unclear(site: Website):
    urls = [site.put(f"http://h{number}.example.com/", HANGS) for number in range(4)]

    found = look(site, *urls, seconds=0.3, at_once=2)

    assert sorted(page.reason for page in found) == ["not_reached"] * 2 + ["timeout"] * 2
    assert {page.verdict for page in found} == {Verdict.UNCLEAR}


def test_no_time_at_all_is_an_answer_too(site: Website):
    assert look(site, f"{HERE}/", seconds=0.0)[0].reason == "not_reached"
    assert look(site) == []


async def _nobody(_host: str, _port: int) -> list[str]:
    return []
