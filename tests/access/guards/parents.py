"""Parents: what stays where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.access.ground import ident
from tests.access.guards.acts import GENERATIONS, TASKS, at, write
from tests.access.probes import CLOSED, NOT_THEIRS, Probe, Request, refused

if TYPE_CHECKING:
    from collections.abc import Iterator


def probes() -> Iterator[Probe]:
    def move(to: str) -> Request:
        where = (("id", f"eq.{at('ada private', 'task 1')}"),)
        return Request("PATCH", TASKS, {"module_id": to, "order": 9}, where)

    away = refused(403, "fixed_column")
    own, hidden = at("ada public", "module 1"), at("eve private", "module 1")
    yield write("a task stays in its plan", "owner", move(own), away)
    yield write("a task does not move into a hidden module", "owner", move(hidden), NOT_THEIRS)
    theirs = Request(
        "PATCH",
        TASKS,
        {"module_id": at("ada public", "module 1"), "order": 9},
        (("id", f"eq.{at('eve private', 'task 1')}"),),
    )
    yield write("nor into one that is read but not owned", "another learner", theirs, NOT_THEIRS)
    yield write("nor does the service move it", "service", move(own), away)
    follow = {"plan_id": at("ada public", "plan"), "user_id": ident("ada")}
    yield write(
        "nobody follows a plan of their own",
        "owner",
        Request("POST", "public.plan_followers", follow),
        NOT_THEIRS,
    )
    # One's own row, pushed under somebody else's plan.
    for relation, thing, column, parent in (
        ("public.modules", "module 1", "plan_id", "plan"),
        ("public.plan_generations", "record", "plan_id", "plan"),
        ("public.task_links", "link", "task_id", "task 2"),
        ("public.task_resources", "use", "task_id", "task 2"),
        ("public.task_progress", "", "task_id", "task 2"),
    ):
        mine = at("ada private", thing) if thing else ident("progress of ada with ada private")
        request = Request(
            "PATCH", relation, {column: at("eve private", parent)}, (("id", f"eq.{mine}"),)
        )
        outcome = CLOSED if relation == GENERATIONS else away
        yield write(f"{relation} stays under its parent", "owner", request, outcome)
