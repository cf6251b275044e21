-- Messages: what Learnbase says to its people, in the app and by mail, when, and who wants it not.
-- What happens writes a row a channel; workers put it into words, and mail goes out in batches.

-- Kinds and wishes ------------------------------------------------------------------------------

create table public.notification_kinds (
    kind text primary key check (kind ~ '^[a-z][a-z_]{0,40}$'),
    description text not null check (char_length(description) between 1 and 200),
    email boolean not null default true,
    in_app boolean not null default true
);

comment on table public.notification_kinds is
    'What Learnbase writes about, for a page of preferences; email and in_app say what holds for who has not chosen. A new kind is a row here and a folder in digest/letters.';

insert into public.notification_kinds (kind, description, email) values
    ('weekly_summary', 'Once a week: what the week holds, how far you are, what slipped', true),
    ('welcome', 'A welcome, once your address is confirmed', true),
    ('plan_ready', 'A plan is ready', true),
    ('plan_failed', 'A plan could not be made', true),
    ('plan_slipped', 'A plan has slipped, and new times are proposed', true),
    ('export_finished', 'A plan has arrived in Notion or Google Calendar', true),
    ('export_stopped', 'An export has stopped and needs you', true),
    ('connection_needs_renewing', 'A connected account must be connected again', true),
    ('limit_reached', 'You have used all that your tier allows', true),
    ('session_reminder', 'A session is about to begin', false);

create table public.notification_preferences (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null default private.current_user_id() references public.users (id) on delete cascade,
    kind text not null references public.notification_kinds (kind) on update cascade on delete cascade check (char_length(kind) <= 41),
    channel public.notification_channel not null,
    enabled boolean not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint notification_preferences_choose_once unique (user_id, kind, channel),
    constraint notification_preferences_are_for_what_there_is check (channel in ('email', 'in_app'))
);

comment on table public.notification_preferences is
    'What a person has chosen, kind by kind and channel by channel. Without a row the kind''s own default holds; save by upsert on (user_id, kind, channel), user_id may be left out.';

create index idx_notification_preferences_kind on public.notification_preferences (kind);

create trigger notification_preferences_set_updated_at before update on public.notification_preferences
    for each row execute function private.set_updated_at();
create trigger notification_preferences_keep_fixed before update on public.notification_preferences
    for each row execute function private.keep_fixed('id', 'user_id', 'created_at');

create function private.check_notification_preference() returns trigger
language plpgsql
set search_path = ''
as $$
begin
    -- Who sees no kinds at all hears of it from the policies.
    if not exists (select from public.notification_kinds k where k.kind = new.kind)
        and exists (select from public.notification_kinds) then
        perform private.refuse(422, 'unknown_kind', 'kind', 'There are no messages of this kind', 'See notification_kinds for the kinds there are');
    elsif new.channel is null or new.channel not in ('email', 'in_app') then
        perform private.refuse(422, 'invalid_channel', 'channel', 'Nothing is sent by this channel', 'Send email or in_app');
    elsif new.enabled is null then
        perform private.refuse(422, 'missing_enabled', 'enabled', 'enabled is missing', 'Send true or false');
    end if;
    return new;
end;
$$;

comment on function private.check_notification_preference is 'Trigger: a preference is about a kind and a channel that exist; refuses naming the field.';

create trigger notification_preferences_check before insert or update on public.notification_preferences
    for each row execute function private.check_notification_preference();

create function private.wants(person uuid, kind text, channel public.notification_channel) returns boolean
language sql
stable
set search_path = ''
begin atomic
    select coalesce(
        (
            select p.enabled from public.notification_preferences p
            where p.user_id = person and p.kind = wants.kind and p.channel = wants.channel
        ),
        (
            select case wants.channel when 'email' then k.email when 'in_app' then k.in_app else false end
            from public.notification_kinds k where k.kind = wants.kind
        ),
        false
    );
end;

comment on function private.wants is 'Whether a person wants messages of a kind by a channel: their choice, or the kind''s default.';

-- When the weekly letter comes ------------------------------------------------------------------

create table private.summary_hours (
    id uuid primary key,
    weekday smallint not null,
    time_of_day time not null,
    time_zone text not null,
    next_at timestamptz not null,
    last_week text,
    constraint summary_hours_are_one_each unique (weekday, time_of_day, time_zone)
);

comment on table private.summary_hours is
    'The hours of the week at which summaries come, each once however many learners share it: what moves on every week is the hour, and no learner''s row.';
