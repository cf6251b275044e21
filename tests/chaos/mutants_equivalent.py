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

_ONLY_WAITING = (
    "it decides who waits for whom and nothing else: without it two workers may wait in a circle,"
    " Postgres ends one of them, and that one tries again"
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
            ("public.study_preferences", "People change their own study preferences"),
            ("public.study_windows", "People change their own study windows"),
            ("public.days_off", "People change their own days off"),
            ("public.busy_times", "People change their own busy times"),
            ("public.sessions", "Learners move and pin their own sessions"),
            ("public.exports", "Learners choose what becomes of their own exports"),
            ("public.notification_preferences", "People change their own preferences"),
            ("public.summary_times", "People choose when their summary comes"),
        )
    },
    **{
        f"{relation}: “{policy}” is for every command": _BYPASSES
        for relation, policy in (
            ("private.plan_requests", "The service reads the requests"),
            ("private.usage_ledger", "The service reads the ledger"),
            ("private.proposal_snapshots", "The service reads the snapshots"),
            ("private.model_calls", "The service reads the calls"),
            ("private.model_days", "The service reads the days"),
            ("private.catch_up_targets", "The service reads the targets"),
            ("private.feed_tokens", "The service reads the hashes"),
            ("private.learner_calendars", "The service reads the calendars"),
            ("private.connection_tokens", "The service reads the sealed tokens"),
            ("private.oauth_states", "The service reads the states"),
            ("private.mail_batches", "The service reads the batches"),
            ("private.summary_hours", "The service reads the hours"),
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
    "private.follow_plan() without old.visibility = 'public' (1)": (
        "while a plan is private its followers have nothing of it to forget: that was done when it"
        " was made private, and nobody asks for more (learner_of)"
    ),
    **{
        f"public.{function} without {whose} ({number})": (
            "the statement runs as the person who calls, and row level security shows and gives"
            " them no rows but their own"
        )
        for function, whose, count in (
            ("choose_feasibility(uuid,text)", "f.user_id = me", 2),
            ("save_study_windows(jsonb)", "w.user_id = me", 2),
        )
        for number in range(1, count + 1)
    },
    "private.apply_check_links(jsonb,jsonb) without for no key update (1)": _ONLY_WAITING,
    "private.apply_check_links(jsonb,jsonb) without for no key update (2)": _ONLY_WAITING,
    "private.end_model_calls(jsonb) without for no key update": _ONLY_WAITING,
    **{
        "private.enqueue_link_checks(timestamp with time zone,integer)"
        f" without for no key update skip locked ({number})": (
            "the update behind it locks the same rows: two runs at once would wait for each other,"
            " and look at some links twice"
        )
        for number in (1, 2)
    },
    "public.regenerate_plan(uuid,text,text,text) without perform private.refuse( (1)": (
        "request_generation asks once more whose plan it is, and answers alike; only who has"
        " finished all of somebody else's public plan hears that nothing remains instead"
    ),
    "private.undo_own_catch_up(uuid) without s.user_id = held.user_id (5)": (
        "the ids are those of what was kept before the catch-up, which are the learner's alone"
        " (snapshot_sessions)"
    ),
    "public.export_items: “Learners read the items of their own exports” using without"
    " (e.user_id = ( SELECT private.current_user_id() AS current_user_id))": (
        "the select in it is itself under the policy of exports, which shows nobody any but their"
        " own"
    ),
    "private.apply_write_letters(jsonb,jsonb) without n.due_at is not null (1)": (
        "it locks more rows of the same people than are written, in the same order"
    ),
    "private.form_batches(uuid[]) without n.batch_id is null": (
        "whoever calls it has just written the letters, or taken them out of their batch"
    ),
    "private.refresh_schedules_of(uuid) without for no key update": _ONLY_WAITING,
    "private.let_go_of_exports() without for no key update": _ONLY_WAITING,
    "private.delete_own_account() without for no key update (2)": _ONLY_WAITING,
    "private.next_export(uuid) without for no key update": (
        "everybody who calls it holds the connection already, before its exports"
    ),
    "private.disconnect_own(text) without for no key update": (
        "begin_disconnect updates the row, which waits as well, and asks for its status again"
    ),
    "private.apply_close_account(jsonb,jsonb) without for no key update": (
        "an account that is being deleted has one message, which is one delivery's at a time; and"
        " delete_person locks the person once more"
    ),
    "private.request_busy_times(uuid) without c.status = 'active'": (
        "save_connection, which alone calls it, has just made the connection active"
    ),
    "private.refund_generation(uuid) without l.quantity = 1": (
        "a generation has one row of each quantity (usage_ledger_counts_once), so a second refund"
        " meets the first and is left out (on conflict do nothing)"
    ),
}


def why_equivalent(mutant: Mutant) -> str:
    """The reason, or "" for a mutant that must be noticed."""
    return EQUIVALENT.get(mutant.name, "")
