"""What a weekly letter says, and when there is none."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pytest
from hypothesis import given

from learnbase import digest
from learnbase.digest import NothingDue, Silence, Summary, summary
from learnbase.digest.weekly import OVERDUE, PLANS, TASKS
from tests.digest.letters import MONDAY, written
from tests.digest.weeks import a_plan, a_task, a_week, tasks, weeks


def the_summary(week: dict[str, Any]) -> Summary:
    decided = summary(week)
    assert isinstance(decided, Summary)
    return decided


def the_other(week: dict[str, Any]) -> NothingDue:
    decided = summary(week)
    assert isinstance(decided, NothingDue)
    return decided


def test_a_busy_week_is_counted_whole_and_shown_in_part():
    said = the_summary(a_week(a_plan(tasks_due=tasks(17, "Due"))))

    assert (said.tasks_due, said.minutes_due) == (17, 17 * 30)
    assert len(said.plans[0].tasks) == TASKS
    assert said.plans[0].more_tasks == 5
    assert "and 5 more" in written("weekly_summary", said.model_dump()).text


def test_plans_share_the_room_in_turn():
    said = the_summary(
        a_week(
            a_plan("Swift", tasks_due=tasks(20, "Swift")),
            a_plan("Maths", tasks_due=tasks(3, "Maths")),
            a_plan("Cello", tasks_due=tasks(20, "Cello")),
        )
    )
    assert {plan.topic: len(plan.tasks) for plan in said.plans} == {
        "Swift": 5,
        "Maths": 3,
        "Cello": 4,
    }


def test_what_needs_a_decision_comes_first_then_what_comes_soonest():
    def at(hour: int) -> str:
        return f"2026-11-24T{hour:02}:00:00Z"

    said = the_summary(
        a_week(
            a_plan("Nothing now"),
            a_plan("Late", tasks_due=[a_task("Late", session_at=at(18))]),
            a_plan("Unplaced", tasks_due=[a_task("Any time")]),
            a_plan("Early", tasks_due=[a_task("Later"), a_task("Early", session_at=at(8))]),
            a_plan("Slipped", catch_up={"id": a_task()["task_id"], "text": "It fits on Friday."}),
        )
    )
    topics = [plan.topic for plan in said.plans]
    assert topics == ["Slipped", "Early", "Late", "Unplaced", "Nothing now"]
    assert [task.title for task in said.plans[1].tasks] == ["Early", "Later"]


def test_what_slipped_takes_part_of_the_room_and_stands_apart():
    late = tasks(6, "Late")
    said = the_summary(a_week(a_plan(tasks_due=[*late[:2], *tasks(20, "Due")], overdue=late)))
    plan = said.plans[0]

    assert len(plan.overdue) == OVERDUE
    assert plan.more_overdue == 2
    assert len(plan.tasks) == TASKS - OVERDUE
    assert said.tasks_due == 20
    assert not {task.task_id for task in plan.tasks} & {task.task_id for task in plan.overdue}


def test_many_plans_become_a_number():
    said = the_summary(
        a_week(*[a_plan(f"Plan {number}", tasks_due=tasks(1, str(number))) for number in range(9)])
    )
    assert (len(said.plans), said.more_plans) == (PLANS, 3)
    assert "home" in digest.links_needed("weekly_summary", said.model_dump())


def test_last_week_is_praised_with_a_few_titles_and_the_number():
    said = the_summary(
        a_week(a_plan(tasks_due=tasks(1, "Due"), finished_last_week=tasks(8, "Done")))
    )
    assert (said.finished, said.finished_minutes, len(said.finished_titles)) == (8, 240, 5)


def test_the_week_is_that_of_the_learners_clock():
    sunday_evening = dt.datetime(2026, 11, 22, 20, tzinfo=dt.UTC).isoformat()
    due = a_plan(tasks_due=tasks(1, "Due"))
    auckland = the_summary(a_week(due, now=sunday_evening, time_zone="Pacific/Auckland"))
    lisbon = the_summary(a_week(due, now=sunday_evening, time_zone="Europe/Lisbon"))

    assert auckland.week_begins == dt.date(2026, 11, 23)
    assert (lisbon.week_begins, lisbon.week_ends) == (dt.date(2026, 11, 22), dt.date(2026, 11, 28))


def test_a_streak_survives_days_off():
    active = ["2026-11-22", "2026-11-19", "2026-11-18"]
    due = a_plan(tasks_due=tasks(1, "Due"))
    off = [["2026-11-20", "2026-11-21"]]

    assert the_summary(a_week(due, active_days=active)).streak_days == 1
    assert the_summary(a_week(due, active_days=active, days_off=off)).streak_days == 3


@pytest.mark.parametrize(
    ("week", "occasion"),
    [
        (a_week(), "no_plan"),
        (a_week(a_plan(completion=1.0)), "all_done"),
        (a_week(a_plan(), days_off=[["2026-11-20", "2026-11-30"]]), "resting"),
        (a_week(a_plan(), days_off=[["2026-11-24", "2026-11-30"]]), "ahead"),
        (a_week(a_plan("Done", completion=1.0), a_plan("Going on")), "ahead"),
    ],
)
def test_nothing_due_is_said_for_what_it_is(week: dict[str, Any], occasion: str):
    assert the_other(week).occasion == occasion


def test_the_plan_to_go_on_with_is_named_before_a_finished_one():
    said = the_other(a_week(a_plan("Done", completion=1.0), a_plan("Going on")))
    assert said.topic == "Going on"


def test_two_quiet_weeks_in_a_row_do_not_read_alike():
    mondays = [MONDAY + dt.timedelta(weeks=number) for number in range(120)]
    subjects = [the_other(a_week(a_plan(), now=monday)).words.subject for monday in mondays]
    assert len(set(subjects)) == 3
    assert not [pair for pair in itertools.pairwise(subjects) if pair[0] == pair[1]]


def test_after_a_few_letters_about_nothing_there_is_silence():
    assert isinstance(summary(a_week(a_plan(), quiet_weeks=2)), NothingDue)
    assert isinstance(summary(a_week(a_plan(), quiet_weeks=3)), Silence)
    assert isinstance(summary(a_week(a_plan(), quiet_weeks=40)), Silence)


def test_whoever_returns_is_written_to_again():
    back = a_plan(finished_last_week=tasks(1, "Done"))
    assert isinstance(summary(a_week(back, quiet_weeks=5)), NothingDue)
    due = a_plan(tasks_due=tasks(1, "Due"))
    assert isinstance(summary(a_week(due, quiet_weeks=5)), Summary)


@pytest.mark.parametrize("field", sorted(a_week()))
def test_a_week_without_one_of_its_parts_is_refused_by_name(field: str):
    week = {name: value for name, value in a_week().items() if name != field}
    with pytest.raises(digest.WrongContext, match=field):
        summary(week)


@given(weeks)
def test_whatever_is_due_is_shown_or_counted_and_becomes_a_letter(week: dict[str, Any]):
    decided = summary(week)
    if isinstance(decided, Silence):
        return
    kind = decided.kind
    assert kind == ("weekly_summary" if isinstance(decided, Summary) else "weekly_nothing_due")
    letter = written(kind, decided.model_dump(mode="json"))
    assert letter == written(kind, decided.model_dump())
    assert len(letter.html.encode()) < 102 * 1024
    if isinstance(decided, NothingDue):
        assert not any(plan["tasks_due"] or plan["overdue"] for plan in week["plans"])
        return
    shown = [task for plan in decided.plans for task in (*plan.tasks, *plan.overdue)]
    assert len(shown) <= TASKS
    by_id = {plan["plan_id"]: plan for plan in week["plans"]}
    for plan in decided.plans:
        given_plan = by_id[str(plan.plan_id)]
        late = {task["task_id"] for task in given_plan["overdue"]}
        due = {task["task_id"] for task in given_plan["tasks_due"]} - late
        assert len(plan.tasks) + plan.more_tasks == len(due)
        assert len(plan.overdue) + plan.more_overdue == len(late)
