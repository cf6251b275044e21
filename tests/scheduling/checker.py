"""Checks a schedule minute by minute, knowing nothing of how it was made."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from learnbase.scheduling import default_windows
from learnbase.scheduling.ledger import MOST_OF_A_WEEK
from learnbase.scheduling.pace import learnt_pace
from tests.scheduling.learners import at

MINUTE = dt.timedelta(minutes=1)


def faults(request: dict[str, Any], made: dict[str, Any]) -> list[str]:
    """Everything that is wrong with a schedule; empty where nothing is."""
    return [
        *_overlaps(request, made),
        *_outside(request, made),
        *_out_of_order(request, made),
        *_too_full(request, made),
        *_lost_minutes(request, made),
        *_invented(request, made),
        *_silent(request, made),
    ]


def is_open(request: dict[str, Any], moment: dt.datetime) -> bool:
    """Whether a moment's wall clock is within a window, on no day off."""
    local = moment.astimezone(ZoneInfo(request["time_zone"]))
    today = local.date().isoformat()
    if any(first <= today <= last for first, last in request["availability"]["days_off"]):
        return False
    minute = local.hour * 60 + local.minute
    named = [(w["weekday"], w["from"], w["to"]) for w in request["availability"]["windows"]]
    if not named:
        named = [(w.weekday, w.starts, w.ends) for w in default_windows(request["weekly_hours"])]
    return any(day == local.isoweekday() and first <= minute < last for day, first, last in named)


def fixed_ids(request: dict[str, Any]) -> set[str]:
    """Sessions that stay where they are: pinned and not over, or under way."""
    now = at(request["now"])
    return {
        one["id"]
        for one in request["sessions"]
        if at(one["ends_at"]) > now and (one["pinned"] or at(one["starts_at"]) <= now)
    }


def placed(request: dict[str, Any], made: dict[str, Any]) -> list[dict[str, Any]]:
    """The sessions that the scheduler was free to place."""
    fixed = fixed_ids(request)
    return [one for one in made["sessions"] if one["id"] is None or one["id"] not in fixed]


def _minutes(one: dict[str, Any]) -> list[dt.datetime]:
    first, last = at(one["starts_at"]), at(one["ends_at"])
    return [first + MINUTE * number for number in range(int((last - first) / MINUTE))]


def _overlaps(request: dict[str, Any], made: dict[str, Any]) -> list[str]:
    # People may pin two things to one time.
    own = {(one["starts_at"], one["ends_at"]) for one in placed(request, made)}
    rows = sorted((at(one["starts_at"]), at(one["ends_at"])) for one in made["sessions"])
    found = [
        f"overlap at {starts}"
        for starts, ends in own
        for other in rows
        if at(starts) < other[1] and other[0] < at(ends) and other != (at(starts), at(ends))
    ]
    return found + ["two at once"] * (len(placed(request, made)) - len(own))


def _outside(request: dict[str, Any], made: dict[str, Any]) -> list[str]:
    found: list[str] = []
    busy = [(at(first), at(last)) for first, last in request["busy"]]
    zone = ZoneInfo(request["time_zone"])
    for one in placed(request, made):
        first, last = at(one["starts_at"]), at(one["ends_at"])
        local = first.astimezone(zone)
        if first < at(request["now"]) or local.date().isoformat() < request["start_date"]:
            found.append(f"{one} is too early")
        if local.minute % 5 or local.date().isoformat() != one["local_date"]:
            found.append(f"{one} begins at {local}")
        if not all(is_open(request, moment) for moment in _minutes(one)):
            found.append(f"{one} is outside of the windows")
        if any(first < ends and begins < last for begins, ends in busy):
            found.append(f"{one} is in busy time")
        if last - first > dt.timedelta(minutes=request["availability"]["longest"]):
            found.append(f"{one} is too long")
    return found


def _out_of_order(request: dict[str, Any], made: dict[str, Any]) -> list[str]:
    order = {one["task_id"]: number for number, one in enumerate(request["tasks"])}
    rows = sorted(placed(request, made), key=lambda one: at(one["starts_at"]))
    keys = [(order[one["task_id"]], one["part"]) for one in rows]
    return [f"{b} comes after {a}" for a, b in pairwise(keys) if b < a]


