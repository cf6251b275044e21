"""One line of the benchmark: a value, and what it is measured against in the same run."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Result:
    """A measurement.

    Attributes:
        name: Its name; the part before the first dot is the area.
        value: What was measured, in `unit`.
        unit: ms, s, jobs/s.
        baseline: What was measured beside it, in the same unit.
        against: What the baseline is, in words.
        aim: How far the ratio may go (`better` lower) or has to go (`better` higher); None where
            there is no aim.
        better: Whether a lower or a higher value is the better one.
    """

    name: str
    value: float
    unit: str
    baseline: float
    against: str
    aim: float | None = None
    better: Literal["lower", "higher"] = "lower"

    @property
    def ratio(self) -> float:
        """The value as a multiple of the baseline."""
        return self.value / self.baseline

    @property
    def is_met(self) -> bool | None:
        """Whether the aim is met; None without one."""
        if self.aim is None:
            return None
        return self.ratio <= self.aim if self.better == "lower" else self.ratio >= self.aim

    def row(self) -> dict[str, Any]:
        """The result as `.learnbase/bench.json` has it."""
        rounded = {"value": round(self.value, 3), "baseline": round(self.baseline, 3)}
        return asdict(self) | rounded | {"ratio": round(self.ratio, 3)}
