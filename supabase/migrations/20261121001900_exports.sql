-- Exports: a learner's plan in their Notion or their Google Calendar. An export is asked for once and
-- lives on; asked for again it changes outside only what changed here. What we made outside is written
-- down item by item, so that a death anywhere resumes where it was.

select pgmq.create('export_notion');
select pgmq.create('export_google_calendar');
select pgmq.create('close_account');
insert into worker.queues (queue, lease_seconds, max_failures) values
    ('export_notion', 60, 8), ('export_google_calendar', 60, 8), ('close_account', 60, 8);

create type public.export_action as enum ('export', 'remove');
comment on type public.export_action is 'Whether the plan is to be put there, or what we put there taken away.';

create type public.export_status as enum ('queued', 'running', 'succeeded', 'stopped', 'failed', 'cancelled', 'removed');
comment on type public.export_status is
    'stopped: it waits for the learner (see needs and error); failed: it was tried often enough; removed: nothing of ours is there any more, or see stays.';

create type public.export_item_state as enum ('sending', 'sent', 'removing');
comment on type public.export_item_state is 'sending and removing: a request is on its way, or was when its worker died.';

-- Tables ----------------------------------------------------------------------------------------

create table public.exports (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references public.users (id) on delete cascade,
    plan_id uuid references public.learning_plans (id) on delete set null,
    connection_id uuid references public.connections (id) on delete set null,
    provider public.connection_provider not null,
    account_id text not null,
    topic text not null,
    action public.export_action not null default 'export',
    status public.export_status not null default 'queued',
    needs text check (needs in ('word', 'reconnect')),
    error jsonb check (pg_column_size(error) <= 10000),
    options jsonb not null default '{}' check (jsonb_typeof(options) = 'object' and pg_column_size(options) <= 2000),
    container jsonb check (pg_column_size(container) <= 20000),
    url text check (char_length(url) <= 2000),
    done integer not null default 0 check (done >= 0),
    total integer check (total >= 0),
    changed jsonb check (pg_column_size(changed) <= 2000),
    stays jsonb not null default '[]' check (pg_column_size(stays) <= 100000),
    confirmed boolean not null default false,
    in_step boolean not null default true,
    clean_up boolean not null default true,
    wanted integer not null default 1 check (wanted >= 1),
    taken integer not null default 0,
    stamp text,
    turn integer not null default 0,
    under_way boolean not null default false,
    requested_at timestamptz not null default now(),
    finished_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint exports_one_a_place unique (user_id, plan_id, provider)
);

comment on table public.exports is
    'A plan of a learner at an outside service. Asked for by rpc/start_export, again and again; taken away by rpc/remove_export. Follow status, done of total, changed and error.';
comment on column public.exports.plan_id is 'Null once the plan was deleted; the row stays until the outside is clean.';
comment on column public.exports.needs is 'What a stopped export waits for: word (rpc/confirm_export) or reconnect (connect the account again).';
comment on column public.exports.error is 'Why it stopped or failed: {"code", "message", "remedy"}.';
comment on column public.exports.options is 'notion: {"parent": {"type": "workspace"} or {"type": "page_id", "page_id"}}; google: {"reminders": "preferred" | "calendar" | "none"}.';
comment on column public.exports.container is 'What we made there to hold the items: a database, or a calendar.';
comment on column public.exports.url is 'Where the learner finds it.';
comment on column public.exports.changed is 'What the last run did: {"created", "updated", "deleted", "unchanged", "kept"}.';
comment on column public.exports.stays is 'Sentences about what of ours remains there, and why.';
comment on column public.exports.in_step is 'Whether it follows by itself when the plan changes.';
comment on column public.exports.clean_up is 'Whether it is taken away when the plan, or the account, is deleted.';
comment on column public.exports.stamp is 'What the plan was like at the last run.';
comment on column public.exports.turn is 'Counts its messages; a worker with an older one stops.';
comment on column public.exports.under_way is 'Whether a message of it is under way: one a connection at most.';

create index idx_exports_plan_id on public.exports (plan_id);
create index idx_exports_connection_id on public.exports (connection_id, requested_at);

create table public.export_items (
    id uuid primary key default gen_random_uuid(),
    export_id uuid not null references public.exports (id) on delete cascade,
    key uuid not null,
    state public.export_item_state not null,
    external_id text check (char_length(external_id) <= 1024),
    hash text check (char_length(hash) <= 200),
    etag text check (char_length(etag) <= 4000),
    since timestamptz not null default now(),
    constraint export_items_one_a_key unique (export_id, key)
);

comment on table public.export_items is
    'One thing that an export made outside: a page for a task, an event for a session. Kept when its task is gone, until the outside is clean.';
comment on column public.export_items.key is 'The task (Notion) or the session (Google Calendar).';
comment on column public.export_items.hash is 'Of the content that was sent last.';
comment on column public.export_items.since is 'When it came into its state.';

create trigger exports_set_updated_at before update on public.exports
    for each row execute function private.set_updated_at();
create trigger exports_keep_fixed before update on public.exports
    for each row execute function private.keep_fixed('id', 'user_id', 'provider', 'created_at');

create trigger export_items_keep_fixed before update on public.export_items
    for each row execute function private.keep_fixed('id', 'export_id', 'key');

-- Security --------------------------------------------------------------------------------------

alter table public.exports enable row level security;
alter table public.export_items enable row level security;
create policy "Learners read their own exports" on public.exports
    for select to authenticated using (user_id = (select private.current_user_id()));
