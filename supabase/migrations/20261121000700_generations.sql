-- Generations: asking for a plan, following the work, and saving what comes of it.

create type public.generation_kind as enum ('create', 'regenerate_plan', 'regenerate_module');
create type public.generation_scope as enum ('whole', 'remaining');
create type public.generation_status as enum ('queued', 'running', 'succeeded', 'failed', 'cancelled');
comment on type public.generation_kind is 'What was asked for: a first plan, the plan anew, or one module anew.';
comment on type public.generation_scope is 'How much of a plan is made anew: all of it, or what remains to be done.';
comment on type public.generation_status is 'How a generation stands; the last three are final.';

-- Tables ----------------------------------------------------------------------------------------

create table public.plan_generations (
    id uuid primary key default gen_random_uuid(),
    plan_id uuid not null references public.learning_plans (id) on delete cascade,
    kind public.generation_kind not null default 'create',
    scope public.generation_scope,
    module_id uuid references public.modules (id) on delete set null,
    status public.generation_status not null default 'queued',
    progress smallint not null default 0,
    draft jsonb,
    error jsonb,
    model text not null,
    prompt jsonb not null,
    prompt_version text,
    parameters jsonb,
    output_summary jsonb,
    figures jsonb,
    input_tokens integer check (input_tokens >= 0),
    output_tokens integer check (output_tokens >= 0),
    cost_usd numeric(12, 6) check (cost_usd >= 0),
    model_called_at timestamptz,
    started_at timestamptz,
    finished_at timestamptz,
    created_at timestamptz not null default now(),
    constraint plan_generations_progress_is_a_percentage check (progress between 0 and 100),
    constraint plan_generations_model_is_a_line check (char_length(model) between 1 and 200 and model !~ '[[:cntrl:]]'),
    constraint plan_generations_prompt_is_bounded check (octet_length(prompt::text) <= 65536),
    constraint plan_generations_parameters_are_bounded check (octet_length(parameters::text) <= 16384),
    constraint plan_generations_output_summary_is_bounded check (octet_length(output_summary::text) <= 65536),
    constraint plan_generations_figures_are_bounded check (octet_length(figures::text) <= 16384),
    constraint plan_generations_draft_is_bounded check (octet_length(draft::text) <= 1048576)
);

comment on table public.plan_generations is
    'The history of a plan''s generations: what was asked of whom, how it went, what came of it. Follow a running one by polling its row.';
comment on column public.plan_generations.scope is 'How much of the plan a regeneration makes anew.';
comment on column public.plan_generations.module_id is 'The module that is made anew; null once it is deleted, and for the other kinds.';
comment on column public.plan_generations.figures is
    'How well the model did: {"valid_at_first_try", "repaired", "links": {"proposed", "alive", "replaced", "dropped"}}; set by the worker.';
comment on column public.plan_generations.progress is 'Per cent, 0 to 100.';
comment on column public.plan_generations.draft is 'The growing outline while it runs; null once finished.';
comment on column public.plan_generations.error is '{"code", "message", "remedy"}: why it failed, or why it is being tried again.';
comment on column public.plan_generations.model is 'Model that made it; built-in for the built-in planner; pending until the work begins.';
comment on column public.plan_generations.prompt is 'The inputs, as they were when it was asked for.';
comment on column public.plan_generations.model_called_at is 'When a model was first called: from then on cancelling refunds nothing.';
comment on column public.plan_generations.cost_usd is 'US dollars, where the price of the model is known.';

create index idx_plan_generations_plan_id on public.plan_generations (plan_id);
create index idx_plan_generations_module_id on public.plan_generations (module_id);
-- One at a time: two would race for the same weeks.
create unique index plan_generations_run_one_at_a_time on public.plan_generations (plan_id)
    where status in ('queued', 'running');

-- Keyed by person and without foreign keys: no deletion takes anything out of it.
create table private.usage_ledger (
    id bigint generated always as identity primary key,
    person uuid not null,
    kind text not null check (kind in ('generation')),
    quantity integer not null check (quantity in (1, -1)),
    generation_id uuid not null,
    created_at timestamptz not null default now(),
    constraint usage_ledger_counts_once unique (generation_id, quantity)
);

comment on table private.usage_ledger is 'What each person has used, append-only; a refund is a row of −1.';

create index usage_ledger_person on private.usage_ledger (person, kind, created_at);

create table private.plan_requests (
    person uuid not null references public.users (id) on delete cascade,
    request_key text not null,
    arguments jsonb not null,
    plan_id uuid references public.learning_plans (id) on delete cascade,
    generation_id uuid references public.plan_generations (id) on delete set null,
    created_at timestamptz not null default now(),
    primary key (person, request_key)
);

comment on table private.plan_requests is 'Which create_plan calls were answered already, by the caller''s own key.';

create index plan_requests_plan_id on private.plan_requests (plan_id);
create index plan_requests_generation_id on private.plan_requests (generation_id);

alter table private.usage_ledger enable row level security;
alter table private.plan_requests enable row level security;
create policy "The service reads the ledger" on private.usage_ledger for select to service_role using (true);
create policy "The service reads the requests" on private.plan_requests for select to service_role using (true);
revoke all on private.usage_ledger, private.plan_requests from public, anon, authenticated, service_role;
grant select on private.usage_ledger, private.plan_requests to service_role;

create function private.refuse_change() returns trigger
language plpgsql
set search_path = ''
as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end;
$$;

comment on function private.refuse_change is 'Trigger: a ledger is written once.';
revoke execute on function private.refuse_change from public, anon, authenticated;

create trigger usage_ledger_is_append_only before update or delete or truncate on private.usage_ledger
    for each statement execute function private.refuse_change();

-- What never changes; what a person inserts is a record -------------------------------------------

create trigger plan_generations_keep_fixed before update on public.plan_generations
    for each row execute function private.keep_fixed('id', 'plan_id', 'kind', 'scope', 'created_at');

create function private.record_generation() returns trigger
language plpgsql
set search_path = ''
as $$
begin
    if current_user = 'authenticated' then
        new.status := 'succeeded';
        new.progress := 100;
        new.finished_at := now();
    end if;
    return new;
end;
$$;

comment on function private.record_generation is
    'Trigger: a generation that a person inserts is a record of something done, not a job.';

create trigger plan_generations_record before insert on public.plan_generations
    for each row execute function private.record_generation();

-- Definer: counts over all plans of the owner. After the insert, so that row level security speaks first.
create function private.limit_generations() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
    owner uuid;
    allowed integer;
