-- Which jobs failed and are tried again, why, and when?

select
    a.queue,
    a.msg_id,
    a.failures,
    q.max_failures - a.failures as failures_left,
    a.last_error ->> 'code' as code,
    a.last_error ->> 'message' as message,
    a.updated_at as failed_at
from worker.job_attempts a
join worker.queues q on q.queue = a.queue
where a.failures > 0
order by a.failures desc, a.updated_at;
