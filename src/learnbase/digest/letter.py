"""A letter of any kind, as it is sent: subject, preheader, HTML and plain text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from learnbase.digest.context import MissingLink, one_line, validated
from learnbase.digest.forms import forms
from learnbase.digest.kinds import KINDS, context_model
from learnbase.exporting.document import is_web_address
from learnbase.planning.text import shortened

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from jinja2 import Template

    from learnbase.digest.context import Context

LONGEST_SUBJECT = 200
LONGEST_PREHEADER = 150
FOOTER = frozenset({"preferences", "unsubscribe"})


@dataclass(frozen=True)
class Letter:
    """A letter.

    Attributes:
        subject: One line of at most 200 characters, without any control.
        preheader: What an inbox shows after the subject, one line of at most 150 characters.
        html: The whole page; it loads nothing, from anywhere.
        text: The same in plain words; lines end in LF.
    """

    subject: str
    preheader: str
    html: str
    text: str


def render(
    kind: str,
    context: Mapping[str, Any],
    *,
    locale: str,
    time_zone: str,
    now: dt.datetime,
    links: Mapping[str, str],
) -> Letter:
    """Return a letter; the same arguments give the same letter, byte for byte.

    Args:
        kind: A key of `KINDS`.
        context: What this kind is made of: see the model in its folder.
        locale: A language tag (BCP 47) for dates and numbers.
        time_zone: An IANA name, for times of day.
        now: When it is written, aware.
        links: An address for each name in `links_needed`; more do no harm.

    Raises:
        UnknownKind: there is no such kind.
        WrongContext: the context is not of this kind; names the fields.
        MissingLink: an address is missing, or is none.
        ValueError: `now` has no time zone.
    """
    if now.tzinfo is None:
        raise ValueError("now must be aware: a letter says today and tomorrow")
    it = _context(kind, context)
    needed = _needed(it)
    unusable = [name for name in needed if not is_web_address(links.get(name, ""))]
    if unusable:
        raise MissingLink(kind, unusable)
    plain = {
        "it": it,
        "links": {name: links[name] for name in needed},
        "forms": forms(locale, time_zone, now),
        "about": KINDS[kind],
    }
    marked = {**plain, "forms": forms(locale, time_zone, now, marked=True)}
    subject = _one_line(_template(kind, "subject.txt").render(plain), LONGEST_SUBJECT)
    preheader = _one_line(_template(kind, "preheader.txt").render(plain), LONGEST_PREHEADER)
    heads = {"subject": subject, "preheader": preheader}
    return Letter(
        subject=subject,
        preheader=preheader,
        html=_template(kind, "letter.html").render({**marked, **heads}),
        text=_template(kind, "letter.txt").render({**plain, **heads}).strip() + "\n",
    )


def links_needed(kind: str, context: Mapping[str, Any]) -> frozenset[str]:
    """Name the links that a letter has: `plan:<id>`, `tick:<task_id>`, `unsubscribe` and so on.

    Raises:
        UnknownKind: there is no such kind.
        WrongContext: the context is not of this kind; names the fields.
    """
    return _needed(_context(kind, context))


def _context(kind: str, context: Mapping[str, Any]) -> Context:
    return validated(context_model(kind), context, f"A letter of kind {kind}")


def _needed(context: Context) -> frozenset[str]:
    return FOOTER.union(context.needs())


def _one_line(text: str, longest: int) -> str:
    return shortened(one_line(text.strip()), longest)


@cache
def environment() -> Environment:
    """Return what makes letters of templates: HTML is escaped, and nothing may be missing."""
    return Environment(
        loader=PackageLoader("learnbase.digest", "letters"),
        autoescape=select_autoescape(("html",), ("txt",), default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )


@cache
def _template(kind: str, part: str) -> Template:
    return environment().get_template(f"{kind}/{part}")
