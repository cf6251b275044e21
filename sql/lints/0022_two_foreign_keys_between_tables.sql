-- With two ways from one table to another PostgREST refuses to embed until the client names one.

select
    'two_foreign_keys_between_tables' as name,
    'error' as level,
    least(k.conrelid::regclass::text, k.confrelid::regclass::text)
        || ' and ' || greatest(k.conrelid::regclass::text, k.confrelid::regclass::text) as subject,
    string_agg(k.conname, ', ' order by k.conname) as detail,
    'keep one; a second relation is a table of its own' as remedy
from pg_catalog.pg_constraint k
join pg_catalog.pg_namespace n on n.oid = k.connamespace
where n.nspname in ('public', 'private', 'worker') and k.contype = 'f' and k.conparentid = 0
group by subject
having count(*) > 1
