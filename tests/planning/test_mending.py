"""What is wrong with a plan by rule is mended by rule, and nothing else of it is touched."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from learnbase.planning.checks import findings
from learnbase.planning.mending import rebalance
from learnbase.planning.roadmap import Roadmap
from tests.planning.test_checks import changed, codes, first, request


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
    assert mended.weeks[0].tasks[0].title == "read 1.1"


def test_what_is_there_twice_is_left_out_where_the_rest_fills_the_week():
    twice = changed(lambda plan: plan["weeks"][1]["tasks"][0].update(title="Read: 1.1"))
    mended = rebalance(twice, request())
    assert [task.title for task in mended.weeks[1].tasks] == [
        "practice 2.3",
        "watch 2.5",
        "practice 2.7",
    ]
    assert findings(mended, request()) == []


def test_a_week_that_only_repeats_says_so():
    def repeat(plan: dict[str, Any]) -> None:
        plan["weeks"][1]["tasks"] = plan["weeks"][0]["tasks"]

    mended = rebalance(changed(repeat), request())
    assert [task.title for task in mended.weeks[1].tasks] == [
        "read 1.1 (again, 2)",
        "practice 1.3 (again, 2)",
    ]
    assert findings(mended, request()) == []


def test_rebalancing_drops_tasks_that_a_short_week_has_no_room_for():
    wish = request(days=1)
    crowded = changed(lambda plan: plan["weeks"][0]["tasks"].extend(plan["weeks"][0]["tasks"]))
    mended = rebalance(crowded, wish)
    assert [week.minutes for week in mended.weeks] == [45]
    assert len(mended.weeks[0].tasks) == 4
    assert {task.day for task in mended.weeks[0].tasks} == {1}


def test_weeks_without_a_fault_stay_as_they_were_written():
    def spoil(plan: dict[str, Any]) -> None:
        plan["weeks"][0]["tasks"][0].update(minutes=93)
        plan["weeks"][1]["tasks"][0].update(minutes=5)
        plan["weeks"][2]["tasks"].pop()

    written = changed(spoil)
    mended = rebalance(written, request())
    assert (mended.weeks[0], mended.weeks[2]) == (written.weeks[0], written.weeks[2])
    assert mended.weeks[1].minutes == 300


def test_a_task_too_long_for_one_sitting_is_cut_into_parts():
    def one_task(plan: dict[str, Any]) -> None:
        plan["weeks"][0]["tasks"] = [first(plan) | {"title": "Bake", "minutes": 300}]

    mended = rebalance(changed(one_task), request())
    assert [(task.title, task.minutes) for task in mended.weeks[0].tasks] == [
        ("Bake (1 of 2)", 150),
        ("Bake (2 of 2)", 150),
    ]
    assert findings(mended, request()) == []


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
def test_after_rebalancing_nothing_that_has_a_rule_is_left(roadmap: Roadmap, days: int):
    wish = request(days=days, style="practice")
    mended = rebalance(roadmap, wish)
    assert codes(mended, wish) == []
    assert rebalance(mended, wish) == mended