begin
    select p.user_id into owner from public.learning_plans p where p.id = new.plan_id;
    perform from public.users u where u.id = owner for no key update;
    allowed := coalesce((private.limits_of(owner)).max_generations_in_flight, 0);
    if new.status in ('queued', 'running') and (
        select count(*) from public.plan_generations g
        join public.learning_plans p on p.id = g.plan_id
        where p.user_id = owner and g.status in ('queued', 'running')
    ) > allowed then
        perform private.refuse(
            429, 'too_many_generations', 'plan_id',
            format('This account may have %s generations under way at a time', allowed),
            'Wait for one to finish, or cancel it'
        );
    end if;
    if (select count(*) from public.plan_generations g where g.plan_id = new.plan_id) > 100 then
        perform private.refuse(
            403, 'too_many_records', 'plan_id',
            'A plan keeps up to 100 generations',
            'Delete old ones first'
        );
    end if;
    return null;
end;
$$;

comment on function private.limit_generations is
    'Trigger: holds the tier''s number of generations under way, and the number of records a plan keeps.';

revoke execute on function private.record_generation, private.limit_generations from public, anon, authenticated;

create trigger plan_generations_limit after insert on public.plan_generations
    for each row execute function private.limit_generations();

-- Security --------------------------------------------------------------------------------------

alter table public.plan_generations enable row level security;

create policy "Owners read the generations of their plans" on public.plan_generations
    for select to authenticated
    using (plan_id = any (array(
        select p.id from public.learning_plans p where p.user_id = (select private.current_user_id())
    )));
create policy "Owners record generations of their plans" on public.plan_generations
    for insert to authenticated
    with check (private.owns_plan(plan_id));
create policy "Owners update the summary of their generations" on public.plan_generations
    for update to authenticated
    using (plan_id = any (array(
        select p.id from public.learning_plans p where p.user_id = (select private.current_user_id())
    )))
    with check (private.owns_plan(plan_id));
-- Finished ones alone: deleting what is under way would make room for more of it.
create policy "Owners delete the finished generations of their plans" on public.plan_generations
    for delete to authenticated
    using (
        status in ('succeeded', 'failed', 'cancelled')
        and plan_id = any (array(
            select p.id from public.learning_plans p where p.user_id = (select private.current_user_id())
        ))
    );

revoke all on public.plan_generations from public, anon, authenticated, service_role;
select private.let_people_read('public.plan_generations');
grant delete,
    insert (plan_id, model, prompt, parameters, output_summary),
    update (output_summary)
    on public.plan_generations to authenticated;
grant select, insert, update, delete on public.plan_generations to service_role;

-- Asking ----------------------------------------------------------------------------------------

create function private.months_usage(person uuid, at timestamptz) returns integer
language sql
stable
set search_path = ''
as $$
    select coalesce(sum(l.quantity), 0)::integer
    from private.usage_ledger l
    where l.person = months_usage.person
        and l.kind = 'generation'
        and l.created_at >= date_trunc('month', at, 'UTC')
$$;

comment on function private.months_usage is 'Generations used by a person in the UTC month of an instant, refunds taken off.';

create function private.months_charges(person uuid, at timestamptz) returns integer
language sql
stable
set search_path = ''
as $$
    select count(*)::integer
    from private.usage_ledger l
    where l.person = months_charges.person
        and l.kind = 'generation'
        and l.quantity = 1
        and l.created_at >= date_trunc('month', at, 'UTC')
$$;

comment on function private.months_charges is 'Generations asked for by a person in the UTC month of an instant, refunded or not.';

create function private.refund_generation(generation uuid) returns void
language sql
set search_path = ''
as $$
    -- With the time of what it takes back: a refund belongs to the month that was charged.
    insert into private.usage_ledger (person, kind, quantity, generation_id, created_at)
    select l.person, l.kind, -1, l.generation_id, l.created_at
    from private.usage_ledger l
    where l.generation_id = generation and l.quantity = 1
    on conflict do nothing
$$;

comment on function private.refund_generation is 'Takes a reserved generation off the ledger again, once.';

create function private.planner_inputs(plan uuid) returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_build_object(
        'topic', p.topic,
        'skill_level', p.skill_level,
        'weekly_hours', p.weekly_hours,
        'learning_style', p.learning_style,
        'start_date', coalesce(p.start_date, private.local_date(p.created_at, u.time_zone)),
        'deadline_date', p.deadline_date,
        'language', p.language,
        'notes', n.notes,
        'finished', (
            -- In this plan and in others of theirs about the same: the newest, cut to what a prompt has room for.
            select coalesce(jsonb_agg(left(f.title, 200) order by f.completed_at desc), '[]')
            from (
                select t.title, max(tp.completed_at) as completed_at,
                    sum(octet_length(left(t.title, 200))) over (order by max(tp.completed_at) desc, t.title) as bytes
                from public.learning_plans other
                join public.modules m on m.plan_id = other.id
                join public.tasks t on t.module_id = m.id
                join public.task_progress tp
                    on tp.task_id = t.id and tp.user_id = p.user_id and tp.status = 'completed'
                where other.user_id = p.user_id
                    and (other.id = p.id or extensions.similarity(other.topic, p.topic) >= 0.3)
                group by t.title
                order by max(tp.completed_at) desc, t.title
                limit 100
            ) f
            where f.bytes <= 40000 -- with notes and a wish, what a row takes
        )
    )
    from public.learning_plans p
    join public.users u on u.id = p.user_id
    left join public.plan_notes n on n.plan_id = p.id
    where p.id = plan
$$;

comment on function private.planner_inputs is
    'What the planner needs to know of a plan, and what its owner finished already of the same topic.';

create function private.begins_again_on(at timestamptz, period text) returns timestamptz
language sql
immutable
set search_path = ''
return date_trunc(period, at, 'UTC') + ('1 ' || period)::interval;

comment on function private.begins_again_on is 'When the UTC month or day after an instant begins: what is counted by it is free again then.';

-- Definer: reserves usage and sends to pgmq, both closed to people; it checks whose plan it is.
create function private.request_generation(
    plan uuid,
    wanted public.generation_kind,
    scope public.generation_scope default null,
    module uuid default null,
    wish text default null,
    at timestamptz default now()
) returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
    owner uuid := private.current_user_id();
    limits public.tier_limits;
    running record;
    generation uuid;
