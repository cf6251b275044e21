-- One permissive policy per command and role: two are both evaluated for every row, and the wider
-- one wins unseen. What a document says in two sentences is an "or" inside one policy.

select
    'policies_doubled' as name,
    'error' as level,
    p.polrelid::regclass::text as subject,
    format(
        '%s has %s permissive policies for %s',
        case when r.role = 0 then 'public' else r.role::regrole::text end,
        count(*), command.word
    ) as detail,
    format('make one policy of %s', string_agg(quote_ident(p.polname), ', ' order by p.polname)) as remedy
from pg_catalog.pg_policy p
join pg_catalog.pg_class c on c.oid = p.polrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
cross join unnest(p.polroles) as r (role)
join (
    values ('r', 'select'), ('a', 'insert'), ('w', 'update'), ('d', 'delete')
) as command (letter, word) on p.polcmd in (command.letter::"char", '*')
where n.nspname in ('public', 'private', 'worker') and p.polpermissive
group by p.polrelid, r.role, command.word
having count(*) > 1
