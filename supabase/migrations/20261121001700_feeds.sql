-- Taking a plan along: one document of it for files, and feeds that calendars subscribe to.

create table public.calendar_feeds (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null default private.current_user_id() references public.users (id) on delete cascade,
    plan_id uuid references public.learning_plans (id) on delete cascade,
    last_read_at timestamptz,
    rotated_at timestamptz not null default now(),
    created_at timestamptz not null default now()
);

comment on table public.calendar_feeds is
    'A private address that a calendar subscribes to. Delete it and the address is dead; rpc/rotate_feed gives it another.';
comment on column public.calendar_feeds.plan_id is 'The plan it shows; null for all plans of the learner.';
comment on column public.calendar_feeds.last_read_at is 'When a calendar last asked, to the hour.';

create index idx_calendar_feeds_user_id on public.calendar_feeds (user_id);
create index idx_calendar_feeds_plan_id on public.calendar_feeds (plan_id);

create table private.feed_tokens (
    feed_id uuid primary key references public.calendar_feeds (id) on delete cascade,
    token_hash text not null unique check (char_length(token_hash) = 64)
);
comment on table private.feed_tokens is 'SHA-256 of each feed''s token: the token itself is told once and kept nowhere.';

create trigger calendar_feeds_keep_fixed before update on public.calendar_feeds
    for each row execute function private.keep_fixed('id', 'user_id', 'plan_id', 'created_at');

alter table public.calendar_feeds enable row level security;
alter table private.feed_tokens enable row level security;
create policy "People read their own feeds" on public.calendar_feeds
    for select to authenticated using (user_id = (select private.current_user_id()));
create policy "People delete their own feeds" on public.calendar_feeds
    for delete to authenticated using (user_id = (select private.current_user_id()));
create policy "The service reads the hashes" on private.feed_tokens for select to service_role using (true);
revoke all on public.calendar_feeds, private.feed_tokens from public, anon, authenticated, service_role;
select private.let_people_read('public.calendar_feeds');
grant delete on public.calendar_feeds to authenticated;
grant select, insert, update, delete on public.calendar_feeds to service_role;
grant select on private.feed_tokens to service_role;

-- The document ------------------------------------------------------------------------------------

