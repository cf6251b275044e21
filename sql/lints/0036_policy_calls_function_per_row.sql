-- A function of a row's own columns, in using, runs for every row that a person's filter has not ruled
-- out by then, and only few filters may go first: 17 µs a row, a time-out on a large table. What is
-- mine can be said as an array that is computed once and that an index can find.

select
    'policy_calls_function_per_row' as name,
    'error' as level,
    format('%I on %s', p.polname, p.polrelid::regclass) as subject,
    format('%s runs for each row', called.name[1]) as detail,
    'write it as: column = any (array(select … where user_id = (select private.current_user_id())))' as remedy
from pg_catalog.pg_policy p
join pg_catalog.pg_class c on c.oid = p.polrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
cross join lateral regexp_matches(
    pg_get_expr(p.polqual, p.polrelid), '(private\.\w+)\((?!\))', 'g'
) as called (name)
where n.nspname in ('public', 'private', 'worker')
