-- A definer does as its owner may. Those for people live in private, where no request can name them,
-- behind a function of public that runs as its caller.

select
    'definer_in_public' as name,
    'error' as level,
    p.oid::regprocedure::text as subject,
    'the API exposes a function that runs as its owner' as detail,
    'move it to private, give the reason above it, and call it from an invoker function of public' as remedy
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where n.nspname = 'public' and p.prosecdef
