-- Availability: when a person can study, and when they cannot; what the scheduler may fill.

-- A follower's own pace ---------------------------------------------------------------------------

alter table public.plan_followers
    add column weekly_hours integer,
    add column deadline_date date,
    add constraint plan_followers_weekly_hours_fit_a_week check (weekly_hours >= 0 and weekly_hours <= 80),
    add constraint plan_followers_deadline_date_is_sane check (deadline_date between '2000-01-01' and '2199-12-31');

comment on column public.plan_followers.weekly_hours is 'The follower''s own hours a week; null for the plan''s.';
comment on column public.plan_followers.deadline_date is 'The follower''s own last day; null for none. The owner''s deadline is the owner''s.';

select private.let_people_read('public.plan_followers');
grant insert (weekly_hours, deadline_date), update (weekly_hours, deadline_date) on public.plan_followers to authenticated;

-- Tables ----------------------------------------------------------------------------------------

create type public.catch_up_mode as enum ('propose', 'apply');
comment on type public.catch_up_mode is 'What a catch-up does with a schedule that slipped: ask first, or move at once.';

create table public.study_preferences (
    user_id uuid primary key default private.current_user_id() references public.users (id) on delete cascade,
    shortest_session_minutes integer not null default 25,
    longest_session_minutes integer not null default 90,
    daily_ceiling_minutes integer,
    reminder_lead_minutes integer default 30,
    catch_up public.catch_up_mode not null default 'propose',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint study_preferences_shortest_session_is_sane check (shortest_session_minutes >= 5 and shortest_session_minutes <= 240),
    constraint study_preferences_longest_session_is_sane check (longest_session_minutes >= 15 and longest_session_minutes <= 480),
    constraint study_preferences_sessions_are_in_order check (shortest_session_minutes <= longest_session_minutes),
    constraint study_preferences_daily_ceiling_fits_a_day check (daily_ceiling_minutes >= 15 and daily_ceiling_minutes <= 1440),
    constraint study_preferences_reminder_lead_is_sane check (reminder_lead_minutes >= 0 and reminder_lead_minutes <= 10080)
);

comment on table public.study_preferences is
    'How a person likes to study. Without a row the defaults hold; save by upsert, user_id may be left out.';
comment on column public.study_preferences.shortest_session_minutes is 'No session is shorter, except for a task that is, or that cannot be split otherwise.';
comment on column public.study_preferences.longest_session_minutes is 'A longer task is split.';
comment on column public.study_preferences.daily_ceiling_minutes is 'At most so much of one plan in a day; null for no ceiling.';
comment on column public.study_preferences.reminder_lead_minutes is 'How long before a session its alarm sounds; null for no alarm.';
comment on column public.study_preferences.catch_up is 'Whether a schedule that slipped is moved at once or proposed first.';

create table public.study_windows (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null default private.current_user_id() references public.users (id) on delete cascade,
    weekday smallint not null,
    starts time not null,
    ends time not null,
    created_at timestamptz not null default now(),
    constraint study_windows_weekday_is_a_day check (weekday between 1 and 7),
    constraint study_windows_end_after_they_start check (starts < ends)
);

comment on table public.study_windows is
    'When a person can study, each week, by the wall clock of their time zone. None at all: evenings and a weekend morning that hold the plan''s weekly hours.';
comment on column public.study_windows.weekday is 'ISO: 1 is Monday, 7 is Sunday.';
comment on column public.study_windows.ends is '24:00 is midnight at the end of the day.';

create index idx_study_windows_user_id on public.study_windows (user_id, weekday, starts);

create table public.days_off (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null default private.current_user_id() references public.users (id) on delete cascade,
    starts_on date not null,
    ends_on date not null,
    created_at timestamptz not null default now(),
    constraint days_off_end_after_they_start check (starts_on <= ends_on),
    constraint days_off_are_sane check (starts_on >= '2000-01-01' and ends_on <= '2199-12-31' and ends_on - starts_on <= 731)
);

comment on table public.days_off is 'Days without study, both ends counted, in the person''s time zone.';

create index idx_days_off_user_id on public.days_off (user_id, starts_on);

create table public.busy_times (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null default private.current_user_id() references public.users (id) on delete cascade,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    created_at timestamptz not null default now(),
    constraint busy_times_end_after_they_start check (starts_at < ends_at),
    constraint busy_times_are_sane check (starts_at >= '2000-01-01+00' and ends_at <= '2200-01-01+00' and ends_at - starts_at <= interval '366 days')
);

comment on table public.busy_times is 'Times that are taken by something else; no session is placed there.';

create index idx_busy_times_user_id on public.busy_times (user_id, ends_at);