create function private.plan_document(plan uuid, person uuid) returns jsonb
language sql
stable
set search_path = ''
as $$
    with mine as materialized (
        select tp.task_id, tp.status, tp.completed_at, tp.actual_minutes, tp.set_aside_at, tp.updated_at
        from public.task_progress tp
        where tp.user_id = person
    ),
    -- What is to come of a task that is done, or set aside, is no event any more.
    held as materialized (
        select s.*, count(*) over (partition by s.task_id) as parts
        from public.sessions s
        left join mine r on r.task_id = s.task_id
        where s.plan_id = plan and s.user_id = person
            and not (coalesce(r.status = 'completed', false) and s.starts_at >= r.completed_at)
            and not (r.set_aside_at is not null and s.starts_at >= r.set_aside_at)
    ),
    sittings as (
        select h.task_id, jsonb_agg(
            jsonb_build_object(
                'id', h.id, 'part', h.part, 'parts', h.parts, 'starts_at', h.starts_at, 'ends_at', h.ends_at,
                'pinned', h.pinned_at is not null, 'sequence', h.sequence,
                'created_at', h.created_at, 'updated_at', h.updated_at
            )
            order by h.part
        ) as sessions
        from held h
        group by h.task_id
    ),
    links as (
        select l.task_id, jsonb_agg(
            jsonb_build_object(
                'title', l.title, 'url', l.url, 'type', l.type, 'author', l.author,
                'duration_minutes', l.duration_minutes, 'dead', l.dead
            )
            order by l.kind, l."order", l.url
        ) as links
        from (
            select 1 as kind, tr.task_id, tr."order", r.title, r.url, r.type, r.author, r.duration_minutes,
                r.dead_at is not null as dead
            from public.modules m
            join public.tasks t on t.module_id = m.id
            join public.task_resources tr on tr.task_id = t.id
            join public.resources r on r.id = tr.resource_id
            where m.plan_id = plan
            union all
            select 2, k.task_id, k."order", k.title, k.url, k.type, null, null, k.dead_at is not null
            from public.modules m
            join public.tasks t on t.module_id = m.id
            join public.task_links k on k.task_id = t.id
            where m.plan_id = plan
        ) l
        group by l.task_id
    ),
    weeks as (
        select m."order", jsonb_build_object(
            'module_id', m.id, 'order', m."order", 'title', m.title, 'description', m.description,
            'estimated_minutes', m.estimated_minutes,
            'tasks', coalesce(
                jsonb_agg(
                    jsonb_build_object(
                        'task_id', t.id, 'order', t."order", 'day', t.day, 'title', t.title,
                        'description', t.description, 'estimated_minutes', t.estimated_minutes,
                        'status', coalesce(r.status, 'not_started'), 'completed_at', r.completed_at,
                        'actual_minutes', r.actual_minutes, 'set_aside_at', r.set_aside_at,
                        'updated_at', greatest(t.updated_at, r.updated_at),
                        'links', coalesce(k.links, '[]'), 'sessions', coalesce(s.sessions, '[]')
                    )
                    order by t."order"
                ) filter (where t.id is not null),
                '[]'
            )
        ) as week,
        count(t.id) as total, count(t.id) filter (where r.status = 'completed') as completed,
        max(r.updated_at) as touched_at
        from public.modules m
        left join public.tasks t on t.module_id = m.id
        left join mine r on r.task_id = t.id
        left join links k on k.task_id = t.id
        left join sittings s on s.task_id = t.id
        where m.plan_id = plan
        group by m.id
    ),
    whole as (
        select coalesce(jsonb_agg(w.week order by w."order"), '[]') as weeks,
            coalesce(sum(w.total), 0)::integer as total, coalesce(sum(w.completed), 0)::integer as completed,
            max(w.touched_at) as touched_at
        from weeks w
    )
    select jsonb_build_object(
        'plan', jsonb_build_object(
            'id', p.id, 'topic', p.topic, 'skill_level', p.skill_level, 'learning_style', p.learning_style,
            'weekly_hours', p.weekly_hours, 'start_date', p.start_date, 'deadline_date', p.deadline_date,
            'language', p.language, 'visibility', p.visibility, 'created_at', p.created_at, 'updated_at', p.updated_at
        ),
        'starts_on', case when f.id is null then private.first_day(p.start_date, p.created_at, p.user_id)
            else private.first_day(f.start_date, f.created_at, f.user_id) end,
        'time_zone', u.time_zone,
        'reminder_lead_minutes', case when sp.user_id is null then 30 else sp.reminder_lead_minutes end,
        'made_at', greatest(p.updated_at, whole.touched_at, (select max(h.updated_at) from held h)),
        'progress', jsonb_build_object(
            'total_tasks', whole.total, 'completed_tasks', whole.completed,
            'completion', coalesce(round(whole.completed::numeric / nullif(whole.total, 0), 4), 0)
        ),
        'weeks', whole.weeks
    )
    from public.learning_plans p
    cross join whole
    join public.users u on u.id = person
    left join public.plan_followers f on f.plan_id = p.id and f.user_id = person
    left join public.study_preferences sp on sp.user_id = person
    where p.id = plan
$$;

comment on function private.plan_document is
    'A plan as one document for files and calendars, with one learner''s own progress and sessions. Who may have it is asked by its callers.';

-- Definer: the policies are asked once for the plan instead of once a task; what is a learner's is the caller's own.
create function private.own_plan_document(plan uuid) returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
    me uuid := private.current_user_id();
begin
    if me is null or not private.reads_plan(plan) then
        perform private.refuse(404, 'plan_not_found', 'plan_id', 'There is no such plan', 'Check the id, or ask its owner to make it public');
    end if;
    return private.plan_document(plan, me);
end;
$$;

comment on function private.own_plan_document is 'What plan_export answers.';

create function public.plan_export(plan_id uuid) returns jsonb
language sql
stable
set search_path = ''
begin atomic
    select private.own_plan_document(plan_id);
end;

comment on function public.plan_export is
    'A plan that I may read as one document, with my own progress and sessions: what the files are made of.';

-- Feeds -------------------------------------------------------------------------------------------

create type public.feed_receipt as (feed_id uuid, token text);
comment on type public.feed_receipt is 'A feed and its token, which is told this once: the address is EDGE_URL/feeds/<token>.ics.';

create function private.give_feed_token(feed uuid) returns public.feed_receipt
language plpgsql
set search_path = ''
as $$
declare
    -- 244 random bits, in the letters of an address.
    token text := rtrim(translate(encode(
        sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')), 'base64'
    ), '+/', '-_'), '=');
begin
    insert into private.feed_tokens as t (feed_id, token_hash)
    values (feed, encode(sha256(convert_to(token, 'UTF8')), 'hex'))
    on conflict (feed_id) do update set token_hash = excluded.token_hash;
    return (feed, token)::public.feed_receipt;
end;
$$;

comment on function private.give_feed_token is 'Gives a feed a new token; the one before is dead.';

-- Definer: tokens are nobody's to read; it checks whether they learn by the plan.
create function private.create_own_feed(plan uuid) returns public.feed_receipt
language plpgsql
security definer
set search_path = ''
as $$
declare
    me uuid := private.current_user_id();
    feed uuid;
