"""Where at Notion an export can go."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from learnbase.edge.connecting import require
from learnbase.edge.errors import Problem, documented
from learnbase.edge.identity import SignedIn  # noqa: TC001 - FastAPI reads it
from learnbase.edge.parts import parts_of
from learnbase.services import places
from learnbase.services.connections import ReconnectNeeded

router = APIRouter(tags=["connections"])


class Place(BaseModel):
    """A page at Notion that a database can be made on."""

    id: str
    title: str
    url: str


@router.get(
    "/connections/notion/places",
    summary="Pages at Notion that an export can go to",
    responses=documented(401, 403, 404, 409, 422, 503),
)
async def notion_places(
    request: Request,
    person: SignedIn,
    query: Annotated[str, Query(max_length=200, description="Part of a title.")] = "",
) -> list[Place]:
    """The pages that this person lets us see, the newest change first; at most a hundred."""
    parts = parts_of(request)
    connecting, _ = require(parts.connecting, parts.settings, "notion")
    found = await parts.door.rows(
        person, "connections", select="id,user_id", provider="eq.notion", limit="1"
    )
    if not found:
        raise Problem(404, "not_connected", "Notion is not connected", hint="Connect it first")
    tokens = connecting.connections.tokens(found[0]["id"], found[0]["user_id"], "notion")
    try:
        pages = await places.search(connecting.wire, parts.settings.notion_base_url, tokens, query)
    except ReconnectNeeded as problem:
        raise Problem(409, "reconnect", problem.message, hint=problem.remedy) from None
    return [Place(id=page.id, title=page.title, url=page.url) for page in pages]
