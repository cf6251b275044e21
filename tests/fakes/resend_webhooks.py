"""What Resend tells of its letters: events, signed the way of Svix, in any order, and often.

Written down again here, from Svix's description, so that the two sides check each other.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from random import Random

    from tests.fakes.resend_ledger import Letter

Json = dict[str, Any]

SECRET = "whsec_" + base64.b64encode(b"a secret for webhooks, of a test").decode()
FORGER = "whsec_" + base64.b64encode(b"another secret, of somebody else").decode()
_DETAILS: dict[str, Json] = {
    "bounced": {
        "bounce": {
            "type": "Permanent",
            "subType": "General",
            "message": "The recipient's mail server permanently rejected the email.",
            "diagnosticCode": ["smtp; 550 5.1.1 user unknown"],
        }
    },
    "clicked": {
        "click": {
            "ipAddress": "192.0.2.7",
            "link": "https://learn.example.com",
            "timestamp": "2026-11-23T08:00:00.000Z",
            "userAgent": "Mozilla/5.0",
        }
    },
    "failed": {"failed": {"reason": "reached_daily_quota"}},
    "suppressed": {
        "suppressed": {
            "type": "OnAccountSuppressionList",
            "reason": "previous_bounce",
            "message": "The address is on the suppression list.",
            "diagnosticCode": [],
        }
    },
}


@dataclass(frozen=True)
class Event:
    """Something that happened to a letter; the same id however often it is told."""

    id: str
    kind: str
    body: bytes


class Webhooks:
    """The side that calls; the fake has one as `webhooks`."""

    def __init__(self, clock: Callable[[], float], secret: str = SECRET) -> None:
        self._clock = clock
        self.secret = secret

    def event(self, letter: Letter, what: str, *, ago: float = 0, **detail: Any) -> Event:
        """Something happens to a letter.

        Args:
            letter: To which.
            what: sent, delivered, delivery_delayed, bounced, complained, opened, clicked, failed,
                suppressed.
            ago: How many seconds ago it happened.
            detail: Instead of the usual: `bounce={"type": "Transient", …}`; parts are enough.
        """
        letter.last_event = what
        said = {
            name: usual | detail.get(name, {}) for name, usual in _DETAILS.get(what, {}).items()
        }
        sent = letter.body or {}
        body: Json = {
            "type": f"email.{what}",
            "created_at": _time(self._clock() - ago),
            "data": {
                "email_id": letter.id,
                "created_at": _time(letter.at),
                "from": sent.get("from", "Learnbase <hello@mail.example.com>"),
                "to": [letter.to],
                "subject": letter.subject,
                "tags": {one["name"]: one["value"] for one in sent.get("tags", ())}
                or {"notification_id": letter.notification_id},
                **said,
            },
        }
        if sent.get("headers"):
            pairs = sent["headers"].items()
            body["data"]["headers"] = [{"name": name, "value": value} for name, value in pairs]
        return Event(f"msg_{uuid4().hex}", f"email.{what}", json.dumps(body).encode())

    def headers(
        self, event: Event, *, ago: float = 0, secret: str | None = None, also: tuple[str, ...] = ()
    ) -> dict[str, str]:
        """Sign a call.

        Args:
            event: What is told.
            ago: How many seconds ago it is signed.
            secret: Another than ours: a forgery.
            also: Secrets that sign as well, as while one rotates.
        """
        at = str(int(self._clock() - ago))
        secrets = (*also, secret or self.secret)
        signatures = " ".join(f"v1,{_signature(one, event.id, at, event.body)}" for one in secrets)
        return {
            "content-type": "application/json",
            "svix-id": event.id,
            "svix-timestamp": at,
            "svix-signature": signatures,
        }

    def forged(self, event: Event) -> dict[str, str]:
        """A call as somebody makes it who does not know the secret."""
        return self.headers(event, secret=FORGER)

    def send(self, url: str, event: Event, headers: dict[str, str] | None = None) -> int:
        """Call, and return the status of the answer."""
        with _calling() as http:
            signed = headers or self.headers(event)
            return http.post(url, content=event.body, headers=signed).status_code

    def storm(
        self, url: str, events: Iterable[Event], random: Random, *, times: int = 3
    ) -> list[int]:
        """Tell each event so many times, in any order, with forgeries and old calls among them.

        Returns the statuses of the calls that are the service's own.
        """
        calls = [(event, self.headers(event), True) for event in events for _ in range(times)]
        for event, _, _ in list(calls[::times]):
            twin = Event(event.id, event.kind, event.body.replace(b"email.", b"email.x"))
            calls += [(event, self.forged(event), False), (twin, self.headers(event), False)]
            calls.append((event, self.headers(event, ago=301), False))
        random.shuffle(calls)
        with _calling() as http:
            statuses = [
                http.post(url, content=event.body, headers=headers).status_code
                for event, headers, _ in calls
            ]
        return [status for status, (*_, is_own) in zip(statuses, calls, strict=True) if is_own]


def _calling() -> httpx.Client:
    return httpx.Client(trust_env=False, timeout=30)


def _signature(secret: str, identifier: str, at: str, body: bytes) -> str:
    key = base64.b64decode(secret.split("_", 1)[1])
    signed = identifier.encode() + b"." + at.encode() + b"." + body
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _time(seconds: float) -> str:
    at = dt.datetime.fromtimestamp(seconds, dt.UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
