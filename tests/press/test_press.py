"""A command from the press is as a process that Python has just started: each beside a real one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tests.press.pressed import Pressed, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WAYS_TO_END = {
    "by itself": "print('fine')",
    "with nothing": "sys.exit()",
    "with a number": "sys.exit(3)",
    "with a large number": "sys.exit(259)",
    "with a sentence": "sys.exit('A sentence.')",
    "with an exception": "raise ValueError('no')",
    "interrupted": "raise KeyboardInterrupt",
    "at once": "print('never flushed'); os._exit(4)",
    "killed": "os.kill(os.getpid(), signal.SIGKILL)",
    "with a last word": "import atexit; atexit.register(print, 'bye'); print('hello')",
    "after its threads": (
        "import threading\n"
        "main = threading.main_thread()\n"
        "threading.Thread(target=lambda: (main.join(), print('last'))).start()\n"
        "print('first')"
    ),
    "with its objects": (
        "class Last:\n    def __del__(self): print('forgotten', flush=True)\nlast = Last()"
    ),
    "without anybody to tell": "os.close(1); sys.stdout.write('lost')",
    "into a closed pipe": (
        "read, write = os.pipe(); os.close(read); os.dup2(write, 1)\nprint('x', flush=True)"
    ),
    "in an event loop": (
        "import asyncio\nasync def f():\n    await asyncio.sleep(0); print('ran')\nasyncio.run(f())"
    ),
}
FINDINGS = """
import gc, json, threading, time, warnings
def about(stream):
    raw = getattr(stream.buffer, "raw", stream.buffer)
    names = ("name", "mode", "encoding", "errors", "line_buffering", "write_through", "newlines")
    return [str(getattr(stream, name)) for name in names] + [
        type(stream.buffer).__name__, raw.name, raw.mode, raw.closefd, stream.isatty()]
