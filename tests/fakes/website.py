"""All of the web on loopback: pages by host and path, on 80 and 443, and every way to misbehave.

The resolver and the dialler are what a test hands to the fetcher: the one answers from a book of
names, the other writes down what it was asked to dial and connects to loopback whatever it was.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import gzip
import ssl
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpcore
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.fakes.loopback import Loopback

if TYPE_CHECKING:
    from pathlib import Path

PUBLIC = "93.184.216.34"
BOMB = gzip.compress(bytes(64 * 1024 * 1024), 9)


@dataclass(frozen=True)
class Answer:
    """How a page answers.

    Attributes:
        head: The status of HEAD, where it differs.
        after: Seconds until it answers.
        raw: Sent as it is, instead of anything else.
        drip: Whether the body comes a byte at a time.
        endless: What follows the body again and again.
    """

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/html; charset=utf-8"),)
    head: int | None = None
    after: float = 0.0
    raw: bytes | None = None
    drip: bool = False
    endless: bytes = b""


def page(title: str, **more: Any) -> Answer:
    """A page with a title."""
    body = f"<!doctype html><html><head><title>{title}</title></head><body>…</body></html>"
    return Answer(body=body.encode(), **more)


def moved(to: str, status: int = 301) -> Answer:
    """A redirect."""
    return Answer(status=status, headers=(("Location", to),))


HANGS = Answer(after=3600.0)
DRIPS = Answer(drip=True)


@dataclass
class Dialled:
    """What was looked up, and what was dialled."""

    names: list[str] = field(default_factory=list)
    dials: list[tuple[str, int]] = field(default_factory=list)


class Website(Loopback):
    """Serves `pages[(host, target)]`, and 404 for all else; `requests` is what was asked."""

    def __init__(self, directory: Path | None = None) -> None:
        self.pages: dict[tuple[str, str], Answer] = {}
        self.names: dict[str, list[Any]] = {}
        """Answers by host: addresses, or an error to raise; several lists are given in turn."""
        self.requests: list[tuple[str, str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.seen = Dialled()
        self.open: Counter[str] = Counter()
        self.most_open: Counter[str] = Counter()
        self._directory = directory
        self._tasks: set[asyncio.Task[None]] = set()

    # What a test hands to the fetcher ----------------------------------------------------------

    async def resolve(self, host: str, _port: int) -> list[str]:
        self.seen.names.append(host)
        answers = self.names.get(host, [PUBLIC])
        if answers and isinstance(answers[0], list):
            answers = answers.pop(0) if len(answers) > 1 else answers[0]
        if answers and isinstance(answers[0], BaseException):
            raise answers[0]
        return list(answers)

    async def dial(self, address: str, port: int, seconds: float) -> httpcore.AsyncNetworkStream:
        self.seen.dials.append((address, port))
        return await httpcore.AnyIOBackend().connect_tcp(
            "127.0.0.1", self.ports[port], timeout=seconds
        )

    @property
    def trust(self) -> ssl.SSLContext:
        """A context that trusts this web's own authority, and checks names as ever."""
        context = ssl.create_default_context()
        context.load_verify_locations(cadata=self._authority)
        return context

    def put(self, url: str, answer: Answer) -> str:
        """Put a page at an address."""
        rest = url.partition("://")[2]
        host, slash, path = rest.partition("/")
        self.pages[host, slash + path or "/"] = answer
        return url

    # The server --------------------------------------------------------------------------------

    async def _start(self) -> None:
        self._plain = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=2048)
        self.ports = {80: self._plain.sockets[0].getsockname()[1]}
        if self._directory is not None:
            self._authority, secure = _certified(self._directory)
            self._secure = await asyncio.start_server(
                self._serve, "127.0.0.1", 0, ssl=secure, backlog=2048
            )
            self.ports[443] = self._secure.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        self._plain.close()
        if self._directory is not None:
            self._secure.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        try:
            while await self._answer(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, ssl.SSLError):
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        asked = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = asked[0].split(" ")
        said = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in asked[1:] if line)
        }
        host = said["host"]
        self.requests.append((method, host, target))
        self.headers.append(said)
        self.open[host] += 1
        self.most_open[host] = max(self.most_open[host], self.open[host])
        self.open[""] += 1
        self.most_open[""] = max(self.most_open[""], self.open[""])
        try:
            answer = self.pages.get((host, target), Answer(404, b"<title>Gone</title>"))
            return await self._said(writer, answer, method)
        finally:
            self.open[host] -= 1
            self.open[""] -= 1

    async def _said(self, writer: asyncio.StreamWriter, answer: Answer, method: str) -> bool:
        if answer.after:
            await asyncio.sleep(answer.after)
        if answer.raw is not None:
            writer.write(answer.raw)
            await writer.drain()
            return False
        status = answer.head if method == "HEAD" and answer.head else answer.status
        lines = [
            f"HTTP/1.1 {status} Whatever",
            *(f"{name}: {value}" for name, value in answer.headers),
        ]
        if answer.drip or answer.endless:
            writer.write("\r\n".join([*lines, "", ""]).encode() + answer.body)
            while method != "HEAD":
                writer.write(answer.endless or b"x")
                await writer.drain()
                await asyncio.sleep(0.05 if answer.drip else 0.001)
            return False
        lines += [f"Content-Length: {len(answer.body)}", "", ""]
        writer.write("\r\n".join(lines).encode() + (answer.body if method != "HEAD" else b""))
        await writer.drain()
        return True


def _certified(directory: Path) -> tuple[str, ssl.SSLContext]:
    """An authority, and a server's context with certificates of it, by the name that is asked for.

    Returns the authority as PEM, and the context.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "The web on loopback")])
    authority = _signed(name, name, key, key, None)
    names = [
        "*.example.com", "example.com", "*.example.org", "example.org", "www.youtube.com",
        "youtu.be", "youtube.com",
    ]  # fmt: skip
    own = ec.generate_private_key(ec.SECP256R1())
    whom = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "site")])
    certificate = _signed(whom, name, own, key, names)
    pem = directory / "site.pem"
    pem.write_bytes(
        own.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return authority.public_bytes(serialization.Encoding.PEM).decode(), context


def _signed(
    whom: x509.Name,
    by: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    names: list[str] | None,
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)
    begun = (
        x509.CertificateBuilder()
        .subject_name(whom)
        .issuer_name(by)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=names is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()),
            critical=False,
        )
    )
    if names is None:
        usage = x509.KeyUsage(
            digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False,
            key_encipherment=False, data_encipherment=False, key_agreement=False,
            encipher_only=False, decipher_only=False,
        )  # fmt: skip
        begun = begun.add_extension(usage, critical=True)
    else:
        names_of = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        begun = begun.add_extension(names_of, critical=False)
    return begun.sign(signer, hashes.SHA256())
