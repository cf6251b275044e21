from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnbase.planning.checks import findings, rebalance
from learnbase.planning.request import PlanRequest
from learnbase.planning.roadmap import Roadmap

START = date(2026, 8, 3)
WEEKLY = 5 * 60

Change = Callable[[dict[str, Any]], None]


def request(days: int | None = 21, style: str = "mixed") -> PlanRequest:
    return PlanRequest.model_validate(
        {
            "topic": "Bread",
            "skill_level": "beginner",
            "weekly_hours": 5,
            "learning_style": style,
            "start_date": START,
            "deadline_date": days and START + timedelta(days=days - 1),
        }
    )


def good(weeks: int = 3) -> dict[str, Any]:
    tasks = [("read", 1, 90), ("practice", 3, 90), ("watch", 5, 60), ("practice", 7, 60)]
    return {
        "weeks": [
            {
                "week": number,
                "title": f"Week {number}",
                "tasks": [
                    {"day": day, "title": f"{kind} {day}", "minutes": minutes, "kind": kind}
                    for kind, day, minutes in tasks
                ],
            }
            for number in range(1, weeks + 1)
        ]
    }


def changed(change: Change) -> Roadmap:
    plan = good()
    change(plan)
    return Roadmap.model_validate(plan)


def codes(roadmap: Roadmap, wish: PlanRequest) -> list[str]:
    return [finding.code for finding in findings(roadmap, wish)]


def first(plan: dict[str, Any]) -> dict[str, Any]:
    task: dict[str, Any] = plan["weeks"][0]["tasks"][0]
    return task


def test_a_good_plan_has_no_findings():
    assert findings(Roadmap.model_validate(good()), request()) == []
    assert findings(Roadmap.model_validate(good()), request(days=None)) == []


BAD: list[tuple[str, Change]] = [
    ("week_order", lambda plan: plan["weeks"][1].update(week=3)),
    ("week_minutes", lambda plan: plan["weeks"][0]["tasks"].pop()),
    ("week_minutes", lambda plan: first(plan).update(minutes=140)),
    ("task_minutes", lambda plan: plan["weeks"][0]["tasks"][0].update(minutes=5)),
    ("duplicate_title", lambda plan: first(plan).update(title="PRACTICE 3")),
    ("day_order", lambda plan: first(plan).update(day=6)),
    ("too_late", lambda plan: plan["weeks"].append(plan["weeks"][0] | {"week": 4})),
]


@pytest.mark.parametrize(("code", "change"), BAD)
def test_each_fault_is_found_by_its_name(code: str, change: Change):
    found = findings(changed(change), request())
    assert code in [finding.code for finding in found]
    assert all(finding.message.endswith(".") for finding in found)
    assert all(finding.where for finding in found)


def test_fifteen_percent_are_close_enough_and_sixteen_are_not():
    assert codes(changed(lambda plan: first(plan).update(minutes=90 + 45)), request()) == []
    assert codes(changed(lambda plan: first(plan).update(minutes=90 + 46)), request()) == [
        "week_minutes"
    ]


def test_only_the_last_week_may_be_light():
    light = changed(lambda plan: plan["weeks"][2]["tasks"].pop())
    assert codes(light, request()) == []
    heavy = changed(lambda plan: plan["weeks"][2]["tasks"][0].update(minutes=150))
    assert codes(heavy, request()) == ["week_minutes"]


def test_a_last_week_that_the_deadline_cuts_short_has_fewer_days_and_minutes():
    assert set(codes(Roadmap.model_validate(good()), request(days=17))) == {
        "week_minutes",
        "day_outside",
    }


def test_a_style_that_is_not_in_the_plan_is_found():
    roadmap = Roadmap.model_validate(good())
    assert codes(roadmap, request(style="video")) == ["style"]
    assert codes(roadmap, request(style="practice")) == []
    only_reading = good()
    for week in only_reading["weeks"]:
        for task in week["tasks"]:
            task["kind"] = "read"
    assert codes(Roadmap.model_validate(only_reading), request()) == ["style"]


def test_a_plan_of_many_megabytes_is_found():
    plan = good(104)
    for week in plan["weeks"]:
        week["description"] = "é" * 2000
        for task in week["tasks"]:
            task["description"] = "é" * 2000
    assert "too_large" in codes(Roadmap.model_validate(plan), request(days=None))


def test_rebalancing_mends_minutes_days_numbers_and_length_and_says_what_it_left_out():
    def spoil(plan: dict[str, Any]) -> None:
        first(plan).update(minutes=400, day=7)
        plan["weeks"][1].update(week=7)
        plan["weeks"].append(plan["weeks"][0] | {"title": "A week too many"})

    wish = request(days=17)
    mended = rebalance(changed(spoil), wish)
    assert findings(mended, wish) == []
    assert [week.minutes for week in mended.weeks] == [300, 300, 130]
    assert mended.left_out == ("A week too many",)
    assert mended.weeks[0].tasks[0].title == "read 1"


def test_rebalancing_drops_tasks_that_a_short_week_has_no_room_for():
    wish = request(days=1)
    crowded = changed(lambda plan: plan["weeks"][0]["tasks"].extend(plan["weeks"][0]["tasks"]))
    mended = rebalance(crowded, wish)
    assert [week.minutes for week in mended.weeks] == [45]
    assert len(mended.weeks[0].tasks) == 4
    assert {task.day for task in mended.weeks[0].tasks} == {1}


ROADMAPS = st.builds(
    lambda weeks: Roadmap.model_validate(
        {
            "weeks": [
                {
                    "week": number % 104 + 1,
                    "title": "w",
                    "tasks": [
                        {"day": day, "title": f"t{order}", "minutes": minutes, "kind": "practice"}
                        for order, (day, minutes) in enumerate(tasks)
                    ],
                }
                for number, tasks in weeks
            ]
        }
    ),
    st.lists(
        st.tuples(
            st.integers(0, 200),
            st.lists(st.tuples(st.integers(1, 7), st.integers(0, 4800)), min_size=2, max_size=50),
        ),
        min_size=1,
        max_size=6,
    ),
)


@given(ROADMAPS, st.integers(1, 60))
def test_after_rebalancing_only_what_has_no_rule_is_left(roadmap: Roadmap, days: int):
    wish = request(days=days, style="practice")
    mended = rebalance(roadmap, wish)
    assert set(codes(mended, wish)) <= {"task_minutes"}
    assert rebalance(mended, wish) == mended
