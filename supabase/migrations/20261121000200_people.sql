-- People: one row each, whether they came by Supabase Auth or by Clerk; who is asking; what their
-- tier allows.

create type public.subscription_tier as enum ('free', 'pro');
comment on type public.subscription_tier is 'What somebody pays for; set by the service, never by a client.';

-- Tables ----------------------------------------------------------------------------------------

create table public.users (
    id uuid primary key default gen_random_uuid(),
    auth_user_id uuid unique references auth.users (id) on delete cascade,
    clerk_user_id text unique,
    email text unique,
    name text,
    time_zone text not null default 'UTC',
    locale text not null default 'en',
    is_anonymous boolean not null default false,
    subscription_tier public.subscription_tier default 'free',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint users_have_an_identity check (num_nonnulls(auth_user_id, clerk_user_id) >= 1),
    constraint users_clerk_user_id_is_bounded check (char_length(clerk_user_id) between 1 and 255),
    constraint users_email_is_lower_case check (email = lower(email) and char_length(email) <= 320),
    constraint users_name_is_bounded check (char_length(name) <= 200 and name !~ '[[:cntrl:]]'),
    constraint users_locale_is_a_language_tag check (locale ~ '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$')
);

comment on table public.users is
    'A person. id is ours; auth_user_id (Supabase Auth) and clerk_user_id (Clerk) say how they sign in.';
comment on column public.users.email is
    'Null until confirmed, and never an identity: an address somebody else has already confirmed stays null here.';
comment on column public.users.time_zone is 'IANA name; decides what "today" and "this week" mean.';
comment on column public.users.locale is 'Language tag (BCP 47) for dates and numbers.';
comment on column public.users.is_anonymous is 'Signed in without credentials: allowed what a learner is, within the smallest limits.';
comment on column public.users.subscription_tier is 'System-managed; a manual toggle until billing is there.';

create table public.tier_limits (
    tier text primary key check (tier in ('anonymous', 'free', 'pro')),
    max_plans integer not null check (max_plans >= 0),
    max_generations_in_flight integer not null check (max_generations_in_flight >= 0),
    max_generations_per_month integer not null check (max_generations_per_month >= 0)
);

comment on table public.tier_limits is 'How much each tier may have; read by the triggers that enforce it.';
comment on column public.tier_limits.max_generations_per_month is 'Counted by UTC month from the usage ledger.';

insert into public.tier_limits (tier, max_plans, max_generations_in_flight, max_generations_per_month) values
    ('anonymous', 1, 1, 3),
    ('free', 5, 2, 20),
    ('pro', 100, 5, 300);

create trigger users_set_updated_at before update on public.users
    for each row execute function private.set_updated_at();
create trigger users_keep_fixed before update on public.users
    for each row execute function private.keep_fixed('id', 'created_at');

-- Who is asking ---------------------------------------------------------------------------------

-- Definer: policies on users call it, and would otherwise go round in circles.
create function private.current_user_id() returns uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
    -- As private.claims, which is too dear for what is asked in every statement.
    subject text := nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub';
    person uuid;
begin
    if subject is null then
        return null;
    end if;
    -- A Clerk id is no uuid, and auth.uid() throws on it.
    if subject ~ '^[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$' then
        select u.id into person from public.users u where u.auth_user_id = subject::uuid;
    else
        select u.id into person from public.users u where u.clerk_user_id = subject;
    end if;
    return person;
end;
$$;

comment on function private.current_user_id is
    'The person (users.id) whose token this is, by Supabase Auth or Clerk; null without a token, and after the account is gone. In policies always as (select …), so that it runs once a statement.';

revoke execute on function private.current_user_id from public, anon, authenticated;
grant execute on function private.current_user_id to authenticated, service_role;

-- Definer: reads the limits for whoever's row is being written, service included.
create function private.limits_of(person uuid) returns public.tier_limits
language sql
stable
security definer
set search_path = ''
return (
    select l
    from public.users u
    join public.tier_limits l
        on l.tier = case when u.is_anonymous then 'anonymous' else coalesce(u.subscription_tier, 'free')::text end
    where u.id = person
);

