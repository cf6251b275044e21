"""The ground that is measured on: a stack of its own, with a small and a large database."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from bench.http import Client
from learnbase.stack import Stack
from learnbase.stack.progress import SpokenProgress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from learnbase.stack.progress import Progress

HERE = Path(__file__).parent
SCRIPTS = ("people.sql", "crowd.sql", "tasks.sql")
TASKS_OF_PEOPLE = 800  # as people.sql makes them
TASKS_OF_A_STRANGERS_PLAN = 50

ADA = "00000000-0000-4000-8000-00000000000a"
BEN = "00000000-0000-4000-8000-00000000000b"
PLAN_OF_ADA = "00000000-0000-4000-8000-0000000000a1"
PLAN_OF_BEN = "00000000-0000-4000-8000-0000000000b4"
"""Public; Ada follows it."""


@dataclass(frozen=True)
class Database:
    """A database with so many tasks in it, and the PostgREST that serves it.

    Attributes:
        name: Its name.
        tasks: How many tasks the table has.
        rest: Where its PostgREST listens.
        admin_url: Its server's address for the superuser.
        stack: Whose database it is.
    """

    name: str
    tasks: int
    rest: str
    admin_url: str
    stack: Stack

    def connect(self, *, autocommit: bool = True) -> psycopg.Connection[Any]:
        """Connect as the superuser."""
        return psycopg.connect(self.admin_url, dbname=self.name, autocommit=autocommit)

    def person(self, sub: str) -> Client:
        """Ada or Ben, as a frontend would: with their token, straight to PostgREST."""
        return Client(self.rest, self.stack.token(sub))

    def service(self, sub: str) -> Client:
        """The service role, past row level security; figures are those of `sub` all the same."""
        return Client(self.rest, self.stack.token(sub, role="service_role"))


class Ground:
    """A running stack, and the databases made on it so far."""

    def __init__(
        self, stack: Stack, progress: Progress, sizes: tuple[int, int], turns: int, jobs: int
    ) -> None:
        """Measure with a small and a large number of tasks, in so many turns, of so many jobs."""
        self.stack = stack
        self.progress = progress
        self.sizes = sizes
        self.turns = turns
        self.jobs = jobs
        self._made: dict[int, Database] = {}

    @classmethod
    @contextmanager
    def prepared(
        cls, home: Path, *, sizes: tuple[int, int], turns: int, jobs: int
    ) -> Iterator[Ground]:
        """Start a stack in `home`, and leave nothing of it."""
        progress = SpokenProgress()
        stack = Stack(home, progress=progress)
        stack.start()
        try:
            yield cls(stack, progress, sizes, turns, jobs)
        finally:
            stack.remove()

    def databases(self) -> tuple[Database, Database]:
        """The small one and the large one."""
        small, large = (self._database(tasks) for tasks in self.sizes)
        return small, large

    def _database(self, tasks: int) -> Database:
        if tasks not in self._made:
            name = f"bench_{tasks}"
            admin_url = self.stack.env()["ADMIN_DATABASE_URL"]
            with self.progress.step(f"Making a database of {tasks:,} tasks"):
                self.stack.fresh_database(name)
                fill(admin_url, name, tasks)
            rest = self.stack.serve(name)
            self._made[tasks] = Database(name, tasks, rest, admin_url, self.stack)
        return self._made[tasks]


def fill(admin_url: str, name: str, tasks: int) -> None:
    """Fill a database with Ada, Ben and so many strangers that there are `tasks` tasks."""
    plans = (tasks - TASKS_OF_PEOPLE) // TASKS_OF_A_STRANGERS_PLAN
    with psycopg.connect(admin_url, dbname=name, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("set work_mem = '128MB'")
        connection.execute("set maintenance_work_mem = '256MB'")
        connection.execute("select set_config('bench.plans', %s, false)", [str(plans)])
        connection.execute((HERE / "grants.sql").read_bytes())
        for script in SCRIPTS:
            connection.execute((HERE / script).read_bytes())
        # Statistics and a visibility map, as a database has them that has lived for a while.
        connection.execute("vacuum analyze")
        found = connection.execute("select count(*) from public.tasks").fetchone()
    if found != (tasks,):
        raise AssertionError(f"{name} has {found} tasks instead of {tasks}")
