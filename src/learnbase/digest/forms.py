"""Dates, times and numbers in the forms of a learner's locale, at their clock (CLDR, by Babel).

The words of the letters are English; where a date is in another language, HTML is told so, for
those who listen to it, and it is kept apart from the direction of the words around it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_interval, format_skeleton, format_time
from babel.numbers import format_decimal, format_percent
from markupsafe import Markup, escape

from learnbase.exporting.time_zone import zone

if TYPE_CHECKING:
    import datetime as dt
    from zoneinfo import ZoneInfo

_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_BLANK = re.compile(r"\s+")
_NEAR = {0: "today", 1: "tomorrow"}
HOUR = 60


@lru_cache(maxsize=1024)
def known_locale(tag: str) -> Locale:
    """Return the nearest locale to a language tag (BCP 47) that has forms; English where none has.

    No tag may cost a learner the letter.
    """
    parts = tag.split("-") if _TAG.fullmatch(tag) else []
    for length in range(len(parts), 0, -1):
        try:
            return Locale.parse("-".join(parts[:length]), sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")


@dataclass(frozen=True)
class Forms:
    """What templates call to show a figure.

    Attributes:
        locale: Whose forms.
        zone: At whose clock.
        now: When the letter is written.
        marked: Whether it is for HTML, where another language is marked as such.
    """

    locale: Locale
    zone: ZoneInfo
    now: dt.datetime
    marked: bool = False

    def day(self, day: dt.date) -> str:
        """Return a day with its weekday: Mon, Nov 23."""
        return self._shown(_day(self.locale, day))

    def date(self, day: dt.date) -> str:
        """Return a date with its year: November 23, 2026."""
        return self._shown(_date(self.locale, day))

    def span(self, first: dt.date, last: dt.date) -> str:
        """Return a stretch of days: Nov 23 - 29, in the locale's way."""
        return self._shown(_span(self.locale, first, last))

    def time(self, instant: dt.datetime) -> str:
        """Return the time of day at the learner's clock: 6:30 PM."""
        return self._shown(_time(self.locale, instant.astimezone(self.zone).time()))

    def near(self, instant: dt.datetime) -> str:
        """Return the day at the learner's clock; one that is near by its English name."""
        local = instant.astimezone(self.zone).date()
        away = (local - self.now.astimezone(self.zone).date()).days
        return _NEAR.get(away) or self.day(local)

    def when(self, instant: dt.datetime) -> str:
        """Return day and time at the learner's clock: today, 6:30 PM."""
        return self._after(f"{self.near(instant)}, ", self.time(instant))

    def opening(self, instant: dt.datetime) -> str:
        """Return the same at the beginning of a line: Today, 6:30 PM."""
        near = self.near(instant)
        return self._after(f"{near[:1].upper()}{near[1:]}, ", self.time(instant))

    def until(self, instant: dt.datetime) -> str:
        """Return the time of day at which something ends: until 7:15 PM."""
        return self._after("until ", self.time(instant))

    def minutes(self, minutes: int) -> str:
        """Return a length of time: 1 hr 30 min."""
        return self._shown(_minutes(self.locale, minutes))

    def number(self, number: int) -> str:
        """Return a whole number."""
        return _number(self.locale, number)

    def percent(self, share: float) -> str:
        """Return a share, rounded down: nothing is done before it is."""
        return _percent(self.locale, whole_percent(share))

    def count(self, number: int, one: str, many: str) -> str:
        """Return a number with its English noun: 1 task, 5 tasks."""
        return f"{self.number(number)} {one if number == 1 else many}"

    def _after(self, words: str, time: str) -> str:
        # In HTML both parts are marked or ours already.
        return Markup(words) + time if self.marked else words + time  # noqa: S704

    def _shown(self, text: str) -> str:
        return _marked(self.locale, text) if self.marked else text


def forms(locale: str, time_zone: str, now: dt.datetime, *, marked: bool = False) -> Forms:
    """Return the forms of a learner.

    Args:
        locale: A language tag (BCP 47).
        time_zone: An IANA name; UTC serves where there is none such.
        now: When the letter is written, aware.
        marked: Whether they are for HTML.
    """
    return Forms(known_locale(locale), zone(time_zone), now, marked)


def whole_percent(share: float) -> int:
    """Return a share in whole percent, rounded down."""
    # 0.29 * 100 is a little less than 29.
    return int(share * 100 + 1e-9)


@lru_cache(maxsize=8192)
def _marked(locale: Locale, text: str) -> Markup:
    if locale.language == "en":
        return escape(text)
    return Markup('<bdi lang="{}">{}</bdi>').format(str(locale).replace("_", "-"), text)


# Forms are asked for again and again with the same few days: Babel takes its time over each.


@lru_cache(maxsize=8192)
def _day(locale: Locale, day: dt.date) -> str:
    return _plain(format_skeleton("MMMEd", day, locale=locale))


@lru_cache(maxsize=8192)
def _date(locale: Locale, day: dt.date) -> str:
    return _plain(format_date(day, "long", locale=locale))


@lru_cache(maxsize=8192)
def _span(locale: Locale, first: dt.date, last: dt.date) -> str:
    return _plain(format_interval(first, last, "MMMd", locale=locale))


@lru_cache(maxsize=8192)
def _time(locale: Locale, time: dt.time) -> str:
    return _plain(format_time(time, "short", locale=locale))


@lru_cache(maxsize=8192)
def _minutes(locale: Locale, minutes: int) -> str:
    hours, rest = divmod(minutes, HOUR)
    parts = [_unit(locale, hours, "hour", "h")] if hours else []
    if rest or not hours:
        parts.append(_unit(locale, rest, "minute", "min"))
    return _plain(" ".join(parts))


def _unit(locale: Locale, number: int, unit: str, symbol: str) -> str:
    # Babel's format_unit writes "1 horas" where the short form of one is that of all others, and
    # "1 duration-hour" where there is no short form: CLDR says to take the other's, ISO 80000 "h".
    patterns = locale._data["unit_patterns"].get(f"duration-{unit}", {}).get("short", {})  # noqa: SLF001 (it has no public name)
    form = locale.plural_form(number)
    pattern: str = patterns.get(form) or patterns.get("other") or f"{{0}} {symbol}"
    return pattern.format(_number(locale, number))


@lru_cache(maxsize=8192)
def _number(locale: Locale, number: int) -> str:
    return _plain(format_decimal(number, locale=locale))


@lru_cache(maxsize=8192)
def _percent(locale: Locale, percent: int) -> str:
    return _plain(format_percent(percent / 100, locale=locale))


def _plain(text: str) -> str:
    # Narrow and thin blanks are boxes in some mail programs' fonts.
    return _BLANK.sub(" ", text).strip()
