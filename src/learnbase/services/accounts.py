"""People's accounts at other services, as a worker uses them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from learnbase.security.sealing import Keyring
from learnbase.services import google_wire, notion, oauth, token_desk
from learnbase.services.connections import Connections
from learnbase.services.google_calendar import GoogleCalendar

if TYPE_CHECKING:
    import httpx

    from learnbase.services.connections import Calls, Tokens
    from learnbase.settings import Settings


@dataclass(frozen=True)
class Accounts:
    """What opens them, and the services behind.

    Attributes:
        connections: Tokens, by connection.
        notion: The Notion that tokens open.
    """

    connections: Connections
    notion: notion.Notions
    _google: httpx.AsyncClient
    _pools: tuple[httpx.AsyncClient, ...]

    @classmethod
    def of(cls, settings: Settings, database: Calls) -> Accounts | None:
        """Prepare; None where nothing is set up to open tokens with. Nothing is sent yet.

        Raises:
            SettingError: TOKEN_KEYS is unusable.
        """
        if settings.token_keys is None:
            return None
        keyring = Keyring.parse(settings.token_keys.get_secret_value())
        desk = token_desk.wire()
        to_notion = notion.connections(settings.notion_base_url)
        to_google = google_wire.connections(settings.google_base_url)
        return cls(
            Connections(database, keyring, oauth.providers(settings, desk)),
            notion.Notions(to_notion),
            to_google,
            (desk, to_notion, to_google),
        )

    def google(self, tokens: Tokens) -> GoogleCalendar:
        """Return the Google Calendar that tokens open."""
        return GoogleCalendar(tokens, self._google)

    async def close(self) -> None:
        """Let refreshes end, then close the connections."""
        await self.connections.close()
        for pool in self._pools:
            await pool.aclose()
