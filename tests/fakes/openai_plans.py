"""What an honest model writes: any shape, with the weeks and minutes that the question names."""

from __future__ import annotations

import json
import re
from typing import Any

_DO = "practice"
_FRENCH = "Apprendre les bases de la langue et les pratiquer chaque jour avec des exercices"


def a_plan(weeks: int = 2, minutes: int = 300) -> dict[str, Any]:
    """A plan as the schema has it: so many weeks of so many minutes, four tasks each."""
    kinds = ("read", "watch", _DO, _DO)
    return {
        "summary": "You can do it.",
        "left_out": ["The rest"],
        "weeks": [
            {
                "week": week,
                "title": f"Step {week}",
                "description": "What you can do then.",
                "tasks": [
                    {
                        "day": number + 1,
                        "title": f"Do {week}.{number}",
                        "description": "And see that it works.",
                        "minutes": minutes // 4,
                        "kind": kind,
                        "resources": [],
                    }
                    for number, kind in enumerate(kinds)
                ],
            }
            for week in range(1, weeks + 1)
        ],
    }


def told(body: dict[str, Any]) -> str:
    """All that a request says."""
    messages = body.get("input") or body.get("messages") or ()
    return "\n".join(message["content"] for message in messages)


def shape_of(body: dict[str, Any]) -> str:
    """The name of the shape that is asked for, also where only the prompt says it."""
    form = (body.get("text") or {}).get("format") or (body.get("response_format") or {})
    name = form.get("name") or (form.get("json_schema") or {}).get("name")
    if name:
        return str(name)
    schema = told(body)
    if '"links"' in schema:
        return "replacements"
    if '"focus"' in schema:
        return "outline"
    return "roadmap" if '"left_out"' in schema and '"tasks"' in schema else "weeks"


def answer_to(body: dict[str, Any], *, plan: Any, open_weeks: int) -> Any:
    """Answer honestly: `plan` where it has the weeks that are wanted, else weeks that fit."""
    shape = shape_of(body)
    if shape == "replacements":
        return {"links": []}
    rooms = _rooms(body, open_weeks)
    numbers = [number for number, _, _ in rooms]
    if shape == "roadmap" and numbers == [week["week"] for week in plan["weeks"]]:
        return plan
    weeks = [_week(*room, _living(body)) for room in rooms]
    if shape == "weeks":
        return {"weeks": weeks}
    if shape == "outline":
        about = [{k: week[k] for k in ("week", "title", "description")} for week in weeks]
        weeks = [week | {"focus": ["One", "Two", "Three"]} for week in about]
    return {"summary": "You can do it.", "left_out": [], "weeks": weeks}


def in_french(answer: Any) -> Any:
    """The same in a language that nobody asked for."""
    if isinstance(answer, list):
        return [in_french(part) for part in answer]
    if not isinstance(answer, dict):
        return answer
    texts = {"title", "description", "summary"}
    return {
        key: f"{_FRENCH} ({value})" if key in texts else in_french(value)
        for key, value in answer.items()
    }


def _rooms(body: dict[str, Any], open_weeks: int) -> list[tuple[int, int, int]]:
    """Number, days and minutes of each week that is asked for."""
    said = told(body)
    found = re.findall(r"Weeks? (\d+)(?: to (\d+))? ha(?:s|ve) (\d+) days? and (\d+) minutes", said)
    if found:
        return [
            (number, int(days), int(minutes))
            for first, last, days, minutes in found
            for number in range(int(first), int(last or first) + 1)
        ]
    every = re.search(r"Every week has (\d+) minutes", said)
    first = re.search(r"numbered (\d+)", said)
    start = int(first[1]) if first else 1
    minutes = int(every[1]) if every else 300
    return [(number, 7, minutes) for number in range(start, start + open_weeks)]


def _living(body: dict[str, Any]) -> dict[int, list[str]]:
    """The titles that each week of the plan has now."""
    found = re.search(r"<plan>\n(.*)\n</plan>", told(body))
    weeks = json.loads(found[1]) if found else []
    return {week["week"]: week["tasks"] for week in weeks}


def _week(number: int, days: int, minutes: int, living: dict[int, list[str]]) -> dict[str, Any]:
    """A week that keeps to its time, and to the titles that it has."""
    count = max(1, min(4, minutes // 10))
    if minutes > count * 150:
        count = -(-minutes // 150)
    titles = [*living.get(number, ()), *(f"Do {number}.{n}" for n in range(count))][:count]
    kinds = (_DO, "watch", "read", _DO)
    share = minutes // count // 5 * 5
    sizes = [share] * (count - 1) + [minutes - share * (count - 1)]
    return {
        "week": number,
        "title": f"Step {number}",
        "description": "What you can do then.",
        "tasks": [
            {
                "day": 1 + place * days // count,
                "title": title,
                "description": "And see that it works.",
                "minutes": size,
                "kind": kinds[place % len(kinds)],
                "resources": [],
            }
            for place, (title, size) in enumerate(zip(titles, sizes, strict=True))
        ],
    }
