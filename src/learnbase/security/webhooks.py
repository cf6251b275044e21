"""Whether a service's call to us is its own: signatures over the bytes as they came.

Resend signs the way of Svix: an id, a time and the body together, good for five minutes, with
several signatures while a secret rotates (https://docs.svix.com/receiving/verifying-payloads/how-manual).
Notion signs the body alone, without a time, so that an old call is as good as a new one: what it
says is only ever a reason to look (https://developers.notion.com/reference/webhooks).
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from learnbase.errors import AccessDenied, SettingError

if TYPE_CHECKING:
    from collections.abc import Mapping

TOLERANCE = timedelta(minutes=5)
_PREFIX = "whsec_"
_FEWEST_BYTES, _MOST_BYTES = 16, 75  # of a secret; Svix makes 24 to 64
_ID = re.compile(r"[A-Za-z0-9_.-]{1,256}")
_MOMENT = re.compile(r"[0-9]{1,11}")
_MOST_SIGNATURES = 20


class WebhookRefused(AccessDenied):
    """A call that is not, or cannot be shown to be, the service's own."""


@dataclass(frozen=True)
class Delivery:
    """A call that is the service's own.

    Attributes:
        id: The same each time that this event is told.
        at: When this call was signed, in UTC.
    """

    id: str
    at: datetime


@dataclass(frozen=True)
class Secrets:
    """What a service signs with; while a secret rotates there are two.

    Attributes:
        keys: Any of them may have signed; never in a repr.
    """

    keys: tuple[bytes, ...] = field(repr=False)

    @classmethod
    def parse(cls, text: str, *, setting: str) -> Secrets:
        """Read secrets as Svix writes them, `whsec_…`, separated by commas.

        Raises:
            SettingError: it is empty, or one of them is none.
        """
        entries = filter(None, (entry.strip() for entry in text.split(",")))
        keys = tuple(_key(entry, setting) for entry in entries)
        if not keys:
            raise _unusable(setting)
        return cls(keys)


def verify_svix(
    headers: Mapping[str, str], body: bytes, now: datetime, secrets: Secrets
) -> Delivery:
    """Return which delivery this is.

    Args:
        headers: of the request, by lower-case name.
        body: as it came, byte by byte.
        now: with a time zone.
        secrets: see there.

    Raises:
        WebhookRefused: it is not signed, not by the service, or not within five minutes of now.
    """
    names = ("svix-id", "svix-timestamp", "svix-signature")
    identifier, moment, signatures = (headers.get(name, "") for name in names)
    if not _ID.fullmatch(identifier) or not _MOMENT.fullmatch(moment) or not signatures:
        raise _refused("is not signed", "signature_missing")
    signed = f"{identifier}.{moment}.".encode() + body
    given = [
        value
        for version, _, value in (one.partition(",") for one in signatures.split(" "))
        if version == "v1"
    ][:_MOST_SIGNATURES]
    if not _is_any(given, [base64.b64encode(_mac(key, signed)).decode() for key in secrets.keys]):
        raise _refused("is not signed by the service", "signature_wrong")
    at = datetime.fromtimestamp(int(moment), UTC)
    if abs(now - at) > TOLERANCE:
        raise _refused("was signed more than five minutes away from now", "signature_old")
    return Delivery(identifier, at)


def verify_notion(signature: str, body: bytes, *tokens: str) -> None:
    """Let pass what Notion signed.

    Args:
        signature: the header `X-Notion-Signature`: `sha256=` and 64 hexadecimal digits.
        body: as it came, byte by byte.
        tokens: the verification tokens of the subscription; any of them may have signed.

    Raises:
        WebhookRefused: it did not.
    """
    if not signature:
        raise _refused("is not signed", "signature_missing")
    made = [f"sha256={_mac(token.encode(), body).hex()}" for token in tokens if token]
    if not _is_any([signature], made):
        raise _refused("is not signed by the service", "signature_wrong")


def _is_any(given: list[str], made: list[str]) -> bool:
    """Whether one is among the others, in a time that does not tell how near it was."""
    pairs = ((one.encode(), other.encode()) for one in given for other in made)
    return any(hmac.compare_digest(one, other) for one, other in pairs)


def _mac(key: bytes, signed: bytes) -> bytes:
    return hmac.digest(key, signed, "sha256")


def _key(entry: str, setting: str) -> bytes:
    try:
        key = base64.b64decode(entry.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise _unusable(setting) from None
    if not entry.startswith(_PREFIX) or not _FEWEST_BYTES <= len(key) <= _MOST_BYTES:
        raise _unusable(setting)
    return key


def _refused(why: str, code: str) -> WebhookRefused:
    return WebhookRefused(f"The call {why}", code=code)


def _unusable(setting: str) -> SettingError:
    return SettingError(
        f"{setting} is no signing secret",
        remedy="Copy it from the page of the webhook: it begins with whsec_",
        field=setting,
    )
