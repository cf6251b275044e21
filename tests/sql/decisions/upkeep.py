"""What happens by itself: deletes that cascade, triggers, schedules; and the words of each enum.

Part of what was decided about the schema: see `tests.sql.decisions`.
"""

from __future__ import annotations

# What becomes of a row when the one it points at is deleted.
FOREIGN_KEYS = {
    "public.users.auth_user_id → auth.users": "cascade",  # deleting the account deletes the person
    "public.learning_plans.user_id → public.users": "cascade",
    "public.plan_notes.plan_id → public.learning_plans": "cascade",
    "public.plan_followers.plan_id → public.learning_plans": "cascade",
    "public.plan_followers.user_id → public.users": "cascade",
    "public.modules.plan_id → public.learning_plans": "cascade",
    "public.tasks.module_id → public.modules": "cascade",
    "public.task_resources.task_id → public.tasks": "cascade",
    "public.task_resources.resource_id → public.resources": "cascade",
    "public.task_links.task_id → public.tasks": "cascade",
    "public.task_progress.task_id → public.tasks": "cascade",
    "public.task_progress.user_id → public.users": "cascade",
    "public.plan_generations.plan_id → public.learning_plans": "cascade",
    # The module is gone, the record of having asked for it stays.
    "public.plan_generations.module_id → public.modules": "set null",
    "public.plan_proposals.plan_id → public.learning_plans": "cascade",
    "public.plan_proposals.generation_id → public.plan_generations": "cascade",
    "private.proposal_snapshots.proposal_id → public.plan_proposals": "cascade",
    "public.study_preferences.user_id → public.users": "cascade",
    "public.study_windows.user_id → public.users": "cascade",
    "public.days_off.user_id → public.users": "cascade",
    "public.busy_times.user_id → public.users": "cascade",
    "public.sessions.plan_id → public.learning_plans": "cascade",
    "public.sessions.user_id → public.users": "cascade",
    "public.sessions.task_id → public.tasks": "cascade",
    "public.plan_schedules.plan_id → public.learning_plans": "cascade",
    "public.plan_schedules.user_id → public.users": "cascade",
    "public.catch_ups.plan_id → public.learning_plans": "cascade",
    "public.catch_ups.user_id → public.users": "cascade",
    "private.catch_up_targets.catch_up_id → public.catch_ups": "cascade",
    "private.learner_calendars.user_id → public.users": "cascade",
    "public.calendar_feeds.user_id → public.users": "cascade",
    "public.calendar_feeds.plan_id → public.learning_plans": "cascade",
    "private.feed_tokens.feed_id → public.calendar_feeds": "cascade",
    "public.connections.user_id → public.users": "cascade",
    "private.connection_tokens.connection_id → public.connections": "cascade",
    "private.oauth_states.user_id → public.users": "cascade",
    "public.exports.user_id → public.users": "cascade",
    # What was made outside outlives the plan here, and the connection it was made through.
    "public.exports.plan_id → public.learning_plans": "set null",
    "public.exports.connection_id → public.connections": "set null",
    "public.export_items.export_id → public.exports": "cascade",
    "public.notifications.user_id → public.users": "cascade",
    "public.notifications.batch_id → private.mail_batches": "set null",
    "public.notifications.carried_by → public.notifications": "set null",
    "public.notification_preferences.user_id → public.users": "cascade",
    "public.notification_preferences.kind → public.notification_kinds": "cascade",
    "public.summary_times.user_id → public.users": "cascade",
    "public.summary_times.hour_id → private.summary_hours": "restrict",
    "private.plan_requests.person → public.users": "cascade",
    "private.plan_requests.plan_id → public.learning_plans": "cascade",
    # The owner may delete a record; what the request was answered with stays otherwise.
    "private.plan_requests.generation_id → public.plan_generations": "set null",
    "worker.job_attempts.queue → worker.queues": "cascade",
    "worker.dead_letters.queue → worker.queues": "cascade",
}

