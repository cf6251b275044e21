"""Letters as a worker writes and sends them, as far as that is set up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from learnbase.digest.addresses import Addresses
from learnbase.security.sealing import Keyring
from learnbase.security.signed_links import LinkKeys
from learnbase.services.mail import Mails, connections

if TYPE_CHECKING:
    import httpx

    from learnbase.settings import Settings


@dataclass(frozen=True)
class Post:
    """What carries letters, and who they are from; one for each process.

    Attributes:
        mails: Takes batches.
        sender: `Learnbase <hello@mail.example.com>`.
    """

    mails: Mails
    sender: str
    _http: httpx.AsyncClient

    @classmethod
    def of(cls, settings: Settings) -> Post | None:
        """Prepare; None where RESEND_API_KEY or MAIL_FROM is not set. Nothing is sent yet."""
        if settings.resend_api_key is None or settings.mail_from is None:
            return None
        http = connections(settings.resend_api_key.get_secret_value(), settings.resend_base_url)
        return cls(Mails(http), settings.mail_from, http)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


def addresses_of(settings: Settings) -> Addresses | None:
    """Return where links in letters lead; None where SITE_URL, EDGE_URL or TOKEN_KEYS is not set.

    Raises:
        SettingError: TOKEN_KEYS is unusable.
    """
    keys, site, edge = settings.token_keys, settings.site_url, settings.edge_url
    if keys is None or site is None or edge is None:
        return None
    return Addresses(site, edge, LinkKeys.derived(Keyring.parse(keys.get_secret_value())))
