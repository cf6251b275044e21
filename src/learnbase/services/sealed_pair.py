"""Two tokens, and how they lie sealed in the row of their connection."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from learnbase.security.sealing import Keyring

PURPOSE = "tokens"
"""What a sealed pair of tokens is for, see `Keyring.seal`."""


@dataclass(frozen=True)
class Pair:
    """Tokens as they are sealed.

    Attributes:
        refresh: None where the service gave none: then they cannot be renewed.
    """

    access: str = field(repr=False)
    refresh: str | None = field(repr=False)

    def seal(self, keyring: Keyring, *, person: str, provider: str) -> str:
        """Seal them for their row."""
        plain = json.dumps({"access": self.access, "refresh": self.refresh}).encode()
        return keyring.seal(plain, person=person, provider=provider, purpose=PURPOSE)

    @classmethod
    def open(cls, keyring: Keyring, sealed: str, *, person: str, provider: str) -> Pair:
        """Open them.

        Raises:
            SealBroken, UnknownKey: see `Keyring.open`.
        """
        plain = keyring.open(sealed, person=person, provider=provider, purpose=PURPOSE)
        said = json.loads(plain)
        return cls(said["access"], said["refresh"])