create policy "Learners choose what becomes of their own exports" on public.exports
    for update to authenticated
    using (user_id = (select private.current_user_id())) with check (user_id = (select private.current_user_id()));
create policy "Learners read the items of their own exports" on public.export_items
    for select to authenticated
    using (export_id = any (array(select e.id from public.exports e where e.user_id = (select private.current_user_id()))));
revoke all on public.exports, public.export_items from public, anon, authenticated, service_role;
select private.let_people_read('public.exports'), private.let_people_read('public.export_items');
grant update (in_step, clean_up) on public.exports to authenticated;
grant select, insert, update, delete on public.exports, public.export_items to service_role;

-- One a connection at a time --------------------------------------------------------------------

create function private.export_queue(provider public.connection_provider) returns text
language sql
immutable
set search_path = ''
return case provider when 'notion' then 'export_notion' else 'export_google_calendar' end;

comment on function private.export_queue is 'The queue that a provider''s exports go through.';

create function private.send_export(export uuid, delay_seconds integer default 0) returns void
language plpgsql
set search_path = ''
as $$
declare
    sent public.exports;
begin
    update public.exports e set turn = e.turn + 1, under_way = true where e.id = export returning e.* into sent;
    perform private.enqueue(
        private.export_queue(sent.provider),
        jsonb_build_object('v', 1, 'export_id', sent.id, 'turn', sent.turn), delay_seconds
    );
end;
$$;

comment on function private.send_export is 'Sends the message of an export; whoever holds an older one is no longer wanted.';

create function private.next_export(connection uuid) returns void
language plpgsql
set search_path = ''
as $$
declare
    next_one uuid;
begin
    perform from public.connections c where c.id = connection for no key update;
    if exists (select from public.exports e where e.connection_id = connection and e.under_way)
        or not exists (select from public.connections c where c.id = connection and c.status = 'active')
    then
        return;
    end if;
    select e.id into next_one
    from public.exports e
    where e.connection_id = connection and e.status in ('queued', 'running')
    order by e.requested_at, e.id limit 1;
    if next_one is not null then
        perform private.send_export(next_one);
    end if;
end;
$$;

comment on function private.next_export is 'Sends whichever export of a connection has waited longest, unless one is under way.';

create function private.stop_exports(connection uuid, code text) returns void
language plpgsql
set search_path = ''
as $$
begin
    update public.exports e
    set status = 'stopped', under_way = false, turn = e.turn + 1, finished_at = now(),
        needs = 'reconnect',
        error = case code
            when 'reconnect' then jsonb_build_object(
                'code', 'reconnect', 'message', 'The service no longer lets us in', 'remedy', 'Connect the account again; it goes on by itself'
            )
            else jsonb_build_object(
                'code', 'disconnected', 'message', 'The account was disconnected', 'remedy', 'Connect it again to go on'
            )
        end
    where e.connection_id = connection and e.status in ('queued', 'running');
end;
$$;

comment on function private.stop_exports is 'Ends what would use a connection that is no longer there, and says why.';

create function private.await_connection(export uuid) returns void
language sql
set search_path = ''
begin atomic
    update public.exports e
    set status = 'stopped', under_way = false, needs = 'reconnect', finished_at = now(),
        error = jsonb_build_object(
            'code', 'reconnect', 'message', 'The account is not connected any more',
            'remedy', 'Connect it again; it goes on by itself'
        )
    where e.id = export;
end;

comment on function private.await_connection is 'Leaves an export until its account is connected again.';

create function private.resume_exports(connection uuid) returns void
language plpgsql
set search_path = ''
as $$
begin
    update public.exports e
    set connection_id = c.id,
        status = case when e.needs = 'reconnect' then 'queued' else e.status end,
        error = case when e.needs = 'reconnect' then null else e.error end,
        needs = nullif(e.needs, 'reconnect')
    from public.connections c
    where c.id = connection and e.user_id = c.user_id and e.provider = c.provider and e.account_id = c.account_id
        and (e.connection_id is null or e.needs = 'reconnect');
    perform private.next_export(connection);
end;
$$;

comment on function private.resume_exports is 'Exports into an account find it again when it is connected anew; what waited for it goes on.';

-- What learners call ----------------------------------------------------------------------------

create type public.export_receipt as (export_id uuid, plan_id uuid, provider public.connection_provider, status public.export_status);
comment on type public.export_receipt is 'How an export stands now; follow its row.';

create function private.check_export_options(provider public.connection_provider, options jsonb) returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
    parent jsonb := options -> 'parent';
begin
    if options is null then
        return '{}'::jsonb;
    elsif jsonb_typeof(options) <> 'object' or pg_column_size(options) > 2000 then
        perform private.refuse(422, 'invalid_options', 'options', 'options is no object', 'Send an object, or leave it out');
    elsif provider = 'notion' and (options - 'parent') <> '{}' then
        perform private.refuse(422, 'invalid_options', 'options', 'Notion knows no such option', 'Send {"parent": …} or nothing');
    elsif provider = 'google' and (options - 'reminders') <> '{}' then
        perform private.refuse(422, 'invalid_options', 'options', 'Google Calendar knows no such option', 'Send {"reminders": …} or nothing');
    elsif options ? 'parent' and not coalesce(
        case when jsonb_typeof(parent) = 'object' then
            parent = '{"type": "workspace"}'
            or (
                parent ->> 'type' = 'page_id' and (parent - array['type', 'page_id']) = '{}'
                and parent ->> 'page_id' ~* '^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$'
            )
        end, false
    ) then
        perform private.refuse(422, 'invalid_parent', 'options.parent', 'The parent is neither the workspace nor a page', 'Send {"type": "workspace"}, or {"type": "page_id", "page_id": …} from GET /connections/notion/places');
    elsif options ? 'reminders' and coalesce(options ->> 'reminders', '') not in ('preferred', 'calendar', 'none') then
        perform private.refuse(422, 'invalid_reminders', 'options.reminders', 'There are no such reminders', 'Send preferred, calendar or none');
    end if;
    return options;