# The words a column may have; their order is their order in a sort.
ENUMS = {
    "public.skill_level": "beginner intermediate advanced",
    "public.learning_style": "reading video practice mixed",
    "public.resource_type": "youtube article course doc other",
    "public.progress_status": "not_started in_progress completed",
    "public.subscription_tier": "free pro",
    "public.plan_visibility": "private public",
    "public.plan_origin": "ai template manual",
    "public.generation_kind": "create regenerate_plan regenerate_module",
    "public.generation_scope": "whole remaining",
    "public.proposal_status": "open accepted rejected undone superseded",
    "public.catch_up_mode": "propose apply",
    "public.schedule_status": "waiting ready failed",
    "public.catch_up_status": "open applied rejected undone superseded",
    "public.generation_status": "queued running succeeded failed cancelled",
    "public.connection_provider": "notion google",
    "public.connection_status": "active reconnect disconnecting",
    "public.export_action": "export remove",
    "public.export_status": "queued running succeeded stopped failed cancelled removed",
    "public.export_item_state": "sending sent removing",
    "public.letter_act_state": "open done gone late",
    "public.notification_channel": "email in_app sms",
    "public.notification_status": "queued sent delivered opened bounced complained failed"
    " suppressed unknown",
}

# Which schemas a role may enter. The API exposes public and worker.
SCHEMAS = {
    "public": "anon, authenticated, service_role",
    "private": "anon, authenticated, service_role",  # anon: for private.pre_request
    "worker": "service_role",
    "pgmq": "",
}

# Times are UTC.
SCHEDULES = {
    "prune-archives": ("17 3 * * *", "select worker.run_schedule('prune-archives')"),
    "catch-up": ("*/15 * * * *", "select worker.run_schedule('catch-up')"),
    "busy-times": ("7,22,37,52 * * * *", "select worker.run_schedule('busy-times')"),
    "exports": ("11,26,41,56 * * * *", "select worker.run_schedule('exports')"),
    "check-links": ("41 * * * *", "select worker.run_schedule('check-links')"),
    "weekly-summary": ("*/15 * * * *", "select worker.run_schedule('weekly-summary')"),
    "session-reminders": ("*/5 * * * *", "select worker.run_schedule('session-reminders')"),
    "letters": ("* * * * *", "select worker.run_schedule('letters')"),
}

