-- How do the queues stand? Messages in each, of those free to take, age of the oldest, jobs that
-- failed before, dead letters that nobody requeued.

select
    d.queue,
    d.waiting,
    d.visible,
    make_interval(secs => d.oldest_seconds) as oldest,
    d.retrying,
    d.dead
from worker.queue_depths() d
order by d.dead desc, d.oldest_seconds desc nulls last, d.queue;
