"""Placing a plan into a year of evenings with 500 busy times, beside the plainest first fit."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from bench.measure import Act, interleaved
from bench.result import Result
from learnbase.scheduling import make

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.ground import Ground

TASKS, MANY_TASKS = 500, 5000
BUSY = 500
MINUTES, MANY_MINUTES = 60, 30
HOURS, MANY_HOURS = 12, 60
ZONE = "Europe/Berlin"
NOW = dt.datetime(2026, 11, 20, 10, tzinfo=dt.UTC)
START = dt.date(2026, 11, 23)
EVENING = (1080, 1320)
FIVE = dt.timedelta(minutes=5)
MILLISECONDS, GROWTH = 50.0, 10.0
ENOUGH_TURNS, SHORTER = 10, 10


def placement(ground: Ground) -> Iterator[Result]:
    """Five hundred tasks over a year; ten times as many; and the plainest way to do it."""
    shorter = 1 if ground.turns >= ENOUGH_TURNS else SHORTER  # a short run proves that it works
    tasks, more = TASKS // shorter, MANY_TASKS // shorter
    few = loaded(tasks, MINUTES, HOURS, EVENING)
    many = loaded(more, MANY_MINUTES, MANY_HOURS, (480, 1320))
    _check(few, make(few))
    taken = interleaved(
        {
            "ours": Act(lambda: make(few)),
            "many": Act(lambda: make(many)),
            "plain": Act(lambda: first_fit(few)),
        },
        turns=ground.turns,
    )
    said = f"{tasks} tasks, {BUSY} busy times"
    yield Result("schedule.placement", taken["ours"], "ms", MILLISECONDS, f"the aim; {said}", 1.0)
    yield Result(
        "schedule.placement.first_fit",
        taken["ours"],
        "ms",
        taken["plain"],
        "a first fit that looks from the first day on for each task",
        1.0,
    )
    yield Result(
        "schedule.placement.growth",
        taken["many"] / taken["ours"],
        "times",
        GROWTH,
        f"{more:,} tasks are ten times as many",
        1.3,
    )


MEASUREMENTS = {"schedule.placement": placement}


def loaded(tasks: int, minutes: int, hours: int, window: tuple[int, int]) -> dict[str, Any]:
    """A learner with so many tasks, and a busy time on more days than not for a year."""
    first = dt.datetime(2026, 11, 23, 17, 30, tzinfo=dt.UTC)
    busy = [first + dt.timedelta(days=n * 365 // BUSY, hours=n % 3) for n in range(BUSY)]
    starts, ends = window
    return {
        "now": NOW.isoformat(),
        "time_zone": ZONE,
        "start_date": START.isoformat(),
        "weekly_hours": hours,
        "availability": {
            "windows": [{"weekday": day, "from": starts, "to": ends} for day in range(1, 8)]
        },
        "busy": [[at.isoformat(), (at + 6 * FIVE).isoformat()] for at in busy],
        "tasks": [
            {"task_id": f"task {n}", "title": f"Task {n}", "minutes": minutes} for n in range(tasks)
        ],
    }


def first_fit(request: dict[str, Any]) -> list[tuple[dt.datetime, dt.datetime]]:
    """The first place for each task, looked for from the first day on, day by day.

    It asks the same: a wall clock, one window a day, busy times, order, and a weekly limit.
    """
    zone = ZoneInfo(request["time_zone"])
    [window, *_] = request["availability"]["windows"]
    busy = [tuple(map(dt.datetime.fromisoformat, pair)) for pair in request["busy"]]
    placed: list[tuple[dt.datetime, dt.datetime]] = []
    weeks: dict[int, int] = {}
    for task in request["tasks"]:
        length = dt.timedelta(minutes=task["minutes"])
        day = START
        while True:
            week = (day - START).days // 7
            midnight = dt.datetime.combine(day, dt.time(), zone)
            at = midnight + dt.timedelta(minutes=window["from"])
            ends = midnight + dt.timedelta(minutes=window["to"])
            if placed:
                at = max(at, placed[-1][1].astimezone(zone))
            if weeks.get(week, 0) + task["minutes"] > request["weekly_hours"] * 60:
                day += dt.timedelta(days=1)
                continue
            of_day = [one for one in busy if one[0] < ends and at < one[1]]
            while at + length <= ends:
                if not any(first < at + length and at < last for first, last in of_day):
                    break
                at += FIVE
            else:
                day += dt.timedelta(days=1)
                continue
            placed.append((at, at + length))
            weeks[week] = weeks.get(week, 0) + task["minutes"]
            break
    return placed


def _check(request: dict[str, Any], made: dict[str, Any]) -> None:
    """Both place the same tasks at the same times, or the comparison says nothing."""
    ours = [dt.datetime.fromisoformat(one["starts_at"]) for one in made["sessions"]]
    plain = [first for first, _ in first_fit(request)]
    if ours != plain:
        raise AssertionError("the two do not place the same")
