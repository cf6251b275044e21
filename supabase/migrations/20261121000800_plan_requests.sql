-- What people ask of a plan besides reading and writing its rows: the roadmap, what deleting touches,
-- re-ordering, searching, the dashboard.

create function public.plan_roadmap(plan_id uuid) returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
    perform from public.learning_plans p where p.id = plan_roadmap.plan_id;
    if not found then
        perform private.refuse(404, 'plan_not_found', 'plan_id', 'There is no such plan', 'Check the id, or ask its owner to make it public');
    end if;
    return (
        select jsonb_build_object('weeks', coalesce(jsonb_agg(
            jsonb_build_object('week', m."order", 'milestone', m.title, 'tasks', t.tasks)
            order by m."order"
        ), '[]'))
        from public.modules m
        cross join lateral (
            select coalesce(jsonb_agg(
                jsonb_build_object(
                    'day', t.day,
                    'task', t.title,
                    'duration', round(t.estimated_minutes / 60.0, 2)::double precision,
                    'resource', coalesce(
                        (
                            select r.url from public.task_resources tr
                            join public.resources r on r.id = tr.resource_id
                            where tr.task_id = t.id order by tr."order", tr.id limit 1
                        ),
                        (select l.url from public.task_links l where l.task_id = t.id order by l."order", l.id limit 1)
                    )
                )
                order by t."order"
            ), '[]') as tasks
            from public.tasks t
            where t.module_id = m.id
        ) t
        where m.plan_id = plan_roadmap.plan_id
    );
end;
$$;

comment on function public.plan_roadmap is
    'The plan as one JSON document for preview: {"weeks": [{"week", "milestone", "tasks": [{"day", "task", "duration" (hours), "resource" (address or null)}]}]}.';

-- Definer: it counts what other learners have, which nobody may read.
create function private.own_plan_impact(plan uuid) returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    if not private.owns_plan(plan) then
        perform private.refuse(404, 'plan_not_found', 'plan_id', 'There is no such plan', 'Check the id; only the owner may ask this');
    end if;
    return (
        select jsonb_build_object(
            'modules', (select count(*) from public.modules m where m.plan_id = plan),
            'tasks', count(distinct t.id),
            'links', (select count(*) from public.task_links l join public.tasks k on k.id = l.task_id join public.modules m on m.id = k.module_id where m.plan_id = plan)
                + (select count(*) from public.task_resources r join public.tasks k on k.id = r.task_id join public.modules m on m.id = k.module_id where m.plan_id = plan),
            'generations', (select count(*) from public.plan_generations g where g.plan_id = plan),
            'followers', (select count(*) from public.plan_followers f where f.plan_id = plan),
            'other_learners_with_progress', count(distinct tp.user_id) filter (where tp.user_id <> private.current_user_id()),
            'my_completed_tasks', count(distinct tp.task_id) filter (where tp.user_id = private.current_user_id() and tp.status = 'completed'),
            'their_completed_tasks', count(*) filter (where tp.user_id <> private.current_user_id() and tp.status = 'completed')
        )
        from public.tasks t
        join public.modules m on m.id = t.module_id
        left join public.task_progress tp on tp.task_id = t.id
        where m.plan_id = plan
    );
end;
$$;

comment on function private.own_plan_impact is 'Counts what hangs on a plan of whoever asks.';

revoke execute on function private.own_plan_impact from public, anon, authenticated;
grant execute on function private.own_plan_impact to authenticated;

create function public.plan_impact(plan_id uuid) returns jsonb
language sql
stable
set search_path = ''
begin atomic
    select private.own_plan_impact(plan_id);
end;

comment on function public.plan_impact is
    'What deleting my plan would take along: modules, tasks, links, generations, followers, and progress, mine and (as counts) others''.';

create function public.reorder_modules(plan_id uuid, module_ids uuid[]) returns void
language plpgsql
set search_path = ''
as $$
declare
    present uuid[];
begin
    if not private.owns_plan(plan_id) then
        perform private.refuse(404, 'plan_not_found', 'plan_id', 'There is no such plan', 'Check the id; only the owner may re-order it');
    end if;
    -- The plan first, as reorder_tasks does: two re-orderings at once wait instead of dying.
    perform from public.learning_plans p where p.id = reorder_modules.plan_id for no key update;
    select array_agg(m.id order by m.id) into present
    from public.modules m where m.plan_id = reorder_modules.plan_id;
    if present is distinct from (select array_agg(w.id order by w.id) from unnest(module_ids) as w (id)) then
        perform private.refuse(
            409, 'order_does_not_match', 'module_ids',
            'The list does not name each module of the plan once',
            'Read the modules again and send all their ids in the new order'
        );
    end if;
    begin
        -- Who edits one of them holds it and waits for the plan, which we hold: so nobody waits for them.
        perform from public.modules m where m.id = any (module_ids) order by m.id for no key update nowait;
    exception when lock_not_available then
        perform private.refuse(409, 'plan_is_changing', 'module_ids', 'Somebody is changing one of these weeks', 'Try again in a moment');
    end;
    update public.modules m
    set "order" = w.place
    from unnest(module_ids) with ordinality as w (id, place)
    where m.id = w.id and m."order" <> w.place;
