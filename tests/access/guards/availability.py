"""When somebody can study: what a form refuses, how much there may be, and whose week is saved."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.access import ground
from tests.access.ground import ident
from tests.access.guards.acts import DONE, USERS, call, say, write
from tests.access.probes import (
    NOT_THEIRS,
    Effect,
    Outcome,
    Probe,
    Request,
    allowed,
    quoted,
    refused,
)
from tests.access.worker_calls import answers

if TYPE_CHECKING:
    from collections.abc import Iterator

EVE = "another learner"
SAVE = "public.save_study_windows"
# It names the entry: the trigger, which would refuse it too, knows of none.
_OVERLAP = replace(
    refused(409, "windows_overlap"), look=lambda body: answers(body["details"], "windows[1].starts")
)
WINDOWS, OFF, BUSY = "public.study_windows", "public.days_off", "public.busy_times"


def probes() -> Iterator[Probe]:
    """All of them."""
    yield from _forms()
    yield from _nobodys()
    yield from _amounts()
    yield from _weeks()
    yield from _days()


def _forms() -> Iterator[Probe]:
    preferences = "public.study_preferences"
    mine = (("user_id", f"eq.{ident('eve')}"),)
    for field, value in (
        ("shortest_session_minutes", 4),
        ("longest_session_minutes", 481),
        ("longest_session_minutes", 20),
        ("daily_ceiling_minutes", 1441),
        ("reminder_lead_minutes", -1),
    ):
        yield write(
            f"{field} {value}", EVE, Request("PATCH", preferences, {field: value}, mine),
            refused(422, f"invalid_{field}"), about="private.check_study_preferences",
        )  # fmt: skip
    window = {"weekday": 5, "starts": "18:00", "ends": "20:00"}
    day = {"starts_on": "2027-06-01", "ends_on": "2027-06-02"}
    time = {"starts_at": "2099-06-01T08:00:00Z", "ends_at": "2099-06-01T09:00:00Z"}
    wrong: tuple[tuple[str, dict[str, Any], str, str], ...] = (
        (WINDOWS, {**window, "weekday": 8}, "invalid_weekday", "study_window"),
        (WINDOWS, {**window, "ends": None}, "missing_study_window", "study_window"),
        (WINDOWS, {**window, "ends": "18:00"}, "invalid_ends", "study_window"),
        (OFF, {**day, "ends_on": None}, "missing_day_off", "day_off"),
        (OFF, {**day, "ends_on": "2027-05-31"}, "invalid_ends_on", "day_off"),
        (OFF, {**day, "ends_on": "2029-07-01"}, "invalid_ends_on", "day_off"),
        (BUSY, {**time, "ends_at": None}, "missing_busy_time", "busy_time"),
        (BUSY, {**time, "ends_at": time["starts_at"]}, "invalid_ends_at", "busy_time"),
        (BUSY, {**time, "ends_at": "2100-08-01T09:00:00Z"}, "invalid_ends_at", "busy_time"),
    )
    for relation, row, code, check in wrong:
        yield write(
            f"{relation} of {row}", EVE, Request("POST", relation, row), refused(422, code),
            about=f"private.check_{check}",
        )  # fmt: skip


def _nobodys() -> Iterator[Probe]:
    """A row is its person's by itself; where there is nobody behind a token it is nobody's."""
    for relation, row in (
        ("public.study_preferences", {"daily_ceiling_minutes": 60}),
        (WINDOWS, {"weekday": 5, "starts": "18:00", "ends": "20:00"}),
        (OFF, {"starts_on": "2027-06-01", "ends_on": "2027-06-02"}),
        (BUSY, {"starts_at": "2099-06-01T08:00:00Z", "ends_at": "2099-06-01T09:00:00Z"}),
    ):
        request = Request("POST", relation, row, prefer="return=minimal")
        yield write(f"{relation} of nobody", "deleted account", request, NOT_THEIRS)


def _amounts() -> Iterator[Probe]:
    person = ident("eve")
    many = (
        (
            WINDOWS,
            {"weekday": 5, "starts": "18:00", "ends": "20:00"},
            (
                "insert into public.study_windows (user_id, weekday, starts, ends)"
                " select {}, 6, time '00:00' + make_interval(mins => 2 * n),"
                " time '00:01' + make_interval(mins => 2 * n) from generate_series(1, 49) n"
            ),
        ),
        (
            OFF,
            {"starts_on": "2027-06-01", "ends_on": "2027-06-02"},
            (
                "insert into public.days_off (user_id, starts_on, ends_on) select {},"
                " date '2028-01-01' + n, date '2028-01-01' + n from generate_series(1, 199) n"
            ),
        ),
        (
            BUSY,
            {"starts_at": "2099-06-01T08:00:00Z", "ends_at": "2099-06-01T09:00:00Z"},
            (
                "insert into public.busy_times (user_id, starts_at, ends_at)"
                " select {}, timestamptz '2098-01-01Z' + make_interval(hours => n),"
                " timestamptz '2098-01-01Z' + make_interval(hours => n + 1)"
                " from generate_series(1, 1999) n"
            ),
        ),
    )
    for relation, row, filling in many:
        yield write(
            f"one of {relation} too many", EVE, Request("POST", relation, row),
            refused(403, f"{relation.removeprefix('public.')}_limit_reached"),
            quoted(filling, person), about="private.limit_availability",
        )  # fmt: skip
    # What others have is not counted, and does not overlap.
    yield write(
        "somebody else's are as many", EVE, Request("POST", WINDOWS, many[0][1]),
        allowed(Effect(added=((WINDOWS, {"user_id": person, "weekday": 5}),))),
        quoted(many[0][2], ident("ben")), about="private.limit_availability",
    )  # fmt: skip
    taken = {"weekday": ground.PEOPLE.index("eve") + 1, "starts": "19:00", "ends": "21:00"}
    yield write(
        "two windows at once", EVE, Request("POST", WINDOWS, taken),
        refused(409, "windows_overlap"), about="private.refuse_overlap",
    )  # fmt: skip


def _weeks() -> Iterator[Probe]:
    window = {"weekday": 5, "starts": "18:00", "ends": "20:00"}
    no = refused(422, "invalid_study_window")
    for name, windows, outcome, about in (
        ("what is no list", {"weekday": 5}, refused(422, "invalid_study_windows"), SAVE),
        ("too many", [window] * 51, refused(422, "invalid_study_windows"), SAVE),
        ("an eighth day", [{**window, "weekday": 8}], no, SAVE),
        ("what ends before", [{**window, "ends": "18:00"}], no, SAVE),
        ("no time", [{**window, "starts": "25:00"}], no, "private.read_clock"),
        (
            "an overlap",
            [window, {**window, "starts": "19:00"}],
            _OVERLAP,
            SAVE,
        ),
    ):
        arguments = {"windows": windows}
        yield call(f"a week with {name}", EVE, SAVE, arguments, outcome, about=about)
    nobody = refused(401, "not_signed_in")
    yield say(
        "nobody has no availability", "deleted account", "select private.own_availability(now())",
        nobody, "private.own_availability",
    )  # fmt: skip


def _days() -> Iterator[Probe]:
    """Where somebody lives decides on which day a session is."""
    eve, session = ident("eve"), ident("eve private session")
    effect = Effect(
        changed={
            (USERS, eve): frozenset({"time_zone", "updated_at"}),
            ("public.sessions", session): frozenset({"local_date", "updated_at"}),
        },
        said={("public.sessions", session): {"local_date": "2099-06-30"}},
    )
    yield write(
        "moves to where it is still yesterday", EVE,
        Request("PATCH", USERS, {"time_zone": "Pacific/Honolulu"}, (("id", f"eq.{eve}"),)),
        Outcome(DONE, effect=effect), about="private.follow_time_zone",
    )  # fmt: skip
