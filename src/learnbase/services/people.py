"""What the service sets for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
from postgrest import SyncPostgrestClient
from postgrest.exceptions import APIError

from learnbase.errors import Unavailable
from learnbase.services.refusals import learnbase_error

if TYPE_CHECKING:
    from learnbase.settings import ServiceAccess


def set_tier(access: ServiceAccess, email: str, tier: str) -> bool:
    """Put somebody into a tier; False when nobody has confirmed this address."""
    key = access.secret_key
    headers = {"apikey": key, "Authorization": f"Bearer {key}"}
    with httpx.Client(timeout=20, trust_env=False) as http:
        users = SyncPostgrestClient(f"{access.url}/rest/v1", headers=headers, http_client=http)
        change = users.from_("users").update({"subscription_tier": tier})
        try:
            return bool(change.eq("email", email.lower()).execute().data)
        except APIError as refusal:
            raise learnbase_error(refusal) from refusal
        except httpx.HTTPError as problem:
            raise Unavailable(
                f"The API does not answer at {access.url}", remedy="Check SUPABASE_URL"
            ) from problem
