-- How many tokens of all models has today (UTC) used, how many are held for questions under way, and
-- how many does the ceiling leave? Without a ceiling the last two are null.

select
    (now() at time zone 'UTC')::date as day,
    coalesce(d.used, 0) as used,
    coalesce(d.reserved, 0) as reserved,
    l.amount as ceiling,
    case when l.amount is not null then
        greatest(l.amount - coalesce(d.used, 0) - coalesce(d.reserved, 0), 0)
    end as tokens_left
from (values (1)) as one
left join private.model_days d on d.day = (now() at time zone 'UTC')::date
left join worker.platform_limits l on l.name = 'daily_model_tokens';
