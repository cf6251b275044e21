-- Plans: a learner's wish, its modules (one a week), their tasks; the owner's notes, the followers;
-- the revision that any change to a plan raises.

create type public.skill_level as enum ('beginner', 'intermediate', 'advanced');
create type public.learning_style as enum ('reading', 'video', 'practice', 'mixed');
create type public.plan_visibility as enum ('private', 'public');
create type public.plan_origin as enum ('ai', 'template', 'manual');

comment on type public.skill_level is 'How good the learner is at the topic today.';
comment on type public.learning_style is 'How the learner likes to learn; "hands-on" in the UI is practice.';
comment on type public.plan_visibility is 'private: the owner alone. public: any signed-in person.';
comment on type public.plan_origin is 'ai: made by a model. template: by the built-in planner. manual: written by its owner.';

-- Tables ----------------------------------------------------------------------------------------

create table public.learning_plans (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null default private.current_user_id() references public.users (id) on delete cascade,
    topic text not null,
    skill_level public.skill_level not null,
    weekly_hours integer not null,
    learning_style public.learning_style not null,
    start_date date,
    deadline_date date,
    visibility public.plan_visibility not null default 'private',
    origin public.plan_origin not null default 'ai',
    language text not null default 'en',
    revision integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint learning_plans_topic_is_a_line check (
        char_length(topic) between 1 and 200
        and topic !~ '[[:cntrl:]\u2028\u2029\u202a-\u202e\u2066-\u2069]'
        -- Something to see: not blanks alone, nor marks without width.
        and topic ~ '[^[:space:]\u00a0\u200b-\u200f\u202a-\u202e\u2060\ufeff]'
    ),
    constraint learning_plans_weekly_hours_fit_a_week check (weekly_hours >= 0 and weekly_hours <= 80),
    constraint learning_plans_dates_are_in_order check (deadline_date >= start_date),
    constraint learning_plans_dates_are_sane check (
        start_date between '2000-01-01' and '2199-12-31' and deadline_date between '2000-01-01' and '2199-12-31'
    ),
    constraint learning_plans_language_is_a_language_tag check (
        language ~ '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$'
    )
);

comment on table public.learning_plans is
    'What somebody wants to learn, how much time they have and by when. Its weeks are modules.';
comment on column public.learning_plans.weekly_hours is 'Hours a week, 0 to 80. The UI''s ranges map to 2, 5, 10, 15, 20 and 25.';
comment on column public.learning_plans.start_date is 'First day of week 1; without it the creation date in the owner''s time zone serves.';
comment on column public.learning_plans.origin is 'Set by the database: manual by direct insert, template or ai by the job that made the plan.';
comment on column public.learning_plans.language is 'Language tag (BCP 47) the plan is written in.';
comment on column public.learning_plans.revision is 'Raised by any change to the plan, its modules, tasks or links; not by progress.';

create index idx_learning_plans_user_id on public.learning_plans (user_id);
create index idx_learning_plans_public on public.learning_plans (created_at) where visibility = 'public';
create index idx_learning_plans_topic on public.learning_plans using gin (topic extensions.gin_trgm_ops);

create table public.plan_notes (
    plan_id uuid primary key references public.learning_plans (id) on delete cascade,
    notes text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint plan_notes_are_bounded check (char_length(notes) between 1 and 2000),
    -- Lines and tabs are welcome; what a terminal or a log would obey is not.
    constraint plan_notes_are_plain_text check (notes !~ '[\x01-\x08\x0b-\x1f\x7f-\x9f]')
);

comment on table public.plan_notes is
    'What the owner told the planner besides. Apart from the plan, for a public plan''s row is read by others.';

create table public.plan_followers (
    id uuid primary key default gen_random_uuid(),
    plan_id uuid not null references public.learning_plans (id) on delete cascade,
    user_id uuid not null default private.current_user_id() references public.users (id) on delete cascade,
    start_date date,
    created_at timestamptz not null default now(),
    constraint plan_followers_follow_once unique (plan_id, user_id),
    constraint plan_followers_start_date_is_sane check (start_date between '2000-01-01' and '2199-12-31')
);

comment on table public.plan_followers is 'Who works through somebody else''s public plan, at their own pace.';
comment on column public.plan_followers.start_date is 'First day of the follower''s week 1; without it the day they began to follow.';

create index idx_plan_followers_user_id on public.plan_followers (user_id);

