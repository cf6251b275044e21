-- The schema worker is exposed by the API, so every grant in it counts: it is service_role's alone.

with opened as (
    select p.oid::regprocedure::text as subject, a.grantee
    from pg_catalog.pg_proc p
    cross join aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
    where p.pronamespace = 'worker'::regnamespace and a.grantee <> p.proowner
    union all
    select c.oid::regclass::text, a.grantee
    from pg_catalog.pg_class c
    cross join aclexplode(c.relacl) a
    where c.relnamespace = 'worker'::regnamespace and a.grantee <> c.relowner
    union all
    select format('%s.%I', c.oid::regclass, t.attname), a.grantee
    from pg_catalog.pg_class c
    join pg_catalog.pg_attribute t on t.attrelid = c.oid
    cross join aclexplode(t.attacl) a
    where c.relnamespace = 'worker'::regnamespace
    union all
    select format('schema %I', n.nspname), a.grantee
    from pg_catalog.pg_namespace n
    cross join aclexplode(n.nspacl) a
    where n.nspname = 'worker' and a.grantee <> n.nspowner
)

select distinct
    'worker_open_to_people' as name,
    'error' as level,
    o.subject,
    format('it is granted to %s', case when o.grantee = 0 then 'public' else o.grantee::regrole::text end) as detail,
    'revoke it: workers call with the secret key, as service_role' as remedy
from opened o
where o.grantee <> 'service_role'::regrole
