-- A policy's name is the sentence it keeps: it is what a reviewer compares with the document.

select
    'policy_name_is_no_sentence' as name,
    'warning' as level,
    format('%I on %s', p.polname, p.polrelid::regclass) as subject,
    'its name does not say what it allows' as detail,
    'name it as a sentence: "Owners read their plans"' as remedy
from pg_catalog.pg_policy p
join pg_catalog.pg_class c on c.oid = p.polrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('public', 'private', 'worker') and p.polname !~ '^[A-Z][^ ]* .*[^ .]$'
