"""Whether the edge lives, and whether it can work."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict

from learnbase.edge.errors import away, documented
from learnbase.edge.parts import parts_of
from learnbase.errors import AccessDenied, LearnbaseError, SchemaMismatch, Unavailable
from learnbase.jobs.contract import meet

router = APIRouter(tags=["health"])


class Standing(BaseModel):
    """How it is."""

    model_config = ConfigDict(frozen=True)

    status: Literal["alive", "ready"]


@router.head("/health", include_in_schema=False)
@router.get("/health", summary="Is it alive?")
async def health() -> Standing:
    """Answer without asking anybody else: for whoever restarts what has died."""
    return Standing(status="alive")


@router.head("/ready", include_in_schema=False)
@router.get("/ready", summary="Can it work?", responses=documented(503))
async def ready(request: Request) -> Standing:
    """Ask the database which schema it has: for whoever sends requests here."""
    try:
        await meet(parts_of(request).database)
    except AccessDenied:
        raise away("The API refuses SUPABASE_SECRET_KEY", code="secret_key_refused") from None
    except SchemaMismatch as problem:
        raise away(problem.message, code="schema_mismatch") from None
    except Unavailable:
        raise away("The database does not answer") from None
    except LearnbaseError:
        raise away("The database refuses to say which schema it has") from None
    return Standing(status="ready")