create trigger study_preferences_set_updated_at before update on public.study_preferences
    for each row execute function private.set_updated_at();
create trigger study_preferences_keep_fixed before update on public.study_preferences
    for each row execute function private.keep_fixed('user_id', 'created_at');
create trigger study_windows_keep_fixed before update on public.study_windows
    for each row execute function private.keep_fixed('id', 'user_id', 'created_at');
create trigger days_off_keep_fixed before update on public.days_off
    for each row execute function private.keep_fixed('id', 'user_id', 'created_at');
create trigger busy_times_keep_fixed before update on public.busy_times
    for each row execute function private.keep_fixed('id', 'user_id', 'created_at');

-- What a form can show --------------------------------------------------------------------------

create function private.check_study_preferences() returns trigger
language plpgsql
set search_path = ''
as $$
begin
    if new.shortest_session_minutes is null or new.shortest_session_minutes not between 5 and 240 then
        perform private.refuse(422, 'invalid_shortest_session_minutes', 'shortest_session_minutes', 'The shortest session is not between 5 and 240 minutes', 'Send whole minutes, 5 to 240');
    elsif new.longest_session_minutes is null or new.longest_session_minutes not between 15 and 480 then
        perform private.refuse(422, 'invalid_longest_session_minutes', 'longest_session_minutes', 'The longest session is not between 15 and 480 minutes', 'Send whole minutes, 15 to 480');
    elsif new.shortest_session_minutes > new.longest_session_minutes then
        perform private.refuse(422, 'invalid_longest_session_minutes', 'longest_session_minutes', 'The longest session is shorter than the shortest', 'Make it at least as long as shortest_session_minutes');
    elsif new.daily_ceiling_minutes not between 15 and 1440 then
        perform private.refuse(422, 'invalid_daily_ceiling_minutes', 'daily_ceiling_minutes', 'The daily ceiling is not between 15 and 1440 minutes', 'Send whole minutes, 15 to 1440, or null for none');
    elsif new.reminder_lead_minutes not between 0 and 10080 then
        perform private.refuse(422, 'invalid_reminder_lead_minutes', 'reminder_lead_minutes', 'The reminder is not within a week before the session', 'Send whole minutes, 0 to 10080, or null for none');
    end if;
    return new;
end;
$$;

create function private.check_study_window() returns trigger
language plpgsql
set search_path = ''
as $$
begin
    if new.weekday is null or new.weekday not between 1 and 7 then
        perform private.refuse(422, 'invalid_weekday', 'weekday', 'The weekday is not between 1 and 7', 'Send 1 for Monday to 7 for Sunday');
    elsif new.starts is null or new.ends is null then
        perform private.refuse(422, 'missing_study_window', 'starts', 'A window needs both its times', 'Send starts and ends as HH:MM');
    elsif new.ends <= new.starts then
        perform private.refuse(422, 'invalid_ends', 'ends', 'The window ends before it starts', 'Send a later time, up to 24:00; a window past midnight is two windows');
    end if;
    return new;
end;
$$;

create function private.check_day_off() returns trigger
language plpgsql
set search_path = ''
as $$
begin
    if new.starts_on is null or new.ends_on is null then
        perform private.refuse(422, 'missing_day_off', 'starts_on', 'Days off need both their dates', 'Send starts_on and ends_on; for one day they are the same');
    elsif new.ends_on < new.starts_on then
        perform private.refuse(422, 'invalid_ends_on', 'ends_on', 'The days off end before they start', 'Choose a day on or after starts_on');
    elsif new.starts_on not between '2000-01-01' and '2199-12-31' or new.ends_on - new.starts_on > 731 then
        perform private.refuse(422, 'invalid_ends_on', 'ends_on', 'The days off last too long', 'Choose at most two years at a time');
    end if;
    return new;
end;
$$;

create function private.check_busy_time() returns trigger
language plpgsql
set search_path = ''
as $$
begin
    if new.starts_at is null or new.ends_at is null then
        perform private.refuse(422, 'missing_busy_time', 'starts_at', 'A busy time needs both its ends', 'Send starts_at and ends_at with their time zone');
    elsif new.ends_at <= new.starts_at then
        perform private.refuse(422, 'invalid_ends_at', 'ends_at', 'The busy time ends before it starts', 'Choose a later time');
    elsif new.starts_at < '2000-01-01+00' or new.ends_at > '2200-01-01+00' or new.ends_at - new.starts_at > interval '366 days' then
        perform private.refuse(422, 'invalid_ends_at', 'ends_at', 'The busy time lasts too long', 'Choose at most a year at a time');
    end if;
    return new;
end;
$$;

