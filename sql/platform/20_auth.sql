-- Auth's schema. Its tables are made by Auth itself when it first starts (as supabase_auth_admin);
-- here are the privileges that `postgres` has on them, and the functions that policies call.
-- Runs in each new database, as supabase_admin.

create schema auth authorization supabase_auth_admin;
grant usage on schema auth to anon, authenticated, service_role, postgres;

alter default privileges for role supabase_auth_admin in schema auth
    grant all on tables to postgres;
alter default privileges for role supabase_auth_admin in schema auth
    grant all on sequences to postgres;
alter default privileges for role supabase_auth_admin in schema auth
    grant all on functions to postgres;

create function auth.uid() returns uuid
language sql stable
as $$
    select coalesce(
        nullif(current_setting('request.jwt.claim.sub', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
    )::uuid
$$;
comment on function auth.uid() is 'The id of the person whose token this is; it throws when the token''s sub is no uuid';

create function auth.role() returns text
language sql stable
as $$
    select coalesce(
        nullif(current_setting('request.jwt.claim.role', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'
    )
$$;
comment on function auth.role() is 'The role that the token names';

create function auth.email() returns text
language sql stable
as $$
    select coalesce(
        nullif(current_setting('request.jwt.claim.email', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email'
    )
$$;
comment on function auth.email() is 'The address that the token names';

create function auth.jwt() returns jsonb
language sql stable
as $$
    select coalesce(
        nullif(current_setting('request.jwt.claim', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')
    )::jsonb
$$;
comment on function auth.jwt() is 'Everything that the token claims';

-- Owned by postgres, so that Auth, which would put its own in their place, leaves them alone.
alter function auth.uid() owner to postgres;
alter function auth.role() owner to postgres;
alter function auth.email() owner to postgres;
alter function auth.jwt() owner to postgres;
