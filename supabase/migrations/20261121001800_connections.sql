-- Connections: accounts at other services that a person has let us use. Their tokens are sealed by the
-- edge and the workers; the database holds ciphertext, and people never see even that.

select pgmq.create('disconnect');
select pgmq.create('read_busy_times');
insert into worker.queues (queue, lease_seconds, max_failures) values ('disconnect', 60, 8), ('read_busy_times', 60, 3);

create type public.connection_provider as enum ('notion', 'google');
comment on type public.connection_provider is 'Where a person has an account that we may use.';

create type public.connection_status as enum ('active', 'reconnect', 'disconnecting');
comment on type public.connection_status is
    'active: usable; reconnect: the service no longer lets us in, the person connects again; disconnecting: being revoked and forgotten.';

-- Tables ----------------------------------------------------------------------------------------

create table public.connections (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references public.users (id) on delete cascade,
    provider public.connection_provider not null,
    account_id text not null check (char_length(account_id) between 1 and 300),
    account_name text not null default '' check (char_length(account_name) <= 300),
    scopes text[] not null default '{}' check (cardinality(scopes) <= 50),
    status public.connection_status not null default 'active',
    error jsonb check (pg_column_size(error) <= 10000),
    last_used_at timestamptz,
    connected_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint connections_one_a_provider unique (user_id, provider)
);

comment on table public.connections is
    'An account at Notion or Google that a person has connected. Made by the edge (POST /connections/{provider}/start), ended by rpc/disconnect.';
comment on column public.connections.account_name is 'The workspace or the address, as the service says it.';
comment on column public.connections.scopes is 'What the person has granted.';
comment on column public.connections.error is 'Why it must be connected again: {"code", "message", "remedy"}.';
comment on column public.connections.last_used_at is 'When we last used it, to the hour.';

create table private.connection_tokens (
    connection_id uuid primary key references public.connections (id) on delete cascade,
    sealed text not null check (char_length(sealed) <= 20000),
    expires_at timestamptz,
    version bigint not null default 1,
    lease_holder uuid,
    lease_until timestamptz,
    busy_read_at timestamptz
);
comment on table private.connection_tokens is
    'The sealed tokens of a connection. version rises with each change; the lease lets one worker at a time refresh them.';
comment on column private.connection_tokens.busy_read_at is 'When its free/busy times were last asked for.';

create table private.oauth_states (
    state_hash text primary key check (char_length(state_hash) = 64),
    user_id uuid not null references public.users (id) on delete cascade,
    provider public.connection_provider not null,
    sealed_verifier text not null check (char_length(sealed_verifier) <= 4000),
    sealed_code text check (char_length(sealed_code) <= 8000),
    return_to text not null check (char_length(return_to) <= 2000),
    expires_at timestamptz not null default now() + interval '10 minutes',
    created_at timestamptz not null default now()
);
comment on table private.oauth_states is
    'Connections that somebody is about to make: each is used once, for one person and provider, within ten minutes.';
create index idx_oauth_states_user_id on private.oauth_states (user_id, created_at);

create trigger connections_set_updated_at before update on public.connections
    for each row execute function private.set_updated_at();
create trigger connections_keep_fixed before update on public.connections
    for each row execute function private.keep_fixed('id', 'user_id', 'provider', 'created_at');

alter table public.users add column closing_at timestamptz;
comment on column public.users.closing_at is
    'When the person asked to be deleted: what is theirs outside is cleaned up first. Null for everybody else.';
select private.let_people_read('public.users');

alter table public.busy_times add column source public.connection_provider;
comment on column public.busy_times.source is
    'The connection that it was read from, every few hours anew; null for what the person wrote themselves.';
select private.let_people_read('public.busy_times');

-- Security --------------------------------------------------------------------------------------

alter table public.connections enable row level security;
alter table private.connection_tokens enable row level security;
alter table private.oauth_states enable row level security;
create policy "People read their own connections" on public.connections
    for select to authenticated using (user_id = (select private.current_user_id()));
create policy "The service reads the sealed tokens" on private.connection_tokens for select to service_role using (true);
create policy "The service reads the states" on private.oauth_states for select to service_role using (true);
revoke all on public.connections, private.connection_tokens, private.oauth_states
    from public, anon, authenticated, service_role;
