"""Mutants that are no weakness, each with the reason why nothing can tell it from the original."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.chaos.mutations import Mutant

_STAYS = (
    "the columns it asks about never change (keep_fixed), so the row after an update is as much"
    " one's own as the row before it, which the using clause has asked about"
)
_BYPASSES = (
    "service_role bypasses row level security: what it may do with this table is decided by its"
    " grants alone, and it has none but select"
)

# By the mutant's name: why it changes nothing.
EQUIVALENT: dict[str, str] = {
    **{
        f"{relation}: “{policy}” with check true": _STAYS
        for relation, policy in (
            ("public.users", "People update their own profile"),
            ("public.learning_plans", "Owners update their plans"),
            ("public.plan_notes", "Owners change the notes of their plans"),
            ("public.plan_followers", "Followers choose their start"),
            ("public.modules", "Owners update the modules of their plans"),
            ("public.task_resources", "Owners update the resources of their tasks"),
            ("public.task_links", "Owners update the links of their tasks"),
            ("public.task_progress", "People update their own progress"),
            ("public.plan_generations", "Owners update the summary of their generations"),
            ("public.notifications", "People mark their notifications as read"),
        )
    },
    **{
        f"{relation}: “{policy}” is for every command": _BYPASSES
        for relation, policy in (
            ("private.plan_requests", "The service reads the requests"),
            ("private.usage_ledger", "The service reads the ledger"),
            ("worker.dead_letters", "The service reads the dead letters"),
            ("worker.job_attempts", "The service reads the attempts"),
            ("worker.queues", "The service reads the queues"),
        )
    },
    "public.plan_followers: “People follow public plans of others” with check without"
    " (p.visibility = 'public'::public.plan_visibility)": (
        "the select in it is itself under the policy of learning_plans, which shows the plans of"
        " others only while they are public; one's own are excluded by the term beside it"
    ),
    "private.refund_generation(uuid) without l.quantity = 1": (
        "a generation has one row of each quantity (usage_ledger_counts_once), so a second refund"
        " meets the first and is left out (on conflict do nothing)"
    ),
}


def why_equivalent(mutant: Mutant) -> str:
    """The reason, or "" for a mutant that must be noticed."""
    return EQUIVALENT.get(mutant.name, "")
