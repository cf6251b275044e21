-- Grants name the columns that people write: a column added later is theirs only when somebody says so.

select
    'people_write_whole_table' as name,
    'error' as level,
    c.oid::regclass::text as subject,
    format('people have %s on all of it', string_agg(lower(a.privilege_type), ', ' order by a.privilege_type)) as detail,
    'grant insert (…), update (…) with a list of columns, and nothing but select and delete on the whole' as remedy
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
cross join aclexplode(c.relacl) a
where n.nspname in ('public', 'private', 'worker')
    and a.grantee in (0, 'anon'::regrole, 'authenticated'::regrole)
    and a.privilege_type not in ('SELECT', 'DELETE')
group by c.oid
