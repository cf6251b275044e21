-- Progress: what each learner has done, and the figures derived from it. All figures are those of
-- whoever asks: a follower of a public plan sees their own, never the owner's.

create type public.progress_status as enum ('not_started', 'in_progress', 'completed');
comment on type public.progress_status is 'How far one learner is with one task.';

-- Table -----------------------------------------------------------------------------------------

create table public.task_progress (
    id uuid primary key default gen_random_uuid(),
    task_id uuid not null references public.tasks (id) on delete cascade,
    user_id uuid not null default private.current_user_id() references public.users (id) on delete cascade,
    status public.progress_status not null default 'not_started',
    completed_at timestamptz,
    actual_minutes integer,
    updated_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    constraint idx_task_progress_task_id unique (task_id, user_id),
    constraint task_progress_actual_minutes_fit_a_week check (actual_minutes >= 0 and actual_minutes <= 10080)
);

comment on table public.task_progress is
    'How far one learner is with one task. Tick by upsert on (task_id, user_id); user_id may be left out.';
comment on column public.task_progress.completed_at is
    'When it was completed: the database''s clock, or the client''s for work done offline; null unless completed.';
comment on column public.task_progress.actual_minutes is 'Minutes it really took, when the learner says so.';

create index idx_task_progress_user_id on public.task_progress (user_id);

create function private.stamp_completion() returns trigger
language plpgsql
set search_path = ''
as $$
begin
    if new.status <> 'completed' then
        new.completed_at := null;
    elsif new.completed_at is null then
        new.completed_at := now();
    elsif new.completed_at > now() + interval '5 minutes' then
        perform private.refuse(
            422, 'invalid_completed_at', 'completed_at',
            'completed_at lies in the future',
            'Leave it out, or send when the work was really done'
        );
    end if;
    return new;
end;
$$;

comment on function private.stamp_completion is 'Trigger: completed_at is set exactly while the status is completed.';

revoke execute on function private.stamp_completion from public, anon, authenticated;

create trigger task_progress_keep_fixed before update on public.task_progress
    for each row execute function private.keep_fixed('id', 'task_id', 'user_id', 'created_at');
create trigger task_progress_set_updated_at before update on public.task_progress
    for each row execute function private.set_updated_at();
create trigger task_progress_stamp_completion before insert or update on public.task_progress
    for each row execute function private.stamp_completion();

-- Security --------------------------------------------------------------------------------------

alter table public.task_progress enable row level security;

create policy "People read their own progress" on public.task_progress
    for select to authenticated
    using (user_id = (select private.current_user_id()));
create policy "People record their progress on tasks they can read" on public.task_progress
    for insert to authenticated
    with check (
        user_id = (select private.current_user_id())
        and exists (select from public.tasks t where t.id = task_id)
    );
create policy "People update their own progress" on public.task_progress
    for update to authenticated
    using (user_id = (select private.current_user_id()))
    with check (user_id = (select private.current_user_id()));
create policy "People delete their own progress" on public.task_progress
    for delete to authenticated
    using (user_id = (select private.current_user_id()));

revoke all on public.task_progress from public, anon, authenticated, service_role;
select private.let_people_read('public.task_progress');
grant delete,
    insert (task_id, user_id, status, completed_at, actual_minutes),
    update (task_id, user_id, status, completed_at, actual_minutes)
    on public.task_progress to authenticated;
grant select, insert, update, delete on public.task_progress to service_role;

-- Figures of a module ---------------------------------------------------------------------------

create view public.module_progress with (security_invoker = true) as
select
    m.id as module_id,
    m.plan_id,
    m."order" as week,
    count(t.id)::integer as total_tasks,
    count(tp.id) filter (where tp.status = 'completed')::integer as completed_tasks,
    coalesce(round(
        count(tp.id) filter (where tp.status = 'completed')::numeric / nullif(count(t.id), 0), 4
    ), 0) as completion,
    count(tp.id) filter (where tp.status = 'completed') = count(t.id) as is_complete,
    coalesce(sum(t.estimated_minutes), 0)::integer as total_minutes,
    coalesce(sum(t.estimated_minutes) filter (where tp.status = 'completed'), 0)::integer as completed_minutes
