"""Every zone, by the wall clock, minute by minute around each change of its offset."""

import datetime as dt
from zoneinfo import ZoneInfo, available_timezones

import pytest

from learnbase.scheduling.availability import Availability, Window
from learnbase.scheduling.local_time import WallClock, date_of, day_of, minute_of, moment_of
from learnbase.scheduling.slots import Slots

TWO_YEARS = range(day_of(dt.date(2026, 1, 1)), day_of(dt.date(2028, 1, 1)))
SAMPLES = {day_of(dt.date(2026, 12, 31)), day_of(dt.date(2027, 1, 1)), day_of(dt.date(2028, 2, 29))}
WINDOWS = [(0, 47), (61, 185), (1080, 1200), (1381, 1440)]
EVERY_DAY = tuple(Window(day, first, last) for day in range(1, 8) for first, last in WINDOWS)
DAYS_OFF = frozenset({day_of(dt.date(2027, 1, 2))})


def _slots(name: str) -> Slots:
    availability = Availability(EVERY_DAY, DAYS_OFF, 25, 90, None, 600)
    return Slots(WallClock(name), availability, (), earliest=0)


def _by_the_clock(zone: dt.tzinfo, day: int) -> set[int]:
    """The minutes of UTC whose wall clock shows this day, within a window."""
    noon = minute_of(dt.datetime.combine(date_of(day), dt.time(12), dt.UTC))
    found: set[int] = set()
    if day in DAYS_OFF:
        return found
    for minute in range(noon - 1620, noon + 1500):
        local = moment_of(minute).astimezone(zone)
        at = local.hour * 60 + local.minute
        if local.date() == date_of(day) and any(a <= at < b for a, b in WINDOWS):
            found.add(minute)
    return found


def _opened(slots: Slots, day: int) -> set[int]:
    return {minute for a, b in slots.open_at(day) for minute in range(a, b)}


def _changes(clock: WallClock, days: range) -> set[int]:
    found: set[int] = set()
    for day in days:
        if clock.offset(day * 1440) != clock.offset((day + 1) * 1440):
            found |= {day - 1, day, day + 1}
    return found


def test_every_zone_is_open_exactly_when_its_wall_clock_says_so():
    checked: set[tuple[object, ...]] = set()
    changed = 0
    for name in sorted(available_timezones()):
        slots = _slots(name)
        clock = WallClock(name)
        days = _changes(clock, TWO_YEARS)
        # Many names are one clock.
        alike = tuple(clock.offset(day * 1440) for day in TWO_YEARS)
        if alike in checked:
            continue
        checked.add(alike)
        zone = ZoneInfo(name)
        changed += bool(days)
        for day in days | SAMPLES:
            assert _opened(slots, day) == _by_the_clock(zone, day), (name, date_of(day))
    assert changed > 10
    assert len(checked) > 40


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("Pacific/Apia", "2011-12-30"),  # a day that never was
        ("Pacific/Kwajalein", "1993-08-21"),  # and another
        ("Australia/Lord_Howe", "2026-04-05"),  # half an hour
        ("Asia/Kathmandu", "2026-05-01"),
        ("Pacific/Chatham", "2026-09-27"),
        ("America/Sao_Paulo", "2018-11-04"),  # midnight itself was skipped
        ("Asia/Pyongyang", "2018-05-05"),
    ],
)
def test_odd_days_are_open_exactly_when_the_wall_clock_says_so(name: str, date: str):
    middle = day_of(dt.date.fromisoformat(date))
    for day in range(middle - 2, middle + 3):
        assert _opened(_slots(name), day) == _by_the_clock(ZoneInfo(name), day)


def test_apia_had_no_thirtieth_of_december():
    assert _slots("Pacific/Apia").open_at(day_of(dt.date(2011, 12, 30))) == []


def test_a_zone_that_nobody_knows_is_taken_for_utc():
    assert WallClock("Mars/Olympus").offset(30_000_000) == 0
    assert WallClock("../etc/passwd").offset(30_000_000) == 0
