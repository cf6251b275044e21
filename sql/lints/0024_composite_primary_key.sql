-- PostgREST takes a table whose primary key is made of foreign keys for a many-to-many relation, and
-- an embed that was plain becomes ambiguous.

select
    'composite_primary_key' as name,
    'error' as level,
    k.conrelid::regclass::text as subject,
    pg_get_constraintdef(k.oid) as detail,
    'give it an id of its own and a unique constraint beside it' as remedy
from pg_catalog.pg_constraint k
where k.connamespace = 'public'::regnamespace and k.contype = 'p' and cardinality(k.conkey) > 1
