from typing import Any

from learnbase.scheduling import before, make
from tests.scheduling.checker import faults
from tests.scheduling.learners import lived, loaded, task, times, window

SUNDAY = 7


def _codes(made: dict[str, Any]) -> set[str]:
    return {move["reason"]["code"] for move in made["moves"]}


def test_a_berlin_night_in_autumn_has_an_hour_more():
    request = loaded(
        task("a", 240),
        now="2026-10-24T10:00:00Z",
        start_date="2026-10-25",
        longest=240,
        weekly_hours=20,
        windows=[window(SUNDAY, "01:00", "04:00")],
    )
    made = make(request)
    assert [(one["starts_at"], one["ends_at"]) for one in made["sessions"]] == [
        ("2026-10-24T23:00:00+00:00", "2026-10-25T01:00:00+00:00"),
        ("2026-10-25T01:00:00+00:00", "2026-10-25T03:00:00+00:00"),
    ]
    assert faults(request, made) == []


def test_a_berlin_night_in_spring_has_an_hour_less():
    request = loaded(
        task("a", 120),
        task("b", 30),
        now="2027-03-27T10:00:00Z",
        start_date="2027-03-28",
        longest=180,
        weekly_hours=20,
        windows=[window(SUNDAY, "01:00", "04:00")],
    )
    assert times(make(request)) == [
        "a1 Sun 28 Mar 01:00-04:00",
        "b1 Sun 04 Apr 01:00-01:30",
    ]


def test_an_evening_stays_an_evening_when_the_clocks_change():
    request = loaded(
        task("a", 60),
        task("b", 60),
        now="2026-10-23T10:00:00Z",
        start_date="2026-10-23",
        weekly_hours=1,
    )
    assert [one["starts_at"] for one in make(request)["sessions"]] == [
        "2026-10-23T16:00:00+00:00",
        "2026-10-30T17:00:00+00:00",
    ]


def test_a_plan_goes_on_over_the_new_year_and_up_to_midnight():
    request = loaded(
        task("a", 60),
        task("b", 60),
        task("c", 60),
        now="2026-12-31T10:00:00Z",
        start_date="2026-12-31",
        windows=[window(day, "23:00", "24:00") for day in range(1, 8)],
    )
    assert times(make(request)) == [
        "a1 Thu 31 Dec 23:00-00:00",
        "b1 Fri 01 Jan 23:00-00:00",
        "c1 Sat 02 Jan 23:00-00:00",
    ]


def test_a_day_off_and_a_busy_evening_are_left_free():
    request = loaded(
        task("a", 90),
        task("b", 90),
        days_off=[["2026-11-23", "2026-11-24"]],
        busy=[["2026-11-25T17:30:00Z", "2026-11-25T20:00:00Z"]],
    )
    assert times(make(request)) == ["a1 Thu 26 Nov 18:00-19:30", "b1 Fri 27 Nov 18:00-19:30"]


def test_short_tasks_share_a_window_and_a_long_one_is_split_evenly():
    request = loaded(task("a", 20), task("b", 10), task("c", 100))
    assert times(make(request)) == [
        "a1 Mon 23 Nov 18:00-18:20",
        "b1 Mon 23 Nov 18:20-18:30",
        "c1 Mon 23 Nov 18:30-19:20",
        "c2 Tue 24 Nov 18:00-18:50",
    ]


def test_a_ceiling_spreads_the_work_over_days():
    request = loaded(task("a", 45), task("b", 45), task("c", 45), daily_ceiling=60)
    assert times(make(request)) == [
        "a1 Mon 23 Nov 18:00-18:45",
        "b1 Tue 24 Nov 18:00-18:45",
        "c1 Wed 25 Nov 18:00-18:45",
    ]


def test_a_slip_moves_only_what_must_move():
    first = loaded(*(task(name, 90) for name in "abcd"), weekly_hours=20)
    saved = lived(first, make(first), now="2026-11-23T20:00:00+00:00", kind="catch_up")
    # Wednesday's evening came free meanwhile: what comes after it need not move.
    saved["tasks"] = [one | {"set_aside": one["task_id"] == "c"} for one in saved["tasks"]]
    made = make(saved)
    assert times(made) == [
        "a1 Tue 24 Nov 18:00-19:30",
        "b1 Wed 25 Nov 18:00-19:30",
        "d1 Thu 26 Nov 18:00-19:30",
    ]
    assert made["gone"] == ["c/1"]
    assert {(m["task_id"], m["reason"]["code"]) for m in made["moves"]} == {
        ("a", "slipped"),
        ("b", "made_room"),
        ("c", "set_aside"),
    }
    assert made["summary"]["text"] == "2 sessions moved, 1 session removed."


def test_who_sped_ahead_is_pulled_forward_by_a_catch_up_alone():
    first = loaded(*(task(f"t{n}", 60) for n in range(8)), weekly_hours=2)
    saved = lived(first, make(first))
    saved["tasks"] = [one | {"done": n < 4} for n, one in enumerate(saved["tasks"])]
    assert _codes(make(saved)) == {"done"}
    made = make(saved | {"kind": "catch_up"})
    assert _codes(made) == {"done", "sped_ahead"}
    assert made["summary"]["days_earlier"] == 14
    assert times(made)[0] == "t41 Mon 23 Nov 18:00-19:00"


