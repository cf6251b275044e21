-- Which jobs were given up, by reason? `learnbase jobs requeue ID` tries one again.

select
    d.queue,
    coalesce(d.error ->> 'code', 'unknown') as code,
    count(*) as letters,
    count(*) filter (where d.requeued_at is null) as not_requeued,
    min(d.failed_at) as first_failed_at,
    max(d.failed_at) as last_failed_at,
    (array_agg(d.error ->> 'message' order by d.failed_at desc))[1] as last_message,
    (array_agg(d.id order by d.failed_at desc) filter (where d.requeued_at is null))[1:10] as latest_ids
from worker.dead_letters d
group by d.queue, code
order by not_requeued desc, letters desc, d.queue, code;
