-- A column left out of the grant breaks select=*: what is private lives in a table of its own.

select
    'column_people_cannot_read' as name,
    'error' as level,
    format('%s.%I', c.oid::regclass, t.attname) as subject,
    'people read the other columns of this table, and not this one' as detail,
    format('select private.let_people_read(%L);', c.oid::regclass) as remedy
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute t on t.attrelid = c.oid and t.attnum > 0 and not t.attisdropped
where n.nspname in ('public', 'private', 'worker')
    and c.relkind in ('r', 'p')
    and has_any_column_privilege('authenticated', c.oid, 'select')
    and not has_column_privilege('authenticated', c.oid, t.attnum, 'select')
