"""Text and blocks as Notion takes them, within its limits and without loss.

Text from strangers stays text: nothing in it is read as markup. Limits:
https://developers.notion.com/reference/request-limits
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Json = dict[str, Any]

LONGEST_TEXT = 2000  # of one rich text, in UTF-16 code units
MOST_TEXTS = 100  # rich texts in an array
MOST_BLOCKS = 100  # blocks in an array
MOST_BYTES = 400_000  # of blocks in a request; 500 KB is the service's word for the whole of it

_BETWEEN_PARAGRAPHS = re.compile(r"\n[^\S\n]*\n\s*")
_BEYOND_THE_PLANE = 0xFFFF


def pieces(text: str, longest: int = LONGEST_TEXT) -> Iterator[str]:
    """Cut a text so that each piece is at most so many UTF-16 code units; joined they are the text.

    The service counts like JavaScript does: a character beyond the first plane is two units.
    """
    start = units = 0
    for place, character in enumerate(text):
        width = 2 if ord(character) > _BEYOND_THE_PLANE else 1
        if units + width > longest:
            yield text[start:place]
            start, units = place, 0
        units += width
    if start < len(text):
        yield text[start:]


def rich(text: str, *, url: str | None = None, struck: bool = False) -> list[Json]:
    """Return a text as rich texts, all with the same link and look."""
    look: Json = {"annotations": {"strikethrough": True}} if struck else {}
    link: Json = {"link": {"url": url}} if url else {}
    return [{"type": "text", "text": {"content": piece, **link}, **look} for piece in pieces(text)]


def paragraphs(text: str) -> Iterator[Json]:
    """Return a plain text as paragraphs, one for each between blank lines."""
    for paragraph in _BETWEEN_PARAGRAPHS.split(text.strip()):
        if paragraph:
            yield from block("paragraph", rich(paragraph))


def block(kind: str, texts: Sequence[Json]) -> Iterator[Json]:
    """Return rich texts as a block; as several where they are too many for one."""
    for start in range(0, len(texts), MOST_TEXTS):
        yield {
            "object": "block",
            "type": kind,
            kind: {"rich_text": list(texts[start : start + MOST_TEXTS])},
        }


def portions(blocks: Iterable[Json]) -> list[list[Json]]:
    """Portion blocks out so that each portion fits into a request."""
    portioned: list[list[Json]] = []
    size = 0
    for one in blocks:
        length = len(json.dumps(one).encode())
        if not portioned or len(portioned[-1]) == MOST_BLOCKS or size + length > MOST_BYTES:
            portioned.append([])
            size = 0
        portioned[-1].append(one)
        size += length
    return portioned
