-- The victim and everything of theirs, about ten thousand rows: in one world only, and not even the
-- account in the other. Whoever reads along in the first sees it as the database's owner.

create function pg_temp.named(name text) returns uuid language sql immutable as $$ select md5(name)::uuid $$;

-- Accounts go in as Auth makes them: the victim, and three who followed while the plans were public.
insert into auth.users (id, email, email_confirmed_at, raw_user_meta_data)
select pg_temp.named(name), name || '@example.com', now(), jsonb_build_object('name', initcap(name))
from (values ('victim'), ('accomplice1'), ('accomplice2'), ('accomplice3')) as people (name);

-- When the victim reads: an hour that a stranger may try as well.
update public.summary_times set weekday = 3, time_of_day = '18:00' where user_id = pg_temp.named('victim');

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

update public.notifications set due_at = now(), context = '{"topic": "Safecracking"}' where dedupe_key like 'weekly_summary:victim:%0';

insert into private.mail_batches (id) select pg_temp.named('victim batch ' || n) from generate_series(1, 10) as n;

update public.notifications n set batch_id = b.id, position = 0, recipient = 'victim@example.com'
from (select b.id, row_number() over (order by b.id) as number from private.mail_batches b) b
where n.id = pg_temp.named('victim notification ' || b.number);

insert into public.notification_preferences (id, user_id, kind, channel, enabled)
select pg_temp.named('victim wants ' || k.kind || c), pg_temp.named('victim'), k.kind, c::public.notification_channel, k.kind <> 'welcome'
from public.notification_kinds k, unnest(array['email', 'in_app']) as c;

insert into public.mail_suppressions (id, address, cause, reason, notification_id)
select pg_temp.named('suppressed ' || name), name || '@example.com', 'bounced', 'There is no vault here', pg_temp.named('victim notification 1')
from (values ('victim'), ('accomplice1'), ('accomplice2')) as people (name);

insert into public.webhook_events (id, source, external_id, type, payload)
select pg_temp.named('event ' || n), 'resend', 'event ' || n, 'email.opened', '{}' from generate_series(1, 500) as n;

insert into worker.dead_letters (queue, msg_id, read_ct, failures, message, error, enqueued_at)
select 'generate_plan', n, 5, 5, '{}', '{}', now() from generate_series(1, 50) as n;

insert into worker.job_attempts (queue, msg_id, failures)
select 'generate_plan', 1000 + n, 1 from generate_series(1, 50) as n;

select pgmq.send('generate_plan', jsonb_build_object('v', 1, 'generation_id', id))
from public.plan_generations where prompt ->> 'topic' = 'Safecracking' and status = 'queued';

-- When the victim studies, and what: also on the public plans.
insert into public.study_preferences (user_id, shortest_session_minutes, catch_up) values (pg_temp.named('victim'), 10, 'apply');

insert into public.study_windows (id, user_id, weekday, starts, ends)
select pg_temp.named('victim window ' || day || ' ' || hour), pg_temp.named('victim'), day, time '00:00' + make_interval(hours => hour), time '01:00' + make_interval(hours => hour)
from generate_series(1, 7) as day, generate_series(0, 6) as hour;

insert into public.days_off (id, user_id, starts_on, ends_on)
select pg_temp.named('victim days off ' || n), pg_temp.named('victim'), date '2026-12-01' + 7 * n, date '2026-12-03' + 7 * n
from generate_series(1, 100) as n;

insert into public.busy_times (id, user_id, starts_at, ends_at)
select pg_temp.named('victim busy ' || n), pg_temp.named('victim'), timestamptz '2026-11-23 08:00+00' + make_interval(days => n), timestamptz '2026-11-23 09:00+00' + make_interval(days => n)
from generate_series(1, 500) as n;

create temporary view victims as
select p.id as plan_id, p.user_id from public.learning_plans p where p.user_id = pg_temp.named('victim')
union all
select f.plan_id, f.user_id from public.plan_followers f where f.user_id = pg_temp.named('victim');

