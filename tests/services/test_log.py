"""Logs: one object a line, and no secret in any of them."""

from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING

import pytest

from learnbase import log

if TYPE_CHECKING:
    from collections.abc import Iterator

SAID = log.get_log("learnbase.tests")


@pytest.fixture(autouse=True)
def _put_back() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], _ = handlers, root.setLevel(level)


def written(*secrets: str) -> io.StringIO:
    stream = io.StringIO()
    log.set_up(secrets, stream=stream)
    return stream


def test_a_line_is_an_object_with_the_fields_around_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LOG_FORMAT", "json")
    stream = written()
    with log.about(queue="q", msg_id=1) as about:
        about["plan_id"] = "p"
        SAID.info("job_done", duration_ms=3)
    SAID.info("stopped")
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert first["ts"].endswith("+00:00")
    del first["ts"], second["ts"]
    assert first == {
        "level": "info",
        "event": "job_done",
        "queue": "q",
        "msg_id": 1,
        "plan_id": "p",
        "duration_ms": 3,
    }
    assert second == {"level": "info", "event": "stopped"}


@pytest.mark.parametrize("form", ["json", "text"])
@pytest.mark.parametrize(
    "secret",
    [
        "sb_secret_abcDEF-123_x",
        "sk-proj-abcdefgh12345",
        "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.c2lnbmF0dXJl",
        'a "quoted" \\ secret that looks like nothing',
    ],
)
def test_no_secret_reaches_a_line_by_any_way(
    monkeypatch: pytest.MonkeyPatch, form: str, secret: str
):
    monkeypatch.setenv("LOG_FORMAT", form)
    stream = written(secret)
    SAID.warning("said", field=secret, nested={"deep": [secret]})
    SAID.info(f"in the event {secret}")
    SAID.error("raised", problem=ValueError(f"in a traceback: {secret}"))
    logging.getLogger("somebody.else").warning("positional %s", secret)
    said = stream.getvalue()
    assert said.count("[hidden]") >= 5
    assert secret not in said
    assert json.dumps(secret)[1:-1] not in said


def test_bearer_tokens_and_passwords_in_addresses_are_hidden_unknown_as_they_are(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("LOG_FORMAT", "json")
    stream = written()
    SAID.info("said", header="Authorization: Bearer abcdefgh.12345678", url="postgres://a:pw@h/d")
    assert "abcdefgh" not in stream.getvalue()
    assert "pw" not in stream.getvalue()
    assert "@h/d" in stream.getvalue()


def test_people_read_words(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LOG_FORMAT", "text")
    stream = written()
    SAID.warning("database_away", reason="no")
    assert "warning: database away  reason=no" in stream.getvalue()
