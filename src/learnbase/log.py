"""Structured logs: one JSON object a line, or a readable line on a terminal; never a secret.

log = get_log(__name__)
with about(queue="generate_plan", msg_id=7):
    log.info("job_done", duration_ms=12)
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import re
import sys
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ABOUT: ContextVar[dict[str, Any] | None] = ContextVar("about", default=None)
_HIDDEN = "[hidden]"
# What looks like a secret is one, also where nobody told us: keys by prefix, JWTs, bearer tokens,
# passwords in addresses.
_SECRET_SHAPES = re.compile(
    r"sb_secret_[\w-]+|\bsk-[\w-]{8,}|\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?"
    r"|(?<=[Bb]earer )[\w.~+/=-]{8,}|(?<=://)[^/\s:@\"]+:[^/\s@\"]+(?=@)"
)
_EVENT = re.compile(r"[a-z_]+")
_LEVELS = ("debug", "info", "warning", "error")


class Log:
    """A logger whose messages are events with fields."""

    def __init__(self, logger: logging.Logger) -> None:
        """Write through a logger of the standard library."""
        self._logger = logger

    def debug(self, event: str, **fields: Any) -> None:
        """Say what only somebody looking for a fault wants to read."""
        self._logger.debug(event, extra={"fields": fields})

    def info(self, event: str, **fields: Any) -> None:
        """Say what happened."""
        self._logger.info(event, extra={"fields": fields})

    def warning(self, event: str, **fields: Any) -> None:
        """Say what an operator may have to look at."""
        self._logger.warning(event, extra={"fields": fields})

    def error(self, event: str, *, problem: BaseException | None = None, **fields: Any) -> None:
        """Say what went wrong, with the traceback of `problem`."""
        self._logger.error(event, exc_info=problem, extra={"fields": fields})


def get_log(name: str) -> Log:
    """Return the log of a module."""
    return Log(logging.getLogger(name))


@contextmanager
def about(**fields: Any) -> Iterator[dict[str, Any]]:
    """Add fields to all that is said in here; what the dict gets later is said from then on."""
    said = {**(_ABOUT.get() or {}), **fields}
    token = _ABOUT.set(said)
    try:
        yield said
    finally:
        _ABOUT.reset(token)


def set_up(secrets: Iterable[str] = (), *, stream: TextIO | None = None) -> None:
    """Send everything to stderr, as `LOG_FORMAT` (json or text) and `LOG_LEVEL` say.

    Args:
        secrets: values to hide wherever they turn up, besides everything that looks like a secret.
        stream: instead of stderr.
    """
    out = stream or sys.stderr
    wanted = os.environ.get("LOG_FORMAT") or ("text" if out.isatty() else "json")
    level = os.environ.get("LOG_LEVEL", "info").lower()
    handler = logging.StreamHandler(out)
    handler.setFormatter(Lines(secrets) if wanted == "text" else JsonLines(secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper() if level in _LEVELS else "INFO")
    for chatty in ("httpx", "httpx2", "httpcore", "httpcore2", "openai", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


class _Discreet(logging.Formatter):
    """A format that hides secrets in the finished line, so that none slips in by another field."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        spelled = {form for secret in secrets if secret for form in (secret, _in_json(secret))}
        longest_first = sorted(spelled, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if spelled else None

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, with nothing in it that nobody may see."""
        fields = {**(_ABOUT.get() or {}), **getattr(record, "fields", {})}
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        line = self.line(record, fields)
        if self._known:
            line = self._known.sub(_HIDDEN, line)
        return _SECRET_SHAPES.sub(_HIDDEN, line)

    def line(self, record: logging.LogRecord, fields: dict[str, Any]) -> str:
        """Return the line as it is before anything is hidden."""
        raise NotImplementedError


class JsonLines(_Discreet):
    """One JSON object a line: ts, level, event, then the fields."""

    def line(self, record: logging.LogRecord, fields: dict[str, Any]) -> str:
        """Return the object."""
        at = dt.datetime.fromtimestamp(record.created, dt.UTC)
        head = {
            "ts": at.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        return json.dumps({**head, **fields}, ensure_ascii=False, default=str)


class Lines(_Discreet):
    """A line for people: the time, the event in words, the fields; a traceback below."""

    def line(self, record: logging.LogRecord, fields: dict[str, Any]) -> str:
        """Return the line."""
        traceback = fields.pop("traceback", None)
        now = dt.datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        level = "" if record.levelno == logging.INFO else f"{record.levelname.lower()}: "
        said = " ".join(f"{name}={_in_words(value)}" for name, value in fields.items())
        event = record.getMessage()
        # Only names of events are reworded: another's sentence may hold what must stay findable.
        words = event.replace("_", " ") if _EVENT.fullmatch(event) else event
        line = f"{now} {level}{words}  {said}".rstrip()
        return f"{line}\n{traceback}" if traceback else line


def _in_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _in_words(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
