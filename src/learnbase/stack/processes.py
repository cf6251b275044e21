"""A process that outlives the command that started it, and is never taken for another.

A pid alone names nobody: the system gives it to the next process. So a process is remembered with
the moment it started, and only a process with both is looked at or signalled.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

POLL = 0.02  # seconds between two looks
_LONG_LOG = 8 << 20  # bytes, after which a start begins a new one

# The children of this very process: they are asked before /proc is, which also buries them.
_children: dict[int, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True)
class Account:
    """The system user as whom a process runs."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Process:
    """A running process, known for certain.

    Attributes:
        pid: Its process id, which is also its process group's.
        started: When it started, as the system tells it: comparable, not readable.
        purpose: A fingerprint of what it was started with.
    """

    pid: int
    started: str
    purpose: str = ""

    @property
    def is_running(self) -> bool:
        """Whether this very process still runs."""
        return started_at(self.pid) == self.started

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process, if it is still this one."""
        if self.is_running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def wait(self, seconds: float) -> bool:
        """Wait for the end; false if it did not come in time."""
        deadline = time.monotonic() + seconds
        while self.is_running:
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL)
        return True

    def end(self, *, politely: signal.Signals = signal.SIGTERM, seconds: float = 5) -> None:
        """Ask the process to end, and end its whole group if it does not in time."""
        self.send(politely)
        if not self.wait(seconds) and self.is_running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self.wait(seconds)


def started_at(pid: int) -> str | None:
    """Tell when the process with this id started, or None if there is none (or only its corpse)."""
    child = _children.get(pid)
    if child is not None and child.poll() is not None:
        del _children[pid]
        return None
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            # The name, in parentheses, may hold blanks: what counts comes after it (proc(5)).
            state, *fields = stat.read_text().rpartition(")")[2].split()
        except (OSError, ValueError):
            return None
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        # A dead first thread does not make a dead process: the others may still hold its ports.
        is_corpse = state in "ZX" and int(fields[16]) <= 1
        return None if is_corpse else f"{boot}:{fields[18]}"
    answer = subprocess.run(
        ["ps", "-o", "state=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.split(maxsplit=1)
    return answer[1].strip() if answer and not answer[0].startswith("Z") else None


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path,
    cwd: Path,
    env: Mapping[str, str],
    account: Account | None = None,
    purpose: str = "",
) -> Process:
    """Start a process in a session of its own, with its output in ``log``.

    Raises:
        OSError: The program cannot be run.
    """
    if log.exists() and log.stat().st_size > _LONG_LOG:
        log.replace(log.with_suffix(".old.log"))
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        child = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            cwd=cwd,
            env=dict(env),
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    finally:
        os.close(descriptor)
    _children[child.pid] = child
    return Process(child.pid, started_at(child.pid) or "", purpose)


def strays(mark: str, known: set[int]) -> list[Process]:
    """The processes that carry a mark in their environment and that nobody wrote down.

    Args:
        mark: A line of the environment, ``NAME=value``.
        known: The ids of those that were written down.
    """
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            variables = (folder / "environ").read_bytes().split(b"\0")
        except OSError:  # it ended, or is somebody else's
            continue
        pid = int(folder.name)
        if mark.encode() in variables and pid not in known and (started := started_at(pid)):
            found.append(Process(pid, started))
    return found


class Register:
    """The processes of a stack, each in a small file of its own."""

    def __init__(self, folder: Path) -> None:
        """Keep the files in ``folder``."""
        self._folder = folder

    def find(self, name: str) -> Process | None:
        """The process of that name, if it still runs."""
        try:
            process = Process(**json.loads((self._folder / f"{name}.json").read_text()))
        except (OSError, ValueError, TypeError):
            return None
        return process if process.is_running else None

    def names(self) -> list[str]:
        """The names that were written down, running or not."""
        return sorted(file.stem for file in self._folder.glob("*.json"))

    def write(self, name: str, process: Process) -> None:
        """Remember a process."""
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._folder / f"{name}.json"
        fresh = file.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(process)))
        fresh.replace(file)

    def forget(self, name: str) -> None:
        """Remember it no longer."""
        (self._folder / f"{name}.json").unlink(missing_ok=True)
