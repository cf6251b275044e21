# ruff: noqa: SLF001 - it does by hand what Python does as it starts
"""The press: one process that has imported what the commands import, and forks a child for each.

`tests.press.pressed` runs it as a script and gives it one end of a socket. Over it goes a byte for
each command, with five descriptors: the line on which the child says its pid and the press how it
ended, the sheet (a file with the command in JSON), and the child's stdin, stdout and stderr. The
end of that socket is the end of the press, and of the children that still run.

A child leaves the press for good: it unwinds to the bottom of this file and runs its module there
as `python -m` does, so that Python itself prints what nobody caught, joins threads, runs `atexit`
and makes the exit code or the death by SIGINT. The press has no thread, no event loop and no
connection that a child could inherit.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import io
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import struct
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any, TextIO

PRELOADED = ("learnbase", "workers")
# What is imported only when a command is under way.
LATE = (
    "anyio._backends._asyncio",
    "encodings.idna",
    "httpcore._backends.anyio",
    "importlib.resources.readers",
    "openai.resources.chat.completions",
    "openai.resources.responses",
    "rich.markdown",
    "uvicorn.lifespan.on",
    "uvicorn.loops.auto",
    "uvicorn.protocols.http.auto",
)
WORD = struct.Struct("!cq")  # b"p": its pid; b"e": how it ended, as subprocess says it
SIGINT_AS_INHERITED = signal.getsignal(signal.SIGINT)
# What was imported. It refers to itself, so that nothing ever frees it.
STANDING: dict[str, Any] = {}
STANDING["itself"] = STANDING


class Asked(dict[bytes, bytes]):
    """The environment's variables, and which of them somebody wanted to know."""

    def __init__(self, variables: dict[bytes, bytes]) -> None:
        super().__init__(variables)
        self.names: set[str] = set()

    def __getitem__(self, name: bytes) -> bytes:
        self.names.add(os.fsdecode(name))
        return super().__getitem__(name)


def preload() -> list[str]:
    """Import everything; which variables were read meanwhile, and so cannot change any more."""
    environ: Any = os.environ  # `_data` is where every way of asking ends
    plain, environ._data = environ._data, Asked(environ._data)
    for package in map(importlib.import_module, PRELOADED):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith(".__main__"):
                importlib.import_module(found.name)
    for name in LATE:
        importlib.import_module(name)
    asked, environ._data = environ._data, plain
    assert threading.active_count() == 1, "a thread does not survive a fork"
    STANDING.update(sys.modules)
    gc.collect()
    gc.freeze()  # what is never looked at stays shared with the children
    return sorted(asked.names)


def leave_standing() -> None:
    """Let a child die without taking down thousands of modules, which would cost it most of all."""
    for name in STANDING.keys() - {"sys", "builtins", "__main__"}:
        sys.modules.pop(name, None)


