-- The inbox for every provider's webhooks: kept once each, acted on after they are kept.

create table public.webhook_events (
    id uuid primary key default gen_random_uuid(),
    source text not null,
    external_id text not null,
    type text not null,
    payload jsonb not null,
    received_at timestamptz not null default now(),
    handled_at timestamptz,
    error jsonb,
    constraint webhook_events_arrive_once unique (source, external_id),
    constraint webhook_events_source_is_a_name check (source ~ '^[a-z][a-z_]{0,40}$'),
    constraint webhook_events_external_id_is_bounded check (char_length(external_id) between 1 and 300)
);

comment on table public.webhook_events is
    'Events that outside services sent, signature verified; for the service alone. Inserted and acted on, or enqueued, in one transaction.';
comment on column public.webhook_events.external_id is 'The provider''s id of the event: a repeat is refused.';
comment on column public.webhook_events.handled_at is 'Set after the event was acted on with success.';

create index idx_webhook_events_unhandled on public.webhook_events (source, received_at) where handled_at is null;

create trigger webhook_events_keep_fixed before update on public.webhook_events
    for each row execute function private.keep_fixed('id', 'source', 'external_id', 'payload', 'received_at');

alter table public.webhook_events enable row level security;

create policy "The service keeps the inbox" on public.webhook_events
    for all to service_role
    using (true)
    with check (true);

revoke all on public.webhook_events from public, anon, authenticated, service_role;
grant select, insert, update, delete on public.webhook_events to service_role;
