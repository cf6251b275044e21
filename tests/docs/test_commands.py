"""The command lines of the documentation: run where they can be, known where they cannot."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import PurePath
from typing import TYPE_CHECKING

import pytest

from tests.docs import node, snippets
from tests.docs.pages import PAGES, PROJECT
from tests.press import pressed as press

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.world import World

README = PROJECT / "README.md"
WORKERS = PROJECT / "workers" / "README.md"
LEARNBASE = [sys.executable, "-m", "learnbase.cli"]
SUPABASE = PROJECT / "node_modules" / ".bin" / "supabase"
# What is not run by this test, and why. What begins in another way and is not run fails.
NOT_RUN = {
    "make": "long, or run by the stack's own tests; make -n says that the target is there",
    "npx supabase": "needs a hosted project; its help says that command and options are there",
    "pip install": "needs the package registry",
    "python3 -m venv": "goes with pip install",
    "docker": "needs Docker",
    "systemctl": "needs systemd",
    "journalctl": "needs systemd",
    "install": "needs root",
    "pg_dump": "run by test_backup.py",
    "pg_restore": "run by test_backup.py",
    "psql": "run by test_backup.py",
    "learnbase jobs requeue": "needs a dead letter; told in tests/jobs",
    "learnbase stack": "would stop the stack that this test runs on; told in tests/stack",
    "learnbase demo": "what make demo runs",
    "learnbase edge serve": "runs until it is stopped; told in tests/edge",
    "curl": "needs an address and a token; told in tests/edge",
}


def commands(page: Path) -> Iterator[list[str]]:
    """Each command of the page's sh blocks as its words, settings before it left out."""
    for block in snippets.blocks(page, "sh"):
        for line in "\n".join(block.lines).replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            while words:
                end = words.index("&&") if "&&" in words else len(words)
                command, words = words[:end], words[end + 1 :]
                while command and re.match(r"[A-Z_]+=", command[0]):
                    del command[0]
                if command:
                    yield [PurePath(command[0]).name, *command[1:]]


EVERYWHERE = [(page, command) for page in PAGES for command in commands(page)]


def run(
    command: list[str], env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return press.run(command, env={**os.environ, **(env or {})}, cwd=PROJECT, timeout=90)


def starts(command: list[str], beginning: str) -> bool:
    return command[: len(beginning.split())] == beginning.split()


def test_every_command_is_run_or_has_a_reason_why_not() -> None:
    ran = [command for page, command in EVERYWHERE if page in (README, WORKERS)]
    for page, command in EVERYWHERE:
        is_run = command[0] == "learnbase" and command in ran
        assert is_run or any(starts(command, known) for known in NOT_RUN), f"{page}: {command}"


@pytest.mark.parametrize(
    "target", sorted({word for _, c in EVERYWHERE if c[0] == "make" for word in c[1:2]})
)
def test_every_make_target_is_there(target: str) -> None:
    done = run(["make", "--dry-run", target])
    assert done.returncode == 0, done.stderr


def named(program: str) -> dict[str, set[str]]:
    """Each command of a program that the pages name, with all options that they give it."""
    found: dict[str, set[str]] = {}
    for words in (command for _, command in EVERYWHERE if command[0] == program):
        options = {word.partition("=")[0] for word in words if word.startswith("--")}
        found.setdefault(" ".join(_name(words[1:])), set()).update(options)
    return found


def _name(words: list[str]) -> list[str]:
    """The words that name a command; what follows are options and arguments."""
    name: list[str] = []
    for word in words:
        if not re.fullmatch(r"[a-z][a-z-]*", word) or len(name) == 3 or name[-1:] in _TAKES_WORDS:
            break
        name.append(word)
    return name


_TAKES_WORDS = (["work"], ["requeue"], ["run"])  # jobs, ids, schedules


@pytest.mark.parametrize("command", sorted(named("learnbase")))
def test_every_learnbase_command_and_option_is_there(command: str) -> None:
    said = run([*LEARNBASE, *command.split(), "--help"], {"COLUMNS": "200"})
    assert said.returncode == 0, said.stderr
    assert f"Usage: learnbase {command} [OPTIONS]" in said.stdout
    assert {option for option in named("learnbase")[command] if option not in said.stdout} == set()


@pytest.mark.parametrize("command", sorted(named("npx")))
def test_every_supabase_command_and_option_is_there(command: str) -> None:
    said = run([str(SUPABASE), *command.split()[1:], "--help"])
    assert said.returncode == 0, said.stderr
    # Asked about a command that is not there, it explains the one above.
    assert re.search(rf"USAGE\n  {command} (?!<subcommand>)", said.stdout)
    assert {option for option in named("npx")[command] if option not in said.stdout} == set()


@pytest.mark.parametrize("page", [README, WORKERS], ids=["README", "workers"])
def test_the_pages_commands_run_in_their_order(world: World, page: Path, tmp_path: Path) -> None:
    env = {
        **{name: world.stack.env()[name] for name in _NEEDED},
        "LEARNBASE_HOME": str(tmp_path),
        "LEARNBASE_PASSWORD": "learnbase-demo",  # what supabase/seed.sql gives Ada
        "LOG_FORMAT": "json",
    }
    mine = [c for c in commands(page) if c[0] == "learnbase"]
    worker = press.Pressed([*LEARNBASE, "work"], env={**os.environ, **env}, cwd=PROJECT)
    try:
        for command in mine:
            if any(starts(command, known) for known in NOT_RUN):
                continue
            if starts(command, "learnbase work") and "--drain" not in command:
                ended = until_it_serves([*LEARNBASE, *command[1:]], env)
                assert ended == 0, command
                continue
            done = run([*LEARNBASE, *command[1:]], env)
            # The doctor may well find something that other tests left behind; then it says so.
            fine = (0, 1) if starts(command, "learnbase doctor") else (0,)
            assert done.returncode in fine, f"{command}: {done.stdout}{done.stderr}"
            assert "Traceback" not in done.stderr
    finally:
        worker.terminate()
        assert worker.wait(timeout=60) == 0


_NEEDED = ("SUPABASE_URL", "SUPABASE_PUBLISHABLE_KEY", "SUPABASE_SECRET_KEY")


def until_it_serves(command: list[str], env: Mapping[str, str]) -> int:
    """Start a worker that runs until it is stopped, stop it once it serves; its exit code."""
    with press.Pressed(
        command, env={**os.environ, **env}, cwd=PROJECT, stderr=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stderr
        for line in worker.stderr:
            if '"serving"' in line:
                worker.send_signal(signal.SIGTERM)
                break
        worker.communicate(timeout=60)
    return worker.returncode


def test_the_readmes_javascript_runs(world: World, project_env: Mapping[str, str]) -> None:
    del world
    code = "\n".join(line for b in snippets.blocks(README, "js") for line in b.lines)
    # The worker starts when there is something to do.
    code = code.replace("let generation;", "work();\nlet generation;", 1)
    checks = """
same(0, [error, generation.status, dashboard.length], [null, "succeeded", 1]);
same(0, dashboard[0].due_this_week[0].status, "completed"); // the first task of the first week
end();
"""
    node.run(f'{node.HEAD}\nconst supabase = await somebody("Olga");\n{code}{checks}', project_env)
