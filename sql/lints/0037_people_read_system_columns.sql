-- With a table come its system columns, and ctid tells how many rows there are that nobody may see:
-- people read columns, all of them by name.

select
    'people_read_system_columns' as name,
    'error' as level,
    c.oid::regclass::text as subject,
    'people may read the table, with it ctid and xmin' as detail,
    format('select private.let_people_read(%L); in place of the grant', c.oid::regclass) as remedy
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
cross join aclexplode(c.relacl) a
where n.nspname in ('public', 'private', 'worker')
    and c.relkind in ('r', 'p')
    and a.grantee in (0, 'anon'::regrole, 'authenticated'::regrole)
    and a.privilege_type = 'SELECT'
group by c.oid
