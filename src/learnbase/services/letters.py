"""A letter as it is sent: to one address, each line of its head a single line.

What comes in here was written by people and models. Nothing of it reaches the head of a mail but
through these checks, so that no name, subject or address can add a line or a recipient of its own.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID  # noqa: TC003 - pydantic reads it when it runs

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

LONGEST_BODY = 400_000  # characters; a mail reader shows about a quarter of that
_LONGEST_ADDRESS, _LONGEST_MAILBOX, _LONGEST_LINK = 254, 64, 900  # RFC 5321; RFC 5322, 2.1.1
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_LABEL}")
_SENDER = re.compile(rf'\w[^<>"@,;:\\\[\]()]{{0,99}} <({_ADDRESS.pattern})>')
_LINK = re.compile(r"[!#$%&*+./0-9:;=?@A-Z_a-z~-]+")
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
# Controls, line and paragraph separators, unpaired surrogates, and what turns text around.
_UNSEEN = {"Cc", "Zl", "Zp", "Cs"}
_TURNS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def address(text: str) -> str:
    """Return one address, such as a mailbox can have; nothing around it.

    Raises:
        ValueError: it is none, or two, or has letters that mail servers do not agree on (a domain
            of other letters is written as `xn--…`).
    """
    mailbox = text.rpartition("@")[0]
    is_long = len(text) > _LONGEST_ADDRESS or len(mailbox) > _LONGEST_MAILBOX
    if is_long or not _ADDRESS.fullmatch(text):
        raise ValueError("is no address such as ada@example.com")
    return text


def _line(text: str) -> str:
    if any(unicodedata.category(one) in _UNSEEN or one in _TURNS for one in text):
        raise ValueError("has characters that no line of a letter's head has")
    return text


def sender(text: str) -> str:
    """Return who a letter is from: an address, or `A name <address>`.

    Raises:
        ValueError: it is neither.
    """
    named = _SENDER.fullmatch(_line(text))
    address(named[1] if named else text)
    return text


def _link(text: str) -> str:
    parts = urlsplit(text)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not is_safe or not parts.hostname or parts.username or not _LINK.fullmatch(text):
        raise ValueError("is no address such as https://example.com")
    return text


Address = Annotated[str, AfterValidator(address)]
Sender = Annotated[str, AfterValidator(sender)]
Line = Annotated[str, AfterValidator(_line)]
Link = Annotated[str, Field(max_length=_LONGEST_LINK), AfterValidator(_link)]


class Mail(BaseModel):
    """A letter to one person.

    Attributes:
        notification_id: Our own row of it; comes back with every event.
        kind: Of the notification: `weekly_summary`.
        sender: `Learnbase <hello@mail.example.com>`, or the address alone.
        to: One address.
        subject: One line.
        html: The letter; `text` likewise, for who reads it plainly.
        reply_to: Where answers go, if not to the sender.
        unsubscribe: Where one POST ends letters of this kind (RFC 8058); None: for letters that are
            no subscription.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    notification_id: UUID
    kind: Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,59}$")]
    sender: Sender
    to: Address
    subject: Annotated[Line, Field(min_length=1, max_length=200)]
    html: Annotated[str, Field(min_length=1, max_length=LONGEST_BODY)]
    text: Annotated[str, Field(min_length=1, max_length=LONGEST_BODY)]
    reply_to: Address | None = None
    unsubscribe: Link | None = None

    def body(self) -> dict[str, Any]:
        """Return it as Resend takes it; the same letter gives the same body, word for word."""
        body: dict[str, Any] = {
            "from": self.sender,
            "to": [self.to],
            "subject": self.subject,
            "html": self.html,
            "text": self.text,
            "tags": [
                {"name": "notification_id", "value": str(self.notification_id)},
                {"name": "kind", "value": self.kind},
            ],
        }
        if self.reply_to is not None:
            body["reply_to"] = self.reply_to
        if self.unsubscribe is not None:
            body["headers"] = {
                "List-Unsubscribe": f"<{self.unsubscribe}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            }
        return body
