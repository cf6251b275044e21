"""The clock of every zone, told to a calendar and asked again."""

from __future__ import annotations

import datetime as dt
import io
import itertools
from zoneinfo import available_timezones

import pytest
from dateutil.tz import tzical

from learnbase.exporting.time_zone import UTC, vtimezone, zone

FIRST, LAST = 2026, 2027
HOURS = [
    dt.datetime(FIRST, 1, 1, tzinfo=dt.UTC) + dt.timedelta(hours=hour)
    for hour in range(24 * 730)
]  # fmt: skip


def test_another_program_reads_the_clock_of_every_zone_as_it_is():
    """Around each change of the clocks, to the minute, by dateutil's own reading of VTIMEZONE."""
    asked = 0
    for name in sorted(available_timezones()):
        ours = zone(name)
        if ours is UTC:
            continue
        theirs = tzical(io.StringIO(vtimezone(ours, FIRST, LAST))).get(name)
        offsets = [instant.astimezone(ours).utcoffset() for instant in HOURS[::24]]
        changed = [
            day for day, (one, next_) in enumerate(itertools.pairwise(offsets)) if one != next_
        ]
        watched = [
            HOURS[day * 24] + dt.timedelta(minutes=minute)
            for day in changed
            for minute in range(0, 24 * 60 + 1, 5)
        ]
        for instant in [HOURS[0] + dt.timedelta(hours=14), HOURS[-1], *watched]:
            shown = instant.astimezone(ours)
            if shown.fold:
                continue  # told in UTC
            asked += 1
            read = shown.replace(tzinfo=theirs)
            assert read.utcoffset() == shown.utcoffset(), (name, shown)
    assert asked > 10_000


@pytest.mark.parametrize(
    "name", ["Europe/Berlin", "America/New_York", "Asia/Jerusalem", "America/Nuuk"]
)
def test_what_changes_by_a_rule_is_right_in_years_that_nobody_asked_for(name: str):
    ours = zone(name)
    theirs = tzical(io.StringIO(vtimezone(ours, FIRST, FIRST))).get(name)
    for day in range(365 * 60):
        shown = (HOURS[0] + dt.timedelta(days=day)).astimezone(ours)
        if not shown.fold:
            assert shown.replace(tzinfo=theirs).utcoffset() == shown.utcoffset(), shown


def test_an_onset_is_told_on_the_clock_before_it():
    berlin = vtimezone(zone("Europe/Berlin"))
    assert (
        "DTSTART:20260329T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n"
        "TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200"
    ) in berlin
    assert (
        "DTSTART:20261025T030000\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\n"
        "TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100"
    ) in berlin


def test_calendars_of_different_years_tell_the_same_of_a_zone():
    """Or a reader that keeps the first would read the others wrong, as Radicale does."""
    for name in ("Europe/Berlin", "Africa/Casablanca", "Asia/Kathmandu", "Asia/Jerusalem"):
        assert vtimezone(zone(name), 2026, 2026) == vtimezone(zone(name), 2029, 2035)


def test_the_years_of_old_and_late_events_are_told_as_well():
    sao_paulo = vtimezone(zone("America/Sao_Paulo"), 2017, 2017)
    assert "DTSTART:20171015T000000" in sao_paulo
    casablanca = vtimezone(zone("Africa/Casablanca"), 2026, 2060)
    assert "DTSTART:2060" in casablanca


def test_a_day_that_was_left_out_is_a_change_too():
    apia = vtimezone(zone("Pacific/Apia"), 2011, 2011)
    assert "TZOFFSETFROM:-1000\r\nTZOFFSETTO:+1400" in apia


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Nowhere/At_all",
        "../../etc/passwd",
        "Europe",
        "a\x00b",
        "Europe/Berlin\r\nX:1",
        "x" * 5000,
    ],
)
def test_a_zone_that_is_none_is_utc(name: str):
    assert zone(name) is UTC