end;
$$;

comment on function private.check_export_options is 'The options of an export; refuses what a provider does not know, naming the field.';

-- Definer, all of these: exports and connections are written by the service; they touch what is of
-- whoever asks.
create function private.start_own_export(plan uuid, provider text, options jsonb) returns public.export_receipt
language plpgsql
security definer
set search_path = ''
as $$
declare
    me uuid := private.current_user_id();
    named public.connection_provider := private.read_provider(provider);
    wished jsonb := private.check_export_options(named, options);
    account public.connections;
    held public.exports;
begin
    perform from public.users u where u.id = me and u.closing_at is null for share; -- and stays so
    if not found then
        perform private.refuse(401, 'not_signed_in', 'authorization', 'Nobody is signed in', 'Sign in and send the token');
    end if;
    perform from public.learning_plans p where p.id = plan for key share;
    if not (private.learner_of(plan, me)).learns then
        perform private.refuse(404, 'plan_not_found', 'plan_id', 'There is no such plan', 'Check the id; follow a public plan to export it');
    end if;
    select c.* into account from public.connections c where c.user_id = me and c.provider = named for no key update;
    if account.id is null or account.status = 'disconnecting' then
        perform private.refuse(409, 'not_connected', 'provider', format('Your account at %s is not connected', initcap(provider)), 'Connect it first: POST EDGE_URL/connections/' || provider || '/start');
    elsif account.status = 'reconnect' then
        perform private.refuse(409, 'reconnect', 'provider', format('%s no longer lets us in', initcap(provider)), 'Connect it again: POST EDGE_URL/connections/' || provider || '/start');
    end if;
    select e.* into held
    from public.exports e where e.user_id = me and e.plan_id = plan and e.provider = named for update;
    if held.account_id <> account.account_id then
        -- What is in another account stays there: it is not ours to reach any more.
        delete from public.export_items i where i.export_id = held.id;
        update public.exports e set container = null, url = null where e.id = held.id;
    end if;
    insert into public.exports as e (user_id, plan_id, connection_id, provider, account_id, topic, options)
    select me, p.id, account.id, named, account.account_id, p.topic, wished
    from public.learning_plans p where p.id = plan
    on conflict on constraint exports_one_a_place do update
        set wanted = e.wanted + 1,
            connection_id = excluded.connection_id, account_id = excluded.account_id, topic = excluded.topic,
            options = case when excluded.options = '{}' then e.options else excluded.options end,
            action = 'export', needs = null, error = null, stays = '[]',
            -- One that is under way is asked once more afterwards, and keeps its place in the line; who
            -- takes things away stops.
            under_way = e.under_way and e.action = 'export',
            turn = case when e.action = 'export' then e.turn else e.turn + 1 end,
            confirmed = e.confirmed and e.status in ('queued', 'running') and e.action = 'export',
            status = case when e.status = 'running' and e.action = 'export' then e.status else 'queued' end,
            done = case when e.status in ('queued', 'running') and e.action = 'export' then e.done else 0 end,
            requested_at = case
                when e.status in ('queued', 'running') and e.action = 'export' then e.requested_at else now()
            end
    returning e.* into held;
    perform private.next_export(account.id);
    return (held.id, plan, named, held.status)::public.export_receipt;
end;
$$;

-- Definer: as above. The connection first, as everybody takes them.
create function private.hold_own_export(export uuid) returns public.exports
language plpgsql
security definer
set search_path = ''
as $$
declare
    me uuid := private.current_user_id();
    held public.exports;
begin
    perform from public.connections c
    where c.id = (select e.connection_id from public.exports e where e.id = export and e.user_id = me) for no key update;
    select e.* into held from public.exports e where e.id = export and e.user_id = me for update;
    if held.id is null then
        perform private.refuse(404, 'export_not_found', 'export_id', 'There is no such export', 'Check the id');
    end if;
    return held;
end;
$$;

-- Definer: as above.
create function private.cancel_own_export(export uuid) returns public.export_receipt
language plpgsql
security definer
set search_path = ''
as $$
declare
    held public.exports := private.hold_own_export(export);
begin
    if held.status not in ('queued', 'running') then
        perform private.refuse(409, 'export_is_' || held.status, 'export_id', format('The export is %s', held.status), 'Only one that is queued or running can be cancelled');
    end if;
    update public.exports e
    set status = 'cancelled', under_way = false, turn = e.turn + 1, finished_at = now() where e.id = export;
    perform private.next_export(held.connection_id);
    return (held.id, held.plan_id, held.provider, 'cancelled')::public.export_receipt;
end;
$$;

-- Definer: as above.
create function private.confirm_own_export(export uuid) returns public.export_receipt
language plpgsql
security definer
set search_path = ''
as $$
declare
    held public.exports := private.hold_own_export(export);
