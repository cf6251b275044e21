"""What saving a plan through its outcome function costs, beside the plainest inserts.

Both travel over psycopg, on connections of their own, each in one transaction that is committed to
disk. The inserts make the same rows, with ids that the client made, a statement a table; they leave
out all that makes an outcome safe: reading the plan's JSON, the fence, the checks of the message,
looking links up in the catalogue.
"""

from __future__ import annotations

import uuid
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from psycopg.types.json import Jsonb

from bench.ground import ADA
from bench.measure import Act, interleaved
from bench.result import Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

    from bench.ground import Ground

WEEKS = 20
TASKS_A_WEEK = 10


def plan_200(ground: Ground) -> Iterator[Result]:
    """A plan of 200 tasks with a link each, from the built-in planner and from a model."""
    for planner in ("built_in", "model"):
        taken = _taken(ground, planner)
        for tasks in ground.sizes:
            yield Result(
                f"saves.plan_200.{planner}.{tasks}",
                taken[f"Outcome {tasks}"],
                "ms",
                taken[f"PlainInserts {tasks}"],
                "plain inserts of the same rows",
                1.5,
            )
        small, large = ground.sizes
        yield Result(
            f"saves.plan_200.{planner}.growth",
            taken[f"Outcome {large}"],
            "ms",
            taken[f"Outcome {small}"],
            f"with {small:,} tasks in the table instead of {large:,}",
        )


def _taken(ground: Ground, planner: str) -> dict[str, float]:
    acts: dict[str, Act] = {}
    with ExitStack() as connections:
        for database in ground.databases():
            for way in (Outcome, PlainInserts):
                saver = way(connections.enter_context(database.connect(autocommit=False)), planner)
                if saver.rows_saved() != (WEEKS, WEEKS * TASKS_A_WEEK, WEEKS * TASKS_A_WEEK):
                    raise AssertionError(f"{way.__name__} saves other rows")
                acts[f"{way.__name__} {database.tasks}"] = Act(saver.save, saver.prepare)
        return interleaved(acts, turns=ground.turns)


MEASUREMENTS = {"saves.plan_200": plan_200}


class Saver:
    """Saves the same plan again and again, each time as a new one."""

    def __init__(self, connection: psycopg.Connection[Any], planner: str) -> None:
        """Take the addresses of links that are in the catalogue already."""
        self.connection = connection
        self.is_built_in = planner == "built_in"
        self.links: list[tuple[uuid.UUID, str, str]] = self.connection.execute(
            "select id, url, title from public.resources order by url limit %s",
            [WEEKS * TASKS_A_WEEK],
        ).fetchall()
        self.plan = self.generation = uuid.uuid4()
        self.msg_id = 0

    def prepare(self) -> None:
        """Ask for a plan, and read the message that says so."""
        self.plan, self.generation = uuid.uuid4(), uuid.uuid4()
        execute = self.connection.execute
        execute("reset role")
        execute("set local session_replication_role = replica")  # one of Ada's many plans
        execute(
            "insert into public.learning_plans"
            " (id, user_id, topic, skill_level, weekly_hours, learning_style)"
            " values (%s, %s, 'Sailing', 'beginner', 5, 'mixed')",
            [self.plan, ADA],
        )
        execute(
            "insert into public.plan_generations (id, plan_id, status, model, prompt)"
            " values (%s, %s, 'running', 'pending', '{}')",
            [self.generation, self.plan],
        )
        message = {"v": 1, "generation_id": str(self.generation)}
        execute("select pgmq.send('generate_plan', %s)", [Jsonb(message)])
        [self.msg_id] = execute(
            "select msg_id from pgmq.read('generate_plan', 600, 1)"
        ).fetchone() or [0]
        self.connection.commit()

    def save(self) -> None:
        """Save it."""
        raise NotImplementedError

    def rows_saved(self) -> tuple[int, int, int]:
        """Save one, and count its modules, tasks and links."""
        self.prepare()
        self.save()
        links = "task_resources" if self.is_built_in else "task_links"
        self.connection.execute("reset role")
        query: Any = (
            "select count(distinct m.id), count(distinct t.id), count(l.id)"  # noqa: S608 - ours
            " from public.modules m join public.tasks t on t.module_id = m.id"
            f" left join public.{links} l on l.task_id = t.id where m.plan_id = %s"
        )
        found = self.connection.execute(query, [self.plan]).fetchone()
        self.connection.commit()
        return found or (0, 0, 0)


