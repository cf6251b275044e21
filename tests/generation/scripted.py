"""A model in memory: answers as it is told, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

from learnbase.generation.asks import ModelFailed
from learnbase.planning.usage import Reply, Usage

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel


class Scripted:
    """An `Asks` that writes weeks of the asked size, unless its script says otherwise.

    Attributes:
        script: What to do at each question in turn: a function of the honest answer, or an error.
        asked: Shape and text of each question.
        open_at_once: The most questions that were open at a time.
    """

    name = "scripted"

    def __init__(self, *script: Callable[[dict[str, Any]], Any] | Exception) -> None:
        self.script = list(script)
        self.asked: list[tuple[str, str]] = []
        self.open_weeks = 9
        self.open_at_once = 0
        self._open = 0

    def shapes(self) -> list[str]:
        return [shape for shape, _ in self.asked]

    async def ask(
        self,
        messages: list[dict[str, str]],
        shape: type[BaseModel],
        *,
        person: str,  # noqa: ARG002 - as Asks has it
        search: bool = False,  # noqa: ARG002
    ) -> Reply[Any]:
        said = "\n".join(message["content"] for message in messages)
        self.asked.append((shape.__name__, said))
        step = self.script.pop(0) if self.script else None
        self._open += 1
        self.open_at_once = max(self.open_at_once, self._open)
        await asyncio.sleep(0)
        self._open -= 1
        if isinstance(step, Exception):
            raise step
        answer = self._honest(said, shape.__name__)
        if step is not None:
            answer = step(answer) or answer
        return Reply(shape.model_validate(answer), Usage(100, 200))

    def _honest(self, said: str, shape: str) -> dict[str, Any]:
        rooms = [
            (number, int(days), int(minutes))
            for first, last, days, minutes in re.findall(
                r"Weeks? (\d+)(?: to (\d+))? ha(?:s|ve) (\d+) days? and (\d+) minutes", said
            )
            for number in range(int(first), int(last or first) + 1)
        ] or [(number, 7, 300) for number in range(1, self.open_weeks + 1)]
        weeks = [a_week(*room) for room in rooms]
        if shape == "ModelOutline":
            kept = ("week", "title", "description")
            outline = [{k: w[k] for k in kept} | {"focus": ["One", "Two"]} for w in weeks]
            return {"summary": "You can.", "left_out": ["Rest"], "weeks": outline}
        if shape == "ModelWeeks":
            return {"weeks": weeks}
        return {"summary": "You can.", "left_out": ["Rest"], "weeks": weeks}


def a_week(number: int, days: int = 7, minutes: int = 300) -> dict[str, Any]:
    """A week that keeps to its time: four tasks of different kinds."""
    kinds = ("read", "watch", "practice", "practice")
    share = minutes // 4 // 5 * 5
    return {
        "week": number,
        "title": f"Step {number}",
        "description": "What you can do then.",
        "tasks": [
            {
                "day": 1 + place * days // 4,
                "title": f"Do {number}.{place}",
                "description": "And see that it works.",
                "minutes": share if place < 3 else minutes - 3 * share,
                "kind": kind,
                "resources": [],
            }
            for place, kind in enumerate(kinds)
        ],
    }


def failed(code: str) -> ModelFailed:
    """A model's failure with this code."""
    return ModelFailed("It failed", code=code)
