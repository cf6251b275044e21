"""Signing in at other services: where a person is sent, and how a code becomes tokens.

Google: https://developers.google.com/identity/protocols/oauth2/web-server (PKCE, offline access;
the person may untick single permissions). Notion: https://developers.notion.com/docs/authorization
(no PKCE and no scopes: the person chooses pages; refresh tokens rotate, each is good for once).
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode

import httpx

from learnbase.errors import LearnbaseError
from learnbase.services.token_desk import Issued, Revoked, TokenDesk

if TYPE_CHECKING:
    from collections.abc import Callable

    from learnbase.settings import Settings

__all__ = [
    "Client",
    "GoogleSignIn",
    "Grant",
    "Issued",
    "NotGranted",
    "NotionSignIn",
    "Provider",
    "Revoked",
    "missing",
    "providers",
]

CALENDAR = "https://www.googleapis.com/auth/calendar.app.created"
"""Make calendars, and work in those that we made: without it there is nothing to connect."""
FREE_BUSY = "https://www.googleapis.com/auth/calendar.events.freebusy"
"""See when a person is busy; whoever does not allow it has a calendar all the same."""
NOTION_VERSION = "2025-09-03"
_LONGEST_NAME = 300


class NotGranted(LearnbaseError):
    """The person did not allow what is needed."""


@dataclass(frozen=True)
class Grant:
    """What a person allowed us.

    Attributes:
        account_id: The account, by the service's own and lasting name.
        account_name: The same for people: an address, a workspace.
        scopes: What was allowed; Notion has none, the person chooses pages there.
    """

    issued: Issued
    account_id: str
    account_name: str
    scopes: tuple[str, ...]


class Provider(Protocol):
    """A service that people sign in at.

    Raises, everywhere: `Unavailable` where it does not answer within 20 seconds, or refuses us
    rather than the person.
    """

    def authorize_url(self, *, state: str, challenge: str, redirect_uri: str) -> str:
        """Where the person's browser goes; `challenge` is PKCE's, S256."""

    async def exchange(self, *, code: str, verifier: str, redirect_uri: str) -> Grant:
        """Make tokens of a code.

        Raises:
            Revoked: the code is used, too old, forged or another's.
            NotGranted: the person unticked what is needed.
        """

    async def refresh(self, refresh: str) -> Issued:
        """Make new tokens of a refresh token; `refresh` is None where the old one stays good.

        Raises:
            Revoked: the person revoked it, it expired, or it was used before.
        """

    async def revoke(self, access: str, refresh: str | None) -> bool:
        """End what the person allowed us; False: it was over already."""


@dataclass(frozen=True)
class Client:
    """Who we are at a service."""

    id: str
    secret: str = field(repr=False)


class NotionSignIn:
    """Notion, see `Provider`."""

    def __init__(self, client: Client, desk: TokenDesk, base_url: str) -> None:
        """Sign in at `base_url`."""
        self._client, self._desk, self._base = client, desk, base_url

    def authorize_url(self, *, state: str, challenge: str, redirect_uri: str) -> str:
        """See `Provider`; Notion takes no challenge, and the code is bound by our secret alone."""
        del challenge
        asked = {
            "client_id": self._client.id,
            "response_type": "code",
            "owner": "user",
            "redirect_uri": redirect_uri,
            "state": state,
        }
        return f"{self._base}/v1/oauth/authorize?{urlencode(asked)}"

    async def exchange(self, *, code: str, verifier: str, redirect_uri: str) -> Grant:
        """See `Provider`."""
        del verifier
        said = await self._token(
            {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        )
        name = _name(said.get("workspace_name")) or _owner(said.get("owner"))
        return Grant(self._desk.issued(said), self._desk.text(said, "workspace_id"), name, ())

    async def refresh(self, refresh: str) -> Issued:
        """See `Provider`."""
        said = await self._token({"grant_type": "refresh_token", "refresh_token": refresh})
        return self._desk.issued(said)

    async def revoke(self, access: str, refresh: str | None) -> bool:
        """See `Provider`; both tokens fall with the one."""
        del refresh
        return await self._desk.revoked(
            f"{self._base}/v1/oauth/revoke", json={"token": access}, **self._introduction()
        )

    async def _token(self, asked: dict[str, str]) -> dict[str, Any]:
        return await self._desk.ask(
            f"{self._base}/v1/oauth/token", json=asked, **self._introduction()
        )

    def _introduction(self) -> dict[str, Any]:
        return {
            "auth": httpx.BasicAuth(self._client.id, self._client.secret),
            "headers": {"Notion-Version": NOTION_VERSION},
        }


class GoogleSignIn:
    """Google, see `Provider`."""

    SCOPES = ("openid", "email", CALENDAR, FREE_BUSY)

    def __init__(self, client: Client, desk: TokenDesk, base_url: str | None) -> None:
        """Sign in at Google's own two addresses, or all of it at `base_url`."""
        self._client, self._desk = client, desk
        self._page = f"{base_url or 'https://accounts.google.com'}/o/oauth2/v2/auth"
        self._base = base_url or "https://oauth2.googleapis.com"

    def authorize_url(self, *, state: str, challenge: str, redirect_uri: str) -> str:
        """See `Provider`; consent is asked for each time, for only then a refresh token comes."""
        asked = {
            "client_id": self._client.id,
            "response_type": "code",
            "redirect_uri": redirect_uri,
            "scope": " ".join(self.SCOPES),
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "access_type": "offline",
            "prompt": "consent",
            "include_granted_scopes": "false",
        }
        return f"{self._page}?{urlencode(asked)}"

    async def exchange(self, *, code: str, verifier: str, redirect_uri: str) -> Grant:
        """See `Provider`."""
        said = await self._token(
            {
                "grant_type": "authorization_code",
                "code": code,
                "code_verifier": verifier,
                "redirect_uri": redirect_uri,
            }
        )
        scopes = tuple(sorted(str(said.get("scope", "")).split()))
        if CALENDAR not in scopes:
            # Not revoked: that would end an older connection of the same account along with it.
            raise NotGranted(
                "Learnbase was not allowed to make a calendar",
                remedy="Connect again, and tick the box for calendars that Learnbase creates",
                code="not_granted",
            )
        claims = _claims(self._desk.text(said, "id_token"))
        account = self._desk.text(claims, "sub")
        return Grant(self._desk.issued(said), account, _name(claims.get("email")), scopes)

    async def refresh(self, refresh: str) -> Issued:
        """See `Provider`."""
        said = await self._token({"grant_type": "refresh_token", "refresh_token": refresh})
        return self._desk.issued(said)

    async def revoke(self, access: str, refresh: str | None) -> bool:
        """See `Provider`; the refresh token outlives the other, and takes it along."""
        return await self._desk.revoked(f"{self._base}/revoke", data={"token": refresh or access})

    async def _token(self, asked: dict[str, str]) -> dict[str, Any]:
        who = {"client_id": self._client.id, "client_secret": self._client.secret}
        return await self._desk.ask(f"{self._base}/token", data={**asked, **who})


