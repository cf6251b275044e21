-- Model calls: what each cost, what a model costs, and how much of it the platform affords in a day.

-- Tables ----------------------------------------------------------------------------------------

create table worker.model_prices (
    model text primary key check (char_length(model) between 1 and 200),
    input_usd_per_mtok numeric(12, 4) not null check (input_usd_per_mtok >= 0),
    output_usd_per_mtok numeric(12, 4) not null check (output_usd_per_mtok >= 0),
    updated_at timestamptz not null default now()
);

comment on table worker.model_prices is
    'What a model''s provider charges, in US dollars for a million tokens. The operator keeps it; a model without a row has no known cost.';

create table worker.platform_limits (
    name text primary key check (name in ('daily_model_tokens')),
    amount bigint not null check (amount >= 0),
    updated_at timestamptz not null default now()
);

comment on table worker.platform_limits is
    'What the whole platform affords. daily_model_tokens: tokens of all models in a UTC day, input and output; without a row there is no ceiling.';

create trigger model_prices_keep_fixed before update on worker.model_prices
    for each row execute function private.keep_fixed('model');
create trigger platform_limits_keep_fixed before update on worker.platform_limits
    for each row execute function private.keep_fixed('name');
create trigger model_prices_set_updated_at before update on worker.model_prices
    for each row execute function private.set_updated_at();
create trigger platform_limits_set_updated_at before update on worker.platform_limits
    for each row execute function private.set_updated_at();

-- Without foreign keys: what was paid stays paid when a plan is deleted.
create table private.model_calls (
    id uuid primary key,
    generation_id uuid not null,
    purpose text not null check (char_length(purpose) between 1 and 60),
    model text not null check (char_length(model) between 1 and 200),
    day date not null,
    reserved integer not null check (reserved >= 0),
    input_tokens integer check (input_tokens >= 0),
    output_tokens integer check (output_tokens >= 0),
    began_at timestamptz not null default now(),
    ended_at timestamptz
);

comment on table private.model_calls is
    'Every question to a model, by the id that its worker gave it: reserved before it was asked, settled after. One that never ended keeps its reservation: its worker died, and what it cost is not known.';

create index model_calls_generation_id on private.model_calls (generation_id);

create table private.model_days (
    day date primary key,
    reserved bigint not null default 0 check (reserved >= 0),
    used bigint not null default 0 check (used >= 0)
);

comment on table private.model_days is 'Tokens of all models in a UTC day: one row to lock, so that the ceiling holds under concurrency.';

alter table worker.model_prices enable row level security;
alter table worker.platform_limits enable row level security;
alter table private.model_calls enable row level security;
alter table private.model_days enable row level security;
create policy "The service keeps the prices" on worker.model_prices to service_role using (true) with check (true);
create policy "The service keeps the limits" on worker.platform_limits to service_role using (true) with check (true);
create policy "The service reads the calls" on private.model_calls for select to service_role using (true);
create policy "The service reads the days" on private.model_days for select to service_role using (true);
revoke all on worker.model_prices, worker.platform_limits, private.model_calls, private.model_days
    from public, anon, authenticated, service_role;
grant select, insert, update, delete on worker.model_prices, worker.platform_limits to service_role;
grant select on private.model_calls, private.model_days to service_role;

-- Counting --------------------------------------------------------------------------------------

create function private.model_tokens_left(at timestamptz default now()) returns bigint
language sql
stable
set search_path = ''
as $$
    select coalesce(
        (select l.amount from worker.platform_limits l where l.name = 'daily_model_tokens')
            - coalesce(
                (select d.reserved + d.used from private.model_days d where d.day = (at at time zone 'UTC')::date), 0
            ),
        9223372036854775807
    )
$$;

comment on function private.model_tokens_left is 'Tokens that the platform may still use in the UTC day of an instant.';

create function private.end_model_calls(ended jsonb) returns void
language plpgsql
set search_path = ''
as $$
declare
    call record;
