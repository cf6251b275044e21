-- Letters: what messages say is loaded for the workers that write it, and what they wrote goes out in
-- batches. Once a week, at their own hour, each learner gets a summary: one a week, whatever happens.

select pgmq.create('weekly_summary');
select pgmq.create('write_letters');
select pgmq.create('send_email');
insert into worker.queues (queue, lease_seconds, max_failures) values
    ('weekly_summary', 60, 8), ('write_letters', 60, 8),
    -- A lost answer is asked for again for a day.
    ('send_email', 60, 400);

-- Batches ---------------------------------------------------------------------------------------

create function private.why_not_mailed(person uuid, kind text, address text, letter uuid default null) returns text
language sql
stable
set search_path = ''
begin atomic
    select case
        when why_not_mailed.address is null then 'There is no confirmed address'
        when s.cause = 'bounced' then 'Mail to this address came back'
        when s.cause = 'complained' then 'Mail to this address was reported as unwanted'
        when s.cause is not null then 'The mail service holds mail to this address back'
        when not case
            when why_not_mailed.kind <> 'news' then private.wants(person, why_not_mailed.kind, 'email')
            -- A letter of several is wanted while one of them is.
            else exists (
                select from public.notifications c
                where c.carried_by = letter and private.wants(person, c.kind, 'email')
            )
        end then 'Not wanted by mail'
    end
    from (values (1)) as one
    left join public.mail_suppressions s on s.address = why_not_mailed.address;
end;

comment on function private.why_not_mailed is
    'Why a letter of a kind must not go to a person at an address; null where it may. Of the kind news only a letter that is there can be judged.';

create function private.hold_people(letters uuid[]) returns void
language sql
set search_path = ''
as $$
    select from public.users u
    where u.id in (select n.user_id from public.notifications n where n.id = any (letters))
    order by u.id
    for key share
$$;

comment on function private.hold_people is
    'Keeps the people of letters from being deleted: before their letters, as deleting them does, and in one order. No deadlock.';

create function private.tell_carried(letters uuid[]) returns void
language sql
set search_path = ''
begin atomic
    update public.notifications n
    set status = l.status, reason = l.reason, sent_at = l.sent_at, delivered_at = l.delivered_at,
        opened_at = l.opened_at, bounced_at = l.bounced_at, complained_at = l.complained_at
    from public.notifications l
    where l.id = any (letters) and n.carried_by = l.id;
end;

comment on function private.tell_carried is 'Messages that came in a letter of several fare as it does.';

create function private.form_batches(letters uuid[]) returns integer
language plpgsql
set search_path = ''
as $$
declare
    formed integer;
begin
    with judged as materialized (
        select n.id, u.email, private.why_not_mailed(u.id, n.kind, u.email, n.id) as reason, l.place
        from unnest(letters) with ordinality as l (id, place)
        join public.notifications n on n.id = l.id
        join public.users u on u.id = n.user_id
        where n.status = 'queued' and n.batch_id is null
    ),
    numbered as (
        select j.id, row_number() over (order by j.place) - 1 as number from judged j where j.reason is null
    ),
    placed as materialized (
        select b.number, gen_random_uuid() as id from (select distinct m.number / 100 as number from numbered m) b
    ),
    made as (insert into private.mail_batches (id) select p.id from placed p returning id),
    written as (
        update public.notifications n
        set recipient = j.email, reason = j.reason, status = case when j.reason is null then n.status else 'suppressed' end,
            batch_id = p.id, position = m.number % 100,
            -- What is not sent leaves nothing behind but what it would have said.
            body_html = case when j.reason is null then n.body_html end,
            unsubscribe_url = case when j.reason is null then n.unsubscribe_url end
        from judged j
        left join numbered m on m.id = j.id
        left join placed p on p.number = m.number / 100
        where n.id = j.id
    )
    select count(private.enqueue('send_email', jsonb_build_object('v', 1, 'batch_id', b.id))) into formed from made b;
    perform private.tell_carried(letters);
    return formed;
end;
$$;

comment on function private.form_batches is
    'Puts letters into batches of up to 100 in their order and queues those; what is not wanted, or has no address that takes it, is suppressed with the reason. Answers how many batches.';

create function private.prune_letters(at timestamptz default now(), keep interval default '30 days') returns bigint
language plpgsql
set search_path = ''
as $$
declare
    old uuid[];
    pruned bigint;
begin
    select array_agg(b.id) into old
    from (
        select m.id from private.mail_batches m
        where m.settled_at < at - keep
        order by m.settled_at
        limit 5000
        for update skip locked
    ) b;
    -- Nobody is waited for: what somebody else holds is pruned the next night.
    update public.notifications n
    set body_html = null, unsubscribe_url = null, batch_id = null, position = null
    where n.id in (select l.id from public.notifications l where l.batch_id = any (old) for update skip locked);
    get diagnostics pruned = row_count;
    delete from private.mail_batches b
    where b.id = any (old) and not exists (select from public.notifications n where n.batch_id = b.id);
    delete from public.webhook_events e
    where e.id in (
        select o.id from public.webhook_events o where o.handled_at < at - keep order by o.handled_at limit 500000 for update skip locked
    );
    return pruned;
end;
$$;

comment on function private.prune_letters is
    'Forgets the HTML of letters that were settled so long ago, their batches, and events that were acted on; what was said, to whom and what became of it stays. Answers how many letters.';

-- Definer: nobody but the service touches events. What the mail service told of a letter names whose it was.
create function private.forget_events() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    delete from public.webhook_events e
    using gone g
    where e.source = 'resend' and e.payload #>> '{data,email_id}' = g.provider_id;
    return null;
end;
$$;

comment on function private.forget_events is 'Trigger: what was told of a letter goes with it.';

