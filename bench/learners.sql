-- Learners with a plan of twelve tasks each, placed into their weeks; every tenth has slipped. Parameter: how many.

set session_replication_role = replica; -- their triggers would ask for a schedule each

create function pg_temp.learner(n integer, what text) returns uuid
language sql immutable as $$ select md5(what || n)::uuid $$;

insert into auth.users (id, email)
select pg_temp.learner(n, 'learner'), n || '@learner.test' from generate_series(1, :learners) n;

insert into public.users (id, auth_user_id, email, time_zone)
select pg_temp.learner(n, 'learner'), pg_temp.learner(n, 'learner'), n || '@learner.test',
    (array['Europe/Berlin', 'Asia/Kathmandu', 'America/New_York', 'UTC'])[1 + n % 4]
from generate_series(1, :learners) n;

insert into public.learning_plans (id, user_id, topic, skill_level, weekly_hours, learning_style, start_date)
select pg_temp.learner(n, 'plan'), pg_temp.learner(n, 'learner'), 'Plan ' || n, 'beginner', 4, 'mixed', current_date - 7
from generate_series(1, :learners) n;

insert into public.modules (id, plan_id, "order", title, estimated_minutes)
select pg_temp.learner(n * 10 + week, 'module'), pg_temp.learner(n, 'plan'), week, 'Week ' || week, 240
from generate_series(1, :learners) n, generate_series(1, 3) week;

insert into public.tasks (id, module_id, "order", title, estimated_minutes)
select pg_temp.learner(n * 100 + week * 10 + task, 'task'), pg_temp.learner(n * 10 + week, 'module'), task, 'Task ' || task, 60
from generate_series(1, :learners) n, generate_series(1, 3) week, generate_series(1, 4) task;

-- The first week is over: nine of ten did it.
insert into public.task_progress (task_id, user_id, status, completed_at)
select pg_temp.learner(n * 100 + 10 + task, 'task'), pg_temp.learner(n, 'learner'), 'completed', now() - interval '1 day'
from generate_series(1, :learners) n, generate_series(1, 4) task
where n % 10 <> 0;

insert into public.sessions (plan_id, user_id, task_id, part, starts_at, ends_at, local_date)
select pg_temp.learner(n, 'plan'), pg_temp.learner(n, 'learner'),
    pg_temp.learner(n * 100 + week * 10 + task, 'task'), 1, s.at, s.at + interval '60 minutes', s.at::date
from generate_series(1, :learners) n, generate_series(1, 3) week, generate_series(1, 4) task,
    lateral (select date_trunc('day', now()) + make_interval(days => 7 * (week - 2) + task, hours => 17) as at) s;

insert into public.plan_schedules (plan_id, user_id, status, fits, wanted, made, look_at)
select pg_temp.learner(n, 'plan'), pg_temp.learner(n, 'learner'), 'ready', true, 1, 1, now() - interval '1 hour'
from generate_series(1, :learners) n;

set session_replication_role = default;
analyze;
