-- How many generations were used in each month (UTC), by how many people? From the ledger, which keeps
-- what deleted plans and accounts used.

select
    to_char(l.created_at at time zone 'UTC', 'YYYY-MM') as month,
    count(distinct l.person) as people,
    count(*) filter (where l.quantity > 0) as reserved,
    count(*) filter (where l.quantity < 0) as refunded,
    sum(l.quantity) as used
from private.usage_ledger l
where l.kind = 'generation'
group by month
order by month desc;
