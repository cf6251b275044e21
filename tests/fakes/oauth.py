"""What two services' sign-ins have in common: codes, PKCE, exact redirects, rotation, expiry.

Pure apart from its randomness: a fake gives it what came in and sends what it answers.
"""

from __future__ import annotations

import hmac
import secrets
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CODE_LIVES = 600


class Clock:
    """The time of a fake, in seconds since 1970; tests move it, nobody sleeps.

    Without a start it goes with the real one and `advance` only adds to it; with a start it
    stands still until it is moved.
    """

    def __init__(self, start: float | None = None) -> None:
        self._start = start
        self._ahead = 0.0

    def __call__(self) -> float:
        return (time.time() if self._start is None else self._start) + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += seconds


class Refused(Exception):
    """A request for a code that nobody is sent back from: it shows a page that says why."""


@dataclass
class Account:
    """Somebody at the service.

    Attributes:
        grants: The scopes that this person allows; None for all that are asked for.
        denies: They click on "Cancel".
    """

    id: str
    name: str
    email: str
    grants: frozenset[str] | None = None
    denies: bool = False


@dataclass
class Permission:
    """What a person allowed an application once; it dies with all of its tokens."""

    account: Account
    scopes: frozenset[str]
    lives: bool = True
    access: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class _Code:
    account: Account
    scopes: frozenset[str]
    redirect_uri: str
    challenge: str | None
    ends_at: float


