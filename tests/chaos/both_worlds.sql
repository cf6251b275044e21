-- What is the same in both worlds: a stranger with a little of their own, a publisher with public
-- plans (and a private one), and a follower of one of them. Ids are made from names.

create function pg_temp.named(name text) returns uuid language sql immutable as $$ select md5(name)::uuid $$;

insert into auth.users (id, email, email_confirmed_at, raw_user_meta_data)
select pg_temp.named(name), name || '@example.com', now(), jsonb_build_object('name', initcap(name))
from (values ('stranger'), ('publisher'), ('follower')) as people (name);

insert into public.learning_plans (id, user_id, topic, skill_level, weekly_hours, learning_style, start_date, visibility)
select pg_temp.named(p.name), pg_temp.named(p.person), p.topic, 'beginner', 5, 'mixed', date '2026-10-05', p.visibility::public.plan_visibility
from (values
    ('stranger sailing', 'stranger', 'Sailing', 'private'),
    ('stranger swift', 'stranger', 'Swift for iOS Development', 'private'),
    ('publisher sql', 'publisher', 'SQL for product analytics', 'public'),
    ('publisher guitar', 'publisher', 'Fingerstyle guitar', 'public'),
    ('publisher secret', 'publisher', 'Bookbinding', 'private')
) as p (name, person, topic, visibility);

insert into public.modules (id, plan_id, "order", title, description, estimated_minutes)
select pg_temp.named(p.id || ' module ' || week), p.id, week, 'Week ' || week, 'What the week is about', 120
from public.learning_plans p, generate_series(1, 3) as week
order by p.id, week;

insert into public.tasks (id, module_id, "order", day, title, estimated_minutes)
select pg_temp.named(m.id || ' task ' || place), m.id, place, place, 'Task ' || place, 60
from public.modules m, generate_series(1, 2) as place
order by m.id, place;

insert into public.task_resources (id, task_id, resource_id, "order")
select pg_temp.named(t.id || ' resource'), t.id, r.id, 1
from (select t.id, row_number() over (order by t.id) as place from public.tasks t) t
join (select r.id, row_number() over (order by r.url) as place from public.resources r) r using (place);

insert into public.task_links (id, task_id, title, url, "order")
select pg_temp.named(t.id || ' link'), t.id, 'A link', 'https://example.com/' || t.id, 1 from public.tasks t;

insert into public.task_progress (id, task_id, user_id, status)
select pg_temp.named(t.id || ' progress ' || p.user_id), t.id, p.user_id, 'completed'
from public.tasks t
join public.modules m on m.id = t.module_id
join public.learning_plans p on p.id = m.plan_id
where t."order" = 1;

insert into public.plan_notes (plan_id, notes) select id, 'Notes on ' || topic from public.learning_plans;

insert into public.plan_generations (id, plan_id, status, progress, model, prompt)
select pg_temp.named(id || ' generation'), id, 'failed', 40, 'built-in', '{}' from public.learning_plans;

insert into public.plan_proposals (id, plan_id, generation_id, base_revision, changes, summary, target)
select pg_temp.named(p.id || ' proposal'), p.id, pg_temp.named(p.id || ' generation'), p.revision, '[]', '{}', '{"modules": []}'
from public.learning_plans p;

insert into public.plan_followers (id, plan_id, user_id, start_date)
values (pg_temp.named('follows'), pg_temp.named('publisher sql'), pg_temp.named('follower'), date '2026-11-02');

insert into public.task_progress (id, task_id, user_id, status)
select pg_temp.named(t.id || ' progress of the follower'), t.id, pg_temp.named('follower'), 'in_progress'
from public.tasks t
join public.modules m on m.id = t.module_id
where m.plan_id = pg_temp.named('publisher sql') and t."order" = 1;

insert into public.notifications (id, user_id, kind, channel, dedupe_key)
select pg_temp.named(id || ' notification'), id, 'weekly_summary', 'email', 'weekly_summary:' || id from public.users;
