-- Which generations have waited or run for longer than a quarter of an hour, and does a message still
-- stand behind each? Without one nothing will ever move it: its owner may cancel and try again.

select
    g.id as generation_id,
    g.plan_id,
    g.kind,
    g.status,
    g.progress,
    now() - coalesce(g.started_at, g.created_at) as since,
    g.error ->> 'code' as last_code,
    m.msg_id,
    m.read_ct as deliveries,
    m.vt as next_delivery_at,
    m.msg_id is not null as has_message
from public.plan_generations g
left join pgmq.q_generate_plan m on m.message ->> 'generation_id' = g.id::text
where g.status in ('queued', 'running')
    and coalesce(g.started_at, g.created_at) < now() - interval '15 minutes'
order by since desc;
