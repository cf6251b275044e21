-- A policy without "to" is for everybody, anonymous visitors included.

select
    'policy_for_undecided_role' as name,
    'error' as level,
    format('%I on %s', p.polname, p.polrelid::regclass) as subject,
    format('it is for %s', case when r.role = 0 then 'public' else r.role::regrole::text end) as detail,
    'name authenticated or service_role in the policy''s "to"' as remedy
from pg_catalog.pg_policy p
join pg_catalog.pg_class c on c.oid = p.polrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
cross join unnest(p.polroles) as r (role)
where n.nspname in ('public', 'private', 'worker')
    and (r.role = 0 or r.role::regrole::text not in ('authenticated', 'service_role'))
