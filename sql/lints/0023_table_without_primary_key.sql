-- A row that cannot be named cannot be updated alone, nor replicated.

select
    'table_without_primary_key' as name,
    'error' as level,
    c.oid::regclass::text as subject,
    'it has no primary key' as detail,
    'add id uuid primary key default gen_random_uuid()' as remedy
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('public', 'private', 'worker')
    and c.relkind in ('r', 'p')
    and not exists (select from pg_catalog.pg_constraint k where k.conrelid = c.oid and k.contype = 'p')
