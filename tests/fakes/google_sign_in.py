"""Google's own ways of signing people in, on top of what all services do."""

from __future__ import annotations

import json
from base64 import b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.fakes.google_contract import AUTH
from tests.fakes.google_wire import Answer, Call, Json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.fakes.oauth import Authority, Permission

# They are asked for by a short name and told by the long one.
_LONG_NAMES = {"email": f"{AUTH}userinfo.email", "profile": f"{AUTH}userinfo.profile"}


class SignIn:
    """The pages and answers of accounts.google.com and oauth2.googleapis.com."""

    def __init__(self, authority: Authority) -> None:
        self.authority = authority
        self._asked: dict[str, dict[str, str]] = {}
        self._permitted: set[tuple[str, frozenset[str]]] = set()

    def page(self, query: dict[str, str]) -> str:
        """Where the browser is sent.

        Raises:
            Refused: Nowhere.
        """
        back = self.authority.authorize(query)
        if code := parse_qs(urlsplit(back).query).get("code"):
            self._asked[code[0]] = query
        return back

    def answer(self, call: Call, form: dict[str, str]) -> Answer:
        """What `/token`, `/revoke` and `userinfo` say."""
        if call.path == "/token":
            return self._token(call, form)
        if call.path == "/revoke":
            done = self.authority.revoke(form.get("token") or call.one("token"))
            return Answer(200, {}) if done else Answer(400, {"error": "invalid_token"})
        permission = self.authority.permission(call.token)
        if permission is None or "openid" not in permission.scopes:
            return Answer(401, {"error": "invalid_request", "error_description": "Invalid"})
        return Answer(200, _claims(permission))

    def _token(self, call: Call, form: dict[str, str]) -> Answer:
        basic = call.headers.get("authorization", "")
        if basic.startswith("Basic "):
            client, _, secret = b64decode(basic.removeprefix("Basic ")).decode().partition(":")
            form = form | {"client_id": unquote(client), "client_secret": unquote(secret)}
        status, told = self.authority.token(form)
        permission = self.authority.permission(told.get("access_token", ""))
        if permission is None:
            return Answer(status, told)
        told["token_type"] = "Bearer"
        told["scope"] = " ".join(sorted(_LONG_NAMES.get(s, s) for s in permission.scopes))
        if form.get("grant_type") == "authorization_code":
            # A refresh token comes once, unless it is asked for by "offline" and "consent".
            asked = self._asked.pop(form.get("code", ""), {})
            known = (permission.account.id, permission.scopes)
            is_again = known in self._permitted and asked.get("prompt") != "consent"
            if asked.get("access_type") != "offline" or is_again:
                told.pop("refresh_token", None)
            self._permitted.add(known)
        if "openid" in permission.scopes:
            told["id_token"] = _jwt(_claims(permission) | {"aud": self.authority.client_id})
        return Answer(status, told)


def _claims(permission: Permission) -> Json:
    account = permission.account
    claims: Json = {"iss": "https://accounts.google.com", "sub": account.id}
    if "email" in permission.scopes:
        claims |= {"email": account.email, "email_verified": True}
    return claims | ({"name": account.name} if "profile" in permission.scopes else {})


def _jwt(claims: Mapping[str, Any]) -> str:
    """An id token as it looks; nobody signed it."""
    pieces = ({"alg": "RS256", "typ": "JWT"}, claims, "unsigned")
    return ".".join(
        urlsafe_b64encode(json.dumps(piece).encode()).rstrip(b"=").decode() for piece in pieces
    )
