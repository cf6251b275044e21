"""Links in letters: a page that shows and asks, and acts when its button is pressed.

Nobody is signed in here. The link is signed for one person and one act (`security.signed_links`),
and does nothing that they could not do. GET changes nothing, for mail programs and the scanners
before them follow every link of a letter; POST acts, and acting twice is acting once. What is wrong
about a link looks alike from outside; one that has ended says so.

To end letters, a POST is enough, from a mail program as from the button:
https://www.rfc-editor.org/rfc/rfc8058
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import parse_qs
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from learnbase import log
from learnbase.edge.errors import Problem, documented, problem_of
from learnbase.edge.letter_words import RESUME, UNSUBSCRIBE, Words, chosen_as
from learnbase.edge.limits import address
from learnbase.edge.parts import Parts, parts_of
from learnbase.errors import LearnbaseError
from learnbase.security.signed_links import LinkBroken, LinkExpired, read

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection

    from learnbase.edge.letter_page import Page
    from learnbase.security.signed_links import Action

router = APIRouter(prefix="/letters", tags=["letters"])
_LOG = log.get_log(__name__)
_ABOUT = {"tick_task": "task_id", "accept_catch_up": "catch_up_id"}
_TOO_MANY, _AWAY = 429, 503

Token = Annotated[str, Path(description="What stands in the letter.")]


def _pages(*refusals: int) -> dict[int | str, dict[str, Any]]:
    """What an operation answers, for openapi.json: nearly always a page."""
    shown = {"content": {"text/html": {"schema": {"type": "string"}}}}
    told = documented(*refusals, _TOO_MANY, _AWAY)
    pages: dict[int | str, dict[str, Any]] = {
        status: {**shown, "description": told[status]["description"]}
        for status in (*refusals, _TOO_MANY, _AWAY)
    }
    return {**documented(413, 422), **pages, 200: {**shown, "description": "The page"}}


@router.head("/act/{token}", include_in_schema=False)
@router.get(
    "/act/{token}",
    summary="What a link in a letter would do",
    response_class=Response,
    responses=_pages(404, 409, 410),
)
async def show_act(request: Request, token: Token) -> Response:
    """Show the task or the catch-up, how it stands, and a button; nothing is done."""
    return await _answered(request, lambda parts: _act(request, parts, token, perform=False))


@router.post(
    "/act/{token}",
    summary="Do what a link in a letter is for",
    response_class=Response,
    responses=_pages(404, 409, 410),
)
async def act(request: Request, token: Token) -> Response:
    """Tick the task, or take the new times; safe to repeat."""
    return await _answered(request, lambda parts: _act(request, parts, token, perform=True))


@router.head("/unsubscribe/{token}", include_in_schema=False)
@router.get(
    "/unsubscribe/{token}",
    summary="What ending letters would end",
    response_class=Response,
    responses=_pages(404, 410),
)
async def show_unsubscribe(request: Request, token: Token) -> Response:
    """Show which letters these are, and a button; nothing is changed."""

    async def shown(parts: Parts) -> Page:
        action = _read(request, parts, token, [UNSUBSCRIBE])
        return _words(parts).to_stop(action.ids.get("kind"))

    return await _answered(request, shown)


@router.post(
    "/unsubscribe/{token}",
    summary="End letters, in one click",
    response_class=Response,
    responses=_pages(404, 410),
)
async def unsubscribe(request: Request, token: Token) -> Response:
    """End letters of this kind, whatever the body says (RFC 8058); `choice=resume` begins again."""

    async def chosen(parts: Parts) -> Page:
        action = _read(request, parts, token, [UNSUBSCRIBE])
        kind = action.ids.get("kind")
        resumes = await _choice(request) == RESUME
        await parts.database.call(
            "choose_mail",
            person=action.person,
            kind=chosen_as(kind),
            enabled=resumes,
        )
        words = _words(parts)
        return words.resumed(kind) if resumes else words.stopped(kind)

    return await _answered(request, chosen)


@router.head("/{rest:path}", include_in_schema=False)
@router.get("/{rest:path}", include_in_schema=False)
@router.post("/{rest:path}", include_in_schema=False)
async def no_link(request: Request, rest: str) -> Response:  # noqa: ARG001 - the route's
    """What does not even look like a link is answered as one that was changed."""

    async def broken(parts: Parts) -> Page:
        _count_against(request, parts)
        raise LinkBroken

    return await _answered(request, broken)


async def _answered(request: Request, answer: Callable[[Parts], Awaitable[Page]]) -> Response:
    """Answer with a page, whatever happens: it is a person who looks."""
    parts = parts_of(request)
    words = _words(parts)
    try:
        return (await answer(parts)).response()
    except LinkBroken:
        return words.broken().response()
    except LinkExpired as ended:
        return words.ended(ended.action).response()
    except Problem as problem:
        refusal = problem
    except LearnbaseError as error:
        _LOG.warning("letter_link_failed", reason=error.message, code=error.code)
        refusal = problem_of(error)
    return words.refused(refusal).response(refusal.headers)


async def _act(request: Request, parts: Parts, token: str, *, perform: bool) -> Page:
    action = _read(request, parts, token, list(_ABOUT))
    [found] = await parts.database.call(
        "act_by_letter",
        person=action.person,
        act=action.name,
        about=_id(action.ids.get(_ABOUT[action.name], "")),
        perform=perform,
    )
    return _words(parts).act(action.name, found)


def _read(request: Request, parts: Parts, token: str, opens: Collection[str]) -> Action:
    """What a link is for.

    Raises:
        LinkBroken, LinkExpired: see there.
        Problem: 429 after too much of it; 503, nothing signs links here.
    """
    if parts.link_keys is None:
        _LOG.warning("not_set_up", missing=["TOKEN_KEYS"])
        raise Problem(_AWAY, "not_set_up", "Links in letters are not set up here")
    try:
        action = read(token, datetime.now(UTC), parts.link_keys, opens=opens)
        _id(action.person)
    except LinkBroken:
        _count_against(request, parts)
        raise
    # Mail programs ask for many people from one address: each link has a limit of its own.
    parts.limits.take(f"link {hashlib.sha256(token.encode()).hexdigest()}")
    return action


def _words(parts: Parts) -> Words:
    return Words(parts.settings.site_url)


def _count_against(request: Request, parts: Parts) -> None:
    parts.limits.take(address(request, behind_proxy=parts.settings.edge_trusted_proxy))


def _id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise LinkBroken from None


async def _choice(request: Request) -> str:
    """The field `choice` of our own form; mail programs send others, in other shapes."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        return ""
    sent = parse_qs((await request.body()).decode("ascii", "replace"))
    return sent.get("choice", [""])[-1]
