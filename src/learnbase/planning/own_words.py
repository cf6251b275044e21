"""Addresses that stand in a learner's own words: an address can be a key, and is theirs alone.

A model may write such an address otherwise than the learner did: with `www.`, another page of the
same document, another spelling. So it is the host that tells, wherever it is named, and any word of
an address that is no word but a code.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from learnbase.planning.request import PlanRequest

_HOST = re.compile(r"[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)+|\[[0-9a-f:.]+\]")
_WORD = re.compile(r"[\w-]+")
_SHORTEST_CODE = 6
_LONG_AS_A_KEY = 22
"""Longer than words are."""


@dataclass(frozen=True)
class OwnWords:
    """What the learner's words name.

    Attributes:
        hosts: Names of hosts, without `www.`.
        codes: Words that are no words: long, or with digits.
    """

    hosts: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()

    @classmethod
    def of(cls, request: PlanRequest) -> OwnWords:
        """Of everything of theirs that a model is told."""
        text = _plain(" ".join(_said(request)))
        hosts = frozenset(_without_www(host) for host in _HOST.findall(text))
        return cls(hosts, frozenset(_codes(text)))

    def name(self, url: str) -> bool:
        """Whether an address is one of theirs, or may be."""
        text = _plain(url)
        host = _without_www(urlsplit(text).hostname or "")
        parts = host.split(".")
        named = {".".join(parts[first:]) for first in range(len(parts))}
        return bool(named & self.hosts) or bool(self.codes & set(_codes(text)))


def _said(request: PlanRequest) -> Iterable[str]:
    yield from (text for text in (request.topic, request.notes, request.wish) if text)
    yield from request.finished
    for week in request.living.weeks if request.living else ():
        yield from (week.title, week.description or "")
        for task in week.tasks:
            yield from (task.title, task.description or "")


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", unquote(text)).casefold().replace("。", ".")


def _without_www(host: str) -> str:
    return host.removeprefix("www.")


def _codes(text: str) -> Iterable[str]:
    for word in _WORD.findall(text):
        is_long = len(word) >= _LONG_AS_A_KEY and "-" not in word
        if is_long or (len(word) >= _SHORTEST_CODE and _has_digit(word)):
            yield word


def _has_digit(word: str) -> bool:
    return any(character.isdigit() for character in word)