def _too_full(request: dict[str, Any], made: dict[str, Any]) -> list[str]:
    zone = ZoneInfo(request["time_zone"])
    start = dt.date.fromisoformat(request["start_date"])
    days: Counter[dt.date] = Counter()
    own = placed(request, made)
    touched = {moment.astimezone(zone).date() for one in own for moment in _minutes(one)[:1]}
    for one in made["sessions"]:
        for moment in _minutes(one):
            days[moment.astimezone(zone).date()] += 1
    weeks: Counter[int] = Counter()
    fixed_weeks: Counter[int] = Counter()
    for day, minutes in days.items():
        weeks[(day - start).days // 7] += minutes
    for day in touched:
        fixed_weeks[(day - start).days // 7] += 1
    ceiling = request["availability"]["daily_ceiling"]
    found = [
        f"week {week} has {weeks[week]} minutes"
        for week in fixed_weeks
        if weeks[week] > request["weekly_hours"] * 60 * MOST_OF_A_WEEK
    ]
    if ceiling is not None:
        found += [f"{day} has {days[day]} minutes" for day in touched if days[day] > ceiling]
    return found


def _lost_minutes(request: dict[str, Any], made: dict[str, Any]) -> list[str]:
    pace = learnt_pace([tuple(pair) for pair in request["worked"]])
    nowhere = {one["task_id"] for one in made["feasibility"]["unplaced"]}
    found: list[str] = []
    fixed = fixed_ids(request)
    for one in request["tasks"]:
        own = [row for row in made["sessions"] if row["task_id"] == one["task_id"]]
        if one["done"] or one["set_aside"]:
            found += [f"{row} is for nothing" for row in own]
            continue
        wanted = max(5, one["minutes"] * pace - one["spent"])
        there = sum(len(_minutes(row)) for row in own)
        only_fixed = all(row["id"] in fixed for row in own)
        if one["task_id"] in nowhere:
            found += [] if only_fixed else [f"{one} is placed and not placed"]
        elif there < wanted - 1e-3 or (there >= wanted + 10 and not only_fixed):
            found.append(f"{one} has {there} minutes and not {wanted}")
    return found


def _invented(request: dict[str, Any], made: dict[str, Any]) -> list[str]:
    known = {one["id"]: one for one in request["sessions"]}
    named = [one["id"] for one in made["sessions"] if one["id"]] + made["gone"]
    found = [f"{name} is not known" for name in named if name not in known]
    found += [f"{name} is named twice" for name, count in Counter(named).items() if count > 1]
    for one in made["sessions"]:
        old = known.get(one["id"] or "")
        if old is None:
            continue
        if old["task_id"] != one["task_id"] or old["part"] != one["part"]:
            found.append(f"{one} was {old}")
        if old["id"] in fixed_ids(request) and at(old["starts_at"]) != at(one["starts_at"]):
            found.append(f"{old} was not to be moved")
    stays = [(one["task_id"], one["part"]) for one in made["sessions"]]
    stays += [
        (one["task_id"], one["part"]) for one in request["sessions"] if one["id"] not in set(named)
    ]
    return found + [f"{part} is there twice" for part, n in Counter(stays).items() if n > 1]


def _silent(request: dict[str, Any], made: dict[str, Any]) -> list[str]:
    """What moved without being named, or was named without moving."""
    old = {one["id"]: (at(one["starts_at"]), at(one["ends_at"])) for one in request["sessions"]}
    told = Counter(
        (move["task_id"], move["part"], move["to"]) for move in made["moves"] if move["to"]
    )
    changed = Counter(
        (one["task_id"], one["part"], one["starts_at"])
        for one in made["sessions"]
        if old.get(one["id"]) != (at(one["starts_at"]), at(one["ends_at"]))
    )
    gone = {move["session_id"] for move in made["moves"] if move["to"] is None}
    found = [] if gone == set(made["gone"]) else [f"gone: {gone} and {made['gone']}"]
    return found if told == changed else [*found, f"told {told} and not {changed}"]
