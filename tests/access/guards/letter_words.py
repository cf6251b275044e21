"""What messages and weeks say: of what is theirs to whom it is, and nothing of anybody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psycopg.types.json import Jsonb

from tests.access import ground
from tests.access.ground import DELIVERY, ident, thing_of
from tests.access.guards.acts import DONE, at, call
from tests.access.probes import Outcome, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.access.probes import Probe

SERVICE, LABEL = "service", "ada public"
PLAN = at(LABEL, "plan")
HIDDEN = quoted("update public.learning_plans set visibility = 'private' where id = {}", PLAN)
OVER = (
    "update public.sessions set starts_at = '2026-01-06T08:00Z', ends_at = '2026-01-06T12:00Z',"
    " local_date = '2026-01-06'"
)
LATE = "update public.plan_schedules set ends_on = '2027-01-01', deadline_date = '2027-01-01'"


def probes() -> Iterator[Probe]:
    """All of them."""
    yield from _plans()
    yield from _slipping()
    yield from _outside()
    yield from _reminders()
    yield from _weeks()


def _json(template: str, value: Any, *others: str) -> str:
    return quoted(template, Jsonb(value), *others)  # type: ignore[arg-type]


def _worded(
    name: str, person: str, kind: str, about: dict[str, Any], wanted: dict[str, Any] | None,
    *prepare: str,
) -> Probe:  # fmt: skip
    """What waits for somebody is told with these words among others; None: not at all."""
    note = ident(f"waiting for {person}")
    waits = _json(
        "update public.notifications set context = {}, kind = {} where id = {}", about, kind, note
    )
    asked = _json("update pgmq.q_write_letters set message = {}",
                  {"v": 1, "user_ids": [ident(person)]})  # fmt: skip

    def look(body: Any) -> str:
        [found] = [
            message["context"] for message in body["people"][0]["messages"] if message["id"] == note
        ]
        if found is not None and wanted is not None:
            found = {key: found.get(key) for key in wanted}
        return "" if found == wanted else f"says {found}, decided was {wanted}"

    return call(f"{kind}: {name}", SERVICE, "worker.load_write_letters", dict(DELIVERY),
                Outcome(DONE, look=look), waits, asked, *prepare,
                about="private.words_for")  # fmt: skip


def _without(relation: str, person: str) -> str:
    return quoted(f"delete from {relation} where user_id = {{}}", ident(person))  # noqa: S608 - ours


def _plans() -> Iterator[Probe]:
    public = {"plan_id": PLAN, "generation_id": at(LABEL, "failure")}
    ready = {"plan_id": PLAN, "tasks": 2, "ends_on": None}
    unscheduled = _without("public.plan_schedules", "ada")
    yield _worded("as their own schedule says", "ada", "plan_ready", public, ready, LATE,
                  unscheduled)  # fmt: skip
    yield _worded("somebody else's", "zoe", "plan_ready", public, None)
    yield _worded("their own", "ada", "plan_failed", public, {"plan_id": PLAN})
    yield _worded("somebody else's", "zoe", "plan_failed", public, None)


def _slipping() -> Iterator[Probe]:
    """Ben follows Ada's plan, as Zoe does, and each has sessions of their own."""
    about = {"plan_id": PLAN, "catch_up_id": thing_of("ben", LABEL, "catch-up")}
    slipped = {"missed": 1, "minutes": 240, "ends_on": None}
    unscheduled = _without("public.plan_schedules", "ben")
    kind = "plan_slipped"
    yield _worded("their own", "ben", kind, about, slipped, OVER, LATE, unscheduled)
    others = {**about, "catch_up_id": thing_of("ada", LABEL, "catch-up")}
    yield _worded("somebody else's", "ben", kind, others, None, OVER)
    yield _worded("a plan that is private again", "ben", kind, about, None, OVER, HIDDEN)
    done = "update public.task_progress set status = 'completed', task_id = {} where id = {}"
    caught_up = quoted(done, at(LABEL, "task 2"), ident(f"progress of ben with {LABEL}"))
    yield _worded("what they have done since", "ben", kind, about, None, OVER, caught_up)


def _outside() -> Iterator[Probe]:
    export = {"plan_id": PLAN, "export_id": thing_of("zoe", LABEL, "export")}
    theirs = {**export, "export_id": thing_of("ben", LABEL, "export")}
    stopped = "update public.exports set status = 'stopped', needs = 'word'"
    for kind, *prepare in (("export_finished",), ("export_stopped", stopped)):
        yield _worded("their own", "zoe", kind, export, {"provider": "notion"}, *prepare)
        yield _worded("somebody else's", "zoe", kind, theirs, None, *prepare)
    broken = "update public.connections set status = 'reconnect'"
    for person, wanted in (("zoe", {"provider": "notion"}), ("ben", None)):
        about = {"connection_id": ident(f"notion of {person}")}
        yield _worded(f"that of {person}", "zoe", "connection_needs_renewing", about, wanted,
                      broken)  # fmt: skip


def _reminders() -> Iterator[Probe]:
    kind = "session_reminder"
    about = {"plan_id": PLAN, "session_id": thing_of("ben", LABEL, "session")}
    about |= {"starts_at": "2099-07-01T08:00:00+00:00"}
    yield _worded("their own", "ben", kind, about, {"parts": 1, "part": 1})
    others = {**about, "session_id": thing_of("ada", LABEL, "session")}
    yield _worded("somebody else's", "ben", kind, others, None)
    yield _worded("a plan that is private again", "ben", kind, about, None, HIDDEN)


def _weeks() -> Iterator[Probe]:
    """Ben's week of the plan that he follows: his start, his sessions, his ticks."""
    asked = quoted(
        "update pgmq.q_weekly_summary"
        " set message = jsonb_set(message, '{{user_ids}}', jsonb_build_array({}::text))",
        ident("ben"),
    )
    alone = quoted(
        "delete from public.sessions where user_id = {}; delete from public.days_off", ident("ben")
    )
    soon = quoted(
        "update public.plan_followers set start_date = '2080-01-01' where user_id = {}",
        ident("ben"),
    )
    others_later = quoted(
        "update public.plan_followers set start_date = '2080-01-01' where user_id <> {}",
        ident("ben"),
    )

    def tells(overdue: list[str]) -> Any:
        def look(body: Any) -> str:
            plans = {plan["plan_id"]: plan for plan in body["learners"][0]["week"]["plans"]}
            plan = plans[PLAN]
            found = (plan["completion"], [task["task_id"] for task in plan["overdue"]])
            return "" if found == (0.5, overdue) else f"tells {ground.named(str(found))}"

        return look

    for name, overdue, *prepare in (
        ("nothing is planned, and they began long ago", [at(LABEL, "task 2")], alone),
        ("nothing is planned, and they begin later", [], alone, soon),
        ("nothing is planned, and others begin later", [at(LABEL, "task 2")], alone, others_later),
        ("what is planned is ahead", []),
    ):
        yield call(name, SERVICE, "worker.load_weekly_summary", dict(DELIVERY),
                   Outcome(DONE, look=tells(overdue)), asked, *prepare,
                   about="private.plan_of_week")  # fmt: skip
