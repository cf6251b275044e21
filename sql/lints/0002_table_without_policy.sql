-- Who may do what is written down for every table: one for the service only says so in a policy.

select
    'table_without_policy' as name,
    'error' as level,
    c.oid::regclass::text as subject,
    'row level security is on and no policy says for whom' as detail,
    'decide: policies to authenticated, or one to service_role alone' as remedy
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('public', 'private', 'worker')
    and c.relkind in ('r', 'p')
    and c.relrowsecurity
    and not exists (select from pg_catalog.pg_policy p where p.polrelid = c.oid)
