-- A trigger before an insert runs before the policy has its say. What it reads as its owner, and then
-- refuses with, tells a stranger what is there; after the insert, the policy has spoken
-- first. (Before a delete it has: a row that the policy hides is not met.)

select
    'definer_before_row_security' as name,
    'error' as level,
    format('%I on %s', g.tgname, g.tgrelid::regclass) as subject,
    format('%s runs as its owner, before the policies', g.tgfoid::regproc) as detail,
    'make it an after trigger, or let it run as whoever inserts' as remedy
from pg_catalog.pg_trigger g
join pg_catalog.pg_class c on c.oid = g.tgrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_proc p on p.oid = g.tgfoid
where n.nspname in ('public', 'private', 'worker')
    and not g.tgisinternal
    and p.prosecdef
    and g.tgtype & 2 = 2 -- before
    and g.tgtype & (4 | 16) > 0 -- insert, update
    and has_any_column_privilege('authenticated', c.oid, 'insert, update')
