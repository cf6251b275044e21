"""How long commands take to start, beside a Python that does nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING

from bench.measure import Act, interleaved
from bench.result import Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.ground import Ground

PYTHON = [sys.executable, "-c", "pass"]
LEARNBASE = [sys.executable, "-m", "learnbase.cli"]
COMMANDS = {
    "help": ([*LEARNBASE, "--help"], 15.0),
    "drain": ([*LEARNBASE, "work", "--drain"], 40.0),
}
MOST_NAMED = 6


def start(ground: Ground) -> Iterator[Result]:
    """Time `learnbase --help` and an idle `learnbase work --drain`; say what dominates."""
    env = {**os.environ, **ground.stack.env()}
    env.pop("OPENAI_API_KEY", None)

    def run(command: list[str]) -> str:
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        if done.returncode:
            raise AssertionError(f"{' '.join(command)}: {done.stderr}")
        return done.stderr

    run([*LEARNBASE, "work", "--drain"])  # what is left to do is done before
    acts = {"python": Act(partial(run, PYTHON))}
    for name, (command, _) in COMMANDS.items():
        acts[name] = Act(partial(run, command))
    taken = interleaved(acts, turns=max(1, ground.turns // 4))
    for name, (command, aim) in COMMANDS.items():
        yield Result(f"start.{name}", taken[name], "ms", taken["python"], "python -c pass", aim)
        slowest = imports(run([sys.executable, "-X", "importtime", *command[1:]]))
        named = ", ".join(f"{module} {us / 1000:.0f} ms" for module, us in slowest[:MOST_NAMED])
        ground.progress.note(f"start.{name} imports longest: {named}")


MEASUREMENTS = {"start": start}


def imports(said: str) -> list[tuple[str, int]]:
    """Read `-X importtime`: packages with the microseconds that their own modules took."""
    spent: dict[str, int] = {}
    for own, module in re.findall(r"^import time: +(\d+) \| +\d+ \| +(\S+)$", said, re.MULTILINE):
        package = module.split(".")[0]
        spent[package] = spent.get(package, 0) + int(own)
    return sorted(spent.items(), key=lambda found: -found[1])
