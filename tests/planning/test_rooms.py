"""Which weeks may be planned, and how much room each has beside what stays."""

from __future__ import annotations

import pytest

from learnbase.planning import builtin
from learnbase.planning.budget import NoTime
from learnbase.planning.checks import findings
from learnbase.planning.difference import difference
from learnbase.planning.living import LivingPlan
from learnbase.planning.rooms import known_rooms, rooms
from tests.planning.plans import living, request


def sizes(**wishes: object) -> list[tuple[int, int]]:
    return [(room.number, room.minutes) for room in rooms(request(**wishes), weeks=104)]


def test_a_first_plan_has_all_weeks_up_to_the_deadline():
    assert sizes() == [(1, 300), (2, 300), (3, 300)]
    assert sizes(deadline_date="2026-08-18") == [(1, 300), (2, 300), (3, 85)]


def test_what_stays_takes_its_time():
    there = living(["mix", "knead"], ["rise"], fixed=["mix"], done=["rise"])
    assert sizes(living=there) == [(1, 225), (2, 225), (3, 300)]


def test_a_week_that_is_full_has_no_room():
    there = living(["a", "b", "c", "d"], fixed=["a", "b", "c", "d"])
    assert sizes(living=there) == [(2, 300), (3, 300)]


def test_what_remains_begins_where_it_is_told_and_one_week_is_one():
    assert sizes(from_week=3) == [(3, 300)]
    assert sizes(only_week=2, from_week=2) == [(2, 300)]


def test_days_that_are_over_leave_less_of_the_week():
    assert sizes(from_week=2, from_day=5) == [(2, 130), (3, 300)]
    assert sizes(only_week=2, from_week=2, from_day=5) == [(2, 300)], "a week anew is a whole week"
    there = living(["mix"], ["rise", "fold"], done=["rise"], fixed=["fold"])
    # What was done in the first days takes nothing from the last ones; what is to do does.
    assert sizes(living=there, from_week=2, from_day=5) == [(2, 55), (3, 300)]


def test_a_deadline_that_passed_in_this_very_week_leaves_nothing():
    wish = {"deadline_date": "2026-08-18", "from_week": 3}
    assert sizes(**wish, from_day=2) == [(3, 45)]
    with pytest.raises(NoTime, match="no week left"):
        sizes(**wish, from_day=3)


def test_a_plan_that_began_too_long_ago_says_so():
    with pytest.raises(NoTime, match="began so long ago") as refused:
        sizes(deadline_date=None, from_week=140)
    assert refused.value.field == "start_date"


def test_a_week_beyond_a_deadline_that_was_moved_keeps_its_place():
    assert sizes(only_week=5, from_week=5) == [(5, 300)]


def test_without_a_deadline_the_end_is_open():
    assert known_rooms(request(deadline_date=None)) is None
    assert len(rooms(request(deadline_date=None), weeks=7)) == 7
    known = known_rooms(request(deadline_date=None, only_week=4))
    assert known is not None
    assert [room.number for room in known] == [4]


def test_a_plan_whose_deadline_has_passed_has_no_week_left():
    with pytest.raises(NoTime, match="no week left"):
        rooms(request(from_week=4), weeks=104)


def built_in_plan(**wishes: object) -> LivingPlan:
    """What the built-in planner makes, as it would stand in the database."""
    made = builtin.plan(request(topic="Python", **wishes))
    weeks = [
        {
            "module_id": f"00000000-0000-4000-8000-{week.week:012}",
            "order": week.week,
            "title": week.title,
            "description": week.description,
            "tasks": [
                {
                    "task_id": f"00000000-0000-4000-{week.week:04}-{place:012}",
                    "order": place,
                    "day": task.day,
                    "title": task.title,
                    "description": task.description,
                    "minutes": task.minutes,
                }
                for place, task in enumerate(week.tasks, start=1)
            ],
        }
        for week in made.weeks
    ]
    return LivingPlan.model_validate({"weeks": weeks})


@pytest.mark.parametrize("scope", [{}, {"only_week": 2, "from_week": 2}])
def test_a_built_in_plan_made_anew_is_the_plan_there_is(scope: dict[str, int]):
    there = built_in_plan()
    wish = request(topic="Python", living=there, **scope)
    again = builtin.plan(wish)
    assert difference(there, again, **scope).changes == ()


def test_the_built_in_planner_plans_what_remains_beside_what_stays():
    there = built_in_plan()
    done = [task.title for task in there.weeks[0].tasks]
    weeks = [
        week.model_copy(
            update={
                "tasks": tuple(
                    task.model_copy(
                        update={"fixed": task.title in done, "done": task.title in done}
                    )
                    for task in week.tasks
                )
            }
        )
        for week in there.weeks
    ]
    there = LivingPlan(weeks=tuple(weeks))
    wish = request(topic="Python", living=there, finished=done, from_week=2)
    rest = builtin.plan(wish)
    assert [week.week for week in rest.weeks] == [2, 3]
    assert findings(rest, wish) == []
    assert not {task.title for week in rest.weeks for task in week.tasks} & set(done)


def test_the_built_in_planner_says_that_it_follows_no_wish():
    there = built_in_plan()
    again = builtin.plan(request(topic="Python", living=there, wish="More exercises"))
    assert "cannot follow a wish" in again.note
    assert "cannot follow a wish" in difference(there, again).to_result()["summary"]["text"]
