"""Who calls: a person with Supabase's token, or nobody."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from learnbase.edge.errors import Problem
from learnbase.edge.limits import address
from learnbase.edge.parts import Parts, parts_of
from learnbase.services.tokens import NotAToken, Person

_BEARER = HTTPBearer(
    bearerFormat="JWT", description="A person's access token of Supabase Auth.", auto_error=False
)


async def _signed_in(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
) -> Person:
    """Verify the token; only refusals count against the address, for many share one.

    Raises:
        Problem: 401 without a person's token, 429 after too much of it.
        Unavailable: nobody can tell whose it is.
    """
    parts = parts_of(request)
    where = address(request, behind_proxy=parts.settings.edge_trusted_proxy)
    try:
        person = await _holder(parts, bearer)
    except NotAToken as refusal:
        parts.limits.take(where)
        raise Problem(
            401,
            refusal.code or "invalid_token",
            refusal.message,
            details="authorization",
            hint=refusal.remedy,
        ) from None
    request.state.person_id = person.id[:100]
    parts.limits.take(f"person {person.id}")
    return person


async def _holder(parts: Parts, bearer: HTTPAuthorizationCredentials | None) -> Person:
    if bearer is None:
        raise NotAToken(
            "Nobody is signed in",
            remedy="Send a person's access token: Authorization: Bearer …",
            code="not_signed_in",
        )
    return await parts.tokens.person(bearer.credentials)


SignedIn = Annotated[Person, Depends(_signed_in)]
"""The person who calls; without one there is no answer but 401."""
