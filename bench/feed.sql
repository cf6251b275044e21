-- One learner with a plan of five hundred tasks, each with its session.

delete from auth.users where email = 'feed@example.com';

set session_replication_role = replica;

insert into auth.users (id, email) values ('00000000-0000-4000-8000-0000000000fe', 'feed@example.com');
insert into public.users (id, auth_user_id, email, time_zone)
values ('00000000-0000-4000-8000-0000000000fe', '00000000-0000-4000-8000-0000000000fe', 'feed@example.com', 'Europe/Berlin');
insert into public.learning_plans (id, user_id, topic, skill_level, weekly_hours, learning_style)
values ('00000000-0000-4000-8000-00000000fe01', '00000000-0000-4000-8000-0000000000fe', 'Feeds', 'beginner', 10, 'mixed');
insert into public.modules (id, plan_id, "order", title, estimated_minutes)
select md5('feed module ' || n)::uuid, '00000000-0000-4000-8000-00000000fe01', n, 'Week ' || n, 600
from generate_series(1, 50) n;
insert into public.tasks (id, module_id, "order", title, description, estimated_minutes)
select md5('feed task ' || n || ' ' || k)::uuid, md5('feed module ' || n)::uuid, k, 'Task ' || k || ' of week ' || n,
    'What to do, in a sentence or two that a person would write.', 60
from generate_series(1, 50) n, generate_series(1, 10) k;
insert into public.sessions (plan_id, user_id, task_id, part, starts_at, ends_at, local_date)
select '00000000-0000-4000-8000-00000000fe01', '00000000-0000-4000-8000-0000000000fe', md5('feed task ' || n || ' ' || k)::uuid, 1,
    s.at, s.at + interval '1 hour', s.at::date
from generate_series(1, 50) n, generate_series(1, 10) k,
    lateral (select date_trunc('day', now()) + make_interval(days => 7 * n + (k - 1) / 2, hours => 17 + k % 2) as at) s;

set session_replication_role = default;
analyze public.sessions;
analyze public.tasks;
