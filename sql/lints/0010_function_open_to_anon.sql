-- Nobody who is not signed in calls anything, except what every request goes through.

select
    'function_open_to_anon' as name,
    'error' as level,
    p.oid::regprocedure::text as subject,
    'callers who are not signed in may execute it' as detail,
    format('revoke execute on function %s from public, anon;', p.oid::regprocedure) as remedy
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where n.nspname in ('public', 'private', 'worker')
    and has_function_privilege('anon', p.oid, 'execute')
    and (n.nspname, p.proname) not in (
        ('private', 'pre_request'), -- runs before every request
        ('private', 'refuse'), -- what it refuses with
        ('private', 'claims')
    )
