"""Connecting accounts at other services: there, back, and only then connected.

A person starts with their own token and is sent to the service; the service sends their browser
back here, where nobody is signed in, so that nothing is connected yet: the code is put aside,
sealed. The person's own page then finishes, again with their token. It takes three things to
finish, so that nobody can be talked into connecting their account to somebody else's:

- the person's token: only who started can finish, so a link that one person sent another connects
  nothing to the other's account here;
- the state, which the one who started knows;
- the proof, which only the browser learns that the service sent back. Whoever starts, has another
  person sign in and would like to finish themselves, never sees it.

All three are used once, within ten minutes, for one person and provider; whatever is wrong about
them looks alike from outside. https://www.rfc-editor.org/rfc/rfc9700
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn
from uuid import UUID  # noqa: TC003 - FastAPI reads it

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from learnbase import log
from learnbase.edge import way_back
from learnbase.edge.connecting import ProviderName, require
from learnbase.edge.errors import Problem, away, documented
from learnbase.edge.identity import SignedIn  # noqa: TC001 - FastAPI reads it
from learnbase.edge.limits import address
from learnbase.edge.media import json_alone
from learnbase.edge.parts import Parts, parts_of
from learnbase.errors import Rejected, Unavailable
from learnbase.security.sealing import SealBroken
from learnbase.services import oauth
from learnbase.services.connections import NAMES
from learnbase.services.sealed_pair import Pair

if TYPE_CHECKING:
    from learnbase.edge.connecting import Connecting
    from learnbase.services.tokens import Person

router = APIRouter(prefix="/connections", tags=["connections"])
_LOG = log.get_log(__name__)
_VERIFIER, _CODE = "oauth verifier", "oauth code"
_LONGEST = 4000

Secret = Annotated[str, Field(min_length=1, max_length=200)]


class Beginning(BaseModel):
    """Where to go when the service has been asked."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    return_to: Annotated[str, Field(min_length=1, max_length=way_back.LONGEST)] = Field(
        description="An address of the app, at one of EDGE_ORIGINS."
    )


class Begun(BaseModel):
    """Where the person's browser goes now."""

    authorize_url: str
    state: str = Field(description="Comes back in return_to; what does not match is not yours.")