create table public.modules (
    id uuid primary key default gen_random_uuid(),
    plan_id uuid not null references public.learning_plans (id) on delete cascade,
    "order" integer not null,
    title text not null,
    description text,
    estimated_minutes integer not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint idx_modules_plan_id_order unique (plan_id, "order") deferrable initially immediate,
    -- The upper bounds keep a plan within ten years and a week within reason, at no cost.
    constraint modules_order_is_a_week check ("order" >= 1 and "order" <= 520),
    constraint modules_title_is_a_line check (char_length(title) between 1 and 300 and title !~ '[[:cntrl:]\u2028\u2029\u202a-\u202e\u2066-\u2069]'),
    constraint modules_description_is_bounded check (char_length(description) <= 4000),
    constraint modules_estimated_minutes_fit_a_week check (estimated_minutes >= 0 and estimated_minutes <= 10080)
);

comment on table public.modules is 'One week of a plan; order is the number of the week.';
comment on column public.modules.estimated_minutes is 'Minutes the whole week takes.';

create index idx_modules_plan_id on public.modules (plan_id);

create table public.tasks (
    id uuid primary key default gen_random_uuid(),
    module_id uuid not null references public.modules (id) on delete cascade,
    "order" integer not null,
    day smallint,
    title text not null,
    description text,
    estimated_minutes integer not null,
    pinned_at timestamptz,
    edited_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint idx_tasks_module_id_order unique (module_id, "order") deferrable initially immediate,
    constraint tasks_order_is_bounded check ("order" >= 1 and "order" <= 200),
    constraint tasks_day_is_a_day_of_the_week check (day between 1 and 7),
    constraint tasks_title_is_a_line check (char_length(title) between 1 and 300 and title !~ '[[:cntrl:]\u2028\u2029\u202a-\u202e\u2066-\u2069]'),
    constraint tasks_description_is_bounded check (char_length(description) <= 4000),
    constraint tasks_estimated_minutes_fit_a_week check (estimated_minutes >= 0 and estimated_minutes <= 10080)
);

comment on table public.tasks is 'What to do in one sitting, with the minutes it takes.';
comment on column public.tasks.day is 'Day of the plan''s week, 1 to 7; null when any day will do.';
comment on column public.tasks.pinned_at is 'The owner wants this task left as it is: no regeneration touches it.';
comment on column public.tasks.edited_at is 'When a person last wrote this task; set by the database. No regeneration touches an edited task.';

create index idx_tasks_module_id on public.tasks (module_id);

-- What never changes, and what the database says itself -----------------------------------------

create trigger learning_plans_keep_fixed before update on public.learning_plans
    for each row execute function private.keep_fixed('id', 'user_id', 'created_at');
create trigger plan_notes_keep_fixed before update on public.plan_notes
    for each row execute function private.keep_fixed('plan_id', 'created_at');
create trigger plan_followers_keep_fixed before update on public.plan_followers
    for each row execute function private.keep_fixed('id', 'plan_id', 'user_id', 'created_at');
create trigger modules_keep_fixed before update on public.modules
    for each row execute function private.keep_fixed('id', 'plan_id', 'created_at');
create trigger tasks_keep_fixed before update on public.tasks
    for each row execute function private.keep_fixed('id', 'created_at');

create trigger learning_plans_set_updated_at before update on public.learning_plans
    for each row execute function private.set_updated_at();
create trigger plan_notes_set_updated_at before update on public.plan_notes
    for each row execute function private.set_updated_at();
create trigger modules_set_updated_at before update on public.modules
    for each row execute function private.set_updated_at();
create trigger tasks_set_updated_at before update on public.tasks
    for each row execute function private.set_updated_at();

create function private.mark_manual() returns trigger
language plpgsql
set search_path = ''
as $$
begin
    if current_user = 'authenticated' then
        new.origin := 'manual';
    end if;
    return new;
end;
$$;

comment on function private.mark_manual is 'Trigger: a plan that a person inserts is manual.';

create trigger learning_plans_mark_manual before insert on public.learning_plans
    for each row execute function private.mark_manual();

create function private.mark_edited() returns trigger
language plpgsql
set search_path = ''
as $$
begin
    if current_user = 'authenticated' then
        new.edited_at := now();
    end if;
    return new;
end;
$$;

comment on function private.mark_edited is 'Trigger: remembers that a person wrote this task.';

create trigger tasks_mark_inserted before insert on public.tasks
    for each row execute function private.mark_edited();
