-- Tables of private are reached through functions alone.

select distinct
    'private_open_to_people' as name,
    'error' as level,
    c.oid::regclass::text as subject,
    format('it is granted to %s', case when a.grantee = 0 then 'public' else a.grantee::regrole::text end) as detail,
    'revoke it, and answer through a function that checks who asks' as remedy
from pg_catalog.pg_class c
left join pg_catalog.pg_attribute t on t.attrelid = c.oid and t.attacl is not null
cross join lateral (
    select * from aclexplode(c.relacl)
    union all
    select * from aclexplode(t.attacl)
) a
where c.relnamespace = 'private'::regnamespace
    and a.grantee not in (c.relowner, 'service_role'::regrole)
