"""Letters for tests: a fixed Monday, addresses for every link, and a reader of HTML."""

from __future__ import annotations

import copy
import datetime as dt
import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from learnbase import digest

MONDAY = dt.datetime(2026, 11, 23, 7, tzinfo=dt.UTC)
FIXTURES = Path(__file__).parent / "fixtures"
# What a kind of letter looks like when there is less to say than in its example, by name.
STORIES = {
    file.stem: (file.parent.name, json.loads(file.read_text("utf-8")))
    for file in sorted(FIXTURES.glob("*/*.json"))
}
EVERY_LETTER = {kind: (kind, digest.example(kind)) for kind in digest.KINDS} | STORIES


def addresses(kind: str, context: dict[str, Any]) -> dict[str, str]:
    """An address for each link of a letter."""
    return {
        name: f"https://learnbase.example/letters/{name.replace(':', '/')}"
        for name in digest.links_needed(kind, context)
    }


def written(
    kind: str,
    context: dict[str, Any],
    *,
    locale: str = "en",
    time_zone: str = "Europe/Berlin",
    now: dt.datetime = MONDAY,
) -> digest.Letter:
    """A letter whose links are all there."""
    links = addresses(kind, context)
    return digest.render(kind, context, locale=locale, time_zone=time_zone, now=now, links=links)


def with_text(context: Any, texts: list[str]) -> Any:
    """The same context in other words: every text of a stranger's is one of `texts`, in turn."""
    ours = {"provider", "occasion"}
    counter = 0

    def replaced(value: Any, key: str = "") -> Any:
        nonlocal counter
        if isinstance(value, dict):
            return {name: replaced(each, name) for name, each in value.items()}
        if isinstance(value, list):
            return [replaced(each, key) for each in value]
        if key in {"name", "topic", "title", "text", "reason", "remedy", "what", "account"} or (
            key in {"first_week", "finished_titles"}
        ):
            counter += 1
            return texts[counter % len(texts)]
        assert isinstance(value, str) is False or key in ours or _is_fact(key), key
        return value

    return replaced(copy.deepcopy(context))


def _is_fact(key: str) -> bool:
    return key.endswith(("id", "_at", "_on", "deadline", "date", "url", "begins", "ends"))


class Page(HTMLParser):
    """What a program reads in a letter.

    Attributes:
        tags: Every element and the names of its attributes, in order.
        addresses: Where it leads.
        loads: What it would fetch.
        words: All text, the style sheet left out.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.addresses: list[str] = []
        self.loads: list[str] = []
        self.words = ""
        self._inside_style = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self._inside_style = tag == "style"
        for name, value in attrs:
            if name == "href":
                self.addresses.append(value or "")
            if name in {"src", "srcset", "background", "poster"}:
                self.loads.append(value or "")

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 (as inherited)
        self._inside_style = False

    def handle_data(self, text: str) -> None:
        if not self._inside_style:
            self.words += text
