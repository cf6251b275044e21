-- What a database of a hosted Supabase project has before the first migration: who may use the
-- schema public, and where extensions go. Runs in each new database, as supabase_admin.
--
-- There are no default privileges in public: a new table is granted to nobody, service_role
-- included, until a migration says so (the default of hosted projects of 2026).

revoke create on schema public from public;
grant usage on schema public to anon, authenticated, service_role;

create schema extensions authorization postgres;
grant usage on schema extensions to anon, authenticated, service_role;

create extension pgcrypto with schema extensions;

