"""Links in letters that act: signed for one person and one act, until a day that is written in.

A token is `v1.<key id>.<what, base64url>.<HMAC-SHA256, base64url>`. What it says can be read by who
holds it, and changed by nobody. It may be used again and again, so an act behind a link is one that
is safe to repeat. A door names the acts that it opens for (`read`): a link to unsubscribe ticks no
task.

The keys are derived (HKDF-SHA256, RFC 5869) from those that seal tokens, `TOKEN_KEYS`, under the
same ids: one setting to keep and to rotate, and neither kind of key tells the other. The newest
signs, all of them are accepted; a key that is taken out of the setting ends the links it signed, so
it stays there, behind the newest, for as long as links live.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from learnbase.errors import AccessDenied

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from learnbase.security.sealing import Keyring

_VERSION = "v1"
_PURPOSE = b"learnbase signed links v1"
_LONGEST = 2000  # characters; letters and browsers carry that much of an address
_NAME = re.compile(r"[a-z][a-z_]{0,39}")
_VALUE = re.compile(r"[A-Za-z0-9._:-]{1,100}")
_EXPECTED = {"act": str, "for": str, "until": int, "ids": dict}


class LinkRefused(AccessDenied):
    """A link that opens nothing here."""


class LinkBroken(LinkRefused):
    """It was not made by us, or not like this, or for another door: the three look alike."""

    def __init__(self) -> None:
        """Say so, and not what of it is wrong."""
        super().__init__(
            "This link is not complete, or was changed on its way",
            remedy="Open it from the letter itself, or sign in",
            code="link_broken",
        )


class LinkExpired(LinkRefused):
    """It was a good one.

    Attributes:
        action: What it was for; to say so, never to act on.
    """

    def __init__(self, action: Action) -> None:
        """Say when it ended."""
        super().__init__(
            f"This link was good until {action.expires_at:%Y-%m-%d}",
            remedy="Sign in to do it",
            code="link_expired",
        )
        self.action = action


@dataclass(frozen=True)
class Action:
    """What a link is for.

    Attributes:
        name: What is to be done: `tick_task`.
        ids: What it is to be done to, by the names of their columns.
        person: Whose link it is, and for whom it acts.
        expires_at: The end of it, in UTC, to the second.
    """

    name: str
    ids: Mapping[str, str]
    person: str
    expires_at: datetime


@dataclass(frozen=True)
class LinkKeys:
    """The keys that sign, newest first.

    Attributes:
        keys: By id; never in a repr.
    """

    keys: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def derived(cls, ring: Keyring) -> LinkKeys:
        """Return the keys for links that belong to the keys of a ring."""
        return cls({key_id: _derived(key) for key_id, key in ring.keys.items()})


def sign(
    action: str, ids: Mapping[str, str], person: str, expires_at: datetime, keys: LinkKeys
) -> str:
    """Return the token of a link, of characters that an address takes as they are.

    Args:
        action: lower-case words with underscores.
        ids: what it is about, by name; values as UUIDs or slugs are written.
        person: whose link it is.
        expires_at: when it ends; with a time zone.
        keys: the newest of them signs.

    Raises:
        ValueError: a name or a value is none, the time has no zone, or there is too much of it.
    """
    named = [action, *ids]
    if not all(map(_NAME.fullmatch, named)) or not all(
        map(_VALUE.fullmatch, [person, *ids.values()])
    ):
        raise ValueError("a link takes names of a-z and _, and values as ids are written")
    said = {
        "act": action,
        "for": person,
        "until": _seconds(expires_at),
        "ids": dict(sorted(ids.items())),
    }
    key_id, key = next(iter(keys.keys.items()))
    content = _encoded(json.dumps(said, separators=(",", ":")).encode())
    token = f"{_VERSION}.{key_id}.{content}"
    token = f"{token}.{_encoded(_mac(key, token))}"
    if len(token) > _LONGEST:
        raise ValueError("that is too much for a link")
    return token


def read(token: str, now: datetime, keys: LinkKeys, *, opens: Collection[str]) -> Action:
    """Return what a link is for.

    Args:
        token: from whoever came.
        now: with a time zone.
        keys: any of them may have signed.
        opens: the actions that this door opens for.

    Raises:
        LinkBroken: nobody we know signed this, or it is for another door.
        LinkExpired: it was good once.
    """
    parts = token.split(".") if len(token) <= _LONGEST and token.isascii() else []
    if len(parts) != 4 or parts[0] != _VERSION:  # noqa: PLR2004
        raise LinkBroken
    signed, _, mac = token.rpartition(".")
    key = keys.keys.get(parts[1])
    # Compared as they are written: there is one spelling, and every other is a change.
    if key is None or not hmac.compare_digest(mac, _encoded(_mac(key, signed))):
        raise LinkBroken
    action = _action(parts[2])
    if action.name not in opens:
        raise LinkBroken
    if _seconds(now) >= _seconds(action.expires_at):
        raise LinkExpired(action)
    return action


def _action(content: str) -> Action:
    """What was signed; by us, but perhaps by an older us."""
    try:
        said: Any = json.loads(base64.urlsafe_b64decode(content + "=" * (-len(content) % 4)))
    except ValueError:
        raise LinkBroken from None
    if not isinstance(said, dict) or {name: type(part) for name, part in said.items()} != _EXPECTED:
        raise LinkBroken
    return Action(said["act"], said["ids"], said["for"], datetime.fromtimestamp(said["until"], UTC))


def _derived(key: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=_PURPOSE).derive(key)


def _mac(key: bytes, signed: str) -> bytes:
    return hmac.digest(key, signed.encode(), "sha256")


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _seconds(at: datetime) -> int:
    if at.tzinfo is None:
        raise ValueError("a time without a zone is no moment")
    return int(at.timestamp())
