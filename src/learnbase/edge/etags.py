"""Whether the caller has it already: If-None-Match (RFC 9110, 13.1.2)."""

from __future__ import annotations

import re

_TAG = re.compile(r'(?:W/)?"([\x21\x23-\x7e\x80-\xff]*)"')


def named(header: str | None) -> tuple[str, ...]:
    """The tags that a header names, weak or strong, without their quotes."""
    return tuple(_TAG.findall(header or "")[:50])


def matches(header: str | None, tag: str) -> bool:
    """Compare weakly, as the RFC has it for If-None-Match; `*` is any."""
    return (header or "").strip() == "*" or tag in named(header)