comment on function private.check_study_preferences is 'Trigger: preferences are within bounds; refuses naming the field.';
comment on function private.check_study_window is 'Trigger: a window is one on a day of the week; refuses naming the field.';
comment on function private.check_day_off is 'Trigger: days off are in order; refuses naming the field.';
comment on function private.check_busy_time is 'Trigger: a busy time is in order; refuses naming the field.';

-- Definer: counts past row level security, which has spoken by then, and locks the person's row, so
-- that two inserts at once cannot both be the last that fits.
create function private.limit_availability() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
    others integer;
    most integer := tg_argv[0]::integer;
begin
    perform from public.users u where u.id = new.user_id for no key update;
    execute format('select count(*) from public.%I a where a.user_id = $1', tg_table_name) into others using new.user_id;
    if others > most then
        perform private.refuse(
            403, tg_table_name || '_limit_reached', 'user_id',
            format('There are %s already', most), 'Delete some that are over, or join some together'
        );
    end if;
    return null;
end;
$$;

-- Definer: as above.
create function private.refuse_overlap() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    if exists (
        select from public.study_windows w
        where w.user_id = new.user_id and w.weekday = new.weekday and w.id <> new.id
            and w.starts < new.ends and w.ends > new.starts
    ) then
        perform private.refuse(
            409, 'windows_overlap', 'starts', 'Two windows of one day overlap',
            'Join them into one, or save the whole week at once: rpc/save_study_windows'
        );
    end if;
    return null;
end;
$$;

comment on function private.limit_availability is 'Trigger: bounds how many rows a person has, under concurrent inserts too; the argument says how many.';
comment on function private.refuse_overlap is 'Trigger: the windows of a day do not overlap.';

revoke execute on function
    private.check_study_preferences, private.check_study_window, private.check_day_off, private.check_busy_time,
    private.limit_availability, private.refuse_overlap
    from public, anon, authenticated;

create trigger study_preferences_check before insert or update on public.study_preferences
    for each row execute function private.check_study_preferences();
create trigger study_windows_check before insert or update on public.study_windows
    for each row execute function private.check_study_window();
create trigger days_off_check before insert or update on public.days_off
    for each row execute function private.check_day_off();
create trigger busy_times_check before insert or update on public.busy_times
    for each row execute function private.check_busy_time();
create trigger study_windows_limit after insert on public.study_windows
    for each row execute function private.limit_availability('50');
create trigger days_off_limit after insert on public.days_off
    for each row execute function private.limit_availability('200');
create trigger busy_times_limit after insert on public.busy_times
    for each row execute function private.limit_availability('2000');
create trigger study_windows_refuse_overlap after insert or update on public.study_windows
    for each row execute function private.refuse_overlap();

-- Security --------------------------------------------------------------------------------------

alter table public.study_preferences enable row level security;
alter table public.study_windows enable row level security;
alter table public.days_off enable row level security;
alter table public.busy_times enable row level security;

create policy "People read their own study preferences" on public.study_preferences
    for select to authenticated using (user_id = (select private.current_user_id()));
create policy "People choose their own study preferences" on public.study_preferences
    for insert to authenticated with check (user_id = (select private.current_user_id()));
create policy "People change their own study preferences" on public.study_preferences
    for update to authenticated
    using (user_id = (select private.current_user_id())) with check (user_id = (select private.current_user_id()));
create policy "People delete their own study preferences" on public.study_preferences
    for delete to authenticated using (user_id = (select private.current_user_id()));

create policy "People read their own study windows" on public.study_windows
    for select to authenticated using (user_id = (select private.current_user_id()));
create policy "People add study windows of their own" on public.study_windows
    for insert to authenticated with check (user_id = (select private.current_user_id()));
create policy "People change their own study windows" on public.study_windows
    for update to authenticated
    using (user_id = (select private.current_user_id())) with check (user_id = (select private.current_user_id()));
create policy "People delete their own study windows" on public.study_windows
    for delete to authenticated using (user_id = (select private.current_user_id()));

create policy "People read their own days off" on public.days_off
    for select to authenticated using (user_id = (select private.current_user_id()));
create policy "People add days off of their own" on public.days_off
    for insert to authenticated with check (user_id = (select private.current_user_id()));
create policy "People change their own days off" on public.days_off
    for update to authenticated
    using (user_id = (select private.current_user_id())) with check (user_id = (select private.current_user_id()));
create policy "People delete their own days off" on public.days_off
    for delete to authenticated using (user_id = (select private.current_user_id()));

create policy "People read their own busy times" on public.busy_times
    for select to authenticated using (user_id = (select private.current_user_id()));
create policy "People add busy times of their own" on public.busy_times
    for insert to authenticated with check (user_id = (select private.current_user_id()));
