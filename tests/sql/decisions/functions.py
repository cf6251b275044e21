"""Whose rights each function runs with, and who may call it.

Part of what was decided about the schema: see `tests.sql.decisions`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Functions:
    """Functions that run as the same somebody and may be called by the same callers.

    Attributes:
        runs_as: ``invoker``, or ``definer`` for those whose reason stands above them.
        callers: Who may execute them; nobody for what only the database calls.
        names: Each with the names of its arguments (their types, where they have none).
    """

    runs_as: Literal["invoker", "definer"]
    callers: str
    names: str


FUNCTIONS = [
    # What people call over the API.
    Functions(
        "invoker",
        "authenticated",
        """
        public.create_plan(topic, skill_level, weekly_hours, learning_style, start_date, deadline_date, notes, visibility, language, request_key)
        public.cancel_generation(generation_id)
        public.retry_generation(generation_id)
        public.plan_roadmap(plan_id)
        public.plan_impact(plan_id)
        public.reorder_modules(plan_id, module_ids)
        public.reorder_tasks(module_id, task_ids)
        public.search_plans(query, max_results)
        public.dashboard(at)
        public.due_tasks(at)
        public.my_usage(at)
        public.delete_account()
        public.regenerate_plan(plan_id, scope, wish, request_key)
        public.regenerate_module(module_id, wish, request_key)
        public.accept_proposal(proposal_id)
        public.reject_proposal(proposal_id)
        public.undo_proposal(proposal_id)
        public.save_study_windows(windows)
        public.my_availability(at)
        public.schedule_plan(plan_id)
        public.catch_up(plan_id)
        public.choose_feasibility(plan_id, choice)
        public.accept_catch_up(catch_up_id)
        public.reject_catch_up(catch_up_id)
        public.undo_catch_up(catch_up_id)
        public.plan_export(plan_id)
        public.create_feed(plan_id)
        public.rotate_feed(feed_id)
        public.disconnect(provider)
        public.start_export(plan_id, provider, options)
        public.cancel_export(export_id)
        public.confirm_export(export_id)
        public.remove_export(export_id)
        public.next_summary()
        public.resume_mail()
        """,  # noqa: E501 - a signature a line
    ),
    Functions(
        "invoker",
        "authenticated, service_role",
        """
        public.progress(public.learning_plans)
        public.progress(public.modules)
        """,
    ),
    # What runs before every request, signed in or not.
    Functions(
        "invoker",
        "anon, authenticated, service_role",
        """
        private.pre_request()
        private.claims()
        private.refuse(status, code, field, message, hint)
        """,
    ),
    # Who is asking, and when: policies, defaults and views call these as whoever asks.
    Functions("definer", "authenticated, service_role", "private.current_user_id()"),
    Functions(
        "invoker",
        "authenticated, service_role",
        """
        private.local_date(at, zone)
        """,
    ),
    # Policies of writes.
    Functions(
        "definer",
        "authenticated",
        """
        private.owns_plan(plan)
        private.owns_module(module)
        private.owns_task(task)
        """,
    ),
    # Behind the functions of public: each checks who asks, or acts on nobody but them.
    Functions(
        "definer",
        "authenticated",
        """
        private.request_generation(plan, wanted, scope, module, wish, at)
        private.accept_own_proposal(proposal)
        private.reject_own_proposal(proposal)
        private.undo_own_proposal(proposal)
        private.request_own_schedule(plan, kind)
        private.own_choice(plan, choice)
        private.accept_own_catch_up(catch_up)
        private.reject_own_catch_up(catch_up)
        private.undo_own_catch_up(catch_up)
        private.own_availability(at)
        private.hold_own_calendar()
        private.own_plan_document(plan)
        private.create_own_feed(plan)
        private.rotate_own_feed(feed)
        private.disconnect_own(provider)
        private.start_own_export(plan, provider, options)
        private.cancel_own_export(export)
        private.confirm_own_export(export)
        private.remove_own_export(export)
        private.claim_request(key, sent)
        private.answer_request(key, plan, generation)
        private.await_planner(plan)
        private.cancel_own_generation(generation)
        private.own_usage(at)
        private.own_plan_impact(plan)
        private.find_plans(wanted, most)
        private.own_due_tasks(at)
        private.own_dashboard(at)
        private.delete_own_account()
        private.own_next_summary()
        private.resume_own_mail()
        """,
    ),
    # Figures, for whoever may read the plan.
    Functions(
        "definer",
        "authenticated, service_role",
        """
        private.first_day(chosen, otherwise, person)
        private.plan_figures(plan)
        private.module_figures(module)
        """,
    ),
    Functions("definer", "", "private.reads_plan(plan)"),
    # Whose address it is, for the policy of what holds mail up.
    Functions("definer", "authenticated", "private.current_email()"),
    Functions(
        "invoker",
        "authenticated",
        """
        private.read_date(value, field)
        private.read_hours(value)
        private.read_choice(value, field, choices, otherwise)
        private.read_line(value, field, longest)
        private.in_words(field)
        private.read_wish(wish)
        private.read_clock(value, place, name)
        """,
    ),
    # Entitlement: asked by definers, and by the service.
    Functions("definer", "service_role", "private.limits_of(person)"),
    # What only the database calls: triggers, hooks of queues, and helpers of definers.
    Functions(
        "invoker",
        "",
        """
        private.set_updated_at()
        private.keep_fixed()
        private.refuse_change()
        private.check_time_zone()
        private.mark_manual()
        private.mark_edited()
        private.raise_own_revision()
        private.stamp_completion()
        private.record_generation()
        private.months_usage(person, at)
        private.months_charges(person, at)
        private.let_people_read(relation)
        private.refund_generation(generation)
        private.planner_inputs(plan)
        private.queue_settings(queue)
        private.hold_delivery(queue, msg_id, read_ct)
        private.call_hook(hook, queue)
        private.bury(settings, msg_id, read_ct, failures, enqueued_at, message, error)
        private.complete_jobs(queue, outcomes)
        private.prune_archives(at, keep)
        private.unwrapped(document)
        private.fail_generation(generation, error, our_fault)
        private.save_roadmap(plan, roadmap, from_catalogue)
        private.apply_generate_plan(message, result)
        private.report_generate_plan(message, report)
        private.settle_generate_plan(message, error, final)
        private.revive_generate_plan(message)
        private.succeed_generation(generation, summary)
        private.save_links(links, from_catalogue)
        private.begins_again_on(at, period)
        private.untouchable_tasks(plan)
        private.living_plan(plan)
        private.first_open_week(plan, at)
        private.first_open_day(plan, week, at)
        private.forget_check()
        private.model_tokens_left(at)
        private.end_model_calls(ended)
        private.enqueue_link_checks(at, most)
        private.replace_dead_resource(dead)
        private.apply_check_links(message, result)
        private.settle_check_links(message, error, final)
        private.save_proposal(generation, result)
        private.hold_proposal(proposal)
        private.hold_tasks(plan, tasks)
        private.refuse_moved_plan()
        private.refuse_touched_task(task)
        private.target_tasks(target)
        private.take_snapshot(plan, modules, tasks)
        private.check_study_preferences()
        private.check_study_window()
        private.check_day_off()
        private.check_busy_time()
        private.place_session()
        private.hold_calendar()
        private.learner_of(plan, person)
        private.refresh_schedules_of(person)
        private.learner_availability(person)
        private.learner_busy(person, besides, at)
        private.learner_worked(person)
        private.calendar_version(person)
        private.schedules_of(outcomes)
        private.schedule_kind(message, wanted)
        private.write_feasibility(plan, person, fit)
        private.check_progress_times()
        private.forget_schedule(plan, person)
        private.hold_schedule(plan, person)
        private.keep_tasks(plan)
        private.write_sessions(plan, person, sessions, gone)
        private.snapshot_sessions(plan, person)
        private.save_catch_up(plan, person, result, applied)
        private.apply_schedule_plan(message, result)
        private.settle_schedule_plan(message, error, final)
        private.revive_schedule_plan(message)
        private.next_night(at, zone)
        private.enqueue_catch_ups(at, most)
        private.plan_document(plan, person)
        private.give_feed_token(feed)
        private.read_provider(value)
        private.request_busy_times(connection)
        private.begin_disconnect(connection)
        private.apply_disconnect(message, result)
        private.settle_disconnect(message, error, final)
        private.revive_disconnect(message)
        private.apply_read_busy_times(message, result)
        private.settle_read_busy_times(message, error, final)
        private.enqueue_busy_times(at, most)
        private.export_queue(provider)
        private.send_export(export, delay_seconds)
        private.next_export(connection)
        private.stop_exports(connection, code)
        private.await_connection(export)
        private.resume_exports(connection)
        private.check_export_options(provider, options)
        private.begin_removal(export)
        private.export_stamp(export)
        private.held_export(message)
        private.hold_connection_of(message)
        private.end_export(export, code, message, remedy, needs)
        private.first_sentences(sentences, most)
        private.apply_export(message, result)
        private.settle_export(message, error, final)
        private.revive_export(message)
        private.apply_export_notion(message, result)
        private.apply_export_google_calendar(message, result)
        private.settle_export_notion(message, error, final)
        private.settle_export_google_calendar(message, error, final)
        private.revive_export_notion(message)
        private.revive_export_google_calendar(message)
        private.report_export_notion(message, report)
        private.report_export_google_calendar(message, report)
        private.hold_connections_of(outcomes, queue)
        private.enqueue_exports(at, most)
        private.apply_close_account(message, result)
        private.settle_close_account(message, error, final)
        private.check_notification_preference()
        private.wants(person, kind, channel)
        private.iso_week(at, zone)
        private.next_summary(at, weekday, time_of_day, zone, last_week)
        private.summary_hour(weekday, time_of_day, zone)
        private.prune_summary_hours()
        private.check_summary_time()
        private.enqueue_session_reminders(at)
        private.why_not_mailed(person, kind, address, letter)
        private.hold_people(letters)
        private.tell_carried(letters)
        private.form_batches(letters)
        private.prune_letters(at, keep)
        private.enqueue_weekly_summaries(at)
        private.links_of_task(task)
        private.plan_of_week(plan, person, zone, at)
        private.week_of(person, at)
        private.apply_weekly_summary(message, result)
        private.settle_weekly_summary(message, error, final)
        private.enqueue_letters(at, most)
        private.words_for(kind, person, about, at)
        private.apply_write_letters(message, result)
        private.settle_write_letters(message, error, final)
        private.rank_of(status)
        private.apply_send_email(message, result)
        private.settle_send_email(message, error, final)
        private.revive_send_email(message)
        """,
    ),
    Functions(
        "definer",
        "",
        """
        private.claim_email(person, address)
        private.follow_auth_user()
        private.delete_person(person)
        private.keep_task_in_plan()
        private.raise_revision_by_modules()
        private.raise_revision_by_tasks()
        private.raise_revision_by_edits()
        private.raise_revision_by_links()
        private.limit_plans()
        private.limit_generations()
        private.limit_tasks()
        private.limit_links()
        private.mark_edited_by_links()
        private.announce_generation()
        private.forget_events()
        private.limit_availability()
        private.refuse_overlap()
        private.raise_calendar_version()
        private.request_schedule(plan, person, kind)
        private.follow_availability()
        private.follow_time_zone()
        private.follow_plan()
        private.follow_follower()
        private.follow_generation()
        private.hold_catch_up(catch_up, wanted)
        private.hold_own_export(export)
        private.let_go_of_exports()
        private.enqueue(queue, message, delay_seconds)
        private.follow_summary_time()
        private.keep_summary_time()
        private.notify(person, kind, about, dedupe_key, at)
        private.tell(person, kind, about, dedupe_key)
        private.tell_of_confirmed_address()
        private.tell_of_generation()
        private.tell_of_catch_up()
        private.tell_of_export()
        private.tell_of_connection()
        private.tell_of_limit()
        """,
    ),
    # What workers and operators call with the secret key.
    Functions(
        "definer",
        "service_role",
        """
        worker.upsert_user(clerk_user_id, email, name, time_zone)
        worker.read_jobs(queue, quantity, lease_seconds)
        worker.heartbeat(queue, msg_id, read_ct, lease_seconds, report)
        worker.fail_job(queue, msg_id, read_ct, error, retry_in)
        worker.hand_back_jobs(queue, deliveries, retry_in)
        worker.queue_depths()
        worker.requeue_dead_letter(dead_letter_id)
        worker.load_generate_plan(msg_id, read_ct, at)
        worker.begin_model_call(msg_id, read_ct, call_id, purpose, model, reserve, ended, report, at)
        worker.end_model_calls(ended)
        worker.model_day(at)
        worker.load_check_links(msg_id, read_ct)
        worker.catalogue_links(topic, most)
        worker.complete_check_links(outcomes)
        worker.load_schedule_plan(msg_id, read_ct, at)
        worker.complete_schedule_plan(outcomes)
        worker.load_feed(token_hash, etag)
        worker.begin_connection(user_id, provider, state_hash, sealed_verifier, return_to)
        worker.keep_oauth_code(provider, state_hash, sealed_code)
        worker.claim_oauth_state(provider, state_hash, user_id)
        worker.save_connection(user_id, provider, account_id, account_name, scopes, sealed_tokens, expires_at)
        worker.load_tokens(connection_id)
        worker.lease_refresh(connection_id, version, holder, seconds)
        worker.save_refreshed(connection_id, holder, version, sealed_tokens, expires_at)
        worker.break_connection(connection_id, version, code)
        worker.connections_to_reseal(key_id, after, most)
        worker.reseal_tokens(connection_id, version, sealed_tokens)
        worker.load_disconnect(msg_id, read_ct)
        worker.complete_disconnect(outcomes)
        worker.load_read_busy_times(msg_id, read_ct, at)
        worker.complete_read_busy_times(outcomes)
        worker.load_export(queue, msg_id, read_ct)
        worker.record_export(queue, msg_id, read_ct, report)
        worker.complete_export_notion(outcomes)
        worker.complete_export_google_calendar(outcomes)
        worker.load_close_account(msg_id, read_ct)
        worker.complete_close_account(outcomes)
        worker.send_notification(user_id, kind, context, dedupe_key)
        worker.act_by_letter(person, act, about, perform)
        worker.choose_mail(person, kind, enabled)
        worker.load_weekly_summary(msg_id, read_ct)
        worker.complete_weekly_summary(outcomes)
        worker.load_write_letters(msg_id, read_ct)
        worker.complete_write_letters(outcomes)
        worker.load_send_email(msg_id, read_ct, sender)
        worker.complete_send_email(outcomes)
        worker.record_mail_event(external_id, type, payload, event)
        worker.run_schedule(schedule, at, dry_run)
        worker.complete_generate_plan(outcomes)
        """,  # noqa: E501 - a signature a line
    ),
    Functions("invoker", "service_role", "worker.schema_version()"),
]
