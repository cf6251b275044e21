"""Looking at one address, through its redirects, until there is a verdict."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpcore

from learnbase.planning import title_fit
from learnbase.planning.page import Page, Verdict
from learnbase.security.addresses import Forbidden, Place, place, place_after
from learnbase.services import video
from learnbase.services.dialling import NoSuchHost

if TYPE_CHECKING:
    from learnbase.services.exchange import Answer

Turn = Callable[[str], AbstractAsyncContextManager[None]]
Send = Callable[[str, Place], Awaitable["Answer"]]

_HEAD_SHARE = 0.4
_MOST_REDIRECTS = 5
_MOST_HANGS = 2
_ERROR, _BUSY = 400, 429
_GONE = frozenset({404, 410})
_HOME = frozenset({"", "home", "index.html", "index.htm", "index.php", "default.aspx", "main"})
_LOCALE = re.compile(r"[a-z]{2}[-_][a-z]{2}|ar|da|de|en|es|fr|he|hi|it|ja|ko|nl|pl|pt|ru|sv|tr|zh")
_NO_CONNECTION = (httpcore.ConnectError, httpcore.ConnectTimeout)
_TROUBLE = (
    Forbidden, NoSuchHost, TimeoutError, OSError, ValueError, httpcore.TimeoutException,
    httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol,
)  # fmt: skip
_BROKEN = (
    TimeoutError, httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError,
)  # fmt: skip


@dataclass
class Course:
    """One round of looking.

    Attributes:
        until: When it ends, in the loop's time.
        patience: Seconds that a page may keep us, over all its redirects.
        headless: Hosts that never answered a HEAD.
        hung: How many pages of a host never answered since one did: a site that hangs is not
            waited for again and again.
        reached: Whether anybody answered at all.
    """

    until: float
    patience: float
    headless: set[str] = field(default_factory=set)
    hung: Counter[str] = field(default_factory=Counter)
    reached: bool = False


class _NoVerdict(Exception):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Visit:
    """One address, once."""

    def __init__(self, url: str, course: Course, turn: Turn, send: Send) -> None:
        """Look at `url` in the course of a round, when it is its turn, by `send`."""
        self._url = url
        self._course = course
        self._turn = turn
        self._send = send
        self._where: Place | None = None
        self._left = course.patience
        self._method = "HEAD"
        self._worked = False

    async def made(self) -> Page:
        """Look; whatever happens, there is an answer."""
        try:
            start = self._where = place(self._url)
            answer = await self._followed(start)
        except _NoVerdict as found:
            return self._page(Verdict.UNCLEAR, found.reason)
        except _TROUBLE as problem:
            return self._page(*self._told(problem))
        if video.oembed(self._where) is not None:
            return video.judged(self._url, self._where, answer)
        return self._page(*_judged(start, self._where, answer), answer)

    async def _followed(self, current: Place) -> Answer:
        """Ask by HEAD, and by GET where that says too little or is answered wrongly."""
        redirects = 0
        while True:
            if (about_video := video.oembed(current)) is not None:
                self._method = "GET"
                return await self._ask(about_video)
            answer = await self._answered(current)
            if answer.location is not None:
                redirects += 1
                if redirects > _MOST_REDIRECTS:
                    raise _NoVerdict("too_many_redirects")
                current = self._where = place_after(current, answer.location)
            elif self._method == "HEAD" and answer.status != _BUSY and _says_too_little(answer):
                self._method = "GET"
            else:
                return answer

    async def _answered(self, where: Place) -> Answer:
        """Ask, and ask again where that may help."""
        try:
            return await self._ask(where)
        except _BROKEN as problem:
            has_hung = isinstance(problem, TimeoutError | httpcore.TimeoutException)
            if isinstance(problem, _NO_CONNECTION) or (has_hung and self._method == "GET"):
                raise
        # A server that knows no HEAD; or one that hung up on a connection just as we used it again.
        self._method = "GET"
        return await self._ask(where)

    async def _ask(self, where: Place) -> Answer:
        course = self._course
        async with asyncio.timeout_at(course.until), self._turn(where.host):
            began = _now()
            if course.hung[where.host] >= _MOST_HANGS:
                raise _NoVerdict("timeout")
            if self._left <= 0 or began >= course.until:
                raise TimeoutError
            if where.host in course.headless:
                self._method = "GET"
            self._worked = True
            share = _HEAD_SHARE * course.patience if self._method == "HEAD" else self._left
            try:
                async with asyncio.timeout(min(share, self._left)):
                    answer = await self._send(self._method, where)
            except (TimeoutError, httpcore.ReadTimeout):
                if self._method == "HEAD":
                    course.headless.add(where.host)
                else:
                    course.hung[where.host] += 1
                raise
            finally:
                self._left -= _now() - began
            course.hung[where.host] = 0
            course.reached = True
            return answer

    def _told(self, problem: Exception) -> tuple[Verdict, str]:
        """What it means that there was no answer."""
        if isinstance(problem, NoSuchHost):
            return Verdict.DEAD, "no_such_host"
        if isinstance(problem, TimeoutError | httpcore.TimeoutException):
            reason = "timeout" if self._worked else "not_reached"
        elif isinstance(problem, Forbidden):
            reason = "forbidden"
        elif isinstance(problem, httpcore.ProtocolError | httpcore.UnsupportedProtocol):
            reason = "not_http"
        else:
            reason = "tls" if _is_about_tls(problem) else "unreachable"
        return Verdict.UNCLEAR, reason

    def _page(self, verdict: Verdict, reason: str, answer: Answer | None = None) -> Page:
        return Page(
            url=self._url,
            verdict=verdict,
            reason=reason,
            final_url=self._where.url if self._where and answer else "",
            status=answer.status if answer else None,
            title=answer.title if answer else "",
            content_type=answer.content_type if answer else "",
        )


def _judged(start: Place, final: Place, answer: Answer) -> tuple[Verdict, str]:
    """What an answer means, with its reason where it is no good one."""
    if not 200 <= answer.status < 300:  # noqa: PLR2004 - RFC 9110, 15.3
        return _refused(answer.status)
    if _went_home(start, final):
        return Verdict.DEAD, "redirected_home"
    if reason := title_fit.gone(answer.title, asked=start.url):
        return (Verdict.UNCLEAR if reason == "login" else Verdict.DEAD), reason
    if answer.is_too_large:
        return Verdict.UNCLEAR, "too_large"
    return Verdict.ALIVE, ""


def _refused(status: int) -> tuple[Verdict, str]:
    if status in _GONE:
        return Verdict.DEAD, "gone"
    if status == _BUSY:
        return Verdict.UNCLEAR, "busy"
    if status < _ERROR:
        return Verdict.UNCLEAR, "not_http"
    return Verdict.UNCLEAR, "refused" if status < 500 else "server_error"  # noqa: PLR2004


def _is_about_tls(problem: BaseException | None) -> bool:
    while problem is not None and not isinstance(problem, ssl.SSLError):
        problem = problem.__cause__ or problem.__context__
    return problem is not None


def _says_too_little(answer: Answer) -> bool:
    """Whether only GET can tell: a page has a title, and some servers know no HEAD."""
    return answer.status >= _ERROR or answer.is_html


def _went_home(start: Place, final: Place) -> bool:
    """Whether a page inside a site led to the site's front door, as many do for what is gone."""
    is_one_site = start.host.removeprefix("www.") == final.host.removeprefix("www.")
    return is_one_site and not _is_home(start) and _is_home(final)


def _is_home(where: Place) -> bool:
    path, _, query = where.target.partition("?")
    segments = [part for part in path.lower().split("/") if part]
    if segments and _LOCALE.fullmatch(segments[0]):
        segments = segments[1:]
    return not query and (not segments or (len(segments) == 1 and segments[0] in _HOME))


def _now() -> float:
    return asyncio.get_running_loop().time()
