-- The victim and everything of theirs, about ten thousand rows: in one world only, and not even the
-- account in the other. Whoever reads along in the first sees it as the database's owner.

create function pg_temp.named(name text) returns uuid language sql immutable as $$ select md5(name)::uuid $$;

-- Accounts go in as Auth makes them: the victim, and three who followed while the plans were public.
insert into auth.users (id, email, email_confirmed_at, raw_user_meta_data)
select pg_temp.named(name), name || '@example.com', now(), jsonb_build_object('name', initcap(name))
from (values ('victim'), ('accomplice1'), ('accomplice2'), ('accomplice3')) as people (name);

-- No limits and no stamps for the rest: these rows are history.
set session_replication_role = replica;

insert into public.learning_plans (id, user_id, topic, skill_level, weekly_hours, learning_style, start_date, deadline_date)
select pg_temp.named('victim plan ' || n), pg_temp.named('victim'), 'Safecracking, volume ' || n, 'advanced', 10, 'practice', date '2026-09-07', date '2027-03-01'
from generate_series(1, 40) as n;

insert into public.plan_notes (plan_id, notes)
select id, 'Nobody may know' from public.learning_plans where user_id = pg_temp.named('victim');

insert into public.modules (id, plan_id, "order", title, estimated_minutes)
select pg_temp.named(p.id || ' module ' || week), p.id, week, 'Vault ' || week, 600
from public.learning_plans p, generate_series(1, 8) as week
where p.user_id = pg_temp.named('victim');

insert into public.tasks (id, module_id, "order", day, title, estimated_minutes)
select pg_temp.named(m.id || ' task ' || place), m.id, place, place, 'Dial ' || place, 100
from public.modules m, generate_series(1, 6) as place
where m.title like 'Vault %';

insert into public.task_links (id, task_id, title, url, "order")
select pg_temp.named(id || ' link'), id, 'Blueprint', 'https://vault.example/' || id, 1
from public.tasks where title like 'Dial %';

insert into public.task_resources (id, task_id, resource_id, "order", notes)
select pg_temp.named(t.id || ' resource'), t.id, (select r.id from public.resources r order by r.url limit 1), 1, 'secret'
from public.tasks t where t.title like 'Dial %';

insert into public.task_progress (id, task_id, user_id, status, completed_at)
select pg_temp.named(id || ' progress'), id, pg_temp.named('victim'), 'completed', now()
from public.tasks where title like 'Dial %';

-- Also on what everybody can read: the victim works through the public plans.
insert into public.task_progress (id, task_id, user_id, status, completed_at)
select pg_temp.named(t.id || ' progress of the victim'), t.id, pg_temp.named('victim'), 'completed', now()
from public.tasks t
join public.modules m on m.id = t.module_id
join public.learning_plans p on p.id = m.plan_id
where p.visibility = 'public';

insert into public.plan_followers (id, plan_id, user_id)
select pg_temp.named('victim follows ' || id), id, pg_temp.named('victim')
from public.learning_plans where visibility = 'public'
union all
select pg_temp.named(p.id || ' followed by ' || n), p.id, pg_temp.named('accomplice' || n)
from public.learning_plans p, generate_series(1, 3) as n
where p.user_id = pg_temp.named('victim');

insert into public.plan_generations (id, plan_id, status, progress, model, prompt)
select pg_temp.named(p.id || ' generation ' || n), p.id, case when n = 5 then 'queued' else 'succeeded' end::public.generation_status, 50, 'built-in', '{"topic": "Safecracking"}'
from public.learning_plans p, generate_series(1, 5) as n
where p.user_id = pg_temp.named('victim');

insert into public.plan_proposals (id, plan_id, generation_id, status, base_revision, changes, summary, target)
select pg_temp.named(g.id || ' proposal'), g.plan_id, g.id, case when g.status = 'queued' then 'open' else 'accepted' end::public.proposal_status,
    1, '[{"title": "Dial"}]', '{"text": "Safecracking"}', '{"modules": []}'
from public.plan_generations g where g.prompt ->> 'topic' = 'Safecracking';

insert into private.proposal_snapshots (proposal_id, snapshot)
select p.id, '{}' from public.plan_proposals p where p.summary ->> 'text' = 'Safecracking' and p.status = 'accepted';

insert into private.model_calls (id, generation_id, purpose, model, day, reserved)
select pg_temp.named(g.id || ' call'), g.id, 'plan', 'large', current_date, 1000
from public.plan_generations g where g.prompt ->> 'topic' = 'Safecracking';

insert into private.model_days (day, reserved, used) values (current_date, 200000, 0);

insert into private.usage_ledger (person, kind, quantity, generation_id)
select pg_temp.named('victim'), 'generation', 1, id from public.plan_generations where prompt ->> 'topic' = 'Safecracking';

insert into private.plan_requests (person, request_key, arguments, plan_id)
select pg_temp.named('victim'), 'key ' || n, '[]', pg_temp.named('victim plan ' || n) from generate_series(1, 40) as n;

insert into public.notifications (id, user_id, kind, channel, dedupe_key, subject)
select pg_temp.named('victim notification ' || n), pg_temp.named('victim'), 'weekly_summary', 'email', 'weekly_summary:victim:' || n, 'Your vaults'
from generate_series(1, 1000) as n;

insert into public.webhook_events (id, source, external_id, type, payload)
select pg_temp.named('event ' || n), 'resend', 'event ' || n, 'email.opened', '{}' from generate_series(1, 500) as n;

insert into worker.dead_letters (queue, msg_id, read_ct, failures, message, error, enqueued_at)
select 'generate_plan', n, 5, 5, '{}', '{}', now() from generate_series(1, 50) as n;

insert into worker.job_attempts (queue, msg_id, failures)
select 'generate_plan', 1000 + n, 1 from generate_series(1, 50) as n;

select pgmq.send('generate_plan', jsonb_build_object('v', 1, 'generation_id', id))
from public.plan_generations where prompt ->> 'topic' = 'Safecracking' and status = 'queued';
