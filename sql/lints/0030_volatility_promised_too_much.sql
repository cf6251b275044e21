-- A function that writes or locks and says it is stable fails only when somebody is unlucky, and one
-- that reads anything and says it is immutable answers with what was true once.

select
    'volatility_promised_too_much' as name,
    'error' as level,
    p.oid::regprocedure::text as subject,
    format('it is %s, and says "%s"', case p.provolatile when 's' then 'stable' else 'immutable' end, btrim(deed.words)) as detail,
    case p.provolatile when 's' then 'leave it volatile' else 'make it stable, or volatile' end as remedy
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
cross join lateral (
    select substring(
        coalesce(pg_get_function_sqlbody(p.oid), p.prosrc),
        case p.provolatile
            when 's' then '(?in)((?:^|[;(]|\mthen|\melse|\mbegin|\mas)\s*(?:insert\s+into|update\s+[\w."]+\s|delete\s+from)|\mfor (?:no key )?(?:update|share)\M|\mnextval\(|pgmq\.(?:create|send|send_batch|read|set_vt|archive|delete)\()'
            when 'i' then '(?in)(\m(?:insert\s+into|update|delete\s+from)\M|\m(?:now|clock_timestamp|current_setting|gen_random_uuid|random)\(|\mfrom\s+(?:only\s+)?(?:public|private|worker|auth|pgmq)\.)'
        end
    ) as words
) deed
where n.nspname in ('public', 'private', 'worker')
    and p.provolatile in ('s', 'i')
    and deed.words is not null
