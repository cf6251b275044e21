-- A small, believable world for development: three people, two plans, some progress.
-- Sign in as ada@example.com or ben@example.com; the password is learnbase-demo. Carla signs in with Clerk.

insert into auth.users (
    id, aud, role, email, encrypted_password, email_confirmed_at, raw_app_meta_data, raw_user_meta_data,
    -- Auth reads these as text and stumbles over null.
    confirmation_token, recovery_token, email_change, email_change_token_new, created_at, updated_at
)
select
    person.id::uuid, 'authenticated', 'authenticated', person.email,
    extensions.crypt('learnbase-demo', extensions.gen_salt('bf')), now() - interval '30 days',
    '{"provider": "email", "providers": ["email"]}',
    jsonb_build_object('name', person.name, 'time_zone', person.zone),
    '', '', '', '', now() - interval '30 days', now() - interval '30 days'
from (values
    ('a0000000-0000-4000-8000-000000000001', 'ada@example.com', 'Ada Keller', 'Europe/Berlin'),
    ('a0000000-0000-4000-8000-000000000002', 'ben@example.com', 'Ben Ortiz', 'America/New_York')
) as person (id, email, name, zone);

-- Hosted Auth looks people up by instance as well; the local one has no such column.
do $$
begin
    update auth.users set instance_id = '00000000-0000-0000-0000-000000000000' where instance_id is null;
exception when undefined_column then
    null;
end
$$;

insert into auth.identities (id, provider, provider_id, user_id, identity_data)
select gen_random_uuid(), 'email', u.id::text, u.id, jsonb_build_object('sub', u.id, 'email', u.email, 'email_verified', true)
from auth.users u;

update public.users set subscription_tier = 'pro' where email = 'ada@example.com';

insert into public.users (id, clerk_user_id, email, name, time_zone) values
    ('a0000000-0000-4000-8000-000000000003', 'user_2mVqS9ZkExampleClerkId00003', 'carla@example.com', 'Carla Nwosu', 'Africa/Lagos');

-- Ada learns SQL, in the open, since two weeks.
insert into public.learning_plans (id, user_id, topic, skill_level, weekly_hours, learning_style, start_date, deadline_date, visibility, origin) values
    ('b0000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000001', 'SQL for product analytics', 'beginner', 4, 'practice', current_date - 15, current_date + 12, 'public', 'template'),
    ('b0000000-0000-4000-8000-000000000002', 'a0000000-0000-4000-8000-000000000001', 'Fingerstyle guitar', 'intermediate', 2, 'video', null, null, 'private', 'manual');

insert into public.plan_notes (plan_id, notes) values
    ('b0000000-0000-4000-8000-000000000001', 'I have a copy of our events table to practise on.');

insert into public.modules (id, plan_id, "order", title, description, estimated_minutes)
select
    format('c0000000-0000-4000-8000-00000000000%s', m.place)::uuid,
    'b0000000-0000-4000-8000-000000000001', m.place, m.title, m.description, 240
from (values
    (1, 'Asking one table', 'Select, filter and sort, until the syntax is out of the way.'),
    (2, 'Counting and grouping', 'Aggregates answer most questions of a product team.'),
    (3, 'Joining tables', 'Questions that one table cannot answer alone.'),
    (4, 'A report of your own', 'A small analysis from the question to the chart.')
) as m (place, title, description);

insert into public.tasks (module_id, "order", day, title, estimated_minutes)
select format('c0000000-0000-4000-8000-00000000000%s', t.week)::uuid, t.place, t.day, t.title, 80
from (values
    (1, 1, 1, 'Read about querying a table'),
    (1, 2, 3, 'Write ten queries with where and order by'),
    (1, 3, 6, 'Explain five of them in a sentence each'),
    (2, 1, 1, 'Read about aggregate functions'),
    (2, 2, 3, 'Count events by day, week and user'),
    (2, 3, 6, 'Find the three busiest hours'),
    (3, 1, 1, 'Read about joins between tables'),
    (3, 2, 3, 'Join events to users and plans'),
    (3, 3, 6, 'Measure retention after a week'),
    (4, 1, 1, 'Choose a question worth answering'),
    (4, 2, 3, 'Answer it in one query'),
    (4, 3, 6, 'Present it in one chart')
) as t (week, place, day, title);

insert into public.resources (type, title, url) values
    ('doc', 'PostgreSQL Tutorial: Querying a Table', 'https://www.postgresql.org/docs/current/tutorial-select.html'),
    ('doc', 'PostgreSQL Tutorial: Aggregate Functions', 'https://www.postgresql.org/docs/current/tutorial-agg.html'),
    ('doc', 'PostgreSQL Tutorial: Joins Between Tables', 'https://www.postgresql.org/docs/current/tutorial-join.html')
on conflict (url) do nothing;

insert into public.task_resources (task_id, resource_id, "order")
select t.id, r.id, 1
from public.tasks t
join public.resources r on r.url = case t.title
    when 'Read about querying a table' then 'https://www.postgresql.org/docs/current/tutorial-select.html'
    when 'Read about aggregate functions' then 'https://www.postgresql.org/docs/current/tutorial-agg.html'
    when 'Read about joins between tables' then 'https://www.postgresql.org/docs/current/tutorial-join.html'
end;

insert into public.task_progress (task_id, user_id, status, completed_at, actual_minutes)
select t.id, 'a0000000-0000-4000-8000-000000000001', 'completed', now() - interval '5 days', 95
from public.tasks t
join public.modules m on m.id = t.module_id
where m.plan_id = 'b0000000-0000-4000-8000-000000000001' and (m."order" = 1 or (m."order" = 2 and t."order" = 1));

-- Ben follows her plan, a week behind.
insert into public.plan_followers (plan_id, user_id, start_date) values
    ('b0000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000002', current_date - 8);

insert into public.task_progress (task_id, user_id, status)
select t.id, 'a0000000-0000-4000-8000-000000000002', 'in_progress'
from public.tasks t
where t.title = 'Read about querying a table';

insert into public.plan_generations (plan_id, status, progress, model, prompt, output_summary, started_at, finished_at, created_at) values
    (
        'b0000000-0000-4000-8000-000000000001', 'succeeded', 100, 'built-in',
        private.planner_inputs('b0000000-0000-4000-8000-000000000001'),
        '{"weeks": 4, "tasks": 12, "minutes": 960, "left_out": []}',
        now() - interval '15 days', now() - interval '15 days', now() - interval '15 days'
    );

insert into public.notifications (user_id, kind, channel, dedupe_key, subject, body_text, status, sent_at) values
    (
        'a0000000-0000-4000-8000-000000000001', 'plan_ready', 'in_app', 'plan_ready:b0000000-0000-4000-8000-000000000001',
        'Your plan is ready', 'SQL for product analytics: 4 weeks, 12 tasks.', 'sent', now() - interval '15 days'
    );
