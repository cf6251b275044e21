"""A plan as a file: calendar, notebook, table or document."""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal
from uuid import UUID  # noqa: TC003 - FastAPI reads it

from anyio import to_thread
from fastapi import APIRouter, Header, Query, Request, Response

from learnbase.edge import etags
from learnbase.edge.errors import documented
from learnbase.edge.identity import SignedIn  # noqa: TC001 - FastAPI reads it
from learnbase.edge.parts import parts_of

FileFormat = Literal["ics", "markdown", "csv", "json"]
router = APIRouter(tags=["files"])


@router.get(
    "/plans/{plan_id}/export",
    summary="A plan as a file",
    response_class=Response,
    responses={
        200: {
            "description": "The file",
            "content": {
                kind: {"schema": {"type": "string"}}
                for kind in ("text/calendar", "text/markdown", "text/csv")
            }
            | {"application/json": {}},
        },
        304: {"description": "The caller has it already"},
        **documented(401, 403, 404, 422, 503),
    },
)
async def export(
    request: Request,
    person: SignedIn,
    plan_id: UUID,
    file_format: Annotated[FileFormat, Query(alias="format")],
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """A plan that this person may read, with their own progress and sessions."""
    from learnbase.exporting import FORMATS, content_disposition, filename, render  # noqa: PLC0415 - slow to import

    document = await parts_of(request).door.call(person, "plan_export", plan_id=str(plan_id))
    content = await to_thread.run_sync(render, document, file_format, abandon_on_cancel=True)
    tag = hashlib.sha256(content).hexdigest()[:32]
    headers = {
        "ETag": f'"{tag}"',
        "Cache-Control": "private, no-store",
        "Vary": "Authorization",
        "Content-Disposition": content_disposition(filename(document, file_format)),
    }
    if etags.matches(if_none_match, tag):
        return Response(status_code=304, headers=headers)
    headers["Content-Type"] = FORMATS[file_format].media_type
    return Response(content, headers=headers)