begin
    -- The person before the plan, as deleting an account does: no deadlock between the two.
    perform from public.users u where u.id = owner for no key update;
    perform from public.learning_plans p where p.id = plan and p.user_id = owner for no key update;
    if not found then
        perform private.refuse(404, 'plan_not_found', 'plan_id', 'There is no such plan', 'Check the id; only the owner may ask for this');
    end if;
    -- The plan is locked: who asks a second time gets the work that is under way already.
    select g.id, (g.kind, g.scope, g.module_id) is not distinct from (wanted, request_generation.scope, module)
            and g.prompt ->> 'wish' is not distinct from wish as same
    into running
    from public.plan_generations g where g.plan_id = plan and g.status in ('queued', 'running');
    if running.same then
        return running.id;
    elsif running.id is not null then
        perform private.refuse(
            409, 'generation_under_way', 'plan_id',
            'Something else is being made of this plan', 'Wait for it to finish, or cancel it'
        );
    end if;
    limits := private.limits_of(owner);
    -- What was refunded counts as well in the end: asking and cancelling makes rows each time.
    if private.months_usage(owner, at) >= coalesce(limits.max_generations_per_month, 0)
        or private.months_charges(owner, at) >= 5 * coalesce(limits.max_generations_per_month, 0)
    then
        perform private.refuse(
            429, 'monthly_generations_used', 'plan_id',
            format('All %s generations of this month are used', limits.max_generations_per_month),
            format(
                'They come back on %s (UTC); or move to a larger tier',
                to_char(private.begins_again_on(at, 'month') at time zone 'UTC', 'YYYY-MM-DD')
            )
        );
    end if;
    if private.model_tokens_left(at) <= 0 then
        perform private.refuse(
            503, 'model_budget_used', 'plan_id',
            'Learnbase has planned as much as it can today',
            format(
                'Try again after %s (UTC); nothing was counted',
                to_char(private.begins_again_on(at, 'day') at time zone 'UTC', 'YYYY-MM-DD HH24:MI')
            )
        );
    end if;
    insert into public.plan_generations (plan_id, kind, scope, module_id, model, prompt)
    values (
        plan, wanted, request_generation.scope, module, 'pending',
        private.planner_inputs(plan) || jsonb_strip_nulls(jsonb_build_object('wish', wish))
    )
    returning id into generation;
    insert into private.usage_ledger (person, kind, quantity, generation_id, created_at)
    values (owner, 'generation', 1, generation, at);
    perform private.enqueue('generate_plan', jsonb_build_object('v', 1, 'generation_id', generation));
    return generation;
end;
$$;

comment on function private.request_generation is
    'Reserves one generation of the month, makes its row and sends its message, together.';

-- Definer: the table of answered requests is closed; the row belongs to whoever asks.
create function private.claim_request(key text, sent jsonb, out plan_id uuid, out generation_id uuid)
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
    answered private.plan_requests;
begin
    insert into private.plan_requests (person, request_key, arguments)
    values (private.current_user_id(), key, sent)
    on conflict do nothing;
    if found then
        return;
    end if;
    select r.* into answered
    from private.plan_requests r where r.person = private.current_user_id() and r.request_key = key;
    if answered.arguments <> sent then
        perform private.refuse(
            409, 'request_key_reused', 'request_key',
            'This request_key was used for another plan',
            'Make a new key for each new wish; repeat a key only to repeat a request'
        );
    end if;
    claim_request.plan_id := answered.plan_id;
    claim_request.generation_id := answered.generation_id;
end;
$$;

comment on function private.claim_request is
    'Remembers a request by its key; answers the ids of the first one when it was answered before, nulls otherwise.';

-- Definer: as above.
create function private.answer_request(key text, plan uuid, generation uuid) returns void
language sql
security definer
set search_path = ''
as $$
    update private.plan_requests r
    set plan_id = plan, generation_id = generation
    where r.person = private.current_user_id() and r.request_key = key
$$;

comment on function private.answer_request is 'Keeps the ids that a request was answered with.';

-- Definer: people may not write origin; this says that the plan is to be made by a job.
create function private.await_planner(plan uuid) returns void
language sql
security definer
set search_path = ''
as $$
    update public.learning_plans p
    set origin = 'ai'
    where p.id = plan and p.user_id = private.current_user_id()
        and not exists (select from public.modules m where m.plan_id = p.id)
$$;

comment on function private.await_planner is 'Marks a new, empty plan as one that a job will make.';

revoke execute on function
    private.months_usage, private.months_charges, private.refund_generation, private.planner_inputs,
    private.begins_again_on, private.request_generation,
    private.claim_request, private.answer_request, private.await_planner
    from public, anon, authenticated;
grant execute on function
    private.request_generation, private.claim_request, private.answer_request, private.await_planner
    to authenticated;

create function private.in_words(field text) returns text
language sql
immutable
set search_path = ''
return upper(left(field, 1)) || replace(substr(field, 2), '_', ' ');

comment on function private.in_words is 'A field''s name as it begins a sentence: weekly_hours → Weekly hours.';

create function private.read_date(value text, field text) returns date
language plpgsql
stable
set search_path = ''
as $$
declare
    given text := nullif(btrim(value), '');
begin
    if given is null then
        return null;
    end if;
    -- ISO alone: "today" and "infinity" are dates to Postgres, and no form sends them.
    if given !~ '^\d{4}-\d{2}-\d{2}$' then
        raise invalid_datetime_format;
    end if;
    return given::date;
exception when invalid_datetime_format or datetime_field_overflow then
    perform private.refuse(
        422, 'invalid_' || field, field,
        format('%s is not a date', private.in_words(field)),
        'Send a calendar date as YYYY-MM-DD'
    );
end;
$$;

comment on function private.read_date is 'A date from a form''s text; refuses naming the field.';

create function private.read_hours(value text) returns integer
language plpgsql
stable
set search_path = ''
as $$
declare
    given text := translate(replace(btrim(coalesce(value, '')), ' ', ''), '–—', '--');
    hours integer := case given
        when '1-2' then 2
        when '3-5' then 5
        when '6-10' then 10
        when '11-15' then 15
        when '16-20' then 20
        when '20+' then 25
    end;
begin
    if hours is null and given ~ '^\d{1,4}$' then
        hours := given::integer;
    end if;
    if given = '' then
        perform private.refuse(422, 'missing_weekly_hours', 'weekly_hours', 'Weekly hours are missing', 'Say how many hours a week there are, 0 to 80');
    elsif hours is null or hours > 80 then
        perform private.refuse(
            422, 'invalid_weekly_hours', 'weekly_hours',
            'Weekly hours are not between 0 and 80',
            'Send whole hours, 0 to 80, or one of 1-2, 3-5, 6-10, 11-15, 16-20, 20+'
        );
    end if;
    return hours;
