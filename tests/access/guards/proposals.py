"""Making a plan anew: what is asked for, and when a proposal may no longer be decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.access.ground import ident
from tests.access.guards.acts import GENERATIONS, WISH, at, call, say
from tests.access.probes import Probe, quoted, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

EVE, PLAN = "another learner", "eve private"
ACCEPT, REJECT, UNDO = (f"public.{how}_proposal" for how in ("accept", "reject", "undo"))
_SNAPSHOT = (
    "insert into private.proposal_snapshots (proposal_id, snapshot) select {}, jsonb_build_object("
    "'origin', 'manual', 'modules', '[]'::jsonb, 'tasks', '[]'::jsonb, 'task_resources',"
    " '[]'::jsonb, 'task_links', '[]'::jsonb, 'task_progress', '[]'::jsonb, 'new_modules',"
    " '[]'::jsonb, 'new_tasks', jsonb_build_array({}))"
)


def probes() -> Iterator[Probe]:
    """All of them."""
    yield from _asking()
    yield from _deciding()
    yield from _others()


def _asking() -> Iterator[Probe]:
    plan = {"plan_id": at(PLAN, "plan")}
    anew = "public.regenerate_plan"
    idle = quoted(
        "update public.plan_generations set status = 'failed' where id = {}", at(PLAN, "request")
    )
    for name, wish in (("too long", "x" * 2001), ("with a bell", "a\u0007")):
        no = refused(422, "invalid_wish")
        arguments = {**plan, "wish": wish}
        yield call(f"a wish {name}", EVE, anew, arguments, no, idle, about="private.read_wish")
    no = refused(422, "invalid_scope")
    yield call("a scope that is none", EVE, anew, {**plan, "scope": "half"}, no, idle)
    done = quoted(
        "insert into public.task_progress (task_id, user_id, status)"
        " select t.id, p.user_id, 'completed' from public.tasks t"
        " join public.modules m on m.id = t.module_id"
        " join public.learning_plans p on p.id = m.plan_id where p.id = {}"
        " on conflict (task_id, user_id) do update set status = 'completed'",
        at(PLAN, "plan"),
    )
    yield call("nothing remains", EVE, anew, plan, refused(409, "nothing_remains"), idle, done)
    used = "update worker.platform_limits set amount = 0"
    no = refused(503, "model_budget_used")
    yield call(
        "the day is used up", EVE, anew, plan, no, idle, used, about="private.model_tokens_left"
    )
    yield call(
        "nor is a new plan begun then", EVE, "public.create_plan",
        {**WISH, "weekly_hours": "5"}, no, idle, used, about="private.request_generation",
    )  # fmt: skip
    lost = quoted(
        "update public.plan_generations set kind = 'regenerate_module' where id = {}",
        at(PLAN, "failure"),
    )
    yield call(
        "a week that was deleted is not tried again", EVE, "public.retry_generation",
        {"generation_id": at(PLAN, "failure")}, refused(409, "module_deleted"), idle, lost,
        about=GENERATIONS,
    )  # fmt: skip


def _deciding() -> Iterator[Probe]:
    which, task = at(PLAN, "proposal"), at(PLAN, "task 1")
    about = {"proposal_id": which}

    def stands(status: str) -> str:
        statement = (
            "update public.plan_proposals set status = {}::text::public.proposal_status,"
            " accepted_revision = 1 where id = {}"
        )
        return quoted(statement, status, which)

    decided = refused(409, "proposal_decided")
    yield call("no after no", EVE, ACCEPT, about, decided, stands("rejected"))
    yield call("no after yes", EVE, REJECT, about, decided, stands("accepted"))
    never = refused(409, "proposal_not_accepted")
    yield call("what was not accepted", EVE, UNDO, about, never)
    moved = quoted("update public.learning_plans set revision = 7 where id = {}", at(PLAN, "plan"))
    late = refused(409, "plan_moved_on")
    for act, before in ((ACCEPT, "open"), (UNDO, "accepted")):
        kept = quoted(_SNAPSHOT, which, at(PLAN, "plan"))
        yield call(
            "a plan that moved on", EVE, act, about, late, stands(before), kept, moved,
            about="private.refuse_moved_plan",
        )  # fmt: skip
    begun = quoted(
        "insert into public.task_progress (task_id, user_id, status) values ({}, {}, 'in_progress')"
        " on conflict (task_id, user_id) do update set status = 'in_progress'",
        task,
        ident("zoe"),
    )
    empty = quoted(
        "update public.plan_proposals set target = jsonb_build_object('modules', jsonb_build_array("
        "jsonb_build_object('module_id', {}, 'order', 1, 'title', 'Week 1', 'estimated_minutes', 0,"
        " 'tasks', '[]'::jsonb))) where id = {}",
        at(PLAN, "module 1"),
        which,
    )
    taken = refused(409, "task_is_taken")
    for what, touch in (
        ("begun by anybody", begun),
        ("edited", quoted("update public.tasks set edited_at = now() where id = {}", task)),
        (
            "with a session that somebody pinned",
            quoted(
                "update public.sessions set pinned_at = now() where id = {}", at(PLAN, "session")
            ),
        ),
        ("pinned", quoted("update public.tasks set pinned_at = now() where id = {}", task)),
    ):
        rest = quoted("delete from public.task_progress where task_id = {}", task)
        yield call(
            f"a task {what}", EVE, ACCEPT, about, taken, empty, rest, touch,
            about="private.untouchable_tasks",
        )  # fmt: skip
    yield call(
        "a new task that was begun", EVE, UNDO, about, taken,
        stands("accepted"), quoted(_SNAPSHOT, which, task), begun,
        about="private.refuse_touched_task",
    )  # fmt: skip


def _others() -> Iterator[Probe]:
    hidden = refused(404, "proposal_not_found")
    for act in ("accept", "reject", "undo"):
        function = f"private.{act}_own_proposal"
        statement = quoted(f"select {function}({{}})", at("ada private", "proposal"))
        for actor in (EVE, "deleted account"):
            yield say(
                "a proposal of somebody else's", actor, statement, hidden,
                function, "private.hold_proposal",
            )  # fmt: skip
