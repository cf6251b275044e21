-- A view reads as its owner, past every policy, unless it says otherwise. A materialized view cannot.

select
    'view_runs_as_owner' as name,
    'error' as level,
    c.oid::regclass::text as subject,
    case c.relkind
        when 'm' then 'a materialized view shows everybody what its owner saw'
        else 'it reads past the policies of whoever asks'
    end as detail,
    case c.relkind
        when 'm' then 'move it to private, behind a function that checks who asks'
        else format('alter view %s set (security_invoker = true);', c.oid::regclass)
    end as remedy
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where (
        n.nspname in ('public', 'private', 'worker') and c.relkind = 'v'
        and not coalesce(c.reloptions && array['security_invoker=true', 'security_invoker=on'], false)
    )
    or (n.nspname in ('public', 'worker') and c.relkind = 'm')