end;
$$;

comment on function public.reorder_modules is 'Puts the weeks of my plan into the order of the list, which names each of them once.';

create function public.reorder_tasks(module_id uuid, task_ids uuid[]) returns void
language plpgsql
set search_path = ''
as $$
declare
    plan uuid;
    wanted uuid[] := (select array_agg(w.id order by w.id) from unnest(task_ids) as w (id));
    present uuid[];
begin
    if not private.owns_module(module_id) then
        perform private.refuse(404, 'module_not_found', 'module_id', 'There is no such module', 'Check the id; only the owner of the plan may re-order it');
    end if;
    select m.plan_id into plan from public.modules m where m.id = reorder_tasks.module_id;
    perform from public.learning_plans p where p.id = plan for no key update;
    -- The module's own tasks, all of them, and any others of the plan that move here.
    select array_agg(t.id order by t.id) into present
    from public.tasks t
    join public.modules m on m.id = t.module_id
    where m.plan_id = plan and (t.module_id = reorder_tasks.module_id or t.id = any (task_ids));
    if present is distinct from wanted then
        perform private.refuse(
            409, 'order_does_not_match', 'task_ids',
            'The list does not name each task of the module once',
            'Read the tasks again and send all their ids in the new order; tasks of other weeks of the plan may be added'
        );
    end if;
    begin
        -- As in reorder_modules.
        perform from public.tasks t where t.id = any (task_ids) order by t.id for no key update nowait;
    exception when lock_not_available then
        perform private.refuse(409, 'plan_is_changing', 'task_ids', 'Somebody is changing one of these tasks', 'Try again in a moment');
    end;
    update public.tasks t
    set "order" = w.place, module_id = reorder_tasks.module_id
    from unnest(task_ids) with ordinality as w (id, place)
    where t.id = w.id and (t."order", t.module_id) is distinct from (w.place::integer, reorder_tasks.module_id);
end;
$$;

comment on function public.reorder_tasks is
    'Puts the tasks of a module of my plan into the order of the list, which names each of them once; tasks of other weeks of the plan that it names move here.';

create type public.found_plan as (
    plan_id uuid,
    topic text,
    skill_level public.skill_level,
    learning_style public.learning_style,
    weekly_hours integer,
    language text,
    visibility public.plan_visibility,
    is_mine boolean,
    similarity real
);
comment on type public.found_plan is 'A plan that whoever asks may read, and how like the query it is.';

-- Definer: under row level security the trigram index is not used. The filter is written out instead.
create function private.find_plans(wanted text, most integer) returns setof public.found_plan
language sql
stable
security definer
set search_path = ''
as $$
    -- Materialized: asked once, and not for each candidate row.
    with me as materialized (select private.current_user_id() as id)
    select
        p.id, p.topic, p.skill_level, p.learning_style, p.weekly_hours, p.language, p.visibility,
        p.user_id = me.id,
        extensions.similarity(p.topic, wanted)
    from me
    join public.learning_plans p on p.user_id = me.id or (p.visibility = 'public' and me.id is not null)
    where p.topic operator(extensions.%) wanted
        or p.topic ilike '%' || regexp_replace(wanted, '([\\%_])', '\\\1', 'g') || '%'
    order by extensions.similarity(p.topic, wanted) desc, p.created_at desc, p.id
    limit most
$$;

comment on function private.find_plans is 'Searches the topics of the plans that whoever asks may read.';

revoke execute on function private.find_plans from public, anon, authenticated;
grant execute on function private.find_plans to authenticated;

create function public.search_plans(query text, max_results integer default 20)
returns setof public.found_plan
language plpgsql
stable
set search_path = ''
as $$
begin
    return query select * from private.find_plans(
        private.read_line(query, 'query', 200), least(greatest(coalesce(max_results, 20), 1), 100)
    );
end;
$$;

comment on function public.search_plans is
    'Plans of mine and public ones whose topic is like the query, the most alike first; up to max_results (1 to 100).';

create type public.dashboard_plan as (
    plan_id uuid,
    topic text,
    is_mine boolean,
    visibility public.plan_visibility,
    weekly_hours integer,
    starts_on date,
    deadline_date date,
    total_weeks integer,
    current_week integer,
    total_tasks integer,
    completed_tasks integer,
    completion numeric,
    is_complete boolean,
    total_minutes integer,
    completed_minutes integer,
    due_this_week jsonb,
    due_minutes integer,
    overdue_tasks integer,
    generation jsonb
);
comment on type public.dashboard_plan is 'A plan on the dashboard of whoever asks, with their own figures.';

