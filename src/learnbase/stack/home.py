"""A stack's folder: where everything lies, and what is remembered between two starts."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import pwd
import secrets
import shutil
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from learnbase.stack import ports
from learnbase.stack.errors import HomeUnusable, PortTaken, StackBusy
from learnbase.stack.processes import Account
from learnbase.stack.programs import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from learnbase.stack.progress import Progress

PORTS = ("gateway", "postgres", "rest", "rest_admin", "auth", "edge")
_PATIENCE = 180.0  # seconds for another command on the same stack; a first start takes ten


@dataclass(frozen=True)
class Memory:
    """What a stack keeps from start to start.

    Attributes:
        ports: The port of each part, by the names in ``PORTS``.
        password: The password of every database role of the stack.
        jwt_secret: Signs people's tokens (HS256).
        publishable_key: The key for browsers; it means the role anon.
        secret_key: The key for services; it means the role service_role.
    """

    ports: dict[str, int]
    password: str
    jwt_secret: str
    publishable_key: str
    secret_key: str


class Home:
    """The folder of one stack."""

    def __init__(self, path: Path | str | None = None) -> None:
        """Take ``path``, or ``LEARNBASE_HOME``, or ``.learnbase`` in the project's folder."""
        chosen = path or os.environ.get("LEARNBASE_HOME") or PROJECT / ".learnbase"
        self.path = Path(chosen).expanduser().resolve()
        self.run = self.path / "run"
        self.logs = self.path / "logs"
        self.env_file = self.path / "stack.env"
        self.auth_folder = self.path / "auth"
        self.rest_folder = self.path / "rest"
        self.cli_folder = self.path / "supabase-cli"
        self.gateway_file = self.path / "gateway.conf"
        self.edge_file = self.path / "edge.url"
        self._memory_file = self.path / "stack.json"

    @property
    def account(self) -> Account | None:
        """As whom Postgres runs: as oneself, but root must lend it somebody else's name."""
        if os.geteuid() != 0:
            return None
        for name in ("postgres", "nobody", "daemon"):
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            if entry.pw_uid != 0:
                return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
        raise HomeUnusable(
            "Postgres does not run as root, and there is no other account to run it as.",
            remedy="Run this as an ordinary user, or add one: useradd --system postgres",
        )

    @property
    def place(self) -> Path:
        """Where Postgres and its data lie: here, unless its account cannot get here.

        A checkout below /root (mode 700) is closed to every other account; then a folder in
        /var/tmp serves, whose name follows from this one's.
        """
        if self.account is None or _is_open(self.path.parent):
            return self.path
        digest = hashlib.sha256(str(self.path).encode()).hexdigest()[:12]
        return Path("/var/tmp") / f"learnbase-{digest}"  # noqa: S108 - checked in `create`

    @property
    def exists(self) -> bool:
        """Whether a stack was ever started here."""
        return self._memory_file.exists()

    def create(self) -> None:
        """Make the folders.

        Raises:
            HomeUnusable: They cannot be made or written, or belong to somebody else.
        """
        # Others may pass through to what is theirs (Postgres's account, when root starts it),
        # but not look around.
        mode = 0o711 if self.account else 0o700
        try:
            for folder in (self.path, self.place):
                folder.mkdir(mode=mode, parents=True, exist_ok=True)
                if folder.stat().st_uid != os.geteuid() or folder.is_symlink():
                    raise HomeUnusable(
                        f"The stack's folder {folder} belongs to another user.",
                        remedy="Choose another with LEARNBASE_HOME.",
                    )
                folder.chmod(mode)
            for folder in (self.run, self.logs, self.auth_folder, self.rest_folder):
                folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise HomeUnusable(
                f"The stack's folder {self.path} cannot be used: {error.strerror}.",
                remedy="Choose another with LEARNBASE_HOME, or make this one writable.",
            ) from error

    @contextmanager
    def locked(self, progress: Progress) -> Iterator[None]:
        """Keep other commands from working on this stack at the same time.

        Raises:
            StackBusy: Another one has been at it for minutes.
        """
        with (self.path / "lock").open("a") as file:
            deadline = time.monotonic() + _PATIENCE
            waiting = False
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if not waiting:
                        progress.note("Another command is at work on this stack; waiting for it.")
                        waiting = True
                if time.monotonic() > deadline:
                    raise StackBusy(
                        f"Another command holds {self.path / 'lock'} and does not finish.",
                        remedy="Look for another `learnbase stack` that hangs, and end it.",
                    )
                time.sleep(0.05)
            yield

    def recall(self) -> Memory | None:
        """What is remembered, or None if there is nothing, or nothing that makes sense."""
        try:
            memory = Memory(**json.loads(self._memory_file.read_text()))
            # A part that is newer than this stack has no port until the stack starts again.
            return replace(memory, ports={**dict.fromkeys(PORTS, 0), **memory.ports})
        except (OSError, ValueError, TypeError):
            return None

    def remember(self, memory: Memory) -> None:
        """Write it down, for the owner's eyes only."""
        write_private(self._memory_file, json.dumps(asdict(memory), indent=2) + "\n")

    def settle(self, running: set[str], progress: Progress) -> Memory:
        """Recall or invent keys and ports, so that each port of a part that is down is free.

        Args:
            running: The names of ports that belong to running parts.
            progress: Hears of a port that had to change.

        Raises:
            PortTaken: The port in ``LEARNBASE_PORT`` is somebody else's.
        """
        memory = self.recall() or Memory(
            ports={},
            password=secrets.token_urlsafe(24),
            jwt_secret=secrets.token_urlsafe(48),
            publishable_key=f"sb_publishable_{secrets.token_urlsafe(24)}",
            secret_key=f"sb_secret_{secrets.token_urlsafe(24)}",
        )
        settled: dict[str, int] = {}
        for name in PORTS:
            port = memory.ports.get(name)
            if name == "gateway" and "LEARNBASE_PORT" in os.environ:
                fixed = _fixed_port()
                if fixed != port or name not in running:
                    _require_free(fixed)
                port = fixed
            elif not port or (name not in running and not ports.is_free(port)):
                taken = set(memory.ports.values()) | set(settled.values())
                chosen = ports.choose(taken)
                if port:
                    who = ports.holder(port) or "somebody else"
                    progress.note(
                        f"Port {port} ({name}) is taken by {who}; using {chosen} from now on."
                    )
                port = chosen
            settled[name] = port
        memory = replace(memory, ports=settled)
        self.remember(memory)
        return memory

    def remove(self) -> None:
        """Delete what the stack made here, and nothing else."""
        own = (self.run, self.logs, self.auth_folder, self.rest_folder, self.cli_folder)
        servers = (*self.place.glob("postgres-*"), *self.place.glob("data-new-*"))
        for folder in (*own, *servers, self.place / "data"):
            shutil.rmtree(folder, ignore_errors=True)
        if self.place != self.path:
            shutil.rmtree(self.place, ignore_errors=True)
        for file in (self.env_file, self.edge_file, self.gateway_file, self._memory_file):
            file.unlink(missing_ok=True)


def write_private(path: Path, text: str) -> None:
    """Write a file whole or not at all, readable by its owner alone."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    fresh.replace(path)


def _is_open(folder: Path) -> bool:
    existing = next(step for step in (folder, *folder.parents) if step.exists())
    return all(step.stat().st_mode & 0o001 for step in (existing, *existing.parents))


def _fixed_port() -> int:
    text = os.environ["LEARNBASE_PORT"]
    if text.isdecimal() and 0 < int(text) < 65_536:  # noqa: PLR2004 - TCP's
        return int(text)
    raise PortTaken(
        f"LEARNBASE_PORT is {text!r}, which is no port.",
        remedy="Give it a number between 1 and 65535, or leave it out.",
    )


def _require_free(port: int) -> None:
    if not ports.is_free(port):
        who = ports.holder(port) or "somebody else"
        raise PortTaken(
            f"Port {port}, which LEARNBASE_PORT asks for, is taken by {who}.",
            remedy="Stop that, or choose another LEARNBASE_PORT, or leave it out.",
        )
