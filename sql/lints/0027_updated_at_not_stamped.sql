-- updated_at is the database's word; without the trigger it stays at the day the row was made.

select
    'updated_at_not_stamped' as name,
    'error' as level,
    c.oid::regclass::text as subject,
    'no trigger stamps updated_at' as detail,
    format(
        'create trigger %s_set_updated_at before update on %s for each row execute function private.set_updated_at();',
        c.relname, c.oid::regclass
    ) as remedy
from pg_catalog.pg_class c
join pg_catalog.pg_attribute t on t.attrelid = c.oid and t.attname = 'updated_at' and not t.attisdropped
where c.relnamespace = 'public'::regnamespace
    and c.relkind in ('r', 'p')
    and not exists (
        select from pg_catalog.pg_trigger g
        where g.tgrelid = c.oid
            and g.tgfoid = 'private.set_updated_at'::regproc
            and g.tgtype & 19 = 19 -- for each row (1), before (2), update (16)
            and g.tgqual is null
            and g.tgenabled = 'O'
    )
