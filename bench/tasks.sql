-- What hangs on the modules of everybody: ten tasks a week in the plans of twenty weeks, five in
-- the others, with a resource for each task of Ada's and Ben's and for every fifth of strangers',
-- and a link for every fifth; the first half of each plan is done by its owner, and the first
-- quarter by each follower. A plan's rows lie together, as they do where a plan is saved whole. A
-- task takes 30 minutes, and a plan has twice as many weeks as a week has tasks, so
-- estimated_minutes / 30 is both: the tasks of a week, and half of the weeks.

-- Indexes that no constraint needs are made at the end, which is quicker.
create temporary table later as
select i.indexrelid::regclass::text as index, pg_get_indexdef(i.indexrelid) as definition
from pg_index i
where i.indrelid in (
        'public.tasks'::regclass, 'public.task_resources'::regclass,
        'public.task_links'::regclass, 'public.task_progress'::regclass
    )
    and not exists (select from pg_constraint c where c.conindid = i.indexrelid);

do $$
declare
    dropped text;
begin
    for dropped in select l.index from later l loop
        execute 'drop index ' || dropped;
    end loop;
end;
$$;

insert into public.tasks (module_id, "order", day, title, description, estimated_minutes)
select m.id, n, 1 + n % 7, 'Task ' || n || ' of week ' || m."order", repeat('What to do. ', 8), 30
from public.modules m
cross join lateral generate_series(1, m.estimated_minutes / 30) n;

create temporary table numbered as
select r.id, row_number() over (order by r.url) as number from public.resources r;
create unique index on numbered (number);

insert into public.task_resources (task_id, resource_id, "order")
select t.id, r.id, 1
from public.tasks t
join public.modules m on m.id = t.module_id
join numbered r on r.number = 1 + abs(hashtext(t.id::text)) % (select count(*) from numbered)
where m.estimated_minutes = 300 or t."order" = 4;

insert into public.task_links (task_id, title, url, "order")
select t.id, 'A page', 'https://example.com/' || t.id, 2
from public.tasks t
where t."order" = 5;

insert into public.task_progress (task_id, user_id, status, completed_at)
select t.id, p.user_id, 'completed'::public.progress_status, now()
from public.learning_plans p
join public.modules m on m.plan_id = p.id
join public.tasks t on t.module_id = m.id
where m."order" <= m.estimated_minutes / 30
union all
select t.id, f.user_id, 'completed', now()
from public.plan_followers f
join public.modules m on m.plan_id = f.plan_id
join public.tasks t on t.module_id = m.id
where m."order" <= m.estimated_minutes / 60;

insert into public.plan_generations (plan_id, status, progress, model, prompt, started_at, finished_at)
select p.id, 'succeeded', 100, 'built-in', '{"topic": "Sailing"}', p.created_at, p.created_at
from public.learning_plans p;

do $$
declare
    created text;
begin
    for created in select l.definition from later l loop
        execute created;
    end loop;
end;
$$;