def test_a_plan_that_begins_later_takes_its_sessions_along():
    first = loaded(task("a"), task("b"), weekly_hours=1)
    made = make(lived(first, make(first), start_date="2026-11-25"))
    assert times(made) == ["a1 Wed 25 Nov 18:00-19:00", "b1 Wed 02 Dec 18:00-19:00"]
    assert _codes(made) == {"before_start", "over_limit"}


def test_a_pinned_session_stays_outside_of_every_window():
    pinned = {
        "id": "p",
        "task_id": "b",
        "part": 1,
        "pinned": True,
        "starts_at": "2026-11-22T05:03:00+00:00",
        "ends_at": "2026-11-22T06:03:00+00:00",
    }
    made = make(loaded(task("a"), task("b"), sessions=[pinned]))
    assert times(made) == ["b1 Sun 22 Nov 06:03-07:03", "a1 Mon 23 Nov 18:00-19:00"]
    assert "p" not in {move["session_id"] for move in made["moves"]}


def test_a_pinned_session_that_is_over_is_history_and_its_minutes_find_a_new_place():
    pinned = {
        "id": "p",
        "task_id": "a",
        "part": 1,
        "pinned": True,
        "starts_at": "2026-11-19T17:00:00+00:00",
        "ends_at": "2026-11-19T18:00:00+00:00",
    }
    made = make(loaded(task("a"), sessions=[pinned]))
    assert [(one["id"], one["part"]) for one in made["sessions"]] == [(None, 2)]
    assert made["gone"] == []


def test_what_is_spent_keeps_the_first_parts_as_history():
    first = loaded(task("a", 180))
    saved = lived(first, make(first), now="2026-11-24T22:00:00+00:00")
    saved["tasks"] = [task("a", 180, spent=90)]
    made = make(saved)
    assert [(one["id"], one["part"]) for one in made["sessions"]] == [("a/2", 2)]
    assert times(made) == ["a2 Wed 25 Nov 18:00-19:30"]


def test_an_impossible_deadline_has_three_choices_and_a_plan_that_ends_late():
    made = make(
        loaded(*(task(f"t{n}", 60) for n in range(12)), weekly_hours=4, deadline_date="2026-12-06")
    )
    found = made["feasibility"]
    assert (found["fits"], found["needed_minutes"], found["available_minutes"]) == (False, 720, 480)
    assert len(made["sessions"]) == 12
    hours, date, tasks = found["choices"]
    assert (hours["weekly_hours"], hours["extra_hours"], hours["windows"]) == (6, 2, [])
    assert date["deadline_date"] == found["ends_on"] == "2026-12-08"
    assert tasks["task_ids"] == ["t8", "t9", "t10", "t11"]


def test_more_hours_name_the_windows_that_they_need():
    made = make(
        loaded(
            *(task(f"t{n}", 60) for n in range(12)),
            weekly_hours=2,
            windows=[window(1, "18:00", "20:00")],
            deadline_date="2026-12-06",
        )
    )
    [hours, *_] = made["feasibility"]["choices"]
    assert hours["windows"][0] == {"weekday": 1, "from": 1200, "to": 1320}
    assert "more study windows" in hours["text"]


def test_what_cannot_be_placed_is_named_with_its_reason():
    for more, code in (
        ({"weekly_hours": 0}, "no_hours"),
        ({"windows": [window(1, "18:00", "18:20")]}, "no_window_long_enough"),
        ({"daily_ceiling": 15}, "over_the_ceiling"),
        ({"weekly_hours": 1, "shortest": 90, "longest": 120}, "over_the_hours"),
        ({"busy": [["2026-11-01T00:00:00Z", "2036-11-01T00:00:00Z"]]}, "nothing_free"),
    ):
        made = make(loaded(task("a", 90), **more))
        [one] = made["feasibility"]["unplaced"]
        assert (one["task_id"], one["reason"]["code"]) == ("a", code)
        assert one["reason"]["text"]
        assert not made["feasibility"]["fits"]
        assert made["sessions"] == []


def test_a_deadline_is_asked_about_before_there_is_a_plan():
    wish = {
        "topic": "Python",
        "skill_level": "beginner",
        "weekly_hours": 3,
        "learning_style": "mixed",
        "now": "2026-11-20T10:00:00Z",
        "availability": {"time_zone": "Europe/Berlin", "windows": [], "busy": [], "worked": []},
    }
    found = before(wish | {"deadline_date": "2027-01-10"})
    assert (found["fits"], found["basis"]) == (False, "curriculum")
    assert [one["choice"] for one in found["choices"]] == [
        "more_hours",
        "later_date",
        "fewer_tasks",
    ]
    assert found["choices"][2]["task_ids"] == []
    assert before(wish)["fits"]
    assert not before(wish | {"weekly_hours": 0})["fits"]
    assert before(wish | {"topic": "Zzyzx weaving"})["basis"] == "general"
