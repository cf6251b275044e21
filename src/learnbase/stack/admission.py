"""What the gateway lets in: plain paths, plain bodies, and the keys of a project.

Auth and PostgREST each clean a path up in their own way, and behind the gateway's routes they have
pages that are nobody's business: so a path that could be read in two ways does not go on at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from learnbase.stack.keys import role_token

if TYPE_CHECKING:
    from aiohttp import web
    from multidict import CIMultiDict

# Where a browser arrives by a link or from a provider, without a header of its own.
_KEYLESS = frozenset(
    {"/auth/v1/verify", "/auth/v1/authorize", "/auth/v1/callback", "/auth/v1/health"}
)


class Refusal(Exception):
    """An answer of the gateway's own."""

    def __init__(self, status: int, message: str, hint: str) -> None:
        """Answer with ``status`` and, as JSON, ``message`` and ``hint``."""
        super().__init__(message)
        self.status = status
        self.body = {"message": message, "hint": hint}


def require_plain_path(raw_path: str) -> None:
    """Let a path pass that means the same to everybody who reads it.

    Raises:
        Refusal: It climbs (``.``, ``..``), doubles a slash or has a backslash, encoded or not:
            URL parsers turn these into another path (WHATWG URL, 4.4).
    """
    path = unquote(raw_path)
    if "\\" in path or "//" in path or not {".", ".."}.isdisjoint(path.split("/")):
        raise Refusal(
            400,
            "The path is not in its plain form",
            "Leave out `.` and `..` segments, doubled slashes and backslashes.",
        )


def require_plain_body(headers: CIMultiDict[str]) -> None:
    """Let a body pass that nobody has to unpack: PostgREST and Auth cannot.

    Raises:
        Refusal: It has a Content-Encoding.
    """
    codings = ",".join(headers.getall("Content-Encoding", [])).split(",")
    if not {coding.strip().lower() for coding in codings} <= {"", "identity"}:
        raise Refusal(
            415,
            "The body is compressed",
            "Send it as it is, without a `Content-Encoding`.",
        )


class Admission:
    """Knows the keys, and the tokens that stand behind them."""

    def __init__(self, publishable_key: str, secret_key: str, jwt_secret: str) -> None:
        """Sign a token for each key."""
        self._publishable_key = publishable_key
        self._secret_key = secret_key
        self._tokens = {
            publishable_key: role_token("anon", jwt_secret),
            secret_key: role_token("service_role", jwt_secret),
        }

    def admit(self, request: web.BaseRequest, headers: CIMultiDict[str], *, to_auth: bool) -> str:
        """Check the key and put the token that counts into ``headers``.

        Args:
            request: What was asked.
            headers: What is going to be asked; it is changed.
            to_auth: Whether it goes to Auth, which knows people's tokens and not anon's.

        Returns:
            The query without a key.

        Raises:
            Refusal: There is no key, or none of ours.
        """
        query = request.rel_url.raw_query_string
        bearer = headers.get("Authorization", "")
        presented = bearer[7:].strip() if bearer[:7].lower() == "bearer " else ""
        key = headers.pop("apikey", "")
        if "apikey=" in query:
            key = key or request.rel_url.query.get("apikey", "")
            query = "&".join(p for p in query.split("&") if not p.startswith("apikey="))
        if not key and presented.startswith("sb_"):
            key = presented
        if not key:
            if request.rel_url.raw_path in _KEYLESS:
                return query
            raise Refusal(
                401,
                "No API key found in request",
                "No `apikey` request header or url param was found.",
            )
        token = self._tokens.get(key)
        if token is None or (presented.startswith("sb_") and presented != key):
            raise Refusal(
                401,
                "Invalid API key",
                "Double check your Supabase `publishable` or `secret` API key.",
            )
        if key == self._secret_key and "Mozilla/" in headers.get("User-Agent", ""):
            raise Refusal(
                401,
                "Forbidden use of secret API key in browser",
                "Secret API keys can only be used in a protected environment.",
            )
        if not bearer or presented == key:
            if to_auth and key == self._publishable_key:
                headers.pop("Authorization", None)
            else:
                headers["Authorization"] = f"Bearer {token}"
        return query
