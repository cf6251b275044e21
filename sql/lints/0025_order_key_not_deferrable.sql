-- Re-ordering is one update of many rows, which pass through each other's places.

select
    'order_key_not_deferrable' as name,
    'error' as level,
    i.indexrelid::regclass::text as subject,
    format('two rows of %s cannot change places in one statement', i.indrelid::regclass) as detail,
    'make it a unique constraint that is deferrable initially immediate' as remedy
from pg_catalog.pg_index i
join pg_catalog.pg_class c on c.oid = i.indrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute t on t.attrelid = c.oid and t.attnum = any (i.indkey)
where n.nspname in ('public', 'private', 'worker')
    and i.indisunique
    and t.attname = 'order'
    and not exists (
        select from pg_catalog.pg_constraint k
        where k.conindid = i.indexrelid and k.condeferrable and not k.condeferred
    )