class Outcome(Saver):
    """Through `worker.complete_generate_plan`, as a worker does."""

    def __init__(self, connection: psycopg.Connection[Any], planner: str) -> None:
        """Write the outcome's plan."""
        super().__init__(connection, planner)
        self._roadmap = {
            "modules": [
                {
                    "order": week,
                    "title": f"Week {week}",
                    "description": "What this week is about. " * 4,
                    "estimated_minutes": 300,
                    "tasks": [self._task(week, order) for order in range(1, TASKS_A_WEEK + 1)],
                }
                for week in range(1, WEEKS + 1)
            ],
            "summary": {"weeks": WEEKS},
        }

    def _task(self, week: int, order: int) -> dict[str, Any]:
        _, url, title = self.links[(week - 1) * TASKS_A_WEEK + order - 1]
        return {
            "order": order,
            "day": 1 + order % 7,
            "title": f"Task {order}",
            "description": "What to do. " * 8,
            "estimated_minutes": 30,
            "resources": [{"type": "article", "title": title, "url": url}],
        }

    def prepare(self) -> None:
        """As before, and become the service role."""
        super().prepare()
        self.connection.execute("set role service_role")
        self.connection.commit()

    def save(self) -> None:
        """Hand the outcome in."""
        result = {"model": "built-in" if self.is_built_in else "a-model", "roadmap": self._roadmap}
        outcome = {"msg_id": self.msg_id, "read_ct": 1, "result": result}
        answer = self.connection.execute(
            "select standing, problem from worker.complete_generate_plan(%s)", [Jsonb([outcome])]
        ).fetchone()
        self.connection.commit()
        if answer != ("done", None):
            raise AssertionError(f"The plan was not saved: {answer}")


class PlainInserts(Saver):
    """By one insert a table."""

    def save(self) -> None:
        """Insert the rows, settle the generation, move the message."""
        modules = [uuid.uuid4() for _ in range(WEEKS)]
        tasks = [(uuid.uuid4(), m, o) for m in modules for o in range(1, TASKS_A_WEEK + 1)]
        about, what = "What this week is about. " * 4, "What to do. " * 8
        self._insert(
            'public.modules (id, plan_id, "order", title, description, estimated_minutes)',
            [(m, self.plan, n, f"Week {n}", about, 300) for n, m in enumerate(modules, 1)],
        )
        self._insert(
            'public.tasks (id, module_id, "order", day, title, description, estimated_minutes)',
            [(t, m, o, 1 + o % 7, f"Task {o}", what, 30) for t, m, o in tasks],
        )
        if self.is_built_in:
            self._insert(
                'public.task_resources (task_id, resource_id, "order")',
                [(t, link[0], 1) for (t, _, _), link in zip(tasks, self.links, strict=True)],
            )
        else:
            self._insert(
                'public.task_links (task_id, type, title, url, "order")',
                [
                    (t, "article", link[2], link[1], 1)
                    for (t, _, _), link in zip(tasks, self.links, strict=True)
                ],
            )
        execute = self.connection.execute
        execute("update public.learning_plans set origin = 'template' where id = %s", [self.plan])
        execute(
            "update public.plan_generations set status = 'succeeded', progress = 100,"
            " model = 'built-in', finished_at = now(), output_summary = %s where id = %s",
            [Jsonb({"weeks": WEEKS}), self.generation],
        )
        execute("select pgmq.archive('generate_plan', %s)", [self.msg_id])
        self.connection.commit()

    def _insert(self, into: str, rows: list[tuple[Any, ...]]) -> None:
        one = f"({', '.join(['%s'] * len(rows[0]))})"
        values = ", ".join([one] * len(rows))
        query: Any = f"insert into {into} values {values}"  # noqa: S608 - our own words
        self.connection.execute(query, [value for row in rows for value in row])
