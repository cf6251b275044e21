-- How many of the links that each model proposed in the last thirty days were alive, and what became
-- of the others?

select
    g.model,
    g.prompt_version,
    count(*) as generations,
    sum((g.figures #>> '{links,proposed}')::integer) as proposed,
    sum((g.figures #>> '{links,alive}')::integer) as alive,
    round(
        sum((g.figures #>> '{links,alive}')::numeric)
            / nullif(sum((g.figures #>> '{links,proposed}')::numeric), 0),
        3
    ) as live_rate,
    sum((g.figures #>> '{links,replaced}')::integer) as replaced,
    sum((g.figures #>> '{links,dropped}')::integer) as dropped
from public.plan_generations g
where g.figures #> '{links,proposed}' is not null
    and g.finished_at > now() - interval '30 days'
group by g.model, g.prompt_version
order by live_rate, proposed desc, g.model;