class Authority:
    """Who signs people in, for one application that is registered with it.

    Attributes:
        accounts: Everybody, by id. `visitor` is who sits before the browser just now.
        redirects: The addresses that are registered; empty: any, but the same one in both steps.
        lives: Seconds that an access token lives; None: without an end, and `expires_in` unsaid.
        exchanges: Codes that became tokens.
        refreshes: Refresh tokens that became new ones.
        asked: The grant type of each request for tokens, whatever became of it.
        permissions: All of them, in the order of their making.
    """

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        *,
        rotate: bool,
        pkce: bool,
        clock: Callable[[], float],
        lives: float | None = 3600,
        prefixes: tuple[str, str] = ("access-", "refresh-"),
    ) -> None:
        """Register the application.

        Args:
            client_id: Its public name.
            client_secret: Its password.
            rotate: A refresh gives a new refresh token; the old one, and the old access token,
                are dead from that moment.
            pkce: A code is given for a S256 challenge only, and exchanged with its verifier only.
            clock: Seconds, see `Clock`.
            lives: Seconds that an access token lives.
            prefixes: How access tokens and refresh tokens begin.
        """
        self.client_id, self.client_secret = client_id, client_secret
        self.rotate, self.pkce, self.lives = rotate, pkce, lives
        self.redirects: set[str] = set()
        self.visitor = Account("account-1", "Ada Lovelace", "ada@example.com")
        self.accounts = {self.visitor.id: self.visitor}
        self.permissions: list[Permission] = []
        self.exchanges = self.refreshes = 0
        self.asked: list[str] = []
        self._clock, self._prefixes = clock, prefixes
        self._codes: dict[str, _Code] = {}
        self._access: dict[str, tuple[Permission, float | None]] = {}
        self._refresh: dict[str, Permission] = {}

    def add(self, account: Account, *, visits: bool = True) -> Account:
        """Somebody new at the service; the next one before the browser, unless told otherwise."""
        self.accounts[account.id] = account
        if visits:
            self.visitor = account
        return account

    def authorize(self, query: Mapping[str, str]) -> str:
        """Where the visitor's browser is sent: back, with a code or an error.

        Raises:
            Refused: It is sent nowhere: an unknown application, an address that is not its own.
        """
        redirect = query.get("redirect_uri", "")
        if query.get("client_id") != self.client_id:
            raise Refused("Missing or invalid client_id.")
        if not redirect or (self.redirects and redirect not in self.redirects):
            raise Refused("Missing or invalid redirect_uri.")
        back = {"state": query["state"]} if "state" in query else {}
        challenge = query.get("code_challenge")
        if query.get("response_type") != "code":
            back["error"] = "unsupported_response_type"
        elif self.pkce and (not challenge or query.get("code_challenge_method") != "S256"):
            back["error"] = "invalid_request"
        elif self.visitor.denies:
            back["error"] = "access_denied"
        else:
            asked = frozenset(query.get("scope", "").split())
            scopes = asked if self.visitor.grants is None else asked & self.visitor.grants
            back["code"] = self.code(redirect, scopes=scopes, challenge=challenge)
            if asked:
                back["scope"] = " ".join(sorted(scopes))
        return f"{redirect}{'&' if '?' in redirect else '?'}{urlencode(back)}"

    def code(
        self,
        redirect_uri: str,
        *,
        scopes: frozenset[str] = frozenset(),
        challenge: str | None = None,
    ) -> str:
        """A code for the visitor, as `authorize` gives it."""
        code = secrets.token_urlsafe(24)
        ends_at = self._clock() + CODE_LIVES
        self._codes[code] = _Code(self.visitor, scopes, redirect_uri, challenge, ends_at)
        return code

    def token(self, form: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """Answer a request for tokens; a client that came by Basic is put into the form before.

        Returns:
            The HTTP status and the JSON of RFC 6749, sections 5.1 and 5.2.
        """
        kind = form.get("grant_type", "")
        self.asked.append(kind)
        if form.get("client_id") != self.client_id or not hmac.compare_digest(
            form.get("client_secret", ""), self.client_secret
        ):
            return _refusal("invalid_client", "The client is not known.", 401)
        if kind == "authorization_code":
            return self._exchange(form)
        if kind == "refresh_token":
            return self._renew(form.get("refresh_token", ""))
        return _refusal("unsupported_grant_type", f"Unsupported grant_type: {kind}.")

    def permit(
        self, account: Account | None = None, scopes: frozenset[str] = frozenset()
    ) -> tuple[str, str]:
        """An access token and a refresh token, as if somebody had signed in already."""
        permission = Permission(account or self.visitor, scopes)
        self.permissions.append(permission)
        return self._new_access(permission), self._new_refresh(permission)

    def holder(self, access_token: str) -> Account | None:
        """Whose access token this is; None where it is unknown, expired or revoked."""
        permission = self.permission(access_token)
        return permission.account if permission else None

    def permission(self, access_token: str) -> Permission | None:
        """What an access token stands for; None where it is unknown, expired or revoked."""
        permission, ends_at = self._access.get(access_token, (None, None))
        is_over = ends_at is not None and ends_at <= self._clock()
        return None if permission is None or not permission.lives or is_over else permission

    def of(self, token: str) -> Permission | None:
        """What a token of either kind belongs to, dead or alive, as long as it is remembered."""
        return self._refresh.get(token) or self._access.get(token, (None, None))[0]

    def revoke(self, token: str) -> bool:
        """End a permission by one of its tokens; False where there was none to end."""
        permission = self.of(token)
        if permission is None or not permission.lives:
            return False
        permission.lives = False
        return True

    def revoke_all(self, account: Account | None = None) -> None:
        """Somebody removes the application in the service's own settings."""
        for permission in self.permissions:
            if account is None or permission.account is account:
                permission.lives = False

    def expire(self, access_token: str) -> None:
        """This access token is over; its refresh token is not."""
        permission, _ = self._access[access_token]
        self._access[access_token] = (permission, self._clock())

    def _exchange(self, form: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        code = self._codes.pop(form.get("code", ""), None)
        if code is None or code.ends_at <= self._clock():
            return _refusal("invalid_grant", "Invalid code: this code has been revoked.")
        if form.get("redirect_uri") != code.redirect_uri:
            return _refusal("invalid_grant", "Invalid redirect_uri: it is not the one before.")
        if code.challenge and _challenge(form.get("code_verifier", "")) != code.challenge:
            return _refusal("invalid_grant", "Invalid code verifier.")
        self.exchanges += 1
        access, refresh = self.permit(code.account, code.scopes)
        return 200, self._answer(access, refresh, code.scopes)

    def _renew(self, refresh: str) -> tuple[int, dict[str, Any]]:
        permission = self._refresh.get(refresh)
        if permission is None or not permission.lives:
            return _refusal("invalid_grant", "Token has been expired or revoked.")
        self.refreshes += 1
        new = None
        if self.rotate:
            del self._refresh[refresh]
            for old in permission.access:
                del self._access[old]
            permission.access.clear()
            new = self._new_refresh(permission)
        return 200, self._answer(self._new_access(permission), new, permission.scopes)

    def _new_access(self, permission: Permission) -> str:
        access = self._prefixes[0] + secrets.token_urlsafe(24)
        self._access[access] = (permission, self.lives and self._clock() + self.lives)
        permission.access.add(access)
        return access

    def _new_refresh(self, permission: Permission) -> str:
        refresh = self._prefixes[1] + secrets.token_urlsafe(24)
        self._refresh[refresh] = permission
        return refresh

    def _answer(self, access: str, refresh: str | None, scopes: frozenset[str]) -> dict[str, Any]:
        answer: dict[str, Any] = {"access_token": access, "token_type": "bearer"}
        if self.lives is not None:
            answer["expires_in"] = int(self.lives)
        if refresh is not None:
            answer["refresh_token"] = refresh
        if scopes:
            answer["scope"] = " ".join(sorted(scopes))
        return answer


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _refusal(error: str, description: str, status: int = 400) -> tuple[int, dict[str, Any]]:
    return status, {"error": error, "error_description": description}
