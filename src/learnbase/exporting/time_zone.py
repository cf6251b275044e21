"""A learner's time zone, and how a calendar is told about it (VTIMEZONE, RFC 5545, section 3.6.5).

Some readers keep the first VTIMEZONE of a name that they meet and read every other calendar by it.
So what is told does not depend on the events: it begins with the first year that any plan has, and
where a zone's clocks change by a rule it goes on without an end. Zones that follow the moon or a
decree have each change listed, as far as it is known or needed.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

UTC = ZoneInfo("UTC")
DAY = 86_400
EARLIEST = 2026  # no learner has an older session
LISTED_UNTIL = 2037
CYCLE = 28  # years until the same days of the month fall on the same days of the week

_UTC_BY_ANY_NAME = frozenset({"UTC", "Etc/UTC", "Etc/UCT", "UCT", "Zulu", "Etc/Zulu"})
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name, or UTC where there is none such.

    No name may cost a learner the file: instants stay right, only the clock is another.
    """
    if name in _UTC_BY_ANY_NAME or not _NAME.fullmatch(name):
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def vtimezone(zone: ZoneInfo, first_year: int = EARLIEST, last_year: int = EARLIEST) -> str:
    """Return the VTIMEZONE that is right for every local time in those years (both included)."""
    return _vtimezone(zone, min(first_year, EARLIEST), max(last_year, LISTED_UNTIL))


@lru_cache(maxsize=512)
def _vtimezone(zone: ZoneInfo, first: int, last: int) -> str:
    start = int(dt.datetime(first, 1, 1, tzinfo=dt.UTC).timestamp()) - DAY
    end = int(dt.datetime(last + CYCLE, 12, 31, tzinfo=dt.UTC).timestamp()) + 2 * DAY
    onsets = _changes(zone, start, end)
    ruled = _ruled(zone, onsets, last + CYCLE)
    lines = ["BEGIN:VTIMEZONE", f"TZID:{zone.key}", *_observance(zone, start)]
    for onset in onsets:
        since = _shown(zone, onset)
        if onset in ruled:
            lines += _observance(zone, onset, ruled[onset])
        elif (ruled and since.year < _shown(zone, min(ruled)).year) or (
            not ruled and since.year <= last + 1
        ):
            lines += _observance(zone, onset)
    lines.append("END:VTIMEZONE")
    return "".join(f"{line}\r\n" for line in lines)


def _observance(zone: ZoneInfo, onset: int, rule: str | None = None) -> list[str]:
    since = dt.datetime.fromtimestamp(onset, zone)
    kind = "DAYLIGHT" if since.dst() else "STANDARD"
    return [
        f"BEGIN:{kind}",
        f"DTSTART:{_shown(zone, onset):%Y%m%dT%H%M%S}",
        *([f"RRULE:{rule}"] if rule else []),
        f"TZOFFSETFROM:{_written(_offset(zone, onset - 1))}",
        f"TZOFFSETTO:{_written(_offset(zone, onset))}",
        f"TZNAME:{since.tzname()}",
        f"END:{kind}",
    ]


def _ruled(zone: ZoneInfo, onsets: list[int], last: int) -> dict[int, str]:
    """Return the two onsets from which the clocks change by a rule for good, and the rules."""
    yearly: dict[int, list[int]] = {}
    for onset in onsets:
        yearly.setdefault(_shown(zone, onset).year, []).append(onset)
    for first in range(min(yearly, default=last), last - CYCLE + 1):
        years = [yearly.get(year, []) for year in range(first, last + 1)]
        if any(len(each) != 2 for each in years):  # noqa: PLR2004 (there and back)
            continue
        columns = [list(column) for column in zip(*years, strict=True)]
        rules = [_rule(zone, column) for column in columns]
        if all(rules):
            return {column[0]: rule for column, rule in zip(columns, rules, strict=True) if rule}
    return {}


def _rule(zone: ZoneInfo, onsets: list[int]) -> str | None:
    """Return the recurrence rule of onsets, one a year; None where there is none."""
    shown = [_shown(zone, onset) for onset in onsets]
    alike = {(each.month, each.weekday(), each.time()) for each in shown}
    shifts = {(_offset(zone, onset - 1), _offset(zone, onset)) for onset in onsets}
    if len(alike) != 1 or len(shifts) != 1:
        return None
    [(month, weekday, _)] = alike
    name = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")[weekday]
    weeks = {(each.day - 1) // 7 + 1 for each in shown}
    if all(each.day + 7 > calendar.monthrange(each.year, month)[1] for each in shown):
        weeks = {-1}
    if len(weeks) == 1:
        return f"FREQ=YEARLY;BYMONTH={month};BYDAY={weeks.pop()}{name}"
    days = range(min(each.day for each in shown), max(each.day for each in shown) + 1)
    if len(days) != 7:  # noqa: PLR2004 (a week of them, in which that day comes once)
        return None
    listed = ",".join(map(str, days))
    return f"FREQ=YEARLY;BYMONTH={month};BYMONTHDAY={listed};BYDAY={name}"


def _changes(zone: ZoneInfo, start: int, end: int) -> list[int]:
    """Return the first second of each new offset; no zone ever changed twice within a day."""
    found = []
    before = _offset(zone, start)
    for day in range(start + DAY, end + DAY, DAY):
        after = _offset(zone, day)
        if after != before:
            low, high = day - DAY, day
            while high - low > 1:
                middle = (low + high) // 2
                if _offset(zone, middle) == before:
                    low = middle
                else:
                    high = middle
            found.append(high)
            before = after
    return found


def _shown(zone: ZoneInfo, onset: int) -> dt.datetime:
    """Return an onset on the clock as it stood before: 02:00, not 03:00, in spring."""
    return dt.datetime.fromtimestamp(onset, dt.UTC) + _offset(zone, onset - 1)


def _offset(zone: ZoneInfo, instant: int) -> dt.timedelta:
    return dt.datetime.fromtimestamp(instant, zone).utcoffset() or dt.timedelta()


def _written(offset: dt.timedelta) -> str:
    seconds = int(offset.total_seconds())
    sign = "-" if seconds < 0 else "+"
    minutes, odd = divmod(abs(seconds), 60)
    return f"{sign}{minutes // 60:02}{minutes % 60:02}" + (f"{odd:02}" if odd else "")
