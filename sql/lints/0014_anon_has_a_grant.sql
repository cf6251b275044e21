-- Public means any signed-in person. Who is not signed in reads and writes nothing.

select distinct
    'anon_has_a_grant' as name,
    'error' as level,
    c.oid::regclass::text as subject,
    format('%s is granted to %s', a.privilege_type, case when a.grantee = 0 then 'public' else 'anon' end) as detail,
    format('revoke all on %s from public, anon;', c.oid::regclass) as remedy
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_attribute t on t.attrelid = c.oid and t.attacl is not null
cross join lateral (
    select * from aclexplode(c.relacl)
    union all
    select * from aclexplode(t.attacl)
) a
where n.nspname in ('public', 'private', 'worker') and a.grantee in (0, 'anon'::regrole)