begin
    if held.status <> 'stopped' or held.needs is distinct from 'word' then
        perform private.refuse(409, 'nothing_to_confirm', 'export_id', 'The export asks for nothing', 'Look at its status, needs and error');
    end if;
    update public.exports e
    set confirmed = true, needs = null, error = null, status = 'queued', requested_at = now() where e.id = export;
    if exists (select from public.connections c where c.id = held.connection_id and c.status = 'active') then
        perform private.next_export(held.connection_id);
    else
        perform private.await_connection(export); -- their word is kept until then
    end if;
    return (
        select (e.id, e.plan_id, e.provider, e.status)::public.export_receipt from public.exports e where e.id = export
    );
end;
$$;

create function private.begin_removal(export uuid) returns void
language plpgsql
set search_path = ''
as $$
declare
    account uuid;
begin
    select c.id into account
    from public.exports e
    join public.connections c on c.id = e.connection_id and c.status = 'active'
    where e.id = export;
    update public.exports e
    set action = 'remove', wanted = e.wanted + 1, confirmed = false, done = 0, requested_at = now(),
        -- Whoever is at it with the old wish stops.
        turn = e.turn + 1, under_way = false, status = 'queued', needs = null, error = null
    where e.id = export;
    if account is null then
        perform private.await_connection(export);
    else
        perform private.next_export(account);
    end if;
end;
$$;

-- Definer: as above.
create function private.remove_own_export(export uuid) returns public.export_receipt
language plpgsql
security definer
set search_path = ''
as $$
declare
    held public.exports := private.hold_own_export(export);
begin
    perform private.begin_removal(export);
    return (
        select (e.id, e.plan_id, e.provider, e.status)::public.export_receipt from public.exports e where e.id = export
    );
end;
$$;

comment on function private.start_own_export is 'What start_export does.';
comment on function private.hold_own_export is 'Locks an export of whoever asks, after its connection; refuses any other.';
comment on function private.cancel_own_export is 'What cancel_export does.';
comment on function private.confirm_own_export is 'What confirm_export does.';
comment on function private.begin_removal is 'Has what an export made outside taken away.';
comment on function private.remove_own_export is 'What remove_export does.';

create function public.start_export(plan_id uuid, provider text, options jsonb default null) returns public.export_receipt
language sql
set search_path = ''
begin atomic
    select private.start_own_export(plan_id, provider, options);
end;

create function public.cancel_export(export_id uuid) returns public.export_receipt
language sql
set search_path = ''
begin atomic
    select private.cancel_own_export(export_id);
end;

create function public.confirm_export(export_id uuid) returns public.export_receipt
language sql
set search_path = ''
begin atomic
    select private.confirm_own_export(export_id);
end;

create function public.remove_export(export_id uuid) returns public.export_receipt
language sql
set search_path = ''
begin atomic
    select private.remove_own_export(export_id);
end;

comment on function public.start_export is
    'Puts a plan that I learn by into my notion or google calendar; asked again, it changes only what changed. Follow exports.status.';
comment on function public.cancel_export is 'Stops an export where it is; what was done stays, and starting it again goes on from there.';
comment on function public.confirm_export is 'Gives my word for what a stopped export asks (see its error): to delete much, or to make all of it anew.';
comment on function public.remove_export is 'Takes away what an export made outside, and only that; exports.stays says what remains.';

-- What workers call. Definer throughout, as all of worker. ---------------------------------------

create function private.export_stamp(export public.exports) returns text
language sql
stable
set search_path = ''
return concat_ws(
    '|',
    (select p.revision from public.learning_plans p where p.id = export.plan_id),
    (select c.version from private.learner_calendars c where c.user_id = export.user_id),
    (
        select count(*) || ' ' || max(tp.updated_at)
        from public.modules m
        join public.tasks t on t.module_id = m.id
        join public.task_progress tp on tp.task_id = t.id and tp.user_id = export.user_id
        where m.plan_id = export.plan_id
    )
);

comment on function private.export_stamp is 'What an export''s plan is like now: another stamp, and there may be something to do.';

-- The message names the turn: an export asked for, cancelled and asked for again has but one worker.
create function private.held_export(message jsonb) returns public.exports
language sql
set search_path = ''
begin atomic
    select e.*
    from public.exports e
    where e.id = (message ->> 'export_id')::uuid and e.turn = (message ->> 'turn')::integer
        and e.under_way and e.status in ('queued', 'running')
    for update;
end;

comment on function private.held_export is 'Locks the export that a message is about, while it is wanted; null afterwards.';

create function private.hold_connection_of(message jsonb) returns void
language sql
set search_path = ''
begin atomic
    select from public.connections c
    where c.id = (select e.connection_id from public.exports e where e.id = (message ->> 'export_id')::uuid)
    for no key update;
end;

comment on function private.hold_connection_of is 'Locks the connection that an export goes through, before the export, as everybody does.';

create function private.end_export(export uuid, code text, message text, remedy text, needs text) returns void
language plpgsql
set search_path = ''
as $$
begin
    update public.exports e
    set status = 'stopped', under_way = false, finished_at = now(), confirmed = false, needs = end_export.needs,
        error = jsonb_strip_nulls(jsonb_build_object(
            'code', left(code, 100), 'message', left(message, 1000), 'remedy', left(remedy, 1000)
        ))
    where e.id = export;
end;
$$;

