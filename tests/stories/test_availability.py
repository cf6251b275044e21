"""When a person can study: windows, days off, busy times, preferences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.stories.schedules import at, instant
from tests.world import HIDDEN, NOT_SIGNED_IN, Refusal, at_once, one, refusal

if TYPE_CHECKING:
    from tests.world import Person, Row, World

OVERLAP = Refusal(409, "windows_overlap", "starts")
TABLES = ["study_preferences", "study_windows", "days_off", "busy_times"]


def window(weekday: Any = 1, starts: Any = "18:00", ends: Any = "20:00") -> Row:
    return {"weekday": weekday, "starts": starts, "ends": ends}


def one_of_each(person: Person) -> None:
    one(person.upsert("study_preferences", {"daily_ceiling_minutes": 60}, "user_id"))
    one(person.insert("study_windows", window()))
    one(person.insert("days_off", {"starts_on": "2031-03-03", "ends_on": "2031-03-05"}))
    one(person.insert("busy_times", {"starts_at": at(), "ends_at": at(1)}))


def week(person: Person) -> list[tuple[int, str, str]]:
    rows = person.rows("study_windows", order="weekday,starts")
    return [(row["weekday"], row["starts"], row["ends"]) for row in rows]


# Windows


def test_a_window_is_a_row_and_midnight_is_24(world: World) -> None:
    ada = world.person()
    row = one(ada.insert("study_windows", window(7, "21:30", "24:00")))
    assert (row["user_id"], row["weekday"]) == (ada.id, 7)
    assert (row["starts"], row["ends"]) == ("21:30:00", "24:00:00")
    one(ada.update("study_windows", {"starts": "20:00"}, id=f"eq.{row['id']}"))
    assert week(ada) == [(7, "20:00:00", "24:00:00")]
    one(ada.delete("study_windows", id=f"eq.{row['id']}"))
    assert week(ada) == []


@pytest.mark.parametrize(
    ("row", "refused"),
    [
        (window(0), Refusal(422, "invalid_weekday", "weekday")),
        (window(8), Refusal(422, "invalid_weekday", "weekday")),
        (window(None), Refusal(422, "invalid_weekday", "weekday")),
        (window(1, None), Refusal(422, "missing_study_window", "starts")),
        (window(1, "18:00", None), Refusal(422, "missing_study_window", "starts")),
        (window(1, "18:00", "18:00"), Refusal(422, "invalid_ends", "ends")),
        (window(1, "22:00", "02:00"), Refusal(422, "invalid_ends", "ends")),
        (window(1, "soon"), Refusal(400, "22007", None)),
        (window(1, "25:00"), Refusal(400, "22008", None)),
    ],
)
def test_a_window_that_is_none_is_refused(world: World, row: Row, refused: Refusal) -> None:
    ada = world.person()
    assert refusal(ada.insert("study_windows", row)) == refused
    assert week(ada) == []


def test_windows_of_a_day_do_not_overlap(world: World) -> None:
    ada = world.person()
    one(ada.insert("study_windows", window()))
    next_to_it = one(ada.insert("study_windows", window(1, "20:00", "21:00")))
    one(ada.insert("study_windows", window(2)))
    for other in (window(), window(1, "19:59", "20:30"), window(1, "17:00", "24:00")):
        assert refusal(ada.insert("study_windows", other)) == OVERLAP
    moved = ada.update("study_windows", {"starts": "19:30"}, id=f"eq.{next_to_it['id']}")
    assert refusal(moved) == OVERLAP
    one(world.person("Ben").insert("study_windows", window()))
    assert len(week(ada)) == 3


def test_two_overlapping_windows_at_once_are_one(world: World) -> None:
    ada = world.person()
    answers = at_once(*[lambda: ada.insert("study_windows", window())] * 5)
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 4
    assert len(week(ada)) == 1


def test_the_whole_week_is_saved_at_once(world: World) -> None:
    ada = world.person()
    one(ada.insert("study_windows", window(3)))
    saved = ada.call(
        "save_study_windows",
        windows=[window(1), window("7", "9:05", "24:00"), window(1, "06:00:00", "07:00")],
    )
    assert [row["ends"] for row in saved] == ["20:00:00", "24:00:00", "07:00:00"]
    assert week(ada) == [
        (1, "06:00:00", "07:00:00"),
        (1, "18:00:00", "20:00:00"),
        (7, "09:05:00", "24:00:00"),
    ]
    assert ada.call("save_study_windows", windows=[]) == []
    assert week(ada) == []


@pytest.mark.parametrize(
    ("windows", "refused"),
    [
        (None, Refusal(422, "invalid_study_windows", "windows")),
        ({}, Refusal(422, "invalid_study_windows", "windows")),
        ([window()] * 51, Refusal(422, "invalid_study_windows", "windows")),
        ([window(), window(8)], Refusal(422, "invalid_study_window", "windows[1].weekday")),
        ([window(), window(None)], Refusal(422, "invalid_study_window", "windows[1].weekday")),
        ([window(1.5)], Refusal(422, "invalid_study_window", "windows[0].weekday")),
        (["Monday"], Refusal(422, "invalid_study_window", "windows[0].weekday")),
        ([window(1, "24:30")], Refusal(422, "invalid_study_window", "windows[0].starts")),
        ([window(1, "late")], Refusal(422, "invalid_study_window", "windows[0].starts")),
        ([window(1, "18:00", None)], Refusal(422, "invalid_study_window", "windows[0].ends")),
        ([window(1, "18:00", "18:60")], Refusal(422, "invalid_study_window", "windows[0].ends")),
        (
            [window(1, "22:00", "02:00")],
            Refusal(422, "invalid_study_window", "windows[0].ends"),
        ),
        ([window(2), window(), window()], Refusal(409, "windows_overlap", "windows[2].starts")),
    ],
)
def test_a_week_with_a_mistake_is_refused_whole_and_names_it(
    world: World, windows: Any, refused: Refusal
) -> None:
    ada = world.person()
    one(ada.insert("study_windows", window(5)))
    assert refusal(ada.rpc("save_study_windows", windows=windows)) == refused
    assert week(ada) == [(5, "18:00:00", "20:00:00")]


def test_saving_a_week_twice_at_once_leaves_one_week(world: World) -> None:
    ada = world.person()
    weeks = [[window(day), window(day, "06:00", "07:00")] for day in (1, 2, 3, 4)]
    answers = at_once(*[lambda w=w: ada.rpc("save_study_windows", windows=w) for w in weeks])
    assert {answer.status_code for answer in answers} == {200}
    saved = week(ada)
    assert (len(saved), len({row[0] for row in saved})) == (2, 1)


# Days off, busy times


@pytest.mark.parametrize(
    ("table", "row", "refused"),
    [
        ("days_off", {"starts_on": "2031-03-03"}, (422, "missing_day_off", "starts_on")),
        (
            "days_off",
            {"starts_on": "2031-03-03", "ends_on": "2031-03-02"},
            (422, "invalid_ends_on", "ends_on"),
        ),
        (
            "days_off",
            {"starts_on": "2031-03-03", "ends_on": "2033-03-05"},
            (422, "invalid_ends_on", "ends_on"),
        ),
        (
            "days_off",
            {"starts_on": "1999-03-03", "ends_on": "1999-03-05"},
            (422, "invalid_ends_on", "ends_on"),
        ),
        ("days_off", {"starts_on": "soon", "ends_on": "later"}, (400, "22007", None)),
        ("busy_times", {"ends_at": at()}, (422, "missing_busy_time", "starts_at")),
        (
            "busy_times",
            {"starts_at": at(), "ends_at": at()},
            (422, "invalid_ends_at", "ends_at"),
        ),
        (
            "busy_times",
            {"starts_at": at(), "ends_at": at(367)},
            (422, "invalid_ends_at", "ends_at"),
        ),
    ],
)
def test_a_time_that_is_none_is_refused(
    world: World, table: str, row: Row, refused: tuple[int, str, str | None]
) -> None:
    ada = world.person()
    assert refusal(ada.insert(table, row)) == refused
    assert ada.rows(table) == []


def test_days_off_and_busy_times_are_changed_and_deleted(world: World) -> None:
    ada = world.person()
    one_of_each(ada)
    one(ada.update("days_off", {"ends_on": "2031-03-03"}, starts_on="eq.2031-03-03"))
    one(ada.update("busy_times", {"ends_at": at(2)}, id="not.is.null"))
    [free], [busy] = ada.rows("days_off"), ada.rows("busy_times")
    assert (free["ends_on"], instant(busy["ends_at"])) == ("2031-03-03", instant(at(2)))
    wrong = ada.update("days_off", {"ends_on": "2031-03-01"}, id=f"eq.{free['id']}")
    assert refusal(wrong) == (422, "invalid_ends_on", "ends_on")
    one(ada.delete("days_off", id=f"eq.{free['id']}"))
    one(ada.delete("busy_times", id=f"eq.{busy['id']}"))
    assert ada.rows("days_off") + ada.rows("busy_times") == []


# Preferences


def test_preferences_are_an_upsert_without_user_id(world: World) -> None:
    ada = world.person()
    row = one(ada.upsert("study_preferences", {"longest_session_minutes": 45}, "user_id"))
    assert row["user_id"] == ada.id
    kept = {
        "shortest_session_minutes": 25,
        "longest_session_minutes": 45,
        "daily_ceiling_minutes": None,
        "reminder_lead_minutes": 30,
        "catch_up": "propose",
    }
    assert {name: row[name] for name in kept} == kept
    change = {"reminder_lead_minutes": None, "catch_up": "apply"}
    row = one(ada.upsert("study_preferences", change, "user_id"))
    assert {name: row[name] for name in kept} == kept | change
    assert len(ada.rows("study_preferences")) == 1


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"shortest_session_minutes": 4}, "shortest_session_minutes"),
        ({"shortest_session_minutes": 241}, "shortest_session_minutes"),
        ({"shortest_session_minutes": None}, "shortest_session_minutes"),
        ({"longest_session_minutes": 14}, "longest_session_minutes"),
        ({"longest_session_minutes": 481}, "longest_session_minutes"),
        ({"longest_session_minutes": 20}, "longest_session_minutes"),
        ({"daily_ceiling_minutes": 14}, "daily_ceiling_minutes"),
        ({"daily_ceiling_minutes": 1441}, "daily_ceiling_minutes"),
        ({"reminder_lead_minutes": -1}, "reminder_lead_minutes"),
        ({"reminder_lead_minutes": 10081}, "reminder_lead_minutes"),
    ],
)
def test_preferences_out_of_bounds_name_their_field(world: World, row: Row, field: str) -> None:
    ada = world.person()
    refused = Refusal(422, f"invalid_{field}", field)
    assert refusal(ada.upsert("study_preferences", row, "user_id")) == refused
    one(ada.upsert("study_preferences", {"catch_up": "propose"}, "user_id"))
    assert refusal(ada.update("study_preferences", row, user_id=f"eq.{ada.id}")) == refused


def test_there_is_no_third_way_to_catch_up(world: World) -> None:
    answer = world.person().upsert("study_preferences", {"catch_up": "never"}, "user_id")
    assert refusal(answer) == (400, "22P02", None)


# Limits


@pytest.mark.parametrize(
    ("table", "most", "fill", "row"),
    [
        (
            "study_windows",
            50,
            """
            insert into public.study_windows (user_id, weekday, starts, ends)
            select %s, 1 + n %% 7, make_time(n / 7, 0, 0), make_time(n / 7, 30, 0)
            from generate_series(0, 48) n
            """,
            window(7, "23:00", "24:00"),
        ),
        (
            "days_off",
            200,
            """
            insert into public.days_off (user_id, starts_on, ends_on)
            select %s, date '2031-01-01' + n, date '2031-01-01' + n
            from generate_series(1, 199) n
            """,
            {"starts_on": "2031-03-03", "ends_on": "2031-03-05"},
        ),
        (
            "busy_times",
            2000,
            """
            insert into public.busy_times (user_id, starts_at, ends_at)
            select %s, now() + make_interval(hours => n), now() + make_interval(hours => n + 1)
            from generate_series(1, 1999) n
            """,
            {"starts_at": at(), "ends_at": at(1)},
        ),
    ],
)
def test_the_last_that_fits_is_one_even_at_once(
    world: World, table: str, most: int, fill: str, row: Row
) -> None:
    ada = world.person()
    world.sql(f"alter table public.{table} disable trigger {table}_limit")
    try:
        world.sql(fill, ada.id)
    finally:
        world.sql(f"alter table public.{table} enable trigger {table}_limit")
    rows = [row, row, row]
    if table == "study_windows":
        rows = [window(day, "23:00", "24:00") for day in (1, 2, 3)]
    answers = at_once(*[lambda r=r: ada.insert(table, r) for r in rows])
    assert sorted(answer.status_code for answer in answers) == [201, 403, 403]
    full = next(answer for answer in answers if answer.status_code == 403)
    assert refusal(full) == (403, f"{table}_limit_reached", "user_id")
    assert world.count(f"public.{table}", user_id=ada.id) == most


# Others


def test_another_person_sees_nothing_and_counts_nothing(world: World) -> None:
    ada, ben = world.person(), world.person("Ben")
    one_of_each(ada)
    for table in TABLES:
        assert ben.rows(table) == []
        counted = ben.send("GET", table, prefer="count=exact")
        assert counted.headers["content-range"] == "*/0"
        assert ben.delete(table, user_id=f"eq.{ada.id}").json() == []
        assert refusal(world.nobody.get(table)) == NOT_SIGNED_IN
        assert len(ada.rows(table)) == 1
        assert refusal(ben.insert(table, {"user_id": ada.id})) == HIDDEN
    assert ben.update("study_windows", {"starts": "17:00"}, user_id=f"eq.{ada.id}").json() == []
    assert week(ada) == [(1, "18:00:00", "20:00:00")]
    assert refusal(world.nobody.rpc("save_study_windows", windows=[])) == NOT_SIGNED_IN
    ben.call("save_study_windows", windows=[])
    assert len(week(ada)) == 1


def test_my_availability_is_mine_and_all_that_a_scheduler_asks(world: World) -> None:
    ada, ben = world.person(), world.person("Ben")
    one_of_each(ada)
    one(ada.update("users", {"time_zone": "Asia/Kathmandu"}, id=f"eq.{ada.id}"))
    mine = ada.call("my_availability", at=at(-1))
    [[starts, ends]] = mine.pop("busy")
    assert (instant(starts), instant(ends)) == (instant(at()), instant(at(1)))
    assert mine == {
        "time_zone": "Asia/Kathmandu",
        "windows": [{"weekday": 1, "from": 1080, "to": 1200}],
        "days_off": [["2031-03-03", "2031-03-05"]],
        "shortest": 25,
        "longest": 90,
        "daily_ceiling": 60,
        "worked": [],
    }
    assert ada.call("my_availability", at=at(2))["busy"] == []
    theirs = ben.call("my_availability")
    assert (theirs["windows"], theirs["busy"], theirs["days_off"]) == ([], [], [])
    assert refusal(world.nobody.rpc("my_availability")) == NOT_SIGNED_IN
