"""What the edge's routes share, made once and closed at the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from learnbase.edge.connecting import Connecting
from learnbase.edge.limits import Limits
from learnbase.edge.person_door import PersonDoor
from learnbase.edge.rendered import Rendered
from learnbase.security.signed_links import LinkKeys
from learnbase.security.webhooks import Secrets
from learnbase.services.database import Database
from learnbase.services.tokens import PublishedKeys, SharedSecret, Tokens

if TYPE_CHECKING:
    from starlette.requests import Request

    from learnbase.settings import Settings

_CONNECTIONS = 16  # the API itself has twenty to its database


@dataclass(frozen=True)
class Parts:
    """Everything that lives as long as the edge does.

    Attributes:
        database: The service's way in, for what no person's token opens: feeds, connecting,
            letters, webhooks, readiness.
        door: A person's way in, under their own token.
        connecting: Accounts elsewhere; None where that is not set up.
        link_keys: Sign links in letters; None where that is not set up.
        mail_secrets: The mail service signs with them; None where that is not set up.
    """

    settings: Settings
    tokens: Tokens
    limits: Limits
    door: PersonDoor
    database: Database
    connecting: Connecting | None
    link_keys: LinkKeys | None
    mail_secrets: Secrets | None
    rendered: Rendered = field(default_factory=Rendered)

    @classmethod
    def of(cls, settings: Settings) -> Parts:
        """Make them; nothing is sent yet.

        Raises:
            SettingError: an address or a key is missing or unusable.
        """
        public = settings.public_access()
        secret = settings.supabase_jwt_secret
        keys = SharedSecret(secret.get_secret_value()) if secret else PublishedKeys(public.url)
        database = Database(settings.service_access(), connections=_CONNECTIONS)
        connecting = Connecting.of(settings, database)
        signing = settings.resend_webhook_secret
        return cls(
            settings=settings,
            tokens=Tokens(keys),
            limits=Limits(settings.edge_requests_per_minute),
            door=PersonDoor(public, connections=_CONNECTIONS),
            database=database,
            connecting=connecting,
            link_keys=LinkKeys.derived(connecting.keyring) if connecting else None,
            mail_secrets=Secrets.parse(signing.get_secret_value(), setting="RESEND_WEBHOOK_SECRET")
            if signing
            else None,
        )

    async def close(self) -> None:
        """Close the connections."""
        if self.connecting is not None:
            await self.connecting.close()
        await self.door.close()
        await self.database.__aexit__(None, None, None)


def parts_of(request: Request) -> Parts:
    """The parts of the app that a request came to."""
    parts: Parts = request.app.state.parts
    return parts