comment on function private.end_export is 'Stops an export with a sentence for its learner.';

create function private.hold_connections_of(outcomes jsonb, queue text) returns void
language plpgsql
set search_path = ''
as $$
begin
    -- All of the batch in one order, whatever order the messages are in.
    execute format(
        'select from public.connections c where c.id in (
             select e.connection_id from public.exports e
             where e.id in (
                 select (q.message ->> ''export_id'')::uuid from pgmq.%I q
                 where q.msg_id in (
                     select (o.value ->> ''msg_id'')::bigint from jsonb_array_elements($1) o
                     where o.value ->> ''msg_id'' ~ ''^\d{1,18}$''
                 ) and q.message ->> ''export_id'' ~ ''^[0-9a-f-]{36}$''
             )
         ) order by c.id for no key update', 'q_' || queue
    ) using case when jsonb_typeof(outcomes) = 'array' then outcomes else '[]' end;
end;
$$;

comment on function private.hold_connections_of is 'Locks the connections of a batch of outcomes in one order: no deadlock between two batches.';

create function worker.load_export(queue text, msg_id bigint, read_ct integer) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    delivery record;
    held public.exports;
begin
    -- The connection before the message, as complete_export_… takes them.
    perform private.hold_connections_of(jsonb_build_array(jsonb_build_object('msg_id', msg_id)), queue);
    delivery := private.hold_delivery(queue, msg_id, read_ct);
    if delivery.standing <> 'held' then
        return jsonb_build_object('standing', 'stale');
    end if;
    held := private.held_export(delivery.message);
    if held.id is null then
        return jsonb_build_object('standing', 'obsolete');
    end if;
    if held.action = 'export' and not (private.learner_of(held.plan_id, held.user_id)).learns then
        perform private.end_export(
            held.id, 'plan_gone', 'This plan is no longer one that you learn by',
            'What was exported stays; rpc/remove_export takes it away', null
        );
        perform private.next_export(held.connection_id);
        return jsonb_build_object('standing', 'obsolete');
    end if;
    update public.exports e
    set status = 'running', taken = e.wanted, error = null, stamp = private.export_stamp(e),
        changed = case when e.status = 'running' then e.changed end -- a run counts all of its slices
    where e.id = held.id
    returning e.* into held;
    return jsonb_build_object(
        'standing', 'held',
        'export', jsonb_build_object(
            'id', held.id, 'action', held.action, 'topic', held.topic, 'options', held.options,
            'container', held.container, 'confirmed', held.confirmed, 'changed', held.changed
        ),
        'connection', jsonb_build_object(
            'id', held.connection_id, 'user_id', held.user_id, 'provider', held.provider, 'account_id', held.account_id
        ),
        'document', case when held.action = 'export' then private.plan_document(held.plan_id, held.user_id) end,
        'items', (
            select coalesce(jsonb_agg(jsonb_build_object(
                'key', i.key, 'state', i.state, 'external_id', i.external_id, 'hash', i.hash, 'etag', i.etag, 'since', i.since
            ) order by i.key), '[]')
            from public.export_items i where i.export_id = held.id
        )
    );
end;
$$;

comment on function worker.load_export is
    'What a delivery of export_notion or export_google_calendar is to bring about: the export, its connection, the plan as one document, and what was sent before.';

create function worker.record_export(queue text, msg_id bigint, read_ct integer, report jsonb) returns text
language plpgsql
security definer
set search_path = ''
as $$
declare
    settings worker.queues := private.queue_settings(queue);
    delivery record := private.hold_delivery(queue, msg_id, read_ct);
    held public.exports;
begin
    if delivery.standing <> 'held' then
        return 'stale';
    end if;
    held := private.held_export(delivery.message);
    if held.id is null then
        return 'cancelled';
    end if;
    perform pgmq.set_vt(record_export.queue, record_export.msg_id, settings.lease_seconds);
    delete from public.export_items i
    using jsonb_to_recordset(coalesce(report -> 'items', '[]')) as w (key uuid, state text)
    where i.export_id = held.id and i.key = w.key and w.state = 'gone';
    insert into public.export_items as i (export_id, key, state, external_id, hash, etag)
    select held.id, w.key, w.state::public.export_item_state, w.external_id, w.hash, w.etag
    from jsonb_to_recordset(coalesce(report -> 'items', '[]')) as w (key uuid, state text, external_id text, hash text, etag text)
    where w.state <> 'gone'
    on conflict (export_id, key) do update
        set state = excluded.state, hash = excluded.hash, etag = excluded.etag,
            external_id = coalesce(excluded.external_id, i.external_id), since = now();
    update public.exports e
    set container = case
            when report -> 'container' in ('null', '{}') then null -- nothing of ours is there
            else coalesce(report -> 'container', e.container)
        end,
        url = case when report ? 'container' then left(report -> 'container' ->> 'url', 2000) else e.url end,
        done = coalesce((report ->> 'done')::integer, e.done),
        total = coalesce((report ->> 'total')::integer, e.total),
        changed = coalesce(report -> 'changed', e.changed)
    where e.id = held.id;
    return 'held';
end;
$$;

comment on function worker.record_export is
    'Writes down what an export has done, or is about to do, and keeps the delivery: held, cancelled (stop: nobody wants it any more) or stale (stop: somebody else has it).';