from public.modules m
left join public.tasks t on t.module_id = m.id
left join public.task_progress tp
    on tp.task_id = t.id and tp.user_id = (select private.current_user_id())
group by m.id;

comment on view public.module_progress is
    'How far I am with each module. A module is complete when all its tasks are; one without tasks holds nobody up.';
comment on column public.module_progress.completion is 'completed tasks / tasks, 0 to 1; 0 for an empty module.';

-- Figures of a plan -----------------------------------------------------------------------------

-- Definer: a plan without a start begins on its owner's date, and nobody reads another's time zone.
create function private.first_day(chosen date, otherwise timestamptz, person uuid) returns date
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    return coalesce(chosen, private.local_date(otherwise, (
        select u.time_zone from public.users u where u.id = person
    )));
end;
$$;

comment on function private.first_day is
    'First day of somebody''s week 1: the day they chose, or the date of an instant in their time zone.';

revoke execute on function private.first_day from public, anon, authenticated;
grant execute on function private.first_day to authenticated, service_role;

create view public.plan_progress with (security_invoker = true) as
select
    p.id as plan_id,
    case
        when pf.id is null then private.first_day(p.start_date, p.created_at, p.user_id)
        else private.first_day(pf.start_date, pf.created_at, pf.user_id)
    end as starts_on,
    coalesce(f.total_weeks, 0) as total_weeks,
    f.current_week,
    coalesce(f.total_tasks, 0) as total_tasks,
    coalesce(f.completed_tasks, 0) as completed_tasks,
    coalesce(round(f.completed_tasks::numeric / nullif(f.total_tasks, 0), 4), 0) as completion,
    coalesce(f.total_tasks > 0 and f.completed_tasks = f.total_tasks, false) as is_complete,
    coalesce(f.total_minutes, 0) as total_minutes,
    coalesce(f.completed_minutes, 0) as completed_minutes
from public.learning_plans p
left join public.plan_followers pf
    on pf.plan_id = p.id and pf.user_id = (select private.current_user_id())
left join lateral (
    select
        count(*)::integer as total_weeks,
        -- The first module that is not complete; at the end it stays at the last one.
        coalesce(min(mp.week) filter (where not mp.is_complete), max(mp.week)) as current_week,
        sum(mp.total_tasks)::integer as total_tasks,
        sum(mp.completed_tasks)::integer as completed_tasks,
        sum(mp.total_minutes)::integer as total_minutes,
        sum(mp.completed_minutes)::integer as completed_minutes
    from public.module_progress mp
    where mp.plan_id = p.id
) f on true;

comment on view public.plan_progress is 'How far I am with each plan I can read.';
comment on column public.plan_progress.starts_on is
    'First day of my week 1: the follower''s own start for who follows, the plan''s for anybody else; week n begins 7·(n−1) days later.';
comment on column public.plan_progress.completion is 'completed tasks / tasks, 0 to 1; 0 for an empty plan.';
comment on column public.plan_progress.current_week is
    'Number of the first module not complete; the last one when all are; null for a plan without modules.';

revoke all on public.module_progress, public.plan_progress from public, anon, authenticated, service_role;
grant select on public.module_progress, public.plan_progress to authenticated, service_role;

-- So that select=*,progress(*) embeds the figures in a plan or a module.

-- Definer: the page of a plan shows figures for each of its weeks. Whether it may be read is asked
-- once a call here; under the policies it was asked for each task, and planned anew for each request.
create function private.plan_figures(plan uuid) returns setof public.plan_progress
language plpgsql
stable
security definer
rows 1
set search_path = ''
as $$
begin
    if private.reads_plan(plan) then
        return query select pp.* from public.plan_progress pp where pp.plan_id = plan;
    end if;
end;
$$;

-- Definer: as above.
create function private.module_figures(module uuid) returns setof public.module_progress
language plpgsql
stable
security definer
rows 1
set search_path = ''
as $$
begin
    if private.reads_plan((select m.plan_id from public.modules m where m.id = module)) then
        return query select mp.* from public.module_progress mp where mp.module_id = module;
    end if;