end;
$$;

comment on function private.read_hours is 'Hours a week from a number or one of the UI''s ranges (1-2 → 2, 3-5 → 5, 6-10 → 10, 11-15 → 15, 16-20 → 20, 20+ → 25).';

create function private.read_choice(value text, field text, choices text[], otherwise text default null) returns text
language plpgsql
stable
set search_path = ''
as $$
declare
    given text := coalesce(nullif(lower(btrim(value)), ''), otherwise);
begin
    if given is null then
        perform private.refuse(
            422, 'missing_' || field, field,
            format('%s is missing', private.in_words(field)),
            'Send one of ' || array_to_string(choices, ', ')
        );
    elsif not given = any (choices) then
        perform private.refuse(
            422, 'invalid_' || field, field,
            format('%s is not a known %s', left(given, 60), replace(field, '_', ' ')),
            'Send one of ' || array_to_string(choices, ', ')
        );
    end if;
    return given;
end;
$$;

comment on function private.read_choice is 'One of some words, in any case; refuses naming the field and the choices.';

create function private.read_line(value text, field text, longest integer) returns text
language plpgsql
stable
set search_path = ''
as $$
declare
    given text := btrim(coalesce(value, ''));
    said text := private.in_words(field);
begin
    if given = '' then
        perform private.refuse(422, 'missing_' || field, field, said || ' is missing', format('Send 1 to %s characters', longest));
    elsif char_length(given) > longest then
        perform private.refuse(
            422, 'invalid_' || field, field,
            format('%s is too long: %s characters', said, char_length(given)),
            format('Shorten it to %s characters', longest)
        );
    elsif given ~ '[[:cntrl:]\u2028\u2029\u202a-\u202e\u2066-\u2069]' then
        perform private.refuse(422, 'invalid_' || field, field, said || ' has control characters', 'Send one line of plain text');
    elsif given !~ '[^[:space:]\u00a0\u200b-\u200f\u202a-\u202e\u2060\ufeff]' then
        perform private.refuse(422, 'invalid_' || field, field, said || ' has nothing to see', 'Send one line of plain text');
    end if;
    return given;
end;
$$;

comment on function private.read_line is 'One line of text, trimmed; refuses naming the field.';

revoke execute on function private.in_words, private.read_date, private.read_hours, private.read_choice, private.read_line
    from public, anon, authenticated;
grant execute on function private.in_words, private.read_date, private.read_hours, private.read_choice, private.read_line to authenticated;

create type public.plan_receipt as (plan_id uuid, generation_id uuid);
comment on type public.plan_receipt is 'What create_plan answers: the plan, and the generation to follow.';

create function public.create_plan(
    topic text default null,
    skill_level text default null,
    weekly_hours text default null,
    learning_style text default null,
    start_date text default null,
    deadline_date text default null,
    notes text default null,
    visibility text default null,
    language text default null,
    request_key text default null
) returns public.plan_receipt
language plpgsql
set search_path = ''
as $$
#variable_conflict use_variable
declare
    receipt public.plan_receipt;
    me uuid := private.current_user_id();
    wished_topic text;
    wished_level text;
    wished_hours integer;
    wished_style text;
    first_day date;
    last_day date;
    today date;
    wished_notes text := nullif(btrim(replace(notes, E'\r\n', E'\n')), '');
    wished_visibility text;
    wished_language text;
    key text;
begin
    if me is null then
        perform private.refuse(401, 'not_signed_in', 'authorization', 'Nobody is signed in', 'Sign in and send the token');
    end if;
    wished_topic := private.read_line(topic, 'topic', 200);
    wished_level := private.read_choice(skill_level, 'skill_level', array['beginner', 'intermediate', 'advanced']);
    wished_hours := private.read_hours(weekly_hours);
    wished_style := private.read_choice(
        case when lower(btrim(learning_style)) in ('hands-on', 'hands on', 'hands_on') then 'practice' else learning_style end,
        'learning_style', array['reading', 'video', 'practice', 'mixed']
    );
    first_day := private.read_date(start_date, 'start_date');
    last_day := private.read_date(deadline_date, 'deadline_date');
    if char_length(wished_notes) > 2000 then
        perform private.refuse(422, 'invalid_notes', 'notes', format('Notes are too long: %s characters', char_length(wished_notes)), 'Shorten them to 2000 characters');
    elsif wished_notes ~ '[\x01-\x08\x0b-\x1f\x7f-\x9f]' then
        perform private.refuse(422, 'invalid_notes', 'notes', 'Notes have control characters', 'Send plain text; line breaks and tabs are welcome');
    end if;
    wished_visibility := private.read_choice(visibility, 'visibility', array['private', 'public'], 'private');
    wished_language := coalesce(nullif(btrim(language), ''), 'en');
    if wished_language !~ '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$' then
        perform private.refuse(422, 'invalid_language', 'language', format('%s is not a language tag', left(wished_language, 60)), 'Send a tag such as en, de or pt-BR');
    end if;

    if request_key is not null then
        key := private.read_line(request_key, 'request_key', 200);
        select c.plan_id, c.generation_id into receipt
        from private.claim_request(key, jsonb_build_array(
            wished_topic, wished_level, wished_hours, wished_style, first_day, last_day,
            wished_notes, wished_visibility, wished_language
        )) c;
        if receipt.plan_id is not null then
            return receipt;
        end if;
    end if;

    -- After the key: an answered request may be repeated the day after its deadline.
    select private.local_date(now(), u.time_zone) into today from public.users u where u.id = me;
    if first_day not between today - 366 and today + 1830 then
        perform private.refuse(422, 'invalid_start_date', 'start_date', 'Start date is too far away', 'Choose a day within the past year or the next five');
    end if;
    if last_day < today then
        perform private.refuse(422, 'invalid_deadline_date', 'deadline_date', 'The deadline has passed', 'Choose today or a later day');
    elsif last_day < first_day then
        perform private.refuse(422, 'invalid_deadline_date', 'deadline_date', 'The deadline is before the start', 'Choose a deadline on or after the start date');
    elsif last_day > today + 3660 then
        perform private.refuse(422, 'invalid_deadline_date', 'deadline_date', 'The deadline is too far away', 'Choose a day within the next ten years, or none');
    end if;

    insert into public.learning_plans (
        user_id, topic, skill_level, weekly_hours, learning_style, start_date, deadline_date, visibility, language
    )
    values (
        me, wished_topic, wished_level::public.skill_level, wished_hours, wished_style::public.learning_style,
        first_day, last_day, wished_visibility::public.plan_visibility, wished_language
    )
    returning id into receipt.plan_id;
    perform private.await_planner(receipt.plan_id);
    if wished_notes is not null then
        insert into public.plan_notes (plan_id, notes) values (receipt.plan_id, wished_notes);
    end if;
    receipt.generation_id := private.request_generation(receipt.plan_id, 'create');
    if key is not null then
        perform private.answer_request(key, receipt.plan_id, receipt.generation_id);
    end if;
    return receipt;
