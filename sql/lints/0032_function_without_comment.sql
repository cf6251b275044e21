-- As for tables: who calls it over the API reads nothing else.

select
    'function_without_comment' as name,
    'warning' as level,
    p.oid::regprocedure::text as subject,
    'nothing says what it does' as detail,
    format('comment on function %s is ''…'';', p.oid::regprocedure) as remedy
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where n.nspname in ('public', 'private', 'worker') and obj_description(p.oid, 'pg_proc') is null
