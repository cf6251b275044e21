-- Without a search path of its own a function finds what its caller put in front.

select
    'function_without_search_path' as name,
    'error' as level,
    p.oid::regprocedure::text as subject,
    'its search path is the caller''s' as detail,
    format('alter function %s set search_path = '''';', p.oid::regprocedure) as remedy
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where n.nspname in ('public', 'private', 'worker')
    and not coalesce('search_path=""' = any (p.proconfig), false)