select private.let_people_read('public.connections');
grant select, insert, update, delete on public.connections to service_role;
grant select on private.connection_tokens, private.oauth_states to service_role;

-- Connecting: what the edge calls. Definer throughout, as all of worker. -------------------------

create function private.read_provider(value text) returns public.connection_provider
language plpgsql
immutable
set search_path = ''
as $$
begin
    if value is null or value not in ('notion', 'google') then
        perform private.refuse(422, 'invalid_provider', 'provider', 'There is no such provider', 'Send notion or google');
    end if;
    return value::public.connection_provider;
end;
$$;

comment on function private.read_provider is 'A provider from its name; refuses any other, naming the field.';

create function worker.begin_connection(user_id uuid, provider text, state_hash text, sealed_verifier text, return_to text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
    -- One after the other: what is kept of a person stays bounded.
    perform from public.users u where u.id = begin_connection.user_id for no key update;
    delete from private.oauth_states s
    where s.expires_at < now() or s.state_hash in (
        select o.state_hash from private.oauth_states o
        where o.user_id = begin_connection.user_id order by o.created_at desc, o.state_hash offset 9
    );
    insert into private.oauth_states (state_hash, user_id, provider, sealed_verifier, return_to)
    values (
        begin_connection.state_hash, begin_connection.user_id, private.read_provider(begin_connection.provider),
        begin_connection.sealed_verifier, begin_connection.return_to
    );
end;
$$;

comment on function worker.begin_connection is
    'Remembers that somebody set out to connect: the state''s SHA-256, the sealed PKCE verifier and where to go afterwards.';

create function worker.keep_oauth_code(provider text, state_hash text, sealed_code text) returns jsonb
language sql
security definer
set search_path = ''
begin atomic
    update private.oauth_states s set sealed_code = keep_oauth_code.sealed_code
    where s.state_hash = keep_oauth_code.state_hash
        and s.provider = private.read_provider(keep_oauth_code.provider)
        and s.sealed_code is null and s.expires_at > now()
    returning jsonb_build_object('return_to', s.return_to);
end;

comment on function worker.keep_oauth_code is
    'Keeps the sealed code that a service sent back, once; answers where to go, or null where there is no such state.';

create function worker.claim_oauth_state(provider text, state_hash text, user_id uuid) returns jsonb
language sql
security definer
set search_path = ''
begin atomic
    delete from private.oauth_states s
    where s.state_hash = claim_oauth_state.state_hash
        and s.provider = private.read_provider(claim_oauth_state.provider)
        and s.user_id = claim_oauth_state.user_id
        and s.sealed_code is not null and s.expires_at > now()
    returning jsonb_build_object('sealed_verifier', s.sealed_verifier, 'sealed_code', s.sealed_code);
end;

comment on function worker.claim_oauth_state is
    'Takes a state with its code, once, for the person who began; null for anybody else''s, an old or a used one.';

create function private.request_busy_times(connection uuid) returns void
language plpgsql
set search_path = ''
as $$
begin
    update private.connection_tokens t set busy_read_at = now()
    from public.connections c
    where t.connection_id = connection and c.id = connection and c.provider = 'google' and c.status = 'active'
        and 'https://www.googleapis.com/auth/calendar.events.freebusy' = any (c.scopes);
    if found then
        perform private.enqueue('read_busy_times', jsonb_build_object('v', 1, 'connection_id', connection));
    end if;
end;
$$;

comment on function private.request_busy_times is 'Asks for the free/busy times of a connection that lets us read them.';

create function worker.save_connection(
    user_id uuid,
    provider text,
    account_id text,
    account_name text,
    scopes text[],
    sealed_tokens text,
    expires_at timestamptz default null
) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_variable
declare
    named public.connection_provider := private.read_provider(provider);
    held public.connections;
begin
    perform from public.users u where u.id = user_id and u.closing_at is null for no key update; -- and stays so
    if not found then
        perform private.refuse(409, 'account_is_closing', 'user_id', 'The account is being deleted', 'Nothing can be connected to it any more');
    end if;
    select c.* into held from public.connections c where c.user_id = save_connection.user_id and c.provider = named for no key update;
    if held.status = 'disconnecting' then
        perform private.refuse(409, 'still_disconnecting', 'provider', 'The old connection is still being ended', 'Try again in a minute');
    elsif held.account_id <> account_id and exists (
        select from public.exports e where e.connection_id = held.id and e.container is not null and e.status <> 'removed'
    ) then
        perform private.refuse(
            409, 'other_account', 'provider', 'Another account is connected, and there are exports in it',
            'Disconnect it first (what was exported stays there), or choose the same account'
        );
    end if;
    insert into public.connections as c (user_id, provider, account_id, account_name, scopes)
    values (user_id, named, account_id, left(coalesce(account_name, ''), 300), coalesce(scopes, '{}'))
    on conflict on constraint connections_one_a_provider do update
        set account_id = excluded.account_id, account_name = excluded.account_name, scopes = excluded.scopes,
            status = 'active', error = null, connected_at = now()
    returning c.* into held;
    insert into private.connection_tokens as t (connection_id, sealed, expires_at)
    values (held.id, sealed_tokens, expires_at)
    on conflict (connection_id) do update
        set sealed = excluded.sealed, expires_at = excluded.expires_at, version = t.version + 1,
            lease_holder = null, lease_until = null;
    -- What had not begun in the account before begins in this one.
    delete from public.export_items i
    using public.exports e
    where e.id = i.export_id and e.connection_id = held.id and e.account_id <> held.account_id;
    update public.exports e
    set account_id = held.account_id,
        container = null, url = null, -- what stayed of a removed one is in the account before
        -- Whoever is at it with the tokens of before stops.
        turn = case when e.status = 'running' then e.turn + 1 else e.turn end,
        under_way = e.under_way and e.status <> 'running',
        status = case when e.status = 'running' then 'queued' else e.status end
    where e.connection_id = held.id and e.account_id <> held.account_id;
    if not 'https://www.googleapis.com/auth/calendar.events.freebusy' = any (held.scopes) then
        -- Nobody reads them again: they would be in the way for good.
        delete from public.busy_times b where b.user_id = save_connection.user_id and b.source = named;
    end if;
    perform private.request_busy_times(held.id);
    perform private.resume_exports(held.id);
    return jsonb_build_object('connection_id', held.id);
end;
$$;

comment on function worker.save_connection is
    'Keeps a connection with its sealed tokens, in place of what there was of this provider; what waited for it goes on.';

-- Tokens ----------------------------------------------------------------------------------------

create function worker.load_tokens(connection_id uuid) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
begin
    update public.connections c set last_used_at = date_trunc('hour', now())
    where c.id = load_tokens.connection_id and c.last_used_at is distinct from date_trunc('hour', now());
    return (
        select jsonb_build_object(
            'status', c.status, 'sealed_tokens', t.sealed, 'expires_at', t.expires_at, 'version', t.version,
            'user_id', c.user_id, 'provider', c.provider, 'account_id', c.account_id
        )
        from public.connections c
        join private.connection_tokens t on t.connection_id = c.id
        where c.id = load_tokens.connection_id
    );
end;
$$;

comment on function worker.load_tokens is 'The sealed tokens of a connection and how it stands; null where there is none.';

create function worker.lease_refresh(connection_id uuid, version bigint, holder uuid, seconds integer) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_variable
declare
    held private.connection_tokens;
begin
    select t.* into held from private.connection_tokens t where t.connection_id = lease_refresh.connection_id for update;
    if held.connection_id is null or exists (
        select from public.connections c where c.id = lease_refresh.connection_id and c.status <> 'active'
    ) then
        return jsonb_build_object('standing', 'broken');
    elsif held.version <> version then
        return jsonb_build_object('standing', 'fresh');
    elsif held.lease_until > clock_timestamp() and held.lease_holder <> holder then
        return jsonb_build_object(
            'standing', 'wait', 'seconds', ceil(extract(epoch from held.lease_until - clock_timestamp()))
        );
    end if;
    update private.connection_tokens t
    set lease_holder = holder, lease_until = clock_timestamp() + make_interval(secs => least(greatest(seconds, 1), 300))
    where t.connection_id = lease_refresh.connection_id;
    return jsonb_build_object('standing', 'leased');
end;
$$;

comment on function worker.lease_refresh is
    'Lets one worker refresh the tokens of this version: leased, wait (somebody does it), fresh (somebody has done it) or broken.';

create function worker.save_refreshed(
    connection_id uuid, holder uuid, version bigint, sealed_tokens text, expires_at timestamptz default null
) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_variable
begin
    update private.connection_tokens t
    set sealed = sealed_tokens, expires_at = save_refreshed.expires_at, version = t.version + 1,
        lease_holder = null, lease_until = null
    where t.connection_id = save_refreshed.connection_id and t.version = save_refreshed.version
        and t.lease_holder = holder;
    return found;
end;
$$;

comment on function worker.save_refreshed is
    'Keeps refreshed tokens; false where the lease went to somebody else or the version is another.';

create function worker.break_connection(connection_id uuid, version bigint, code text) returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
    update public.connections c
    set status = 'reconnect',
        error = jsonb_build_object(
            'code', break_connection.code, 'message', 'The service no longer lets us in',
            'remedy', 'Connect the account again'
        )
    from private.connection_tokens t
    where c.id = break_connection.connection_id and t.connection_id = c.id
        and t.version = break_connection.version and c.status = 'active';
    if found then
        perform private.stop_exports(break_connection.connection_id, 'reconnect');
    end if;
end;
$$;

comment on function worker.break_connection is
    'The service refused these tokens for good: the person is told to connect again, and nothing is retried until then.';

create function worker.connections_to_reseal(key_id text, after uuid default null, most integer default 500)
returns table (connection_id uuid, user_id uuid, provider public.connection_provider, version bigint, sealed_tokens text)
language sql
stable
security definer
set search_path = ''
begin atomic
    select c.id, c.user_id, c.provider, t.version, t.sealed
    from private.connection_tokens t
    join public.connections c on c.id = t.connection_id
    where split_part(t.sealed, '.', 2) <> connections_to_reseal.key_id
        and (connections_to_reseal.after is null or t.connection_id > connections_to_reseal.after)
    order by c.id
    limit least(greatest(connections_to_reseal.most, 1), 1000);
end;

comment on function worker.connections_to_reseal is 'Connections whose tokens are sealed with another key than this one.';

create function worker.reseal_tokens(connection_id uuid, version bigint, sealed_tokens text) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
    update private.connection_tokens t set sealed = reseal_tokens.sealed_tokens
    where t.connection_id = reseal_tokens.connection_id and t.version = reseal_tokens.version;
    return found;
end;
$$;

comment on function worker.reseal_tokens is
    'Keeps the same tokens sealed anew; false where they were refreshed meanwhile, with the new key anyway.';

-- Disconnecting ---------------------------------------------------------------------------------

create function private.begin_disconnect(connection uuid) returns void
language plpgsql
set search_path = ''
as $$
declare
    refreshing interval;
begin
    update public.connections c set status = 'disconnecting' where c.id = connection and c.status <> 'disconnecting';
    if found then
        perform private.stop_exports(connection, 'disconnected');
        -- Tokens that are being refreshed in this moment are the ones to revoke.
        select t.lease_until - clock_timestamp() into refreshing
        from private.connection_tokens t where t.connection_id = connection for update;
        perform private.enqueue(
            'disconnect', jsonb_build_object('v', 1, 'connection_id', connection),
            greatest(ceil(extract(epoch from refreshing)), 0)::integer
        );
    end if;
end;
$$;

comment on function private.begin_disconnect is 'Stops what uses a connection, and has it revoked and forgotten.';

-- Definer: connections are written by the service; it touches those of whoever asks.
create function private.disconnect_own(provider text) returns public.connection_status
language plpgsql
security definer
set search_path = ''
as $$
declare
    named public.connection_provider := private.read_provider(provider);
    mine uuid;
begin
    select c.id into mine
    from public.connections c where c.user_id = private.current_user_id() and c.provider = named for no key update;
    if mine is null then
        perform private.refuse(404, 'not_connected', 'provider', 'There is no such connection', 'Nothing has to be disconnected');
    end if;
    perform private.begin_disconnect(mine);
    return (select c.status from public.connections c where c.id = mine);
end;
$$;

comment on function private.disconnect_own is 'What disconnect does.';

create function public.disconnect(provider text) returns public.connection_status
language sql
set search_path = ''
begin atomic
    select private.disconnect_own(provider);
end;

comment on function public.disconnect is
    'Ends my connection to notion or google: revoked at the service, its tokens forgotten. What was exported stays there; to have it away, rpc/remove_export first.';

create function worker.load_disconnect(msg_id bigint, read_ct integer) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    delivery record := private.hold_delivery('disconnect', msg_id, read_ct);
    found_one jsonb;
begin
    if delivery.standing <> 'held' then
        return jsonb_build_object('standing', 'stale');
    end if;
    select jsonb_build_object('id', c.id, 'user_id', c.user_id, 'provider', c.provider, 'sealed_tokens', t.sealed)
    into found_one
    from public.connections c
    left join private.connection_tokens t on t.connection_id = c.id
    where c.id = (delivery.message ->> 'connection_id')::uuid and c.status = 'disconnecting';
    if found_one is null then
        return jsonb_build_object('standing', 'obsolete');
    end if;
    return jsonb_build_object('standing', 'held', 'connection', found_one);
end;
$$;

comment on function worker.load_disconnect is 'The connection that a delivery is to revoke, with its sealed tokens.';

create function private.apply_disconnect(message jsonb, result jsonb) returns void
language plpgsql
set search_path = ''
as $$
begin
    delete from public.busy_times b
    using public.connections c
    where c.id = (message ->> 'connection_id')::uuid and c.status = 'disconnecting'
        and b.user_id = c.user_id and b.source = c.provider;
    delete from public.connections c where c.id = (message ->> 'connection_id')::uuid and c.status = 'disconnecting';
end;
$$;

comment on function private.apply_disconnect is 'Forgets a connection that was revoked, and the busy times that were read from it.';

create function private.settle_disconnect(message jsonb, error jsonb, final boolean) returns void
language plpgsql
set search_path = ''
as $$
begin
    if final then
        perform private.apply_disconnect(message, '{}'); -- the person wants to be rid of it, whatever the service says
    end if;
exception when invalid_text_representation then
    return; -- the message names nobody
end;
$$;

comment on function private.settle_disconnect is 'A service that cannot be reached keeps nobody connected.';

create function private.revive_disconnect(message jsonb) returns boolean
language sql
set search_path = ''
begin atomic
    select false;
end;

comment on function private.revive_disconnect is 'There is nothing left to revoke.';

create function worker.complete_disconnect(outcomes jsonb)
returns table (msg_id bigint, read_ct integer, standing text, problem jsonb)
language sql
security definer
set search_path = ''
begin atomic
    select c.* from private.complete_jobs('disconnect', outcomes) c;
end;

comment on function worker.complete_disconnect is 'Settles deliveries of disconnect; the result is {"revoked", "code"}.';

-- Free and busy ---------------------------------------------------------------------------------

create function worker.load_read_busy_times(msg_id bigint, read_ct integer, at timestamptz default now()) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    delivery record := private.hold_delivery('read_busy_times', msg_id, read_ct);
    found_one jsonb;
begin
    if delivery.standing <> 'held' then
        return jsonb_build_object('standing', 'stale');
    end if;
    select jsonb_build_object('id', c.id, 'user_id', c.user_id, 'provider', c.provider, 'account_id', c.account_id)
    into found_one
    from public.connections c
    where c.id = (delivery.message ->> 'connection_id')::uuid and c.status = 'active';
    if found_one is null then
        return jsonb_build_object('standing', 'obsolete');
    end if;
    return jsonb_build_object(
        'standing', 'held', 'connection', found_one, 'from', at, 'until', at + interval '56 days'
    );
end;
$$;

comment on function worker.load_read_busy_times is 'The connection, and from when to when its free/busy times are wanted.';

create function private.apply_read_busy_times(message jsonb, result jsonb) returns void
language plpgsql
set search_path = ''
as $$
declare
    person uuid;
    today timestamptz := date_trunc('day', now() at time zone 'UTC') at time zone 'UTC';
    read_now jsonb;
begin
    if jsonb_typeof(result -> 'busy') is distinct from 'array' then
        raise invalid_parameter_value using message = 'the result has no busy times';
    end if;
    -- The account first, as connecting does, and looked at then: it may be connected anew at this moment.
    perform from public.users u
    where u.id = (select c.user_id from public.connections c where c.id = (message ->> 'connection_id')::uuid)
    for no key update;
    select c.user_id into person
    from public.connections c
    where c.id = (message ->> 'connection_id')::uuid and c.status = 'active'
        and 'https://www.googleapis.com/auth/calendar.events.freebusy' = any (c.scopes); -- and not any more
    if person is null then
        return;
    end if;
    -- Of an absence without end, a year; and never more than a person may have.
    select coalesce(jsonb_agg(jsonb_build_array(w.starts_at, w.ends_at)), '[]') into read_now
    from (
        select greatest((e.value ->> 0)::timestamptz, today - interval '1 day') as starts_at,
            least((e.value ->> 1)::timestamptz, greatest((e.value ->> 0)::timestamptz, today - interval '1 day') + interval '366 days') as ends_at
        from jsonb_array_elements(result -> 'busy') e
        order by 1
        limit least(1000, 2000 - (select count(*) from public.busy_times b where b.user_id = person and b.source is null))
    ) w
    where w.starts_at < w.ends_at;
    -- What is the same stays: each change places all plans of the person anew.
    delete from public.busy_times b
    where b.user_id = person and b.source = 'google' and not exists (
        select from jsonb_array_elements(read_now) w
        where (w.value ->> 0)::timestamptz = b.starts_at and (w.value ->> 1)::timestamptz = b.ends_at
    );
    insert into public.busy_times (user_id, starts_at, ends_at, source)
    select distinct person, (w.value ->> 0)::timestamptz, (w.value ->> 1)::timestamptz, 'google'::public.connection_provider
    from jsonb_array_elements(read_now) w
    where not exists (
        select from public.busy_times b
        where b.user_id = person and b.source = 'google'
            and b.starts_at = (w.value ->> 0)::timestamptz and b.ends_at = (w.value ->> 1)::timestamptz
    );
end;
$$;

comment on function private.apply_read_busy_times is 'Takes over what changed of a person''s busy times; their plans are placed anew only then.';

create function private.settle_read_busy_times(message jsonb, error jsonb, final boolean) returns void
language sql
set search_path = ''
begin atomic
    select; -- what was not read comes round again
end;

comment on function private.settle_read_busy_times is 'Nobody waits for busy times: they are asked for again.';

create function worker.complete_read_busy_times(outcomes jsonb)
returns table (msg_id bigint, read_ct integer, standing text, problem jsonb)
language sql
security definer
set search_path = ''
begin atomic
    select c.* from private.complete_jobs('read_busy_times', outcomes) c;
end;

comment on function worker.complete_read_busy_times is 'Settles deliveries of read_busy_times; the result is {"busy": [[from, until], …]}.';

create function private.enqueue_busy_times(at timestamptz default now(), most integer default 10000) returns integer
language sql
set search_path = ''
begin atomic
    with due as (
        select t.connection_id
        from private.connection_tokens t
        join public.connections c on c.id = t.connection_id
        where c.provider = 'google' and c.status = 'active' and coalesce(t.busy_read_at, '-infinity') < at - interval '6 hours'
            and 'https://www.googleapis.com/auth/calendar.events.freebusy' = any (c.scopes)
        order by t.busy_read_at nulls first
        limit most
        for update of t skip locked
    ), marked as (
        update private.connection_tokens t set busy_read_at = at from due d where t.connection_id = d.connection_id
        returning t.connection_id
    )
    select count(private.enqueue('read_busy_times', jsonb_build_object('v', 1, 'connection_id', m.connection_id)))::integer
    from marked m;
end;

comment on function private.enqueue_busy_times is 'Asks for the free/busy times of connections that were not asked for six hours.';
