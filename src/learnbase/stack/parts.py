"""The HTTP parts of a stack, each as a value: what to run, where, and how to tell it works."""

from __future__ import annotations

import hashlib
import os
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from learnbase.stack import programs, room
from learnbase.stack.configuration import auth_section, quoted, site_url, toml
from learnbase.stack.errors import PartFailed
from learnbase.stack.home import write_private
from learnbase.stack.keys import token_keys
from learnbase.stack.processes import POLL, Process, spawn

if TYPE_CHECKING:
    from pathlib import Path

    from learnbase.stack.databases import Databases
    from learnbase.stack.errors import DiskFull
    from learnbase.stack.home import Home, Memory

_PATIENCE = 30.0
# In the environment of every part: the home of its stack.
MARK = "LEARNBASE_STACK"
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")


@dataclass(frozen=True)
class Part:
    """One HTTP process.

    Attributes:
        name: Its name in files and commands.
        title: Its name in sentences.
        command: What to run.
        cwd: Where.
        log: Where what it says goes.
        url: Its address.
        health: The address that answers 200 once it works.
        env: Its environment, on top of the few variables that everything gets.
        files: Its configuration, written before it starts: path and text.
    """

    name: str
    title: str
    command: tuple[str, ...]
    cwd: Path
    log: Path
    url: str
    health: str
    env: dict[str, str] = field(default_factory=dict)
    files: dict[Path, str] = field(default_factory=dict)

    @property
    def purpose(self) -> str:
        """A fingerprint of all that it is started with: another one means another start."""
        digest = hashlib.sha256(repr((self.command, self.env)).encode())
        for path, text in sorted(self.files.items()):
            digest.update(f"{path}\0{text}".encode())
        return digest.hexdigest()[:16]

    def answers(self) -> bool:
        """Whether it says that it works."""
        try:
            with urllib.request.urlopen(self.health, timeout=2) as answer:  # noqa: S310 - loopback
                return bool(answer.status == 200)  # noqa: PLR2004 - HTTP's
        except (OSError, ValueError):
            return False

    def launch(self) -> Process:
        """Write its configuration and start it, without waiting.

        Raises:
            PartFailed: The program cannot be run at all.
        """
        for path, text in self.files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_private(path, text)
        passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        try:
            return spawn(
                self.command,
                log=self.log,
                cwd=self.cwd,
                env={**passed_on, **self.env, MARK: str(self.log.parent.parent)},
                purpose=self.purpose,
            )
        except OSError as error:
            raise PartFailed(
                f"{self.title} cannot be run: {error.strerror}: {self.command[0]}.",
                remedy="Run `make setup`; if that does not help, it is not made for this machine.",
            ) from error

    def wait(self, process: Process, heard: int) -> None:
        """Wait until it answers.

        Args:
            process: What `launch` returned.
            heard: The length of the log before the launch.

        Raises:
            PartFailed: It ended or did not answer in time.
            DiskFull: It ended for want of room.
        """
        deadline = time.monotonic() + _PATIENCE
        while not self.answers():
            if not process.is_running:
                raise self._failure("ended as soon as it was started", heard)
            if time.monotonic() > deadline:
                process.end()
                raise self._failure("did not answer in time", heard)
            time.sleep(POLL)

    def _failure(self, what: str, heard: int) -> PartFailed | DiskFull:
        said = self.log.read_bytes()[heard:].decode(errors="replace")
        if room.is_wanting(said):
            return room.full(self.log.parent.parent)
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        last = next((line for line in lines if "error" in line.lower()), (lines or ["silence"])[-1])
        return PartFailed(f"{self.title} {what}: {last}", remedy=f"Read {self.log}")


def rest(
    home: Home,
    memory: Memory,
    databases: Databases,
    *,
    database: str,
    name: str,
    ports: tuple[int, int],
) -> Part:
    """PostgREST on a database, as hosted Supabase configures it."""
    port, admin_port = ports
    config: dict[str, str | int] = {
        "db-uri": databases.url(database, "authenticator"),
        "db-schemas": "public,worker",
        "db-anon-role": "anon",
        "db-extra-search-path": "public, extensions",
        "db-max-rows": 1000,
        "db-pool": 20,
        "db-config": True,
        "db-channel-enabled": True,
        "jwt-secret": memory.jwt_secret,
        "server-host": "127.0.0.1",
        "server-port": port,
        "admin-server-port": admin_port,
        "openapi-server-proxy-uri": f"http://127.0.0.1:{memory.ports['gateway']}/rest/v1",
        "log-level": "warn",
    }
    file = home.rest_folder / f"{name}.conf"
    return Part(
        name=name,
        title="PostgREST",
        command=(str(programs.postgrest()), str(file)),
        cwd=home.path,
        log=home.logs / f"{name}.log",
        url=f"http://127.0.0.1:{port}",
        health=f"http://127.0.0.1:{admin_port}/ready",
        files={file: "".join(f"{key} = {quoted(value)}\n" for key, value in config.items())},
    )


