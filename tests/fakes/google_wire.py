"""How Google says things: errors, many calls in one request, parts of an answer, its moods."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Json = dict[str, Any]
API = "/calendar/v3"

FAULTS: dict[str, tuple[str, Any]] = {
    "busy, 403": ("busy", None),
    "busy, of this user": ("user_busy", None),
    "busy, 429": ("too_many", None),
    "busy, 429 and says until when": ("too_many", 1),
    "the day's quota is used up": ("quota", None),
    "500": ("error", 500),
    "502": ("error", 502),
    "503": ("error", 503),
    "does it and says 500": ("commit_then_error", 500),
    "does it and hangs up": ("commit_then_drop", None),
    "does it and says half of it": ("commit_then_cut", None),
    "hangs up": ("drop", None),
    "never answers": ("hang", None),
    "a page of HTML": ("garbage", None),
    "25 MB": ("huge", 25_000_000),
    "401 though the token lives": ("unauthorized", None),
}
"""What passes by itself, by name: behaviour and detail as `Google.next`, `at` take them."""

PART_FAULTS: dict[str, tuple[str, Any]] = {
    "busy, 403": ("busy", None),
    "busy, of this user": ("user_busy", None),
    "busy, 429": ("too_many", None),
    "500": ("error", 500),
    "503": ("error", 503),
    "does it and says 500": ("commit_then_error", 500),
    "does it and does not say so": ("commit_then_drop", None),
    "does nothing and says nothing": ("drop", None),
    "not HTTP": ("garbage", None),
    "401 though the token lives": ("unauthorized", None),
}
"""The same for single parts of a batch, as `Google.part` takes them."""

_REFUSALS: dict[str, tuple[int, str, str, str]] = {
    "busy": (403, "usageLimits", "rateLimitExceeded", "Rate Limit Exceeded"),
    "user_busy": (403, "usageLimits", "userRateLimitExceeded", "User Rate Limit Exceeded"),
    "too_many": (429, "usageLimits", "rateLimitExceeded", "Rate Limit Exceeded"),
    "quota": (403, "usageLimits", "quotaExceeded", "Calendar usage limits exceeded."),
    "unauthorized": (401, "global", "authError", "Invalid Credentials"),
    "forbidden": (403, "global", "insufficientPermissions", "Insufficient Permission"),
    "missing": (404, "global", "notFound", "Not Found"),
    "gone": (410, "global", "deleted", "Resource has been deleted"),
    "duplicate": (409, "global", "duplicate", "The requested identifier already exists."),
    "changed": (412, "global", "conditionNotMet", "Precondition Failed"),
}
_HEADERS = {
    "unauthorized": {"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/"'},
    "forbidden": {"WWW-Authenticate": 'Bearer error="insufficient_scope"'},
}


@dataclass(frozen=True)
class Answer:
    """What a call is answered; the body is an object, or nothing at all."""

    status: int
    body: Json | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def content(self) -> bytes:
        return b"" if self.body is None else json.dumps(self.body, indent=1).encode()


class Wrong(Exception):
    """A call is refused."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer


@dataclass
class Call:
    """A call of the service: a request of its own, or a part of one.

    Attributes:
        at: When it came, in seconds of the fake's clock.
        path: Below `/calendar/v3`, unescaped; of what is not the Calendar's, whole.
        query: Every value of each name.
        body: What was sent: an object, None without one, and the text of it where it is no JSON.
        status: What it was answered; 0 as long as it was not.
        behaviour: What was done in place of the usual; empty for the usual.
        parts: The calls of a batch.
        content_id: What names a part.
        is_calendars: Whether it is for the Calendar, and not the sign-in.
    """

    at: float
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: Any = None
    status: int = 0
    behaviour: str = ""
    parts: list[Call] = field(default_factory=list)
    content_id: str = ""
    is_calendars: bool = True

    @property
    def token(self) -> str:
        return self.headers.get("authorization", "").removeprefix("Bearer ")

    @property
    def is_write(self) -> bool:
        return self.method != "GET" and self.path != "/freeBusy"

    def one(self, name: str, default: str = "") -> str:
        """A parameter of the query, as the last that was said of it."""
        return self.query.get(name, [default])[-1]


def refusal(
    status: int, domain: str, reason: str, message: str, where: tuple[str, str] | None = None
) -> Answer:
    """An error as the service spells it; `where` is a kind of place and a name in it."""
    told = {"domain": domain, "reason": reason, "message": message}
    if where:
        told["locationType"], told["location"] = where
    return Answer(status, {"error": {"errors": [told], "code": status, "message": message}})


def refused(behaviour: str, detail: Any = None) -> Answer | None:
    """The answer of a mood that does nothing but refuse; None: it is another."""
    if behaviour == "error":
        return refusal(detail or 503, "global", "backendError", "Backend Error")
    if behaviour not in _REFUSALS:
        return None
    headers = dict(_HEADERS.get(behaviour, {}))
    if detail is not None:
        headers["Retry-After"] = str(detail)
    told = refusal(*_REFUSALS[behaviour])
    return Answer(told.status, told.body, headers)


