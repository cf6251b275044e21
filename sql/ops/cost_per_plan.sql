-- Which fifty plans cost most, over all their generations?

select
    p.id as plan_id,
    p.user_id,
    p.topic,
    count(*) as generations,
    sum(g.cost_usd) as cost_usd,
    sum(g.input_tokens) as input_tokens,
    sum(g.output_tokens) as output_tokens,
    sum(g.finished_at - g.started_at) as worked,
    max(g.created_at) as last_asked_at
from public.learning_plans p
join public.plan_generations g on g.plan_id = p.id
where g.started_at is not null
group by p.id
order by cost_usd desc nulls last, worked desc nulls last
limit 50;