create trigger tasks_mark_edited before update on public.tasks
    for each row
    when ((old.title, old.description, old.estimated_minutes) is distinct from (new.title, new.description, new.estimated_minutes))
    execute function private.mark_edited();

-- Definer: the module a task came from may be read whoever moves it.
create function private.keep_task_in_plan() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    if (select m.plan_id from public.modules m where m.id = old.module_id)
        is distinct from (select m.plan_id from public.modules m where m.id = new.module_id)
    then
        perform private.refuse(
            403, 'fixed_column', 'module_id',
            'A task stays in its plan',
            'Move it to a module of the same plan, or copy it'
        );
    end if;
    return null;
end;
$$;

comment on function private.keep_task_in_plan is 'Trigger: a task may change its week, not its plan.';

-- After, so that row level security has had its say first and a hidden module answers like none.
create trigger tasks_keep_in_plan after update of module_id on public.tasks
    for each row when (old.module_id <> new.module_id)
    execute function private.keep_task_in_plan();

revoke execute on function private.mark_manual, private.mark_edited, private.keep_task_in_plan
    from public, anon, authenticated;

-- The revision ----------------------------------------------------------------------------------

create function private.raise_own_revision() returns trigger
language plpgsql
set search_path = ''
as $$
begin
    if new.revision = old.revision then
        new.revision := old.revision + 1;
    end if;
    return new;
end;
$$;

comment on function private.raise_own_revision is 'Trigger: a change of the plan''s own row is a new revision.';

create trigger learning_plans_raise_revision before update on public.learning_plans
    for each row execute function private.raise_own_revision();

-- Definer, all three: people may not write the revision themselves. One statement changes a plan once,
-- however many rows it touches.
create function private.raise_revision_by_modules() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    update public.learning_plans p set revision = p.revision + 1
    where p.id in (select c.plan_id from changed c);
    return null;
end;
$$;

-- Definer: as above.
create function private.raise_revision_by_tasks() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    update public.learning_plans p set revision = p.revision + 1
    where p.id in (select m.plan_id from changed c join public.modules m on m.id = c.module_id);
    return null;
end;
$$;

-- Definer: as above.
create function private.raise_revision_by_links() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    update public.learning_plans p set revision = p.revision + 1
    where p.id in (
        select m.plan_id
        from changed c
        join public.tasks t on t.id = c.task_id
        join public.modules m on m.id = t.module_id
    );
    return null;
end;
$$;

comment on function private.raise_revision_by_modules is 'Statement trigger on modules: raises the revision of each plan touched.';
comment on function private.raise_revision_by_tasks is 'Statement trigger on tasks: raises the revision of each plan touched.';
comment on function private.raise_revision_by_links is 'Statement trigger on links and resources of tasks: raises the revision of each plan touched.';

revoke execute on function
    private.raise_own_revision, private.raise_revision_by_modules, private.raise_revision_by_tasks,
    private.raise_revision_by_links
    from public, anon, authenticated;

create trigger modules_raise_revision_on_insert after insert on public.modules
    referencing new table as changed for each statement execute function private.raise_revision_by_modules();
create trigger modules_raise_revision_on_update after update on public.modules
    referencing new table as changed for each statement execute function private.raise_revision_by_modules();
create trigger modules_raise_revision_on_delete after delete on public.modules
    referencing old table as changed for each statement execute function private.raise_revision_by_modules();
create trigger tasks_raise_revision_on_insert after insert on public.tasks
    referencing new table as changed for each statement execute function private.raise_revision_by_tasks();
create trigger tasks_raise_revision_on_update after update on public.tasks
    referencing new table as changed for each statement execute function private.raise_revision_by_tasks();
create trigger tasks_raise_revision_on_delete after delete on public.tasks
    referencing old table as changed for each statement execute function private.raise_revision_by_tasks();

-- Limits ----------------------------------------------------------------------------------------

-- Definer: counts whatever there is, and locks the person's row so that two inserts at once cannot
-- both be the last that fits. After the insert, so that row level security speaks first.
create function private.limit_plans() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
    allowed integer;
begin
    perform from public.users u where u.id = new.user_id for no key update;
    allowed := coalesce((private.limits_of(new.user_id)).max_plans, 0);
    if (select count(*) from public.learning_plans p where p.user_id = new.user_id) > allowed then
        perform private.refuse(
            403, 'plan_limit_reached', 'user_id',
            format('This account may have %s plans at a time', allowed),
            'Delete a plan, or move to a larger tier'
        );
    end if;
    return null;
