"""What an exported file is called, and how a browser is told (RFC 6266, RFC 8187)."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from learnbase.exporting.formats import FORMATS, UnknownFormat

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 120  # octets; file systems take 255, and downloads are numbered: "name (2).ics"

# What Windows, a shell or a header reads as something else than a part of a name.
_FORBIDDEN = re.compile(r'[\\/:*?"<>|%;\x00-\x1f\x7f-\x9f\u2028\u2029]')
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
_UNSEEN = frozenset({"Cf", "Cs", "Cn", "Co"})  # bidirectional marks hide what a name ends in


def filename(export: Mapping[str, Any], format: str) -> str:  # noqa: A002 (as `render` has it)
    """Return a name that every common file system takes: the topic and the extension.

    Args:
        export: What `rpc/plan_export` answered; only its topic is looked at.
        format: A key of `FORMATS`.

    Raises:
        UnknownFormat: there is no such format.
    """
    if format not in FORMATS:
        raise UnknownFormat(format)
    topic = str(export["plan"]["topic"])
    return f"{_stem(topic)}.{FORMATS[format].extension}"


def content_disposition(name: str) -> str:
    """Return the header's value: a plain name for old programs, and the real one."""
    stem, _, extension = name.rpartition(".")
    ascii_stem = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    plain = f"{_stem(ascii_stem)}.{extension}"
    shown = f'attachment; filename="{plain}"'
    return shown if plain == name else f"{shown}; filename*=UTF-8''{quote(name, safe='')}"


def _stem(topic: str) -> str:
    seen = "".join(
        character
        for character in unicodedata.normalize("NFC", _FORBIDDEN.sub(" ", topic))
        if unicodedata.category(character) not in _UNSEEN
    )
    words = " ".join(seen.split()).strip(". ")
    stem = words.encode()[:LONGEST].decode(errors="ignore").strip(". ")
    return "plan" if not stem or _DEVICE.fullmatch(stem) else stem
