"""Node, as the tests of the documentation run it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PROJECT = Path(__file__).parents[2]
STAGE = "./tests/docs/stage.mjs"
# What the pages leave to the reader's own page.
_THE_READERS = "const showPage = () => {}, showSignIn = () => {}, showNewPasswordForm = () => {};"
_BEHIND = "begin, connected, disconnected, end, openLetter, same, somebody, work"
HEAD = f'import {{ {_BEHIND} }} from "{STAGE}"; {_THE_READERS}'


def run(module: str, env: Mapping[str, str], seconds: float = 60) -> str:
    """Run an ES module that imports as if it lay in the project's folder; what it prints.

    Raises:
        AssertionError: it failed; with what it said.
    """
    done = subprocess.run(
        ["node", "--experimental-websocket", "--input-type=module"],
        input=module,
        env={**os.environ, **env, "PYTHON": sys.executable, "LOG_LEVEL": "warning"},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout
