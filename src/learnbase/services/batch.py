"""Many calls in one request: `multipart/mixed`, as Google's services take it.

Each part is a call of its own, and so is each part of the answer: it counts, and fails, alone.

https://developers.google.com/workspace/calendar/api/guides/batch
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Json = dict[str, Any]
_ID = "learnbase-"


@dataclass(frozen=True)
class Call:
    """A call of the service.

    Attributes:
        method: Of HTTP.
        path: Below the service's own, with its query, escaped.
        body: Sent as JSON, or nothing.
        if_match: The etag that the thing must still have.
    """

    method: str
    path: str
    body: Json | None = None
    if_match: str | None = None


@dataclass(frozen=True)
class Reply:
    """What a call was answered.

    Attributes:
        status: Of HTTP.
        body: An object; empty where there was none.
        headers: By lower-case name.
    """

    status: int
    body: Json
    headers: Mapping[str, str] = field(default_factory=dict)


class Unreadable(ValueError):
    """The answer is none."""


def encode(calls: Sequence[Call], prefix: str) -> tuple[str, bytes]:
    """Return the content type and the body of a request that holds the calls.

    Args:
        calls: in order.
        prefix: what each path begins with: "/calendar/v3".
    """
    boundary = f"batch_{uuid.uuid4().hex}"
    parts: list[bytes] = []
    for number, call in enumerate(calls):
        head = [
            f"--{boundary}",
            "Content-Type: application/http",
            f"Content-ID: <{_ID}{number}>",
            "",
            f"{call.method} {prefix}{call.path} HTTP/1.1",
            "Accept: application/json",
        ]
        if call.if_match is not None:
            head.append(f"If-Match: {call.if_match}")
        content = b""
        if call.body is not None:
            content = json.dumps(call.body, ensure_ascii=False, separators=(",", ":")).encode()
            head += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
        parts.append("\r\n".join([*head, "", ""]).encode() + content + b"\r\n")
    parts.append(f"--{boundary}--\r\n".encode())
    return f"multipart/mixed; boundary={boundary}", b"".join(parts)


def decode(content_type: str, content: bytes, count: int) -> list[Reply | None]:
    """Return the replies to so many calls, in their order; None: this one was not answered.

    Raises:
        Unreadable: it is no answer to a batch.
    """
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    message = BytesParser(policy=HTTP).parsebytes(head + content)
    if not message.is_multipart():
        raise Unreadable("the answer to a batch has no parts")
    replies: list[Reply | None] = [None] * count
    for part in message.iter_parts():
        name = str(part.get("Content-ID", "")).strip().strip("<>")
        number = name.removeprefix("response-").removeprefix(_ID)
        payload = part.get_payload(decode=True)
        if number.isdecimal() and int(number) < count and isinstance(payload, bytes):
            replies[int(number)] = _reply(payload)
    return replies


def _reply(payload: bytes) -> Reply | None:
    """Read a response; None: it is broken, or its end is missing."""
    head, _, content = payload.lstrip().partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split(" ", 2)
    if len(words) < 2 or not words[0].startswith("HTTP/") or not words[1].isdecimal():  # noqa: PLR2004
        return None
    fields = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in fields}
    try:
        return Reply(int(words[1]), json_object(content), headers)
    except Unreadable:
        return None


def json_object(content: bytes) -> Json:
    """Return an object, empty where there is nothing.

    Raises:
        Unreadable: it is something else.
    """
    if not content.strip():
        return {}
    try:
        told = json.loads(content)
    except (ValueError, RecursionError) as problem:
        raise Unreadable("the answer is not JSON") from problem
    if not isinstance(told, dict):
        raise Unreadable("the answer is no JSON object")
    return told