end;
$$;

comment on function public.create_plan is
    'Asks for a plan: makes the plan, its generation and the job in one transaction and answers both ids; follow plan_generations. Arguments come as a form has them (weekly_hours also as "3-5", learning_style also as "hands-on", dates as YYYY-MM-DD); a refusal names the field in details and the remedy in hint. The same request_key twice makes one plan.';

-- Definer: the status is not people's to write; it checks whose generation it is.
create function private.cancel_own_generation(generation uuid) returns public.generation_status
language plpgsql
security definer
set search_path = ''
as $$
declare
    found_status public.generation_status;
    called_at timestamptz;
begin
    select g.status, g.model_called_at into found_status, called_at
    from public.plan_generations g
    join public.learning_plans p on p.id = g.plan_id
    where g.id = generation and p.user_id = private.current_user_id()
    for update of g;
    if not found then
        perform private.refuse(404, 'generation_not_found', 'generation_id', 'There is no such generation', 'Check the id; only the owner of the plan may cancel');
    elsif found_status in ('succeeded', 'failed') then
        perform private.refuse(409, 'generation_finished', 'generation_id', format('The generation has already %s', found_status), 'There is nothing left to cancel');
    elsif found_status <> 'cancelled' then
        update public.plan_generations g
        set status = 'cancelled', draft = null, error = null, finished_at = now()
        where g.id = generation;
        if called_at is null then
            perform private.refund_generation(generation);
        end if;
    end if;
    return 'cancelled'::public.generation_status;
end;
$$;

comment on function private.cancel_own_generation is 'Cancels a generation of whoever asks; refunds it if no model was called yet.';

revoke execute on function private.cancel_own_generation from public, anon, authenticated;
grant execute on function private.cancel_own_generation to authenticated;

create function public.cancel_generation(generation_id uuid) returns public.generation_status
language sql
set search_path = ''
begin atomic
    select private.cancel_own_generation(generation_id);
end;

comment on function public.cancel_generation is
    'Stops a generation that is queued or running; asked twice, it is cancelled all the same. It counts against the month only if a model was called already.';

create function public.retry_generation(generation_id uuid) returns uuid
language plpgsql
set search_path = ''
as $$
declare
    asked record;
begin
    select g.plan_id, g.kind, g.scope, g.module_id, g.status, g.prompt ->> 'wish' as wish into asked
    from public.plan_generations g where g.id = retry_generation.generation_id;
    if not found then
        perform private.refuse(404, 'generation_not_found', 'generation_id', 'There is no such generation', 'Check the id; only the owner of the plan may try again');
    elsif asked.status = 'succeeded' then
        perform private.refuse(409, 'generation_succeeded', 'generation_id', 'This generation succeeded', 'There is nothing to try again');
    elsif asked.kind = 'create' and exists (select from public.modules m where m.plan_id = asked.plan_id) then
        perform private.refuse(409, 'plan_not_empty', 'generation_id', 'The plan has modules by now', 'Keep what is there, or delete its modules and try again');
    elsif asked.kind = 'regenerate_module' and asked.module_id is null then
        perform private.refuse(409, 'module_deleted', 'generation_id', 'The module was deleted meanwhile', 'Ask for another one with regenerate_module');
    end if;
    return private.request_generation(asked.plan_id, asked.kind, asked.scope, asked.module_id, asked.wish);
end;
$$;

comment on function public.retry_generation is
    'Asks again for what failed or was cancelled, with the plan as it is now, and answers the id of the new generation; while one is under way it answers that one.';

revoke execute on function public.create_plan, public.cancel_generation, public.retry_generation
    from public, anon, authenticated, service_role;
grant execute on function public.create_plan, public.cancel_generation, public.retry_generation to authenticated;

create type public.usage as (
    tier text,
    plans integer,
    max_plans integer,
    generations_in_flight integer,
    max_generations_in_flight integer,
    generations_this_month integer,
    max_generations_per_month integer,
    resets_at timestamptz
);
comment on type public.usage is 'What somebody has used of what their tier allows.';

-- Definer: the ledger is closed; it answers for whoever asks alone.
create function private.own_usage(at timestamptz) returns public.usage
language sql
stable
security definer
set search_path = ''
as $$
    with me as materialized (select private.current_user_id() as id)
    select
        l.tier,
        (select count(*)::integer from public.learning_plans p where p.user_id = me.id),
        l.max_plans,
        (
            select count(*)::integer from public.plan_generations g
            join public.learning_plans p on p.id = g.plan_id
            where p.user_id = me.id and g.status in ('queued', 'running')
        ),
        l.max_generations_in_flight,
        private.months_usage(me.id, at),
        l.max_generations_per_month,
        private.begins_again_on(at, 'month')
    from me
    cross join lateral private.limits_of(me.id) l
$$;

comment on function private.own_usage is 'What whoever asks has used of what their tier allows.';

revoke execute on function private.own_usage from public, anon, authenticated;
grant execute on function private.own_usage to authenticated;

create function public.my_usage(at timestamptz default now()) returns public.usage
language sql
stable
set search_path = ''
begin atomic
    select * from private.own_usage(at);
end;

comment on function public.my_usage is 'How much of what my tier allows I have used; the month is a UTC month, and the next begins at resets_at.';

revoke execute on function public.my_usage from public, anon, authenticated, service_role;
grant execute on function public.my_usage to authenticated;

-- The queue generate_plan -----------------------------------------------------------------------

select pgmq.create('generate_plan');
-- Eight failures with their backoff are about five minutes of a model that is away.
insert into worker.queues (queue, max_failures) values ('generate_plan', 8);

create function private.untouchable_tasks(plan uuid) returns setof uuid
language sql
stable
set search_path = ''
as $$
    select t.id
    from public.modules m
    join public.tasks t on t.module_id = m.id
    where m.plan_id = plan
        and (
            t.edited_at is not null
            or t.pinned_at is not null
            or exists (
                select from public.task_progress tp
                where tp.task_id = t.id and (tp.status <> 'not_started' or tp.actual_minutes is not null)
            )
        )