create function private.first_sentences(sentences jsonb, most integer default 50) returns jsonb
language sql
immutable
set search_path = ''
return coalesce((
    select jsonb_agg(
        case when s.place <= most then left(s.sentence, 1000)
            else format('… and %s more', jsonb_array_length(sentences) - most)
        end
        order by s.place
    )
    from jsonb_array_elements_text(sentences) with ordinality as s (sentence, place)
    where s.place <= most + 1
), '[]');

comment on function private.first_sentences is 'As many sentences as anybody reads, and how many more there are.';

create function private.apply_export(message jsonb, result jsonb) returns void
language plpgsql
set search_path = ''
as $$
declare
    held public.exports;
begin
    perform private.hold_connection_of(message);
    held := private.held_export(message);
    if held.id is null then
        return; -- cancelled, removed or stopped meanwhile: what was done is written down
    end if;
    case result ->> 'status'
        when 'more' then
            update public.exports e set under_way = false, requested_at = now() where e.id = held.id;
        when 'later' then
            perform private.send_export(held.id, least(greatest(ceil((result ->> 'seconds')::numeric), 1), 3600)::integer);
            return;
        when 'stopped' then
            perform private.end_export(held.id, result ->> 'code', result ->> 'message', result ->> 'remedy', result ->> 'needs');
        when 'succeeded' then
            update public.exports e
            set status = case
                    when e.wanted > e.taken then 'queued' when e.action = 'remove' then 'removed' else 'succeeded'
                end::public.export_status,
                under_way = false, confirmed = false, needs = null, error = null, finished_at = now(),
                requested_at = case when e.wanted > e.taken then now() else e.requested_at end,
                changed = coalesce(result -> 'changed', '{}'), stays = private.first_sentences(result -> 'stays'),
                done = coalesce(e.total, e.done),
                -- What stays, such as a calendar with events of the learner's own, is used again.
                container = case
                    when e.action = 'remove' and e.wanted = e.taken and coalesce(result -> 'stays', '[]') = '[]' then null
                    else nullif(e.container, '{}')
                end
            where e.id = held.id
            returning e.* into held;
            if held.status = 'removed' then
                delete from public.export_items i where i.export_id = held.id;
                -- Nobody needs a row about nothing.
                delete from public.exports e where e.id = held.id and e.plan_id is null and e.stays = '[]';
            end if;
        else
            raise invalid_parameter_value using message = 'the result has no status that an export can end with';
    end case;
    perform private.next_export(held.connection_id);
end;
$$;

comment on function private.apply_export is
    'Saves how a slice of an export ended: succeeded, more (its line goes on), later, or stopped; then whichever of the connection waits longest is next.';

create function private.settle_export(message jsonb, error jsonb, final boolean) returns void
language plpgsql
set search_path = ''
as $$
declare
    held public.exports;
begin
    if error is null then
        return; -- handed back: it only waits
    end if;
    perform private.hold_connection_of(message);
    held := private.held_export(message);
    if held.id is null then
        return;
    end if;
    update public.exports e
    set error = jsonb_strip_nulls(jsonb_build_object(
            'code', left(settle_export.error ->> 'code', 100), 'message', left(settle_export.error ->> 'message', 1000),
            'remedy', left(settle_export.error ->> 'remedy', 1000)
        )),
        status = case when final then 'failed' else e.status end,
        under_way = not final,
        finished_at = case when final then now() else e.finished_at end
    where e.id = held.id;
    if final then
        perform private.next_export(held.connection_id);
    end if;
exception when invalid_text_representation then
    return; -- the message names nobody: there is nobody to tell
end;
$$;

comment on function private.settle_export is 'Tells the learner that their export is tried again, or was given up.';

create function private.revive_export(message jsonb) returns boolean
language plpgsql
set search_path = ''
as $$
begin
    perform private.hold_connection_of(message);
    update public.exports e
    set status = 'queued', under_way = true, error = null
    from public.connections c
    where e.id = (message ->> 'export_id')::uuid and e.turn = (message ->> 'turn')::integer and e.status = 'failed'
        and c.id = e.connection_id and c.status = 'active'
        and not exists (select from public.exports o where o.connection_id = c.id and o.under_way);
    return found;
exception when invalid_text_representation then
    return false;
end;
$$;

comment on function private.revive_export is 'Makes an export that was given up wait again, unless another of its connection is under way.';

create function private.apply_export_notion(message jsonb, result jsonb) returns void
language sql
set search_path = ''
begin atomic
    select private.apply_export(message, result);
end;

create function private.apply_export_google_calendar(message jsonb, result jsonb) returns void
language sql
set search_path = ''
begin atomic
    select private.apply_export(message, result);
end;

create function private.settle_export_notion(message jsonb, error jsonb, final boolean) returns void
language sql
set search_path = ''
begin atomic
    select private.settle_export(message, error, final);
end;

create function private.settle_export_google_calendar(message jsonb, error jsonb, final boolean) returns void
language sql
set search_path = ''
begin atomic
    select private.settle_export(message, error, final);
end;

create function private.revive_export_notion(message jsonb) returns boolean
language sql
set search_path = ''
begin atomic
    select private.revive_export(message);
end;

create function private.revive_export_google_calendar(message jsonb) returns boolean
language sql
set search_path = ''
begin atomic
    select private.revive_export(message);
end;

create function private.report_export_notion(message jsonb, report jsonb) returns boolean
language sql
set search_path = ''
begin atomic
    select (private.held_export(message)).id is not null;
end;

