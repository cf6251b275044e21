"""Sealing what somebody else entrusted to us: AES-256-GCM, bound to whom and what it is for.

A sealed text is `v1.<key id>.<nonce and ciphertext, base64url>`. Its place belongs to what is
authenticated: moved to another person, provider or purpose, or said to be of another key, it does
not open. Keys rotate: the newest seals, all of them open, and what is sealed with an older one says
so (`Keyring.needs_resealing`).

Nonces are 96 random bits (NIST SP 800-38D, 8.2.2): safe for 2^32 sealings with one key, which is
more than all people's refreshes of a century.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from learnbase.errors import LearnbaseError, SettingError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SETTING = "TOKEN_KEYS"
_VERSION = "v1"
_KEY_BYTES, _NONCE_BYTES = 32, 12
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
_REMEDY = (
    "Set TOKEN_KEYS to id:key pairs, newest first, separated by commas; a key is what "
    "openssl rand -base64 32 prints"
)


class SealBroken(LearnbaseError):
    """It does not open: tampered with, cut off, or sealed for another place."""

    def __init__(self, message: str = "What was sealed does not open here") -> None:
        """Say so, and nothing of what is inside."""
        super().__init__(message, remedy="Connect the account again", code="seal_broken")


class UnknownKey(SealBroken):
    """It is sealed with a key that we were not given.

    Attributes:
        key_id: Which.
    """

    def __init__(self, key_id: str) -> None:
        """Name the key."""
        super().__init__(f"It is sealed with the key {key_id}, which {SETTING} does not have")
        self.remedy = f"Put the key {key_id} back into {SETTING}, behind the newest"
        self.field = SETTING
        self.code = "unknown_key"
        self.key_id = key_id


@dataclass(frozen=True)
class Keyring:
    """The keys, newest first.

    Attributes:
        keys: By id; never in a repr.
    """

    keys: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Keyring:
        """Read `id:base64,id2:base64`, newest first.

        Raises:
            SettingError: it is empty, an id is odd or there twice, or a key is not 32 bytes long.
        """
        keys: dict[str, bytes] = {}
        for entry in filter(None, (part.strip() for part in text.split(","))):
            key_id, colon, encoded = entry.partition(":")
            if not colon or not _KEY_ID.fullmatch(key_id):
                # What stands there may be the key itself: it is not repeated.
                raise _unusable(
                    f"entry {len(keys) + 1} does not begin with an id (letters, digits, - and _) "
                    "and a colon"
                )
            if key_id in keys:
                raise _unusable(f"the id {key_id} is there twice")
            keys[key_id] = _key(key_id, encoded.strip())
        if not keys:
            raise _unusable("there is no key in it")
        return cls(keys)

    @property
    def newest(self) -> str:
        """The id of the key that seals."""
        return next(iter(self.keys))

    def seal(
        self,
        plain: bytes,
        *,
        person: str,
        provider: str,
        purpose: str,
        random: Callable[[int], bytes] = os.urandom,
    ) -> str:
        """Seal bytes for one place, with the newest key.

        Args:
            plain: what nobody else may read.
            person: whose it is.
            provider: the service that it is from.
            purpose: what it is, so that one kind never passes for another.
            random: so many bytes that nobody can guess, never the same twice.
        """
        key_id = self.newest
        nonce = random(_NONCE_BYTES)
        place = _place(key_id, person, provider, purpose)
        closed = nonce + AESGCM(self.keys[key_id]).encrypt(nonce, plain, place)
        return f"{_VERSION}.{key_id}.{base64.urlsafe_b64encode(closed).decode()}"

    def open(self, sealed: str, *, person: str, provider: str, purpose: str) -> bytes:
        """Open what was sealed for this place.

        Raises:
            UnknownKey: with a key that is not in the ring.
            SealBroken: it was tampered with, or is another's, another provider's or for another
                purpose.
        """
        version, key_id, encoded = _parts(sealed)
        if version != _VERSION:
            raise SealBroken
        key = self.keys.get(key_id)
        if key is None:
            raise UnknownKey(key_id)
        try:
            closed = base64.b64decode(encoded, altchars=b"-_", validate=True)
            if base64.urlsafe_b64encode(closed).decode() != encoded:
                raise SealBroken  # bits after the end, which decoding would not look at
            nonce, content = closed[:_NONCE_BYTES], closed[_NONCE_BYTES:]
            return AESGCM(key).decrypt(nonce, content, _place(key_id, person, provider, purpose))
        except (InvalidTag, ValueError):
            raise SealBroken from None

    def needs_resealing(self, sealed: str) -> bool:
        """Whether another key than the newest sealed it."""
        return _parts(sealed)[1] != self.newest


def _parts(sealed: str) -> tuple[str, str, str]:
    match sealed.split("."):
        case [version, key_id, encoded] if _KEY_ID.fullmatch(key_id):
            return version, key_id, encoded
    raise SealBroken


def _place(key_id: str, person: str, provider: str, purpose: str) -> bytes:
    # JSON, so that no two places are spelled alike whatever the names contain.
    return json.dumps(["learnbase", _VERSION, key_id, person, provider, purpose]).encode()


def _key(key_id: str, encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raise _unusable(f"the key {key_id} is not base64") from None
    if len(key) != _KEY_BYTES:
        raise _unusable(f"the key {key_id} has {len(key)} bytes instead of {_KEY_BYTES}")
    return key


def _unusable(why: str) -> SettingError:
    return SettingError(f"{SETTING} is unusable: {why}", remedy=_REMEDY, field=SETTING)
