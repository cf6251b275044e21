"""A page behind a link of a letter: what it is about, one button, and where to go on.

It loads nothing, runs nothing and is kept by nobody; what it says of a task is a stranger's word,
so everything is escaped. The form has no address: it goes to the page's own, wherever that is seen.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment, StrictUndefined
from starlette.responses import HTMLResponse

from learnbase.digest.context import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Template


@dataclass(frozen=True)
class Button:
    """What can be done here.

    Attributes:
        choice: Sent along as the field of this name; by default nothing is.
        is_quiet: Whether it is offered rather than asked.
    """

    text: str
    choice: str = ""
    is_quiet: bool = False


@dataclass(frozen=True)
class WayOn:
    """A link to the app."""

    text: str
    url: str


@dataclass(frozen=True)
class Page:
    """What is said.

    Attributes:
        heading: What it is, in a few words.
        text: A sentence or two more.
        title: A stranger's words: what it is about. `topic` likewise: the plan's.
        status: HTTP's.
    """

    heading: str
    text: str = ""
    title: str = ""
    topic: str = ""
    button: Button | None = None
    way_on: WayOn | None = None
    status: int = 200

    def response(self, headers: Mapping[str, str] | None = None) -> HTMLResponse:
        """The answer, with whatever else its head says."""
        return HTMLResponse(self.html(), self.status, {**_headers(), **(headers or {})})

    def html(self) -> str:
        """The whole page."""
        return _template().render(page=self, style=_style())


@cache
def _headers() -> Mapping[str, str]:
    style = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; "
            "frame-ancestors 'none'; base-uri 'none'"
        ),
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
        "X-Robots-Tag": "noindex, nofollow",
    }


@cache
def _style() -> str:
    return files("learnbase.edge").joinpath("letter_page.css").read_text("utf-8").strip()


@cache
def _template() -> Template:
    made = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters["line"] = one_line
    text = files("learnbase.edge").joinpath("letter_page.html").read_text("utf-8")
    return made.from_string(text)
