"""What kind of body a request may bring."""

from __future__ import annotations

from fastapi import Request  # noqa: TC002 - FastAPI reads it

from learnbase.edge.errors import Problem


async def json_alone(request: Request) -> None:
    """Let JSON through.

    Raises:
        Problem: 415, it is something else.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Problem(
            415,
            "unsupported_media_type",
            "The body is not JSON",
            details="content-type",
            hint="Send Content-Type: application/json",
        )
