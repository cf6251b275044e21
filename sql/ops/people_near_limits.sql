-- Who has used four fifths or more of what their tier allows, of plans or of this month's (UTC)
-- generations?

with used as (
    select
        u.id as user_id,
        case when u.is_anonymous then 'anonymous' else coalesce(u.subscription_tier, 'free')::text end as tier,
        (select count(*) from public.learning_plans p where p.user_id = u.id) as plans,
        (
            select coalesce(sum(l.quantity), 0)
            from private.usage_ledger l
            where l.person = u.id and l.kind = 'generation'
                and l.created_at >= date_trunc('month', now(), 'UTC')
        ) as generations_this_month
    from public.users u
)

select
    d.user_id,
    d.tier,
    d.plans,
    l.max_plans,
    d.generations_this_month,
    l.max_generations_per_month
from used d
join public.tier_limits l on l.tier = d.tier
where d.plans >= 0.8 * l.max_plans
    or d.generations_this_month >= 0.8 * l.max_generations_per_month
order by
    greatest(
        d.plans::numeric / nullif(l.max_plans, 0),
        d.generations_this_month::numeric / nullif(l.max_generations_per_month, 0)
    ) desc nulls first,
    d.user_id;