comment on column private.summary_hours.id is 'Follows from the hour itself: a number in turn would tell who was first to choose it.';
comment on column private.summary_hours.next_at is 'When it comes next.';
comment on column private.summary_hours.last_week is 'The ISO week that it came in last, such as 2026-W48: it comes once a week, whatever the clocks do.';

create index idx_summary_hours_next_at on private.summary_hours (next_at);

create table public.summary_times (
    user_id uuid primary key references public.users (id) on delete cascade,
    weekday smallint not null default 1,
    time_of_day time not null default '08:00',
    time_zone text not null,
    hour_id uuid references private.summary_hours (id) on delete restrict,
    constraint summary_times_weekday_is_a_day check (weekday between 1 and 7),
    constraint summary_times_time_is_within_a_day check (time_of_day < '24:00')
);

comment on table public.summary_times is
    'When a person''s weekly summary comes, in their time zone: Monday at 08:00 until they choose. Made with the person; weekday and time_of_day are theirs to change. When that is next: rpc/next_summary.';
comment on column public.summary_times.weekday is 'ISO: 1 is Monday, 7 is Sunday.';
comment on column public.summary_times.time_of_day is 'To the minute; summaries are looked for every quarter of an hour.';
comment on column public.summary_times.time_zone is 'The person''s own, kept here beside what it decides.';
comment on column public.summary_times.hour_id is 'The hour of the week that follows from the rest, always.';

create index idx_summary_times_hour_id on public.summary_times (hour_id);

create function private.iso_week(at timestamptz, zone text) returns text
language sql
stable
set search_path = ''
return to_char(private.local_date(at, zone), 'IYYY"-W"IW');

comment on function private.iso_week is 'The ISO week of an instant in a zone, such as 2026-W48; in UTC where the zone is unknown.';

create function private.next_summary(at timestamptz, weekday smallint, time_of_day time, zone text, last_week text) returns timestamptz
language plpgsql
stable
set search_path = ''
as $$
declare
    today date := private.local_date(at, zone);
    -- Of this week, whether it is over or not.
    day date := today - extract(isodow from today)::integer + weekday;
    due timestamptz;
begin
    for week in 0..2 loop
        begin
            due := (day + 7 * week + time_of_day) at time zone zone;
        exception when invalid_parameter_value then
            due := (day + 7 * week + time_of_day) at time zone 'UTC';
        end;
        exit when due > at and to_char(day + 7 * week, 'IYYY"-W"IW') > coalesce(last_week, '');
    end loop;
    return due;
end;
$$;

comment on function private.next_summary is
    'The next time after an instant at which a weekday and a time of day come in a zone, in a week after last_week. An hour that the clocks leave out comes an hour later, one that they repeat counts once.';

create function private.summary_hour(weekday smallint, time_of_day time, zone text) returns uuid
language plpgsql
set search_path = ''
as $$
declare
    hour uuid;
begin
    loop
        -- Kept from being pruned until somebody has it.
        select h.id into hour from private.summary_hours h
        where (h.weekday, h.time_of_day, h.time_zone) = (summary_hour.weekday, summary_hour.time_of_day, zone)
        for key share;
        exit when hour is not null;
        insert into private.summary_hours (id, weekday, time_of_day, time_zone, next_at)
        values (
            md5(concat_ws(' ', summary_hour.weekday, summary_hour.time_of_day, zone))::uuid,
            summary_hour.weekday, summary_hour.time_of_day, zone,
            private.next_summary(now(), summary_hour.weekday, summary_hour.time_of_day, zone, null)
        )
        on conflict on constraint summary_hours_are_one_each do nothing;
    end loop;
    return hour;
end;
$$;

comment on function private.summary_hour is 'The hour of the week of this weekday, time of day and zone; made where nobody had it yet.';

create function private.prune_summary_hours() returns bigint
language plpgsql
set search_path = ''
as $$
declare
    free uuid[];
    pruned bigint;
begin
    -- Locked first, looked at then: somebody may have it since.
    select array_agg(f.id) into free
    from (
        select h.id from private.summary_hours h
        where not exists (select from public.summary_times s where s.hour_id = h.id)
        for update skip locked
    ) f;
    delete from private.summary_hours h
    where h.id = any (free) and not exists (select from public.summary_times s where s.hour_id = h.id);
    get diagnostics pruned = row_count;
    return pruned;
end;
$$;

comment on function private.prune_summary_hours is 'Deletes the hours of the week that nobody has any more; answers how many.';

