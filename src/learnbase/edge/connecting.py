"""What connecting accounts at other services takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from learnbase import log
from learnbase.edge.errors import Problem
from learnbase.security.sealing import Keyring
from learnbase.services import oauth, token_desk
from learnbase.services.connections import NAMES, Connections

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from learnbase.services.database import Database
    from learnbase.services.oauth import Provider
    from learnbase.settings import Settings

ProviderName = Literal["notion", "google"]
_LOG = log.get_log(__name__)


@dataclass(frozen=True)
class Connecting:
    """Made once, and closed at the end.

    Attributes:
        oauth: The services that are set up, by name.
        wire: To them.
    """

    keyring: Keyring
    oauth: Mapping[str, Provider]
    connections: Connections
    wire: httpx.AsyncClient

    @classmethod
    def of(cls, settings: Settings, database: Database) -> Connecting | None:
        """Make it; None where nothing is set up to seal tokens with.

        Raises:
            SettingError: TOKEN_KEYS is unusable.
        """
        if settings.token_keys is None:
            return None
        keyring = Keyring.parse(settings.token_keys.get_secret_value())
        wire = token_desk.wire()
        services = oauth.providers(settings, wire)
        return cls(keyring, services, Connections(database, keyring, services), wire)

    async def close(self) -> None:
        """Let refreshes end, then close the connections."""
        await self.connections.close()
        await self.wire.aclose()


def require(
    connecting: Connecting | None, settings: Settings, provider: str
) -> tuple[Connecting, Provider]:
    """Return what connecting to a service takes.

    Raises:
        Problem: 503, it is not set up here.
    """
    lacking = oauth.missing(settings, provider)
    if connecting is None or lacking:
        _LOG.warning("not_set_up", provider=provider, missing=lacking)
        raise Problem(
            503,
            "not_set_up",
            f"Connecting {NAMES[provider]} is not set up here",
            hint="Tell whoever runs this; learnbase doctor names what is missing",
        )
    return connecting, connecting.oauth[provider]
