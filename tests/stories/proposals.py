"""A plan that a worker made, and a proposal of how it should change."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.rows import dict_row

from tests.stories.deliveries import resource, roadmap, sitting, token, week

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from tests.stories.deliveries import Deliveries
    from tests.world import Person, Row, World

MANUAL = "https://docs.example.com/manual"
TALK = "https://video.example.com/talk"
# Everything there is of a plan, as it is kept.
OF_A_PLAN = """
    with p as (select * from public.learning_plans where id = %s),
        m as (select * from public.modules where plan_id in (select id from p)),
        t as (select * from public.tasks where module_id in (select id from m))
    select jsonb_build_object(
        'plan', (select jsonb_agg(p) from p),
        'modules', (select jsonb_agg(m order by id) from m),
        'tasks', (select jsonb_agg(t order by id) from t),
        'task_resources', (select jsonb_agg(r order by id) from public.task_resources r
            where r.task_id in (select id from t)),
        'task_links', (select jsonb_agg(l order by id) from public.task_links l
            where l.task_id in (select id from t)),
        'task_progress', (select jsonb_agg(tp order by id) from public.task_progress tp
            where tp.task_id in (select id from t))
    )
"""


@dataclass(frozen=True)
class Living:
    """A plan of three weeks, of which its owner finished the first task.

    Week 1: Read (finished), Watch, Note. Week 2: List, Form. Week 3: Ship.
    """

    world: World
    deliveries: Deliveries
    owner: Person
    id: str

    @classmethod
    def of(cls, owner: Person, deliveries: Deliveries, *weeks: Row, **form: Any) -> Living:
        """Let the worker make it, so that nothing in it counts as edited."""
        job = deliveries.take(owner, **form)
        result = roadmap(*(weeks or THREE_WEEKS))
        assert deliveries.standing(job, result) == "done"
        plan = cls(deliveries.world, deliveries, owner, job["plan_id"])
        if not weeks:
            assert owner.tick(plan.task("Read")).status_code == 201
        return plan

    def task(self, title: str) -> Row:
        [task] = [row for row in self.rows()["tasks"] if row["title"] == title]
        return task

    def module(self, order: int) -> Row:
        [module] = [row for row in self.rows()["modules"] if row["order"] == order]
        return module

    def rows(self) -> dict[str, list[Row]]:
        """Everything there is of it."""
        found = self.world.value(OF_A_PLAN, self.id)
        return {table: rows or [] for table, rows in found.items()}

    def outline(self) -> dict[int, list[str]]:
        """The titles of each week's tasks, in their order."""
        rows = self.rows()
        tasks = sorted(rows["tasks"], key=lambda row: int(row["order"]))
        weeks = sorted(rows["modules"], key=lambda row: int(row["order"]))
        return {
            week["order"]: [task["title"] for task in tasks if task["module_id"] == week["id"]]
            for week in weeks
        }

    @property
    def revision(self) -> int:
        return int(
            self.world.value("select revision from public.learning_plans where id = %s", self.id)
        )

    def regenerate(self, **arguments: Any) -> Row:
        """Its owner asks for it anew; the worker has the job in hand."""
        receipt = self.owner.call("regenerate_plan", plan_id=self.id, **arguments)
        [job] = self.deliveries.read()
        loaded = self.deliveries.load(job)
        assert loaded["generation_id"] == receipt["generation_id"]
        return {**job, **receipt, "loaded": loaded}

    def propose(self, *modules: Row, **more: Any) -> str:
        """A worker proposes; answers the proposal's id."""
        job = self.regenerate(scope="whole")
        result = proposal(job["loaded"]["revision"], *(modules or self.new_weeks()), **more)
        [answered] = self.deliveries.complete({**token(job), "result": result})
        assert answered["standing"] == "done", answered
        [row] = self.owner.rows("plan_proposals", generation_id=f"eq.{job['generation_id']}")
        assert row["status"] == "open"
        return str(row["id"])

    def new_weeks(self) -> list[Row]:
        """Keep Read, change Watch, drop Note; move List and Ship, add Test; a new third week."""
        return [
            to_be(
                self.module(1),
                kept(self.task("Read")),
                kept(
                    self.task("Watch"),
                    title="Watch twice",
                    estimated_minutes=90,
                    resources=[resource(TALK + "/2"), resource(MANUAL, **SEEN)],
                ),
                estimated_minutes=150,
            ),
            to_be(
                self.module(2),
                sitting(1, resource(TALK + "/3"), title="Test"),
                kept(self.task("List"), order=2, day=3),
                kept(self.task("Ship"), order=3, day=5),
            ),
            to_be(self.module(3), drop=True),
            {
                **week(3, module_id=None, title="Forms"),
                "tasks": [kept(self.task("Form"), order=1)],
            },
        ]

    def accept(self, proposal: str, by: Person | None = None) -> httpx.Response:
        return (by or self.owner).rpc("accept_proposal", proposal_id=proposal)

    def undo(self, proposal: str, by: Person | None = None) -> httpx.Response:
        return (by or self.owner).rpc("undo_proposal", proposal_id=proposal)

    def reject(self, proposal: str, by: Person | None = None) -> httpx.Response:
        return (by or self.owner).rpc("reject_proposal", proposal_id=proposal)

    def status(self, proposal: str) -> str:
        query = "select status::text from public.plan_proposals where id = %s"
        return str(self.world.value(query, proposal))


