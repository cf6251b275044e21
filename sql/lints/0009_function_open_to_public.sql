-- Postgres gives a new function to everybody. Each one is taken back and given to whom it is for.

select
    'function_open_to_public' as name,
    'error' as level,
    p.oid::regprocedure::text as subject,
    'everybody may execute it' as detail,
    format('revoke execute on function %s from public; and grant it to whom it is for', p.oid::regprocedure) as remedy
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where n.nspname in ('public', 'private', 'worker')
    and exists (
        select
        from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
        where a.grantee = 0 and a.privilege_type = 'EXECUTE'
    )
