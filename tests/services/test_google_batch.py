"""Many calls in one request: there and back, whatever is in them, and answers that are broken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnbase.services.batch import Call, Unreadable, decode, encode
from tests.fakes import google_wire

texts = st.text(st.characters(exclude_categories=["Cs"]))
calls = st.builds(
    Call,
    method=st.sampled_from(["POST", "PATCH", "PUT"]),
    path=st.just("/calendars/c/events"),
    body=st.dictionaries(texts, texts, max_size=3),
    if_match=st.none() | st.just('"3500000000002000"'),
)
API = "/calendar/v3"
HEAD = "multipart/mixed; boundary=b"


def answer(*parts: tuple[str, bytes]) -> bytes:
    lines = [
        b"--b\r\nContent-Type: application/http\r\nContent-ID: <" + name.encode() + b">\r\n\r\n"
        + content + b"\r\n"
        for name, content in parts
    ]  # fmt: skip
    return b"".join(lines) + b"--b--"


def received(content_type: str, content: bytes) -> list[google_wire.Call]:
    """What the service reads."""
    whole = google_wire.Call(0.0, "POST", "/batch", {}, {"content-type": content_type})
    return google_wire.calls(whole, content)


@given(st.lists(calls, min_size=1, max_size=5))
def test_what_is_sent_is_what_is_read(sent: list[Call]):
    content_type, content = encode(sent, API)
    read = received(content_type, content)
    assert [
        (it.method, it.path.removeprefix(API), it.body, it.headers.get("if-match")) for it in read
    ] == [(it.method, it.path, it.body, it.if_match) for it in sent]


@given(texts)
def test_any_text_comes_back(text: str):
    told = google_wire.Answer(200, {"summary": text})
    content_type, content = encode([Call("GET", "/calendars/c/events/e")], API)
    [asked] = received(content_type, content)
    kind, body = google_wire.multipart([(asked, told)])
    [reply] = decode(kind, body, 1)
    assert reply is not None
    assert reply.body == {"summary": text}


def test_answers_find_their_calls_by_name_and_not_by_place():
    body = answer(
        ("response-learnbase-1", b'HTTP/1.1 200 OK\r\nETag: "1"\r\n\r\n{"id":"second"}'),
        ("response-learnbase-0", b"HTTP/1.1 204 No Content\r\n\r\n"),
    )
    first, second = decode(HEAD, body, 2)
    assert first is not None
    assert second is not None
    assert (first.status, first.body) == (204, {})
    assert (second.body["id"], second.headers["etag"]) == ("second", '"1"')


@pytest.mark.parametrize(
    "part",
    [
        ("response-learnbase-9", b"HTTP/1.1 200 OK\r\n\r\n{}"),
        ("response-somebody", b"HTTP/1.1 200 OK\r\n\r\n{}"),
        ("response-learnbase-0", b"HTTP/1.1 OK\r\n\r\n{}"),
        ("response-learnbase-0", b"<html>"),
        ("response-learnbase-0", b"HTTP/1.1 200 OK\r\n\r\n{"),
        ("response-learnbase-0", b"HTTP/1.1 200 OK\r\n\r\n[1]"),
        ("response-learnbase-0", b""),
    ],
)
def test_a_part_that_is_broken_counts_as_not_answered(part: tuple[str, bytes]):
    assert decode(HEAD, answer(part), 1) == [None]


@pytest.mark.parametrize("content_type", ["text/html", "application/json", "multipart/mixed", ""])
def test_an_answer_without_parts_is_none(content_type: str):
    with pytest.raises(Unreadable):
        decode(content_type, b'{"error": {}}', 1)
