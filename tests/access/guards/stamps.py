"""What the database says itself: times, marks, origins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.access import ground
from tests.access.ground import ident
from tests.access.guards.acts import (
    DONE,
    GENERATIONS,
    LEDGER,
    MESSAGES,
    PLANS,
    TASKS,
    USERS,
    WISH,
    at,
    call,
    write,
)
from tests.access.probes import Effect, Key, Outcome, Probe, Request, allowed, refused

if TYPE_CHECKING:
    from collections.abc import Iterator


def probes() -> Iterator[Probe]:
    done = {"task_id": at("ada private", "task 2"), "user_id": ident("ada")}
    progress = "public.task_progress"
    yield write(
        "what lies in the future was not done",
        "owner",
        Request("POST", progress, {**done, "status": "completed", "completed_at": "2999-01-01"}),
        refused(422, "invalid_completed_at"),
    )
    said = {"status": "in_progress", "completed_at": ground.LONG_AGO}
    yield write(
        "what is not completed has no time of completion",
        "owner",
        Request("POST", progress, {**done, **said}),
        allowed(Effect(added=((progress, {**done, "completed_at": None}),))),
    )
    here: Key = (USERS, ident("ada"))
    yield write(
        "a time zone is a name that is known",
        "owner",
        Request("PATCH", USERS, {"time_zone": "Mars/Olympus"}, (("id", f"eq.{here[1]}"),)),
        refused(422, "invalid_time_zone"),
    )
    yield write(
        "also when the service makes somebody",
        "service",
        Request("POST", USERS, {"clerk_user_id": "user_2new", "time_zone": "Mars/Olympus"}),
        refused(422, "invalid_time_zone"),
    )
    generation = {"plan_id": at("ada private", "plan"), "model": "m", "prompt": {}}
    record = {"status": "succeeded", "progress": 100}
    yield write(
        "a generation that a person inserts is a record",
        "owner",
        Request("POST", GENERATIONS, generation),
        allowed(Effect(added=((GENERATIONS, {**generation, **record}),))),
    )
    yield write(
        "a plan that a person inserts is manual",
        "owner",
        Request("POST", PLANS, WISH),
        allowed(Effect(added=((PLANS, {"origin": "manual", "user_id": ident("ada")}),))),
    )
    module = at("ada private", "module 1")
    task = {"module_id": module, "order": 5, "title": "x", "estimated_minutes": 1}

    def is_edited(body: Any) -> str:
        return "" if body[0]["edited_at"] else "is not marked as written by a person"

    plan: Key = (PLANS, at("ada private", "plan"))
    effect = Effect(((TASKS, task),), {plan: frozenset({"revision", "updated_at"})})
    yield write(
        "a task that a person inserts is untouchable",
        "owner",
        Request("POST", TASKS, task),
        Outcome(DONE, effect=effect, look=is_edited),
    )
    yield call(
        "a plan that was asked for is not manual",
        "owner",
        "public.create_plan",
        {**WISH, "weekly_hours": "5", "notes": "Mornings", "visibility": "public"},
        Outcome(
            DONE,
            effect=Effect(
                added=(
                    (PLANS, {"origin": "ai", "user_id": ident("ada"), "visibility": "public"}),
                    ("public.plan_notes", {"notes": "Mornings"}),
                    (GENERATIONS, {"status": "queued"}),
                    (LEDGER, {"person": ident("ada"), "quantity": 1}),
                    (MESSAGES, {"read_ct": 0}),
                )
            ),
        ),
        about="private.await_planner",
    )
