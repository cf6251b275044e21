-- How do the links stand: how many are there, alive, dead, never looked at, due, and how long ago was
-- the one looked at that has waited longest? Due are those that nobody tried for a week, and dead ones
-- for a month.

select
    l.kind,
    count(*) as links,
    count(*) filter (where l.checked_at is not null and l.dead_at is null) as alive,
    count(*) filter (where l.dead_at is not null) as dead,
    count(*) filter (where l.tried_at is null) as never_tried,
    count(*) filter (
        where l.tried_at is null
            or l.tried_at < now() - case when l.dead_at is null then interval '7 days' else interval '30 days' end
    ) as due,
    now() - min(l.tried_at) as longest_wait,
    max(l.checked_at) as last_checked_at
from (
    select 'catalogue' as kind, r.checked_at, r.tried_at, r.dead_at from public.resources r
    union all
    select 'of a task', t.checked_at, t.tried_at, t.dead_at from public.task_links t
) l
group by l.kind
order by l.kind;