def providers(
    settings: Settings,
    http: httpx.AsyncClient,
    *,
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> dict[str, Provider]:
    """Return the services that are set up, by name.

    Args:
        settings: client ids, secrets and addresses.
        http: see `token_desk.wire`.
        now: the time, UTC.
    """
    found: dict[str, Provider] = {}
    if settings.notion_client_id and settings.notion_client_secret:
        client = Client(settings.notion_client_id, settings.notion_client_secret.get_secret_value())
        found["notion"] = NotionSignIn(
            client, TokenDesk("Notion", http, now), settings.notion_base_url
        )
    if settings.google_client_id and settings.google_client_secret:
        client = Client(settings.google_client_id, settings.google_client_secret.get_secret_value())
        desk = TokenDesk("Google", http, now)
        found["google"] = GoogleSignIn(client, desk, settings.google_oauth_base_url)
    return found


def missing(settings: Settings, provider: str) -> list[str]:
    """Return the names of the settings that connecting to a provider lacks."""
    client = (f"{provider.upper()}_CLIENT_ID", f"{provider.upper()}_CLIENT_SECRET")
    return settings.lacks(["TOKEN_KEYS", *client, "EDGE_URL", "EDGE_ORIGINS"])


def _claims(token: str) -> dict[str, Any]:
    """What an id token says; it came from Google itself, so its signature proves nothing more."""
    try:
        body = token.split(".")[1]
        said = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (IndexError, ValueError, RecursionError, binascii.Error):
        return {}
    return said if isinstance(said, dict) else {}


def _owner(owner: Any) -> str:
    user = owner.get("user") if isinstance(owner, dict) else None
    return _name(user.get("name")) if isinstance(user, dict) else ""


def _name(said: Any) -> str:
    """A name as one line, without what a database does not take."""
    shown = "".join(sign for sign in said if sign.isprintable()) if isinstance(said, str) else ""
    return " ".join(shown.split())[:_LONGEST_NAME]
