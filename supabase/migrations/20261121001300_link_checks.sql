-- Link checks: every address that a plan shows is looked at again, the oldest first; what died is
-- replaced by something alike that lives, or taken off its task.

select pgmq.create('check_links');
insert into worker.queues (queue, lease_seconds) values ('check_links', 120);

-- What to look at -------------------------------------------------------------------------------

create function private.enqueue_link_checks(at timestamptz default now(), most integer default 500) returns integer
language plpgsql
set search_path = ''
as $$
declare
    batch record;
    batches integer := 0;
begin
    for batch in
        with due as materialized (
            -- What somebody is writing right now comes round the next time: nobody waits for anybody.
            select r.id, 'resource' as kind, r.tried_at
            from (
                select r.id, r.tried_at
                from public.resources r
                -- A living link every week, a dead one every month: some come back.
                where r.tried_at is null
                    or r.tried_at < enqueue_link_checks.at - case when r.dead_at is null then interval '7 days' else interval '30 days' end
                order by r.tried_at nulls first, r.id
                limit most
                for no key update skip locked
            ) r
            union all
            select l.id, 'task_link', l.tried_at
            from (
                select l.id, l.tried_at
                from public.task_links l
                where l.tried_at is null
                    or l.tried_at < enqueue_link_checks.at - case when l.dead_at is null then interval '7 days' else interval '30 days' end
                order by l.tried_at nulls first, l.id
                limit most
                for no key update skip locked
            ) l
            order by tried_at nulls first, id
            limit most
        ),
        numbered as (
            select d.id, d.kind, (row_number() over (order by d.tried_at nulls first, d.id) - 1) / 50 as batch from due d
        ),
        -- From now on they are under way; a lost message comes round again next time.
        tried_resources as (
            update public.resources r set tried_at = enqueue_link_checks.at
            from due d where d.kind = 'resource' and d.id = r.id
        ),
        tried_links as (
            update public.task_links l set tried_at = enqueue_link_checks.at
            from due d where d.kind = 'task_link' and d.id = l.id
        )
        select
            coalesce(jsonb_agg(n.id) filter (where n.kind = 'resource'), '[]') as resource_ids,
            coalesce(jsonb_agg(n.id) filter (where n.kind = 'task_link'), '[]') as link_ids
        from numbered n
        group by n.batch
        order by n.batch
    loop
        perform private.enqueue('check_links', jsonb_build_object(
            'v', 1, 'resource_ids', batch.resource_ids, 'link_ids', batch.link_ids
        ));
        batches := batches + 1;
    end loop;
    return batches;
end;
$$;

comment on function private.enqueue_link_checks is
    'Sends the addresses that were not looked at for a week to be checked, the oldest first, fifty a message; answers how many messages.';

-- Definer, as all of worker.
create function worker.load_check_links(msg_id bigint, read_ct integer) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    delivery record := private.hold_delivery('check_links', msg_id, read_ct);
begin
    if delivery.standing <> 'held' then
        return jsonb_build_object('standing', 'stale');
    end if;
    return jsonb_build_object('standing', 'held', 'links', (
        select coalesce(jsonb_agg(to_jsonb(l)), '[]')
        from (
            select 'resource' as kind, r.id, r.url, r.title, r.type
            from public.resources r
            where r.id in (select e.value::uuid from jsonb_array_elements_text(delivery.message -> 'resource_ids') e)
            union all
            select 'task_link', k.id, k.url, k.title, k.type
            from public.task_links k
            where k.id in (select e.value::uuid from jsonb_array_elements_text(delivery.message -> 'link_ids') e)
        ) l
    ));
end;
$$;

comment on function worker.load_check_links is 'Begins a delivery: the addresses to look at, without those deleted since.';

-- Definer, as all of worker.
create function worker.catalogue_links(topic text, most integer default 200)
returns table (type public.resource_type, title text, url text, checked_at timestamptz, status smallint)
language sql
stable
security definer
set search_path = ''
as $$
    select r.type, r.title, r.url, r.checked_at, r.http_status
    from public.resources r
    where r.dead_at is null and r.checked_at is not null
        and (
            exists (select from unnest(r.tags) as tag where strpos(lower(topic), replace(tag, '-', ' ')) > 0)
            or extensions.word_similarity(topic, r.title) >= 0.4
        )
    order by extensions.word_similarity(topic, r.title) desc, r.checked_at desc, r.id
    limit least(most, 1000)
$$;

comment on function worker.catalogue_links is 'Living pages of the catalogue that may be about a topic, the closest first.';

-- What came of it -------------------------------------------------------------------------------

create function private.replace_dead_resource(dead uuid) returns void
language plpgsql
set search_path = ''
as $$
declare
    instead uuid;