create function private.check_summary_time() returns trigger
language plpgsql
set search_path = ''
as $$
begin
    if new.weekday is null or new.weekday not between 1 and 7 then
        perform private.refuse(422, 'invalid_weekday', 'weekday', 'The weekday is not between 1 and 7', 'Send 1 for Monday to 7 for Sunday');
    elsif new.time_of_day is null or new.time_of_day >= '24:00' then
        perform private.refuse(422, 'invalid_time_of_day', 'time_of_day', 'The time is none of the day', 'Send HH:MM, 00:00 to 23:59');
    end if;
    new.time_of_day := date_trunc('minute', new.time_of_day);
    return new;
end;
$$;

comment on function private.check_summary_time is 'Trigger: a summary''s time is one of the week, to the minute; refuses naming the field.';

-- Definer: hours and queues are closed to people.
create function private.follow_summary_time() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
    hour uuid := private.summary_hour(new.weekday, new.time_of_day, new.time_zone);
begin
    if hour = new.hour_id then
        return null;
    end if;
    -- This week's is still to come, and the new hour is over for this week: it must not lose the week.
    perform private.enqueue('weekly_summary', jsonb_build_object(
        'v', 1, 'week', private.iso_week(was.next_at, was.time_zone), 'until', greatest(was.next_at, now()) + interval '24 hours',
        'user_ids', jsonb_build_array(new.user_id)
    ))
    from private.summary_hours was
    join private.summary_hours chosen on chosen.id = hour
    where was.id = new.hour_id and was.next_at > now() - interval '24 hours'
        -- Who has just come chooses for the first time: they have had no week here yet.
        and (was.next_at <= now() or exists (
            select from public.users u where u.id = new.user_id and u.created_at < now() - interval '1 day'
        ))
        and private.iso_week(chosen.next_at, chosen.time_zone) > private.iso_week(was.next_at, was.time_zone);
    update public.summary_times s set hour_id = hour where s.user_id = new.user_id;
    return null;
end;
$$;

comment on function private.follow_summary_time is
    'Trigger: the hour of the week follows from the choice; whose summary of this week it would pass over gets it now.';

create trigger summary_times_keep_fixed before update of user_id on public.summary_times
    for each row execute function private.keep_fixed('user_id');
create trigger summary_times_check before insert or update on public.summary_times
    for each row execute function private.check_summary_time();
create trigger summary_times_follow_insert after insert on public.summary_times
    for each row execute function private.follow_summary_time();
create trigger summary_times_follow_update after update on public.summary_times
    for each row when (
        (old.weekday, old.time_of_day, old.time_zone, old.hour_id) is distinct from (new.weekday, new.time_of_day, new.time_zone, new.hour_id)
    )
    execute function private.follow_summary_time();

-- Definer: runs as whoever signs somebody up or changes their time zone.
create function private.keep_summary_time() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    update public.summary_times s set time_zone = new.time_zone where s.user_id = new.id;
    if not found then
        insert into public.summary_times (user_id, time_zone, hour_id)
        values (new.id, new.time_zone, private.summary_hour(1::smallint, '08:00', new.time_zone));
    end if;
    return null;
end;
$$;

comment on function private.keep_summary_time is 'Trigger: each person has a time for their summary, and it moves with their time zone.';

create trigger users_keep_summary_time after insert or update of time_zone on public.users
    for each row execute function private.keep_summary_time();
insert into public.summary_times (user_id, time_zone) select u.id, u.time_zone from public.users u;

-- Definer: hours are the service's to read; it tells whoever asks of their own.
create function private.own_next_summary() returns timestamptz
language sql
stable
security definer
set search_path = ''
begin atomic
    select case
        when exists (
            select from public.notifications n
            where n.dedupe_key in ('email:weekly:' || s.user_id || ':' || w.week, 'in_app:weekly:' || s.user_id || ':' || w.week)
        ) then private.next_summary(h.next_at, h.weekday, h.time_of_day, h.time_zone, w.week)
        else h.next_at
    end
    from public.summary_times s
    join private.summary_hours h on h.id = s.hour_id
    cross join lateral (select private.iso_week(h.next_at, h.time_zone) as week) w
    where s.user_id = private.current_user_id();
end;

comment on function private.own_next_summary is 'What next_summary answers.';

create function public.next_summary() returns timestamptz
language sql
stable
set search_path = ''
begin atomic
    select private.own_next_summary();
end;

comment on function public.next_summary is
    'When my next weekly summary is due; with a choice of hour made in the middle of a week there is still one a week. Choose in summary_times.';

-- Addresses that get nothing any more -----------------------------------------------------------