print(json.dumps({
    "name": __name__, "file": __file__, "spec": __spec__.name,
    "argv": sys.argv, "orig_argv": sys.orig_argv, "path": sys.path, "folder": os.getcwd(),
    "environment": dict(os.environ), "zone": time.tzname, "umask": os.umask(0),
    "streams": [about(s) for s in (sys.stdin, sys.stdout, sys.stderr)],
    "same": [getattr(sys, n) is getattr(sys, f"__{n}__") for n in ("stdin", "stdout", "stderr")],
    "handlers": {n.name: str(signal.getsignal(n)).split(" at ")[0]
        for n in signal.valid_signals() if isinstance(n, signal.Signals)},
    "blocked": list(signal.pthread_sigmask(signal.SIG_BLOCK, [])), "bell": signal.set_wakeup_fd(-1),
    "descriptors": len(os.listdir("/proc/self/fd")) if os.path.exists("/proc/self/fd") else 0,
    "group": os.getpgid(0), "session": os.getsid(0), "user": os.getuid(),
    "threads": threading.active_count(), "gc": gc.isenabled(), "bytecode": sys.dont_write_bytecode,
    "hook": sys.excepthook is sys.__excepthook__,
    "filters": [str(f) for f in warnings.filters if f[2].__module__ == "builtins"],
    "typed": sys.stdin.read(),
}))
"""


class Desk:
    """A folder with one module, `odd`, that is run as a command."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.command = [sys.executable, "-m", "odd"]

    def writes(self, code: str) -> None:
        (self.folder / "odd.py").write_text(f"import os, signal, sys\n{code}\n")

    def pressed(self, *words: str, typed: str = "", **env: str) -> tuple[int, str, str]:
        done = run(
            [*self.command, *words],
            typed=typed,
            timeout=120,
            cwd=self.folder,
            env={**os.environ, **env},
        )
        return done.returncode, done.stdout, done.stderr

    def real(self, *words: str, typed: str = "", **env: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [*self.command, *words],
            input=typed,
            timeout=120,
            cwd=self.folder,
            env={**os.environ, **env},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    @contextmanager
    def starts(self, *words: str, **options: Any) -> Iterator[Pressed]:
        pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        command = [*self.command, *words]
        with Pressed(command, cwd=self.folder, text=True, **pipes, **options) as process:
            assert process.is_pressed
            try:
                yield process
            finally:
                process.kill()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def said(process: Pressed) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


@pytest.mark.parametrize("way", WAYS_TO_END)
def test_it_ends_as_a_real_process_ends(desk: Desk, way: str) -> None:
    desk.writes(WAYS_TO_END[way])
    code, out, err = desk.pressed()
    real_code, real_out, real_err = desk.real()
    assert (code, out) == (real_code, real_out)
    # A traceback has one more line at its beginning.
    assert err.splitlines()[-1:] == real_err.splitlines()[-1:]


@pytest.mark.parametrize(
    "env",
    [
        {},
        {"PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        {"PYTHONUNBUFFERED": "", "PYTHONDONTWRITEBYTECODE": ""},
        {"ONE_MORE": "with \udcff in it", "COLUMNS": "7"},
    ],
)
def test_it_finds_itself_as_a_real_process_does(desk: Desk, env: dict[str, str]) -> None:
    desk.writes(FINDINGS)
    code, out, err = desk.pressed("a", "--b", "ü", typed="one\r\ntwo\rthree\n", **env)
    assert (code, err) == (0, "")
    _, real, _ = desk.real("a", "--b", "ü", typed="one\r\ntwo\rthree\n", **env)
    assert json.loads(out) == json.loads(real)


def test_the_command_line_comes_from_the_press() -> None:
    command = [sys.executable, "-m", "learnbase.cli", "plan", "--help"]
    env = {**os.environ, "COLUMNS": "100"}
    with Pressed(command, env=env, stdout=subprocess.PIPE, text=True) as process:
        out, _ = process.communicate(timeout=120)
        assert process.is_pressed
    real = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    assert (process.returncode, out) == (0, real.stdout)
    assert "regenerate" in out


def test_nothing_of_one_command_is_left_for_the_next(desk: Desk) -> None:
    desk.writes(
        "import random, typer\n"
        "print(os.environ.get('LEFT'), os.environ.get('GIVEN'), hasattr(typer, 'left'))\n"
        "print(os.path.basename(os.getcwd()) == 'elsewhere', random.random())\n"
        "os.environ['LEFT'] = '1'; typer.left = 1\n"
        "os.makedirs('elsewhere', exist_ok=True); os.chdir('elsewhere')\n"
    )
    first = desk.pressed(GIVEN="1")[1].split()
    second = desk.pressed()[1].split()
    assert first[:4] == ["None", "1", "False", "False"]
    assert second[:4] == ["None", "None", "False", "False"]
    assert first[4] != second[4], "both throw the same dice"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_signal_ends_it(desk: Desk, number: signal.Signals) -> None:
    # A shell that runs us in the background has us ignore SIGINT.
    desk.writes(
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "print('here', flush=True); signal.pause()"
    )
    with desk.starts() as process:
        assert said(process) == "here"
        assert process.poll() is None
        process.send_signal(number)
        assert process.wait(60) == -number
        assert process.poll() == process.returncode == -number


def test_a_pid_is_kept_until_its_end_is_known(desk: Desk) -> None:
    desk.writes("pass")
    with desk.starts() as process:
        assert process.stdout
        assert process.stdout.read() == ""  # it has ended, or is about to
        os.kill(process.pid, 0)
        assert process.wait(60) == 0


def test_who_waits_too_long_gives_up(desk: Desk) -> None:
    desk.writes("print('here', flush=True); signal.pause()")
    with desk.starts() as process:
        assert said(process) == "here"
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.01)
    assert process.returncode == -signal.SIGKILL
    with pytest.raises(subprocess.TimeoutExpired):
        run(desk.command, timeout=0.3, cwd=desk.folder)


def test_what_is_typed_and_said_may_be_long(desk: Desk) -> None:
    desk.writes("text = sys.stdin.read(); print(text, end=''); print(text[:9], file=sys.stderr)")
    text = "ä line of it\n" * 80_000
    assert desk.pressed(typed=text) == (0, text, text[:9] + "\n")


def test_two_run_at_once_and_end_in_their_own_order(desk: Desk) -> None:
    desk.writes("print(os.getpid(), flush=True); print(sys.stdin.readline(), end='')")
    with ExitStack() as stack:
        one, two = (stack.enter_context(desk.starts()) for _ in range(2))
        assert [said(one), said(two)] == [str(one.pid), str(two.pid)]
        assert two.communicate("second\n", timeout=60)[0] == "second\n"
        assert (one.poll(), two.returncode) == (None, 0)
        assert one.communicate("first\n", timeout=60)[0] == "first\n"
        assert one.returncode == 0


def test_a_session_is_its_own_where_it_was_asked_for(desk: Desk) -> None:
    desk.writes("print(os.getsid(0), os.getpgid(0))")
    with desk.starts(start_new_session=True) as process:
        assert said(process) == f"{process.pid} {process.pid}"
    with desk.starts(process_group=0) as process:
        assert said(process) == f"{os.getsid(0)} {process.pid}"
    with desk.starts() as process:
        assert said(process) == f"{os.getsid(0)} {os.getpgid(0)}"


@pytest.mark.parametrize(
    "env",
    [
        {"PYTHONHASHSEED": "0"},
        {"PYTHONPATH": "/nowhere"},
        {"LC_ALL": "POSIX"},
        {"TZ": "Asia/Tokyo"},
        {"OPENAI_LOG": "debug"},  # what the client reads as it is imported
        {"COVERAGE_PROCESS_START": "/nowhere"},
    ],
    ids=lambda env: next(iter(env)),
)
def test_what_is_read_at_the_start_needs_a_real_one(desk: Desk, env: dict[str, str]) -> None:
    desk.writes("import json; print(json.dumps([dict(os.environ), hash('x')]))")
    with Pressed(
        desk.command,
        cwd=desk.folder,
        env={**os.environ, **env},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert not process.is_pressed
        out, _ = process.communicate(timeout=120)
    assert (process.poll(), process.returncode) == (0, 0)
    environment, number = json.loads(out)
    assert env.items() <= environment.items()
    if "PYTHONHASHSEED" in env:
        assert [environment, number] == json.loads(desk.real(**env)[1])


def test_another_program_is_a_real_one(tmp_path: Path) -> None:
    assert run(["echo", "hello"], timeout=60).stdout == "hello\n"
    with pytest.raises(FileNotFoundError):
        run([sys.executable, "-m", "odd"], timeout=10, cwd=tmp_path / "nowhere")
    with Pressed([sys.executable, "-c", "raise SystemExit(5)"]) as process:
        assert not process.is_pressed
    assert process.returncode == 5


def test_an_interrupt_does_not_end_the_press(desk: Desk) -> None:
    desk.writes("print(os.getppid())")
    press = desk.pressed()[1]
    os.kill(int(press), signal.SIGINT)
    assert desk.pressed()[1] == press


@pytest.mark.parametrize(
    "end", ["", "os.kill(os.getpid(), signal.SIGKILL)"], ids=["ended", "killed"]
)
def test_no_command_outlives_the_tests(desk: Desk, end: str) -> None:
    desk.writes("signal.pause()")
    tests = (
        "import os, signal, sys\nfrom tests.press.pressed import Pressed\n"
        f"command = Pressed([sys.executable, '-m', 'odd'], cwd={str(desk.folder)!r})\n"
        f"print(command.is_pressed, flush=True)\n{end}"
    )
    # The pipe ends when all who hold it have.
    done = subprocess.run(
        [sys.executable, "-c", tests], stdout=subprocess.PIPE, timeout=120, check=False
    )
    assert done.stdout == b"True\n"
