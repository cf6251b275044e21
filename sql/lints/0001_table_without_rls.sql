-- Security is deny by default: a table without row level security is open to whoever has a grant.

select
    'table_without_rls' as name,
    'error' as level,
    c.oid::regclass::text as subject,
    'row level security is off' as detail,
    format('alter table %s enable row level security;', c.oid::regclass) as remedy
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('public', 'private', 'worker')
    and c.relkind in ('r', 'p')
    and not c.relrowsecurity
