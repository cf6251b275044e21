from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from learnbase.planning.checks import findings
from learnbase.planning.request import PlanRequest
from learnbase.planning.roadmap import Roadmap
from tests.planning.plans import living

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
                    {
                        "day": day,
                        "title": f"{kind} {number}.{day}",
                        "minutes": minutes,
                        "kind": kind,
                    }
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
    ("duplicate_title", lambda plan: first(plan).update(title="PRACTICE  1.3")),
    ("day_order", lambda plan: first(plan).update(day=6)),
    ("duplicate_title", lambda plan: first(plan).update(title="watch 3.5")),
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


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Practise closures", "practise the closure!", True),
        ("Read: Types", "Read... types", True),
        ("Write tests in C++", "Write tests in C", False),
        ("Write tests in C#", "Write tests in C++", False),
        ("Conjugate ser", "Conjugate estar", False),
        ("Exercise 1", "Exercise 2", False),
        ("Translate English to Spanish", "Translate Spanish to English", False),
        ("The class", "The classes", False),
        ("Read about HTTP", "Read about HTTPS", False),
        ("面包", "面 包!", False),
        ("!!!", "???", False),
    ],
)
def test_titles_are_the_same_in_other_spelling_and_not_when_they_mean_another_thing(
    one: str, other: str, same: bool
):
    def name_both(plan: dict[str, Any]) -> None:
        first(plan).update(title=one)
        plan["weeks"][2]["tasks"][0].update(title=other)

    expected = ["duplicate_title"] if same else []
    assert codes(changed(name_both), request()) == expected


def test_looking_back_may_have_the_same_name_every_few_weeks():
    def look_back(plan: dict[str, Any]) -> None:
        for week in plan["weeks"]:
            week["tasks"][0].update(title="Look back", kind="review")

    assert codes(changed(look_back), request()) == []


def test_what_is_finished_is_not_to_be_asked_for_again_by_a_model():
    again = changed(lambda plan: first(plan).update(title="Buy flour"))
    wish = request().model_copy(update={"finished": ("buy  FLOUR",)})
    [finding] = findings(again, wish)
    assert (finding.code, finding.week) == ("finished", 1)
    assert "finished" in finding.message
    built_in = again.model_copy(update={"method": "general"})
    assert findings(built_in, wish) == []


def test_one_week_anew_is_full_unless_the_plan_ends_with_it():
    there = living(["a"], ["b"], ["c"])
    for number, expected in ((2, ["week_minutes"]), (3, [])):
        wish = request().model_copy(
            update={"living": there, "only_week": number, "from_week": number}
        )
        week = good()["weeks"][number - 1]
        week["tasks"].pop()
        assert codes(Roadmap.model_validate({"weeks": [week]}), wish) == expected