create table public.mail_suppressions (
    id uuid primary key default gen_random_uuid(),
    address text not null unique check (address = lower(address) and char_length(address) <= 320),
    cause text not null check (cause in ('bounced', 'complained', 'suppressed')),
    reason text check (char_length(reason) <= 300),
    notification_id uuid,
    created_at timestamptz not null default now()
);

comment on table public.mail_suppressions is
    'Addresses that get no mail: a letter came back for good, or was reported as unwanted. Whoever has such an address sees why, and rpc/resume_mail lifts it.';
comment on column public.mail_suppressions.notification_id is 'The letter that it happened to.';

create trigger mail_suppressions_keep_fixed before update on public.mail_suppressions
    for each row execute function private.keep_fixed('id', 'created_at');

-- Definer: policies ask it, and users has policies of its own.
create function private.current_email() returns text
language sql
stable
security definer
set search_path = ''
return (select u.email from public.users u where u.id = private.current_user_id());

comment on function private.current_email is 'The confirmed address of whoever asks; null without one.';

-- Definer: the list is the service's; it touches the address of whoever asks and no other.
create function private.resume_own_mail() returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
    if private.current_user_id() is null then
        perform private.refuse(401, 'not_signed_in', 'authorization', 'Nobody is signed in', 'Sign in and send the token');
    end if;
    delete from public.mail_suppressions s where s.address = private.current_email();
    return found;
end;
$$;

comment on function private.resume_own_mail is 'Lets mail go again to the confirmed address of whoever asks.';

create function public.resume_mail() returns boolean
language sql
set search_path = ''
begin atomic
    select private.resume_own_mail();
end;

comment on function public.resume_mail is
    'Lets mail go to my address again after it came back or was reported; false where nothing held it up.';

-- The log ---------------------------------------------------------------------------------------

create table private.mail_batches (
    id uuid primary key default gen_random_uuid(),
    sender text check (char_length(sender) <= 500),
    first_attempt_at timestamptz,
    settled_at timestamptz,
    created_at timestamptz not null default now()
);

comment on table private.mail_batches is
    'Letters that are handed over in one request. The id is the key under which a repetition counts once; from the first attempt on nothing of it changes.';
comment on column private.mail_batches.sender is 'Who the letters are from, as it was at the first attempt.';

alter table private.mail_batches enable row level security;
create policy "The service reads the batches" on private.mail_batches for select to service_role using (true);
revoke all on private.mail_batches from public, anon, authenticated, service_role;
grant select on private.mail_batches to service_role;

alter table public.notifications
    add column due_at timestamptz,
    add column asked_at timestamptz,
    add column recipient text,
    add column unsubscribe_url text,
    add column position smallint,
    add column carried_by uuid references public.notifications (id) on delete set null,
    add column complained_at timestamptz,
    add constraint notifications_batch_id_fkey foreign key (batch_id) references private.mail_batches (id) on delete set null,
    add constraint notifications_recipient_is_bounded check (char_length(recipient) <= 320),
    add constraint notifications_bodies_are_bounded check (char_length(body_text) <= 400000 and char_length(body_html) <= 400000),
    add constraint notifications_context_is_bounded check (pg_column_size(context) <= 100000);

comment on column public.notifications.due_at is 'When it is put into words; null once it was. Mail waits a little, so that several messages become one letter.';
comment on column public.notifications.asked_at is 'When a worker was last asked for its words; an hour later another one is, if none came.';
comment on column public.notifications.recipient is 'The address that it was handed over for.';
comment on column public.notifications.unsubscribe_url is 'Where one POST ends letters of this kind (RFC 8058); null a month after the letter was settled.';
comment on column public.notifications.body_html is 'What mail readers show; null a month after the letter was settled.';
comment on column public.notifications.position is 'Its place in the batch, from 0.';
comment on column public.notifications.carried_by is 'The letter of several messages that this one came in.';
comment on column public.notifications.reason is 'Why it failed, bounced or was suppressed, in words.';

drop index public.idx_notifications_queued;
create index idx_notifications_due_at on public.notifications (due_at) where due_at is not null;
create index idx_notifications_carried_by on public.notifications (carried_by);
drop index public.idx_notifications_batch_id;
create index idx_notifications_batch_id on public.notifications (batch_id);
select private.let_people_read('public.notifications');

create trigger notifications_keep_what_was_asked before update of context on public.notifications
    for each row execute function private.keep_fixed('context');

-- Definer: called for people and by the service, who may not write the log.
create function private.notify(person uuid, kind text, about jsonb, dedupe_key text, at timestamptz default now()) returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
    address text;
    last_letter timestamptz;
    written integer;
