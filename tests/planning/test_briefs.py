"""The twenty briefs: the same each time, answerable, and each of them finds out what it says."""

from __future__ import annotations

from datetime import date

import pytest

from learnbase.errors import LearnbaseError
from learnbase.planning import builtin, prompt
from learnbase.planning.briefs import Brief, briefs
from learnbase.planning.checks import findings
from learnbase.planning.request import LearningStyle, SkillLevel
from tests.planning.plans import START, roadmap

ALL = briefs(START)


def brief(name: str) -> Brief:
    return next(one for one in ALL if one.id == name)


def test_there_are_twenty_and_they_are_the_same_in_every_run():
    assert len({one.id for one in ALL}) == len(ALL) == 20
    assert briefs(START) == ALL


def test_they_are_spread_over_levels_styles_hours_and_languages():
    wishes = [one.request for one in ALL]
    assert {wish.skill_level for wish in wishes} == set(SkillLevel)
    assert {wish.learning_style for wish in wishes} == set(LearningStyle)
    assert len({wish.language for wish in wishes}) >= 4
    assert {0, 1, 40} <= {wish.weekly_hours for wish in wishes}


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.id)
def test_the_built_in_planner_answers_each_as_it_should(one: Brief):
    if one.fails_with:
        with pytest.raises(LearnbaseError) as refused:
            builtin.plan(one.request)
        assert refused.value.code == one.fails_with
        return
    made = builtin.plan(one.request)
    assert findings(made, one.request) == []
    assert not one.is_betrayed_by(made)


@pytest.mark.parametrize("start", [date(2026, 1, 1), date(2028, 2, 28)])
def test_they_begin_on_the_day_they_are_told(start: date):
    assert {one.request.start_date for one in briefs(start)} == {start}


@pytest.mark.parametrize("name", ["hostile-notes", "hostile-links"])
def test_hostile_text_stays_between_the_marks(name: str):
    system, user = prompt.messages(brief(name).request)
    notes = brief(name).request.notes
    assert notes is not None
    assert notes not in system["content"]
    assert user["content"].count("</request>") == 1


def test_a_plan_that_did_as_the_notes_say_gives_itself_away():
    hostile = brief("hostile-notes")
    assert not hostile.is_betrayed_by(roadmap({1: ["Look at a hive"]}))
    assert hostile.is_betrayed_by(roadmap({1: ["Kumquatcanary: look at a hive"]}))
