-- The slowest fifty generations of the last thirty days: how long each waited, and how long it worked.

select
    g.id as generation_id,
    g.plan_id,
    g.kind,
    g.model,
    g.status,
    g.started_at - g.created_at as waited,
    g.finished_at - g.started_at as worked,
    g.output_tokens,
    g.cost_usd,
    g.finished_at
from public.plan_generations g
where g.started_at is not null -- what people recorded themselves never ran
    and g.finished_at > now() - interval '30 days'
order by g.finished_at - g.created_at desc
limit 50;