$$;

comment on function private.untouchable_tasks is
    'Tasks of a plan that no machine touches: begun or finished by any learner, edited or pinned by the owner.';

create function private.living_plan(plan uuid, out revision integer, out weeks jsonb)
language sql
stable
set search_path = ''
as $$
    -- One statement, so that the revision is that of what is read.
    select
        p.revision,
        coalesce((
            select jsonb_agg(jsonb_build_object(
                'module_id', m.id, 'order', m."order", 'title', m.title, 'description', m.description,
                'tasks', (
                    select coalesce(jsonb_agg(jsonb_build_object(
                        'task_id', t.id, 'order', t."order", 'day', t.day, 'title', t.title,
                        'description', t.description, 'minutes', t.estimated_minutes,
                        'fixed', t.id in (select u.id from private.untouchable_tasks(plan) as u (id)),
                        'done', exists (
                            select from public.task_progress tp
                            where tp.task_id = t.id and tp.user_id = p.user_id and tp.status = 'completed'
                        ),
                        'links', (select count(*) from public.task_resources r where r.task_id = t.id)
                            + (select count(*) from public.task_links l where l.task_id = t.id)
                    ) order by t."order"), '[]')
                    from public.tasks t
                    where t.module_id = m.id
                )
            ) order by m."order")
            from public.modules m
            where m.plan_id = p.id
        ), '[]')
    from public.learning_plans p
    where p.id = plan
$$;

comment on function private.living_plan is 'A plan as it stands, with what may not be touched, and its revision.';

create function private.first_open_week(plan uuid, at timestamptz) returns integer
language sql
stable
set search_path = ''
as $$
    -- What is past is past: a plan that slipped goes on in the week that today lies in.
    select greatest(
        coalesce(
            (
                select min(m."order")
                from public.modules m
                join public.tasks t on t.module_id = m.id
                where m.plan_id = p.id
                    and not exists (
                        select from public.task_progress tp
                        where tp.task_id = t.id and tp.user_id = p.user_id and tp.status = 'completed'
                    )
            ),
            (select max(m."order") + 1 from public.modules m where m.plan_id = p.id),
            1
        ),
        1 + (
            private.local_date(at, u.time_zone)
            - coalesce(p.start_date, private.local_date(p.created_at, u.time_zone))
        ) / 7
    )
    from public.learning_plans p
    join public.users u on u.id = p.user_id
    where p.id = plan
$$;

comment on function private.first_open_week is
    'The first week that what remains of a plan can go into: not complete, and not in the past.';

create function private.first_open_day(plan uuid, week integer, at timestamptz) returns integer
language sql
stable
set search_path = ''
as $$
    select greatest(1, least(7,
        private.local_date(at, u.time_zone)
        - coalesce(p.start_date, private.local_date(p.created_at, u.time_zone)) - 7 * (week - 1) + 1
    ))
    from public.learning_plans p
    join public.users u on u.id = p.user_id
    where p.id = plan
$$;

comment on function private.first_open_day is 'The first day of a week of a plan that is not over, 1 to 7.';

-- Definer, as all of worker: private and pgmq are closed, also to the service's role.
create function worker.load_generate_plan(msg_id bigint, read_ct integer, at timestamptz default now()) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    delivery record := private.hold_delivery('generate_plan', msg_id, read_ct);
    generation public.plan_generations;
    base integer;
    weeks jsonb;
    request jsonb;
begin
    if delivery.standing <> 'held' then
        return jsonb_build_object('standing', 'stale');
    end if;
    update public.plan_generations g
    set status = 'running', started_at = coalesce(g.started_at, now())
    where g.id = (delivery.message ->> 'generation_id')::uuid and g.status in ('queued', 'running')
    returning g.* into generation;
    if not found then
        return jsonb_build_object('standing', 'obsolete');
    end if;
    if generation.kind = 'regenerate_module' and generation.module_id is null then
        perform private.fail_generation(generation.id, jsonb_build_object(
            'code', 'module_deleted',
            'message', 'The module was deleted meanwhile; nothing was changed.',
            'remedy', 'Choose another module.'
        ), true);
        return jsonb_build_object('standing', 'obsolete');
    end if;
    request := private.planner_inputs(generation.plan_id) || jsonb_build_object(
        'kind', generation.kind, 'wish', generation.prompt ->> 'wish'
    );
    if generation.kind <> 'create' then
        select l.revision, l.weeks into base, weeks from private.living_plan(generation.plan_id) l;
        request := request || jsonb_build_object(
            'living', jsonb_build_object('weeks', weeks),
            'only_week', (select m."order" from public.modules m where m.id = generation.module_id),
            'from_week', case
                when generation.kind = 'regenerate_module' then (select m."order" from public.modules m where m.id = generation.module_id)
                when generation.scope = 'remaining' then private.first_open_week(generation.plan_id, at)
                else 1
            end
        );
        if generation.scope = 'remaining' then
            request := request || jsonb_build_object(
                'from_day', private.first_open_day(generation.plan_id, (request ->> 'from_week')::integer, at)
            );
        end if;
    end if;
    return jsonb_build_object(
        'standing', 'held',
        'generation_id', generation.id,
        'plan_id', generation.plan_id,
        'person_id', (select p.user_id from public.learning_plans p where p.id = generation.plan_id),
        'kind', generation.kind,
        'revision', base,
        'request', request,
        'draft', generation.draft
    );
end;
$$;

comment on function worker.load_generate_plan is
    'Begins a delivery: marks the generation running and answers what to plan, what was drafted before, and for a regeneration the living plan with its revision; obsolete when it was cancelled, finished or deleted.';

create function private.report_generate_plan(message jsonb, report jsonb) returns boolean
language plpgsql
set search_path = ''
as $$
begin
    update public.plan_generations g
    set progress = greatest(g.progress, least(99, coalesce((report ->> 'progress')::numeric::integer, 0))),
        draft = coalesce(report -> 'draft', g.draft),
        model_called_at = case
            when (report ->> 'model_called')::boolean then coalesce(g.model_called_at, now())
            else g.model_called_at
        end
    where g.id = (message ->> 'generation_id')::uuid and g.status = 'running'
        and report ?| array['progress', 'draft', 'model_called'];
    -- Queued counts as wanted: a heartbeat may be quicker than the load that marks it running.
    return found or exists (
        select from public.plan_generations g
        where g.id = (message ->> 'generation_id')::uuid and g.status in ('queued', 'running')
    );
