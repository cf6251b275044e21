"""Leaks made on purpose: whoever claims to see leaks must find each of these."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.chaos.worlds import Half


class Loosening(Protocol):
    """How protection is taken away, and given back as it was."""

    def statements(self, half: Half) -> tuple[str, str]:
        """What loosens and what mends, for one database as it stands."""


@dataclass(frozen=True)
class Policy:
    """A policy that lets everything pass."""

    table: str
    name: str

    def statements(self, half: Half) -> tuple[str, str]:
        [[using, check]] = half.rows(
            "select qual, with_check from pg_policies"
            " where schemaname = 'public' and tablename = %s and policyname = %s",
            self.table,
            self.name,
        )
        kept = f" using ({using})" * bool(using) + f" with check ({check})" * bool(check)
        open_ = " using (true)" * bool(using) + " with check (true)" * bool(check)
        alter = f'alter policy "{self.name}" on public.{self.table}'
        return alter + open_, alter + kept


@dataclass(frozen=True)
class Body:
    """A function with one thing in it replaced."""

    function: str
    old: str
    new: str

    def statements(self, half: Half) -> tuple[str, str]:
        [[kept]] = half.rows("select pg_get_functiondef(%s::regproc)", self.function)
        assert self.old in kept, f"{self.function} has changed: adapt the loosening"
        return kept.replace(self.old, self.new), kept


@dataclass(frozen=True)
class Statements:
    """Anything else."""

    loosen: str
    mend: str

    def statements(self, half: Half) -> tuple[str, str]:  # noqa: ARG002 - the same for every database
        return self.loosen, self.mend


EARLY_FOREIGN_KEY = """
    create function private.look_for_plan() returns trigger language plpgsql security definer as $$
    begin
        if not exists (select from public.learning_plans p where p.id = new.plan_id) then
            raise foreign_key_violation;
        end if;
        return new;
    end $$;
    grant execute on function private.look_for_plan to authenticated;
    create trigger look_for_plan before insert on public.modules
        for each row execute function private.look_for_plan();
"""

LOOSENINGS: dict[str, Loosening] = {
    "the planner's estimates are told": Body(
        "private.pre_request", "if prefer", "if false and prefer"
    ),
    "everybody reads all tasks": Policy("tasks", "Who reads the plan reads its tasks"),
    "everybody reads who follows": Policy("plan_followers", "People see which plans they follow"),
    "everybody adds modules": Policy("modules", "Owners add modules to their plans"),
    "a foreign key speaks before the policy": Statements(
        EARLY_FOREIGN_KEY, "drop function private.look_for_plan cascade"
    ),
    "people choose the id of a plan": Statements(
        "grant insert (id) on public.learning_plans to authenticated",
        "revoke insert (id) on public.learning_plans from authenticated",
    ),
    "the search looks everywhere": Body(
        "private.find_plans", "p.visibility = 'public' and", "true and"
    ),
    "the impact is told to anybody": Body(
        "private.own_plan_impact", "not private.owns_plan(plan)", "false"
    ),
    "everybody reads all sessions": Policy("sessions", "Learners read their own sessions"),
    "everybody reads when others are busy": Policy(
        "busy_times", "People read their own busy times"
    ),
    "windows overlap with those of others": Body(
        "private.refuse_overlap", "w.user_id = new.user_id and", "true and"
    ),
    "the export is told to anybody": Body(
        "private.own_plan_document", "or not private.reads_plan(plan)", ""
    ),
    "catch-ups of others are decided": Body(
        "private.hold_catch_up", "and c.user_id = private.current_user_id()", ""
    ),
    "feeds of others are given another address": Body(
        "private.rotate_own_feed", "and f.user_id = private.current_user_id()", ""
    ),
    "everybody reads who is connected": Policy("connections", "People read their own connections"),
    "everybody reads what others want to hear of": Policy(
        "notification_preferences", "People read their own preferences"
    ),
    "everybody reads when others get their summary": Policy(
        "summary_times", "People read when their summary comes"
    ),
    "everybody reads whose mail came back": Policy(
        "mail_suppressions", "People read why their address gets no mail"
    ),
    "everybody reads what was written to others": Policy(
        "notifications", "People read their notifications"
    ),
    "everybody reads all exports": Policy("exports", "Learners read their own exports"),
    "everybody reads what exports made": Policy(
        "export_items", "Learners read the items of their own exports"
    ),
    "exports of others are decided": Body(
        "private.hold_own_export", "e.id = export and e.user_id = me for update", "e.id = export"
    ),
    "hidden plans are exported": Body(
        "private.start_own_export", "not (private.learner_of(plan, me)).learns", "false"
    ),
    "a cancellation of another's is refused in other words": Body(
        "private.cancel_own_generation", "and p.user_id = private.current_user_id()", ""
    ),
}


@contextmanager
def loosened(halves: Sequence[Half], loosening: Loosening) -> Iterator[None]:
    """Both worlds without one of their protections, for a while."""
    mending = [(half, *loosening.statements(half)) for half in halves]
    for half, loosen, _ in mending:
        half.rows(loosen)
    try:
        yield
    finally:
        for half, _, mend in mending:
            half.rows(mend)
