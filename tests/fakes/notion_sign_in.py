"""How Notion signs people in: a page to agree on, and tokens by HTTP Basic and JSON.

https://developers.notion.com/guides/get-started/authorization
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.fakes.notion_rules import Invalid, check_contract
from tests.fakes.notion_wire import permission

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.fakes.oauth import Authority

Json = dict[str, Any]

OK = 200


def signed_in(authority: Authority, what: str, authorization: str, body: Json) -> tuple[int, Json]:
    """Answer a request for `token`, `revoke` or `introspect`.

    Raises:
        Invalid: The body does not keep to the contract.
    """
    client = _basic(authorization)
    if what == "token":
        return _token(authority, client, body)
    if client != {"client_id": authority.client_id, "client_secret": authority.client_secret}:
        return 401, {"error": "invalid_client", "request_id": str(uuid4())}
    token = body.get("token")
    if not isinstance(token, str):
        raise Invalid("body.token should be defined, instead was `undefined`.")
    if what == "revoke":
        authority.revoke(token)
        return OK, {"request_id": str(uuid4())}
    return OK, {"active": authority.holder(token) is not None, "request_id": str(uuid4())}


def _token(authority: Authority, client: Mapping[str, str], body: Json) -> tuple[int, Json]:
    check_contract("OauthToken", body)
    status, answer = authority.token({**body, **client})
    # Notion does not say how long a token lives, and grants no scopes by name.
    answer = {key: part for key, part in answer.items() if key not in {"expires_in", "scope"}}
    holder = authority.holder(answer["access_token"]) if status == OK else None
    return status, answer | (permission(holder) if holder else {"request_id": str(uuid4())})


def _basic(authorization: str) -> dict[str, str]:
    kind, _, held = authorization.partition(" ")
    try:
        name, _, secret = base64.b64decode(held, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return {}
    return {"client_id": name, "client_secret": secret} if kind.lower() == "basic" else {}
