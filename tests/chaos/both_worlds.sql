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

insert into public.notification_preferences (id, user_id, kind, channel, enabled)
select pg_temp.named(u.id || ' wants ' || k.kind), u.id, k.kind, 'email', false
from public.users u, public.notification_kinds k
where k.kind in ('weekly_summary', 'plan_ready', 'session_reminder');

insert into public.mail_suppressions (id, address, cause, reason)
select pg_temp.named(u.email || ' suppressed'), u.email, 'complained', 'Reported as unwanted' from public.users u where u.name <> 'Publisher';

-- When they can study, and what was made of it.
insert into public.study_preferences (user_id, daily_ceiling_minutes) select id, 120 from public.users;

insert into public.study_windows (id, user_id, weekday, starts, ends)
select pg_temp.named(u.id || ' window ' || day), u.id, day, '18:00', '20:00'
from public.users u, generate_series(1, 3) as day;

insert into public.days_off (id, user_id, starts_on, ends_on)
select pg_temp.named(id || ' days off'), id, date '2026-12-24', date '2026-12-26' from public.users;

insert into public.busy_times (id, user_id, starts_at, ends_at)
select pg_temp.named(id || ' busy'), id, '2026-11-24 17:00+00', '2026-11-24 18:30+00' from public.users;

-- Each owner has a schedule of their plans, and the follower one of the plan they follow.
create temporary view learners as
select p.id as plan_id, p.user_id from public.learning_plans p
union all
select f.plan_id, f.user_id from public.plan_followers f;

insert into public.sessions (id, plan_id, user_id, task_id, part, starts_at, ends_at, local_date)
select pg_temp.named(t.id || ' session of ' || l.user_id), l.plan_id, l.user_id, t.id, 1,
    m.at, m.at + interval '1 hour', m.at::date
from learners l
join (
    select m.id, m.plan_id, timestamptz '2026-11-23 18:00+00' + make_interval(weeks => m."order" - 1) as at
    from public.modules m
) m on m.plan_id = l.plan_id
join public.tasks t on t.module_id = m.id and t."order" = 2;

-- The follower's waits already, from when they followed.
delete from public.plan_schedules;

insert into public.plan_schedules (id, plan_id, user_id, status, fits, needed_minutes, ends_on, deadline_date, choices, wanted, made)
select pg_temp.named(l.plan_id || ' schedule of ' || l.user_id), l.plan_id, l.user_id, 'ready', false, 180, '2026-12-07', '2026-12-01',
    '[{"choice": "later_date", "deadline_date": "2027-04-01"}, {"choice": "more_hours", "weekly_hours": 8, "windows": []}]', 1, 1
from learners l;

insert into public.catch_ups (id, plan_id, user_id, moves, summary)
select pg_temp.named(l.plan_id || ' catch-up of ' || l.user_id), l.plan_id, l.user_id, '[]', '{"sentence": "Nothing moved"}' from learners l;

insert into private.learner_calendars (user_id, version) select id, 1 from public.users
on conflict (user_id) do update set version = 1;

insert into private.catch_up_targets (catch_up_id, version, target)
select c.id, 1, '{"sessions": [], "gone": []}' from public.catch_ups c;

-- One of the stranger's was applied.
update public.catch_ups set status = 'applied', decided_at = now() where plan_id = pg_temp.named('stranger swift');
update private.catch_up_targets t set target = null, before = private.snapshot_sessions(c.plan_id, c.user_id)
from public.catch_ups c
where c.id = t.catch_up_id and c.status = 'applied';

insert into public.calendar_feeds (id, user_id, plan_id)
select pg_temp.named(l.plan_id || ' feed of ' || l.user_id), l.user_id, l.plan_id from learners l;

insert into private.feed_tokens (feed_id, token_hash)
select f.id, encode(sha256(convert_to(f.id::text, 'UTF8')), 'hex') from public.calendar_feeds f;

-- Where their plans are outside: everybody has connected Notion, which no longer lets the follower in.
insert into public.connections (id, user_id, provider, account_id, account_name, status)
select pg_temp.named(u.id || ' notion'), u.id, 'notion', 'account of ' || u.name, u.name || ' at Notion',
    case when u.name = 'Follower' then 'reconnect' else 'active' end::public.connection_status
from public.users u;

insert into private.connection_tokens (connection_id, sealed) select c.id, 'v1.k1.' || c.id from public.connections c;

insert into private.oauth_states (state_hash, user_id, provider, sealed_verifier, return_to)
select encode(sha256(convert_to(u.id::text, 'UTF8')), 'hex'), u.id, 'google', 'v', 'https://app.example.com/' from public.users u;

insert into public.exports (id, user_id, plan_id, connection_id, provider, account_id, topic, status, needs, error, container, url, finished_at)
select pg_temp.named(l.plan_id || ' export of ' || l.user_id), l.user_id, l.plan_id, c.id, c.provider, c.account_id, p.topic, s.status,
    case when s.status = 'stopped' then 'word' end,
    case when s.status = 'stopped' then '{"code": "plan_looks_empty", "message": "Nearly all of it would go"}'::jsonb end,
    '{"url": "https://example.com/there"}', 'https://example.com/there', now()
from learners l
join public.learning_plans p on p.id = l.plan_id
join public.connections c on c.user_id = l.user_id
cross join lateral (
    select case when p.topic like 'S%' then 'succeeded' else 'stopped' end::public.export_status as status
) s;

insert into public.export_items (id, export_id, key, state, external_id, hash)
select pg_temp.named(e.id || ' item ' || t.id), e.id, t.id, 'sent', 'page ' || t.id, 'h1'
from public.exports e
join public.modules m on m.plan_id = e.plan_id
join public.tasks t on t.module_id = m.id;
