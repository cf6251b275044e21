-- How does the mail of the last seven days stand, by kind? What was taken, what came back and why the
-- latest did, and of what waits, since when.

select
    n.kind,
    count(*) as letters,
    count(*) filter (where n.status = 'queued') as waiting,
    min(n.created_at) filter (where n.status = 'queued') as waiting_since,
    count(*) filter (where n.status in ('sent', 'delivered', 'opened')) as taken,
    count(*) filter (where n.status in ('bounced', 'complained')) as came_back,
    count(*) filter (where n.status = 'suppressed') as suppressed,
    count(*) filter (where n.status = 'failed') as failed,
    count(*) filter (where n.status = 'unknown') as unknown,
    (array_agg(n.reason order by n.updated_at desc) filter (where n.status in ('bounced', 'complained', 'failed', 'unknown')))[1] as last_reason
from public.notifications n
where n.channel = 'email' and n.carried_by is null and n.created_at > now() - interval '7 days'
group by n.kind
order by waiting desc, letters desc, n.kind;