begin
    -- The person before their messages, as deleting them does.
    select u.email into address from public.users u where u.id = person for key share;
    if not found then
        return 0;
    end if;
    select max(coalesce(n.sent_at, n.created_at)) into last_letter
    from public.notifications n
    where n.user_id = person and n.channel = 'email' and n.batch_id is not null
        and n.created_at > at - interval '1 day' and coalesce(n.sent_at, n.created_at) > at - interval '1 hour';
    insert into public.notifications (user_id, kind, channel, dedupe_key, context, due_at)
    select person, notify.kind, c.channel, c.channel || ':' || notify.dedupe_key, about, c.due_at
    from (values
        ('in_app'::public.notification_channel, at),
        -- Mail waits for what else happens; a reminder cannot, and who had a letter waits an hour.
        ('email', case when notify.kind = 'session_reminder' then at
            else greatest(at + interval '2 minutes', last_letter + interval '1 hour') end)
    ) as c (channel, due_at)
    where private.wants(person, notify.kind, c.channel) and (c.channel <> 'email' or address is not null)
    on conflict on constraint notifications_dedupe_key_key do nothing;
    get diagnostics written = row_count;
    return written;
end;
$$;

comment on function private.notify is
    'Writes a message to a person by each channel that they want it by, once a key; answers how many rows that made, 0 for nobody. Mail only to a confirmed address.';

-- Definer: as notify. Whoever's account is being deleted waits for what we hold: before that is called
-- a deadlock (after a second) we go without.
create function private.tell(person uuid, kind text, about jsonb, dedupe_key text) returns void
language plpgsql
security definer
set search_path = ''
set lock_timeout = '400ms'
as $$
begin
    perform private.notify(person, kind, about, dedupe_key);
exception when others then
    raise warning 'a message % was not written: % (%)', dedupe_key, sqlerrm, sqlstate;
end;
$$;

comment on function private.tell is
    'Writes a message about something that happens now: what happens does so whether it can be told or not.';

-- Definer: only the service may call it.
create function worker.send_notification(user_id uuid, kind text, context jsonb default '{}', dedupe_key text default null) returns integer
language plpgsql
security definer
set search_path = ''
as $$
begin
    if not exists (select from public.users u where u.id = send_notification.user_id) then
        perform private.refuse(404, 'user_not_found', 'user_id', 'There is no such person', 'Check the id');
    elsif not exists (select from public.notification_kinds k where k.kind = send_notification.kind) then
        perform private.refuse(422, 'unknown_kind', 'kind', format('There are no messages of kind %s', left(kind, 60)), 'See notification_kinds, or add a row and a folder in digest/letters');
    elsif jsonb_typeof(context) is distinct from 'object' or pg_column_size(context) > 50000 then
        perform private.refuse(422, 'invalid_context', 'context', 'The context is not an object of at most 50 kB', 'Send what the template of this kind is made of');
    elsif char_length(dedupe_key) not between 1 and 200 then
        perform private.refuse(422, 'invalid_dedupe_key', 'dedupe_key', 'The key is empty or too long', 'Send 1 to 200 characters that name this one message');
    end if;
    return private.notify(user_id, kind, context, coalesce(dedupe_key, kind || ':' || gen_random_uuid()));
end;
$$;

comment on function worker.send_notification is
    'Writes a message of a kind to a person, by each channel that they want it by; context is what its template is made of. The same dedupe_key writes once. Answers how many rows that made.';

-- What is worth a message -----------------------------------------------------------------------

-- Definer, all of these: whoever's act it was, the message is the platform's.
create function private.tell_of_confirmed_address() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    perform private.tell(new.id, 'welcome', '{}', 'welcome:' || new.id);
    return null;
end;
$$;

create trigger users_tell_of_confirmed_address after update of email on public.users
    for each row when (old.email is null and new.email is not null)
    execute function private.tell_of_confirmed_address();

-- Definer: as above.
create function private.tell_of_generation() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    perform private.tell(
        p.user_id, case new.status when 'succeeded' then 'plan_ready' else 'plan_failed' end,
        jsonb_build_object('plan_id', p.id, 'generation_id', new.id),
        'plan_generation:' || new.id || ':' || new.status || coalesce(':' || extract(epoch from new.started_at)::text, '')
    )
    from public.learning_plans p where p.id = new.plan_id;
    return null;
end;
$$;

