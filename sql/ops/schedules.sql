-- How many schedules are current, waiting (and for how long) or failed, how many plans do not fit
-- before their deadline, and how many learners have a catch-up to decide?

select
    s.status,
    count(*) as schedules,
    count(*) filter (where s.fits is false) as do_not_fit,
    count(*) filter (where jsonb_array_length(s.unplaced) > 0) as with_unplaced_tasks,
    count(c.id) as catch_ups_open,
    max(now() - s.updated_at) filter (where s.status = 'waiting') as longest_wait
from public.plan_schedules s
left join public.catch_ups c on c.plan_id = s.plan_id and c.user_id = s.user_id and c.status = 'open'
group by s.status
order by s.status;
