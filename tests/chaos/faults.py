"""Every fault at every call: the tests of which `make test` runs a part, run whole."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from learnbase.stack import Stack

PROJECT = Path(__file__).parents[2]
PYTEST = [sys.executable, "-m", "pytest", "-q", "-m", "sampled", "-n", "2", "--dist", "loadfile"]
_FAILED = re.compile(r"^FAILED (\S+)", re.MULTILINE)
_PASSED = re.compile(r"(\d+) passed")


def run(stack: Stack, seed: int, size: int | None) -> dict[str, Any]:
    """Run them on a stack of their own; `size` keeps one in so many."""
    whole = ["--one-in", str(size), "--sample", str(seed)] if size else ["--one-in", "1"]
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-m",
            "sampled",
            *whole,
            "-n",
            "2",
            "--dist",
            "load",
        ],
        cwd=PROJECT,
        env={**os.environ, "LEARNBASE_TEST_HOME": f"{stack.home.path}-faults"},
        capture_output=True,
        text=True,
        check=False,
    )
    passed = _PASSED.search(done.stdout)
    return {
        "tests": int(passed[1]) if passed else 0,
        "failed": _FAILED.findall(done.stdout),
        "ok": done.returncode == 0,
    }
