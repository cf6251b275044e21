-- Sessions: the plan in each learner's week. A worker places them; what slipped is proposed anew, and
-- a learner may move, pin, set aside and undo.

select pgmq.create('schedule_plan');
insert into worker.queues (queue, lease_seconds) values ('schedule_plan', 60);

-- Set aside ---------------------------------------------------------------------------------------

alter table public.task_progress add column set_aside_at timestamptz;
comment on column public.task_progress.set_aside_at is
    'Not for me, for now: the task gets no sessions. It stays in the plan, for everybody else too.';
select private.let_people_read('public.task_progress');
grant insert (set_aside_at), update (set_aside_at) on public.task_progress to authenticated;

create function private.check_progress_times() returns trigger
language plpgsql
set search_path = ''
as $$
begin
    -- Neither infinity nor the year 200000 is a time that a calendar or a file could show.
    if new.set_aside_at not between '2000-01-01+00' and '2200-01-01+00' then
        perform private.refuse(422, 'invalid_set_aside_at', 'set_aside_at', 'set_aside_at is no time of ours', 'Send the present time, or null');
    elsif new.completed_at < '2000-01-01+00' then
        perform private.refuse(422, 'invalid_completed_at', 'completed_at', 'completed_at lies too far back', 'Leave it out, or send when the work was really done');
    end if;
    return new;
end;
$$;

comment on function private.check_progress_times is 'Trigger: times of progress are times that can be shown; refuses naming the field.';
revoke execute on function private.check_progress_times from public, anon, authenticated;

create trigger task_progress_check_times before insert or update on public.task_progress
    for each row execute function private.check_progress_times();

-- Tables ----------------------------------------------------------------------------------------

create table public.sessions (
    id uuid primary key default gen_random_uuid(),
    plan_id uuid not null references public.learning_plans (id) on delete cascade,
    user_id uuid not null references public.users (id) on delete cascade,
    task_id uuid not null references public.tasks (id) on delete cascade,
    part integer not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    local_date date not null,
    pinned_at timestamptz,
    sequence integer not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint sessions_name_a_part_once unique (user_id, task_id, part) deferrable initially immediate,
    constraint sessions_part_is_bounded check (part >= 1 and part <= 2100),
    constraint sessions_end_after_they_start check (starts_at < ends_at and ends_at - starts_at <= interval '24 hours'),
    constraint sessions_are_sane check (starts_at >= '2000-01-01+00' and ends_at <= '2200-01-01+00'),
    constraint sessions_sequence_counts_up check (sequence >= 0)
);

comment on table public.sessions is
    'When one learner works on one task, or on a part of it. The id stays however often the time changes.';
comment on column public.sessions.part is 'A long task is split: 1 and up.';
comment on column public.sessions.local_date is 'The day it begins on, in the learner''s time zone.';
comment on column public.sessions.pinned_at is 'The learner wants it where it is: nothing moves it. Set by itself when a person moves it.';
comment on column public.sessions.sequence is 'How often its time has changed (iCalendar''s SEQUENCE).';

create index idx_sessions_user_id on public.sessions (user_id, ends_at);
create index idx_sessions_plan_id on public.sessions (plan_id, user_id, starts_at);
create index idx_sessions_task_id on public.sessions (task_id);

create type public.schedule_status as enum ('waiting', 'ready', 'failed');
comment on type public.schedule_status is 'Whether a schedule is as current as its plan and its learner''s availability.';

create table public.plan_schedules (
    id uuid primary key default gen_random_uuid(),
    plan_id uuid not null references public.learning_plans (id) on delete cascade,
    user_id uuid not null references public.users (id) on delete cascade,
    status public.schedule_status not null default 'waiting',
    fits boolean,
    needed_minutes integer check (needed_minutes >= 0),
    available_minutes integer check (available_minutes >= 0),
    ends_on date,
    deadline_date date,
    pace numeric(4, 2) check (pace > 0),
    unplaced jsonb not null default '[]' check (pg_column_size(unplaced) <= 1000000),
    choices jsonb not null default '[]' check (pg_column_size(choices) <= 1000000),
    error jsonb check (pg_column_size(error) <= 10000),
    wanted integer not null default 0 check (wanted >= 0),
    made integer not null default 0 check (made >= 0),
    computed_at timestamptz,
    look_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint plan_schedules_one_a_learner unique (user_id, plan_id)
);

comment on table public.plan_schedules is
    'How a plan fits into one learner''s weeks: what it needs, what there is until the deadline, when it ends, and where it does not fit, what would make it fit.';
comment on column public.plan_schedules.fits is 'Whether all of it is placed by the deadline; null before it was computed.';
comment on column public.plan_schedules.needed_minutes is 'Minutes of all unfinished work, at the learner''s own pace.';
comment on column public.plan_schedules.available_minutes is 'Minutes that can be placed from then to the deadline; null without a deadline.';
comment on column public.plan_schedules.ends_on is 'The day of the last session.';
comment on column public.plan_schedules.deadline_date is 'The deadline that it was computed for: the owner''s, or the follower''s own.';
comment on column public.plan_schedules.pace is 'The learner''s actual by estimated minutes, learnt from finished tasks.';
comment on column public.plan_schedules.unplaced is 'Tasks without a place: [{"task_id", "title", "minutes", "reason": {"code", "text"}}].';
comment on column public.plan_schedules.choices is 'What would make it fit, each tried: [{"choice": "more_hours" | "later_date" | "fewer_tasks", "text", …}]; take one with rpc/choose_feasibility.';
comment on column public.plan_schedules.error is 'Why the last attempt failed: {"code", "message"}.';
comment on column public.plan_schedules.wanted is 'How often a schedule was asked for; as large as made once it is current.';
comment on column public.plan_schedules.look_at is 'When the catch-up looks at it next: at night, where the learner lives.';

create index idx_plan_schedules_plan_id on public.plan_schedules (plan_id);
create index idx_plan_schedules_look_at on public.plan_schedules (look_at);

create type public.catch_up_status as enum ('open', 'applied', 'rejected', 'undone', 'superseded');
comment on type public.catch_up_status is 'How a catch-up stands.';

create table public.catch_ups (
    id uuid primary key default gen_random_uuid(),
    plan_id uuid not null references public.learning_plans (id) on delete cascade,
    user_id uuid not null references public.users (id) on delete cascade,
    status public.catch_up_status not null default 'open',
    moves jsonb not null check (pg_column_size(moves) <= 1000000),
    summary jsonb not null check (pg_column_size(summary) <= 10000),
    created_at timestamptz not null default now(),
    decided_at timestamptz
);

comment on table public.catch_ups is
    'A schedule moved to where the learner is now: proposed, or applied at once where they prefer so. What was before can be brought back.';
comment on column public.catch_ups.moves is '[{"session_id", "task_id", "part", "title", "from", "to", "reason": {"code", "text"}}].';
comment on column public.catch_ups.summary is 'Counts, and a sentence that says what moved.';

create index idx_catch_ups_user_id on public.catch_ups (user_id, plan_id);
create index idx_catch_ups_plan_id on public.catch_ups (plan_id);
create unique index catch_ups_one_open on public.catch_ups (user_id, plan_id) where status = 'open';

-- Apart, for it is long and nobody's to read: what accepting writes, and what undoing brings back.
create table private.catch_up_targets (
    catch_up_id uuid primary key references public.catch_ups (id) on delete cascade,
    version bigint not null,
    target jsonb,
    before jsonb
);
comment on table private.catch_up_targets is
    'What a catch-up would write, what was there before it did, and the version of the learner''s calendar that either belongs to.';

