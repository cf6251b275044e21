-- The people whose requests are timed, with the same rows in a small database and in a large one:
-- Ada has three plans of 200 tasks, Ben a public one, which Ada follows. 800 tasks.
-- Runs with triggers off (session_replication_role = replica), as the superuser.

insert into auth.users (id, email, email_confirmed_at)
values
    ('00000000-0000-4000-8000-00000000000a', 'ada@example.com', now()),
    ('00000000-0000-4000-8000-00000000000b', 'ben@example.com', now());

insert into public.users (id, auth_user_id, email, name, time_zone, subscription_tier)
values
    ('00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000a', 'ada@example.com', 'Ada', 'Europe/Berlin', 'pro'),
    ('00000000-0000-4000-8000-00000000000b', '00000000-0000-4000-8000-00000000000b', 'ben@example.com', 'Ben', 'UTC', 'pro');

insert into public.learning_plans
    (id, user_id, topic, skill_level, weekly_hours, learning_style, start_date, deadline_date, visibility, origin)
select
    ('00000000-0000-4000-8000-0000000000' || case p when 4 then 'b' else 'a' end || p)::uuid,
    ('00000000-0000-4000-8000-00000000000' || case p when 4 then 'b' else 'a' end)::uuid,
    (array['Swift for iOS Development', 'Spanish for beginners', 'Statistics with Python', 'Rust in practice'])[p],
    'beginner', 5, 'practice', current_date - 66, current_date + 80,
    case p when 4 then 'public' else 'private' end::public.plan_visibility, 'template'
from generate_series(1, 4) p;

insert into public.plan_followers (plan_id, user_id)
values ('00000000-0000-4000-8000-0000000000b4', '00000000-0000-4000-8000-00000000000a');

insert into public.modules (plan_id, "order", title, description, estimated_minutes)
select p.id, week, 'Week ' || week, repeat('What this week is about. ', 4), 300
from public.learning_plans p
cross join generate_series(1, 20) week
where p.user_id in ('00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000b');