create function private.report_export_google_calendar(message jsonb, report jsonb) returns boolean
language sql
set search_path = ''
begin atomic
    select (private.held_export(message)).id is not null;
end;

comment on function private.apply_export_notion is 'As apply_export.';
comment on function private.apply_export_google_calendar is 'As apply_export.';
comment on function private.settle_export_notion is 'As settle_export.';
comment on function private.settle_export_google_calendar is 'As settle_export.';
comment on function private.revive_export_notion is 'As revive_export.';
comment on function private.revive_export_google_calendar is 'As revive_export.';
comment on function private.report_export_notion is 'Whether the export is still wanted.';
comment on function private.report_export_google_calendar is 'Whether the export is still wanted.';

create function worker.complete_export_notion(outcomes jsonb)
returns table (msg_id bigint, read_ct integer, standing text, problem jsonb)
language plpgsql
security definer
set search_path = ''
as $$
begin
    perform private.hold_connections_of(outcomes, 'export_notion');
    return query select c.* from private.complete_jobs('export_notion', outcomes) c;
end;
$$;

create function worker.complete_export_google_calendar(outcomes jsonb)
returns table (msg_id bigint, read_ct integer, standing text, problem jsonb)
language plpgsql
security definer
set search_path = ''
as $$
begin
    perform private.hold_connections_of(outcomes, 'export_google_calendar');
    return query select c.* from private.complete_jobs('export_google_calendar', outcomes) c;
end;
$$;

comment on function worker.complete_export_notion is
    'Settles deliveries of export_notion; the result is {"status": "succeeded" | "more" | "later" | "stopped", …}.';
comment on function worker.complete_export_google_calendar is 'As complete_export_notion, of export_google_calendar.';

-- In step ---------------------------------------------------------------------------------------

create function private.enqueue_exports(at timestamptz default now(), most integer default 1000) returns integer
language plpgsql
set search_path = ''
as $$
declare
    changed_one record;
    queued integer := 0;
begin
    for changed_one in
        select e.id, e.connection_id
        from public.exports e
        join public.connections c on c.id = e.connection_id
        where e.in_step and e.status = 'succeeded' and e.action = 'export' and e.plan_id is not null
            and c.status = 'active' and e.finished_at < at - interval '5 minutes'
            and e.stamp is distinct from private.export_stamp(e)
        order by e.finished_at
        limit most
        for update of c skip locked
    loop
        update public.exports e
        set wanted = e.wanted + 1, status = 'queued', requested_at = now(), done = 0
        where e.id = changed_one.id and e.status = 'succeeded';
        perform private.next_export(changed_one.connection_id);
        queued := queued + 1;
    end loop;
    return queued;
end;
$$;

comment on function private.enqueue_exports is 'Asks again for exports that keep in step and whose plan, progress or sessions changed.';

-- Deleting a plan, deleting the account ---------------------------------------------------------

-- Definer: people delete their plans, and exports are the service's to write.
create function private.let_go_of_exports() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
    accounts uuid[];
    account uuid;
    export record;
begin
    -- The connections first, as everybody takes them: no deadlock.
    select array_agg(held.id) into accounts
    from (
        select c.id
        from public.connections c
        where c.id in (select e.connection_id from public.exports e where e.plan_id = old.id)
        order by c.id for no key update
    ) held;
    for export in
        select e.id, e.container, e.clean_up
        from public.exports e
        join public.users u on u.id = e.user_id -- the account itself is being deleted: nothing is left to do
        where e.plan_id = old.id
        order by e.connection_id, e.id
    loop
        if export.clean_up and (export.container is not null
            or exists (select from public.export_items i where i.export_id = export.id))
        then
            perform private.begin_removal(export.id);
        else
            delete from public.exports e where e.id = export.id;
        end if;
    end loop;
    -- Whoever waited behind one of these is next.
    foreach account in array coalesce(accounts, '{}') loop
        perform private.next_export(account);
    end loop;
    return old;
end;
$$;

comment on function private.let_go_of_exports is
    'Trigger: with a plan, what was exported of it is taken away, unless its learner wants it to stay.';

create trigger learning_plans_let_go_of_exports before delete on public.learning_plans
    for each row execute function private.let_go_of_exports();

create or replace function private.delete_own_account() returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
    me uuid := private.current_user_id();
    export record;
begin
    perform from public.users u where u.id = me for no key update;
    if not exists (select from public.connections c where c.user_id = me) then
        perform private.delete_person(me);
        return;
    end if;
    update public.users u set closing_at = now() where u.id = me and u.closing_at is null;
    if not found then
        return; -- it is under way already
    end if;
    perform from public.connections c where c.user_id = me order by c.id for no key update;
    for export in
        select e.id
        from public.exports e
        where e.user_id = me and e.clean_up and e.status <> 'removed' and e.connection_id is not null
        order by e.connection_id, e.id
    loop
        perform private.begin_removal(export.id);
    end loop;
    perform private.enqueue('close_account', jsonb_build_object('v', 1, 'user_id', me));
end;
$$;

comment on function private.delete_own_account is
    'Deletes the account of whoever asks; with accounts connected, once what is theirs outside is cleaned up.';
comment on function public.delete_account is
    'Deletes my account and everything of mine: plans (also where others follow them), progress, notes, generations. Where Notion or Google is connected, what was exported is taken away and the connection revoked first, within a day: users.closing_at says since when. There is no way back.';