end;
$$;

comment on function private.report_generate_plan is
    'Hook: writes {"progress", "draft", "model_called"} on the generation''s row; false once it is cancelled or gone.';

create function private.fail_generation(generation uuid, error jsonb, our_fault boolean) returns void
language plpgsql
set search_path = ''
as $$
declare
    called_at timestamptz;
begin
    update public.plan_generations g
    set status = 'failed', draft = null, finished_at = now(), error = fail_generation.error
    where g.id = generation and g.status in ('queued', 'running')
    returning g.model_called_at into called_at;
    -- A model's answer costs, whatever it was: a wish that makes it fail must not be free for ever.
    if found and (our_fault or called_at is null) then
        perform private.refund_generation(generation);
    end if;
end;
$$;

comment on function private.fail_generation is
    'Ends a generation with the reason its owner reads; refunds it when no model was called, or the fault was ours.';

create function private.succeed_generation(generation uuid, summary jsonb) returns void
language sql
set search_path = ''
as $$
    update public.plan_generations g
    set status = 'succeeded', progress = 100, draft = null, error = null, finished_at = now(), output_summary = summary
    where g.id = generation
$$;

comment on function private.succeed_generation is 'Ends a generation that came to something.';

create function private.save_links(links jsonb, from_catalogue boolean) returns void
language plpgsql
set search_path = ''
as $$
begin
    -- What was seen in public, or is one of ours, may be shown to all; what the learner's own notes
    -- say, and what nobody saw, stays beside its task.
    insert into public.resources (type, title, url, author, tags, http_status, checked_at, tried_at)
    select distinct on (r.url)
        r.type, r.title, r.url, r.author, coalesce(r.tags, '{}'), r.status,
        seen.at, seen.at
    from jsonb_to_recordset(links) as l (link jsonb)
    cross join jsonb_to_record(l.link) as r (
        type public.resource_type, title text, url text, author text, tags text[],
        status smallint, checked_at timestamptz, private boolean
    )
    cross join lateral (
        select case when r.checked_at < now() then r.checked_at when r.checked_at is not null then now() end as at
    ) seen
    where from_catalogue or (r.checked_at is not null and r.private is not true)
    order by r.url -- one order for everybody: no deadlocks
    on conflict (url) do update
        set checked_at = excluded.checked_at, tried_at = greatest(resources.tried_at, excluded.tried_at),
            http_status = excluded.http_status, failures = 0, dead_at = null
        -- A proposal may be accepted long after its links were seen, and a page have died since.
        where excluded.checked_at > coalesce(greatest(resources.checked_at, resources.dead_at), '-infinity');

    insert into public.task_resources (task_id, resource_id, "order", notes)
    select l.task_id, c.id, min(l.place), min(l.link ->> 'notes')
    from jsonb_to_recordset(links) as l (task_id uuid, place integer, link jsonb)
    join public.resources c on c.url = l.link ->> 'url'
    where (from_catalogue or (l.link ->> 'checked_at' is not null and (l.link ->> 'private')::boolean is not true))
        and c.dead_at is null
    group by l.task_id, c.id;

    insert into public.task_links (task_id, type, title, url, "order", http_status, checked_at, tried_at)
    select distinct on (l.task_id, l.link ->> 'url')
        l.task_id, (l.link ->> 'type')::public.resource_type, l.link ->> 'title', l.link ->> 'url', l.place,
        (l.link ->> 'status')::smallint, (l.link ->> 'checked_at')::timestamptz, (l.link ->> 'checked_at')::timestamptz
    from jsonb_to_recordset(links) as l (task_id uuid, place integer, link jsonb)
    where not (from_catalogue or (l.link ->> 'checked_at' is not null and (l.link ->> 'private')::boolean is not true))
    order by l.task_id, l.link ->> 'url', l.place;
end;
$$;

comment on function private.save_links is
    'Writes links [{"task_id", "place", "link"}] of tasks that have none: checked ones and those of the built-in curricula into the catalogue, one row an address; others beside their task.';

create function private.save_roadmap(plan uuid, roadmap jsonb, from_catalogue boolean) returns void
language plpgsql
set search_path = ''
as $$
declare
    rows jsonb;
begin
    -- Ids are made here: what a model wrote never names a row.
    select jsonb_agg(to_jsonb(d)) into rows
    from (
        select m.module_id, m.body as module, t.body as task,
            case when t.body is not null then gen_random_uuid() end as task_id
        from (
            select gen_random_uuid() as module_id, e.value as body
            from jsonb_array_elements(roadmap -> 'modules') e
        ) m
        left join lateral jsonb_array_elements(m.body -> 'tasks') as t (body) on true
    ) d;

    insert into public.modules (id, plan_id, "order", title, description, estimated_minutes)
    select distinct on (d.module_id)
        d.module_id, plan, (d.module ->> 'order')::integer, d.module ->> 'title',
        d.module ->> 'description', (d.module ->> 'estimated_minutes')::integer
    from jsonb_to_recordset(rows) as d (module_id uuid, module jsonb);

    insert into public.tasks (id, module_id, "order", day, title, description, estimated_minutes)
    select
        d.task_id, d.module_id, (d.task ->> 'order')::integer, (d.task ->> 'day')::smallint,
        d.task ->> 'title', d.task ->> 'description', (d.task ->> 'estimated_minutes')::integer
    from jsonb_to_recordset(rows) as d (module_id uuid, task_id uuid, task jsonb)
    where d.task_id is not null;

    perform private.save_links(
        (
            select jsonb_agg(jsonb_build_object('task_id', d.task_id, 'place', r.place, 'link', r.body))
            from jsonb_to_recordset(rows) as d (task_id uuid, task jsonb)
            cross join jsonb_array_elements(d.task -> 'resources') with ordinality as r (body, place)
        ),
        from_catalogue
    );
end;
$$;

comment on function private.save_roadmap is
    'Writes modules, tasks and links of a new plan.';

create function private.apply_generate_plan(message jsonb, result jsonb) returns void
language plpgsql
set search_path = ''
as $$
declare
    generation public.plan_generations;
    built_in boolean := coalesce(result ->> 'model' = 'built-in', false);