-- Definer: as own_due_tasks. The filter is written out instead. The figures are those of plan_progress,
-- for all plans at once. The generic plan from the start: what differs between people is not in its arguments.
create function private.own_dashboard(at timestamptz) returns setof public.dashboard_plan
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = 'force_generic_plan'
as $$
begin
    return query
        with me as materialized (
            select u.id, private.local_date(own_dashboard.at, u.time_zone) as today
            from public.users u
            where u.id = (select private.current_user_id())
        ),
        mine as materialized (
            select p.id, true as is_mine, me.today - private.first_day(p.start_date, p.created_at, p.user_id) as days,
                private.first_day(p.start_date, p.created_at, p.user_id) as starts_on
            from me
            join public.learning_plans p on p.user_id = me.id
            union all
            select f.plan_id, false, me.today - private.first_day(f.start_date, f.created_at, f.user_id),
                private.first_day(f.start_date, f.created_at, f.user_id)
            from me
            join public.plan_followers f on f.user_id = me.id
            join public.learning_plans p on p.id = f.plan_id and p.visibility = 'public'
        ),
        -- Read once as a whole, by person: asked task by task it costs an index probe each.
        reached as materialized (
            select tp.task_id, tp.status from me join public.task_progress tp on tp.user_id = me.id
        ),
        work as materialized (
            select mine.id as plan_id, m.id as module_id, m."order" as week, t.id as task_id, t."order", t.day, t.title,
                t.estimated_minutes, coalesce(r.status, 'not_started') as status
            from mine
            join public.modules m on m.plan_id = mine.id
            left join public.tasks t on t.module_id = m.id
            left join reached r on r.task_id = t.id
        ),
        weeks as (
            select
                w.plan_id, w.week,
                count(w.task_id) as total,
                count(w.task_id) filter (where w.status = 'completed') as completed,
                coalesce(sum(w.estimated_minutes), 0) as minutes,
                coalesce(sum(w.estimated_minutes) filter (where w.status = 'completed'), 0) as completed_minutes
            from work w
            group by w.plan_id, w.week
        ),
        figures as (
            select
                k.plan_id,
                count(*)::integer as total_weeks,
                coalesce(min(k.week) filter (where k.completed < k.total), max(k.week)) as current_week,
                sum(k.total)::integer as total_tasks,
                sum(k.completed)::integer as completed_tasks,
                sum(k.minutes)::integer as total_minutes,
                sum(k.completed_minutes)::integer as completed_minutes
            from weeks k
            group by k.plan_id
        ),
        due as (
            select
                w.plan_id,
                jsonb_agg(
                    jsonb_build_object(
                        'task_id', w.task_id, 'module_id', w.module_id, 'week', w.week, 'day', w.day,
                        'due_on', mine.starts_on + 7 * (w.week - 1) + coalesce(w.day, 7) - 1,
                        'title', w.title, 'estimated_minutes', w.estimated_minutes, 'status', w.status
                    )
                    order by w.week, w."order"
                ) filter (where mine.days < 7 * w.week) as tasks,
                sum(w.estimated_minutes) filter (where mine.days < 7 * w.week and w.status <> 'completed')::integer as minutes,
                count(*) filter (where mine.days >= 7 * w.week)::integer as overdue
            from work w
            join mine on mine.id = w.plan_id
            where w.task_id is not null
                and mine.days >= 7 * (w.week - 1)
                and (mine.days < 7 * w.week or w.status <> 'completed')
            group by w.plan_id
        )
        select
            p.id, p.topic, mine.is_mine, p.visibility, p.weekly_hours, mine.starts_on, p.deadline_date,
            coalesce(f.total_weeks, 0), f.current_week, coalesce(f.total_tasks, 0), coalesce(f.completed_tasks, 0),
            coalesce(round(f.completed_tasks::numeric / nullif(f.total_tasks, 0), 4), 0),
            coalesce(f.total_tasks > 0 and f.completed_tasks = f.total_tasks, false),
            coalesce(f.total_minutes, 0), coalesce(f.completed_minutes, 0),
            coalesce(d.tasks, '[]'), coalesce(d.minutes, 0), coalesce(d.overdue, 0),
            g.generation
        from mine
        join public.learning_plans p on p.id = mine.id
        left join figures f on f.plan_id = p.id
        left join due d on d.plan_id = p.id
        left join lateral (
            select jsonb_build_object(
                'id', g.id, 'kind', g.kind, 'status', g.status, 'progress', g.progress, 'error', g.error
            ) as generation
            from public.plan_generations g
            where g.plan_id = p.id and mine.is_mine
            order by g.created_at desc, g.id
            limit 1
        ) g on true
        order by p.created_at desc, p.id;
end;
$$;

comment on function private.own_dashboard is 'What dashboard answers.';

revoke execute on function private.own_dashboard from public, anon, authenticated;
grant execute on function private.own_dashboard to authenticated;

create function public.dashboard(at timestamptz default now()) returns setof public.dashboard_plan
language sql
stable
set search_path = ''
begin atomic
    select * from private.own_dashboard(at);
end;

comment on function public.dashboard is
    'All my plans and those I follow, newest first, with my own progress, the tasks of this week, what is overdue and, for my own, the latest generation: the whole dashboard in one request.';

revoke execute on function
    public.plan_roadmap, public.plan_impact, public.reorder_modules, public.reorder_tasks, public.search_plans,
    public.dashboard
    from public, anon, authenticated, service_role;
grant execute on function
    public.plan_roadmap, public.plan_impact, public.reorder_modules, public.reorder_tasks, public.search_plans,
    public.dashboard
    to authenticated;
