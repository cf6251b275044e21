"""`learnbase demo`: two learners on the local stack, and a plan from the wish to the page.

Everything goes the way of a frontend: sign-up through Auth, the confirmation link from the letter,
PostgREST under each learner's own token; and the way of production: a worker process takes the job.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rich.console import Console

    from learnbase.services.person import PersonApi

PASSWORD = "learnbase-demo"  # noqa: S105 - of two people who exist on this machine alone
TOPIC = "Swift for iOS Development"
TIME_ZONE = "Europe/Berlin"


@dataclass(frozen=True)
class Learner:
    """Somebody who signed up for the demo."""

    name: str
    email: str
    api: PersonApi


def demo() -> None:
    """Show the main job on the local stack: a wish, a worker, a plan, a stranger, two ticks."""
    from learnbase.cli.plan_page import console, follow, print_dashboard, print_plan  # noqa: PLC0415
    from learnbase.cli.schedule_page import print_sessions  # noqa: PLC0415 - slow to import
    from learnbase.cli.schedules import schedule_of  # noqa: PLC0415
    from learnbase.errors import LearnbaseError  # noqa: PLC0415 - keeps --help quick
    from learnbase.stack import Stack  # noqa: PLC0415

    began = time.monotonic()
    env = Stack().start()
    out = console()

    _say(out, "Two learners sign up and follow the links in their letters")
    ada = _sign_up(env, "Ada", keep=True)
    ben = _sign_up(env, "Ben")
    out.print(f"  {ada.email} and {ben.email}, password {PASSWORD}")

    deadline = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=90)
    _say(out, f"Ada asks for a plan: {TOPIC}, beginner, 5 hours a week, hands-on, until {deadline}")
    with _worker(env):
        receipt = ada.api.call(
            "create_plan",
            topic=TOPIC,
            skill_level="Beginner",
            weekly_hours=5,
            learning_style="Hands-on",
            deadline_date=deadline.isoformat(),
        )
        generation = follow(ada.api, receipt["generation_id"])
        schedule = schedule_of(ada.api, receipt["plan_id"])
    if generation["status"] != "succeeded":
        raise LearnbaseError(
            f"The plan was not made: {(generation['error'] or {}).get('message')}",
            remedy="Look at the worker's lines above, then try: make demo",
        )
    print_plan(_plan(ada, receipt["plan_id"]), generation["output_summary"])

    _say(out, "Ada's first week: evenings and a weekend morning, as she named no hours of her own")
    sessions = ada.api.rows("sessions", select="*,tasks(title)", plan_id=receipt["plan_id"])
    print_sessions(sorted(sessions, key=_starts_at), schedule, TIME_ZONE, most=6)

    _say(out, "Ben looks for it")
    seen = (ben.api.whole_plan(receipt["plan_id"]), ben.api.call("search_plans", query=TOPIC))
    _expect(receipt["plan_id"] not in str(seen), "Ben sees a private plan")
    out.print("  Nothing: no plan, no module, no count, no hint that it exists.")

    _say(out, "Ada makes it public")
    ada.api.update("learning_plans", {"visibility": "public"}, id=receipt["plan_id"])
    plan = _plan(ben, receipt["plan_id"])
    hidden = [
        table
        for table in ("plan_generations", "plan_notes", "task_progress")
        if not ben.api.rows(table, select="*")
    ]
    _expect(len(hidden) == 3, "Ben sees more than the plan")  # noqa: PLR2004 - as listed
    out.print(
        f"  Ben reads {plan['progress']['total_weeks']} weeks and {plan['progress']['total_tasks']}"
        " tasks, and nothing else: no generations, no notes, nobody's progress."
    )

    _say(out, "Ada ticks the first two tasks")
    before = _figures(ada, receipt["plan_id"])
    for task in _first_tasks(plan, 2):
        row = {"task_id": task["id"], "status": "completed"}
        ada.api.upsert("task_progress", row, on_conflict="task_id,user_id")
        out.print(f"  ✔ {task['title']}", markup=False)
    after = _figures(ada, receipt["plan_id"])
    for figure, value in after.items():
        out.print(f"  {figure:<14}{before[figure]} → {value}", markup=False)

    _say(out, "Ada's dashboard")
    print_dashboard(ada.api.call("dashboard"))
    _say_goodbye(out, env, time.monotonic() - began)


def _say(out: Console, sentence: str) -> None:
    out.print(f"\n[bold]▸ {sentence}[/]")


def _expect(holds: bool, otherwise: str) -> None:
    if not holds:
        from learnbase.errors import LearnbaseError  # noqa: PLC0415 - keeps --help quick

        raise LearnbaseError(f"This should never happen: {otherwise}", remedy="Please report it")


def _sign_up(env: Mapping[str, str], name: str, *, keep: bool = False) -> Learner:
    import httpx  # noqa: PLC0415 - keeps --help quick

    from learnbase.cli import session  # noqa: PLC0415
    from learnbase.services.person import Auth, PersonApi  # noqa: PLC0415
    from learnbase.stack.mailbox import last_link  # noqa: PLC0415

    url, key = env["SUPABASE_URL"], env["SUPABASE_PUBLISHABLE_KEY"]
    email = f"{name.lower()}-{time.time_ns() // 1_000_000:x}@example.com"
    auth = Auth(url, key)
    auth.sign_up(email, PASSWORD, {"name": name, "time_zone": TIME_ZONE})
    httpx.get(last_link(Path(env["AUTH_LOG"]), email), trust_env=False, timeout=10)
    signed_in = auth.sign_in(email, PASSWORD)
    if keep:
        session.keep(url, email, signed_in)
    return Learner(name, email, PersonApi(url, key, signed_in.access_token))


@contextlib.contextmanager
def _worker(env: Mapping[str, str]) -> Iterator[None]:
    """A worker process as in production, for as long as it is needed."""
    command = [sys.executable, "-m", "learnbase.cli", "work"]
    keys = ("SUPABASE_URL", "SUPABASE_SECRET_KEY")
    worker = subprocess.Popen(
        command, env={**os.environ, **{key: env[key] for key in keys}, "LOG_LEVEL": "warning"}
    )
    try:
        yield
    finally:
        worker.terminate()
        worker.wait()


def _plan(learner: Learner, plan_id: str) -> dict[str, Any]:
    plan = learner.api.whole_plan(plan_id)
    _expect(plan is not None, f"{learner.name} cannot read the plan")
    return plan or {}


def _figures(learner: Learner, plan_id: str) -> dict[str, str]:
    from learnbase.cli.plan_page import hours  # noqa: PLC0415 - slow to import

    [plan] = [p for p in learner.api.call("dashboard") if p["plan_id"] == plan_id]
    open_tasks = [t for t in plan["due_this_week"] if t["status"] != "completed"]
    return {
        "completion": f"{float(plan['completion']):.1%}",
        "tasks done": f"{plan['completed_tasks']} of {plan['total_tasks']}",
        "current week": f"{plan['current_week']} of {plan['total_weeks']}",
        "this week": f"{len(open_tasks)} tasks to do, {hours(plan['due_minutes'])}",
    }


def _starts_at(session: dict[str, Any]) -> str:
    return str(session["starts_at"])


def _first_tasks(plan: dict[str, Any], most: int) -> list[dict[str, Any]]:
    ordered = sorted(plan["modules"], key=lambda m: m["order"])
    return [t for m in ordered for t in sorted(m["tasks"], key=lambda t: t["order"])][:most]


def _say_goodbye(out: Console, env: Mapping[str, str], seconds: float) -> None:
    home = Path(os.environ.get("LEARNBASE_HOME", ".learnbase"))
    out.print(f"\n[bold green]Done in {seconds:.0f} s.[/] The stack is still running:\n")
    for name in ("SUPABASE_URL", "SUPABASE_PUBLISHABLE_KEY", "SUPABASE_SECRET_KEY", "DATABASE_URL"):
        out.print(f"  {name}={env[name]}", markup=False, soft_wrap=True)
    out.print(f"  (all of it in {home / 'stack.env'})", style="dim")
    run = Path(sys.executable).with_name("learnbase")
    with contextlib.suppress(ValueError):
        run = run.relative_to(Path.cwd())
    out.print("\nFour things to try next; you are signed in as Ada:\n")
    for line in (
        f"{run} plan show    # the plan again, with the ticks",
        f"{run} plan create Rust --no-wait && {run} work --drain && {run} plan show",
        f"{run} plan sessions    # when Ada works on what; plan feasibility: does it fit?",
        f"{run} doctor       # how everything stands",
    ):
        out.print(f"  {line}", markup=False, soft_wrap=True)
    out.print("\nmake stack-stop stops the stack (its data stays), make clean removes it.")
