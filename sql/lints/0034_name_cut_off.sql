-- Postgres cuts a name at 63 bytes without a word, and two names may become one.

with named as (
    select format('relation %s', c.oid::regclass) as subject, c.relname as called, c.relnamespace as home
    from pg_catalog.pg_class c
    union all
    select format('function %s', p.oid::regprocedure), p.proname, p.pronamespace
    from pg_catalog.pg_proc p
    union all
    select format('constraint %I on %s', k.conname, k.conrelid::regclass), k.conname, k.connamespace
    from pg_catalog.pg_constraint k
    union all
    select format('policy %I on %s', p.polname, c.oid::regclass), p.polname, c.relnamespace
    from pg_catalog.pg_policy p
    join pg_catalog.pg_class c on c.oid = p.polrelid
    union all
    select format('trigger %I on %s', g.tgname, c.oid::regclass), g.tgname, c.relnamespace
    from pg_catalog.pg_trigger g
    join pg_catalog.pg_class c on c.oid = g.tgrelid
    where not g.tgisinternal
)

select
    'name_cut_off' as name,
    'warning' as level,
    d.subject,
    'its name has the full 63 bytes, and was probably longer' as detail,
    'find a shorter name' as remedy
from named d
join pg_catalog.pg_namespace n on n.oid = d.home
where n.nspname in ('public', 'private', 'worker') and octet_length(d.called) = 63
