-- Who owns a row and when it was made never changes, whoever asks: the service's code errs too.

with guards as (
    select g.tgrelid,
        -- The arguments stand one behind the other, each with a zero byte at its end.
        regexp_split_to_array(encode(g.tgargs, 'escape'), '\\000') as columns
    from pg_catalog.pg_trigger g
    where g.tgfoid = 'private.keep_fixed'::regproc and g.tgenabled = 'O'
)

select
    'fixed_column_unguarded' as name,
    'error' as level,
    format('%s.%I', c.oid::regclass, t.attname) as subject,
    'an update may change it' as detail,
    format('name it in a trigger: before update on %s for each row execute function private.keep_fixed(%L)', c.oid::regclass, t.attname) as remedy
from pg_catalog.pg_class c
join pg_catalog.pg_attribute t on t.attrelid = c.oid and not t.attisdropped
where c.relnamespace = 'public'::regnamespace
    and c.relkind in ('r', 'p')
    and t.attname in ('id', 'user_id', 'created_at')
    and not exists (select from guards g where g.tgrelid = c.oid and t.attname = any (g.columns))
