-- What did each model do this month (UTC) and the one before: runs, failures, time, tokens, money?

select
    to_char(g.created_at at time zone 'UTC', 'YYYY-MM') as month,
    g.model,
    count(*) as generations,
    count(*) filter (where g.status = 'failed') as failed,
    count(*) filter (where g.status = 'cancelled') as cancelled,
    percentile_cont(0.5) within group (order by extract(epoch from g.finished_at - g.started_at))::numeric(10, 1)
        as median_seconds,
    percentile_cont(0.95) within group (order by extract(epoch from g.finished_at - g.started_at))::numeric(10, 1)
        as seconds_of_the_slowest_5_percent,
    sum(g.input_tokens) as input_tokens,
    sum(g.output_tokens) as output_tokens,
    sum(g.cost_usd) as cost_usd,
    count(*) filter (where g.cost_usd is null and g.output_tokens > 0) as without_known_price
from public.plan_generations g
where g.started_at is not null
    and g.created_at >= date_trunc('month', now(), 'UTC') - interval '1 month'
group by month, g.model
order by month desc, cost_usd desc nulls last, generations desc;