comment on function private.limits_of is 'What a person may have: the one place that entitlement is asked of.';

revoke execute on function private.limits_of from public, anon, authenticated;
grant execute on function private.limits_of to service_role;

-- Time ------------------------------------------------------------------------------------------

create function private.local_date(at timestamptz, zone text) returns date
language plpgsql
stable
set search_path = ''
as $$
begin
    return (at at time zone zone)::date;
exception when invalid_parameter_value then
    -- A zone that this server's tz database does not know must not stop a statement over many.
    return (at at time zone 'UTC')::date;
end;
$$;

comment on function private.local_date is 'The calendar date at an instant in an IANA zone; in UTC when the zone is unknown.';

revoke execute on function private.local_date from public, anon, authenticated;
grant execute on function private.local_date to authenticated, service_role;

create function private.check_time_zone() returns trigger
language plpgsql
set search_path = ''
as $$
begin
    if not exists (select from pg_catalog.pg_timezone_names z where z.name = new.time_zone) then
        perform private.refuse(
            422, 'invalid_time_zone', 'time_zone',
            format('%s is not a time zone', left(new.time_zone, 60)),
            'Send an IANA name such as Europe/Berlin (Intl.DateTimeFormat().resolvedOptions().timeZone)'
        );
    end if;
    return new;
end;
$$;

comment on function private.check_time_zone is 'Trigger: a time zone is a name that Postgres knows.';

revoke execute on function private.check_time_zone from public, anon, authenticated;

-- pg_timezone_names reads files: asked only when there is something to ask.
create trigger users_check_time_zone_on_insert before insert on public.users
    for each row when (new.time_zone <> 'UTC') execute function private.check_time_zone();
create trigger users_check_time_zone_on_update before update on public.users
    for each row when (new.time_zone is distinct from old.time_zone) execute function private.check_time_zone();

-- Sign-up ---------------------------------------------------------------------------------------

-- Definer: called by triggers that run as Supabase Auth's own role.
create function private.claim_email(person uuid, address text) returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
    update public.users u set email = lower(address)
    where u.id = person and u.email is distinct from lower(address);
exception when unique_violation then
    update public.users u set email = null where u.id = person and u.email is not null;
end;
$$;

comment on function private.claim_email is 'Gives a person their confirmed address; one that somebody else has leaves it null.';

