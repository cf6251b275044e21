"""The title of a page, out of the first bytes of its HTML.

Not a parser: a title needs none, and what a stranger wrote is searched in linear time, whatever it
is.
"""

from __future__ import annotations

import codecs
import html
import re

from learnbase.planning.text import shortened, without_controls

LONGEST = 200
_LONGEST_SOURCE = 4_000
_END = b"</title"
_META = re.compile(rb"""charset\s{0,8}=\s{0,8}["']?([A-Za-z0-9_:.-]{2,40})""", re.IGNORECASE)
_META_WITHIN = 4_096
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What pages are written in. Python knows codecs besides that take quadratic time (punycode).
_CHARSETS = frozenset({
    "utf-8", "ascii", "gb2312", "gbk", "gb18030", "big5", "big5hkscs", "euc_jp", "shift_jis",
    "cp932", "iso2022_jp", "euc_kr", "cp949", "koi8-r", "koi8-u", "tis-620", "cp874", "utf-16",
    "utf-16-le", "utf-16-be", *(f"cp125{n}" for n in range(9)),
    *(f"iso8859-{n}" for n in range(1, 17)),
})  # fmt: skip
# Browsers read these as the larger set that they are part of (https://encoding.spec.whatwg.org).
_WIDER = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}


class TitleReader:
    """Takes a page's bytes as they come, and says when it has seen enough."""

    def __init__(self, charset: str | None) -> None:
        self._charset = charset
        self._body = bytearray()
        self._searched = 0
        self.is_done = False

    def feed(self, part: bytes) -> None:
        """Take some more."""
        self._body += part
        overlap = max(0, self._searched - 2 * len(_END))
        # Zeros out of the way: in UTF-16, every other byte is one.
        tail = bytes(self._body[overlap:]).replace(b"\0", b"").lower()
        self.is_done = self.is_done or _END in tail
        self._searched = len(self._body)

    @property
    def title(self) -> str:
        """The title so far: one clean line, or empty."""
        return html_title(bytes(self._body), self._charset)


def html_title(body: bytes, charset: str | None = None) -> str:
    """Return the title of a page in one clean line of at most 200 characters, or nothing.

    Args:
        body: The page's first bytes.
        charset: As the Content-Type says, which goes before what the page says of itself.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            body, charset = body[len(mark) :], name
            break
    known = _known(charset)
    if known is not None and known.startswith("utf-16"):
        body, known = body.decode(known, "replace").encode(), "utf-8"
    said = _META.search(body[:_META_WITHIN]) if known is None else None
    return _cleaned(_decoded(_source(body), known or (_known(said[1].decode()) if said else None)))


def _source(body: bytes) -> bytes:
    lowered = body.lower()
    at = lowered.find(b"<title")
    while at >= 0:
        after = at + len(b"<title")
        if lowered[after : after + 1] in {b">", b" ", b"\n", b"\t", b"\r", b"/"}:
            begins = lowered.find(b">", after)
            ends = lowered.find(_END, begins)
            return body[begins + 1 : ends][:_LONGEST_SOURCE] if 0 <= begins < ends else b""
        at = lowered.find(b"<title", after)
    return b""


def _decoded(source: bytes, charset: str | None) -> str:
    if charset is not None:
        return source.decode(charset, "replace")
    try:
        return source.decode()
    except UnicodeDecodeError:
        return source.decode("cp1252", "replace")


def _known(charset: str | None) -> str | None:
    try:
        name = codecs.lookup(charset).name if charset else ""
    except (LookupError, ValueError):
        return None
    return _WIDER.get(name, name) if name in _CHARSETS else None


def _cleaned(text: str) -> str:
    return shortened(without_controls(html.unescape(text)), LONGEST)
