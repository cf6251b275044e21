-- As for tables. (A table's own row type needs none.)

select
    'type_without_comment' as name,
    'warning' as level,
    y.oid::regtype::text as subject,
    'nothing says what it is' as detail,
    format('comment on %s %s is ''…'';', case y.typtype when 'd' then 'domain' else 'type' end, y.oid::regtype) as remedy
from pg_catalog.pg_type y
join pg_catalog.pg_namespace n on n.oid = y.typnamespace
left join pg_catalog.pg_class c on c.oid = y.typrelid
where n.nspname in ('public', 'private', 'worker')
    and (y.typtype in ('e', 'd') or (y.typtype = 'c' and c.relkind = 'c'))
    and obj_description(y.oid, 'pg_type') is null
