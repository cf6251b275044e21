"""What Resend accepts: its own description of its API, and what it checks beyond that.

https://resend.com/docs/api-reference/emails/send-batch-emails
https://resend.com/docs/api-reference/errors
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from tests.contracts.contract import HERE, Contract

Json = dict[str, Any]

NAME = "resend.json"
MOST_MAILS, LONGEST_KEY, MOST_RECIPIENTS = 100, 256, 50
_ADDRESS = re.compile(r"[^\s@<>\",;]+@[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)+")
_NAMED = re.compile(rf"[^<>\r\n]*<({_ADDRESS.pattern})>")
_TAG = re.compile(r"[A-Za-z0-9_-]{1,256}")
_HEADER = re.compile(r"[!-9;-~]+")


class Description(Contract):
    """Resend's OpenAPI description; what it leaves open (`headers`) is open."""

    def __init__(self) -> None:
        super().__init__(NAME)

    def event(self, kind: str, body: Json) -> list[str]:
        """What is wrong with an event; nothing where nothing is."""
        operation = self._whole["webhooks"][kind]["post"]
        return self._wrong(
            operation["requestBody"]["content"]["application/json"]["schema"], body, "$"
        )

    def _fields(self, schema: Json, value: Json, where: str) -> list[str]:
        said = {"properties", "additionalProperties", "required"}
        return super()._fields(schema, value, where) if said & set(schema) else []


@cache
def description() -> Description | None:
    """The description; None where this project is not beside it."""
    return Description() if (HERE / NAME).exists() else None


def broken(path: str, body: Any) -> list[str]:
    """What is wrong with a body, by the description; nothing where that is not at hand."""
    known = description()
    return known.wrong(path, body) if known else []


def refusal(mail: Any) -> str | None:
    """Why one mail of a batch is not taken, in the service's words; None: it is."""
    if not isinstance(mail, dict):
        return "Each email must be an object."
    for name in ("from", "to", "subject"):
        if not mail.get(name):
            return f"Missing `{name}` field."
    if not mail.get("html") and not mail.get("text"):
        return "Missing `html` or `text` field."
    for name in ("attachments", "scheduled_at"):
        if name in mail:
            return f"The `{name}` field is not supported in batch."
    return _wrong_address(mail) or _wrong_line(mail) or _wrong_tag(mail)


def domain(mail: Any) -> str:
    """The domain that a mail says it is from; empty: none."""
    sender = _address(str(mail.get("from", ""))) if isinstance(mail, dict) else None
    return sender.rpartition("@")[2] if sender else ""


def _wrong_address(mail: Json) -> str | None:
    recipients = mail["to"] if isinstance(mail["to"], list) else [mail["to"]]
    if len(recipients) > MOST_RECIPIENTS:
        return f"The `to` field has more than {MOST_RECIPIENTS} recipients."
    named = [("from", mail["from"]), *(("to", one) for one in recipients)]
    if "reply_to" in mail:
        replies = mail["reply_to"]
        named += [
            ("reply_to", one) for one in (replies if isinstance(replies, list) else [replies])
        ]
    for name, address in named:
        if not _address(str(address)):
            return (
                f"Invalid `{name}` field. The email address needs to follow the "
                "`email@example.com` or `Name <email@example.com>` format."
            )
    return None


def _wrong_line(mail: Json) -> str | None:
    if re.search(r"[\r\n]", mail["subject"]):
        return "The `\\n` is not allowed in the `subject` field."
    for name, value in mail.get("headers", {}).items():
        if not _HEADER.fullmatch(name) or not isinstance(value, str) or re.search(r"[\r\n]", value):
            return "Invalid `headers` field."
    return None


def _wrong_tag(mail: Json) -> str | None:
    for tag in mail.get("tags", ()):
        if not all(_TAG.fullmatch(str(tag.get(part, ""))) for part in ("name", "value")):
            return "Tags should only contain ASCII letters, numbers, underscores, or dashes."
    return None


def _address(text: str) -> str | None:
    if _ADDRESS.fullmatch(text):
        return text
    named = _NAMED.fullmatch(text)
    return named[1] if named else None
