"""A whole local Supabase, as one object: start, stop, reset, and what tests and the bench need."""

from __future__ import annotations

import shlex
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from learnbase.stack import keys, migrations, parts, ports, room
from learnbase.stack.crew import Crew
from learnbase.stack.databases import MAIN, Databases
from learnbase.stack.errors import StackError, StackStopped
from learnbase.stack.home import Home, Memory, write_private
from learnbase.stack.postgres import SUPERUSER, Mode, Postgres
from learnbase.stack.processes import POLL, Process
from learnbase.stack.programs import PROJECT
from learnbase.stack.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from learnbase.stack.parts import Part

# The order in which they are shown; they stop in the opposite one.
PARTS = ("postgres", "rest", "auth", "edge", "gateway")
_PATIENCE = 10.0  # seconds for what takes a tenth of one: a reload, an end
_SERVING = "serving-"  # begins the name of a second PostgREST


@dataclass(frozen=True)
class PartStatus:
    """What is known of a part.

    Attributes:
        name: The part.
        state: ``running``, ``silent`` (it runs and does not answer) or ``stopped``.
        pid: Its process id, if it runs.
        url: Where it listens, or would.
        log: Where it writes.
    """

    name: str
    state: str
    pid: int | None
    url: str
    log: Path


class Stack:
    """One local stack."""

    def __init__(
        self,
        home: Path | str | None = None,
        *,
        project: Path | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Look at a stack, whether it exists yet or not.

        Args:
            home: Its folder; by default ``LEARNBASE_HOME``, or ``.learnbase`` in the project.
            project: The folder with the ``supabase/`` that it serves; by default this project.
            progress: Hears what is being done; silent by default.
        """
        self.home = Home(home)
        self._project = project or PROJECT
        self._progress = progress or Progress()
        self._postgres = Postgres(self.home)
        self._crew = Crew(self.home, self._postgres)
        self._register = self._crew.register

    # ------------------------------------------------------------------ the whole

    def start(self) -> Mapping[str, str]:
        """Start what does not run, apply what was not applied, and wait until everything answers.

        Returns:
            What is written to ``stack.env``.

        Raises:
            StackError: Any of `learnbase.stack.errors`, each with its remedy.
        """
        with self._at_work():
            return self._start()

    def stop(self) -> bool:
        """Stop everything; false if nothing ran."""
        if not self.home.path.is_dir():
            return False
        with self.home.locked(self._progress):
            return self._stop()

    def reset(self) -> Mapping[str, str]:
        """Replace the database with a new one: platform, Auth's tables, migrations, seed."""
        with self._at_work():
            memory, databases = self._open_database()
            # They hold connections to what is about to be dropped, and remember what was in it.
            self._crew.end("auth")
            self._crew.end("rest")
            with self._progress.step("Making a new database"):
                databases.reset(self._auth_tables(memory, databases))
            return self._start()

    def remove(self) -> None:
        """Stop the stack and delete everything that it made."""
        if self.home.path.is_dir():
            with self.home.locked(self._progress):
                self._stop()
                self.home.remove()

    def status(self) -> list[PartStatus]:
        """Look at each part."""
        memory = self.home.recall()
        if memory is None:
            return []
        databases = self._databases(memory)
        served = {part.name: part for part in self._http_parts(memory, databases)}
        found = []
        for name in PARTS:
            process = self._register.find(name)
            part = served.get(name)
            answers = part.answers() if part and process else process is not None
            state = "stopped" if process is None else "running" if answers else "silent"
            url = part.url if part else f"127.0.0.1:{memory.ports['postgres']}"
            log = part.log if part else self._postgres.log
            found.append(PartStatus(name, state, process.pid if process else None, url, log))
        return found

    def env(self) -> Mapping[str, str]:
        """What ``stack.env`` says, computed; also for a stack that is stopped.

        Raises:
            StackStopped: The stack was never started.
        """
        memory = self._memory()
        databases = self._databases(memory)
        return {
            "SUPABASE_URL": f"http://127.0.0.1:{memory.ports['gateway']}",
            "SUPABASE_PUBLISHABLE_KEY": memory.publishable_key,
            "SUPABASE_SECRET_KEY": memory.secret_key,
            "SUPABASE_JWT_SECRET": memory.jwt_secret,
            "EDGE_URL": f"http://127.0.0.1:{memory.ports['gateway']}/functions/v1",
            "TOKEN_KEYS": keys.token_keys(memory.jwt_secret),
            "DATABASE_URL": databases.url(),
            # What follows is for tests and tools on this machine: production has none of it.
            "POSTGREST_URL": f"http://127.0.0.1:{memory.ports['rest']}",
            "AUTH_LOG": str(self.home.logs / "auth.log"),
            "ADMIN_DATABASE_URL": databases.url(role=SUPERUSER),
        }

    # ------------------------------------------------------------------ single parts

    def stop_database(self, mode: Mode = "fast") -> None:
        """Stop Postgres alone; ``immediate`` is as good as pulling the plug."""
        process = self._crew.require("postgres")
        Postgres.stop(process, mode)
        self._register.forget("postgres")

    def start_database(self) -> None:
        """Start Postgres alone, where it was, and wait until it answers."""
        if self._register.find("postgres") is None:
            self._crew.end_strays()
            self._launch_postgres(self._memory())

    def restart_part(self, name: str) -> None:
        """Stop a part and start it again, at the same port."""
        if name == "postgres":
            self.stop_database()
            self.start_database()
            return
        memory = self._memory()
        found = [p for p in self._http_parts(memory, self._databases(memory)) if p.name == name]
        if not found:
            raise StackError(
                f"There is no part named {name!r}.", remedy=f"The parts: {', '.join(PARTS)}."
            )
        self._crew.end(name)
        self._crew.run(found, self._progress)

    def process(self, name: str) -> Process:
        """The process of a part, for tests that kill it.

        Raises:
            StackStopped: It does not run.
        """
        return self._crew.require(name)

    def token(self, sub: str | None = None, *, role: str = "authenticated", **claims: Any) -> str:
        """Sign a token as Auth would, for whoever ``sub`` is."""
        person = {} if sub is None else {"sub": sub}
        body = {"aud": "authenticated", "role": role, **person, **claims}
        return keys.sign(body, self._memory().jwt_secret)

    # ------------------------------------------------------------------ more databases

    def fresh_database(self, name: str) -> str:
        """Make a database with all migrations and no seed, in place of an older one of that name.

        Returns:
            Its address for the role postgres.
        """
        with self.home.locked(self._progress):
            self._crew.require("postgres")
            databases = self._databases(self._memory())
            databases.require_migrated(
                self._project / "supabase" / "migrations",
                lambda draft: self._push(databases, draft, seed=False),
            )
            return databases.make(name)

    def drop_database(self, name: str) -> None:
        """Drop a database that `fresh_database` made, and its PostgREST."""
        self.stop_serving(name)
        self._databases(self._memory()).drop(name)

    def serve(self, database: str) -> str:
        """Run a second PostgREST on a database, without gateway: sign its tokens with `token`.

        Returns:
            Its address.
        """
        memory = self._memory()
        databases = self._databases(memory)
        taken = set(memory.ports.values())
        first = ports.choose(taken)
        chosen = (first, ports.choose(taken | {first}))
        part = parts.rest(
            self.home,
            memory,
            databases,
            database=database,
            name=f"{_SERVING}{database}",
            ports=chosen,
        )
        self._crew.end(part.name)
        self._crew.run([part], self._progress)
        return part.url

    def stop_serving(self, database: str) -> None:
        """End the PostgREST that `serve` started."""
        self._crew.end(f"{_SERVING}{database}")

    # ------------------------------------------------------------------ inside

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        self.home.create()
        with self.home.locked(self._progress), room.noticed(self.home.place):
            yield

    def _start(self) -> Mapping[str, str]:
        before = self._register.find("gateway")
        memory, databases = self._open_database()
        fresh = databases.prepare(self._auth_tables(memory, databases))
        if not databases.platform_is_current():
            self._progress.note(
                "sql/platform has changed since this database was made; "
                "`learnbase stack reset` makes a new one."
            )
        self._migrate(databases, fresh=fresh)
        self._crew.run(
            [p for p in self._http_parts(memory, databases) if not self._crew.is_right(p)],
            self._progress,
        )
        env = self.env()
        lines = (f"{name}={shlex.quote(value)}\n" for name, value in env.items())
        write_private(self.home.env_file, "".join(lines))
        after = self._register.find("gateway")
        state = "is running" if before == after else "runs"
        self._progress.note(f"The stack {state} at {env['SUPABASE_URL']}")
        return env

    def _open_database(self) -> tuple[Memory, Databases]:
        """Settle keys and ports, and have Postgres running."""
        self._crew.end_strays()
        self._end_dumb_postgres()
        running = {name for name in PARTS if self._register.find(name)}
        if "rest" in running:
            running.add("rest_admin")
        memory = self.home.settle(running, self._progress)
        if "postgres" not in running:
            progress = Progress() if self._postgres.data.exists() else self._progress
            with progress.step("Installing Postgres"):
                self._postgres.install()
                self._postgres.initialise(memory.password)
            with self._progress.step("Starting Postgres"):
                self._launch_postgres(memory)
        return memory, self._databases(memory)

    def _end_dumb_postgres(self) -> None:
        """Wait for a Postgres that is just ending; end one that does not answer."""
        process, memory = self._register.find("postgres"), self.home.recall()
        deadline = time.monotonic() + _PATIENCE
        while process and memory and process.is_running:
            if self._databases(memory).answer():
                return
            if time.monotonic() > deadline:
                self._crew.end("postgres")
            time.sleep(POLL)

    def _launch_postgres(self, memory: Memory) -> None:
        self._register.write("postgres", self._postgres.start(memory.ports["postgres"]))

    def _auth_tables(self, memory: Memory, databases: Databases) -> Any:
        def make(database: str) -> None:
            part = parts.auth(
                self.home,
                memory,
                databases,
                project=self._project,
                database=database,
                port=ports.choose(set(memory.ports.values())),
            )
            with self._progress.step("Making Auth's tables"):
                self._crew.run([replace(part, name="auth-tables")])
                self._crew.end("auth-tables")

        return make

    def _migrate(self, databases: Databases, *, fresh: bool) -> None:
        pending = set(migrations.versions(self._project)) - databases.applied()
        if not pending and not fresh:
            return
        seed = fresh and (self._project / "supabase" / "seed.sql").exists()
        if pending or seed:
            what = f"{len(pending)} migration{'s' * (len(pending) != 1)}"
            with self._progress.step(f"Applying {what}{' and the seed' * seed}"):
                self._push(databases, MAIN, seed=seed)
            self._reload_rest(databases)
        if fresh:
            databases.mark_ready()

    def _reload_rest(self, databases: Databases) -> None:
        """Have a running PostgREST look at the new schema, and wait until it has."""
        if self._register.find("rest") is None:
            return
        log = self.home.logs / "rest.log"
        heard = log.stat().st_size
        databases.notify("reload config", "reload schema")
        deadline = time.monotonic() + _PATIENCE
        while b"Schema cache loaded" not in log.read_bytes()[heard:]:
            if time.monotonic() > deadline:
                self._crew.end("rest")  # it does not listen (any more): it is started anew
                return
            time.sleep(POLL)

    def _push(self, databases: Databases, database: str, *, seed: bool) -> None:
        migrations.push(
            self._project, databases.url(database), seed=seed, cli_home=self.home.cli_folder
        )

    def _http_parts(self, memory: Memory, databases: Databases) -> list[Part]:
        rest_ports = (memory.ports["rest"], memory.ports["rest_admin"])
        return [
            parts.rest(self.home, memory, databases, database=MAIN, name="rest", ports=rest_ports),
            parts.auth(
                self.home,
                memory,
                databases,
                project=self._project,
                database=MAIN,
                port=memory.ports["auth"],
            ),
            parts.edge(self.home, memory, project=self._project),
            parts.gateway(self.home, memory, project=self._project),
        ]

    def _stop(self) -> bool:
        self._crew.end_strays()
        names = [name for name in self._register.names() if self._register.find(name)]
        if names:
            with self._progress.step("Stopping the stack"):
                for name in sorted(names, key=lambda name: name == "postgres"):
                    self._crew.end(name)
        for name in self._register.names():
            self._register.forget(name)
        return bool(names)

    def _memory(self) -> Memory:
        memory = self.home.recall()
        if memory is None:
            raise StackStopped(
                f"There is no stack in {self.home.path} yet.", remedy="learnbase stack start"
            )
        return memory

    @staticmethod
    def _databases(memory: Memory) -> Databases:
        return Databases(memory.ports["postgres"], memory.password)
