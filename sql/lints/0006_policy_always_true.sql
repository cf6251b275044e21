-- "true" for signed-in people also lets in the token of an account that is gone.

select
    'policy_always_true' as name,
    'error' as level,
    format('%I on %s', p.polname, p.polrelid::regclass) as subject,
    'it lets every signed-in caller pass' as detail,
    'say who may, at the least (select private.current_user_id()) is not null' as remedy
from pg_catalog.pg_policy p
join pg_catalog.pg_class c on c.oid = p.polrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('public', 'private', 'worker')
    and p.polroles <> array['service_role'::regrole::oid]
    and 'true' in (pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