create policy "People change their own busy times" on public.busy_times
    for update to authenticated
    using (user_id = (select private.current_user_id())) with check (user_id = (select private.current_user_id()));
create policy "People delete their own busy times" on public.busy_times
    for delete to authenticated using (user_id = (select private.current_user_id()));

revoke all on public.study_preferences, public.study_windows, public.days_off, public.busy_times
    from public, anon, authenticated, service_role;
select private.let_people_read('public.study_preferences');
select private.let_people_read('public.study_windows');
select private.let_people_read('public.days_off');
select private.let_people_read('public.busy_times');
grant delete,
    insert (shortest_session_minutes, longest_session_minutes, daily_ceiling_minutes, reminder_lead_minutes, catch_up),
    update (shortest_session_minutes, longest_session_minutes, daily_ceiling_minutes, reminder_lead_minutes, catch_up)
    on public.study_preferences to authenticated;
grant delete, insert (weekday, starts, ends), update (weekday, starts, ends) on public.study_windows to authenticated;
grant delete, insert (starts_on, ends_on), update (starts_on, ends_on) on public.days_off to authenticated;
grant delete, insert (starts_at, ends_at), update (starts_at, ends_at) on public.busy_times to authenticated;
grant select, insert, update, delete on
    public.study_preferences, public.study_windows, public.days_off, public.busy_times to service_role;

-- The whole week at once ------------------------------------------------------------------------

create function private.read_clock(value text, place bigint, name text) returns time
language plpgsql
immutable
set search_path = ''
as $$
begin
    if coalesce(value, '') !~ '^([01]?\d|2[0-4]):[0-5]\d(:00)?$' then
        raise invalid_datetime_format;
    end if;
    return value::time;
exception when invalid_datetime_format or datetime_field_overflow then
    perform private.refuse(422, 'invalid_study_window', format('windows[%s].%s', place, name), format('%s is not a time of day', name), 'Send HH:MM, 00:00 to 24:00');
end;
$$;

comment on function private.read_clock is 'A time of day from the text of a window in a list; refuses naming the window.';

create function public.save_study_windows(windows jsonb) returns setof public.study_windows
language plpgsql
set search_path = ''
as $$
declare
    me uuid := private.current_user_id();
    given record;
    first time;
    last time;
begin
    if me is null then
        perform private.refuse(401, 'not_signed_in', 'authorization', 'Nobody is signed in', 'Sign in and send the token');
    end if;
    if jsonb_typeof(windows) is distinct from 'array' or jsonb_array_length(windows) > 50 then
        perform private.refuse(422, 'invalid_study_windows', 'windows', 'The windows are not a list of at most 50', 'Send [{"weekday": 1, "starts": "18:00", "ends": "20:00"}, …]');
    end if;
    -- One after the other: of two weeks saved at once, one is kept, and not half of each.
    perform from public.users u where u.id = me for no key update;
    delete from public.study_windows w where w.user_id = me;
    for given in
        select e.place - 1 as place, e.value ->> 'weekday' as weekday, e.value ->> 'starts' as starts, e.value ->> 'ends' as ends
        from jsonb_array_elements(windows) with ordinality as e (value, place)
    loop
        if coalesce(given.weekday, '') !~ '^[1-7]$' then
            perform private.refuse(422, 'invalid_study_window', format('windows[%s].weekday', given.place), 'The weekday is not between 1 and 7', 'Send 1 for Monday to 7 for Sunday');
        end if;
        first := private.read_clock(given.starts, given.place, 'starts');
        last := private.read_clock(given.ends, given.place, 'ends');
        if last <= first then
            perform private.refuse(422, 'invalid_study_window', format('windows[%s].ends', given.place), 'The window ends before it starts', 'Send a later time, up to 24:00; a window past midnight is two windows');
        elsif exists (
            select from public.study_windows w
            where w.user_id = me and w.weekday = given.weekday::smallint and w.starts < last and w.ends > first
        ) then
            perform private.refuse(409, 'windows_overlap', format('windows[%s].starts', given.place), 'Two windows of one day overlap', 'Join them into one');
        end if;
        return query
            insert into public.study_windows (weekday, starts, ends) values (given.weekday::smallint, first, last)
            returning *;
    end loop;
end;
$$;

comment on function public.save_study_windows is
    'Replaces all my study windows by the list [{"weekday", "starts", "ends"}]; an empty list brings the defaults back. A refusal names the entry, as in windows[2].ends, and changes nothing.';

revoke execute on function private.read_clock, public.save_study_windows from public, anon, authenticated, service_role;
grant execute on function private.read_clock, public.save_study_windows to authenticated;
