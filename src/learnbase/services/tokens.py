"""Whose token it is: Supabase's access tokens, verified before anything is done for anybody.

Two ways, never both: the project's shared secret (HS256, as the local stack signs), or the public
keys that Auth publishes (https://supabase.com/docs/guides/auth/jwts). Which one counts is a
setting and nothing that a token says of itself, so a public key is never taken for a secret.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import httpx
import jwt

from learnbase.errors import AccessDenied, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

ROLE = AUDIENCE = "authenticated"
LEEWAY = 10  # seconds that two clocks may differ by
LONGEST = 8_192  # characters; Auth's are below 2,000
_REQUIRED = ["exp", "sub", "aud", "role"]
_PUBLIC = frozenset({"ES256", "RS256", "EdDSA"})
_FRESH = 600.0  # seconds that published keys are believed
_PAUSE = 30.0  # seconds between two looks for a key that was not there
_AFTER_FAILURE = 5.0  # seconds until Auth is asked again
_TIMEOUT = httpx.Timeout(5.0)
_LARGEST = 64 * 1024
_MOST_KEYS = 50


class NotAToken(AccessDenied):
    """What was sent is nobody's token, or no longer."""


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in.

    Attributes:
        id: Auth's `sub`.
        token: What says so; it is passed on to the API and never to a log.
    """

    id: str
    token: str

    def __repr__(self) -> str:
        """Leave the token out."""
        return f"Person(id={self.id!r})"


class Keys(Protocol):
    """What a signature is checked against."""

    async def for_token(self, header: dict[str, Any]) -> tuple[Any, str]:
        """Return the key and the only algorithm it is good for.

        Args:
            header: what the token says of itself, unverified.

        Raises:
            NotAToken: there is no key for it.
            Unavailable: the keys cannot be had now.
        """


class SharedSecret:
    """The project's secret, for HS256 alone."""

    def __init__(self, secret: str) -> None:
        """Keep it."""
        self._secret = secret

    async def for_token(self, header: dict[str, Any]) -> tuple[Any, str]:
        """Return it, whatever the token says."""
        del header
        return self._secret, "HS256"


class PublishedKeys:
    """The keys at Auth's `.well-known/jwks.json`, kept for ten minutes.

    A key that is not among them is looked for once, at most every half minute, by one request for
    all who wait. Keys that cannot be had let nobody in.
    """

    def __init__(self, url: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Prepare; nothing is sent yet.

        Args:
            url: the project's address (SUPABASE_URL).
            clock: seconds that only ever grow.
        """
        self._address = f"{url}/auth/v1/.well-known/jwks.json"
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at: float | None = None
        self._failed_at: float | None = None

    async def for_token(self, header: dict[str, Any]) -> tuple[Any, str]:
        """Return the key that the token names, if the token also names its algorithm."""
        name = header.get("kid")
        if not isinstance(name, str) or header.get("alg") not in _PUBLIC:
            raise _refused("is not signed by this project")
        if self._must_look(name):
            async with self._one_at_a_time:
                if self._must_look(name):  # somebody else may just have done it
                    await self._look()
        found = self._keys.get(name)
        if found is None or found.algorithm_name != header["alg"]:
            raise _refused("is not signed by this project")
        return found.key, found.algorithm_name

    def _must_look(self, name: str) -> bool:
        if self._fetched_at is None:
            return True
        age = self._clock() - self._fetched_at
        return age >= _FRESH or (name not in self._keys and age >= _PAUSE)

    async def _look(self) -> None:
        now = self._clock()
        if self._failed_at is not None and now - self._failed_at < _AFTER_FAILURE:
            raise _away()
        try:
            found = _usable(await self._fetch())
        except (httpx.HTTPError, ValueError, RecursionError) as problem:
            self._failed_at = self._clock()
            raise _away() from problem
        self._keys, self._fetched_at, self._failed_at = found, self._clock(), None

    async def _fetch(self) -> Any:
        # Once in ten minutes: a connection of its own costs nothing, and cannot have gone stale.
        async with (
            httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False) as http,
            http.stream("GET", self._address, headers={"Accept": "application/json"}) as answer,
        ):
            answer.raise_for_status()
            body = bytearray()
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > _LARGEST:
                    raise ValueError("More keys than any project has")
            return httpx.Response(answer.status_code, content=bytes(body)).json()


class Tokens:
    """Tells whose a token is."""

    def __init__(self, keys: Keys) -> None:
        """Check signatures against `keys`."""
        self._keys = keys

    async def person(self, token: str) -> Person:
        """Verify a token: signature, expiry, audience and role.

        Raises:
            NotAToken: it is forged, spoilt, expired, a key of the project, or not a person's.
            Unavailable: the keys cannot be had now.
        """
        if len(token) > LONGEST:
            raise _refused("is too long")
        if token.startswith("sb_"):
            raise _refused("is a key of the project and nobody's token")
        try:
            key, algorithm = await self._keys.for_token(jwt.get_unverified_header(token))
            claims = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=AUDIENCE,
                leeway=LEEWAY,
                options={"require": _REQUIRED},
            )
        except jwt.ExpiredSignatureError:
            raise _refused("has expired", code="token_expired") from None
        except (jwt.InvalidTokenError, ValueError, TypeError, RecursionError):
            raise _refused("is not valid") from None
        person = claims["sub"]
        if claims["role"] != ROLE or not isinstance(person, str) or not person.strip():
            raise _refused("is nobody's own")
        return Person(person, token)


def _usable(found: Any) -> dict[str, jwt.PyJWK]:
    """The keys that may verify a person's token; what else is published is none of ours."""
    listed = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(listed, list):
        raise ValueError("That is no key set")  # noqa: TRY004 - said by another, not passed to us
    usable = {}
    for key in listed[:_MOST_KEYS]:
        if not isinstance(key, dict) or not isinstance(key.get("kid"), str):
            continue
        if key.get("use", "sig") != "sig":
            continue
        try:
            made = jwt.PyJWK.from_dict(key)
        except (jwt.PyJWTError, ValueError, TypeError):
            continue
        if made.algorithm_name in _PUBLIC:
            usable[key["kid"]] = made
    return usable


def _refused(why: str, *, code: str = "invalid_token") -> NotAToken:
    return NotAToken(
        f"The token {why}", remedy="Sign in again and send the access token", code=code
    )


def _away() -> Unavailable:
    away = Unavailable(
        "The keys that tokens are verified with cannot be fetched",
        remedy="Try again in a moment",
        code="keys_away",
    )
    away.retry_after = _AFTER_FAILURE
    return away
