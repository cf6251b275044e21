"""Who may do what to the rows of each table, and read which view.

Part of what was decided about the schema: see `tests.sql.decisions`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """Who may do what to a table's rows (policies), and with which columns (grants).

    Attributes:
        policies: The sentence that governs each command, for people; ``service`` stands for one
            policy to service_role, on a table that is nobody else's.
        people: What authenticated is granted, as a grant says it.
        service: What service_role is granted on the whole table.
    """

    policies: dict[str, str]
    people: str = ""
    service: str = "delete, insert, select, update"


TABLES = {
    "public.users": Table(
        {
            "select": "People read their own row",
            "update": "People update their own profile",
        },
        people="select (all), update (locale, name, time_zone)",
    ),
    "public.tier_limits": Table(
        {"select": "Signed-in people read the limits"},
        people="select (all)",
        service="select, update",
    ),
    "public.learning_plans": Table(
        {
            "select": "Owners read their plans, signed-in people read public ones",
            "insert": "People create plans of their own",
            "update": "Owners update their plans",
            "delete": "Owners delete their plans",
        },
        people="delete, insert (deadline_date, language, learning_style, skill_level,"
        " start_date, topic, user_id, visibility, weekly_hours), select (all), update"
        " (deadline_date, language, learning_style, skill_level, start_date, topic,"
        " visibility, weekly_hours)",
    ),
    "public.plan_notes": Table(
        {
            "select": "Owners read the notes of their plans",
            "insert": "Owners add notes to their plans",
            "update": "Owners change the notes of their plans",
            "delete": "Owners delete the notes of their plans",
        },
        people="delete, insert (notes, plan_id), select (all), update (notes, plan_id)",
    ),
    "public.plan_followers": Table(
        {
            "select": "People see which plans they follow",
            "insert": "People follow public plans of others",
            "update": "Followers choose their start",
            "delete": "Followers stop following",
        },
        people="delete, insert (deadline_date, plan_id, start_date, user_id, weekly_hours), select"
        " (all), update (deadline_date, plan_id, start_date, user_id, weekly_hours)",
    ),
    "public.modules": Table(
        {
            "select": "Who reads the plan reads its modules",
            "insert": "Owners add modules to their plans",
            "update": "Owners update the modules of their plans",
            "delete": "Owners delete the modules of their plans",
        },
        people="delete, insert (description, estimated_minutes, order, plan_id, title), select"
        " (all), update (description, estimated_minutes, order, plan_id, title)",
    ),
    "public.tasks": Table(
        {
            "select": "Who reads the plan reads its tasks",
            "insert": "Owners add tasks to their plans",
            "update": "Owners update the tasks of their plans",
            "delete": "Owners delete the tasks of their plans",
        },
        people="delete, insert (day, description, estimated_minutes, module_id, order,"
        " pinned_at, title), select (all), update (day, description, estimated_minutes,"
        " module_id, order, pinned_at, title)",
    ),
    "public.resources": Table(
        {"select": "Signed-in people read the catalogue"}, people="select (all)"
    ),
    "public.task_resources": Table(
        {
            "select": "Who reads the task reads its resources",
            "insert": "Owners add resources to their tasks",
            "update": "Owners update the resources of their tasks",
            "delete": "Owners take resources off their tasks",
        },
        people="delete, insert (notes, order, resource_id, task_id), select (all), update"
        " (notes, order, resource_id, task_id)",
    ),
    "public.task_links": Table(
        {
            "select": "Who reads the task reads its links",
            "insert": "Owners add links to their tasks",
            "update": "Owners update the links of their tasks",
            "delete": "Owners take links off their tasks",
        },
        people="delete, insert (order, task_id, title, type, url), select (all), update"
        " (order, task_id, title, type, url)",
    ),
    "public.task_progress": Table(
        {
            "select": "People read their own progress",
            "insert": "People record their progress on tasks they can read",
            "update": "People update their own progress",
            "delete": "People delete their own progress",
        },
        people="delete, insert (actual_minutes, completed_at, set_aside_at, status, task_id,"
        " user_id), select (all), update (actual_minutes, completed_at, set_aside_at, status,"
        " task_id, user_id)",
    ),
    "public.study_preferences": Table(
        {
            "select": "People read their own study preferences",
            "insert": "People choose their own study preferences",
            "update": "People change their own study preferences",
            "delete": "People delete their own study preferences",
        },
        people="delete, insert (catch_up, daily_ceiling_minutes, longest_session_minutes,"
        " reminder_lead_minutes, shortest_session_minutes), select (all), update (catch_up,"
        " daily_ceiling_minutes, longest_session_minutes, reminder_lead_minutes,"
        " shortest_session_minutes)",
    ),
    "public.study_windows": Table(
        {
            "select": "People read their own study windows",
            "insert": "People add study windows of their own",
            "update": "People change their own study windows",
            "delete": "People delete their own study windows",
        },
        people="delete, insert (ends, starts, weekday), select (all), update (ends, starts,"
        " weekday)",
    ),
    "public.days_off": Table(
        {
            "select": "People read their own days off",
            "insert": "People add days off of their own",
            "update": "People change their own days off",
            "delete": "People delete their own days off",
        },
        people="delete, insert (ends_on, starts_on), select (all), update (ends_on, starts_on)",
    ),
    "public.busy_times": Table(
        {
            "select": "People read their own busy times",
            "insert": "People add busy times of their own",
            "update": "People change their own busy times",
            "delete": "People delete their own busy times",
        },
        people="delete, insert (ends_at, starts_at), select (all), update (ends_at, starts_at)",
    ),
    # Placed by the job; the learner moves what is there.
    "public.sessions": Table(
        {
            "select": "Learners read their own sessions",
            "update": "Learners move and pin their own sessions",
        },
        people="select (all), update (ends_at, pinned_at, starts_at)",
    ),
    "public.plan_schedules": Table(
        {"select": "Learners read their own schedules"}, people="select (all)"
    ),
    "public.catch_ups": Table(
        {"select": "Learners read their own catch-ups"}, people="select (all)"
    ),
    "private.catch_up_targets": Table(
        {"service": "The service reads the targets"}, service="select"
    ),
    "private.learner_calendars": Table(
        {"service": "The service reads the calendars"}, service="select"
    ),
    # Made by a function, which alone can tell the token.
    "public.calendar_feeds": Table(
        {"select": "People read their own feeds", "delete": "People delete their own feeds"},
        people="delete, select (all)",
    ),
    "private.feed_tokens": Table({"service": "The service reads the hashes"}, service="select"),
    # Made by the edge and the workers; people see how they stand, and never a token.
    "public.connections": Table(
        {"select": "People read their own connections"}, people="select (all)"
    ),
    "private.connection_tokens": Table(
        {"service": "The service reads the sealed tokens"}, service="select"
    ),
    "private.oauth_states": Table({"service": "The service reads the states"}, service="select"),
    "public.exports": Table(
        {
            "select": "Learners read their own exports",
            "update": "Learners choose what becomes of their own exports",
        },
        people="select (all), update (clean_up, in_step)",
    ),
    "public.export_items": Table(
        {"select": "Learners read the items of their own exports"}, people="select (all)"
    ),
    "public.plan_generations": Table(
        {
            "select": "Owners read the generations of their plans",
            "insert": "Owners record generations of their plans",
            "update": "Owners update the summary of their generations",
            "delete": "Owners delete the finished generations of their plans",
        },
        people="delete, insert (model, output_summary, parameters, plan_id, prompt), select"
        " (all), update (output_summary)",
    ),
    # Made by the job, decided by functions: nobody writes it over the API.
    "public.plan_proposals": Table(
        {"select": "Owners read the proposals for their plans"}, people="select (all)"
    ),
    "public.notifications": Table(
        {
            "select": "People read their notifications",
            "update": "People mark their notifications as read",
        },
        people="select (all), update (read_at)",
    ),
    # Written by functions; the batch is read by workers alone.
    "private.mail_batches": Table({"service": "The service reads the batches"}, service="select"),
    "public.notification_kinds": Table(
        {"select": "Signed-in people read the kinds of messages"}, people="select (all)"
    ),
    "public.notification_preferences": Table(
        {
            "select": "People read their own preferences",
            "insert": "People add preferences of their own",
            "update": "People change their own preferences",
            "delete": "People delete their own preferences",
        },
        people="delete, insert (channel, enabled, kind, user_id), select (all), update (channel,"
        " enabled, kind, user_id)",
    ),
    # Made with the person; the hour follows from the choice.
    "public.summary_times": Table(
        {
            "select": "People read when their summary comes",
            "update": "People choose when their summary comes",
        },
        people="select (all), update (time_of_day, weekday)",
    ),
    "private.summary_hours": Table({"service": "The service reads the hours"}, service="select"),
    # Lifted by a function, each their own.
    "public.mail_suppressions": Table(
        {"select": "People read why their address gets no mail"}, people="select (all)"
    ),
    "public.webhook_events": Table({"service": "The service keeps the inbox"}),
    "private.usage_ledger": Table({"service": "The service reads the ledger"}, service="select"),
    "private.plan_requests": Table({"service": "The service reads the requests"}, service="select"),
    "private.proposal_snapshots": Table(
        {"service": "The service reads the snapshots"}, service="select"
    ),
    "private.model_calls": Table({"service": "The service reads the calls"}, service="select"),
    "private.model_days": Table({"service": "The service reads the days"}, service="select"),
    "worker.model_prices": Table({"service": "The service keeps the prices"}),
    "worker.platform_limits": Table({"service": "The service keeps the limits"}),
    "worker.queues": Table({"service": "The service reads the queues"}, service="select"),
    "worker.job_attempts": Table({"service": "The service reads the attempts"}, service="select"),
    "worker.dead_letters": Table(
        {"service": "The service reads the dead letters"}, service="select"
    ),
}

# Views show what whoever asks may see: security_invoker, always. Who may read them:
VIEWS = {
    "public.module_progress": "authenticated, service_role",
    "public.plan_progress": "authenticated, service_role",
}
