-- What happens to the children is decided where the key is written; "no action" is not a decision.

select
    'foreign_key_without_on_delete' as name,
    'error' as level,
    format('%I on %s', k.conname, k.conrelid::regclass) as subject,
    format('deleting a row of %s is refused at the end of the statement, and nobody said why', k.confrelid::regclass) as detail,
    'add on delete cascade, set null or restrict' as remedy
from pg_catalog.pg_constraint k
join pg_catalog.pg_namespace n on n.oid = k.connamespace
where n.nspname in ('public', 'private', 'worker') and k.contype = 'f' and k.confdeltype = 'a'