TRIGGERS = {
    "auth.users": """
        learnbase_follow_change after update row private.follow_auth_user()
        learnbase_follow_sign_up after insert row private.follow_auth_user()
    """,
    "public.users": """
        users_check_time_zone_on_insert before insert row when private.check_time_zone()
        users_check_time_zone_on_update before update row when private.check_time_zone()
        users_follow_time_zone after update row when private.follow_time_zone()
        users_keep_fixed before update row private.keep_fixed(id, created_at)
        users_keep_summary_time after insert update of time_zone row private.keep_summary_time()
        users_tell_of_confirmed_address after update of email row when private.tell_of_confirmed_address()
        users_set_updated_at before update row private.set_updated_at()
    """,  # noqa: E501
    "public.learning_plans": """
        learning_plans_follow after update row when private.follow_plan()
        learning_plans_keep_fixed before update row private.keep_fixed(id, user_id, created_at)
        learning_plans_let_go_of_exports before delete row private.let_go_of_exports()
        learning_plans_limit after insert row private.limit_plans()
        learning_plans_mark_manual before insert row private.mark_manual()
        learning_plans_raise_revision before update row private.raise_own_revision()
        learning_plans_set_updated_at before update row private.set_updated_at()
    """,
    "public.plan_notes": """
        plan_notes_keep_fixed before update row private.keep_fixed(plan_id, created_at)
        plan_notes_set_updated_at before update row private.set_updated_at()
    """,
    "public.plan_followers": """
        plan_followers_follow_delete after delete row private.follow_follower()
        plan_followers_follow_insert after insert row private.follow_follower()
        plan_followers_follow_update after update row private.follow_follower()
        plan_followers_keep_fixed before update row private.keep_fixed(id, plan_id, user_id, created_at)
    """,  # noqa: E501 - a trigger a line
    "public.modules": """
        modules_keep_fixed before update row private.keep_fixed(id, plan_id, created_at)
        modules_raise_revision_on_delete after delete statement private.raise_revision_by_modules()
        modules_raise_revision_on_insert after insert statement private.raise_revision_by_modules()
        modules_raise_revision_on_update after update statement private.raise_revision_by_modules()
        modules_set_updated_at before update row private.set_updated_at()
    """,
    "public.tasks": """
        tasks_keep_fixed before update row private.keep_fixed(id, created_at)
        tasks_keep_in_plan after update of module_id row when private.keep_task_in_plan()
        tasks_mark_edited before update row when private.mark_edited()
        tasks_mark_inserted before insert row private.mark_edited()
        tasks_stay_within_a_plan after insert statement private.limit_tasks()
        tasks_raise_revision_on_delete after delete statement private.raise_revision_by_tasks()
        tasks_raise_revision_on_insert after insert statement private.raise_revision_by_tasks()
        tasks_raise_revision_on_update after update statement private.raise_revision_by_tasks()
        tasks_set_updated_at before update row private.set_updated_at()
    """,
    "public.resources": """
        resources_keep_fixed before update row private.keep_fixed(id, created_at)
    """,
    "public.task_resources": """
        task_resources_keep_fixed before update row private.keep_fixed(id, task_id, resource_id, created_at)
        task_resources_mark_edited after delete insert update row when private.mark_edited_by_links()
        task_resources_stay_within_a_plan after insert statement private.limit_links()
        task_resources_raise_revision_on_delete after delete statement private.raise_revision_by_links()
        task_resources_raise_revision_on_insert after insert statement private.raise_revision_by_links()
        task_resources_raise_revision_on_update after update statement private.raise_revision_by_links()
    """,  # noqa: E501
    "public.task_links": """
        task_links_forget_check before update of url row when private.forget_check()
        task_links_keep_fixed before update row private.keep_fixed(id, task_id, created_at)
        task_links_mark_edited after delete insert update row when private.mark_edited_by_links()
        task_links_stay_within_a_plan after insert statement private.limit_links()
        task_links_raise_revision_on_delete after delete statement private.raise_revision_by_links()
        task_links_raise_revision_on_insert after insert statement private.raise_revision_by_links()
        task_links_raise_revision_on_update after update statement private.raise_revision_by_edits()
    """,
    "public.task_progress": """
        task_progress_check_times before insert update row private.check_progress_times()
        task_progress_keep_fixed before update row private.keep_fixed(id, task_id, user_id, created_at)
        task_progress_set_updated_at before update row private.set_updated_at()
        task_progress_stamp_completion before insert update row private.stamp_completion()
    """,  # noqa: E501
    "public.plan_generations": """
        plan_generations_keep_fixed before update row private.keep_fixed(id, plan_id, kind, scope, created_at)
        plan_generations_announce_insert after insert row private.announce_generation()
        plan_generations_announce_update after update row when private.announce_generation()
        plan_generations_follow after update row when private.follow_generation()
        plan_generations_limit after insert row private.limit_generations()
        plan_generations_record before insert row private.record_generation()
        plan_generations_tell after update of status row when private.tell_of_generation()
    """,  # noqa: E501
    "public.plan_proposals": """
        plan_proposals_keep_fixed before update row private.keep_fixed(id, plan_id, generation_id, base_revision, changes, summary, target, created_at)
    """,  # noqa: E501
    "public.study_preferences": """
        study_preferences_check before insert update row private.check_study_preferences()
        study_preferences_follow_delete after delete statement private.follow_availability()
        study_preferences_follow_insert after insert statement private.follow_availability()
        study_preferences_follow_update after update statement private.follow_availability()
        study_preferences_keep_fixed before update row private.keep_fixed(user_id, created_at)
        study_preferences_set_updated_at before update row private.set_updated_at()
    """,
    "public.study_windows": """
        study_windows_check before insert update row private.check_study_window()
        study_windows_follow_delete after delete statement private.follow_availability()
        study_windows_follow_insert after insert statement private.follow_availability()
        study_windows_follow_update after update statement private.follow_availability()
        study_windows_keep_fixed before update row private.keep_fixed(id, user_id, created_at)
        study_windows_limit after insert row private.limit_availability(50)
        study_windows_refuse_overlap after insert update row private.refuse_overlap()
    """,
    "public.days_off": """
        days_off_check before insert update row private.check_day_off()
        days_off_follow_delete after delete statement private.follow_availability()
        days_off_follow_insert after insert statement private.follow_availability()
        days_off_follow_update after update statement private.follow_availability()
        days_off_keep_fixed before update row private.keep_fixed(id, user_id, created_at)
        days_off_limit after insert row private.limit_availability(200)
    """,
    "public.busy_times": """
        busy_times_check before insert update row private.check_busy_time()
        busy_times_follow_delete after delete statement private.follow_availability()
        busy_times_follow_insert after insert statement private.follow_availability()
        busy_times_follow_update after update statement private.follow_availability()
        busy_times_keep_fixed before update row private.keep_fixed(id, user_id, created_at)
        busy_times_limit after insert row private.limit_availability(2000)
    """,
    "public.sessions": """
        sessions_hold_calendar before update statement private.hold_calendar()
        sessions_keep_fixed before update row private.keep_fixed(id, plan_id, user_id, task_id, created_at)
        sessions_place before update row private.place_session()
        sessions_raise_version after update statement private.raise_calendar_version()
        sessions_set_updated_at before update row private.set_updated_at()
    """,  # noqa: E501
    "public.plan_schedules": """
        plan_schedules_keep_fixed before update row private.keep_fixed(id, plan_id, user_id, created_at)
        plan_schedules_set_updated_at before update row private.set_updated_at()
    """,  # noqa: E501
    "public.catch_ups": """
        catch_ups_keep_fixed before update row private.keep_fixed(id, plan_id, user_id, created_at)
        catch_ups_tell after insert row when private.tell_of_catch_up()
    """,
    "public.calendar_feeds": """
        calendar_feeds_keep_fixed before update row private.keep_fixed(id, user_id, plan_id, created_at)
    """,  # noqa: E501
    "public.connections": """
        connections_keep_fixed before update row private.keep_fixed(id, user_id, provider, created_at)
        connections_set_updated_at before update row private.set_updated_at()
        connections_tell after update of status row when private.tell_of_connection()
    """,  # noqa: E501
    "public.exports": """
        exports_keep_fixed before update row private.keep_fixed(id, user_id, provider, created_at)
        exports_set_updated_at before update row private.set_updated_at()
        exports_tell after update of status row when private.tell_of_export()
    """,
    "public.export_items": """
        export_items_keep_fixed before update row private.keep_fixed(id, export_id, key)
    """,
    "worker.model_prices": """
        model_prices_keep_fixed before update row private.keep_fixed(model)
        model_prices_set_updated_at before update row private.set_updated_at()
    """,
    "worker.platform_limits": """
        platform_limits_keep_fixed before update row private.keep_fixed(name)
        platform_limits_set_updated_at before update row private.set_updated_at()
    """,
    "public.notifications": """
        notifications_keep_fixed before update row private.keep_fixed(id, user_id, kind, channel, dedupe_key, created_at)
        notifications_keep_what_was_asked before update of context row private.keep_fixed(context)
        notifications_set_updated_at before update row private.set_updated_at()
        notifications_take_their_events_along after delete statement private.forget_events()
    """,  # noqa: E501
    "public.notification_preferences": """
        notification_preferences_check before insert update row private.check_notification_preference()
        notification_preferences_keep_fixed before update row private.keep_fixed(id, user_id, created_at)
        notification_preferences_set_updated_at before update row private.set_updated_at()
    """,  # noqa: E501
    "public.summary_times": """
        summary_times_check before insert update row private.check_summary_time()
        summary_times_follow_insert after insert row private.follow_summary_time()
        summary_times_follow_update after update row when private.follow_summary_time()
        summary_times_keep_fixed before update of user_id row private.keep_fixed(user_id)
    """,
    "public.mail_suppressions": """
        mail_suppressions_keep_fixed before update row private.keep_fixed(id, created_at)
    """,
    "public.webhook_events": """
        webhook_events_keep_fixed before update row private.keep_fixed(id, source, external_id, payload, received_at)
    """,  # noqa: E501
    "private.usage_ledger": """
        usage_ledger_is_append_only before delete truncate update statement private.refuse_change()
        usage_ledger_tell after insert row when private.tell_of_limit()
    """,
}
