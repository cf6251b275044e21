"""Text that may be stored: bounded, free of what Postgres, a terminal or a page chokes on."""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

# Cc breaks terminals (and NUL breaks jsonb), Cs cannot be encoded at all; the rest re-order a line.
_LAYOUT = "\n\t"
_SEPARATORS = "\u2028\u2029"
_UNSEEN = frozenset({"Cf", "Mn", "Me", "Zs", "Zl", "Zp"})
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _has_no_control(text: str) -> str:
    for character in text:
        if character in _LAYOUT:
            continue
        if unicodedata.category(character) in {"Cc", "Cs"}:
            raise ValueError("contains a control character")
    return text


def _is_one_line(text: str) -> str:
    if any(character in _LAYOUT or character in _SEPARATORS for character in text):
        raise ValueError("contains a line break or a tab")
    return _has_no_control(text)


def shows_something(text: str) -> bool:
    """Whether there is anything in `text` that can be seen."""
    return any(unicodedata.category(character) not in _UNSEEN for character in text)


def _can_be_seen(text: str) -> str:
    if not shows_something(text):
        raise ValueError("contains nothing that can be seen")
    return text


Title = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_is_one_line),
    AfterValidator(_can_be_seen),
]
"""One visible line of at most 200 characters."""

Prose = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=2000),
    AfterValidator(_has_no_control),
]
"""Up to 2,000 characters; line breaks and tabs are welcome, other control characters are not."""


def without_controls(text: str) -> str:
    """Return `text` without the characters that `Title` refuses or that turn a line around."""
    kept = (
        " " if character in _LAYOUT else character
        for character in text
        if character not in _BIDI
        and (character in _LAYOUT or unicodedata.category(character) not in {"Cc", "Cs"})
    )
    return re.sub(r"\s+", " ", "".join(kept)).strip()


def shortened(text: str, limit: int) -> str:
    """Return `text` in at most `limit` characters, cut at a word where there is one.

    A combining mark or a joined emoji is never left without what it belongs to.
    """
    if len(text) <= limit:
        return text
    cut = limit - 1
    while cut > 1 and (
        unicodedata.category(text[cut]) in {"Mn", "Me", "Cf", "Sk"} or text[cut - 1] == "\u200d"
    ):
        cut -= 1
    head = text[:cut]
    words = head.rsplit(" ", 1)
    if len(words) == 2 and len(words[0]) >= limit // 2:  # noqa: PLR2004 (head and tail)
        head = words[0]
    return head.rstrip(" ,.;:-") + "…"
