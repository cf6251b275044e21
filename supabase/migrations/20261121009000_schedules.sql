-- Every schedule of the platform, on one screen. Times are UTC. Each runs the function that any other
-- scheduler can run as well: learnbase cron run NAME.

-- Definer, as all of worker.
create function worker.run_schedule(schedule text, at timestamptz default now(), dry_run boolean default false) returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
    came_to bigint;
begin
    if at > now() + interval '1 hour' and not dry_run then
        perform private.refuse(
            422, 'invalid_at', 'at', 'What lies in the future can only be tried',
            'Leave out --at, or add --dry-run: run in earnest it would count as done until then'
        );
    end if;
    begin
        case schedule
            when 'prune-archives' then came_to := private.prune_archives(at) + private.prune_summary_hours() + private.prune_letters(at);
            when 'check-links' then came_to := private.enqueue_link_checks(at);
            when 'catch-up' then came_to := private.enqueue_catch_ups(at);
            when 'busy-times' then came_to := private.enqueue_busy_times(at);
            when 'exports' then came_to := private.enqueue_exports(at);
            when 'weekly-summary' then came_to := private.enqueue_weekly_summaries(at);
            when 'session-reminders' then came_to := private.enqueue_session_reminders(at);
            when 'letters' then came_to := private.enqueue_letters(at);
            else perform private.refuse(
                404, 'unknown_schedule', 'schedule', format('There is no schedule %s', left(schedule, 60)),
                'The schedules: prune-archives, check-links, catch-up, busy-times, exports, weekly-summary, session-reminders, letters'
            );
        end case;
        if dry_run then
            raise exception 'tried and taken back' using errcode = 'LB002';
        end if;
    exception when sqlstate 'LB002' then
        null; -- what it came to is known, and nothing of it stays
    end;
    return came_to;
end;
$$;

comment on function worker.run_schedule is
    'Runs what a schedule runs, as of an instant, and answers how many it came to; a dry run takes everything back.';

revoke execute on function worker.run_schedule from public, anon, authenticated;
grant execute on function worker.run_schedule to service_role;

select cron.schedule('prune-archives', '17 3 * * *', $$select worker.run_schedule('prune-archives')$$);
select cron.schedule('check-links', '41 * * * *', $$select worker.run_schedule('check-links')$$);
select cron.schedule('catch-up', '*/15 * * * *', $$select worker.run_schedule('catch-up')$$);
select cron.schedule('busy-times', '7,22,37,52 * * * *', $$select worker.run_schedule('busy-times')$$);
select cron.schedule('exports', '11,26,41,56 * * * *', $$select worker.run_schedule('exports')$$);
select cron.schedule('weekly-summary', '*/15 * * * *', $$select worker.run_schedule('weekly-summary')$$);
select cron.schedule('session-reminders', '*/5 * * * *', $$select worker.run_schedule('session-reminders')$$);
select cron.schedule('letters', '* * * * *', $$select worker.run_schedule('letters')$$);
