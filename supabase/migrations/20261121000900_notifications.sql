-- Notifications: one row per delivery, for every kind and channel, from queued to read.

create type public.notification_channel as enum ('email', 'in_app', 'sms');
create type public.notification_status as enum (
    'queued', 'sent', 'delivered', 'opened', 'bounced', 'complained', 'failed', 'suppressed', 'unknown'
);
comment on type public.notification_channel is 'How a message reaches its person.';
comment on type public.notification_status is
    'How a delivery stands; unknown: it was handed over and no reply came, so it is not sent again blindly.';

create table public.notifications (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references public.users (id) on delete cascade,
    kind text not null,
    channel public.notification_channel not null,
    dedupe_key text not null unique,
    subject text,
    body_text text,
    body_html text,
    context jsonb not null default '{}',
    status public.notification_status not null default 'queued',
    reason text,
    batch_id uuid,
    provider_id text unique,
    sent_at timestamptz,
    delivered_at timestamptz,
    opened_at timestamptz,
    bounced_at timestamptz,
    read_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint notifications_kind_is_a_name check (kind ~ '^[a-z][a-z_]{0,60}$'),
    constraint notifications_dedupe_key_is_bounded check (char_length(dedupe_key) between 1 and 300),
    constraint notifications_subject_is_a_line check (char_length(subject) <= 300 and subject !~ '[[:cntrl:]]')
);

comment on table public.notifications is 'What was written to whom, by which channel, and how its delivery went.';
comment on column public.notifications.kind is 'What it is about, such as weekly_summary.';
comment on column public.notifications.dedupe_key is 'One effect, however often it is tried: a second row with the same key is refused.';
comment on column public.notifications.context is 'Ids of what it is about, for links in the app.';
comment on column public.notifications.reason is 'Why it failed, bounced or was suppressed, in words.';
comment on column public.notifications.batch_id is 'Deliveries handed to the provider in one request share it.';
comment on column public.notifications.provider_id is 'The provider''s own id of the message.';

create index idx_notifications_user_id on public.notifications (user_id, created_at desc);
create index idx_notifications_queued on public.notifications (channel, created_at) where status = 'queued';
create index idx_notifications_batch_id on public.notifications (batch_id) where batch_id is not null;

create trigger notifications_set_updated_at before update on public.notifications
    for each row execute function private.set_updated_at();
create trigger notifications_keep_fixed before update on public.notifications
    for each row execute function private.keep_fixed('id', 'user_id', 'kind', 'channel', 'dedupe_key', 'created_at');

alter table public.notifications enable row level security;

create policy "People read their notifications" on public.notifications
    for select to authenticated
    using (user_id = (select private.current_user_id()));
create policy "People mark their notifications as read" on public.notifications
    for update to authenticated
    using (user_id = (select private.current_user_id()))
    with check (user_id = (select private.current_user_id()));

revoke all on public.notifications from public, anon, authenticated, service_role;
select private.let_people_read('public.notifications');
grant update (read_at) on public.notifications to authenticated;
grant select, insert, update, delete on public.notifications to service_role;