create table private.learner_calendars (
    user_id uuid primary key references public.users (id) on delete cascade,
    version bigint not null default 0
);
comment on table private.learner_calendars is
    'Counts each change of a learner''s sessions: two schedules of one learner are never placed past each other.';

create trigger sessions_keep_fixed before update on public.sessions
    for each row execute function private.keep_fixed('id', 'plan_id', 'user_id', 'task_id', 'created_at');
create trigger sessions_set_updated_at before update on public.sessions
    for each row execute function private.set_updated_at();
create trigger plan_schedules_keep_fixed before update on public.plan_schedules
    for each row execute function private.keep_fixed('id', 'plan_id', 'user_id', 'created_at');
create trigger plan_schedules_set_updated_at before update on public.plan_schedules
    for each row execute function private.set_updated_at();
create trigger catch_ups_keep_fixed before update on public.catch_ups
    for each row execute function private.keep_fixed('id', 'plan_id', 'user_id', 'created_at');

-- Security --------------------------------------------------------------------------------------

alter table public.sessions enable row level security;
alter table public.plan_schedules enable row level security;
alter table public.catch_ups enable row level security;
alter table private.catch_up_targets enable row level security;
alter table private.learner_calendars enable row level security;

create policy "Learners read their own sessions" on public.sessions
    for select to authenticated using (user_id = (select private.current_user_id()));
create policy "Learners move and pin their own sessions" on public.sessions
    for update to authenticated
    using (user_id = (select private.current_user_id())) with check (user_id = (select private.current_user_id()));
create policy "Learners read their own schedules" on public.plan_schedules
    for select to authenticated using (user_id = (select private.current_user_id()));
create policy "Learners read their own catch-ups" on public.catch_ups
    for select to authenticated using (user_id = (select private.current_user_id()));
create policy "The service reads the targets" on private.catch_up_targets for select to service_role using (true);
create policy "The service reads the calendars" on private.learner_calendars for select to service_role using (true);

revoke all on public.sessions, public.plan_schedules, public.catch_ups, private.catch_up_targets, private.learner_calendars
    from public, anon, authenticated, service_role;
select private.let_people_read('public.sessions');
select private.let_people_read('public.plan_schedules');
select private.let_people_read('public.catch_ups');
grant update (starts_at, ends_at, pinned_at) on public.sessions to authenticated;
grant select, insert, update, delete on public.sessions, public.plan_schedules, public.catch_ups to service_role;
grant select on private.catch_up_targets, private.learner_calendars to service_role;

-- As in …0700, and what any learner pinned a session of: dropping the task would drop it.
create or replace function private.untouchable_tasks(plan uuid) returns setof uuid
language sql
stable
set search_path = ''
as $$
    select t.id
    from public.modules m
    join public.tasks t on t.module_id = m.id
    where m.plan_id = plan
        and (
            t.edited_at is not null
            or t.pinned_at is not null
            or exists (
                select from public.task_progress tp
                where tp.task_id = t.id and (tp.status <> 'not_started' or tp.actual_minutes is not null)
            )
            or exists (select from public.sessions s where s.task_id = t.id and s.pinned_at is not null)
        )
$$;

comment on function private.untouchable_tasks is
    'Tasks of a plan that no machine touches: begun or finished by any learner, edited or pinned by the owner, or with a session that a learner pinned.';

-- Moving a session --------------------------------------------------------------------------------

create function private.place_session() returns trigger
language plpgsql
set search_path = ''
as $$
begin
    if (new.starts_at, new.ends_at) is not distinct from (old.starts_at, old.ends_at) then
        return new;
    end if;
    if new.starts_at is null or new.ends_at is null or new.ends_at <= new.starts_at then
        perform private.refuse(422, 'invalid_ends_at', 'ends_at', 'The session ends before it starts', 'Send a later time');
    elsif new.ends_at - new.starts_at > interval '24 hours' then
        perform private.refuse(422, 'invalid_ends_at', 'ends_at', 'The session lasts longer than a day', 'Choose at most 24 hours');
    elsif new.starts_at < '2000-01-01+00' or new.ends_at > '2200-01-01+00' then
        perform private.refuse(422, 'invalid_starts_at', 'starts_at', 'The session is too far away', 'Choose a time within reach');
    end if;
    new.sequence := old.sequence + 1;
    new.local_date := private.local_date(new.starts_at, (select u.time_zone from public.users u where u.id = new.user_id));
    -- The person, and not a catch-up that they accept: that is written by its owner.
    if current_user = 'authenticated' and new.pinned_at is not distinct from old.pinned_at then
        new.pinned_at := coalesce(old.pinned_at, now()); -- who puts it there wants it there
    end if;
    return new;
end;
$$;

comment on function private.place_session is
    'Trigger: a session that moves counts it, knows its day, and stays where a person put it.';

-- Definer: the version is nobody's to write.
create function private.raise_calendar_version() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    insert into private.learner_calendars as c (user_id, version)
    select distinct w.user_id, 1 from written w
    on conflict (user_id) do update set version = c.version + 1;
    return null;
end;
$$;

-- Definer: as above; only whoever asks holds their own.
create function private.hold_own_calendar() returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
    me uuid := private.current_user_id();
begin
    if me is not null then
        perform from public.users u where u.id = me for key share; -- before the rest, as deleting it
        perform private.calendar_version(me);
    end if;
end;
$$;

create function private.hold_calendar() returns trigger
language plpgsql
set search_path = ''
as $$
begin
    -- The calendar before its sessions, as workers lock them: no deadlock between the two.
    if current_user = 'authenticated' then
        perform private.hold_own_calendar();
    end if;
    return null;
end;
$$;

comment on function private.raise_calendar_version is 'Statement trigger: a learner''s calendar has a new version.';
comment on function private.hold_own_calendar is 'Locks the calendar of whoever asks.';
comment on function private.hold_calendar is 'Statement trigger: a person who moves sessions holds their calendar first.';

create trigger sessions_hold_calendar before update on public.sessions
    for each statement execute function private.hold_calendar();
create trigger sessions_place before update on public.sessions
    for each row execute function private.place_session();
create trigger sessions_raise_version after update on public.sessions
    referencing new table as written for each statement execute function private.raise_calendar_version();

-- Asking for a schedule ---------------------------------------------------------------------------

create function private.learner_of(plan uuid, person uuid, out plan_row public.learning_plans, out follower public.plan_followers, out learns boolean)
language plpgsql
stable
set search_path = ''
as $$
begin
    select p.* into plan_row from public.learning_plans p where p.id = plan;
    select f.* into follower from public.plan_followers f where f.plan_id = plan and f.user_id = person;
    learns := coalesce(
        plan_row.user_id = person or (follower.id is not null and plan_row.visibility = 'public'), false
    );
end;
$$;

comment on function private.learner_of is
    'The plan, how somebody follows it, and whether they learn by it: their own, or a public one that they follow.';

-- Definer: called by triggers and RPC of people, who may not write schedules.
create function private.request_schedule(plan uuid, person uuid, kind text default 'schedule') returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
    wish integer;
    idle boolean;
begin
    -- Who stops following in this moment waits for us, or we for them.
    perform from public.plan_followers f where f.plan_id = plan and f.user_id = person for key share;
    if not (private.learner_of(plan, person)).learns then
        return;
    end if;
    insert into public.plan_schedules as s (plan_id, user_id, wanted) values (plan, person, 1)
    on conflict (user_id, plan_id) do update set wanted = s.wanted + 1, status = 'waiting', error = null
    returning s.wanted, s.wanted = s.made + 1 into wish, idle;
    -- While a message is under way one more would do the same again; its outcome sees what is wanted.
    if idle then
        perform private.enqueue('schedule_plan', jsonb_build_object(
            'v', 1, 'plan_id', plan, 'user_id', person, 'kind', kind, 'wanted', wish
        ));
    end if;