end;
$$;

comment on function private.limit_plans is 'Trigger: holds the tier''s number of plans, under concurrent inserts too.';

revoke execute on function private.limit_plans from public, anon, authenticated;

create trigger learning_plans_limit after insert on public.learning_plans
    for each row execute function private.limit_plans();

-- Definer: counts past row level security, which has spoken by then. Constraints bound a row, and
-- this bounds a plan.
create function private.limit_tasks() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
    plan uuid;
begin
    -- A plan at a time, so that the indexes are used however many tasks there are of others.
    for plan in select distinct m.plan_id from added n join public.modules m on m.id = n.module_id loop
        continue when (
            select count(*) from public.modules m join public.tasks t on t.module_id = m.id where m.plan_id = plan
        ) <= 2000;
        perform private.refuse(
            403, 'plan_too_large', 'tasks', 'A plan has room for 2000 tasks', 'Split it into several plans'
        );
    end loop;
    return null;
end;
$$;

comment on function private.limit_tasks is 'Statement trigger: bounds how many tasks a whole plan has.';

revoke execute on function private.limit_tasks from public, anon, authenticated;

-- Its name comes after …_raise_revision_…, which locks the plan: the second of two inserts at once waits,
-- and counts what the first one left.
create trigger tasks_stay_within_a_plan after insert on public.tasks
    referencing new table as added for each statement execute function private.limit_tasks();

-- Ownership -------------------------------------------------------------------------------------

-- Definer, all of them: a policy that asks must not go through the policies of the tables it asks.
create function private.owns_plan(plan uuid) returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    return exists (
        select from public.learning_plans p where p.id = plan and p.user_id = private.current_user_id()
    );
end;
$$;

create function private.owns_module(module uuid) returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    return exists (
        select from public.modules m
        join public.learning_plans p on p.id = m.plan_id
        where m.id = module and p.user_id = private.current_user_id()
    );
end;
$$;

create function private.owns_task(task uuid) returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    return exists (
        select from public.tasks t
        join public.modules m on m.id = t.module_id
        join public.learning_plans p on p.id = m.plan_id
        where t.id = task and p.user_id = private.current_user_id()
    );
end;
$$;

-- For figures, which are computed past the policies: they ask once for a plan what a policy asks anew
-- for each of its tasks.
create function private.reads_plan(plan uuid) returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
    me uuid := private.current_user_id();
begin
    return exists (
        select from public.learning_plans p
        where p.id = plan
            and (
                p.user_id = me
                or (p.visibility = 'public' and me is not null)
                -- The role that asks; here it is the owner of this function that runs.
                or current_setting('role', true) = 'service_role'
            )
    );
end;
$$;

comment on function private.owns_plan is 'Whether the plan is the property of whoever asks; for the policies of inserts.';
comment on function private.owns_module is 'Whether the module is in a plan of whoever asks; for the policies of inserts.';
comment on function private.reads_plan is 'Whether whoever asks may read the plan: its owner, anybody signed in if it is public, the service.';
comment on function private.owns_task is 'Whether the task is in a plan of whoever asks; for the policies of inserts.';

revoke execute on function private.owns_plan, private.owns_module, private.owns_task, private.reads_plan
    from public, anon, authenticated;
grant execute on function private.owns_plan, private.owns_module, private.owns_task to authenticated;

-- Security --------------------------------------------------------------------------------------

alter table public.learning_plans enable row level security;
alter table public.plan_notes enable row level security;
alter table public.plan_followers enable row level security;
alter table public.modules enable row level security;
alter table public.tasks enable row level security;

revoke all on public.learning_plans, public.plan_notes, public.plan_followers, public.modules, public.tasks
    from public, anon, authenticated, service_role;
grant select, insert, update, delete
    on public.learning_plans, public.plan_notes, public.plan_followers, public.modules, public.tasks
    to service_role;

-- learning_plans
create policy "Owners read their plans, signed-in people read public ones" on public.learning_plans
    for select to authenticated
    using (
        user_id = (select private.current_user_id())
        or (visibility = 'public' and (select private.current_user_id()) is not null)
    );
create policy "People create plans of their own" on public.learning_plans
    for insert to authenticated
    with check (user_id = (select private.current_user_id()));
create policy "Owners update their plans" on public.learning_plans
    for update to authenticated
    using (user_id = (select private.current_user_id()))
    with check (user_id = (select private.current_user_id()));