def tasks_of(plan: Living, module: str) -> list[Row]:
    """The tasks of a week, in their order."""
    found = [row for row in plan.rows()["tasks"] if row["module_id"] == module]
    return sorted(found, key=lambda row: int(row["order"]))


SEEN = {"checked_at": "2026-11-01T00:00:00+00:00", "status": 200}
THREE_WEEKS = [
    week(
        1,
        tasks=[
            sitting(1, resource(MANUAL), title="Read"),
            sitting(2, resource(TALK), resource(MANUAL), title="Watch"),
            sitting(3, resource(MANUAL), title="Note"),
        ],
    ),
    week(2, tasks=[sitting(1, title="List"), sitting(2, resource(MANUAL), title="Form")]),
    week(3, tasks=[sitting(1, resource(TALK), title="Ship")]),
]


def to_be(module: Row, *tasks: Row, **changes: Any) -> Row:
    """A week there is, with the tasks that it shall have."""
    fields = ("order", "title", "description", "estimated_minutes")
    row = {"module_id": module["id"], **{field: module[field] for field in fields}}
    return {**row, "tasks": list(tasks), **changes}


def kept(task: Row, **changes: Any) -> Row:
    """A task there is, unless something of it is changed; it keeps its links."""
    fields = ("order", "day", "title", "description", "estimated_minutes")
    row = {"task_id": task["id"], **{field: task[field] for field in fields}}
    return {**row, "resources": None, **changes}


def proposal(revision: int, *modules: Row, model: str = "gpt-5", **more: Any) -> Row:
    """What a worker hands over for a regeneration."""
    return {
        "model": model,
        "revision": revision,
        "proposal": {
            "target": {"modules": list(modules)},
            "changes": [{"change": "added", "what": "task", "title": "Test"}],
            "summary": {"added": 1},
        },
        "calls": [],
        **more,
    }


@contextmanager
def underway(
    world: World, person: Person, query: str, *parameters: Any
) -> Iterator[psycopg.Connection[Row]]:
    """What somebody does in a transaction that has not ended yet, with their own rights."""
    with psycopg.connect(world.database_url, row_factory=dict_row) as connection:
        claims = json.dumps({"sub": person.id, "role": "authenticated"})
        connection.execute("select set_config('request.jwt.claims', %s, true)", (claims,))
        connection.execute("set local role authenticated")
        connection.execute(query, parameters)
        yield connection


def somebody_waits(world: World, doing: str) -> None:
    """Return as soon as somebody waits for a lock while they do it."""
    until = time.monotonic() + 10
    query = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query ~* %s"
    while not world.value(query, doing):
        assert time.monotonic() < until, f"nobody waits while doing {doing}"
