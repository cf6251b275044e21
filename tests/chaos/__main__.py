"""The long proofs: ``python -m tests.chaos [NAME…] [--seed N] [--size N]``.

Runs each proof on a stack of its own, prints what it counted, and writes `.learnbase/chaos.json`.
Without a size each runs in full; a seed that was printed repeats a run.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import secrets
import sys
import time
from pathlib import Path
from typing import Any

from learnbase.stack import Stack

PROJECT = Path(__file__).parents[2]
PROOFS = (
    *("two_worlds", "kills", "generations", "schedules", "exports", "letters"),
    *("faults", "mutants"),
)


def main() -> int:
    """Run the proofs; 1 if one does not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description="The long proofs.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(PROOFS)}")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--size", type=int, help="how much of it; all of it by default")
    given = parser.parse_args()
    if unknown := set(given.names) - set(PROOFS):
        parser.error(
            f"there is no proof {', '.join(sorted(unknown))}; there are {', '.join(PROOFS)}"
        )
    stack = Stack(os.environ.get("LEARNBASE_TEST_HOME") or PROJECT / ".learnbase" / "chaos")
    stack.start()
    stack.reset()
    try:
        found = [prove(stack, name, given.seed, given.size) for name in given.names or PROOFS]
    finally:
        stack.stop()
    keep(found)
    return 0 if all(proof["ok"] for proof in found) else 1


def prove(stack: Stack, name: str, seed: int, size: int | None) -> dict[str, Any]:
    """Run one proof and say what came of it."""
    say(f"{name}: seed {seed}")
    began = time.monotonic()
    proof = importlib.import_module(f"tests.chaos.{name}")
    try:
        counts = proof.run(stack, seed, size)
    except AssertionError as problem:
        counts = {"problem": str(problem), "ok": False}
    seconds = round(time.monotonic() - began, 1)
    found = {"name": name, "seed": seed, **counts, "seconds": seconds}
    for key, value in found.items():
        if key not in {"name", "seed", "ok"}:
            say(f"  {key.replace('_', ' ')}: {value}")
    say(f"  {'holds' if found['ok'] else 'DOES NOT HOLD'}")
    return found


def keep(found: list[dict[str, Any]]) -> None:
    """Write the results down, beside those of proofs that did not run this time."""
    file = PROJECT / ".learnbase" / "chaos.json"
    file.parent.mkdir(exist_ok=True)
    earlier = json.loads(file.read_text()) if file.exists() else []
    anew = {proof["name"] for proof in found}
    kept = [proof for proof in earlier if proof["name"] not in anew]
    file.write_text(json.dumps([*kept, *found], indent=2, default=str) + "\n")


def say(line: str) -> None:
    """Tell whoever watches, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
