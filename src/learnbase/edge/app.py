"""The edge as one app: its routes, and what stands in front of them."""

from __future__ import annotations

from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from learnbase.edge import (
    connections,
    errors,
    feasibility,
    feeds,
    files,
    health,
    letters,
    places,
    webhooks,
)
from learnbase.edge.parts import Parts
from learnbase.edge.requests import LARGEST_BODY, SECONDS, Bounded, Told

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from learnbase.settings import Settings

_GROUPS = (health, files, feeds, feasibility, connections, places, letters, webhooks)


def create(
    settings: Settings, *, largest_body: int = LARGEST_BODY, seconds: float = SECONDS
) -> FastAPI:
    """Make the app.

    Args:
        settings: addresses, keys and limits.
        largest_body: bytes of a request's body.
        seconds: that a request may take.

    Raises:
        SettingError: an address or a key is missing or unusable.
    """
    parts = Parts.of(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await parts.close()

    app = FastAPI(
        title="Learnbase edge",
        version=version("learnbase"),
        description="Files, calendar feeds, whether a plan would fit, accounts elsewhere, and what "
        "stands behind links in letters.",
        servers=[{"url": settings.edge_url}] if settings.edge_url else None,
        docs_url=None,  # the pages of documentation come from somebody else's address
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    app.state.parts = parts
    routers = [group.router for group in _GROUPS]
    errors.explain(app, [route for router in routers for route in router.routes])
    for router in routers:
        app.include_router(router)
    # The last one stands in front: an answer of any of them gets its id and a line in the log.
    app.add_middleware(Bounded, largest_body=largest_body, seconds=seconds)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(settings.edge_origins or ()),
        allow_methods=["GET", "HEAD", "POST"],
        allow_headers=[
            *("authorization", "content-type", "apikey", "x-client-info"),
            *("if-none-match", "x-request-id"),
        ],
        expose_headers=["ETag", "Content-Disposition", "Retry-After", "X-Request-Id"],
        max_age=3600,
    )
    app.add_middleware(Told)
    return app
