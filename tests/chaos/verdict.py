"""What must hold after everything was killed, stopped and cut, whatever happened.

Nothing lost, nothing doubled, no late commit, dead letters only for what deserves it. Each rule is
a list of those that break it, in words; none are expected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.chaos.workshop import WISHES, Expected

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.chaos.shift import Life
    from tests.chaos.workshop import Workshop

# What the row of each kind of job says in the end, and what becomes of its message.
ENDINGS = {
    "wish": ("succeeded", "archived"),
    "no_time": ("failed", "archived"),
    "cancelled": ("cancelled", "archived"),
    "deleted": (None, "archived"),
    "malformed": ("queued", "dead"),  # nobody can tell which row such a message meant
}
JOBS = """
    select j.number, j.kind, j.wish, j.msg_id, g.status::text, g.error ->> 'code',
        (select count(*) from pgmq.q_generate_plan q where q.msg_id = j.msg_id),
        (select count(*) from pgmq.a_generate_plan a where a.msg_id = j.msg_id),
        array(select d.error ->> 'code' from worker.dead_letters d where d.msg_id = j.msg_id),
        array(select m.title from public.modules m where m.plan_id = j.plan_id order by m."order"),
        (
            select count(*) from public.tasks t
            join public.modules m on m.id = t.module_id
            where m.plan_id = j.plan_id
        )
    from chaos.jobs j
    left join public.plan_generations g on g.id = j.generation_id
    where j.msg_id is not null
    order by j.number
"""


def broken_rules(workshop: Workshop, lives: Iterable[Life]) -> dict[str, list[str]]:
    """Look at every job; rules that hold are not mentioned."""
    expected = [Expected.of(wish) for wish in WISHES]
    broken: dict[str, list[str]] = {}
    for (
        number,
        kind,
        wish,
        msg_id,
        status,
        code,
        queued,
        archived,
        dead,
        weeks,
        tasks,
    ) in workshop.rows(JOBS):
        job = f"job {number} ({kind}, message {msg_id})"
        wanted_status, wanted_end = ENDINGS[kind]
        if queued or not archived:
            broken.setdefault("lost", []).append(f"{job}: in queue {queued}, archived {archived}")
        if status != wanted_status:
            said = f"{job}: {status} ({code}), not {wanted_status}"
            broken.setdefault("lost", []).append(said)
        plan = expected[wish] if kind == "wish" else Expected((), 0)
        if (tuple(weeks), tasks) != (plan.weeks, plan.tasks):
            rule = "doubled" if len(weeks) > len(plan.weeks) or tasks > plan.tasks else "lost"
            said = f"{job}: {len(weeks)} weeks and {tasks} tasks,"
            said += f" not {len(plan.weeks)} and {plan.tasks}"
            broken.setdefault(rule, []).append(said)
        if (wanted_end == "dead") != bool(dead):
            broken.setdefault("dead letters", []).append(f"{job}: {dead or 'none'}")
        if dead and dead != ["malformed_message"]:
            broken.setdefault("dead letters", []).append(f"{job}: {dead}")
    if late := late_commits(workshop, lives):
        broken["late commits"] = late
    return broken


def late_commits(workshop: Workshop, lives: Iterable[Life]) -> list[str]:
    """Outcomes taken from a delivery that was no longer the message's last one."""
    last = dict(workshop.rows("select msg_id, read_ct from pgmq.a_generate_plan"))
    return [
        f"message {event['msg_id']}: delivery {event['read_ct']} was taken,"
        f" though delivery {last[event['msg_id']]} was under way"
        for event in events(lives, "job_done", "job_dropped")
        if last.get(event["msg_id"], event["read_ct"]) != event["read_ct"]
    ]


def events(lives: Iterable[Life], *names: str) -> list[dict[str, Any]]:
    """What all those workers logged under these names."""
    return [event for life in lives for event in life.events() if event["event"] in names]
