-- The roles of a hosted Supabase project. Roles belong to the whole server, so this file runs once
-- for a server, as its superuser (supabase_admin). The one password of a local stack comes in as
-- the setting learnbase.password.
--
-- `postgres`, who owns the database and runs the migrations, is no superuser here, just as it is
-- none on hosted Supabase: a migration that needs one fails here first.

create role anon nologin noinherit;
create role authenticated nologin noinherit;
create role service_role nologin noinherit bypassrls;
create role authenticator login noinherit;
create role supabase_auth_admin login createrole noinherit;
create role postgres login createdb createrole replication bypassrls;

grant anon, authenticated, service_role to authenticator;

-- With the admin option, for `alter role authenticator set pgrst...` and
-- `alter role anon set statement_timeout` are documented for migrations.
grant anon, authenticated, service_role, authenticator to postgres with admin option;
grant pg_monitor, pg_read_all_data, pg_signal_backend to postgres with admin option;

alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';

-- Triggers on auth.users run with this search path: a function that relies on another fails.
alter role supabase_auth_admin set search_path = 'auth';
alter role supabase_auth_admin set idle_in_transaction_session_timeout = 60000;

do $$
declare
    login_role text;
begin
    foreach login_role in array array['authenticator', 'supabase_auth_admin', 'postgres'] loop
        execute format(
            'alter role %I password %L', login_role, current_setting('learnbase.password')
        );
    end loop;
end
$$;

-- Hosted Supabase lets postgres configure PostgREST through its role's settings.
grant set on parameter "pgrst.db_pre_request" to postgres;
