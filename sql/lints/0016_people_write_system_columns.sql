-- An id that a person chooses answers whether somebody else has it; the other columns are what the
-- database says itself.

select distinct
    'people_write_system_columns' as name,
    'error' as level,
    format('%s.%I', c.oid::regclass, t.attname) as subject,
    format('people may %s it', lower(a.privilege_type)) as detail,
    'take the column off the grant; re-ordering and the like go through a function' as remedy
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute t on t.attrelid = c.oid and t.attnum > 0 and not t.attisdropped
cross join aclexplode(t.attacl) a
where n.nspname in ('public', 'private', 'worker')
    and a.grantee in (0, 'anon'::regrole, 'authenticated'::regrole)
    and a.privilege_type in ('INSERT', 'UPDATE')
    and (
        t.attname in (
            'id', 'created_at', 'updated_at', 'revision', 'origin', 'edited_at', 'checked_at',
            'auth_user_id', 'clerk_user_id', 'email', 'is_anonymous', 'subscription_tier', 'tier',
            'sent_at', 'delivered_at', 'opened_at', 'bounced_at', 'dedupe_key', 'provider_id'
        )
        or t.attgenerated <> ''
        or t.attidentity <> ''
    )