create function worker.load_close_account(msg_id bigint, read_ct integer) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    delivery record := private.hold_delivery('close_account', msg_id, read_ct);
begin
    if delivery.standing <> 'held' or not exists (
        select from public.users u where u.id = (delivery.message ->> 'user_id')::uuid and u.closing_at is not null
    ) then
        return jsonb_build_object('standing', 'stale');
    end if;
    return jsonb_build_object(
        'standing', 'held',
        'exports', (
            select count(*) from public.exports e
            where e.user_id = (delivery.message ->> 'user_id')::uuid and e.action = 'remove' and e.status in ('queued', 'running')
        ),
        'connections', (select count(*) from public.connections c where c.user_id = (delivery.message ->> 'user_id')::uuid)
    );
end;
$$;

comment on function worker.load_close_account is 'What is still to be cleaned up of an account that is being deleted.';

create function private.apply_close_account(message jsonb, result jsonb) returns void
language plpgsql
set search_path = ''
as $$
declare
    person public.users;
    connection uuid;
begin
    select u.* into person
    from public.users u where u.id = (message ->> 'user_id')::uuid and u.closing_at is not null for no key update;
    if person.id is null then
        return;
    end if;
    if person.closing_at > now() - interval '1 day' and exists (
        select from public.exports e where e.user_id = person.id and e.action = 'remove' and e.status in ('queued', 'running')
    ) then
        perform private.enqueue('close_account', message, 20);
        return;
    end if;
    for connection in select c.id from public.connections c where c.user_id = person.id order by c.id loop
        perform private.begin_disconnect(connection);
    end loop;
    if person.closing_at > now() - interval '2 days' and exists (select from public.connections c where c.user_id = person.id) then
        perform private.enqueue('close_account', message, 5);
        return;
    end if;
    perform private.delete_person(person.id);
end;
$$;

comment on function private.apply_close_account is
    'Takes an account one step further: exports taken away, then connections revoked, then the person deleted. What cannot be reached is waited for a day.';

create function private.settle_close_account(message jsonb, error jsonb, final boolean) returns void
language plpgsql
set search_path = ''
as $$
begin
    if final then
        perform private.delete_person(u.id)
        from public.users u where u.id = (message ->> 'user_id')::uuid and u.closing_at is not null;
    end if;
exception when invalid_text_representation then
    return; -- the message names nobody
end;
$$;

comment on function private.settle_close_account is 'Whatever goes wrong, who asked to be deleted is deleted.';

create function worker.complete_close_account(outcomes jsonb)
returns table (msg_id bigint, read_ct integer, standing text, problem jsonb)
language sql
security definer
set search_path = ''
begin atomic
    select c.* from private.complete_jobs('close_account', outcomes) c;
end;

comment on function worker.complete_close_account is 'Settles deliveries of close_account; the result is {}.';

-- Grants ----------------------------------------------------------------------------------------

revoke execute on function
    private.read_provider, worker.begin_connection, worker.keep_oauth_code, worker.claim_oauth_state,
    private.request_busy_times, private.settle_read_busy_times, worker.save_connection, worker.load_tokens, worker.lease_refresh,
    worker.save_refreshed, worker.break_connection, worker.connections_to_reseal, worker.reseal_tokens,
    private.begin_disconnect, private.disconnect_own, public.disconnect, worker.load_disconnect,
    private.apply_disconnect, private.settle_disconnect, private.revive_disconnect, worker.complete_disconnect,
    worker.load_read_busy_times, private.apply_read_busy_times, worker.complete_read_busy_times,
    private.enqueue_busy_times,
    private.export_queue, private.send_export, private.next_export, private.stop_exports, private.await_connection, private.resume_exports,
    private.check_export_options, private.start_own_export, private.hold_own_export, private.cancel_own_export,
    private.confirm_own_export, private.begin_removal, private.remove_own_export,
    public.start_export, public.cancel_export, public.confirm_export, public.remove_export,
    private.export_stamp, private.held_export, private.hold_connection_of, private.end_export, worker.load_export, worker.record_export,
    private.first_sentences, private.apply_export, private.settle_export, private.revive_export,
    private.apply_export_notion, private.apply_export_google_calendar,
    private.settle_export_notion, private.settle_export_google_calendar,
    private.revive_export_notion, private.revive_export_google_calendar,
    private.report_export_notion, private.report_export_google_calendar,
    private.hold_connections_of, worker.complete_export_notion, worker.complete_export_google_calendar,
    private.enqueue_exports, private.let_go_of_exports, worker.load_close_account, private.apply_close_account,
    private.settle_close_account, worker.complete_close_account
    from public, anon, authenticated, service_role;
grant execute on function
    private.disconnect_own, private.start_own_export, private.cancel_own_export, private.confirm_own_export,
    private.remove_own_export,
    public.disconnect, public.start_export, public.cancel_export, public.confirm_export, public.remove_export
    to authenticated;
grant execute on function
    worker.begin_connection, worker.keep_oauth_code, worker.claim_oauth_state, worker.save_connection,
    worker.load_tokens, worker.lease_refresh, worker.save_refreshed, worker.break_connection,
    worker.connections_to_reseal, worker.reseal_tokens, worker.load_disconnect, worker.complete_disconnect,
    worker.load_read_busy_times, worker.complete_read_busy_times, worker.load_export, worker.record_export,
    worker.complete_export_notion, worker.complete_export_google_calendar, worker.load_close_account,
    worker.complete_close_account
    to service_role;
