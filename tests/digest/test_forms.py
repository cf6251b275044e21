"""Dates and numbers, in every locale that a learner can have."""

from __future__ import annotations

import datetime as dt
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnbase.digest.forms import forms, known_locale, whole_percent
from tests.digest.letters import MONDAY

DAY = dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("locale", "shown"),
    [
        ("en", ("Mon, Nov 23", "6:30 PM", "1 hr 30 min", "38%", "1,234")),
        ("en-GB", ("Mon 23 Nov", "18:30", "1 hr 30 mins", "38%", "1,234")),
        ("de", ("Mo., 23. Nov.", "18:30", "1 Std. 30 Min.", "38 %", "1.234")),
        ("de-CH", ("Mo., 23. Nov.", "18:30", "1 Std. 30 Min.", "38%", "1’234")),  # noqa: RUF001
        ("fr-CA", ("lun. 23 nov.", "18 h 30", "1 h 30 min", "38 %", "1 234")),
        ("ja", ("11月23日(月)", "18:30", "1 時間 30 分", "38%", "1,234")),
        ("pt-BR", ("seg., 23 de nov.", "18:30", "1 h 30 min", "38%", "1.234")),
    ],
)
def test_each_locale_has_its_own_forms(locale: str, shown: tuple[str, ...]):
    say = forms(locale, "Europe/Berlin", MONDAY)
    at = dt.datetime(2026, 11, 23, 17, 30, tzinfo=dt.UTC)
    figures = (say.minutes(90), say.percent(0.389), say.number(1234))
    assert (say.day(DAY), say.time(at), *figures) == shown


@given(st.from_regex(r"\A[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}\Z") | st.text(max_size=20))
def test_no_locale_costs_a_learner_the_letter(tag: str):
    say = forms(tag, "UTC", MONDAY, marked=True)
    for shown in (
        say.day(DAY),
        say.date(DAY),
        say.span(DAY, DAY + dt.timedelta(days=6)),
        say.when(MONDAY + dt.timedelta(days=9)),
        say.until(MONDAY),
        say.minutes(0),
        say.percent(1),
        say.count(1, "task", "tasks"),
    ):
        assert shown.strip()


def test_a_locale_nobody_has_forms_for_falls_back_to_its_language():
    assert str(known_locale("de-ZZ").language) == "de"
    assert str(known_locale("xx-DE")) == "en"
    assert str(known_locale("zh-Hant-TW")) == "zh_Hant_TW"
    assert str(known_locale("de_DE; drop")) == "en"


@pytest.mark.parametrize("time_zone", sorted(available_timezones())[::7])
def test_every_zone_shows_its_own_clock(time_zone: str):
    shown = forms("en-GB", time_zone, MONDAY).time(MONDAY)
    assert shown == f"{MONDAY.astimezone(forms('en', time_zone, MONDAY).zone):%H:%M}"


def test_nothing_is_done_before_it_is_and_everything_when_it_is():
    for total in range(1, 201):
        for done in range(total + 1):
            assert whole_percent(done / total) == done * 100 // total


def test_days_that_are_near_have_names():
    say = forms("en", "Pacific/Auckland", MONDAY)
    assert say.near(MONDAY) == "today"
    assert say.near(MONDAY + dt.timedelta(hours=12)) == "tomorrow"
    assert say.near(MONDAY + dt.timedelta(days=2)) == "Wed, Nov 25"