end;
$$;

comment on function private.request_schedule is
    'Asks for a plan to be placed into a learner''s weeks; however often it is asked, one message is under way. Nothing for who does not learn by it.';

create function private.refresh_schedules_of(person uuid) returns void
language plpgsql
set search_path = ''
as $$
begin
    -- One at a time for a learner, as workers do it: a schedule that comes meanwhile is in nobody's way.
    perform from public.users u where u.id = person for no key update;
    perform private.request_schedule(s.plan_id, s.user_id)
    from (select s.plan_id, s.user_id from public.plan_schedules s where s.user_id = person order by s.plan_id) s;
end;
$$;

comment on function private.refresh_schedules_of is 'Asks for all schedules of a learner anew.';

create function private.forget_schedule(plan uuid, person uuid) returns void
language plpgsql
set search_path = ''
as $$
begin
    -- The schedule first, as workers lock it: no deadlock between the two.
    delete from public.plan_schedules s where s.plan_id = plan and s.user_id = person;
    delete from public.catch_ups c where c.plan_id = plan and c.user_id = person;
    delete from public.sessions s where s.plan_id = plan and s.user_id = person;
end;
$$;

comment on function private.forget_schedule is
    'Takes a plan out of the weeks of somebody who no longer learns by it; what they finished stays.';

-- Definer, all of these: schedules are nobody's to write.
create function private.follow_availability() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    perform private.refresh_schedules_of(w.user_id)
    from (select distinct w.user_id from written w order by w.user_id) w;
    return null;
end;
$$;

-- Definer: as above.
create function private.follow_time_zone() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    -- The schedules, the calendar, the sessions, as workers lock them: no deadlock between the two.
    perform private.refresh_schedules_of(new.id);
    perform from private.learner_calendars c where c.user_id = new.id for update;
    update public.sessions s set local_date = private.local_date(s.starts_at, new.time_zone)
    where s.user_id = new.id and s.local_date <> private.local_date(s.starts_at, new.time_zone);
    return null;
end;
$$;

-- Definer: as above.
create function private.follow_plan() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
    batch jsonb[];
begin
    if new.visibility = 'private' and old.visibility = 'public' then
        perform private.forget_schedule(f.plan_id, f.user_id)
        from (select f.plan_id, f.user_id from public.plan_followers f where f.plan_id = new.id and f.user_id <> new.user_id order by f.user_id) f;
    end if;
    -- As request_schedule, for all at once: an edit of a plan with ten thousand followers is an edit.
    with learners as (
        select s.user_id from public.plan_schedules s where s.plan_id = new.id and s.user_id = new.user_id
        union all
        select f.user_id
        from (
            select f.user_id from public.plan_followers f
            where f.plan_id = new.id and f.user_id <> new.user_id and new.visibility = 'public'
            order by f.user_id for key share
        ) f
    ),
    wished as (
        insert into public.plan_schedules as s (plan_id, user_id, wanted)
        select new.id, l.user_id, 1 from learners l order by l.user_id
        on conflict (user_id, plan_id) do update set wanted = s.wanted + 1, status = 'waiting', error = null
        returning s.user_id, s.wanted, s.wanted = s.made + 1 as idle
    )
    select array_agg(jsonb_build_object(
        'v', 1, 'plan_id', new.id, 'user_id', w.user_id, 'kind', 'schedule', 'wanted', w.wanted
    )) into batch
    from wished w where w.idle;
    if batch is not null then
        perform pgmq.send_batch('schedule_plan', batch);
    end if;
    return null;
end;
$$;

-- Definer: as above.
create function private.follow_follower() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    if tg_op <> 'DELETE' then
        perform private.request_schedule(new.plan_id, new.user_id);
    elsif not (private.learner_of(old.plan_id, old.user_id)).learns then
        perform private.forget_schedule(old.plan_id, old.user_id);
    end if;
    return null;
end;
$$;

-- Definer: as above.
create function private.follow_generation() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    perform private.request_schedule(p.id, p.user_id) from public.learning_plans p where p.id = new.plan_id;
    return null;
end;
$$;

comment on function private.follow_availability is 'Statement trigger: new availability, new schedules.';
comment on function private.follow_time_zone is 'Trigger: another time zone, other days and new schedules.';
comment on function private.follow_plan is 'Trigger: a plan that changed is placed anew for everybody who has a schedule of it; its followers lose theirs while it is private.';
comment on function private.follow_follower is 'Trigger: who follows a plan gets a schedule of their own, and loses it when they no longer do.';
comment on function private.follow_generation is 'Trigger: a plan that was just made gets its owner a schedule.';

create trigger study_preferences_follow_insert after insert on public.study_preferences
    referencing new table as written for each statement execute function private.follow_availability();
create trigger study_preferences_follow_update after update on public.study_preferences
    referencing new table as written for each statement execute function private.follow_availability();
create trigger study_preferences_follow_delete after delete on public.study_preferences
    referencing old table as written for each statement execute function private.follow_availability();
create trigger study_windows_follow_insert after insert on public.study_windows
    referencing new table as written for each statement execute function private.follow_availability();
create trigger study_windows_follow_update after update on public.study_windows
    referencing new table as written for each statement execute function private.follow_availability();
create trigger study_windows_follow_delete after delete on public.study_windows
    referencing old table as written for each statement execute function private.follow_availability();
create trigger days_off_follow_insert after insert on public.days_off
    referencing new table as written for each statement execute function private.follow_availability();
create trigger days_off_follow_update after update on public.days_off
    referencing new table as written for each statement execute function private.follow_availability();
create trigger days_off_follow_delete after delete on public.days_off
    referencing old table as written for each statement execute function private.follow_availability();
create trigger busy_times_follow_insert after insert on public.busy_times
    referencing new table as written for each statement execute function private.follow_availability();
create trigger busy_times_follow_update after update on public.busy_times
    referencing new table as written for each statement execute function private.follow_availability();
create trigger busy_times_follow_delete after delete on public.busy_times
    referencing old table as written for each statement execute function private.follow_availability();
create trigger users_follow_time_zone after update on public.users
    for each row when (new.time_zone is distinct from old.time_zone) execute function private.follow_time_zone();
create trigger learning_plans_follow after update on public.learning_plans
    for each row when (new.revision is distinct from old.revision) execute function private.follow_plan();
create trigger plan_followers_follow_insert after insert on public.plan_followers
    for each row execute function private.follow_follower();
create trigger plan_followers_follow_update after update on public.plan_followers
    for each row execute function private.follow_follower();
create trigger plan_followers_follow_delete after delete on public.plan_followers
    for each row execute function private.follow_follower();
create trigger plan_generations_follow after update on public.plan_generations
    for each row when (new.status = 'succeeded' and old.status <> 'succeeded' and new.kind = 'create')
    execute function private.follow_generation();

-- Placing it --------------------------------------------------------------------------------------

create function private.learner_availability(person uuid) returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_build_object(
        'windows', (
            select coalesce(jsonb_agg(
                jsonb_build_object(
                    'weekday', w.weekday,
                    'from', (extract(epoch from w.starts) / 60)::integer,
                    'to', (extract(epoch from w.ends) / 60)::integer
                )
                order by w.weekday, w.starts
            ), '[]')
            from public.study_windows w where w.user_id = person
        ),
        'days_off', (
            select coalesce(jsonb_agg(jsonb_build_array(d.starts_on, d.ends_on) order by d.starts_on, d.ends_on), '[]')
            from public.days_off d where d.user_id = person
        ),
        'shortest', coalesce(s.shortest_session_minutes, 25),
        'longest', coalesce(s.longest_session_minutes, 90),
        'daily_ceiling', s.daily_ceiling_minutes
    )
    from (values (1)) as one
    left join public.study_preferences s on s.user_id = person
