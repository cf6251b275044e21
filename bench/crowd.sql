-- Everybody else: as many plans of 50 tasks as the setting bench.plans says, five a person, one in
-- ten of them public with three followers; one person in eight follows Ben's plan.
-- Runs with triggers off (session_replication_role = replica), as the superuser.

insert into public.users (clerk_user_id, name, subscription_tier)
select 'user_' || person, 'Learner ' || person, 'pro'
from generate_series(1, 1 + current_setting('bench.plans')::integer / 5) person;

insert into public.resources (type, title, url)
select 'article', 'Lesson ' || n, 'https://example.com/lessons/' || n
from generate_series(1, 1 + current_setting('bench.plans')::integer / 20) n;

insert into public.learning_plans
    (user_id, topic, skill_level, weekly_hours, learning_style, start_date, visibility, origin, created_at)
select
    u.id,
    (array[
        'Swift', 'Spanish', 'Statistics', 'Rust', 'Guitar', 'Sailing', 'Watercolour', 'Chess', 'Python', 'Public speaking',
        'Machine learning', 'Woodworking', 'Photography', 'Linear algebra', 'Baking', 'Gardening', 'Git', 'SQL', 'React', 'Drawing',
        'Piano', 'Italian', 'Astronomy', 'Negotiation', 'Cycling', 'Philosophy', 'Economics', 'Kubernetes', 'Pottery', 'Origami'
    ])[1 + n % 30] || ' ' ||
    (array[
        'for beginners', 'from scratch', 'in practice', 'at weekends', 'for work', 'for the exam', 'step by step', 'for iOS Development',
        'in depth', 'for teachers', 'by projects', 'for data', 'the hard way', 'for the curious', 'in ninety days'
    ])[1 + (n / 30) % 15] || ' ' || (n / 450),
    'beginner', 5, 'mixed', current_date - n % 100,
    case n % 10 when 9 then 'public' else 'private' end::public.plan_visibility, 'template',
    now() - n * interval '1 minute'
from generate_series(0, current_setting('bench.plans')::integer - 1) n
join public.users u on u.clerk_user_id = 'user_' || 1 + n / 5;

insert into public.plan_followers (plan_id, user_id)
select p.id, u.id
from public.learning_plans p
cross join lateral (
    select u.id from public.users u
    where u.clerk_user_id in (select 'user_' || 1 + abs(hashtext(p.id::text || k)) % (1 + current_setting('bench.plans')::integer / 5) from generate_series(1, 3) k)
) u
where p.visibility = 'public' and u.id <> p.user_id
on conflict do nothing;

insert into public.plan_followers (plan_id, user_id)
select '00000000-0000-4000-8000-0000000000b4', u.id
from public.users u
where u.clerk_user_id is not null and substr(u.clerk_user_id, 6)::integer % 8 = 0
on conflict do nothing;

insert into public.modules (plan_id, "order", title, description, estimated_minutes)
select p.id, week, 'Week ' || week, repeat('What this week is about. ', 4), 150
from public.learning_plans p
cross join generate_series(1, 10) week
where not exists (select from public.modules m where m.plan_id = p.id);