create function private.unwrapped(document jsonb) returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
    -- The local Auth keeps metadata as a string that holds JSON; the hosted one as an object.
    return case jsonb_typeof(document)
        when 'object' then document
        when 'string' then (document #>> '{}')::jsonb
        else '{}'::jsonb
    end;
exception when invalid_text_representation or untranslatable_character then
    return '{}'::jsonb;
end;
$$;

comment on function private.unwrapped is 'A JSON object, also where it was stored as a string; {} for anything else.';

-- Definer: runs as Supabase Auth's role, which may not write our tables.
create function private.follow_auth_user() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
    -- Through jsonb, for Auth adds and drops columns between its versions.
    account jsonb := to_jsonb(new);
    wishes jsonb := private.unwrapped(account -> 'raw_user_meta_data');
    wished_name text := left(regexp_replace(coalesce(wishes ->> 'name', wishes ->> 'full_name'), '[[:cntrl:]]', '', 'g'), 200);
    wished_zone text := wishes ->> 'time_zone';
    anonymous boolean := coalesce((account ->> 'is_anonymous')::boolean, false);
begin
    -- What the client put into its metadata only fills what people may write anyway.
    if tg_op = 'INSERT' then
        insert into public.users (id, auth_user_id, name, is_anonymous, time_zone)
        values (
            new.id, new.id, nullif(btrim(wished_name), ''), anonymous,
            coalesce((select z.name from pg_catalog.pg_timezone_names z where z.name = wished_zone), 'UTC')
        );
    else
        update public.users u set is_anonymous = anonymous
        where u.auth_user_id = new.id and u.is_anonymous <> anonymous;
    end if;
    perform private.claim_email(
        u.id,
        case when account ->> 'email_confirmed_at' is not null then nullif(account ->> 'email', '') end
    )
    from public.users u where u.auth_user_id = new.id;
    return null;
end;
$$;

comment on function private.follow_auth_user is
    'Trigger on auth.users: makes the person at sign-up (password, Google, GitHub, anonymous) and follows a confirmed change of address.';

revoke execute on function private.unwrapped, private.claim_email, private.follow_auth_user from public, anon, authenticated;

create trigger learnbase_follow_sign_up after insert on auth.users
    for each row execute function private.follow_auth_user();
create trigger learnbase_follow_change after update on auth.users
    for each row execute function private.follow_auth_user();

-- Definer: only the service may call it, and it writes what people may not.
create function worker.upsert_user(
    clerk_user_id text,
    email text default null,
    name text default null,
    time_zone text default null
) returns uuid
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
    person uuid;
begin
    if coalesce(upsert_user.clerk_user_id, '') = '' then
        perform private.refuse(422, 'missing_clerk_user_id', 'clerk_user_id', 'clerk_user_id is missing', 'Send the id from Clerk''s verified token or webhook');
    end if;
    insert into public.users as u (clerk_user_id, name, time_zone)
    values (
        upsert_user.clerk_user_id,
        nullif(btrim(left(regexp_replace(upsert_user.name, '[[:cntrl:]]', '', 'g'), 200)), ''),
        coalesce(upsert_user.time_zone, 'UTC')
    )
    on conflict (clerk_user_id) do update
        set name = coalesce(excluded.name, u.name),
            time_zone = coalesce(upsert_user.time_zone, u.time_zone)
    returning u.id into person;
    if upsert_user.email is not null then
        perform private.claim_email(person, upsert_user.email);
    end if;
    return person;
end;
$$;

comment on function worker.upsert_user is
    'Makes or updates a person who signs in with Clerk. The address must be one that Clerk has verified; null leaves what is there.';

revoke execute on function worker.upsert_user from public, anon, authenticated;
grant execute on function worker.upsert_user to service_role;

-- Definer: auth.users belongs to Supabase Auth.
create function private.delete_person(person uuid) returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
    account uuid;
begin
    select u.auth_user_id into account from public.users u where u.id = person for update;
    delete from public.users u where u.id = person;
    delete from auth.users a where a.id = account;
end;
$$;

comment on function private.delete_person is 'Removes a person, their sign-in and, by cascade, everything of theirs.';

revoke execute on function private.delete_person from public, anon, authenticated;

-- Definer: it may touch one person only, the one who asks.
create function private.delete_own_account() returns void
language sql
security definer
set search_path = ''
begin atomic
    select private.delete_person(private.current_user_id());
end;

comment on function private.delete_own_account is 'Deletes the account of whoever asks.';

revoke execute on function private.delete_own_account from public, anon, authenticated;
grant execute on function private.delete_own_account to authenticated;

create function public.delete_account() returns void
language sql
set search_path = ''
begin atomic
    select private.delete_own_account();
end;

comment on function public.delete_account is
    'Deletes my account and everything of mine: plans (also where others follow them), progress, notes, generations. There is no way back.';

revoke execute on function public.delete_account from public, anon, authenticated, service_role;
grant execute on function public.delete_account to authenticated;

-- Security --------------------------------------------------------------------------------------

alter table public.users enable row level security;
alter table public.tier_limits enable row level security;

create policy "People read their own row" on public.users
    for select to authenticated
    using (id = (select private.current_user_id()));

create policy "People update their own profile" on public.users
    for update to authenticated
    using (id = (select private.current_user_id()))
    with check (id = (select private.current_user_id()));

create policy "Signed-in people read the limits" on public.tier_limits
    for select to authenticated
    using ((select private.current_user_id()) is not null);

revoke all on public.users, public.tier_limits from public, anon, authenticated, service_role;
select private.let_people_read('public.users'), private.let_people_read('public.tier_limits');
grant update (name, time_zone, locale) on public.users to authenticated;
grant select, insert, update, delete on public.users to service_role;
grant select, update on public.tier_limits to service_role;
