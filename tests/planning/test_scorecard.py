"""A scorecard says how well a model plans, and whether another run is better."""

from __future__ import annotations

from typing import Any

import pytest

from learnbase.planning.briefs import Brief
from learnbase.planning.checks import findings
from learnbase.planning.scorecard import (
    Record,
    Scorecard,
    failure,
    lines,
    minutes_fit,
    record,
    turned,
)
from tests.planning.plans import request, roadmap

FOUR = ["mix", "knead", "rise", "bake"]
WEEKS = {week: [f"{title} {week}" for title in FOUR] for week in (1, 2, 3)}


def brief(**more: Any) -> Brief:
    return Brief("bread", "bread", request(), **more)


def card(*records: Record, model: str = "m") -> Scorecard:
    return Scorecard.of(records, model=model)


def figures(now: Scorecard, then: Scorecard | None = None) -> dict[str, tuple[str, str, str]]:
    return {line.name: (line.value, line.before, line.verdict) for line in lines(now, then)}


def test_a_plan_without_faults_is_valid_at_first_try():
    plan = roadmap(WEEKS)
    one = record(brief(), plan, found=findings(plan, request()))
    assert (one.valid_at_first_try, one.minutes_fit, one.duplicates) == (True, 1, 0)
    assert (one.weeks, one.tasks, one.minutes) == (3, 12, 900)


def test_what_the_model_wrote_first_is_what_counts():
    first = roadmap(WEEKS | {2: WEEKS[1]}, minutes=60)
    one = record(brief(), roadmap(WEEKS), first=first, found=findings(first, request()))
    assert not one.valid_at_first_try
    assert one.duplicates == 4
    assert one.minutes_fit == pytest.approx((0.8 + 0.8 + 1) / 3)


def test_the_last_week_may_be_light_and_a_week_nobody_asked_for_fits_nothing():
    assert minutes_fit(roadmap({1: FOUR, 2: ["rest"]}), request()) == 1
    assert minutes_fit(roadmap({1: FOUR, 9: FOUR}), request()) == 0.5


def test_the_right_refusal_is_a_right_answer_and_any_other_is_not():
    right, wrong = (
        failure(brief(fails_with="no_time"), "no_time"),
        failure(brief(), "model_garbled"),
    )
    planned = record(brief(fails_with="no_time"), roadmap(WEEKS))
    assert [one.as_it_should for one in (right, wrong, planned)] == [True, False, False]
    totals = card(right, wrong).totals
    assert (totals.right, totals.valid_after_repair) == (1, 0)


def test_hostile_text_that_was_obeyed_is_no_right_answer():
    one = record(brief(betrayed_by=("knead 2",)), roadmap(WEEKS))
    assert one.obeyed
    assert card(one).totals.right == 0


def test_shares_are_of_what_there_is():
    records = [
        Record(brief="a", valid_at_first_try=True, links_proposed=3, links_alive=3, seconds=2),
        Record(brief="b", repaired=True, links_proposed=5, links_alive=1, seconds=4),
        Record(brief="c", repaired=True, mended=("week_minutes",), seconds=9),
        Record(brief="d", failed="no_time"),
    ]
    totals = card(*records).totals
    assert totals.valid_at_first_try == pytest.approx(1 / 3)
    assert totals.valid_after_repair == pytest.approx(2 / 3)
    assert totals.live_links == 0.5
    assert (totals.median_seconds, totals.slowest_seconds) == (3, 9)


def test_a_run_of_nothing_has_a_scorecard():
    assert figures(card())["live links"] == ("-", "", "")


def test_a_cost_is_known_only_if_every_price_is():
    known = Record(brief="a", calls=2, cost_usd=0.25)
    assert card(known, Record(brief="b")).totals.cost_usd == 0.25
    assert card(known, Record(brief="b", calls=1)).totals.cost_usd is None


def test_a_scorecard_is_read_again_as_it_was_written():
    one = card(record(brief(), roadmap(WEEKS)), failure(brief(), "model_refused"))
    assert Scorecard.model_validate_json(one.model_dump_json()) == one


def test_of_two_runs_it_says_what_got_better_and_what_got_worse():
    then = card(Record(brief="a", seconds=4, duplicates=1, calls=1, input_tokens=1000))
    now = card(
        Record(brief="a", seconds=2, calls=2, valid_at_first_try=True, input_tokens=1001),
        Record(brief="b", seconds=99),
    )
    said = figures(now, then)
    assert said["median seconds"] == ("2.0", "4.0", "better"), "b has nothing to compare with"
    assert said["valid at first try"] == ("100%", "0%", "better")
    assert said["duplicate titles"] == ("0", "1", "better")
    assert said["questions"] == ("2", "1", "worse")
    assert said["input tokens"][2] == "same"
    assert said["live links"] == ("-", "-", "")


def test_it_names_the_briefs_that_turned():
    then = card(Record(brief="a"), Record(brief="b", failed="x", as_it_should=False))
    now = card(Record(brief="a", obeyed=True, as_it_should=False), Record(brief="b"))
    assert [(t.name, t.value, t.before, t.verdict) for t in turned(now, then)] == [
        ("a", "obeyed hostile text", "a plan", "worse"),
        ("b", "a plan", "x", "better"),
    ]