def auth(
    home: Home,
    memory: Memory,
    databases: Databases,
    *,
    project: Path,
    database: str,
    port: int,
) -> Part:
    """Auth on a database, with the [auth] of the project's config.toml."""
    node, script = programs.auth()
    gateway = f"http://127.0.0.1:{memory.ports['gateway']}"
    folder = home.auth_folder / database
    config = {
        "project_id": "learnbase",
        "api": {"enabled": False, "port": port, "schemas": ["public"]},
        "db": {
            "driver": "postgres",
            # Auth shows its configuration to whoever asks at /_system/config, so the password,
            # which is every role's, comes by the environment.
            "url": databases.url(database, "supabase_auth_admin", with_password=False),
            # The migrations are the Supabase CLI's.
            "migrations": {"enabled": False},
        },
        "storage": {"enabled": False},
        "auth": auth_section(project, gateway, memory.jwt_secret),
    }
    return Part(
        name="auth",
        title="Auth",
        command=(str(node), str(script), "--no-telemetry", "start", "--no-admin"),
        cwd=folder,
        log=home.logs / "auth.log",
        url=f"http://127.0.0.1:{port}",
        health=f"http://127.0.0.1:{port}/auth/v1/health",
        env={
            "LITE_TELEMETRY": "0",
            "DO_NOT_TRACK": "1",
            "NO_COLOR": "1",
            "PGPASSWORD": memory.password,
            "HOME": str(folder),  # it keeps notes there, which are nothing to ours
        },
        files={folder / "supabase" / "config.toml": "".join(toml(config))},
    )


# What accounts elsewhere and the mail service take; by default the local stack has neither.
_OUTSIDE = (
    *("TOKEN_KEYS", "NOTION_CLIENT_ID", "NOTION_CLIENT_SECRET", "NOTION_BASE_URL"),
    *("GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET", "GOOGLE_BASE_URL", "GOOGLE_OAUTH_BASE_URL"),
    "RESEND_WEBHOOK_SECRET",
)


def edge(home: Home, memory: Memory, *, project: Path) -> Part:
    """Learnbase's own HTTP edge, behind the gateway as everything else."""
    gateway = f"http://127.0.0.1:{memory.ports['gateway']}"
    port = memory.ports["edge"]
    limit = os.environ.get("EDGE_REQUESTS_PER_MINUTE", "")
    return Part(
        name="edge",
        title="the edge",
        command=(sys.executable, "-m", "learnbase.cli", "edge", "serve", "--port", str(port)),
        cwd=home.path,
        log=home.logs / "edge.log",
        url=f"http://127.0.0.1:{port}",
        health=f"http://127.0.0.1:{port}/health",
        env={
            "SUPABASE_URL": gateway,
            "SUPABASE_PUBLISHABLE_KEY": memory.publishable_key,
            "SUPABASE_SECRET_KEY": memory.secret_key,
            "SUPABASE_JWT_SECRET": memory.jwt_secret,
            "EDGE_URL": f"{gateway}/functions/v1",
            "EDGE_ORIGINS": os.environ.get("EDGE_ORIGINS") or _origin(site_url(project)),
            "SITE_URL": site_url(project),
            "EDGE_REQUESTS_PER_MINUTE": limit,
            "TOKEN_KEYS": token_keys(memory.jwt_secret),
            **{name: os.environ[name] for name in _OUTSIDE if name in os.environ},
            "LOG_FORMAT": "json",
            "PYTHONUNBUFFERED": "1",
            "PYTHONSAFEPATH": "1",
        },
    )


def _origin(site: str) -> str:
    parts = urlsplit(site)
    return f"{parts.scheme}://{parts.netloc}".lower()


def gateway(home: Home, memory: Memory, *, project: Path) -> Part:
    """The one address in front of the others."""
    port = memory.ports["gateway"]
    config: dict[str, str | int] = {
        "port": port,
        "rest": f"http://127.0.0.1:{memory.ports['rest']}",
        "auth": f"http://127.0.0.1:{memory.ports['auth']}",
        "functions": f"http://127.0.0.1:{memory.ports['edge']}",
        "functions_file": str(home.edge_file),
        "site": site_url(project),
        "register": str(home.run),
        "publishable_key": memory.publishable_key,
        "secret_key": memory.secret_key,
        "jwt_secret": memory.jwt_secret,
    }
    file = home.gateway_file
    return Part(
        name="gateway",
        title="the gateway",
        command=(sys.executable, "-m", "learnbase.stack.gateway", str(file)),
        cwd=home.path,
        log=home.logs / "gateway.log",
        url=f"http://127.0.0.1:{port}",
        health=f"http://127.0.0.1:{port}/health",
        env={"PYTHONUNBUFFERED": "1", "PYTHONSAFEPATH": "1"},
        files={file: "".join(f"{key} = {quoted(value)}\n" for key, value in config.items())},
    )
