"""The command line, run as people run it: a process of its own, from the press."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.press.pressed import run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.world import Person, World

OF_A_PROJECT = ("SUPABASE_", "OPENAI_", "LEARNBASE_", "TOKEN_", "NOTION_", "GOOGLE_")


@dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Shell:
    """A terminal in an empty folder, with settings of its own."""

    folder: Path
    settings: Mapping[str, str]

    def run(self, *arguments: str, typed: str = "", **settings: str) -> Said:
        """Run `learnbase` with these arguments; a setting given as "" is unset."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(OF_A_PROJECT)}
        env = {**kept, "NO_COLOR": "1", **self.settings, **settings}
        done = run(
            [sys.executable, "-m", "learnbase.cli", *arguments],
            cwd=self.folder,
            env={k: v for k, v in env.items() if v},
            typed=typed,
            timeout=90,
        )
        return Said(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def shell(world: World, tmp_path: Path) -> Shell:
    """Somebody's terminal; nobody is signed in."""
    settings = {
        "SUPABASE_URL": world.url,
        "SUPABASE_PUBLISHABLE_KEY": world.publishable_key,
        "SUPABASE_SECRET_KEY": world.secret_key,
        "LEARNBASE_HOME": str(tmp_path / "home"),
        "COLUMNS": "200",
    }
    return Shell(tmp_path, settings)


@pytest.fixture
def as_person(shell: Shell) -> Callable[[Person], Shell]:
    """A terminal in which somebody is signed in."""

    def sign_in(person: Person) -> Shell:
        token = person.headers["Authorization"].removeprefix("Bearer ")
        return Shell(shell.folder, {**shell.settings, "LEARNBASE_TOKEN": token})

    return sign_in
