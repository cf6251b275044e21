# ruff: noqa: SLF001 - it takes the place of what is private to Popen
"""Commands as processes that need not import anything first: `run` and `Pressed`.

They stand in for `subprocess.run` and `subprocess.Popen` where a test wants a command's work and
not its start: a process of its own, with a pid, signals, pipes, a folder and an environment, but
forked from the press (`tests/press/machine.py`), which has imported everything already. Starting
Python and importing take half a second of a processor's time; a fork takes a hundredth.

What reads its environment before a child could change it makes a real process instead: Python
itself (`PYTHON…` and the locale) and whatever the preloaded modules asked for as they were
imported, which the press tells. So do programs other than `python -m`, and options of Popen that
the press does not know. Three things differ in a child: its parent is the press, all children of
a press hash strings alike, and `/proc` shows the press's command line and environment.

Starts stay real where the start is what is tested: `tests/jobs/test_commands.py` (what `--help`
costs), `tests/edge/test_serving.py` and `test_connections.py` (an edge that does not start),
`tests/stack/`, and `bench/`.
"""

from __future__ import annotations

import atexit
import inspect
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MACHINE = Path(__file__).with_name("machine.py")
_WORD = struct.Struct("!cq")
_READ_AT_START = ("PYTHON", "COVERAGE", "LANG", "LC_", "LD_", "MALLOC_", "OPENSSL_")
_A_CHILD_OBEYS = {"PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}
# What Popen hands on when nothing but these was asked of it.
_PLAIN = {
    "executable": None,
    "preexec_fn": None,
    "close_fds": True,
    "pass_fds": (),
    "shell": False,
    "restore_signals": True,
    "gid": None,
    "gids": None,
    "uid": None,
    "umask": -1,
}
_PIPES = ("p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite")
_popen: Any = subprocess.Popen
_HANDED_ON = inspect.signature(_popen._execute_child)


class Press:
    """The press of this process."""

    _only: Press | None = None
    _begins = threading.Lock()

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, _MACHINE, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        atexit.register(self._end)
        with self._control.makefile() as said:
            asked = said.readline()
        if not asked:
            raise ChildProcessError("The press cannot import what the commands import")
        self._asked = frozenset(json.loads(asked))
        self._began_with = self._fixed(os.environ)

    @classmethod
    def here(cls) -> Press:
        """The press of this process; it begins when it is first wanted."""
        with cls._begins:
            if cls._only is None:
                cls._only = cls()
            return cls._only

    @classmethod
    def stop(cls) -> None:
        """End the press of this process, where there is one."""
        with cls._begins:
            if cls._only is not None:
                atexit.unregister(cls._only._end)
                cls._only._end()
                cls._only = None

    def suits(self, environment: Mapping[str, str]) -> bool:
        """Whether a process with this environment would begin as the press did."""
        return self._fixed(environment) == self._began_with

    def order(self, command: dict[str, Any], stdio: Sequence[int]) -> socket.socket:
        """Have a command begun; the answer brings its pid, and then how it ended."""
        line, theirs = socket.socketpair()
        with theirs, tempfile.TemporaryFile() as sheet:
            sheet.write(json.dumps(command).encode())
            sheet.flush()
            socket.send_fds(self._control, [b"!"], [theirs.fileno(), sheet.fileno(), *stdio])
        return line

    def _fixed(self, environment: Mapping[str, str]) -> dict[str, str]:
        """What of an environment cannot change once a process has begun."""
        return {
            name: value
            for name, value in environment.items()
            if name in self._asked
            or (name.startswith(_READ_AT_START) and name not in _A_CHILD_OBEYS)
        }

    def _end(self) -> None:
        self._control.close()
        self._process.wait()


class Pressed(subprocess.Popen[str]):
    """A `Popen` whose process comes from the press, wherever that makes no difference.

    Three private methods are where `Popen` speaks with the system; they speak with the press.

    Attributes:
        is_pressed: Whether it does come from there.
    """

    _line: socket.socket | None = None

    @property
    def is_pressed(self) -> bool:
        return self._line is not None

    def _execute_child(self, *given: Any) -> None:
        wanted = _HANDED_ON.bind(self, *given).arguments
        words = [os.fspath(word) for word in wanted["args"]]
        environment = dict(os.environ if wanted["env"] is None else wanted["env"])
        folder = Path(wanted["cwd"] or os.curdir).absolute()
        if not (
            words[:2] == [sys.executable, "-m"]
            and len(words) > 2
            and all(wanted[name] == value for name, value in _PLAIN.items())
            and folder.is_dir()
            and Press.here().suits(environment)
        ):
            real: Any = super()
            real._execute_child(*given)
            return
        command = {
            "module": words[2],
            "arguments": words[3:],
            "environment": environment,
            "folder": str(folder),
            "session": wanted["start_new_session"],
            "group": wanted["process_group"],
        }
        ends = [wanted[name] for name in ("p2cread", "c2pwrite", "errwrite")]
        stdio = [own if end == -1 else end for own, end in enumerate(ends)]
        self._line = Press.here().order(command, stdio)
        this: Any = self
        this._close_pipe_fds(*(wanted[name] for name in _PIPES))
        said, self.pid = self._hear(timeout=None)
        if said != b"p":
            self._line.close()
            raise ChildProcessError(f"{words} ended before it began: {self.pid}")
        this._child_created = True

    def _internal_poll(self, *given: Any, **named: Any) -> int | None:
        if self._line is None:
            real: Any = super()
            code: int | None = real._internal_poll(*given, **named)
            return code
        self._take_news(timeout=0)
        return self.returncode

    def _wait(self, timeout: float | None) -> int:
        if self._line is None:
            real: Any = super()
            code: int = real._wait(timeout)
            return code
        self._take_news(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return self.returncode

    def _take_news(self, timeout: float | None) -> None:
        """Wait so long for its end; who has heard of it lets the press give the pid away."""
        this: Any = self
        lock: threading.Lock = this._waitpid_lock
        if not lock.acquire(timeout=-1 if timeout is None else max(timeout, 0)):
            return
        try:
            if self.returncode is None and self._line:
                with suppress(TimeoutError, BlockingIOError):
                    _, self.returncode = self._hear(timeout)
                    self._line.close()
        finally:
            lock.release()

    def _hear(self, timeout: float | None) -> tuple[bytes, int]:
        assert self._line
        self._line.settimeout(None if timeout is None else max(timeout, 0))
        said = self._line.recv(_WORD.size)
        if not said:
            raise ChildProcessError("The press ended before its command did")
        word, number = _WORD.unpack(said)
        return word, number


def run(
    command: Sequence[str | Path], *, typed: str | None = None, timeout: float, **options: Any
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end and keep what it says, as `subprocess.run` does.

    Args:
        command: its words.
        typed: what it reads at stdin; None leaves it our own.
        timeout: seconds, after which it is killed.
        options: of Popen.

    Raises:
        subprocess.TimeoutExpired: it was.
    """
    stdin = None if typed is None else subprocess.PIPE
    with Pressed(
        command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    ) as process:
        try:
            out, err = process.communicate(typed, timeout)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)