begin
    select r.id into instead
    from public.resources d
    join public.resources r on r.id <> d.id and r.tags && d.tags
    where d.id = dead and r.dead_at is null and r.checked_at is not null
    order by (r.type = d.type) desc, extensions.similarity(r.title, d.title) desc, r.checked_at desc, r.id
    limit 1;
    with touchable as materialized (
        select tr.id, tr.task_id, tr."order", tr.notes, p.topic
        from public.task_resources tr
        join public.tasks t on t.id = tr.task_id
        join public.modules m on m.id = t.module_id
        join public.learning_plans p on p.id = m.plan_id
        where tr.resource_id = dead
            and tr.task_id not in (select u.id from private.untouchable_tasks(m.plan_id) as u (id))
        order by tr.task_id
    ),
    gone as (
        delete from public.task_resources tr using touchable o where tr.id = o.id
    )
    insert into public.task_resources (task_id, resource_id, "order", notes)
    select o.task_id, coalesce(instead, alike.id), o."order", o.notes
    from touchable o
    -- What a model brought has no tags: a page with a like title that is about the plan's topic, too.
    left join lateral (
        select r.id
        from public.resources d
        join public.resources r on r.id <> d.id and r.title operator(extensions.%) d.title
        where instead is null and d.id = dead and d.tags = '{}' and r.dead_at is null and r.checked_at is not null
            and (
                exists (select from unnest(r.tags) as tag where strpos(lower(o.topic), replace(tag, '-', ' ')) > 0)
                or extensions.word_similarity(o.topic, r.title) >= 0.4
            )
        order by (r.type = d.type) desc, extensions.similarity(r.title, d.title) desc, r.checked_at desc, r.id
        limit 1
    ) alike on true
    where coalesce(instead, alike.id) is not null
    on conflict on constraint task_resources_name_a_resource_once do nothing;
end;
$$;

comment on function private.replace_dead_resource is
    'Takes a dead resource off its tasks and puts a living one of the same subject there, where there is one: by tags or, where it has none, by the plan''s topic and its title. What a learner began, edited or pinned stays as it is, and says so by dead_at.';

create function private.apply_check_links(message jsonb, result jsonb) returns void
language plpgsql
set search_path = ''
as $$
declare
    found record;
begin
    -- The plans before the addresses, as saving a plan has them: no deadlock between the two.
    perform from public.learning_plans p
    where p.id in (
        select m.plan_id
        from jsonb_to_recordset(result -> 'checked') as c (kind text, id uuid, verdict text)
        join public.task_resources tr on tr.resource_id = c.id
        join public.tasks t on t.id = tr.task_id
        join public.modules m on m.id = t.module_id
        where c.kind = 'resource' and c.verdict = 'dead'
    )
    order by p.id for no key update;
    -- By their address, in which order everybody has them: no deadlocks.
    perform from public.resources r
    where r.id in (select c.id from jsonb_to_recordset(result -> 'checked') as c (kind text, id uuid) where c.kind = 'resource')
    order by r.url for no key update;
    for found in
        select c.* from jsonb_to_recordset(result -> 'checked') as c (kind text, id uuid, verdict text, status smallint)
        order by c.kind, c.id
    loop
        if found.kind = 'resource' and found.verdict = 'alive' then
            update public.resources r
            set checked_at = now(), tried_at = now(), http_status = found.status, failures = 0, dead_at = null
            where r.id = found.id;
        elsif found.kind = 'resource' and found.verdict = 'dead' then
            -- Once may be a bad day of theirs: given up at the second time in a row.
            update public.resources r
            set tried_at = case when r.failures = 0 then now() - interval '6 days' else now() end,
                failures = least(r.failures + 1, 1000),
                dead_at = coalesce(r.dead_at, case when r.failures >= 1 then now() end)
            where r.id = found.id;
            perform private.replace_dead_resource(r.id)
            from public.resources r where r.id = found.id and r.dead_at is not null;
        elsif found.kind = 'resource' then
            -- Neither one nor the other: it did not answer us, and may well answer a learner.
            update public.resources r set tried_at = now() where r.id = found.id;
        elsif found.kind = 'task_link' then
            -- Not of the plan's making, so it is not taken away: the page shows how it stands.
            update public.task_links l
            set tried_at = now(),
                checked_at = case when found.verdict = 'alive' then now() else l.checked_at end,
                http_status = case when found.verdict = 'alive' then found.status else l.http_status end,
                dead_at = case found.verdict when 'alive' then null when 'dead' then coalesce(l.dead_at, now()) else l.dead_at end
            where l.id = found.id;
        end if;
    end loop;
end;
$$;

comment on function private.apply_check_links is
    'Hook: writes what {"checked": [{"kind", "id", "verdict", "status"}]} says of each address; dead ones of the catalogue are replaced.';

create function private.settle_check_links(message jsonb, error jsonb, final boolean) returns void
language sql
set search_path = ''
as $$
    select -- nobody waits for it: the addresses come round again
$$;

comment on function private.settle_check_links is 'Hook: nobody is told, for the addresses come round again.';

-- Definer, as all of worker.
create function worker.complete_check_links(outcomes jsonb)
returns table (msg_id bigint, read_ct integer, standing text, problem jsonb)
language sql
security definer
set search_path = ''
as $$
    select * from private.complete_jobs('check_links', outcomes)
$$;

comment on function worker.complete_check_links is
    'Settles deliveries [{"msg_id", "read_ct", "result"}]: writes what was seen and archives the message in one transaction. Answers done, already_done, stale or rejected for each.';

revoke execute on function
    private.enqueue_link_checks, private.replace_dead_resource, private.apply_check_links, private.settle_check_links,
    worker.load_check_links, worker.catalogue_links, worker.complete_check_links
    from public, anon, authenticated;
grant execute on function worker.load_check_links, worker.catalogue_links, worker.complete_check_links to service_role;
