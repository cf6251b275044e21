-- Instants are kept as instants: a timestamp without a zone is a guess.

select
    'timestamp_without_time_zone' as name,
    'error' as level,
    format('%s.%I', c.oid::regclass, t.attname) as subject,
    format_type(t.atttypid, t.atttypmod) as detail,
    'use timestamptz (or date, for a calendar day)' as remedy
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute t on t.attrelid = c.oid and t.attnum > 0 and not t.attisdropped
where n.nspname in ('public', 'private', 'worker')
    and c.relkind in ('r', 'p', 'v', 'm')
    and t.atttypid in ('timestamp'::regtype, 'timestamp[]'::regtype, 'timetz'::regtype)