$$;

comment on function private.learner_availability is
    'A learner''s windows, days off and limits, as the scheduler takes them: minutes of the day, weekdays from 1.';

create function private.learner_busy(person uuid, besides uuid, at timestamptz) returns jsonb
language sql
stable
set search_path = ''
as $$
    select coalesce(jsonb_agg(jsonb_build_array(b.starts_at, b.ends_at) order by b.starts_at, b.ends_at), '[]')
    from (
        select t.starts_at, t.ends_at from public.busy_times t where t.user_id = person and t.ends_at > at
        union all
        select s.starts_at, s.ends_at
        from public.sessions s
        left join public.task_progress tp on tp.task_id = s.task_id and tp.user_id = person
        where s.user_id = person and s.ends_at > at
            and s.plan_id is distinct from besides
            and tp.set_aside_at is null and coalesce(tp.status, 'not_started') <> 'completed'
    ) b
$$;

comment on function private.learner_busy is 'When a learner is busy from an instant on: their busy times, and the sessions of their other plans.';

create function private.learner_worked(person uuid) returns jsonb
language sql
stable
set search_path = ''
as $$
    select coalesce(jsonb_agg(jsonb_build_array(w.estimated_minutes, w.actual_minutes) order by w.completed_at desc, w.id), '[]')
    from (
        select t.estimated_minutes, tp.actual_minutes, tp.completed_at, tp.id
        from public.task_progress tp
        join public.tasks t on t.id = tp.task_id
        where tp.user_id = person and tp.status = 'completed' and tp.actual_minutes is not null
        order by tp.completed_at desc, tp.id
        limit 200
    ) w
$$;

comment on function private.learner_worked is 'Estimated and actual minutes of what a learner finished, the newest first.';

create function private.schedule_kind(message jsonb, wanted integer) returns text
language sql
immutable
set search_path = ''
as $$
    -- A catch-up may only propose. What was changed since it was asked for has to be placed.
    select case
        when message ->> 'kind' = 'catch_up' and wanted <= (message ->> 'wanted')::integer then 'catch_up'
        else 'schedule'
    end
$$;

comment on function private.schedule_kind is
    'What a message is about by now: a catch-up, unless something was changed since it was sent.';

-- Definer, as all of worker.
create function worker.load_schedule_plan(msg_id bigint, read_ct integer, at timestamptz default now()) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    delivery record := private.hold_delivery('schedule_plan', msg_id, read_ct);
    schedule public.plan_schedules;
    learner record;
    person public.users;
begin
    if delivery.standing <> 'held' then
        return jsonb_build_object('standing', 'stale');
    end if;
    select s.* into schedule
    from public.plan_schedules s
    where s.plan_id = (delivery.message ->> 'plan_id')::uuid and s.user_id = (delivery.message ->> 'user_id')::uuid;
    learner := private.learner_of(schedule.plan_id, schedule.user_id);
    if schedule.id is null or not learner.learns then
        return jsonb_build_object('standing', 'obsolete');
    end if;
    select u.* into person from public.users u where u.id = schedule.user_id;
    return jsonb_build_object(
        'standing', 'held',
        'wanted', schedule.wanted,
        'version', coalesce((select c.version from private.learner_calendars c where c.user_id = person.id), 0),
        'request', jsonb_build_object(
            'plan_id', schedule.plan_id,
            'kind', private.schedule_kind(delivery.message, schedule.wanted),
            'now', at,
            'time_zone', person.time_zone,
            'start_date', case
                when (learner.plan_row).user_id = person.id
                    then private.first_day((learner.plan_row).start_date, (learner.plan_row).created_at, person.id)
                else private.first_day((learner.follower).start_date, (learner.follower).created_at, person.id)
            end,
            'deadline_date', case
                when (learner.plan_row).user_id = person.id then (learner.plan_row).deadline_date
                else (learner.follower).deadline_date
            end,
            'weekly_hours', case
                when (learner.plan_row).user_id = person.id then (learner.plan_row).weekly_hours
                else coalesce((learner.follower).weekly_hours, (learner.plan_row).weekly_hours)
            end,
            'availability', private.learner_availability(person.id),
            'busy', private.learner_busy(person.id, schedule.plan_id, at),
            'worked', private.learner_worked(person.id),
            'tasks', (
                select coalesce(jsonb_agg(
                    jsonb_build_object(
                        'task_id', t.id, 'title', t.title, 'week', m."order", 'minutes', t.estimated_minutes,
                        'spent', case when tp.status = 'in_progress' then coalesce(tp.actual_minutes, 0) else 0 end,
                        'done', coalesce(tp.status = 'completed', false),
                        'set_aside', tp.set_aside_at is not null
                    )
                    order by m."order", t."order"
                ), '[]')
                from public.modules m
                join public.tasks t on t.module_id = m.id
                left join public.task_progress tp on tp.task_id = t.id and tp.user_id = person.id
                where m.plan_id = schedule.plan_id
            ),
            'sessions', (
                select coalesce(jsonb_agg(
                    jsonb_build_object(
                        'id', s.id, 'task_id', s.task_id, 'part', s.part, 'starts_at', s.starts_at,
                        'ends_at', s.ends_at, 'pinned', s.pinned_at is not null
                    )
                    order by s.starts_at, s.id
                ), '[]')
                from public.sessions s
                where s.plan_id = schedule.plan_id and s.user_id = person.id
            )
        )
    );
end;
$$;

comment on function worker.load_schedule_plan is
    'Begins a delivery: the learner''s plan, availability and sessions as the scheduler takes them, what is wanted, and the version of their calendar; obsolete when they no longer learn by the plan.';

create function private.calendar_version(person uuid) returns bigint
language plpgsql
set search_path = ''
as $$
declare
    found bigint;
begin
    insert into private.learner_calendars (user_id) values (person) on conflict (user_id) do nothing;
    select c.version into found from private.learner_calendars c where c.user_id = person for update;
    return found;
end;
$$;

comment on function private.calendar_version is 'Locks a learner''s calendar and answers its version.';

create function private.hold_schedule(plan uuid, person uuid) returns public.plan_schedules
language plpgsql
set search_path = ''
as $$
declare
    held public.plan_schedules;
begin
    -- The account and the plan first, as deleting them does; then all schedules of the learner, as a
    -- change of their availability does: no deadlock among them.
    perform from public.users u where u.id = person for no key update;
    perform from public.learning_plans p where p.id = plan for key share;
    perform from public.plan_schedules s where s.user_id = person order by s.plan_id for update;
    select s.* into held from public.plan_schedules s where s.plan_id = plan and s.user_id = person;
    return held;
end;
$$;

comment on function private.hold_schedule is 'Locks a learner''s schedule of a plan, with what it hangs on, and answers it.';

create function private.keep_tasks(plan uuid) returns uuid[]
language sql
set search_path = ''
as $$
    -- One that is being deleted takes its sessions along: to wait for it would be to wait in a circle.
    select coalesce(array_agg(l.id), '{}')
    from (
        select t.id
        from public.modules m
        join public.tasks t on t.module_id = m.id
        where m.plan_id = plan
        for key share of t skip locked
    ) l
$$;

comment on function private.keep_tasks is 'Keeps the tasks of a plan from being deleted, and answers them; not those that are being deleted.';