class Ending(BaseModel):
    """What came back in return_to."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    state: Secret
    proof: Secret


class Connected(BaseModel):
    """The connection, as the table `connections` shows it."""

    id: UUID
    provider: ProviderName
    account_name: str
    scopes: list[str]
    status: Literal["active"] = "active"


@router.post(
    "/{provider}/start",
    summary="Set out to connect an account",
    responses=documented(401, 403, 413, 415, 422, 503),
    dependencies=[Depends(json_alone)],
)
async def start(
    request: Request, person: SignedIn, provider: ProviderName, beginning: Beginning
) -> Begun:
    """Remember who sets out, and say where their browser has to go."""
    parts = parts_of(request)
    connecting, service = require(parts.connecting, parts.settings, provider)
    goal = way_back.checked(beginning.return_to, parts.settings.edge_origins or ())
    user_id = await _user_id(parts, person)
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    hashed = _hashed(state)
    await parts.database.call(
        "begin_connection",
        user_id=user_id,
        provider=provider,
        state_hash=hashed,
        sealed_verifier=connecting.keyring.seal(
            verifier.encode(), person=user_id, provider=provider, purpose=f"{_VERIFIER} {hashed}"
        ),
        return_to=goal,
    )
    challenge = base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    page = service.authorize_url(
        state=state, challenge=challenge, redirect_uri=_redirect_uri(parts, provider)
    )
    return Begun(authorize_url=page, state=state)


@router.get(
    "/{provider}/callback",
    summary="Where a service sends the browser back to",
    response_class=RedirectResponse,
    status_code=303,
    responses={303: {"description": "On to return_to"}, **documented(400, 422, 503)},
)
async def callback(
    request: Request,
    provider: ProviderName,
    state: Annotated[str, Query(max_length=_LONGEST)] = "",
    code: Annotated[str, Query(max_length=_LONGEST)] = "",
    error: Annotated[str, Query(max_length=_LONGEST)] = "",
) -> RedirectResponse:
    """Put the code aside and send the browser on; nothing is connected by this."""
    parts = parts_of(request)
    connecting, _ = require(parts.connecting, parts.settings, provider)
    where = address(request, behind_proxy=parts.settings.edge_trusted_proxy)
    parts.limits.take(where)
    hashed, proof = _hashed(state), secrets.token_urlsafe(32)
    kept = json.dumps({"code": "" if error else code, "proof": _hashed(proof)}).encode()
    found = await parts.database.call(
        "keep_oauth_code",
        provider=provider,
        state_hash=hashed,
        # Nobody is signed in here: the code is bound to the state that it came with.
        sealed_code=connecting.keyring.seal(kept, person=hashed, provider=provider, purpose=_CODE),
    )
    if found is None:
        raise _start_again()
    parts.limits.give_back(where)  # many people share an address, and this one was expected
    if error or not code:
        told = "access_denied" if error == "access_denied" else "failed"
        answer = {"connection": provider, "state": state, "error": told}
    else:
        answer = {"connection": provider, "state": state, "proof": proof}
    return RedirectResponse(way_back.with_answer(found["return_to"], **answer), 303)


@router.post(
    "/{provider}/finish",
    summary="Connect the account",
    responses=documented(400, 401, 403, 409, 413, 415, 422, 503),
    dependencies=[Depends(json_alone)],
)
async def finish(
    request: Request, person: SignedIn, provider: ProviderName, ending: Ending
) -> Connected:
    """Make tokens of the code that came back, for the person who set out."""
    parts = parts_of(request)
    connecting, service = require(parts.connecting, parts.settings, provider)
    user_id = await _user_id(parts, person)
    code, verifier = await _claimed(parts, connecting, provider, user_id, ending)
    try:
        grant = await service.exchange(
            code=code, verifier=verifier, redirect_uri=_redirect_uri(parts, provider)
        )
    except oauth.Revoked:
        raise _start_again() from None
    except oauth.NotGranted as refusal:
        raise Problem(403, "not_granted", refusal.message, hint=refusal.remedy) from None
    except Unavailable as problem:
        _LOG.warning("sign_in_failed", provider=provider, reason=problem.message)
        raise Problem(
            503,
            f"{provider}_away",
            f"{NAMES[provider]} does not answer",
            hint="Start again in a moment",
            headers={"Retry-After": str(max(1, round(problem.retry_after or 5)))},
        ) from None
    issued = grant.issued
    try:
        saved = await parts.database.call(
            "save_connection",
            user_id=user_id,
            provider=provider,
            account_id=grant.account_id,
            account_name=grant.account_name,
            scopes=list(grant.scopes),
            sealed_tokens=Pair(issued.access, issued.refresh).seal(
                connecting.keyring, person=user_id, provider=provider
            ),
            expires_at=issued.expires_at.isoformat() if issued.expires_at else None,
        )
    except Rejected as refusal:
        _conflict(refusal)
    return Connected(
        id=saved["connection_id"],
        provider=provider,
        account_name=grant.account_name,
        scopes=list(grant.scopes),
    )


async def _claimed(
    parts: Parts, connecting: Connecting, provider: str, user_id: str, ending: Ending
) -> tuple[str, str]:
    """Take the code and the verifier, once.

    Raises:
        Problem: 400, whatever is wrong.
    """
    hashed = _hashed(ending.state)
    claimed = await parts.database.call(
        "claim_oauth_state", provider=provider, state_hash=hashed, user_id=user_id
    )
    if claimed is None:
        raise _start_again()
    try:
        verifier = connecting.keyring.open(
            claimed["sealed_verifier"],
            person=user_id,
            provider=provider,
            purpose=f"{_VERIFIER} {hashed}",
        )
        kept: dict[str, Any] = json.loads(
            connecting.keyring.open(
                claimed["sealed_code"], person=hashed, provider=provider, purpose=_CODE
            )
        )
    except SealBroken as problem:
        _LOG.warning("seal_broken", provider=provider, reason=problem.message)
        raise _start_again() from None
    if not kept["code"] or not hmac.compare_digest(kept["proof"], _hashed(ending.proof)):
        raise _start_again()
    return kept["code"], verifier.decode()


async def _user_id(parts: Parts, person: Person) -> str:
    """The person's id in our own tables, as Postgres tells it to the person."""
    found = await parts.door.rows(person, "users", select="id", limit="2")
    if len(found) != 1:
        raise away("The database lacks what this edge needs", code="schema_mismatch")
    return str(found[0]["id"])


def _redirect_uri(parts: Parts, provider: str) -> str:
    return f"{parts.settings.edge_url}/connections/{provider}/callback"


def _hashed(secret: str) -> str:
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _conflict(refusal: Rejected) -> NoReturn:
    raise Problem(
        409,
        refusal.code or "conflict",
        refusal.message,
        details=refusal.field,
        hint=refusal.remedy,
    )


def _start_again() -> Problem:
    return Problem(
        400,
        "invalid_state",
        "This attempt to connect is over, or was never begun",
        details="state",
        hint="Start again",
    )