end;
$$;

comment on function private.plan_figures is 'The row of plan_progress for a plan that whoever asks may read; none for any other.';
comment on function private.module_figures is 'The row of module_progress for a module that whoever asks may read; none for any other.';

revoke execute on function private.plan_figures, private.module_figures from public, anon, authenticated;
grant execute on function private.plan_figures, private.module_figures to authenticated, service_role;

create function public.progress(public.learning_plans) returns setof public.plan_progress
language sql
stable
rows 1
set search_path = ''
begin atomic
    select f.* from private.plan_figures($1.id) f;
end;

create function public.progress(public.modules) returns setof public.module_progress
language sql
stable
rows 1
set search_path = ''
begin atomic
    select f.* from private.module_figures($1.id) f;
end;

comment on function public.progress(public.learning_plans) is 'My progress with this plan, to be embedded: select=*,progress(*).';
comment on function public.progress(public.modules) is 'My progress with this module, to be embedded: select=*,progress(*).';

revoke execute on function public.progress(public.learning_plans), public.progress(public.modules)
    from public, anon, authenticated;
grant execute on function public.progress(public.learning_plans), public.progress(public.modules)
    to authenticated, service_role;

-- The calendar of a plan: week n begins at its start + 7·(n−1) --------------------------------------

create type public.due_task as (
    plan_id uuid,
    module_id uuid,
    task_id uuid,
    week integer,
    "order" integer,
    day smallint,
    due_on date,
    title text,
    estimated_minutes integer,
    status public.progress_status,
    is_overdue boolean
);
comment on type public.due_task is 'A task in the calendar of whoever asks.';

-- Definer: whose plans these are is written out, and asked once a plan instead of once a task. A plan
-- that was made private again is gone from who followed it.
create function private.own_due_tasks(at timestamptz) returns setof public.due_task
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    return query
        with me as materialized (
            select u.id, private.local_date(own_due_tasks.at, u.time_zone) as today
            from public.users u
            where u.id = (select private.current_user_id())
        ),
        mine as materialized (
            select p.id as plan_id, me.today, me.id as learner,
                private.first_day(p.start_date, p.created_at, p.user_id) as starts_on
            from me
            join public.learning_plans p on p.user_id = me.id
            union all
            select f.plan_id, me.today, me.id, private.first_day(f.start_date, f.created_at, f.user_id)
            from me
            join public.plan_followers f on f.user_id = me.id
            join public.learning_plans p on p.id = f.plan_id and p.visibility = 'public'
        )
        select
            c.plan_id,
            m.id,
            t.id,
            m."order",
            t."order",
            t.day,
            c.starts_on + 7 * (m."order" - 1) + coalesce(t.day, 7) - 1,
            t.title,
            t.estimated_minutes,
            coalesce(tp.status, 'not_started'),
            (c.today - c.starts_on) >= 7 * m."order"
        from mine c
        join public.modules m on m.plan_id = c.plan_id
        join public.tasks t on t.module_id = m.id
        left join public.task_progress tp on tp.task_id = t.id and tp.user_id = c.learner
        where (c.today - c.starts_on) >= 7 * (m."order" - 1)
            and ((c.today - c.starts_on) < 7 * m."order" or coalesce(tp.status, 'not_started') <> 'completed')
        order by c.plan_id, m."order", t."order";
end;
$$;

comment on function private.own_due_tasks is 'What due_tasks answers.';

revoke execute on function private.own_due_tasks from public, anon, authenticated;
grant execute on function private.own_due_tasks to authenticated;

create function public.due_tasks(at timestamptz default now()) returns setof public.due_task
language sql
stable
set search_path = ''
begin atomic
    select * from private.own_due_tasks(at);
end;

comment on function public.due_tasks is
    'Tasks of my plans and of those I follow that belong to the calendar week of each plan at an instant, done or not, and what is left from earlier weeks (is_overdue). due_on is a date in my time zone.';

revoke execute on function public.due_tasks from public, anon, authenticated, service_role;
grant execute on function public.due_tasks to authenticated;
