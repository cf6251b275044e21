from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from learnbase.scheduling import make
from learnbase.scheduling.catch_up import settled
from learnbase.scheduling.local_time import minute_of
from learnbase.scheduling.placement import place
from learnbase.scheduling.request import ScheduleRequest
from learnbase.scheduling.schedule import frame_of
from learnbase.scheduling.work import work
from tests.scheduling.checker import faults as faults_of
from tests.scheduling.checker import placed
from tests.scheduling.learners import at, learners, lived

Loaded = dict[str, Any]


@given(learners())
def test_a_schedule_has_no_fault_that_a_brute_force_checker_finds(request_: Loaded):
    assert faults_of(request_, make(request_)) == []


@given(learners())
def test_running_it_again_moves_nothing(request_: Loaded):
    made = make(request_)
    again = make(lived(request_, made))
    assert again["moves"] == []
    assert again["gone"] == []
    assert [one["starts_at"] for one in again["sessions"]] == [
        one["starts_at"] for one in made["sessions"]
    ]


@given(learners())
def test_the_same_learner_gets_the_same_schedule(request_: Loaded):
    assert make(request_) == make(request_)


@given(learners(), st.integers(0, 13))
def test_ticking_a_task_moves_nothing_that_comes_before_it(request_: Loaded, number: int):
    first = request_ | {"kind": "schedule", "deadline_date": None}
    first = lived(first, make(first))
    number %= len(first["tasks"])
    ticked = [
        one | {"done": one["done"] or order == number} for order, one in enumerate(first["tasks"])
    ]
    moved = make(first | {"tasks": ticked})["moves"]
    before = {one["task_id"] for one in first["tasks"][:number]}
    assert not {move["task_id"] for move in moved} & before


@given(learners())
def test_a_slip_moves_no_more_than_a_repack_would(request_: Loaded):
    first = request_ | {"kind": "schedule", "deadline_date": None}
    first = lived(first, make(first))
    ends = [
        at(one["ends_at"]) for one in first["sessions"] if at(one["ends_at"]) > at(first["now"])
    ]
    if not ends:
        return
    late = ScheduleRequest.model_validate(first | {"now": min(ends).isoformat()})
    left = work(late.tasks, late.sessions, pace=1.0, now=minute_of(late.now))
    frame = frame_of(late, left)
    healing = settled(left, frame, deadline=None, is_catch_up=False)
    healed = [one for one in healing.placed if one.why]
    repacked = [one for one in place(left, frame, pull="anyway").placed if one.why]
    assert len(healed) <= len(repacked)


@given(learners())
def test_every_choice_makes_it_fit_and_the_schedule_made_with_it_has_no_fault(request_: Loaded):
    made = make(request_)
    choices = made["feasibility"]["choices"]
    assert not (made["feasibility"]["fits"] and choices)
    for choice in choices:
        taken = _taken(lived(request_, made), choice)
        then = make(taken)
        assert then["feasibility"]["fits"], choice
        assert faults_of(taken, then) == []
        if taken["deadline_date"]:
            assert all(one["local_date"] <= taken["deadline_date"] for one in placed(taken, then))


def _taken(request_: Loaded, choice: dict[str, Any]) -> Loaded:
    match choice["choice"]:
        case "more_hours":
            habits = request_["availability"]
            windows = habits["windows"] + choice["windows"]
            return request_ | {
                "weekly_hours": choice["weekly_hours"],
                "availability": habits | {"windows": windows},
            }
        case "later_date":
            return request_ | {"deadline_date": choice["deadline_date"]}
        case _:
            dropped = set(choice["task_ids"])
            tasks = [
                one | {"set_aside": one["set_aside"] or one["task_id"] in dropped}
                for one in request_["tasks"]
            ]
            return request_ | {"tasks": tasks}