create function private.write_sessions(plan uuid, person uuid, sessions jsonb, gone jsonb) returns bigint
language plpgsql
set search_path = ''
as $$
declare
    raised bigint;
    held uuid[] := private.keep_tasks(plan);
begin
    set constraints public.sessions_name_a_part_once deferred;
    delete from public.sessions s
    where s.plan_id = plan and s.user_id = person and s.task_id = any (held)
        and s.id in (select e.value::uuid from jsonb_array_elements_text(coalesce(gone, '[]')) as e (value));
    -- What did not change is not written: updated_at tells calendars what did.
    update public.sessions s
    set part = w.part, starts_at = w.starts_at, ends_at = w.ends_at
    from jsonb_to_recordset(coalesce(sessions, '[]')) as w (id uuid, part integer, starts_at timestamptz, ends_at timestamptz)
    where w.id = s.id and s.plan_id = plan and s.user_id = person and s.pinned_at is null and s.task_id = any (held)
        and (s.part, s.starts_at, s.ends_at) is distinct from (w.part, w.starts_at, w.ends_at);
    insert into public.sessions (plan_id, user_id, task_id, part, starts_at, ends_at, local_date)
    select plan, person, t.id, w.part, w.starts_at, w.ends_at, w.local_date
    from jsonb_to_recordset(coalesce(sessions, '[]')) as w (
        id uuid, task_id uuid, part integer, starts_at timestamptz, ends_at timestamptz, local_date date
    )
    join unnest(held) as t (id) on t.id = w.task_id -- deleted meanwhile: nothing to do for it
    where w.id is null;
    set constraints public.sessions_name_a_part_once immediate;
    update private.learner_calendars c set version = c.version + 1
    where c.user_id = person
    returning c.version into raised;
    return raised;
end;
$$;

comment on function private.write_sessions is
    'Writes a learner''s sessions of a plan: those with an id are moved, those without are made, those in gone are deleted; pinned ones stay. Answers the new version of their calendar.';

create function private.snapshot_sessions(plan uuid, person uuid) returns jsonb
language sql
stable
set search_path = ''
as $$
    select coalesce(jsonb_agg(to_jsonb(s) order by s.id), '[]')
    from public.sessions s where s.plan_id = plan and s.user_id = person
$$;

comment on function private.snapshot_sessions is 'A learner''s sessions of a plan as they are, to be brought back.';

create function private.save_catch_up(plan uuid, person uuid, result jsonb, applied boolean) returns void
language plpgsql
set search_path = ''
as $$
declare
    before jsonb := case when applied then private.snapshot_sessions(plan, person) end;
    made uuid;
    version bigint;
begin
    update public.catch_ups c set status = 'superseded', decided_at = now()
    where c.plan_id = plan and c.user_id = person and c.status = 'open';
    -- Who went away is proposed to every night: what nobody can take any more makes room.
    delete from public.catch_ups c
    where c.plan_id = plan and c.user_id = person and c.status = 'superseded' and c.decided_at < now() - interval '14 days';
    update private.catch_up_targets t set target = null, before = case when not applied then t.before end
    from public.catch_ups c
    where c.id = t.catch_up_id and c.plan_id = plan and c.user_id = person
        and (t.target is not null or applied and t.before is not null);
    if applied then
        version := private.write_sessions(plan, person, result -> 'sessions', result -> 'gone');
    else
        version := private.calendar_version(person);
    end if;
    insert into public.catch_ups (plan_id, user_id, status, moves, summary, decided_at)
    values (
        plan, person, case when applied then 'applied' else 'open' end::public.catch_up_status,
        result -> 'moves', coalesce(result -> 'summary', '{}'), case when applied then now() end
    )
    returning id into made;
    insert into private.catch_up_targets (catch_up_id, version, target, before)
    values (
        made, version,
        case when not applied then jsonb_build_object(
            'sessions', result -> 'sessions', 'gone', result -> 'gone', 'feasibility', result -> 'feasibility'
        ) end,
        before
    );
end;
$$;

create function private.write_feasibility(plan uuid, person uuid, fit jsonb) returns void
language sql
set search_path = ''
as $$
    update public.plan_schedules s
    set fits = (fit ->> 'fits')::boolean,
        needed_minutes = (fit ->> 'needed_minutes')::integer,
        available_minutes = (fit ->> 'available_minutes')::integer,
        ends_on = (fit ->> 'ends_on')::date,
        deadline_date = (fit ->> 'deadline_date')::date,
        pace = (fit ->> 'pace')::numeric,
        unplaced = coalesce(fit -> 'unplaced', '[]'),
        choices = coalesce(fit -> 'choices', '[]'),
        computed_at = now()
    where s.plan_id = plan and s.user_id = person
$$;

comment on function private.write_feasibility is 'Writes how a plan fits into a learner''s weeks, as their sessions are.';

comment on function private.save_catch_up is
    'Keeps a catch-up: applied at once with what was before, or open with what it would write. An open one before it is superseded.';

create function private.apply_schedule_plan(message jsonb, result jsonb) returns void
language plpgsql
set search_path = ''
as $$
declare
    plan uuid := (message ->> 'plan_id')::uuid;
    person uuid := (message ->> 'user_id')::uuid;
    fit jsonb := result -> 'feasibility';
    held uuid[];
    schedule public.plan_schedules;
    catching_up boolean := private.schedule_kind(message, (result ->> 'wanted')::integer) = 'catch_up';
    at_once boolean;
begin
    schedule := private.hold_schedule(plan, person);
    if schedule.id is null then
        return; -- deleted meanwhile, or no longer followed
    end if;
    if private.calendar_version(person) <> (result ->> 'version')::bigint then
        -- Tried again with the calendar as it is now: another of their plans was placed meanwhile.
        raise exception 'the calendar moved on while the plan was placed' using errcode = 'LB001';
    end if;
    if jsonb_typeof(result -> 'sessions') is distinct from 'array' or jsonb_typeof(fit) is distinct from 'object' then
        raise invalid_parameter_value using message = 'the result has no sessions, or no feasibility';
    end if;
    -- One that is nowhere any more went with its task: the plan is placed anew in any case.
    if exists (
        select from jsonb_array_elements(result -> 'sessions') e
        join public.sessions s on s.id = (e.value ->> 'id')::uuid
        where s.plan_id <> plan or s.user_id <> person
    ) then
        raise invalid_parameter_value using message = 'the result names a session that is not of this schedule';
    end if;
    -- Somebody holds a task and may yet let go of it: tried again, or it would have no place and no word of why.
    -- Before anything is written: who lets go meanwhile would look as if they had never held it.
    held := private.keep_tasks(plan);
    if exists (
        select from jsonb_to_recordset(result -> 'sessions') as w (task_id uuid)
        join public.tasks t on t.id = w.task_id
        join public.modules m on m.id = t.module_id
        where m.plan_id = plan and t.id <> all (held)
    ) then
        raise exception 'a task was held while the plan was placed' using errcode = 'LB001';
    end if;
    at_once := not catching_up or coalesce(
        (select s.catch_up = 'apply' from public.study_preferences s where s.user_id = person), false
    );
    if not catching_up then
        -- What was proposed for the old times no longer fits.
        update public.catch_ups c set status = 'superseded', decided_at = now()
        where c.plan_id = plan and c.user_id = person and c.status = 'open';
        perform private.write_sessions(plan, person, result -> 'sessions', result -> 'gone');
    elsif jsonb_array_length(coalesce(result -> 'moves', '[]')) > 0 then
        perform private.save_catch_up(plan, person, result, at_once);
    end if;
    -- Whether there is time enough does not hang on whether they take what is proposed.
    perform private.write_feasibility(plan, person, fit);
    update public.plan_schedules s
    set computed_at = now(),
        error = null,
        made = least(s.wanted, (result ->> 'wanted')::integer), -- followed anew meanwhile: it counts from 1 again
        status = case when s.wanted > (result ->> 'wanted')::integer then 'waiting' else 'ready' end::public.schedule_status
    where s.id = schedule.id;
    if schedule.wanted > (result ->> 'wanted')::integer then
        perform private.enqueue('schedule_plan', jsonb_build_object(
            'v', 1, 'plan_id', plan, 'user_id', person, 'kind', 'schedule', 'wanted', schedule.wanted
        ));
    end if;
