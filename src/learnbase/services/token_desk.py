"""Where tokens are asked for: what comes back is bounded, read, and understood.

Refusals: RFC 6749, 5.2, and RFC 7009.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from learnbase.errors import LearnbaseError, Unavailable
from learnbase.services.model_transport import retry_after

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SECONDS = 20.0  # for a whole exchange; the lease of a refresh is longer
_TIMEOUT = httpx.Timeout(10.0, connect=5.0)
_LARGEST = 64 * 1024
_UNAUTHORIZED, _REFUSED = 401, frozenset({400, 404})
_LONGEST_LIFE = 10**9  # seconds, thirty years
# RFC 6749, 5.2: the grant is over, or was never ours.
_OVER = frozenset({"invalid_grant", "access_denied"})
_CLIENT = frozenset({"invalid_client", "unauthorized_client"})


def wire() -> httpx.AsyncClient:
    """Return connections for signing in, which all providers share."""
    return httpx.AsyncClient(
        timeout=_TIMEOUT,
        limits=httpx.Limits(max_connections=16, keepalive_expiry=4.0),
        headers={"Accept": "application/json", "Accept-Encoding": "identity"},
        follow_redirects=False,
        trust_env=False,
    )


class Revoked(LearnbaseError):
    """The service does not take this code or refresh token (any more)."""


@dataclass(frozen=True)
class Issued:
    """Tokens as a service gives them.

    Attributes:
        refresh: None: none was given with these.
        expires_at: Of the access token, UTC; None: the service does not say.
    """

    access: str = field(repr=False)
    refresh: str | None = field(repr=False)
    expires_at: dt.datetime | None


class TokenDesk:
    """Where tokens are asked for: what comes back is bounded, read, and understood."""

    def __init__(self, name: str, http: httpx.AsyncClient, now: Callable[[], dt.datetime]) -> None:
        self._name, self._http, self._now = name, http, now

    async def ask(self, url: str, **request: Any) -> dict[str, Any]:
        """Post and return what comes with success, with the moment of asking as `asked_at`.

        Raises:
            Revoked: the code or the token is over, or was never ours.
            Unavailable: no answer, or one that refuses us rather than the person.
        """
        asked_at = self._now()
        answer, said = await self._post(url, request)
        if answer.is_success and said:
            return {**said, "asked_at": asked_at}
        if _error(said) in _OVER:
            raise Revoked(f"{self._name} does not take this any more", code="revoked")
        raise self._trouble(answer, said)

    async def revoked(self, url: str, **request: Any) -> bool:
        """Post to end a permission; False: the service knows of none.

        Raises:
            Unavailable: as `ask`.
        """
        answer, said = await self._post(url, request)
        if answer.is_success:
            return True
        # RFC 7009 wants 200 for a token that is over; Google says 400 invalid_token.
        if answer.status_code in _REFUSED and _error(said) not in _CLIENT:
            return False
        raise self._trouble(answer, said)

    def issued(self, said: Mapping[str, Any]) -> Issued:
        """Read the tokens of an answer.

        Raises:
            Unavailable: there are none in it.
        """
        lives = said.get("expires_in")
        expires_at = None
        if isinstance(lives, int | float) and 0 < lives < _LONGEST_LIFE:
            expires_at = said["asked_at"] + dt.timedelta(seconds=lives)
        refresh = said.get("refresh_token")
        access = self.text(said, "access_token")
        return Issued(access, refresh if isinstance(refresh, str) and refresh else None, expires_at)

    def text(self, said: Mapping[str, Any], name: str) -> str:
        """Read a field that cannot be missing.

        Raises:
            Unavailable: it is missing.
        """
        value = said.get(name)
        if not isinstance(value, str) or not value:
            raise self._away(f"its answer has no {name}")
        return value

    async def _post(self, url: str, request: Any) -> tuple[httpx.Response, dict[str, Any]]:
        try:
            async with (
                asyncio.timeout(_SECONDS),
                self._http.stream("POST", url, **request) as answer,
            ):
                body = bytearray()
                async for part in answer.aiter_raw():
                    body += part
                    if len(body) > _LARGEST:
                        raise self._away("its answer is too long")
        except (httpx.HTTPError, TimeoutError) as problem:
            # The problem's words may have the address, and never what was sent.
            raise self._away(type(problem).__name__) from None
        return answer, _json(bytes(body))

    def _trouble(self, answer: httpx.Response, said: Mapping[str, Any]) -> Unavailable:
        error = _error(said)
        if answer.status_code == _UNAUTHORIZED or error in _CLIENT:
            name = self._name.upper()
            return Unavailable(
                f"{self._name} does not know Learnbase: {error or answer.status_code}",
                remedy=f"Check {name}_CLIENT_ID and {name}_CLIENT_SECRET",
                field=f"{name}_CLIENT_SECRET",
                code="client_refused",
            )
        problem = self._away(f"it answers {answer.status_code} {error}".rstrip())
        problem.retry_after = retry_after(answer.headers)
        return problem

    def _away(self, why: str) -> Unavailable:
        return Unavailable(
            f"{self._name} does not sign in as it should: {why}",
            remedy="Try again in a moment",
            code=f"{self._name.lower()}_away",
        )


def _json(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _error(said: Mapping[str, Any]) -> str:
    """The code of a refusal: OAuth's `error`, or Notion's `code`."""
    error = said.get("error") or said.get("code")
    return error[:100] if isinstance(error, str) else ""
