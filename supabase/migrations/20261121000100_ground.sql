-- The ground: extensions, the schemas and who may enter them, and the few functions that every
-- capability uses: refusing with a stable code, keeping columns fixed, stamping updated_at.

create extension if not exists pg_trgm with schema extensions;
create extension if not exists pgmq;
create extension if not exists pg_cron;

-- Only the form without "in schema" takes EXECUTE away from PUBLIC.
alter default privileges revoke execute on functions from public;

create schema private;
comment on schema private is 'Helpers and secrets. Never exposed by the API: people reach it only through policies, triggers and the functions of public.';

create schema worker;
comment on schema worker is 'What workers call with the secret key. Exposed by the API, closed to everybody but service_role.';

revoke all on schema private, worker from public;
grant usage on schema private to anon, authenticated, service_role;
grant usage on schema worker to service_role;

-- Errors ----------------------------------------------------------------------------------------

create function private.refuse(
    status integer,
    code text,
    field text,
    message text,
    hint text
) returns void
language plpgsql
set search_path = ''
as $$
begin
    raise sqlstate 'PGRST' using
        message = json_build_object('code', code, 'message', message, 'details', field, 'hint', hint)::text,
        detail = json_build_object('status', status, 'headers', json_build_object())::text;
end;
$$;

comment on function private.refuse is
    'Ends the request with an HTTP status and a stable code; the field stands in details and the remedy in hint (PostgREST''s PGRST errors).';

revoke execute on function private.refuse from public, anon, authenticated;
grant execute on function private.refuse to authenticated, anon, service_role;

-- Triggers that many tables share ---------------------------------------------------------------

create function private.set_updated_at() returns trigger
language plpgsql
set search_path = ''
as $$
begin
    new.updated_at := now();
    return new;
end;
$$;

comment on function private.set_updated_at is 'Trigger: stamps updated_at on every update.';

create function private.keep_fixed() returns trigger
language plpgsql
set search_path = ''
as $$
declare
    before jsonb := to_jsonb(old);
    after jsonb := to_jsonb(new);
    fixed text;
begin
    foreach fixed in array tg_argv loop
        if before -> fixed is distinct from after -> fixed then
            perform private.refuse(
                403, 'fixed_column', fixed,
                format('%s of %s never changes', fixed, tg_table_name),
                format('Leave %s out of the update, or send its present value', fixed)
            );
        end if;
    end loop;
    return new;
end;
$$;

comment on function private.keep_fixed is
    'Trigger: refuses to change the columns named as its arguments, whoever asks.';

revoke execute on function private.set_updated_at, private.keep_fixed from public, anon, authenticated;

-- Reading ---------------------------------------------------------------------------------------

create function private.let_people_read(relation regclass) returns void
language plpgsql
set search_path = ''
as $$
begin
    execute (
        select format('grant select (%s) on %s to authenticated', string_agg(quote_ident(a.attname), ', '), relation)
        from pg_catalog.pg_attribute a
        where a.attrelid = relation and a.attnum > 0 and not a.attisdropped
    );
end;
$$;

comment on function private.let_people_read is
    'Grants every column of a table, and not the table: with the table come its system columns, and ctid counts the rows that nobody may see. A migration that adds a column calls it again.';

revoke execute on function private.let_people_read from public, anon, authenticated;

-- The request itself ----------------------------------------------------------------------------

create function private.claims() returns jsonb
language sql
stable
set search_path = ''
return coalesce(nullif(current_setting('request.jwt.claims', true), '')::jsonb, '{}');

comment on function private.claims is 'The verified claims of the request''s token; {} without one.';

revoke execute on function private.claims from public, anon, authenticated;
grant execute on function private.claims to anon, authenticated, service_role;

create function private.pre_request() returns void
language plpgsql
stable
set search_path = ''
as $$
declare
    prefer text := nullif(current_setting('request.headers', true), '')::jsonb ->> 'prefer';
begin
    -- The planner's row estimates ignore row level security: they would tell a stranger how many
    -- hidden rows there are. PostgREST shows us only the last of several Prefer headers, which is
    -- why the gateway folds them into one.
    if prefer ~* 'count\s*=\s*(planned|estimated)' and current_user in ('anon', 'authenticated') then
        perform private.refuse(
            400, 'count_not_allowed', 'Prefer',
            'Planned and estimated counts are not offered',
            'Ask for Prefer: count=exact'
        );
    end if;
end;
$$;

comment on function private.pre_request is
    'Runs before every API request (pgrst.db_pre_request): refuses counts that leak the planner''s estimates.';

revoke execute on function private.pre_request from public, anon, authenticated;
grant execute on function private.pre_request to anon, authenticated, service_role;

alter role authenticator set pgrst.db_pre_request = 'private.pre_request';
-- A PostgREST that runs already reads its settings again when it is told to.
notify pgrst, 'reload config';
