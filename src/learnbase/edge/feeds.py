"""Calendar feeds: a private address that calendars subscribe to, without a login.

The address is the key: it is hashed at once, and neither it nor the path is ever logged.
"""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Header, Path, Request, Response

from learnbase.edge import etags
from learnbase.edge.errors import Problem, documented
from learnbase.edge.limits import address
from learnbase.edge.parts import parts_of
from learnbase.edge.rendered import Calendar

if TYPE_CHECKING:
    from learnbase.edge.parts import Parts

router = APIRouter(tags=["feeds"])
# The database tells one document from another; how it is written is this version's.
_WRITTEN = f".{version('learnbase')}"
_HEADERS = {
    "Cache-Control": "private, max-age=900",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
}


@router.head("/feeds/{token}.ics", include_in_schema=False)
@router.get(
    "/feeds/{token}.ics",
    summary="A learner's calendar",
    response_class=Response,
    responses={
        200: {
            "description": "The calendar",
            "content": {"text/calendar": {"schema": {"type": "string"}}},
        },
        304: {"description": "The calendar has it already"},
        **documented(404, 422, 503),
    },
)
async def feed(
    request: Request,
    token: Annotated[str, Path(description="What `create_feed` told: 43 characters.")],
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """The sessions of one plan, or of all, for whoever knows the address."""
    parts = parts_of(request)
    # Whatever was sent is hashed and looked for: what is malformed takes as long as what is wrong.
    hashed = hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
    where = address(request, behind_proxy=parts.settings.edge_trusted_proxy)
    kept = parts.rendered.get(hashed)
    if kept is None:
        # Calendar services ask for many feeds from one address: only misses count against it.
        parts.limits.take(where)
    parts.limits.take(f"feed {hashed}")
    theirs = [tag for tag in etags.named(if_none_match) if tag.endswith(_WRITTEN)]
    known = kept.etag if kept else next(iter(theirs), "").removesuffix(_WRITTEN) or None
    found = await parts.database.call("load_feed", token_hash=hashed, etag=known)
    if found["standing"] == "unknown":
        if kept is not None:
            parts.rendered.drop(hashed)
            parts.limits.charge(where)
        raise _unknown()
    if kept is None:
        parts.limits.give_back(where)
    tag = f"{found['etag']}{_WRITTEN}"
    headers = {**_HEADERS, "ETag": f'"{tag}"'}
    if etags.matches(if_none_match, tag):
        return Response(status_code=304, headers=headers)
    if found["standing"] == "ok":
        kept = await _render(parts, hashed, found)
    assert kept is not None  # noqa: S101 - unchanged against theirs has been answered with 304
    headers["Content-Type"] = "text/calendar; charset=utf-8"
    headers["Content-Disposition"] = 'inline; filename="learnbase.ics"'
    return Response(kept.content, headers=headers)


@router.get("/feeds/{token:path}", include_in_schema=False)
@router.head("/feeds/{token:path}", include_in_schema=False)
async def no_feed(request: Request, token: str) -> Response:
    """What does not even look like a feed is answered as one that is not there."""
    return await feed(request, f"not a token: {token}")


async def _render(parts: Parts, hashed: str, found: dict[str, Any]) -> Calendar:
    from learnbase.exporting import render_feed  # noqa: PLC0415 - slow to import

    content = await to_thread.run_sync(render_feed, found["feed"], abandon_on_cancel=True)
    made = Calendar(found["etag"], content)
    parts.rendered.keep(hashed, made)
    return made


def _unknown() -> Problem:
    return Problem(
        404,
        "feed_not_found",
        "There is no such feed",
        hint="Copy the address anew, or make another feed",
        headers={"X-Robots-Tag": "noindex, nofollow"},
    )