def no(behaviour: str) -> Wrong:
    """A refusal by the name of its mood."""
    return Wrong(refused(behaviour) or refusal(500, "global", "backendError", behaviour))


def bad(reason: str, message: str, name: str = "", kind: str = "parameter") -> Wrong:
    """400, and where."""
    domain = "calendar" if reason.startswith("timeRange") else "global"
    return Wrong(refusal(400, domain, reason, message, (kind, name) if name else None))


def target(whole: str) -> tuple[str, dict[str, list[str]]]:
    """Path and query of what stands in a request's first line."""
    split = urlsplit(whole)
    return unquote(split.path), parse_qs(split.query, keep_blank_values=True)


def calls(batch: Call, content: bytes) -> list[Call]:
    """The calls that a batch holds; the outer request's headers hold for each, unless it says so.

    Raises:
        Wrong: It is no batch.
    """
    head = f"Content-Type: {batch.headers.get('content-type', '')}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + content)
    boundary = message.get_boundary()
    if not message.is_multipart() or not boundary or f"--{boundary}--".encode() not in content:
        raise bad("badRequest", "Failed to parse batch request.")
    found: list[Call] = []
    for part in message.iter_parts():
        payload = part.get_payload(decode=True)
        if part.get_content_type() != "application/http" or not isinstance(payload, bytes):
            raise bad("badRequest", "The content type of a part is not application/http.")
        call = _call(payload.lstrip(b"\r\n"), batch)
        call.content_id = str(part.get("Content-ID", "")).strip()
        found.append(call)
    return found


def _call(payload: bytes, batch: Call) -> Call:
    head, _, content = payload.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) not in {2, 3} or not words[1].startswith("/"):
        raise bad("badRequest", f"Failed to parse the request line of a part: {first!r}")
    pairs = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    length = headers.get("content-length", str(len(content)))
    if length != str(len(content)):
        raise bad("badRequest", f"A part has {len(content)} bytes and says {length}.")
    outer = {k: v for k, v in batch.headers.items() if not k.startswith(("content-", "host"))}
    path, query = target(words[1])
    if not path.startswith(f"{API}/"):
        raise bad("badRequest", f"Not a call of this API: {path}")
    return Call(batch.at, words[0], path.removeprefix(API), query, outer | headers, read(content))


def read(content: bytes) -> Any:
    """What a body says."""
    if not content.strip():
        return None
    try:
        return json.loads(content)
    except ValueError:
        return content.decode(errors="replace")


def multipart(answers: Sequence[tuple[Call, Answer | None]]) -> tuple[str, bytes]:
    """Content type and body of a batch's answer; an answer that is None is left out."""
    boundary = f"batch_{uuid.uuid4().hex}"
    pieces: list[bytes] = []
    for call, answer in answers:
        if answer is None:
            continue
        name = call.content_id
        about = [f"--{boundary}", "Content-Type: application/http"]
        if name:
            inner = name.removeprefix("<").removesuffix(">")
            about.append(f"Content-ID: <response-{inner}>")
        content = answer.content()
        phrase = HTTPStatus(answer.status).phrase if answer.status else ""
        first = f"HTTP/1.1 {answer.status} {phrase}" if answer.status else "<!DOCTYPE html>"
        headers = {"Content-Type": "application/json; charset=UTF-8"} | dict(answer.headers)
        headers["Content-Length"] = str(len(content))
        lines = [*about, "", first, *(f"{k}: {v}" for k, v in headers.items()), "", ""]
        pieces.append("\r\n".join(lines).encode() + content + b"\r\n\r\n")
    pieces.append(f"--{boundary}--\r\n".encode())
    return f"multipart/mixed; boundary={boundary}", b"".join(pieces)


def masked(value: Any, mask: str) -> Any:
    """The part of an answer that `fields` asks for.

    Raises:
        Wrong: The mask cannot be read.
    """
    tree, rest = _tree(mask, 0)
    if rest != len(mask):
        raise bad("invalidParameter", f"Invalid field selection {mask}", "fields")
    return _picked(value, tree)


def _tree(mask: str, at: int) -> tuple[Json, int]:
    tree: Json = {}
    name, place = "", tree
    while at <= len(mask):
        sign = mask[at : at + 1]
        if sign and sign not in ",/()":
            name += sign
        elif sign == "/":
            place, name = place.setdefault(name, {}), ""
        elif sign == "(":
            place[name], at = _tree(mask, at + 1)
            name = ""
        else:
            if name:
                place.setdefault(name, {})
            if sign != ",":
                return tree, at
            name, place = "", tree
        at += 1
    return tree, at


def _picked(value: Any, tree: Json) -> Any:
    if isinstance(value, list):
        return [_picked(item, tree) for item in value]
    if not tree or not isinstance(value, dict) or "*" in tree:
        return value
    return {name: _picked(value[name], below) for name, below in tree.items() if name in value}
