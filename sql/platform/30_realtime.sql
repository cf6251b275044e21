-- Realtime's side in the database: what is broadcast is recorded instead of sent, so that a test
-- can read it. On hosted Supabase the table is partitioned and belongs to Realtime; there,
-- `postgres` may write policies on it all the same, so here it owns it.
-- Runs in each new database, as supabase_admin.

create schema realtime authorization supabase_admin;
grant usage on schema realtime to anon, authenticated, service_role, postgres;

create table realtime.messages (
    id uuid not null default gen_random_uuid() primary key,
    topic text not null,
    extension text not null,
    payload jsonb,
    event text,
    private boolean default false,
    inserted_at timestamp without time zone not null default now(),
    updated_at timestamp without time zone not null default now()
);
alter table realtime.messages enable row level security;
alter table realtime.messages owner to postgres;
grant select, insert, update on realtime.messages to anon, authenticated, service_role;

create function realtime.topic() returns text
language sql stable
as $$ select nullif(current_setting('realtime.topic', true), '') $$;
comment on function realtime.topic() is 'The topic that somebody is joining, for policies on realtime.messages';

-- A definer, because on hosted Supabase whoever may call it may send; an error there is a warning.
create function realtime.send(payload jsonb, event text, topic text, private boolean default true)
returns void
language plpgsql security definer
set search_path = ''
as $$
begin
    insert into realtime.messages (payload, event, topic, private, extension)
    values (payload, event, topic, private, 'broadcast');
exception when others then
    raise warning 'ErrorSendingBroadcastMessage: %', sqlerrm;
end
$$;
comment on function realtime.send(jsonb, text, text, boolean) is 'Broadcasts a message; here it is recorded in realtime.messages';
alter function realtime.send(jsonb, text, text, boolean) owner to postgres;

create publication supabase_realtime;
alter publication supabase_realtime owner to postgres;
