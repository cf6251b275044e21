-- Every PL/pgSQL function of ours, a trigger function once for each trigger that uses it.
-- One line a problem, and at the end how many were looked at.

set search_path = pg_catalog;

create temporary table looked_at as
select p.oid, 0::oid as relation, null::name as old_rows, null::name as new_rows
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
join pg_language l on l.oid = p.prolang
where n.nspname in ('public', 'private', 'worker') and l.lanname = 'plpgsql'
    and p.prorettype <> 'trigger'::regtype
union all
select t.tgfoid, t.tgrelid, t.tgoldtable, t.tgnewtable
from pg_trigger t
join pg_proc p on p.oid = t.tgfoid
join pg_namespace n on n.oid = p.pronamespace
where n.nspname = 'private' and not t.tgisinternal;

select format('%s on %s, line %s: %s: %s', l.oid::regprocedure, l.relation::regclass, c.lineno, c.level, c.message)
from looked_at l
cross join lateral extensions.plpgsql_check_function_tb(
    l.oid, l.relation,
    oldtable => l.old_rows, newtable => l.new_rows,
    extra_warnings => true, performance_warnings => false
) c
where c.level in ('error', 'warning');

select 'checked ' || count(*) || ' functions and triggers with plpgsql_check' from looked_at;
