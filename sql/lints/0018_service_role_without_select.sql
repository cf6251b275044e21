-- The service role bypasses row level security and not grants, and new tables are granted to nobody.

select
    'service_role_without_select' as name,
    'error' as level,
    c.oid::regclass::text as subject,
    'service_role may not read it' as detail,
    format('grant select on %s to service_role;', c.oid::regclass) as remedy
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('public', 'private', 'worker')
    and c.relkind in ('r', 'p', 'v')
    and not has_table_privilege('service_role', c.oid, 'select')