begin
    -- The plan before the generation, as deleting a plan does: no deadlock between the two.
    perform from public.learning_plans p
    where p.id = (select g.plan_id from public.plan_generations g where g.id = (message ->> 'generation_id')::uuid)
    for no key update;
    select g.* into generation
    from public.plan_generations g
    where g.id = (message ->> 'generation_id')::uuid and g.status in ('queued', 'running')
    for update;
    if not found then
        perform private.end_model_calls(result -> 'calls');
        return; -- cancelled or deleted meanwhile: nobody wants it any more
    end if;
    if result ? 'failed' then
        perform private.fail_generation(
            generation.id, result -> 'failed', coalesce((result ->> 'our_fault')::boolean, false)
        );
    elsif generation.kind <> 'create' then
        perform private.save_proposal(generation, result);
    elsif exists (select from public.modules m where m.plan_id = generation.plan_id) then
        perform private.fail_generation(generation.id, jsonb_build_object(
            'code', 'plan_not_empty',
            'message', 'The plan got modules of its own meanwhile; nothing was changed.',
            'remedy', 'Keep what is there, or delete its modules and try again.'
        ), false);
    elsif jsonb_array_length(case jsonb_typeof(result #> '{roadmap,modules}') when 'array' then result #> '{roadmap,modules}' else '[]' end) = 0 then
        raise invalid_parameter_value using message = 'the result has no roadmap with modules';
    else
        perform private.save_roadmap(generation.plan_id, result -> 'roadmap', built_in);
        update public.learning_plans p
        set origin = case when built_in then 'template' else 'ai' end::public.plan_origin
        where p.id = generation.plan_id;
        perform private.succeed_generation(generation.id, result #> '{roadmap,summary}');
    end if;
    update public.plan_generations g
    set model = coalesce(result ->> 'model', g.model),
        parameters = coalesce(result -> 'parameters', g.parameters),
        prompt = coalesce(result -> 'prompt', g.prompt),
        prompt_version = coalesce(result ->> 'prompt_version', g.prompt_version),
        figures = coalesce(result -> 'figures', g.figures)
    where g.id = generation.id;
    perform private.end_model_calls(result -> 'calls');
end;
$$;

comment on function private.apply_generate_plan is
    'Hook: saves {"model", "roadmap", …} as the plan, {"proposal", …} beside a living one, or the sentence in "failed"; nothing at all when the generation is no longer wanted.';

create function private.settle_generate_plan(message jsonb, error jsonb, final boolean) returns void
language plpgsql
set search_path = ''
as $$
begin
    if final then
        -- A plan that is changed again and again meanwhile is its owner's doing.
        perform private.fail_generation((message ->> 'generation_id')::uuid, error, error ->> 'code' is distinct from 'moved_on');
    else
        update public.plan_generations g
        set status = 'queued', error = settle_generate_plan.error
        where g.id = (message ->> 'generation_id')::uuid and g.status = 'running';
    end if;
exception when invalid_text_representation then
    return; -- the message names no generation: there is nobody to tell
end;
$$;

comment on function private.settle_generate_plan is
    'Hook: tells the owner why a generation failed, or why it is being tried again.';

create function private.revive_generate_plan(message jsonb) returns boolean
language plpgsql
set search_path = ''
as $$
begin
    update public.plan_generations g
    set status = 'queued', error = null, finished_at = null
    where g.id = (message ->> 'generation_id')::uuid and g.status = 'failed'
        and (g.kind <> 'create' or not exists (select from public.modules m where m.plan_id = g.plan_id))
        and not exists (
            select from public.plan_generations other
            where other.plan_id = g.plan_id and other.status in ('queued', 'running')
        );
    return found;
exception when invalid_text_representation then
    return false;
end;
$$;

comment on function private.revive_generate_plan is
    'Hook: queues a failed generation again, unless its plan was made or is being made otherwise. The refund stands: the failure was ours.';

create function worker.complete_generate_plan(outcomes jsonb)
returns table (msg_id bigint, read_ct integer, standing text, problem jsonb)
language plpgsql
security definer
set search_path = ''
as $$
begin
    for msg_id, read_ct, standing, problem in
        select c.msg_id, c.read_ct, c.standing, c.problem from private.complete_jobs('generate_plan', outcomes) c
    loop
        -- Whatever became of the outcome, its questions were paid.
        if standing in ('rejected', 'stale') then
            begin
                perform private.end_model_calls(o.value #> '{result,calls}')
                from jsonb_array_elements(outcomes) as o (value)
                where o.value ->> 'msg_id' = complete_generate_plan.msg_id::text
                    and o.value ->> 'read_ct' = complete_generate_plan.read_ct::text;
            exception when others then
                null; -- calls that are none; the outcome is told all the same
            end;
        end if;
        return next;
    end loop;
end;
$$;

comment on function worker.complete_generate_plan is
    'Settles deliveries [{"msg_id", "read_ct", "result"}]: saves each plan and archives its message in one transaction. Answers done, already_done, stale or rejected for each.';

revoke execute on function
    private.untouchable_tasks, private.living_plan, private.first_open_week, private.first_open_day,
    private.report_generate_plan, private.fail_generation, private.succeed_generation, private.save_links,
    private.save_roadmap, private.apply_generate_plan, private.settle_generate_plan, private.revive_generate_plan,
    worker.load_generate_plan, worker.complete_generate_plan
    from public, anon, authenticated;
grant execute on function worker.load_generate_plan, worker.complete_generate_plan to service_role;

-- Telling a page that listens ---------------------------------------------------------------------

-- Definer: whoever's statement it was, the message is ours. Nothing that goes wrong with it stops the work.
create function private.announce_generation() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    perform realtime.send(
        jsonb_build_object(
            'generation_id', new.id, 'plan_id', new.plan_id, 'kind', new.kind,
            'status', new.status, 'progress', new.progress
        ),
        'generation', 'plan:' || new.plan_id, true
    );
    return null;
exception when others then
    return null;
end;
$$;

comment on function private.announce_generation is
    'Trigger: tells the private topic plan:<id> how a generation stands, where Realtime is there to carry it.';

revoke execute on function private.announce_generation from public, anon, authenticated;

create trigger plan_generations_announce_insert after insert on public.plan_generations
    for each row execute function private.announce_generation();
create trigger plan_generations_announce_update after update on public.plan_generations
    for each row when ((old.status, old.progress) is distinct from (new.status, new.progress))
    execute function private.announce_generation();

create policy "Owners listen to their plans" on realtime.messages
    for select to authenticated
    using (
        extension = 'broadcast'
        and (select realtime.topic()) = any (array(
            select 'plan:' || p.id from public.learning_plans p where p.user_id = (select private.current_user_id())
        ))
    );