-- A plan that is made anew becomes a proposal, which its owner asked for and waits for.
create trigger plan_generations_tell after update of status on public.plan_generations
    for each row when (
        old.status in ('queued', 'running') and (new.status = 'failed' or new.status = 'succeeded' and new.kind = 'create')
    )
    execute function private.tell_of_generation();

-- Definer: as above.
create function private.tell_of_catch_up() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    -- What waits for a word is proposed anew every night, for the times pass: that is no news for a week.
    if exists (
        select from public.catch_ups c
        where c.user_id = new.user_id and c.plan_id = new.plan_id and c.status = 'superseded' and c.decided_at = now()
    ) and exists (
        select from public.notifications n
        where n.user_id = new.user_id and n.kind = 'plan_slipped' and n.context ->> 'plan_id' = new.plan_id::text
            and n.created_at > now() - interval '7 days' and n.created_at < now() - interval '1 hour'
            -- What was dropped, or waits for words that it will not find, told nobody.
            and n.due_at is null and n.status not in ('failed', 'suppressed')
    ) then
        return null;
    end if;
    perform private.tell(
        new.user_id, 'plan_slipped', jsonb_build_object('plan_id', new.plan_id, 'catch_up_id', new.id), 'plan_slipped:' || new.id
    );
    return null;
end;
$$;

create trigger catch_ups_tell after insert on public.catch_ups
    for each row when (new.status = 'open')
    execute function private.tell_of_catch_up();

-- Definer: as above.
create function private.tell_of_export() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    -- What follows by itself is silent while all is well.
    if new.status = 'succeeded' then
        if new.action = 'export' and new.taken <= 1 and new.plan_id is not null then
            perform private.tell(
                new.user_id, 'export_finished', jsonb_build_object('plan_id', new.plan_id, 'export_id', new.id),
                'export_finished:' || new.id || ':' || new.turn
            );
        end if;
    elsif new.needs is distinct from 'reconnect' and new.plan_id is not null then
        perform private.tell(
            new.user_id, 'export_stopped', jsonb_build_object('plan_id', new.plan_id, 'export_id', new.id),
            'export_stopped:' || new.id || ':' || new.turn
        );
    end if;
    return null;
end;
$$;

create trigger exports_tell after update of status on public.exports
    for each row when (old.status <> new.status and new.status in ('succeeded', 'stopped', 'failed'))
    execute function private.tell_of_export();

-- Definer: as above.
create function private.tell_of_connection() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    perform private.tell(
        new.user_id, 'connection_needs_renewing', jsonb_build_object('connection_id', new.id),
        'connection_needs_renewing:' || new.id || ':' || extract(epoch from new.connected_at)::text
    );
    return null;
end;
$$;

create trigger connections_tell after update of status on public.connections
    for each row when (old.status = 'active' and new.status = 'reconnect')
    execute function private.tell_of_connection();

-- Definer: as above.
create function private.tell_of_limit() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
    most integer := (private.limits_of(new.person)).max_generations_per_month;
begin
    if private.months_usage(new.person, new.created_at) >= most then
        perform private.tell(
            new.person, 'limit_reached', jsonb_build_object('limit', most, 'month', to_char(new.created_at at time zone 'UTC', 'YYYY-MM')),
            'limit_reached:' || new.person || ':' || to_char(new.created_at at time zone 'UTC', 'YYYY-MM') || ':' || most
        );
    end if;
    return null;
end;
$$;

create trigger usage_ledger_tell after insert on private.usage_ledger
    for each row when (new.quantity = 1)
    execute function private.tell_of_limit();

comment on function private.tell_of_confirmed_address is 'Trigger: a welcome, once an address is confirmed.';
comment on function private.tell_of_generation is 'Trigger: a plan is ready, or could not be made.';
comment on function private.tell_of_catch_up is 'Trigger: a plan has slipped, and new times wait for a word.';
comment on function private.tell_of_export is 'Trigger: an export arrived for the first time, or stopped and needs its learner.';
comment on function private.tell_of_connection is 'Trigger: a connected account no longer lets us in.';
comment on function private.tell_of_limit is 'Trigger: the last generation of the month was used.';

-- Reminders -------------------------------------------------------------------------------------

create index idx_sessions_starts_at on public.sessions (starts_at);

