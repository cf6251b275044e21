-- Comments are the API's documentation: they stand in its description and in the generated types.

select
    'relation_without_comment' as name,
    'warning' as level,
    c.oid::regclass::text as subject,
    'nothing says what it is' as detail,
    format('comment on %s %s is ''…'';', case c.relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end, c.oid::regclass) as remedy
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('public', 'private', 'worker')
    and c.relkind in ('r', 'p', 'v', 'm')
    and obj_description(c.oid, 'pg_class') is null