end;
$$;

comment on function private.apply_schedule_plan is
    'Hook: writes {"version", "wanted", "sessions", "gone", "feasibility", "moves", "summary"} as the learner''s schedule, or as a catch-up for them to decide; asks once more where something changed meanwhile.';

create function private.settle_schedule_plan(message jsonb, error jsonb, final boolean) returns void
language plpgsql
set search_path = ''
as $$
begin
    update public.plan_schedules s
    set error = settle_schedule_plan.error,
        status = case when final then 'failed' else s.status end,
        made = case when final then s.wanted else s.made end
    where s.plan_id = (message ->> 'plan_id')::uuid and s.user_id = (message ->> 'user_id')::uuid;
exception when invalid_text_representation then
    return; -- the message names nobody: there is nobody to tell
end;
$$;

comment on function private.settle_schedule_plan is 'Hook: tells the learner why their schedule could not be made.';

create function private.revive_schedule_plan(message jsonb) returns boolean
language plpgsql
set search_path = ''
as $$
begin
    update public.plan_schedules s set status = 'waiting', error = null, made = s.made - 1
    where s.plan_id = (message ->> 'plan_id')::uuid and s.user_id = (message ->> 'user_id')::uuid and s.wanted = s.made;
    return found;
exception when invalid_text_representation then
    return false;
end;
$$;

comment on function private.revive_schedule_plan is 'Hook: a schedule is wanted again, unless it is being made already.';

create function private.schedules_of(outcomes jsonb) returns table (plan_id uuid, user_id uuid)
language sql
stable
set search_path = ''
as $$
    select (q.message ->> 'plan_id')::uuid, (q.message ->> 'user_id')::uuid
    from jsonb_array_elements(case jsonb_typeof(outcomes) when 'array' then outcomes else '[]' end) as o (value)
    join pgmq.q_schedule_plan q
        on q.msg_id = case when o.value ->> 'msg_id' ~ '^\d{1,18}$' then (o.value ->> 'msg_id')::bigint end
    where q.message ->> 'plan_id' ~ '^[0-9a-f-]{36}$' and q.message ->> 'user_id' ~ '^[0-9a-f-]{36}$'
$$;

comment on function private.schedules_of is 'Which schedules outcomes are about, by their messages.';

-- Definer, as all of worker.
create function worker.complete_schedule_plan(outcomes jsonb)
returns table (msg_id bigint, read_ct integer, standing text, problem jsonb)
language plpgsql
security definer
set search_path = ''
as $$
begin
    -- All of the batch in the order in which people's triggers have it, whatever order the messages
    -- are in: the accounts, the plans, the schedules.
    perform from public.users u
    where u.id in (select b.user_id from private.schedules_of(outcomes) b) order by u.id for no key update;
    perform from public.learning_plans p
    where p.id in (select b.plan_id from private.schedules_of(outcomes) b) order by p.id for key share;
    perform from public.plan_schedules s
    where s.user_id in (select b.user_id from private.schedules_of(outcomes) b)
    order by s.user_id, s.plan_id for update;
    return query select c.* from private.complete_jobs('schedule_plan', outcomes) c;
end;
$$;

comment on function worker.complete_schedule_plan is
    'Settles deliveries [{"msg_id", "read_ct", "result"}]: writes each schedule and archives its message in one transaction. Answers done, already_done, stale or rejected for each.';

-- At night ----------------------------------------------------------------------------------------

create function private.next_night(at timestamptz, zone text) returns timestamptz
language plpgsql
stable
set search_path = ''
as $$
declare
    today date := private.local_date(at, zone);
    night timestamptz;
begin
    begin
        night := (today + time '03:15') at time zone zone;
        if night <= at then
            night := (today + 1 + time '03:15') at time zone zone;
        end if;
    exception when invalid_parameter_value then
        night := (today + 1 + time '03:15') at time zone 'UTC';
    end;
    return night;
end;
$$;

comment on function private.next_night is 'The next quarter past three at night in a zone, after an instant; in UTC where the zone is unknown.';

create function private.enqueue_catch_ups(at timestamptz default now(), most integer default 10000) returns integer
language plpgsql
set search_path = ''
as $$
declare
    sent integer;
begin
    with due as materialized (
        select s.id, s.plan_id, s.user_id, s.status, u.time_zone,
            -- What somebody refused to move, or moved back, is not moved again: only what slipped since.
            coalesce((
                select max(c.decided_at) from public.catch_ups c
                where c.user_id = s.user_id and c.plan_id = s.plan_id and c.status in ('rejected', 'undone')
            ), '-infinity') as refused_at
        from public.plan_schedules s
        join public.users u on u.id = s.user_id
        where s.look_at <= enqueue_catch_ups.at
        order by s.look_at
        limit most
        for update of s skip locked
    ),
    off_course as materialized (
        select d.id
        from due d
        where d.status <> 'waiting' and (
            -- Slipped: a session is over, and its task is not done.
            exists (
                select from public.sessions s
                left join public.task_progress tp on tp.task_id = s.task_id and tp.user_id = s.user_id
                where s.user_id = d.user_id and s.plan_id = d.plan_id and s.ends_at <= enqueue_catch_ups.at
                    and s.ends_at > d.refused_at
                    and coalesce(tp.status, 'not_started') <> 'completed' and tp.set_aside_at is null
            )
            -- Sped ahead, or set aside: a session is to come, and its task needs none.
            or exists (
                select from public.sessions s
                join public.task_progress tp on tp.task_id = s.task_id and tp.user_id = s.user_id
                where s.user_id = d.user_id and s.plan_id = d.plan_id and s.starts_at > enqueue_catch_ups.at
                    and tp.updated_at > d.refused_at
                    and (tp.status = 'completed' or tp.set_aside_at is not null)
            )
        )
    ),
    looked as (
        update public.plan_schedules s
        set look_at = private.next_night(enqueue_catch_ups.at, d.time_zone),
            wanted = s.wanted + (case when o.id is null then 0 else 1 end),
            status = case when o.id is null then s.status else 'waiting' end
        from due d
        left join off_course o on o.id = d.id
        where s.id = d.id
        returning s.plan_id, s.user_id, s.wanted, o.id is not null as off_course
    ),
    messages as (
        select
            array_agg(jsonb_build_object(
                'v', 1, 'plan_id', l.plan_id, 'user_id', l.user_id, 'kind', 'catch_up', 'wanted', l.wanted
            )) as batch,
            count(*) as messages
        from looked l
        where l.off_course
        having count(*) > 0
    )
    select count(s.id) into sent
    from messages m
    cross join lateral pgmq.send_batch('schedule_plan', m.batch) as s (id);
    return sent;
end;
$$;

comment on function private.enqueue_catch_ups is
    'Looks at the schedules whose night has come and sends those that slipped or sped ahead to be caught up; answers how many. A missed run is made up by the next.';

-- What learners decide ------------------------------------------------------------------------------