insert into public.sessions (id, plan_id, user_id, task_id, part, starts_at, ends_at, local_date, pinned_at)
select pg_temp.named(t.id || ' session of the victim'), v.plan_id, v.user_id, t.id, 1, '2026-11-25 10:00+00', '2026-11-25 11:00+00', '2026-11-25', now()
from victims v
join public.modules m on m.plan_id = v.plan_id
join public.tasks t on t.module_id = m.id;

insert into public.plan_schedules (id, plan_id, user_id, status, fits, needed_minutes, ends_on, choices, wanted, made)
select pg_temp.named(v.plan_id || ' schedule of the victim'), v.plan_id, v.user_id, 'ready', false, 4800, '2027-06-01',
    '[{"choice": "later_date", "deadline_date": "2027-06-01", "text": "Safecracking"}]', 1, 1
from victims v;

insert into public.catch_ups (id, plan_id, user_id, moves, summary)
select pg_temp.named(v.plan_id || ' catch-up of the victim'), v.plan_id, v.user_id, '[{"title": "Dial 2"}]', '{"sentence": "Safecracking moved"}' from victims v;

insert into private.learner_calendars (user_id, version) values (pg_temp.named('victim'), 7);

insert into private.catch_up_targets (catch_up_id, version, target)
select c.id, 7, '{"sessions": [], "gone": []}' from public.catch_ups c where c.user_id = pg_temp.named('victim');

insert into public.calendar_feeds (id, user_id, plan_id)
select pg_temp.named(v.plan_id || ' feed of the victim'), v.user_id, v.plan_id from victims v;

insert into private.feed_tokens (feed_id, token_hash)
select f.id, encode(sha256(convert_to(f.id::text, 'UTF8')), 'hex') from public.calendar_feeds f where f.user_id = pg_temp.named('victim');

select pgmq.send('schedule_plan', jsonb_build_object('v', 1, 'plan_id', v.plan_id, 'user_id', v.user_id, 'kind', 'schedule'))
from victims v;

-- Where the victim's plans are outside, also the public ones of others: one is under way.
insert into public.connections (id, user_id, provider, account_id, account_name)
select pg_temp.named('victim ' || provider), pg_temp.named('victim'), provider, 'account of the victim', 'victim@example.com'
from unnest(enum_range(null::public.connection_provider)) as provider;

insert into private.connection_tokens (connection_id, sealed)
select c.id, 'v1.k1.' || c.id from public.connections c where c.user_id = pg_temp.named('victim');

insert into private.oauth_states (state_hash, user_id, provider, sealed_verifier, return_to)
select encode(sha256(convert_to('victim state ' || n, 'UTF8')), 'hex'), pg_temp.named('victim'), 'google', 'v', 'https://app.example.com/'
from generate_series(1, 10) as n;

insert into public.exports (id, user_id, plan_id, connection_id, provider, account_id, topic, status, needs, container, url, turn, under_way)
select pg_temp.named(v.plan_id || ' export of the victim to ' || c.provider), v.user_id, v.plan_id, c.id, c.provider, c.account_id,
    'Safecracking', case when n.place = 1 then 'running' when n.place % 3 = 0 then 'stopped' else 'succeeded' end::public.export_status,
    case when n.place % 3 = 0 then 'word' end, '{"url": "https://vault.example/there"}', 'https://vault.example/there', 1, n.place = 1
from (select v.*, row_number() over (order by v.plan_id) as place from victims v) v
join public.connections c on c.user_id = v.user_id
cross join lateral (select v.place) n;

insert into public.export_items (id, export_id, key, state, external_id, hash)
select pg_temp.named(e.id || ' item ' || t.id), e.id, t.id, 'sent', 'page ' || t.id, 'h1'
from public.exports e
join public.modules m on m.plan_id = e.plan_id
join public.tasks t on t.module_id = m.id
where e.user_id = pg_temp.named('victim');

select pgmq.send(private.export_queue(e.provider), jsonb_build_object('v', 1, 'export_id', e.id, 'turn', e.turn))
from public.exports e where e.under_way;