create function private.enqueue_session_reminders(at timestamptz default now()) returns bigint
language sql
set search_path = ''
begin atomic
    with leads as (
        select 30 as lead
        union
        select sp.reminder_lead_minutes from public.study_preferences sp where sp.reminder_lead_minutes is not null
    ),
    -- A tick that was missed is made up for an hour; what has begun needs no reminder.
    due as (
        select s.id, s.user_id, s.plan_id, s.starts_at
        from leads l
        join public.sessions s
            on s.starts_at > greatest(enqueue_session_reminders.at, enqueue_session_reminders.at + make_interval(mins => l.lead) - interval '1 hour')
            and s.starts_at <= enqueue_session_reminders.at + make_interval(mins => l.lead)
        left join public.study_preferences sp on sp.user_id = s.user_id
        left join public.task_progress tp on tp.task_id = s.task_id and tp.user_id = s.user_id
        where case when sp.user_id is null then 30 else sp.reminder_lead_minutes end = l.lead
            and coalesce(tp.status, 'not_started') <> 'completed' and tp.set_aside_at is null
            and not exists (
                select from public.notifications n
                where n.dedupe_key in (
                    'in_app:session_reminder:' || s.id || ':' || extract(epoch from s.starts_at)::bigint,
                    'email:session_reminder:' || s.id || ':' || extract(epoch from s.starts_at)::bigint
                )
            )
    )
    select count(nullif(private.notify(
        d.user_id, 'session_reminder',
        jsonb_build_object('plan_id', d.plan_id, 'session_id', d.id, 'starts_at', d.starts_at),
        'session_reminder:' || d.id || ':' || extract(epoch from d.starts_at)::bigint, enqueue_session_reminders.at
    ), 0))
    from due d;
end;

comment on function private.enqueue_session_reminders is
    'Writes the reminders whose lead before a session has come, once for each session and time; answers how many sessions that were.';

-- Letters that act ------------------------------------------------------------------------------

create type public.letter_act_state as enum ('open', 'done', 'gone', 'late');
comment on type public.letter_act_state is
    'How what a link in a letter is for stands: open, done already, gone with its plan, or too late to do it like this.';

-- Definer: a link stands for its person, who has no token here; it does nothing that they could not do.
create function worker.act_by_letter(person uuid, act text, about uuid, perform boolean default false)
returns table (state public.letter_act_state, title text, topic text)
language plpgsql
security definer
set search_path = ''
as $$
declare
    task record;
    catch_up record;
begin
    if act = 'tick_task' then
        select t.id, t.title, p.topic, coalesce(tp.status, 'not_started') = 'completed' as is_done into task
        from public.tasks t
        join public.modules m on m.id = t.module_id
        join public.learning_plans p on p.id = m.plan_id
        left join public.task_progress tp on tp.task_id = t.id and tp.user_id = person
        where t.id = about and (private.learner_of(p.id, person)).learns;
        if task.id is null then
            return query select 'gone'::public.letter_act_state, null::text, null::text;
            return;
        end if;
        if perform and not task.is_done then
            insert into public.task_progress as tp (task_id, user_id, status) values (task.id, person, 'completed')
            on conflict on constraint idx_task_progress_task_id do update set status = 'completed' where tp.status <> 'completed';
        end if;
        return query select
            case when task.is_done or perform then 'done' else 'open' end::public.letter_act_state, task.title, task.topic;
    elsif act = 'accept_catch_up' then
        select c.id, c.status, c.summary ->> 'text' as text, p.topic into catch_up
        from public.catch_ups c
        join public.learning_plans p on p.id = c.plan_id
        where c.id = about and c.user_id = person and (private.learner_of(c.plan_id, person)).learns;
        if catch_up.id is null then
            return query select 'gone'::public.letter_act_state, null::text, null::text;
            return;
        end if;
        if perform and catch_up.status = 'open' then
            perform set_config('request.jwt.claims', jsonb_build_object(
                'sub', coalesce(u.auth_user_id::text, u.clerk_user_id)
            )::text, true)
            from public.users u where u.id = person;
            begin
                perform private.accept_own_catch_up(catch_up.id);
                catch_up.status := 'applied';
            exception when sqlstate 'PGRST' then
                -- The sessions have moved on since it was proposed, or somebody decided meanwhile.
                select c.status into catch_up.status from public.catch_ups c where c.id = about;
                if catch_up.status = 'open' then
                    return query select 'late'::public.letter_act_state, catch_up.text, catch_up.topic;
                    return;
                end if;
            end;
        end if;
        return query select case catch_up.status
            when 'open' then 'open' when 'applied' then 'done' else 'late'
        end::public.letter_act_state, catch_up.text, catch_up.topic;
    else
        perform private.refuse(422, 'unknown_act', 'act', 'Letters do not act like this', 'Send tick_task or accept_catch_up');
    end if;
end;
$$;

comment on function worker.act_by_letter is
    'How what a signed link is for stands, and with perform, does it; safe to repeat. title is the task''s, or what a catch-up moves.';