-- Definer: schedules are not theirs to write; it checks whether they learn by the plan.
create function private.request_own_schedule(plan uuid, kind text) returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
    if not (private.learner_of(plan, private.current_user_id())).learns then
        perform private.refuse(404, 'plan_not_found', 'plan_id', 'There is no such plan', 'Check the id; follow a public plan to have a schedule of it');
    end if;
    perform private.request_schedule(plan, private.current_user_id(), kind);
end;
$$;

comment on function private.request_own_schedule is 'Asks for the schedule of a plan that whoever asks learns by.';

create function public.schedule_plan(plan_id uuid) returns void
language sql
set search_path = ''
begin atomic
    select private.request_own_schedule(plan_id, 'schedule');
end;

comment on function public.schedule_plan is
    'Places my plan, or one I follow, into my weeks; follow plan_schedules.status. Done by itself when a plan was made, followed or changed, and when my availability did.';

create function public.catch_up(plan_id uuid) returns void
language sql
set search_path = ''
begin atomic
    select private.request_own_schedule(plan_id, 'catch_up');
end;

comment on function public.catch_up is
    'Looks now at what slipped, as every night; follow plan_schedules.status, then read catch_ups.';

-- Definer: the choices were made by the service; the schedule's row is not theirs to write.
create function private.own_choice(plan uuid, choice text) returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
    schedule public.plan_schedules;
    wished jsonb;
begin
    select s.* into schedule
    from public.plan_schedules s where s.plan_id = plan and s.user_id = private.current_user_id();
    if schedule.id is null or not (private.learner_of(plan, schedule.user_id)).learns then
        perform private.refuse(404, 'plan_not_found', 'plan_id', 'There is no such plan', 'Check the id; follow a public plan to have a schedule of it');
    elsif schedule.status = 'waiting' then
        perform private.refuse(409, 'schedule_is_waiting', 'plan_id', 'The schedule is being made anew', 'Wait until plan_schedules.status is ready, and look at the choices again');
    end if;
    select e.value into wished from jsonb_array_elements(schedule.choices) e where e.value ->> 'choice' = choice;
    if wished is null then
        perform private.refuse(
            409, 'choice_not_offered', 'choice', 'This choice is not offered for the plan as it is now',
            'Choose one of plan_schedules.choices'
        );
    end if;
    return wished;
end;
$$;

comment on function private.own_choice is 'A choice that the schedule of whoever asks offers; refuses any other.';

create function public.choose_feasibility(plan_id uuid, choice text) returns jsonb
language plpgsql
set search_path = ''
as $$
#variable_conflict use_variable
declare
    wished jsonb := private.own_choice(plan_id, choice);
    mine boolean := private.owns_plan(plan_id);
    me uuid := private.current_user_id();
begin
    if choice = 'more_hours' and mine then
        update public.learning_plans p set weekly_hours = (wished ->> 'weekly_hours')::integer where p.id = choose_feasibility.plan_id;
    elsif choice = 'more_hours' then
        update public.plan_followers f set weekly_hours = (wished ->> 'weekly_hours')::integer
        where f.plan_id = choose_feasibility.plan_id and f.user_id = me;
    elsif choice = 'later_date' and mine then
        update public.learning_plans p set deadline_date = (wished ->> 'deadline_date')::date where p.id = choose_feasibility.plan_id;
    elsif choice = 'later_date' then
        update public.plan_followers f set deadline_date = (wished ->> 'deadline_date')::date
        where f.plan_id = choose_feasibility.plan_id and f.user_id = me;
    elsif choice = 'fewer_tasks' then
        insert into public.task_progress (task_id, set_aside_at)
        select e.value::uuid, now()
        from jsonb_array_elements_text(wished -> 'task_ids') as e (value)
        join public.tasks t on t.id = e.value::uuid
        on conflict (task_id, user_id) do update set set_aside_at = excluded.set_aside_at
        where task_progress.status <> 'completed';
    end if;
    if choice = 'more_hours' then
        insert into public.study_windows (weekday, starts, ends)
        select (w.value ->> 'weekday')::smallint,
            time '00:00' + make_interval(mins => (w.value ->> 'from')::integer),
            case when (w.value ->> 'to')::integer = 1440 then time '24:00'
                else time '00:00' + make_interval(mins => (w.value ->> 'to')::integer) end
        from jsonb_array_elements(coalesce(wished -> 'windows', '[]')) as w (value);
    end if;
    perform private.request_own_schedule(plan_id, 'schedule');
    return wished;
end;
$$;

comment on function public.choose_feasibility is
    'Takes one of plan_schedules.choices, in one call: more_hours raises the weekly hours (and adds the windows it names), later_date moves the deadline, fewer_tasks sets the named tasks aside, for me alone. Then the plan is placed anew.';

create type public.catch_up_receipt as (catch_up_id uuid, plan_id uuid, status public.catch_up_status);
comment on type public.catch_up_receipt is 'How a catch-up stands now.';

-- Definer, all three: sessions are written by the service; they check whose catch-up it is.
create function private.hold_catch_up(catch_up uuid, wanted public.catch_up_status) returns public.catch_ups
language plpgsql
security definer
set search_path = ''
as $$
declare
    held public.catch_ups;
begin
    perform private.hold_schedule(c.plan_id, c.user_id)
    from public.catch_ups c where c.id = catch_up and c.user_id = private.current_user_id();
    select c.* into held
    from public.catch_ups c where c.id = catch_up and c.user_id = private.current_user_id() for update;
    if held.id is null then
        perform private.refuse(404, 'catch_up_not_found', 'catch_up_id', 'There is no such catch-up', 'Check the id');
    elsif held.status <> wanted then
        perform private.refuse(
            409, 'catch_up_is_' || held.status, 'catch_up_id',
            format('The catch-up is %s', held.status),
            case wanted when 'open' then 'Ask for a new one: rpc/catch_up' else 'Only one that was applied can be undone' end
        );
    end if;
    return held;
end;
$$;

comment on function private.hold_catch_up is 'Locks a catch-up of whoever asks, with its schedule; refuses one that stands otherwise.';

-- Definer: as above.
create function private.accept_own_catch_up(catch_up uuid) returns public.catch_up_receipt
language plpgsql
security definer
set search_path = ''
as $$
declare
    held public.catch_ups := private.hold_catch_up(catch_up, 'open');
    kept private.catch_up_targets;
    was jsonb;
    written bigint;
begin
    select t.* into kept from private.catch_up_targets t where t.catch_up_id = catch_up;
    if kept.version <> private.calendar_version(held.user_id) then
        perform private.refuse(409, 'calendar_moved_on', 'catch_up_id', 'Your sessions have changed since this was proposed', 'Ask for a new one: rpc/catch_up');
    elsif exists (
        select from jsonb_to_recordset(kept.target -> 'sessions') as w (id uuid, starts_at timestamptz)
        left join public.sessions s on s.id = w.id
        where w.starts_at < now() and s.starts_at is distinct from w.starts_at
    ) then
        perform private.refuse(409, 'catch_up_is_old', 'catch_up_id', 'Some of the proposed times have passed', 'Ask for a new one: rpc/catch_up');
    end if;
    was := private.snapshot_sessions(held.plan_id, held.user_id);
    written := private.write_sessions(held.plan_id, held.user_id, kept.target -> 'sessions', kept.target -> 'gone');
    if kept.target ? 'feasibility' then
        perform private.write_feasibility(held.plan_id, held.user_id, kept.target -> 'feasibility');
    end if;
    update private.catch_up_targets t set version = written, before = was, target = null
    where t.catch_up_id = catch_up;
    update public.catch_ups c set status = 'applied', decided_at = now() where c.id = catch_up;
    return (catch_up, held.plan_id, 'applied')::public.catch_up_receipt;