class Press:
    """The loop: orders in, children out, and the news of their ends."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._bell, ringer = socket.socketpair()
        self._ringer = ringer
        for end in (self._bell, ringer):
            end.setblocking(False)
        signal.set_wakeup_fd(ringer.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the commands
        self._running: dict[int, socket.socket] = {}
        # Corpses that keep their pid until nobody can signal it any more.
        self._ended: dict[int, socket.socket] = {}

    def serve(self) -> Child | None:
        """Work until the socket ends; answers in each child, and None in the press."""
        while True:
            lines = {line.fileno(): pid for pid, line in self._ended.items()}
            looks = select.poll()
            for fd in (self._control.fileno(), self._bell.fileno(), *lines):
                looks.register(fd, select.POLLIN)
            ready = {fd for fd, _ in looks.poll()}
            for fd in ready & lines.keys():
                self._bury(lines[fd])
            if self._bell.fileno() in ready:
                self._tell_of_ends()
            if self._control.fileno() in ready:
                order, descriptors, *_ = socket.recv_fds(self._control, 1, 5)
                if not order:
                    self._close_down()
                    return None
                if child := self._fork(descriptors):
                    return child

    def _fork(self, descriptors: list[int]) -> Child | None:
        line, *own = descriptors
        pid = os.fork()
        if not pid:
            signal.set_wakeup_fd(-1)
            inherited = (*self._running.values(), *self._ended.values())
            for end in (self._control, self._bell, self._ringer, *inherited):
                end.close()
            return Child(line, *own)
        for fd in own:
            os.close(fd)
        self._running[pid] = socket.socket(fileno=line)
        return None

    def _tell_of_ends(self) -> None:
        with suppress(BlockingIOError):
            while self._bell.recv(4096):
                pass
        for pid in list(self._running):
            how = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if how is None:
                continue
            code = how.si_status if how.si_code == os.CLD_EXITED else -how.si_status
            line = self._ended[pid] = self._running.pop(pid)
            with suppress(OSError):  # whoever asked does not want to know
                line.sendall(WORD.pack(b"e", code))

    def _bury(self, pid: int) -> None:
        self._ended.pop(pid).close()
        os.waitpid(pid, 0)

    def _close_down(self) -> None:
        for pid in self._running:
            os.kill(pid, signal.SIGKILL)
        for pid in (*self._running, *self._ended):
            os.waitpid(pid, 0)


class Child:
    """A process that is about to run a command."""

    def __init__(self, line: int, sheet: int, *stdio: int) -> None:
        self._line = line
        with os.fdopen(sheet, "rb") as file:
            file.seek(0)
            self._order = json.load(file)
        self._stdio = stdio

    def become(self) -> str:
        """Be as a process that Python has just started; answers which module it runs."""
        order = self._order
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, SIGINT_AS_INHERITED)
        if order["session"]:
            os.setsid()
        elif order["group"] >= 0:
            os.setpgid(0, order["group"])
        os.chdir(order["folder"])
        os.environ.clear()
        os.environ.update(order["environment"])
        time.tzset()
        self._take_streams(buffered=not os.environ.get("PYTHONUNBUFFERED"))
        sys.dont_write_bytecode = bool(os.environ.get("PYTHONDONTWRITEBYTECODE"))
        sys.argv = ["-m", *order["arguments"]]
        sys.orig_argv = [sys.executable, "-m", order["module"], *order["arguments"]]
        sys.path[:0] = [] if sys.flags.safe_path else [str(Path.cwd())]
        sys.modules["__main__"] = ModuleType("__main__")
        with socket.socket(fileno=self._line) as line:
            line.sendall(WORD.pack(b"p", os.getpid()))
        return str(order["module"])

    def _take_streams(self, *, buffered: bool) -> None:
        for fd, given in enumerate(self._stdio):
            os.dup2(given, fd)
            os.close(given)
        for fd, name in enumerate(("stdin", "stdout", "stderr")):
            fresh = stream(fd, getattr(sys, name), f"<{name}>", buffered=buffered)
            setattr(sys, name, fresh)
            setattr(sys, f"__{name}__", fresh)


def stream(fd: int, like: TextIO, name: str, *, buffered: bool) -> TextIO:
    """What `create_stdio` of CPython's Python/pylifecycle.c makes of a descriptor."""
    mode = "w" if fd else "r"
    through = bool(fd) and not buffered
    binary: Any = open(fd, f"{mode}b", buffering=0 if through else -1, closefd=False)  # noqa: SIM115
    raw = binary if through else binary.raw
    raw.name = name
    text = io.TextIOWrapper(
        binary,
        encoding=like.encoding,
        errors=like.errors,
        newline="\n",
        line_buffering=buffered and (fd == 2 or raw.isatty()),
        write_through=not buffered,
    )
    text.mode = mode  # type: ignore[misc] # as there
    return text


def main() -> Child | None:
    """Get ready, say so, and serve."""
    control = socket.socket(fileno=int(sys.argv[1]))
    asked = preload()
    control.sendall(json.dumps(asked).encode() + b"\n")
    return Press(control).serve()


if __name__ == "__main__":
    if not sys.flags.safe_path:
        del sys.path[0]  # this folder
    atexit.register(leave_standing)  # registered first, it is called last
    if child := main():
        python_m: Any = runpy
        python_m._run_module_as_main(child.become())