-- Definer: a link stands for its person, who has no token here.
create function worker.choose_mail(person uuid, kind text default null, enabled boolean default false) returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
    chosen integer;
begin
    -- The person before what is theirs, as deleting them does.
    perform from public.users u where u.id = person for key share;
    insert into public.notification_preferences as p (user_id, kind, channel, enabled)
    select u.id, k.kind, 'email',
        -- All of it again is what they had: the kinds that nobody gets unasked stay as they are.
        case when choose_mail.kind is null and choose_mail.enabled then k.email else choose_mail.enabled end
    from public.users u
    cross join public.notification_kinds k
    where u.id = person and k.kind = coalesce(choose_mail.kind, k.kind)
    on conflict on constraint notification_preferences_choose_once do update set enabled = excluded.enabled
    where p.enabled <> excluded.enabled
        and (excluded.enabled or not choose_mail.enabled or choose_mail.kind is not null);
    select count(*) into chosen from public.notification_preferences p
    where p.user_id = person and p.channel = 'email' and p.kind = coalesce(choose_mail.kind, p.kind);
    return chosen;
end;
$$;

comment on function worker.choose_mail is
    'Ends, or begins again, mail of a kind to a person, or of all kinds; safe to repeat. Answers how many kinds that were, 0 where the person or the kind is gone.';

-- Security --------------------------------------------------------------------------------------

alter table public.notification_kinds enable row level security;
alter table public.notification_preferences enable row level security;
alter table public.summary_times enable row level security;
alter table private.summary_hours enable row level security;
alter table public.mail_suppressions enable row level security;

create policy "Signed-in people read the kinds of messages" on public.notification_kinds
    for select to authenticated
    using ((select private.current_user_id()) is not null);

create policy "People read their own preferences" on public.notification_preferences
    for select to authenticated using (user_id = (select private.current_user_id()));
create policy "People add preferences of their own" on public.notification_preferences
    for insert to authenticated with check (user_id = (select private.current_user_id()));
create policy "People change their own preferences" on public.notification_preferences
    for update to authenticated
    using (user_id = (select private.current_user_id())) with check (user_id = (select private.current_user_id()));
create policy "People delete their own preferences" on public.notification_preferences
    for delete to authenticated using (user_id = (select private.current_user_id()));

create policy "People read when their summary comes" on public.summary_times
    for select to authenticated using (user_id = (select private.current_user_id()));
create policy "People choose when their summary comes" on public.summary_times
    for update to authenticated
    using (user_id = (select private.current_user_id())) with check (user_id = (select private.current_user_id()));

create policy "The service reads the hours" on private.summary_hours for select to service_role using (true);

create policy "People read why their address gets no mail" on public.mail_suppressions
    for select to authenticated using (address = (select private.current_email()));

revoke all on
    public.notification_kinds, public.notification_preferences, public.summary_times, public.mail_suppressions, private.summary_hours
    from public, anon, authenticated, service_role;
select private.let_people_read('public.notification_kinds');
select private.let_people_read('public.notification_preferences');
select private.let_people_read('public.summary_times');
select private.let_people_read('public.mail_suppressions');
grant delete,
    insert (user_id, kind, channel, enabled), update (user_id, kind, channel, enabled)
    on public.notification_preferences to authenticated;
grant update (weekday, time_of_day) on public.summary_times to authenticated;
grant select on private.summary_hours to service_role;
grant select, insert, update, delete on
    public.notification_kinds, public.notification_preferences, public.summary_times, public.mail_suppressions to service_role;

revoke execute on function
    private.check_notification_preference, private.wants, private.iso_week, private.next_summary,
    private.summary_hour, private.prune_summary_hours, private.check_summary_time, private.follow_summary_time, private.keep_summary_time,
    private.own_next_summary, public.next_summary, private.current_email, private.resume_own_mail,
    private.notify, private.tell, private.tell_of_confirmed_address, private.tell_of_generation, private.tell_of_catch_up,
    private.tell_of_export, private.tell_of_connection, private.tell_of_limit,
    private.enqueue_session_reminders, worker.send_notification, worker.act_by_letter, worker.choose_mail, public.resume_mail
    from public, anon, authenticated;
revoke execute on function public.resume_mail, public.next_summary from service_role;
grant execute on function
    private.current_email, private.resume_own_mail, public.resume_mail, private.own_next_summary, public.next_summary
    to authenticated;
grant execute on function worker.send_notification, worker.act_by_letter, worker.choose_mail to service_role;