begin
    -- The generation before the day, as begin_model_call has them: no deadlock between the two.
    perform from public.plan_generations g
    where g.id in (
        select c.generation_id
        from jsonb_to_recordset(coalesce(ended, '[]')) as e (call_id uuid)
        join private.model_calls c on c.id = e.call_id
    )
    order by g.id for no key update;
    for call in
        update private.model_calls c
        set input_tokens = e.input_tokens, output_tokens = e.output_tokens, ended_at = now()
        from jsonb_to_recordset(coalesce(ended, '[]')) as e (call_id uuid, input_tokens integer, output_tokens integer)
        where c.id = e.call_id and c.ended_at is null
        returning c.day, c.generation_id, c.reserved, coalesce(c.input_tokens + c.output_tokens, c.reserved) as used
    loop
        update private.model_days d
        set reserved = d.reserved - call.reserved, used = d.used + call.used
        where d.day = call.day;
        update public.plan_generations g
        set (input_tokens, output_tokens, cost_usd) = (
            select
                sum(c.input_tokens), sum(c.output_tokens),
                -- Unknown as soon as one price is.
                case when bool_and(p.model is not null) then
                    sum((c.input_tokens * p.input_usd_per_mtok + c.output_tokens * p.output_usd_per_mtok) / 1000000)
                end
            from private.model_calls c
            left join worker.model_prices p on p.model = c.model
            where c.generation_id = g.id and c.ended_at is not null
        )
        where g.id = call.generation_id;
    end loop;
end;
$$;

comment on function private.end_model_calls is
    'Settles calls [{"call_id", "input_tokens", "output_tokens"}], each once: what was reserved becomes what was used, and the generation says what it took. Null tokens: the service does not count, and the reservation stands.';

-- What workers call -----------------------------------------------------------------------------

-- Definer, as all of worker.
create function worker.begin_model_call(
    msg_id bigint,
    read_ct integer,
    call_id uuid,
    purpose text,
    model text,
    reserve integer,
    ended jsonb default null,
    report jsonb default null,
    at timestamptz default now()
) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    delivery record := private.hold_delivery('generate_plan', msg_id, read_ct);
    generation uuid;
    today date := (at at time zone 'UTC')::date;
    ceiling bigint;
begin
    -- Whoever has the job now, these were paid.
    perform private.end_model_calls(ended);
    if delivery.standing <> 'held' then
        return jsonb_build_object('standing', 'stale');
    end if;
    select g.id into generation
    from public.plan_generations g
    where g.id = (delivery.message ->> 'generation_id')::uuid and g.status in ('queued', 'running')
    for no key update;
    if not found then
        return jsonb_build_object('standing', 'cancelled');
    end if;
    if exists (select from private.model_calls c where c.id = begin_model_call.call_id and c.generation_id = generation) then
        return jsonb_build_object('standing', 'held'); -- the reply was lost
    end if;
    select l.amount into ceiling from worker.platform_limits l where l.name = 'daily_model_tokens';
    insert into private.model_days as d (day, reserved)
    select today, begin_model_call.reserve
    where ceiling is null or begin_model_call.reserve <= ceiling
    on conflict (day) do update
        set reserved = d.reserved + excluded.reserved
        where ceiling is null or d.reserved + d.used + excluded.reserved <= ceiling;
    if not found then
        return jsonb_build_object('standing', 'exhausted', 'resets_at', private.begins_again_on(at, 'day'));
    end if;
    insert into private.model_calls (id, generation_id, purpose, model, day, reserved)
    values (
        begin_model_call.call_id, generation, begin_model_call.purpose, begin_model_call.model, today,
        begin_model_call.reserve
    );
    perform private.report_generate_plan(
        delivery.message, coalesce(report, '{}') || jsonb_build_object('model_called', true)
    );
    return jsonb_build_object('standing', 'held');
end;
$$;

comment on function worker.begin_model_call is
    'Reserves tokens for a question to a model, before it is asked: held, also when it is asked twice; exhausted when the platform''s day is used up; stale or cancelled when the job is no longer this delivery''s. Settles earlier calls and reports progress on the way.';

-- Definer, as all of worker.
create function worker.end_model_calls(ended jsonb) returns void
language sql
security definer
set search_path = ''
as $$
    select private.end_model_calls(ended)
$$;

comment on function worker.end_model_calls is 'Settles calls that no further call or outcome will settle.';

-- Definer, as all of worker.
create function worker.model_day(at timestamptz default now()) returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
    select jsonb_build_object(
        'day', t.day,
        'used', coalesce(d.used, 0),
        'reserved', coalesce(d.reserved, 0),
        'ceiling', (select l.amount from worker.platform_limits l where l.name = 'daily_model_tokens')
    )
    from (select (at at time zone 'UTC')::date as day) t
    left join private.model_days d on d.day = t.day
$$;

comment on function worker.model_day is
    'Tokens of all models in the UTC day of an instant: {"day", "used", "reserved", "ceiling"}; a null ceiling is none.';

revoke execute on function
    private.model_tokens_left, private.end_model_calls, worker.begin_model_call, worker.end_model_calls, worker.model_day
    from public, anon, authenticated;
grant execute on function worker.begin_model_call, worker.end_model_calls, worker.model_day to service_role;