create index idx_webhook_events_handled_at on public.webhook_events (handled_at) where handled_at is not null;
create index idx_webhook_events_letter on public.webhook_events ((payload #>> '{data,email_id}')) where source = 'resend';

create trigger notifications_take_their_events_along after delete on public.notifications
    referencing old table as gone
    for each statement execute function private.forget_events();

-- The week --------------------------------------------------------------------------------------

create function private.enqueue_weekly_summaries(at timestamptz default now()) returns bigint
language sql
set search_path = ''
set work_mem = '64MB'
begin atomic
    with due as materialized (
        select h.id, h.weekday, h.time_of_day, h.time_zone, h.next_at, h.last_week, private.iso_week(h.next_at, h.time_zone) as week
        from private.summary_hours h
        where h.next_at <= enqueue_weekly_summaries.at
        -- Not FOR UPDATE: who signs up meanwhile holds a key share of the hour.
        for no key update skip locked
    ),
    -- Learners are many, and hours of the week are few: only those move.
    moved as (
        update private.summary_hours h
        set last_week = greatest(h.last_week, d.week),
            next_at = private.next_summary(enqueue_weekly_summaries.at, d.weekday, d.time_of_day, d.time_zone, greatest(d.last_week, d.week))
        from due d
        where h.id = d.id
        -- A tick that was missed is made up for; a day later it is not.
        returning h.id, d.week, d.next_at > enqueue_weekly_summaries.at - interval '24 hours' and d.week > coalesce(d.last_week, '') as wanted
    ),
    numbered as (
        select t.user_id, m.week, (row_number() over () - 1) / 100 as batch
        from moved m
        join public.summary_times t on t.hour_id = m.id
        where m.wanted
    ),
    messages as (
        select count(*) as learners, jsonb_build_object(
            'v', 1, 'week', n.week, 'until', enqueue_weekly_summaries.at + interval '24 hours',
            'user_ids', jsonb_agg(n.user_id)
        ) as message
        from numbered n
        group by n.week, n.batch
    ),
    sent as (
        select count(*) from (
            select pgmq.send_batch('weekly_summary', m.batch)
            from (select array_agg(message) as batch from messages having count(*) > 0) m
        ) s
    )
    select coalesce(sum(m.learners), 0)::bigint from messages m, sent;
end;

comment on function private.enqueue_weekly_summaries is
    'Queues the summaries of all learners whose hour has come, a hundred a message, and moves the hours on by a week; answers how many learners. Run twice, it finds nobody.';

create function private.links_of_task(task uuid) returns jsonb
language sql
stable
set search_path = ''
begin atomic
    select coalesce(jsonb_agg(jsonb_build_object('title', l.title, 'url', l.url) order by l.kind, l."order", l.url), '[]')
    from (
        select 1 as kind, tr."order", r.title, r.url
        from public.task_resources tr
        join public.resources r on r.id = tr.resource_id
        where tr.task_id = task and r.dead_at is null
        union all
        select 2, k."order", k.title, k.url from public.task_links k where k.task_id = task and k.dead_at is null
    ) l;
end;

comment on function private.links_of_task is 'The living links of a task, in order: [{"title", "url"}].';

create function private.plan_of_week(plan uuid, person uuid, zone text, at timestamptz) returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    today date := private.local_date(at, zone);
    held public.learning_plans;
    begins date;
    answer jsonb;
begin
    select p.* into held from public.learning_plans p where p.id = plan;
    select case when f.id is null or held.user_id = person then private.first_day(held.start_date, held.created_at, held.user_id)
        else private.first_day(f.start_date, f.created_at, person) end into begins
    from (values (1)) as one
    left join public.plan_followers f on f.plan_id = plan and f.user_id = person;
    with work as materialized (
        select t.id, t.title, t.estimated_minutes, m."order" as week, t."order" as place,
            -- As due_tasks says it, where no session does.
            begins + 7 * (m."order" - 1) + coalesce(t.day, 7) - 1 as due_on,
            coalesce(tp.status, 'not_started') = 'completed' as is_done, tp.completed_at,
            coalesce(tp.actual_minutes, t.estimated_minutes) as spent,
            s.last_end, s.last_day, s.this_week_at, s.minutes as minutes_this_week
        from public.modules m
        join public.tasks t on t.module_id = m.id
        left join public.task_progress tp on tp.task_id = t.id and tp.user_id = person
        left join lateral (
            select max(n.ends_at) as last_end, max(n.local_date) as last_day,
                min(n.starts_at) filter (where n.ends_at > at and n.local_date < today + 7) as this_week_at,
                sum(extract(epoch from n.ends_at - n.starts_at) / 60) filter (where n.ends_at > at and n.local_date < today + 7) as minutes
            from public.sessions n
            where n.task_id = t.id and n.user_id = person
        ) s on true
        where m.plan_id = plan and tp.set_aside_at is null
    ),
    judged as (
        select w.*,
            not w.is_done and case when w.last_end is null then w.due_on between today and today + 6
                else w.this_week_at is not null end as is_due,
            not w.is_done and case when w.last_end is null then w.due_on < today else w.last_end <= at end as is_late
        from work w
    ),
    told as (
        select j.*, jsonb_build_object(
            'task_id', j.id, 'title', j.title,
            'minutes', case when j.is_due then coalesce(round(j.minutes_this_week)::integer, j.estimated_minutes) else j.estimated_minutes end,
            'session_at', case when j.is_due then j.this_week_at end,
            'links', case when j.is_due or j.is_late then private.links_of_task(j.id) else '[]' end
        ) as task
        from judged j
        where j.is_due or j.is_late
            or j.is_done and private.local_date(j.completed_at, zone) between today - 7 and today - 1
    ),
    first_open as (
        select m."order", m.title,
            coalesce(max(j.last_day) filter (where not j.is_done), begins + 7 * m."order" - 1) as day
        from public.modules m
        join judged j on j.week = m."order"
        where m.plan_id = plan
        group by m."order", m.title
        having bool_or(not j.is_done)
        order by m."order"
        limit 1
    )
    select jsonb_build_object(
        'plan_id', plan, 'topic', held.topic,
        'tasks_due', coalesce(jsonb_agg(t.task order by t.week, t.place) filter (where t.is_due and not t.is_late), '[]'),
        'overdue', coalesce(jsonb_agg(t.task order by t.week, t.place) filter (where t.is_late), '[]'),
        'finished_last_week', coalesce(jsonb_agg(
            t.task || jsonb_build_object('minutes', t.spent) order by t.completed_at
        ) filter (where t.is_done), '[]'),
        'completion', coalesce((select round(count(*) filter (where w.is_done)::numeric / nullif(count(*), 0), 4) from work w), 0),
        'current_week', (select jsonb_build_object('order', f."order", 'title', f.title) from first_open f),
        'next_milestone', (select jsonb_build_object('order', f."order", 'title', f.title, 'date', f.day) from first_open f),
        'feasibility', (
            select jsonb_build_object('fits', s.fits, 'ends_on', s.ends_on, 'text', null)
            from public.plan_schedules s
            where s.plan_id = plan and s.user_id = person and s.fits is not null
        ),
        'catch_up', (
            select jsonb_build_object('id', c.id, 'text', coalesce(c.summary ->> 'text', 'New times for what slipped'))
            from public.catch_ups c
            where c.plan_id = plan and c.user_id = person and c.status = 'open'
        )
    ) into answer
    from told t;
    return answer;
end;
$$;

comment on function private.plan_of_week is
    'A plan as a learner''s weekly summary tells it: what is due in the seven days from that day on, what is overdue, what was finished in the seven days before, how far it is, whether it fits, what waits for a word.';

create function private.week_of(person uuid, at timestamptz) returns jsonb
language sql
stable
set search_path = ''
begin atomic
    select jsonb_build_object(
        'now', at, 'time_zone', u.time_zone, 'locale', u.locale, 'name', u.name,
        'plans', coalesce((
            select jsonb_agg(private.plan_of_week(p.id, u.id, u.time_zone, at) order by p.created_at, p.id)
            from public.learning_plans p
            where exists (select from public.modules m where m.plan_id = p.id)
                and (p.user_id = u.id or p.visibility = 'public' and exists (
                    select from public.plan_followers f where f.plan_id = p.id and f.user_id = u.id
                ))
        ), '[]'),
        'active_days', coalesce((
            select jsonb_agg(distinct private.local_date(tp.completed_at, u.time_zone))
            from public.task_progress tp
            where tp.user_id = u.id and tp.completed_at > at - interval '400 days'
        ), '[]'),
        'days_off', coalesce((
            select jsonb_agg(jsonb_build_array(d.starts_on, d.ends_on) order by d.starts_on)
            from public.days_off d
            where d.user_id = u.id and d.ends_on > private.local_date(at, u.time_zone) - 400
        ), '[]'),
        'quiet_weeks', (
            -- Since there was last something to tell.
            select count(distinct split_part(n.dedupe_key, ':', 4))
            from public.notifications n
            where n.user_id = u.id and n.kind = 'weekly_summary' and n.context ->> 'letter' = 'weekly_nothing_due'
                and n.created_at > coalesce((
                    select max(l.created_at) from public.notifications l
                    where l.user_id = u.id and l.kind = 'weekly_summary' and l.context ->> 'letter' = 'weekly_summary'
                ), '-infinity')
        )
    )
    from public.users u
    where u.id = person;
end;

comment on function private.week_of is 'A learner''s week, as learnbase.digest.loaded.Loaded describes it.';

-- Definer: what workers call reads and writes for many people.
create function worker.load_weekly_summary(msg_id bigint, read_ct integer) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    delivery record := private.hold_delivery('weekly_summary', msg_id, read_ct);
    week text := delivery.message ->> 'week';
begin
    if delivery.standing <> 'held' or (delivery.message ->> 'until')::timestamptz < now() then
        return jsonb_build_object('standing', delivery.standing, 'learners', '[]'::jsonb);
    end if;
    return jsonb_build_object('standing', 'held', 'week', week, 'learners', coalesce((
        select jsonb_agg(jsonb_build_object(
            'user_id', u.id,
            'mail', private.why_not_mailed(u.id, 'weekly_summary', u.email) is null,
            'in_app', private.wants(u.id, 'weekly_summary', 'in_app'),
            'week', private.week_of(u.id, now())
        ) order by u.id)
        from jsonb_array_elements_text(delivery.message -> 'user_ids') as i (id)
        join public.users u on u.id = i.id::uuid
        where not exists (
            select from public.notifications n
            where n.dedupe_key in ('email:weekly:' || u.id || ':' || week, 'in_app:weekly:' || u.id || ':' || week)
        )
        and (private.why_not_mailed(u.id, 'weekly_summary', u.email) is null or private.wants(u.id, 'weekly_summary', 'in_app'))
    ), '[]'));
end;
$$;

comment on function worker.load_weekly_summary is
    'The weeks of the learners of a message who have no summary of that week yet and want one: {standing, week, learners: [{user_id, mail, in_app, week}]}.';

-- What its worker wrote: {"summaries": [{"user_id", "kind", "mail": {"subject", "html", "text",
-- "unsubscribe_url"} or null, "in_app": {"subject", "text"} or null}]}.
create function private.apply_weekly_summary(message jsonb, result jsonb) returns void
language plpgsql
set search_path = ''
as $$
declare
    written uuid[];
begin
    -- One order for everybody, and the people stay while we write.
    perform from public.users u
    join jsonb_array_elements(result -> 'summaries') s on u.id = (s ->> 'user_id')::uuid
    order by u.id for key share of u;
    insert into public.notifications (user_id, kind, channel, dedupe_key, subject, body_text, context, status, sent_at, delivered_at)
    select u.id, 'weekly_summary', 'in_app', 'in_app:weekly:' || u.id || ':' || (message ->> 'week'),
        s -> 'in_app' ->> 'subject', s -> 'in_app' ->> 'text',
        jsonb_build_object('week', message ->> 'week', 'letter', s ->> 'kind'), 'delivered', now(), now()
    from jsonb_array_elements(result -> 'summaries') s
    join public.users u on u.id = (s ->> 'user_id')::uuid
    where jsonb_typeof(s -> 'in_app') = 'object'
    on conflict on constraint notifications_dedupe_key_key do nothing;
    with letters as (
        insert into public.notifications (user_id, kind, channel, dedupe_key, subject, body_text, body_html, unsubscribe_url, context)
        select u.id, 'weekly_summary', 'email', 'email:weekly:' || u.id || ':' || (message ->> 'week'),
            s -> 'mail' ->> 'subject', s -> 'mail' ->> 'text', s -> 'mail' ->> 'html', s -> 'mail' ->> 'unsubscribe_url',
            jsonb_build_object('week', message ->> 'week', 'letter', s ->> 'kind')
        from jsonb_array_elements(result -> 'summaries') s
        join public.users u on u.id = (s ->> 'user_id')::uuid
        where jsonb_typeof(s -> 'mail') = 'object'
        on conflict on constraint notifications_dedupe_key_key do nothing
        returning id
    )
    select array_agg(l.id) into written from letters l;
    perform private.form_batches(written);
end;
$$;

comment on function private.apply_weekly_summary is 'Writes the summaries of a message, one a learner and week, and queues the letters.';

create function private.settle_weekly_summary(message jsonb, error jsonb, final boolean) returns void
language sql
immutable
set search_path = ''
as $$ select $$;

comment on function private.settle_weekly_summary is 'Nobody is told of a summary that could not be written: a week is over, and the next has its own.';

-- Other messages --------------------------------------------------------------------------------

create function private.enqueue_letters(at timestamptz default now(), most integer default 20000) returns bigint
language sql
set search_path = ''
begin atomic
    with waiting as materialized (
        select n.id, n.user_id
        from public.notifications n
        where n.due_at <= enqueue_letters.at
            and (n.asked_at is null or n.asked_at <= enqueue_letters.at - interval '1 hour')
        order by n.due_at
        limit most
        for update skip locked
    ),
    -- Whoever is asked for now is not asked for again, unless nothing comes of it.
    taken as (
        update public.notifications n
        set asked_at = enqueue_letters.at
        from waiting w
        where n.id = w.id
        returning n.user_id
    ),
    people as (select distinct t.user_id from taken t),
    numbered as (select p.user_id, (row_number() over (order by p.user_id) - 1) / 100 as batch from people p),
    messages as (
        select count(*) as people, jsonb_build_object('v', 1, 'user_ids', jsonb_agg(n.user_id)) as message
        from numbered n
        group by n.batch
    ),
    sent as (
        select count(*) from (
            select pgmq.send_batch('write_letters', m.batch)
            from (select array_agg(message) as batch from messages having count(*) > 0) m
        ) s
    )
    select coalesce(sum(m.people), 0)::bigint from messages m, sent;
end;

comment on function private.enqueue_letters is
    'Queues the people for whom a message waits to be put into words, a hundred a message; answers how many people.';

create function private.words_for(kind text, person uuid, about jsonb, at timestamptz) returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    me public.users;
    head jsonb;
    answer jsonb;
begin
    select u.* into me from public.users u where u.id = person;
    head := jsonb_build_object('name', me.name);
    case kind
        when 'welcome' then
            return head;
        when 'plan_ready' then
            select head || jsonb_build_object(
                'plan_id', p.id, 'topic', p.topic, 'weeks', w.weeks, 'tasks', w.tasks, 'minutes', w.minutes,
                'first_week', w.first_week, 'starts_on', p.start_date, 'ends_on', s.ends_on
            ) into answer
            from public.learning_plans p
            left join public.plan_schedules s on s.plan_id = p.id and s.user_id = person
            cross join lateral (
                select count(distinct m.id) as weeks, count(t.id) as tasks, coalesce(sum(t.estimated_minutes), 0) as minutes,
                    (array_agg(m.title order by m."order"))[1] as first_week
                from public.modules m
                left join public.tasks t on t.module_id = m.id
                where m.plan_id = p.id
            ) w
            where p.id = (about ->> 'plan_id')::uuid and p.user_id = person and w.weeks > 0;
        when 'plan_failed' then
            -- One that was tried again since is no news.
            select head || jsonb_build_object(
                'plan_id', p.id, 'topic', p.topic, 'reason', coalesce(g.error ->> 'message', 'It could not be made'),
                'remedy', g.error ->> 'remedy',
                'counted', (select coalesce(sum(l.quantity), 0) > 0 from private.usage_ledger l where l.generation_id = g.id)
            ) into answer
            from public.plan_generations g
            join public.learning_plans p on p.id = g.plan_id
            where g.id = (about ->> 'generation_id')::uuid and g.status = 'failed' and p.user_id = person
                and not exists (
                    select from public.plan_generations n
                    where n.plan_id = g.plan_id and n.created_at > g.created_at and n.status <> 'failed'
                );
        when 'plan_slipped' then
            select head || jsonb_build_object(
                'plan_id', p.id, 'topic', p.topic, 'missed', w.missed, 'minutes', w.minutes,
                'ends_on', s.ends_on, 'deadline', s.deadline_date,
                'catch_up', jsonb_build_object('id', c.id, 'text', coalesce(c.summary ->> 'text', 'New times for what slipped'))
            ) into answer
            from public.catch_ups c
            join public.learning_plans p on p.id = c.plan_id
            left join public.plan_schedules s on s.plan_id = c.plan_id and s.user_id = c.user_id
            cross join lateral (
                select count(distinct n.task_id) as missed,
                    coalesce(round(sum(extract(epoch from n.ends_at - n.starts_at) / 60)), 0)::integer as minutes
                from public.sessions n
                left join public.task_progress tp on tp.task_id = n.task_id and tp.user_id = n.user_id
                where n.plan_id = c.plan_id and n.user_id = person and n.ends_at <= at
                    and coalesce(tp.status, 'not_started') <> 'completed' and tp.set_aside_at is null
            ) w
            -- Who sped ahead has not slipped.
            where c.id = (about ->> 'catch_up_id')::uuid and c.user_id = person and c.status = 'open' and w.missed > 0
                and (private.learner_of(c.plan_id, person)).learns;
        when 'export_finished' then
            select head || jsonb_build_object(
                'plan_id', e.plan_id, 'topic', e.topic, 'provider', e.provider,
                'made', coalesce((e.changed ->> 'created')::integer, 0), 'changed', coalesce((e.changed ->> 'updated')::integer, 0),
                'removed', coalesce((e.changed ->> 'deleted')::integer, 0)
            ) into answer
            from public.exports e
            where e.id = (about ->> 'export_id')::uuid and e.user_id = person and e.plan_id is not null and e.action = 'export';
        when 'export_stopped' then
            select head || jsonb_build_object(
                'plan_id', e.plan_id, 'topic', e.topic, 'provider', e.provider,
                'reason', coalesce(e.error ->> 'message', 'It stopped'), 'remedy', e.error ->> 'remedy', 'needs_word', e.needs is not distinct from 'word'
            ) into answer
            from public.exports e
            where e.id = (about ->> 'export_id')::uuid and e.user_id = person and e.plan_id is not null
                and e.status in ('stopped', 'failed') and e.needs is distinct from 'reconnect';
        when 'connection_needs_renewing' then
            select head || jsonb_build_object('provider', c.provider, 'account', nullif(c.account_name, '')) into answer
            from public.connections c
            where c.id = (about ->> 'connection_id')::uuid and c.user_id = person and c.status = 'reconnect';
        when 'limit_reached' then
            -- What was refunded since has made room.
            if private.months_usage(person, at) < (private.limits_of(person)).max_generations_per_month then
                return null;
            end if;
            return head || jsonb_build_object(
                'what', 'plans made this month', 'limit', about -> 'limit',
                'resets_at', private.begins_again_on(at, 'month')
            );
        when 'session_reminder' then
            select head || jsonb_build_object(
                'plan_id', p.id, 'topic', p.topic, 'starts_at', s.starts_at, 'ends_at', s.ends_at, 'part', s.part,
                'parts', (select count(*) from public.sessions o where o.task_id = s.task_id and o.user_id = person),
                'task', jsonb_build_object(
                    'task_id', t.id, 'title', t.title, 'minutes', t.estimated_minutes, 'session_at', s.starts_at,
                    'links', private.links_of_task(t.id)
                )
            ) into answer
            from public.sessions s
            join public.tasks t on t.id = s.task_id
            join public.learning_plans p on p.id = s.plan_id
            left join public.task_progress tp on tp.task_id = s.task_id and tp.user_id = person
            -- One that was moved is reminded of at its own time.
            where s.id = (about ->> 'session_id')::uuid and s.user_id = person
                and s.starts_at > at and s.starts_at = (about ->> 'starts_at')::timestamptz
                and coalesce(tp.status, 'not_started') <> 'completed' and tp.set_aside_at is null
                and (private.learner_of(s.plan_id, person)).learns;
        else
            return head || about;
    end case;
    return answer;
exception when data_exception then
    -- Not one of ours: the template says what is missing, and nobody else waits for it.
    return head || about;
end;
$$;

comment on function private.words_for is
    'What a message of a kind is made of, read now; null where there is nothing to say any more. Kinds that are not told apart here bring it along.';

-- Definer: as load_weekly_summary.
create function worker.load_write_letters(msg_id bigint, read_ct integer) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    delivery record := private.hold_delivery('write_letters', msg_id, read_ct);
begin
    if delivery.standing <> 'held' then
        return jsonb_build_object('standing', delivery.standing, 'people', '[]'::jsonb);
    end if;
    return jsonb_build_object('standing', 'held', 'people', coalesce((
        select jsonb_agg(p.person order by p.id)
        from (
            select u.id, jsonb_build_object(
                'user_id', u.id, 'name', u.name, 'locale', u.locale, 'time_zone', u.time_zone,
                'messages', jsonb_agg(jsonb_build_object(
                    'id', n.id, 'kind', n.kind, 'channel', n.channel, 'context', n.words
                ) order by n.created_at desc, n.id)
            ) as person
            from jsonb_array_elements_text(delivery.message -> 'user_ids') as i (id)
            join public.users u on u.id = i.id::uuid
            cross join lateral (
                select
                    -- A letter that is due takes along what would follow it.
                    bool_or(m.due_at <= now() and m.kind <> 'session_reminder') as is_due,
                    -- Four within the hour are enough, one of which the summary may be; what still waits
                    -- to be sent, however long, goes within one.
                    count(*) filter (where m.batch_id is not null and m.kind <> 'weekly_summary'
                        and case when m.sent_at is null then m.status = 'queued' else m.sent_at > now() - interval '1 hour' end) >= 3 as is_full
                from public.notifications m
                where m.user_id = u.id and m.channel = 'email'
                    and (m.status = 'queued' or m.created_at > now() - interval '1 day')
            ) mail
            join lateral (
                select n.id, n.kind, n.channel, n.created_at, private.words_for(n.kind, u.id, n.context, now()) as words
                from public.notifications n
                where n.user_id = u.id and n.due_at is not null
                    and case n.channel when 'email' then not mail.is_full and (n.due_at <= now() or mail.is_due) else n.due_at <= now() end
            ) n on true
            group by u.id
        ) p
    ), '[]'));
end;
$$;

comment on function worker.load_write_letters is
    'The messages of people that wait to be put into words: {standing, people: [{user_id, name, locale, time_zone, messages: [{id, kind, channel, context}]}]}; a null context: there is nothing to say any more.';

-- What its worker wrote: {"in_app": [{"id", "subject", "text"}], "letters": [{"ids", "subject", "html",
-- "text", "unsubscribe_url"}], "dropped": [{"id", "status", "reason"}]}. A letter of several ids
-- becomes a row of its own, and carries theirs.
create function private.apply_write_letters(message jsonb, result jsonb) returns void
language plpgsql
set search_path = ''
as $$
declare
    letter jsonb;
    ids uuid[];
    people integer;
    carrier uuid;
    written uuid[] := array[]::uuid[];
begin
    -- The people before their messages, as deleting them does, and both in one order.
    perform from public.users u
    where u.id in (select i.id::uuid from jsonb_array_elements_text(message -> 'user_ids') as i (id))
    order by u.id for key share;
    perform from public.notifications n
    where n.due_at is not null
        and n.user_id in (select i.id::uuid from jsonb_array_elements_text(message -> 'user_ids') as i (id))
    order by n.id for update;
    update public.notifications n
    set subject = t ->> 'subject', body_text = t ->> 'text', status = 'delivered', due_at = null,
        sent_at = now(), delivered_at = now()
    from jsonb_array_elements(result -> 'in_app') t
    where n.id = (t ->> 'id')::uuid and n.due_at is not null and n.channel = 'in_app';
    update public.notifications n
    set status = (d ->> 'status')::public.notification_status, reason = left(d ->> 'reason', 300), due_at = null
    from jsonb_array_elements(result -> 'dropped') d
    where n.id = (d ->> 'id')::uuid and n.due_at is not null and d ->> 'status' in ('failed', 'suppressed');
    for letter in select l from jsonb_array_elements(result -> 'letters') l loop
        select array_agg(n.id order by n.created_at desc, n.id), count(distinct n.user_id) into ids, people
        from public.notifications n
        where n.due_at is not null and n.channel = 'email'
            and n.id in (select i.id::uuid from jsonb_array_elements_text(letter -> 'ids') as i (id))
            and n.user_id in (select i.id::uuid from jsonb_array_elements_text(message -> 'user_ids') as i (id));
        -- One that somebody else has written meanwhile would be told twice, and none is told of another's.
        continue when people is distinct from 1 or cardinality(ids) <> jsonb_array_length(letter -> 'ids');
        carrier := ids[1];
        if cardinality(ids) > 1 then
            -- One that is not wanted any more is left out of what is written next.
            update public.notifications n set status = 'suppressed', reason = 'Not wanted by mail', due_at = null
            where n.id = any (ids) and not private.wants(n.user_id, n.kind, 'email');
            if found then
                update public.notifications n set asked_at = null where n.id = any (ids) and n.due_at is not null;
                continue;
            end if;
            carrier := null;
            insert into public.notifications (user_id, kind, channel, dedupe_key, context)
            select n.user_id, 'news', 'email', 'email:news:' || n.id, jsonb_build_object('notification_ids', to_jsonb(ids))
            from public.notifications n where n.id = ids[1]
            on conflict on constraint notifications_dedupe_key_key do nothing
            returning id into carrier;
            continue when carrier is null;
        end if;
        update public.notifications n
        set subject = letter ->> 'subject', body_text = letter ->> 'text', body_html = letter ->> 'html',
            unsubscribe_url = letter ->> 'unsubscribe_url', due_at = null
        where n.id = carrier;
        update public.notifications n set carried_by = carrier, due_at = null where n.id = any (ids) and n.id <> carrier;
        written := written || carrier;
    end loop;
    perform private.form_batches(written);
end;
$$;

comment on function private.apply_write_letters is 'Writes down what messages say, and queues the letters.';

create function private.settle_write_letters(message jsonb, error jsonb, final boolean) returns void
language sql
immutable
set search_path = ''
as $$ select $$;

comment on function private.settle_write_letters is 'There is nothing to settle: what was not written is asked for again after an hour.';

-- Sending ---------------------------------------------------------------------------------------

-- Definer: as load_weekly_summary.
create function worker.load_send_email(msg_id bigint, read_ct integer, sender text) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    delivery record := private.hold_delivery('send_email', msg_id, read_ct);
    batch private.mail_batches;
    began timestamptz;
    unwanted uuid[];
    reasons text[];
begin
    if delivery.standing <> 'held' then
        return jsonb_build_object('standing', delivery.standing, 'mails', '[]'::jsonb);
    end if;
    select b.* into batch from private.mail_batches b where b.id = (delivery.message ->> 'batch_id')::uuid for update;
    if batch.id is null or batch.settled_at is not null then
        return jsonb_build_object('standing', 'held', 'mails', '[]'::jsonb);
    end if;
    began := batch.first_attempt_at;
    if began is null then
        -- The last moment at which somebody is listened to who wants it no more.
        select array_agg(w.id) filter (where w.reason is not null), array_agg(w.reason) filter (where w.reason is not null)
        into unwanted, reasons
        from (
            select l.id, case when u.email is distinct from l.recipient then 'The address has changed'
                -- The service may have been away for long.
                when l.kind = 'session_reminder' and exists (
                    select from public.sessions s
                    where s.user_id = l.user_id and s.id::text = l.context ->> 'session_id' and s.starts_at <= now()
                ) then 'The session has begun'
                when l.kind = 'weekly_summary' and l.created_at <= now() - interval '7 days' then 'Its week is over'
                else private.why_not_mailed(l.user_id, l.kind, l.recipient, l.id) end as reason
            from public.notifications l
            join public.users u on u.id = l.user_id
            where l.batch_id = batch.id
        ) w;
        if unwanted is not null then
            perform private.hold_people(unwanted);
            update public.notifications n
            set status = 'suppressed', batch_id = null, position = null, reason = w.reason, body_html = null, unsubscribe_url = null
            from unnest(unwanted, reasons) as w (id, reason)
            where n.id = w.id and n.batch_id = batch.id;
            perform private.tell_carried(unwanted);
        end if;
        update private.mail_batches b set first_attempt_at = now(), sender = load_send_email.sender
        where b.id = batch.id returning * into batch;
    end if;
    return jsonb_build_object(
        'standing', 'held', 'key', 'learnbase/' || batch.id, 'sender', batch.sender, 'repeated', began is not null,
        'age_seconds', coalesce(extract(epoch from now() - began), 0)::integer,
        'mails', coalesce((
            select jsonb_agg(jsonb_build_object(
                'notification_id', n.id, 'kind', n.kind, 'to', n.recipient, 'subject', n.subject,
                'html', n.body_html, 'text', n.body_text, 'unsubscribe', n.unsubscribe_url
            ) order by n.position)
            from public.notifications n
            where n.batch_id = batch.id
        ), '[]')
    );
end;
$$;

comment on function worker.load_send_email is
    'The letters of a batch, and remembers that they are being handed over: from then on the batch is what it is. {standing, key, sender, repeated, age_seconds, mails}; nothing in mails: there is nothing to send.';

create function private.rank_of(status public.notification_status) returns integer
language sql
immutable
set search_path = ''
return case status
    when 'queued' then 0 when 'unknown' then 1 when 'sent' then 2 when 'delivered' then 3
    when 'failed' then 4 when 'suppressed' then 5 when 'bounced' then 6 when 'opened' then 7 when 'complained' then 8
end;

comment on function private.rank_of is 'How far a delivery is: news comes late and out of order, and what is further counts.';

-- One of {"sent": [{"id", "provider_id"}], "refused": [{"id", "reason"}]}, {"unknown": reason} and
-- {"batch_refused": reason}.
create function private.apply_send_email(message jsonb, result jsonb) returns void
language plpgsql
set search_path = ''
as $$
declare
    batch private.mail_batches;
    letters uuid[];
begin
    select b.* into batch from private.mail_batches b where b.id = (message ->> 'batch_id')::uuid for update;
    if batch.id is null or batch.settled_at is not null then
        return;
    end if;
    select array_agg(n.id order by n.position) into letters from public.notifications n where n.batch_id = batch.id;
    perform private.hold_people(letters);
    perform from public.notifications n where n.batch_id = batch.id order by n.id for update;
    update private.mail_batches b set settled_at = now() where b.id = batch.id;
    if result ? 'batch_refused' and cardinality(letters) > 1 then
        -- One of them is the reason: halved until it is alone, the others go.
        update public.notifications n set batch_id = null, position = null where n.id = any (letters);
        perform private.form_batches(letters[: cardinality(letters) / 2]);
        perform private.form_batches(letters[cardinality(letters) / 2 + 1 :]);
        return;
    end if;
    -- What the service told of a letter meanwhile stays.
    update public.notifications n
    set provider_id = coalesce(d.provider_id, n.provider_id),
        status = case when private.rank_of(d.status) > private.rank_of(n.status) then d.status else n.status end,
        reason = case when private.rank_of(d.status) > private.rank_of(n.status) then d.reason else n.reason end,
        sent_at = case when d.status in ('sent', 'unknown') then least(n.sent_at, now()) else n.sent_at end
    from (
        select l.id, s.said ->> 'provider_id' as provider_id,
            case when s.said is not null then 'sent' when r.said is not null or result ? 'batch_refused' then 'failed'
                else 'unknown' end::public.notification_status as status,
            case when s.said is null then left(coalesce(
                r.said ->> 'reason', result ->> 'batch_refused', result ->> 'unknown', 'The mail service did not say what became of it'
            ), 300) end as reason
        from unnest(letters) as l (id)
        left join jsonb_array_elements(result -> 'sent') as s (said) on s.said ->> 'id' = l.id::text
        left join jsonb_array_elements(result -> 'refused') as r (said) on r.said ->> 'id' = l.id::text
    ) d
    where n.id = d.id;
    perform private.tell_carried(letters);
end;
$$;

comment on function private.apply_send_email is 'Writes down what became of each letter of a batch; one of which nothing is said is unknown.';

create function private.settle_send_email(message jsonb, error jsonb, final boolean) returns void
language plpgsql
set search_path = ''
as $$
begin
    if final then
        perform private.apply_send_email(message, case
            when (select b.first_attempt_at is null from private.mail_batches b where b.id = (message ->> 'batch_id')::uuid)
                or error ->> 'code' = 'nothing_taken'
            then jsonb_build_object('refused', coalesce((
                select jsonb_agg(jsonb_build_object('id', n.id, 'reason', coalesce(error ->> 'message', 'It was given up')))
                from public.notifications n where n.batch_id = (message ->> 'batch_id')::uuid
            ), '[]'))
            else jsonb_build_object('unknown', coalesce(error ->> 'message', 'It was given up'))
        end);
    elsif error ->> 'code' = 'nothing_taken' then
        -- The service was not reached, or said for certain that it took none: the next try is the first.
        update private.mail_batches b set first_attempt_at = null, sender = null
        where b.id = (message ->> 'batch_id')::uuid and b.settled_at is null;
    end if;
end;
$$;

comment on function private.settle_send_email is
    'What is tried again: nothing_taken says that no letter left, so that the next attempt counts as the first. What is given up is unknown, or failed where nothing left.';

create function private.revive_send_email(message jsonb) returns boolean
language sql
stable
set search_path = ''
begin atomic
    select exists (select from private.mail_batches b where b.id = (message ->> 'batch_id')::uuid and b.settled_at is null);
end;

comment on function private.revive_send_email is 'A batch that was given up is settled: it is never sent again.';

-- What the service tells ------------------------------------------------------------------------

-- Definer: as load_weekly_summary.
create function worker.record_mail_event(external_id text, type text, payload jsonb, event jsonb) returns text
language plpgsql
security definer
set search_path = ''
as $$
declare
    said text := event ->> 'status';
    about uuid := (event ->> 'notification_id')::uuid;
    at timestamptz;
    letter public.notifications;
    step public.notification_status := case said
        when 'sent' then 'sent' when 'delivered' then 'delivered' when 'opened' then 'opened' when 'clicked' then 'opened'
        when 'bounced' then 'bounced' when 'complained' then 'complained' when 'failed' then 'failed' when 'suppressed' then 'suppressed'
    end::public.notification_status;
begin
    insert into public.webhook_events (source, external_id, type, payload, handled_at)
    values ('resend', record_mail_event.external_id, record_mail_event.type, record_mail_event.payload, now())
    on conflict on constraint webhook_events_arrive_once do nothing;
    if not found then
        return 'known';
    end if;
    if coalesce(jsonb_typeof(event), 'null') = 'null' then
        return 'ignored';
    end if;
    perform private.hold_people(array[about]);
    select n.* into letter from public.notifications n
    where n.id = about and n.channel = 'email' and n.recipient is not null
    for update;
    -- Another sender of the same account may have a letter of this id: a copy of this database.
    if letter.id is null or letter.provider_id <> event ->> 'email_id' then
        return 'unknown_letter';
    end if;
    -- Nothing happens to a letter before it is written, or later than now.
    at := least(greatest((event ->> 'at')::timestamptz, letter.created_at), now());
    if (event ->> 'suppresses')::boolean and said in ('bounced', 'complained', 'suppressed') then
        insert into public.mail_suppressions as s (address, cause, reason, notification_id)
        values (letter.recipient, said, left(event ->> 'reason', 300), letter.id)
        on conflict (address) do update set cause = excluded.cause, reason = excluded.reason, notification_id = excluded.notification_id
        where private.rank_of(excluded.cause::public.notification_status) > private.rank_of(s.cause::public.notification_status);
    end if;
    update public.notifications n
    set provider_id = coalesce(n.provider_id, event ->> 'email_id'),
        status = case when private.rank_of(step) > private.rank_of(n.status) then step else n.status end,
        -- The reason is that of the status, whatever came first; of two the first in the alphabet.
        reason = case
            when private.rank_of(step) > private.rank_of(n.status) then left(event ->> 'reason', 300)
            when step = n.status then least(left(event ->> 'reason', 300), n.reason)
            else n.reason
        end,
        sent_at = case when said = 'sent' then least(n.sent_at, at) else n.sent_at end,
        delivered_at = case when said = 'delivered' then least(n.delivered_at, at) else n.delivered_at end,
        opened_at = case when said in ('opened', 'clicked') then least(n.opened_at, at) else n.opened_at end,
        bounced_at = case when said = 'bounced' then least(n.bounced_at, at) else n.bounced_at end,
        complained_at = case when said = 'complained' then least(n.complained_at, at) else n.complained_at end
    where n.id = letter.id;
    perform private.tell_carried(array[letter.id]);
    return 'recorded';
end;
$$;

comment on function worker.record_mail_event is
    'Keeps an event of the mail service, verified, and acts on it in the same transaction: the letter''s status moves on, never back, and an address that is gone, or complained, gets nothing any more. recorded, known, ignored or unknown_letter.';

-- Definer, all three: as load_weekly_summary.
create function worker.complete_weekly_summary(outcomes jsonb)
returns table (msg_id bigint, read_ct integer, standing text, problem jsonb)
language sql security definer set search_path = ''
as $$ select * from private.complete_jobs('weekly_summary', outcomes) $$;

-- Definer: as above.
create function worker.complete_write_letters(outcomes jsonb)
returns table (msg_id bigint, read_ct integer, standing text, problem jsonb)
language sql security definer set search_path = ''
as $$ select * from private.complete_jobs('write_letters', outcomes) $$;

-- Definer: as above.
create function worker.complete_send_email(outcomes jsonb)
returns table (msg_id bigint, read_ct integer, standing text, problem jsonb)
language sql security definer set search_path = ''
as $$ select * from private.complete_jobs('send_email', outcomes) $$;

comment on function worker.complete_weekly_summary is 'Settles deliveries of weekly_summary, see private.complete_jobs.';
comment on function worker.complete_write_letters is 'Settles deliveries of write_letters, see private.complete_jobs.';
comment on function worker.complete_send_email is 'Settles deliveries of send_email, see private.complete_jobs.';

revoke execute on function
    private.why_not_mailed, private.hold_people, private.form_batches, private.prune_letters, private.forget_events, private.enqueue_weekly_summaries, private.links_of_task,
    private.plan_of_week, private.week_of, private.apply_weekly_summary,
    private.settle_weekly_summary, private.settle_write_letters, private.enqueue_letters, private.words_for,
    private.apply_write_letters, private.rank_of, private.apply_send_email, private.tell_carried, private.settle_send_email, private.revive_send_email,
    worker.load_weekly_summary, worker.load_write_letters, worker.load_send_email, worker.record_mail_event,
    worker.complete_weekly_summary, worker.complete_write_letters, worker.complete_send_email
    from public, anon, authenticated;
grant execute on function
    worker.load_weekly_summary, worker.load_write_letters, worker.load_send_email, worker.record_mail_event,
    worker.complete_weekly_summary, worker.complete_write_letters, worker.complete_send_email
    to service_role;
