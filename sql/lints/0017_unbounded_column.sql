-- What people write is bounded by a constraint: nothing else stands between them and a full disk.

select
    'unbounded_column' as name,
    'error' as level,
    format('%s.%I', c.oid::regclass, t.attname) as subject,
    format('people write it, and no constraint says how long a %s may be', format_type(t.atttypid, t.atttypmod)) as detail,
    'add a check on char_length(), octet_length() or cardinality(), or a pattern with an end' as remedy
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute t on t.attrelid = c.oid and t.attnum > 0 and not t.attisdropped
join pg_catalog.pg_type y on y.oid = t.atttypid
where n.nspname in ('public', 'private', 'worker')
    and exists (
        select from aclexplode(t.attacl) a
        where a.grantee in (0, 'anon'::regrole, 'authenticated'::regrole)
            and a.privilege_type in ('INSERT', 'UPDATE')
    )
    and (t.atttypid in ('text'::regtype, 'json'::regtype, 'jsonb'::regtype, 'bytea'::regtype) or y.typcategory = 'A')
    and not exists (
        select from pg_catalog.pg_constraint k
        where k.conrelid = c.oid and k.contype = 'c' and t.attnum = any (k.conkey)
            and (
                pg_get_constraintdef(k.oid) ~ format('(char_length|octet_length|cardinality)\(\(?"?%s\M', t.attname)
                or pg_get_constraintdef(k.oid) ~ format('%s ~ ''\^[^*+]*\$''', t.attname)
            )
    )
    -- A trigger accepts only a name that Postgres knows.
    and (c.oid::regclass::text, t.attname) <> ('public.users', 'time_zone')