create policy "Owners delete their plans" on public.learning_plans
    for delete to authenticated
    using (user_id = (select private.current_user_id()));

select private.let_people_read('public.learning_plans');
grant delete,
    insert (user_id, topic, skill_level, weekly_hours, learning_style, start_date, deadline_date, visibility, language),
    update (topic, skill_level, weekly_hours, learning_style, start_date, deadline_date, visibility, language)
    on public.learning_plans to authenticated;

-- plan_notes
create policy "Owners read the notes of their plans" on public.plan_notes
    for select to authenticated
    using (plan_id = any (array(
        select p.id from public.learning_plans p where p.user_id = (select private.current_user_id())
    )));
create policy "Owners add notes to their plans" on public.plan_notes
    for insert to authenticated
    with check (private.owns_plan(plan_id));
create policy "Owners change the notes of their plans" on public.plan_notes
    for update to authenticated
    using (plan_id = any (array(
        select p.id from public.learning_plans p where p.user_id = (select private.current_user_id())
    )))
    with check (private.owns_plan(plan_id));
create policy "Owners delete the notes of their plans" on public.plan_notes
    for delete to authenticated
    using (plan_id = any (array(
        select p.id from public.learning_plans p where p.user_id = (select private.current_user_id())
    )));

select private.let_people_read('public.plan_notes');
grant delete, insert (plan_id, notes), update (plan_id, notes) on public.plan_notes to authenticated;

-- plan_followers
create policy "People see which plans they follow" on public.plan_followers
    for select to authenticated
    using (user_id = (select private.current_user_id()));
create policy "People follow public plans of others" on public.plan_followers
    for insert to authenticated
    with check (
        user_id = (select private.current_user_id())
        and exists (
            select from public.learning_plans p
            where p.id = plan_id and p.visibility = 'public' and p.user_id <> (select private.current_user_id())
        )
    );
create policy "Followers choose their start" on public.plan_followers
    for update to authenticated
    using (user_id = (select private.current_user_id()))
    with check (user_id = (select private.current_user_id()));
create policy "Followers stop following" on public.plan_followers
    for delete to authenticated
    using (user_id = (select private.current_user_id()));

select private.let_people_read('public.plan_followers');
grant delete, insert (plan_id, user_id, start_date), update (plan_id, user_id, start_date)
    on public.plan_followers to authenticated;

-- modules: who may read the plan may read its weeks; the inner select is under the plan's own policy.
create policy "Who reads the plan reads its modules" on public.modules
    for select to authenticated
    using (exists (select from public.learning_plans p where p.id = plan_id));
create policy "Owners add modules to their plans" on public.modules
    for insert to authenticated
    with check (private.owns_plan(plan_id));
create policy "Owners update the modules of their plans" on public.modules
    for update to authenticated
    using (plan_id = any (array(
        select p.id from public.learning_plans p where p.user_id = (select private.current_user_id())
    )))
    with check (private.owns_plan(plan_id));
create policy "Owners delete the modules of their plans" on public.modules
    for delete to authenticated
    using (plan_id = any (array(
        select p.id from public.learning_plans p where p.user_id = (select private.current_user_id())
    )));

select private.let_people_read('public.modules');
grant delete,
    insert (plan_id, "order", title, description, estimated_minutes),
    update (plan_id, "order", title, description, estimated_minutes)
    on public.modules to authenticated;

-- tasks
create policy "Who reads the plan reads its tasks" on public.tasks
    for select to authenticated
    using (exists (select from public.modules m where m.id = module_id));
create policy "Owners add tasks to their plans" on public.tasks
    for insert to authenticated
    with check (private.owns_module(module_id));
create policy "Owners update the tasks of their plans" on public.tasks
    for update to authenticated
    using (module_id = any (array(
        select m.id
        from public.modules m
        join public.learning_plans p on p.id = m.plan_id
        where p.user_id = (select private.current_user_id())
    )))
    with check (private.owns_module(module_id));
create policy "Owners delete the tasks of their plans" on public.tasks
    for delete to authenticated
    using (module_id = any (array(
        select m.id
        from public.modules m
        join public.learning_plans p on p.id = m.plan_id
        where p.user_id = (select private.current_user_id())
    )));

select private.let_people_read('public.tasks');
grant delete,
    insert (module_id, "order", day, title, description, estimated_minutes, pinned_at),
    update (module_id, "order", day, title, description, estimated_minutes, pinned_at)
    on public.tasks to authenticated;
