"""Videos on YouTube, whose pages answer 200 when the video is gone.

What knows is oEmbed (https://oembed.com, https://www.youtube.com/oembed): 404 or 400 for a video
that is not there, 401 or 403 for one that may not be shown elsewhere, and the title of any other.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlsplit

from learnbase.planning.html_title import LONGEST
from learnbase.planning.page import Page, Verdict
from learnbase.planning.text import shortened, without_controls
from learnbase.security.addresses import Place, place

if TYPE_CHECKING:
    from learnbase.services.exchange import Answer

_HOSTS = frozenset({"youtube.com", "www.youtube.com", "m.youtube.com", "music.youtube.com"})
_SHORT = "youtu.be"
_ID = re.compile(r"[A-Za-z0-9_-]{11}")
_LIST = re.compile(r"[A-Za-z0-9_-]{2,64}")
_GONE = frozenset({400, 404, 410})
_BUSY = 429


def oembed(where: Place) -> Place | None:
    """Return where to ask about the video or playlist at an address; None for other pages."""
    shown = _watched(where)
    if shown is None:
        return None
    return place(f"https://www.youtube.com/oembed?format=json&url={quote(shown, safe='')}")


def judged(asked: str, where: Place, answer: Answer) -> Page:
    """Return what oEmbed's answer says of a video."""
    title = answer.json.get("title") if isinstance(answer.json, dict) else None
    reason = ""
    if answer.status in _GONE:
        verdict, reason = Verdict.DEAD, "video_unavailable"
    elif isinstance(title, str) and title.strip():
        verdict = Verdict.ALIVE
    else:
        verdict = Verdict.UNCLEAR
        reason = "busy" if answer.status == _BUSY else "refused"
    return Page(
        url=asked,
        verdict=verdict,
        reason=reason,
        final_url=where.url,
        status=answer.status,
        title=shortened(without_controls(title), LONGEST) if isinstance(title, str) else "",
        content_type="text/html",
    )


def _watched(where: Place) -> str | None:
    """The address of the video, as oEmbed knows it."""
    parts = urlsplit(where.url)
    segments = [part for part in parts.path.split("/") if part]
    query = parse_qs(parts.query)
    found: str | None = None
    if where.host in {_SHORT, f"www.{_SHORT}"}:
        found = segments[0] if len(segments) == 1 else None
    elif where.host not in _HOSTS:
        return None
    elif segments == ["watch"]:
        found = query.get("v", [""])[0]
    elif segments == ["playlist"]:
        listed = query.get("list", [""])[0]
        is_one = _LIST.fullmatch(listed)
        return f"https://www.youtube.com/playlist?list={listed}" if is_one else None
    elif len(segments) == 2 and segments[0] in {"shorts", "embed", "live", "v"}:  # noqa: PLR2004
        found = segments[1]
    if found is None:
        return None
    # An id that is none is asked about all the same: oEmbed says that there is no such video.
    return f"https://www.youtube.com/watch?v={quote(found[:64], safe='')}"