end;
$$;

-- Definer: as above.
create function private.reject_own_catch_up(catch_up uuid) returns public.catch_up_receipt
language plpgsql
security definer
set search_path = ''
as $$
declare
    held public.catch_ups := private.hold_catch_up(catch_up, 'open');
begin
    update public.catch_ups c set status = 'rejected', decided_at = now() where c.id = catch_up;
    return (catch_up, held.plan_id, 'rejected')::public.catch_up_receipt;
end;
$$;

-- Definer: as above.
create function private.undo_own_catch_up(catch_up uuid) returns public.catch_up_receipt
language plpgsql
security definer
set search_path = ''
as $$
declare
    held public.catch_ups := private.hold_catch_up(catch_up, 'applied');
    kept private.catch_up_targets;
    tasks uuid[] := private.keep_tasks(held.plan_id);
begin
    select t.* into kept from private.catch_up_targets t where t.catch_up_id = catch_up;
    -- Another plan that was placed since (the same night, say) is in the way only where it took their times.
    if kept.version <> private.calendar_version(held.user_id) and (
        kept.before is null
        or exists (
            select from public.sessions s
            left join jsonb_to_recordset(kept.before) as w (id uuid, pinned_at timestamptz) on w.id = s.id
            where s.plan_id = held.plan_id and s.user_id = held.user_id
                and (s.updated_at > held.decided_at or s.pinned_at is distinct from w.pinned_at)
        )
        or exists (
            select from jsonb_to_recordset(kept.before) as w (starts_at timestamptz, ends_at timestamptz)
            join public.sessions o on o.user_id = held.user_id and o.plan_id <> held.plan_id
                and o.starts_at < w.ends_at and o.ends_at > w.starts_at
            where w.ends_at > now()
        )
        or exists (
            select from jsonb_to_recordset(kept.before) as w (starts_at timestamptz, ends_at timestamptz)
            join public.busy_times b on b.user_id = held.user_id and b.created_at > held.decided_at
                and b.starts_at < w.ends_at and b.ends_at > w.starts_at
            where w.ends_at > now()
        )
    ) then
        perform private.refuse(409, 'calendar_moved_on', 'catch_up_id', 'Your sessions have changed since', 'Move them yourself, or ask for a new schedule: rpc/schedule_plan');
    end if;
    set constraints public.sessions_name_a_part_once deferred;
    delete from public.sessions s
    where s.plan_id = held.plan_id and s.user_id = held.user_id and s.task_id = any (tasks)
        and s.id not in (select w.id from jsonb_to_recordset(kept.before) as w (id uuid));
    update public.sessions s
    set part = w.part, starts_at = w.starts_at, ends_at = w.ends_at
    from jsonb_to_recordset(kept.before) as w (id uuid, part integer, starts_at timestamptz, ends_at timestamptz)
    where w.id = s.id and s.user_id = held.user_id and s.task_id = any (tasks)
        and (s.part, s.starts_at, s.ends_at) is distinct from (w.part, w.starts_at, w.ends_at);
    insert into public.sessions (id, plan_id, user_id, task_id, part, starts_at, ends_at, local_date, pinned_at, sequence, created_at)
    select w.id, w.plan_id, w.user_id, w.task_id, w.part, w.starts_at, w.ends_at, w.local_date, w.pinned_at,
        w.sequence + 1, w.created_at
    from jsonb_populate_recordset(null::public.sessions, kept.before) w
    join unnest(tasks) as t (id) on t.id = w.task_id
    where not exists (select from public.sessions s where s.id = w.id);
    set constraints public.sessions_name_a_part_once immediate;
    update private.learner_calendars c set version = c.version + 1 where c.user_id = held.user_id;
    update public.catch_ups c set status = 'undone', decided_at = now() where c.id = catch_up;
    return (catch_up, held.plan_id, 'undone')::public.catch_up_receipt;
end;
$$;

comment on function private.accept_own_catch_up is 'What accept_catch_up does.';
comment on function private.reject_own_catch_up is 'What reject_catch_up does.';
comment on function private.undo_own_catch_up is 'What undo_catch_up does.';

create function public.accept_catch_up(catch_up_id uuid) returns public.catch_up_receipt
language sql
set search_path = ''
begin atomic
    select private.accept_own_catch_up(catch_up_id);
end;

create function public.reject_catch_up(catch_up_id uuid) returns public.catch_up_receipt
language sql
set search_path = ''
begin atomic
    select private.reject_own_catch_up(catch_up_id);
end;

create function public.undo_catch_up(catch_up_id uuid) returns public.catch_up_receipt
language sql
set search_path = ''
begin atomic
    select private.undo_own_catch_up(catch_up_id);
end;

comment on function public.accept_catch_up is
    'Moves my sessions as an open catch-up proposes; a conflict where they changed since, or a proposed time has passed.';
comment on function public.reject_catch_up is 'Leaves my sessions where they are.';
comment on function public.undo_catch_up is 'Brings back the times before a catch-up was applied, the same ids, until a session of the plan changed since, or something else took one of those times.';

create function public.my_availability(at timestamptz default now()) returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
    return private.own_availability(at);
end;
$$;

comment on function public.my_availability is
    'What a scheduler needs to know of me: time zone, windows, days off, limits, busy times, and how long finished tasks took.';

-- Definer: it reads what is mine past the policies of five tables, once.
create function private.own_availability(at timestamptz) returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
    me uuid := private.current_user_id();
begin
    if me is null then
        perform private.refuse(401, 'not_signed_in', 'authorization', 'Nobody is signed in', 'Sign in and send the token');
    end if;
    return private.learner_availability(me) || jsonb_build_object(
        'time_zone', (select u.time_zone from public.users u where u.id = me),
        'busy', private.learner_busy(me, null, at),
        'worked', private.learner_worked(me)
    );
end;
$$;

comment on function private.own_availability is 'What my_availability answers.';

revoke execute on function
    private.place_session, private.raise_calendar_version, private.hold_own_calendar, private.hold_calendar, private.learner_of, private.request_schedule,
    private.refresh_schedules_of, private.follow_availability, private.follow_time_zone, private.follow_plan,
    private.forget_schedule, private.hold_schedule, private.keep_tasks,
    private.follow_follower, private.follow_generation, private.learner_availability, private.learner_busy,
    private.learner_worked, private.calendar_version, private.write_sessions, private.snapshot_sessions,
    private.save_catch_up, private.apply_schedule_plan, private.settle_schedule_plan, private.revive_schedule_plan,
    private.schedules_of, private.schedule_kind, private.write_feasibility, private.next_night, private.enqueue_catch_ups, private.request_own_schedule, private.own_choice,
    private.hold_catch_up, private.accept_own_catch_up, private.reject_own_catch_up, private.undo_own_catch_up,
    private.own_availability,
    public.schedule_plan, public.catch_up, public.choose_feasibility, public.accept_catch_up, public.reject_catch_up,
    public.undo_catch_up, public.my_availability,
    worker.load_schedule_plan, worker.complete_schedule_plan
    from public, anon, authenticated, service_role;
grant execute on function
    private.request_own_schedule, private.own_choice, private.accept_own_catch_up, private.reject_own_catch_up,
    private.undo_own_catch_up, private.own_availability, private.hold_own_calendar,
    public.schedule_plan, public.catch_up, public.choose_feasibility, public.accept_catch_up, public.reject_catch_up,
    public.undo_catch_up, public.my_availability
    to authenticated;
grant execute on function worker.load_schedule_plan, worker.complete_schedule_plan to service_role;