begin
    if me is null then
        perform private.refuse(401, 'not_signed_in', 'authorization', 'Nobody is signed in', 'Sign in and send the token');
    elsif plan is not null and not (private.learner_of(plan, me)).learns then
        perform private.refuse(404, 'plan_not_found', 'plan_id', 'There is no such plan', 'Check the id; follow a public plan to have a feed of it');
    end if;
    perform from public.users u where u.id = me for no key update;
    if (select count(*) from public.calendar_feeds f where f.user_id = me) >= 20 then
        perform private.refuse(403, 'feed_limit_reached', 'plan_id', 'There are 20 feeds already', 'Delete one that no calendar reads any more');
    end if;
    insert into public.calendar_feeds (user_id, plan_id) values (me, plan) returning id into feed;
    return private.give_feed_token(feed);
end;
$$;

-- Definer: as above.
create function private.rotate_own_feed(feed uuid) returns public.feed_receipt
language plpgsql
security definer
set search_path = ''
as $$
begin
    update public.calendar_feeds f set rotated_at = now(), last_read_at = null
    where f.id = feed and f.user_id = private.current_user_id();
    if not found then
        perform private.refuse(404, 'feed_not_found', 'feed_id', 'There is no such feed', 'Check the id');
    end if;
    return private.give_feed_token(feed);
end;
$$;

comment on function private.create_own_feed is 'What create_feed does.';
comment on function private.rotate_own_feed is 'What rotate_feed does.';

create function public.create_feed(plan_id uuid default null) returns public.feed_receipt
language sql
set search_path = ''
begin atomic
    select private.create_own_feed(plan_id);
end;

create function public.rotate_feed(feed_id uuid) returns public.feed_receipt
language sql
set search_path = ''
begin atomic
    select private.rotate_own_feed(feed_id);
end;

comment on function public.create_feed is
    'A private calendar address for one plan, or for all of mine: EDGE_URL/feeds/<token>.ics. The token is told this once.';
comment on function public.rotate_feed is 'Gives a feed another token; the old address is dead at once.';

-- Definer, as all of worker.
create function worker.load_feed(token_hash text, etag text default null) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    feed public.calendar_feeds;
    document jsonb;
    tag text;
begin
    select f.* into feed
    from private.feed_tokens t
    join public.calendar_feeds f on f.id = t.feed_id
    where t.token_hash = load_feed.token_hash;
    if not found then
        return jsonb_build_object('standing', 'unknown');
    end if;
    update public.calendar_feeds f set last_read_at = date_trunc('hour', now())
    where f.id = feed.id and f.last_read_at is distinct from date_trunc('hour', now());
    select jsonb_build_object(
        'time_zone', u.time_zone,
        'reminder_lead_minutes', case when sp.user_id is null then 30 else sp.reminder_lead_minutes end,
        'name', coalesce((
            select p.topic from public.learning_plans p
            where p.id = feed.plan_id and (private.learner_of(p.id, feed.user_id)).learns
        ), 'Learnbase'),
        'plans', (
            select coalesce(jsonb_agg(private.plan_document(l.id, feed.user_id) order by l.id), '[]')
            from (
                select p.id from public.learning_plans p
                where p.user_id = feed.user_id and (feed.plan_id is null or p.id = feed.plan_id)
                union
                select p.id
                from public.plan_followers f
                join public.learning_plans p on p.id = f.plan_id and p.visibility = 'public'
                where f.user_id = feed.user_id and (feed.plan_id is null or p.id = feed.plan_id)
            ) l
        )
    ) into document
    from public.users u
    left join public.study_preferences sp on sp.user_id = u.id
    where u.id = feed.user_id;
    tag := md5(document::text);
    if tag = load_feed.etag then
        return jsonb_build_object('standing', 'unchanged', 'etag', tag);
    end if;
    return jsonb_build_object('standing', 'ok', 'etag', tag, 'feed', document);
end;
$$;

comment on function worker.load_feed is
    'What the feed of a token (its SHA-256, in hex) shows: {"standing": "unknown"}, {"standing": "unchanged", "etag"} where the etag sent is still right, or {"standing": "ok", "etag", "feed"}. A followed plan that was made private again is not in it.';

revoke execute on function
    private.plan_document, private.own_plan_document, private.give_feed_token, private.create_own_feed,
    private.rotate_own_feed, public.plan_export, public.create_feed, public.rotate_feed, worker.load_feed
    from public, anon, authenticated, service_role;
grant execute on function
    private.own_plan_document, private.create_own_feed, private.rotate_own_feed,
    public.plan_export, public.create_feed, public.rotate_feed
    to authenticated;
grant execute on function worker.load_feed to service_role;
