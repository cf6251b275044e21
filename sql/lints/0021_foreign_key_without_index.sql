-- Deleting a parent looks for its children: without an index, in the whole table.

select
    'foreign_key_without_index' as name,
    'error' as level,
    format('%I on %s', k.conname, k.conrelid::regclass) as subject,
    'no index begins with its columns' as detail,
    format(
        'create index on %s (%s);', k.conrelid::regclass,
        (
            select string_agg(quote_ident(t.attname), ', ' order by c.place)
            from unnest(k.conkey) with ordinality as c (number, place)
            join pg_catalog.pg_attribute t on t.attrelid = k.conrelid and t.attnum = c.number
        )
    ) as remedy
from pg_catalog.pg_constraint k
join pg_catalog.pg_namespace n on n.oid = k.connamespace
where n.nspname in ('public', 'private', 'worker')
    and k.contype = 'f'
    and not exists (
        select from pg_catalog.pg_index i
        where i.indrelid = k.conrelid and i.indisvalid and i.indpred is null
            and (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey
    )
