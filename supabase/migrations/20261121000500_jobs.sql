-- Jobs: pgmq's queues, read and settled by workers through fenced deliveries. pgmq has no retry limit
-- and no dead letters; read_jobs and fail_job add them.
--
-- A queue q comes with functions in private that say what its outcomes do to the rows of people:
--   apply_q(message, result)           writes the result of a job that is done
--   report_q(message, report) boolean  writes progress; false when the job is no longer wanted
--   settle_q(message, error, final)    tells the person: to be tried again, or given up; with a null error
--                                      it only waits again
--   revive_q(message) boolean          makes a given-up job pending again; false when it must not be
-- and with worker.complete_q(outcomes) for the workers.

-- Tables ----------------------------------------------------------------------------------------

create table worker.queues (
    queue text primary key check (queue ~ '^[a-z][a-z_]{0,40}$'),
    lease_seconds integer not null default 60 check (lease_seconds between 1 and 3600),
    max_failures integer not null default 5 check (max_failures >= 1),
    max_lost_deliveries integer not null default 10 check (max_lost_deliveries >= 3)
);

comment on table worker.queues is 'The queues, and how patient each is.';
comment on column worker.queues.lease_seconds is 'How long a delivery is a worker''s before somebody else may have it.';
comment on column worker.queues.max_failures is 'After so many counted failures a job is a dead letter.';
comment on column worker.queues.max_lost_deliveries is
    'After so many deliveries that ended without a word (the worker died) a job is a dead letter.';

create table worker.job_attempts (
    queue text not null references worker.queues (queue) on delete cascade,
    msg_id bigint not null,
    failures integer not null default 0,
    handed_back integer not null default 0,
    settled_read_ct integer not null default 0,
    last_error jsonb,
    updated_at timestamptz not null default now(),
    primary key (queue, msg_id)
);

comment on table worker.job_attempts is
    'What is known of a job beyond its message: only jobs that failed or were handed back have a row.';
comment on column worker.job_attempts.settled_read_ct is 'The last delivery (read_ct) that ended with a word; nothing more is taken from it.';

create table worker.dead_letters (
    id bigint generated always as identity primary key,
    queue text not null references worker.queues (queue) on delete cascade,
    msg_id bigint not null,
    read_ct integer not null,
    failures integer not null,
    message jsonb not null,
    error jsonb not null,
    enqueued_at timestamptz not null,
    failed_at timestamptz not null default now(),
    requeued_at timestamptz,
    requeued_as bigint,
    constraint dead_letters_die_once unique (queue, msg_id)
);

comment on table worker.dead_letters is 'Jobs that were given up, with the reason; an operator may requeue them.';
comment on column worker.dead_letters.requeued_as is 'msg_id of the message that took its place.';

alter table worker.queues enable row level security;
alter table worker.job_attempts enable row level security;
alter table worker.dead_letters enable row level security;
create policy "The service reads the queues" on worker.queues for select to service_role using (true);
create policy "The service reads the attempts" on worker.job_attempts for select to service_role using (true);
create policy "The service reads the dead letters" on worker.dead_letters for select to service_role using (true);
revoke all on worker.queues, worker.job_attempts, worker.dead_letters from public, anon, authenticated, service_role;
grant select on worker.queues, worker.job_attempts, worker.dead_letters to service_role;

-- What only the database calls ------------------------------------------------------------------

-- Definer: pgmq is closed to people, and their RPC send messages through here.
create function private.enqueue(queue text, message jsonb, delay_seconds integer default 0) returns bigint
language plpgsql
security definer
set search_path = ''
as $$
begin
    return (select sent from pgmq.send(enqueue.queue, enqueue.message, enqueue.delay_seconds) sent);
end;
$$;

comment on function private.enqueue is 'Sends a message: {"v": version, …ids only}. pgmq is closed to people; their RPC come through here.';

create function private.queue_settings(queue text) returns worker.queues
language plpgsql
stable
set search_path = ''
as $$
#variable_conflict use_column
declare
    settings worker.queues;
begin
    select q.* into settings from worker.queues q where q.queue = queue_settings.queue;
    if not found then
        perform private.refuse(
            404, 'unknown_queue', 'queue',
            format('There is no queue %s', left(queue_settings.queue, 60)),
            'Apply the migrations this worker was built for: supabase db push'
        );
    end if;
    return settings;
end;
$$;

comment on function private.queue_settings is 'The settings of a queue; refuses a name that is none.';

-- Locks the message, so that whoever comes second sees what the first decided.
create function private.hold_delivery(queue text, msg_id bigint, read_ct integer, out standing text, out message jsonb)
language plpgsql
set search_path = ''
as $$
declare
    current_read_ct integer;
    settled integer;
    recorded boolean;
begin
    execute format('select q.read_ct, q.message from pgmq.%I q where q.msg_id = $1 for update', 'q_' || queue)
        into current_read_ct, message using msg_id;
    if current_read_ct is null then
        execute format('select exists (select from pgmq.%I a where a.msg_id = $1 and a.read_ct = $2)', 'a_' || queue)
            into recorded using msg_id, read_ct;
        standing := case when recorded then 'already_done' else 'stale' end;
        return;
    end if;
    select a.settled_read_ct into settled
    from worker.job_attempts a where a.queue = hold_delivery.queue and a.msg_id = hold_delivery.msg_id;
    standing := case
        when coalesce(settled, 0) = read_ct then 'already_done'
        when current_read_ct = read_ct then 'held'
        else 'stale'
    end;
end;
$$;

comment on function private.hold_delivery is
    'Locks a message and says how a delivery of it stands: held, already_done (this very delivery ended with a word) or stale (somebody else has it).';

create function private.call_hook(hook text, queue text) returns text
language plpgsql
stable
set search_path = ''
as $$
declare
    arguments text := case hook
        when 'apply' then '(jsonb,jsonb)'
        when 'report' then '(jsonb,jsonb)'
        when 'settle' then '(jsonb,jsonb,boolean)'
        when 'revive' then '(jsonb)'
    end;
begin
    if to_regprocedure(format('private.%I%s', hook || '_' || queue, arguments)) is null then
        return null;
    end if;
    return format('private.%I', hook || '_' || queue);
end;
$$;

comment on function private.call_hook is 'The name of a queue''s own function for a hook, or null where the queue has none.';

create function private.bury(
    settings worker.queues,
    msg_id bigint,
    read_ct integer,
    failures integer,
    enqueued_at timestamptz,
    message jsonb,
    error jsonb
) returns void
language plpgsql
set search_path = ''
as $$
declare
    hook text := private.call_hook('settle', settings.queue);
begin
    insert into worker.dead_letters (queue, msg_id, read_ct, failures, message, error, enqueued_at)
    values (settings.queue, bury.msg_id, bury.read_ct, bury.failures, bury.message, bury.error, bury.enqueued_at);
    perform pgmq.archive(settings.queue, bury.msg_id);
    delete from worker.job_attempts a where a.queue = settings.queue and a.msg_id = bury.msg_id;
    if hook is not null then
        begin
            execute format('select %s($1, $2, true)', hook) using message, error;
        exception when others then
            -- A queue must be readable whatever one of its jobs is like.
            update worker.dead_letters d
            set error = d.error || jsonb_build_object('not_settled', sqlerrm)
            where d.queue = settings.queue and d.msg_id = bury.msg_id;
        end;
    end if;
end;
$$;

comment on function private.bury is 'Makes a job a dead letter: reason kept, message archived, the person told, what it had reserved settled.';

create function private.complete_jobs(queue text, outcomes jsonb)
returns table (msg_id bigint, read_ct integer, standing text, problem jsonb)
language plpgsql
set search_path = ''
as $$
declare
    settings worker.queues := private.queue_settings(queue);
    hook text := private.call_hook('apply', queue);
    outcome record;
    delivery record;
begin
    if jsonb_typeof(outcomes) is distinct from 'array' then
        perform private.refuse(
            422, 'invalid_outcomes', 'outcomes', 'outcomes is not an array',
            'Send [{"msg_id": …, "read_ct": …, "result": …}, …]'
        );
    end if;
    for outcome in
        select
            case when o ->> 'msg_id' ~ '^\d{1,18}$' then (o ->> 'msg_id')::bigint end as msg_id,
            case when o ->> 'read_ct' ~ '^\d{1,9}$' then (o ->> 'read_ct')::integer end as read_ct,
            o -> 'result' as result
        from jsonb_array_elements(outcomes) o
        order by 1 -- one order for everybody: no deadlocks
    loop
        msg_id := outcome.msg_id;
        read_ct := outcome.read_ct;
        problem := null;
        begin -- a subtransaction each: one bad outcome does not take its neighbours along
            if msg_id is null or read_ct is null then
                raise invalid_parameter_value using message = 'an outcome needs msg_id and read_ct';
            end if;
            delivery := private.hold_delivery(settings.queue, outcome.msg_id, outcome.read_ct);
            standing := delivery.standing;
            if standing = 'held' then
                if hook is not null and coalesce(jsonb_typeof(outcome.result), 'null') <> 'null' then
                    execute format('select %s($1, $2)', hook) using delivery.message, outcome.result;
                end if;
                perform pgmq.archive(settings.queue, outcome.msg_id);
                delete from worker.job_attempts a where a.queue = settings.queue and a.msg_id = outcome.msg_id;
                standing := 'done';
            end if;
        exception when others then
            standing := 'rejected';
            problem := jsonb_build_object('code', sqlstate, 'message', sqlerrm);
        end;
        return next;
    end loop;
end;
$$;

comment on function private.complete_jobs is
    'Settles deliveries of a queue, each in a subtransaction: done, already_done, stale, or rejected with the problem. A null result means there was nothing to do any more.';

revoke execute on function
    private.enqueue, private.queue_settings, private.hold_delivery, private.call_hook, private.bury,
    private.complete_jobs
    from public, anon, authenticated;

-- What workers call. Definer throughout: pgmq and private are closed, also to the service's role. -

create function worker.read_jobs(queue text, quantity integer default 1, lease_seconds integer default null)
returns table (
    msg_id bigint,
    read_ct integer,
    enqueued_at timestamptz,
    message jsonb,
    failures integer,
    alone boolean
)
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
    settings worker.queues := private.queue_settings(read_jobs.queue);
    job record;
begin
    if coalesce(quantity, 0) not between 1 and 1000 then
        perform private.refuse(422, 'invalid_quantity', 'quantity', 'quantity is out of range', 'Ask for 1 to 1000 jobs');
    end if;
    for job in
        select r.msg_id, r.read_ct, r.enqueued_at, r.message,
            coalesce(a.failures, 0) as failures,
            r.read_ct - 1 - coalesce(a.failures, 0) - coalesce(a.handed_back, 0) as lost
        from pgmq.read(settings.queue, coalesce(lease_seconds, settings.lease_seconds), quantity) r
        left join worker.job_attempts a on a.queue = settings.queue and a.msg_id = r.msg_id
    loop
        if job.lost >= settings.max_lost_deliveries then
            perform private.bury(
                settings, job.msg_id, job.read_ct, job.failures, job.enqueued_at, job.message,
                jsonb_build_object(
                    'code', 'worker_lost',
                    'message', format('%s workers stopped without a word while they had this job', job.lost)
                )
            );
            continue;
        end if;
        msg_id := job.msg_id;
        read_ct := job.read_ct;
        enqueued_at := job.enqueued_at;
        message := job.message;
        failures := job.failures;
        alone := job.lost > 2;
        return next;
    end loop;
end;
$$;

comment on function worker.read_jobs is
    'Takes up to quantity jobs for lease_seconds. (msg_id, read_ct) is the fencing token of the delivery; alone says that this job''s deliveries keep getting lost, so it must run without neighbours.';

create function worker.heartbeat(
    queue text,
    msg_id bigint,
    read_ct integer,
    lease_seconds integer default null,
    report jsonb default null
) returns text
language plpgsql
security definer
set search_path = ''
as $$
declare
    settings worker.queues := private.queue_settings(queue);
    hook text := private.call_hook('report', queue);
    delivery record := private.hold_delivery(queue, msg_id, read_ct);
    wanted boolean := true;
begin
    if delivery.standing <> 'held' then
        return 'stale';
    end if;
    perform pgmq.set_vt(queue, heartbeat.msg_id, coalesce(lease_seconds, settings.lease_seconds));
    if hook is not null then
        execute format('select %s($1, $2)', hook) into wanted using delivery.message, coalesce(report, '{}');
    end if;
    return case when coalesce(wanted, false) then 'held' else 'cancelled' end;
end;
$$;

comment on function worker.heartbeat is
    'Keeps a delivery for lease_seconds more and reports progress: held, cancelled (stop: nobody wants it any more) or stale (stop: somebody else has it).';

create function worker.fail_job(
    queue text,
    msg_id bigint,
    read_ct integer,
    error jsonb,
    retry_in interval default null
) returns text
language plpgsql
security definer
set search_path = ''
as $$
declare
    settings worker.queues := private.queue_settings(queue);
    hook text := private.call_hook('settle', queue);
    delivery record := private.hold_delivery(queue, msg_id, read_ct);
    counted integer;
    first_sent timestamptz;
begin
    if delivery.standing <> 'held' then
        return delivery.standing;
    end if;
    select coalesce(max(a.failures), 0) + 1 into counted
    from worker.job_attempts a where a.queue = settings.queue and a.msg_id = fail_job.msg_id;
    if retry_in is null or counted >= settings.max_failures then
        execute format('select q.enqueued_at from pgmq.%I q where q.msg_id = $1', 'q_' || settings.queue)
            into first_sent using fail_job.msg_id;
        perform private.bury(
            settings, fail_job.msg_id, fail_job.read_ct, counted, first_sent, delivery.message, fail_job.error
        );
        return 'dead';
    end if;
    insert into worker.job_attempts as a (queue, msg_id, failures, settled_read_ct, last_error)
    values (settings.queue, fail_job.msg_id, 1, fail_job.read_ct, fail_job.error)
    on conflict on constraint job_attempts_pkey do update
        set failures = a.failures + 1,
            settled_read_ct = excluded.settled_read_ct,
            last_error = excluded.last_error,
            updated_at = now();
    perform pgmq.set_vt(settings.queue, fail_job.msg_id, greatest(0, ceil(extract(epoch from retry_in)))::integer);
    if hook is not null then
        execute format('select %s($1, $2, false)', hook) using delivery.message, fail_job.error;
    end if;
    return 'retrying';
end;
$$;

comment on function worker.fail_job is
    'Counts a failure ({"code", "message"}) and tries again after retry_in, or makes a dead letter when retry_in is null or the failures are too many. Answers retrying, dead, already_done or stale.';

create function worker.hand_back_jobs(queue text, deliveries jsonb, retry_in interval default '0') returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
    settings worker.queues := private.queue_settings(queue);
    hook text := private.call_hook('settle', queue);
    delivery record;
    held record;
    returned integer := 0;
begin
    for delivery in
        select (d ->> 'msg_id')::bigint as msg_id, (d ->> 'read_ct')::integer as read_ct
        from jsonb_array_elements(deliveries) d
        order by 1
    loop
        held := private.hold_delivery(settings.queue, delivery.msg_id, delivery.read_ct);
        if held.standing = 'held' then
            insert into worker.job_attempts as a (queue, msg_id, handed_back, settled_read_ct)
            values (settings.queue, delivery.msg_id, 1, delivery.read_ct)
            on conflict on constraint job_attempts_pkey do update
                set handed_back = a.handed_back + 1,
                    settled_read_ct = excluded.settled_read_ct,
                    updated_at = now();
            perform pgmq.set_vt(
                settings.queue, delivery.msg_id, greatest(0, ceil(extract(epoch from retry_in)))::integer
            );
            if hook is not null then
                execute format('select %s($1, null, false)', hook) using held.message;
            end if;
            returned := returned + 1;
        end if;
    end loop;
    return returned;
end;
$$;

comment on function worker.hand_back_jobs is
    'Returns deliveries [{"msg_id", "read_ct"}] untouched, for another worker to take after retry_in; not counted as failures.';

-- What operators call ---------------------------------------------------------------------------

create function worker.queue_depths()
returns table (
    queue text,
    waiting bigint,
    visible bigint,
    oldest_seconds integer,
    retrying bigint,
    dead bigint
)
language plpgsql
stable
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
    settings record;
begin
    for settings in select q.queue from worker.queues q order by q.queue loop
        queue := settings.queue;
        execute format(
            'select count(*), count(*) filter (where q.vt <= clock_timestamp()), extract(epoch from clock_timestamp() - min(q.enqueued_at))::integer from pgmq.%I q',
            'q_' || settings.queue
        ) into waiting, visible, oldest_seconds;
        select count(*) into retrying from worker.job_attempts a where a.queue = settings.queue and a.failures > 0;
        select count(*) into dead from worker.dead_letters d where d.queue = settings.queue and d.requeued_at is null;
        return next;
    end loop;
end;
$$;

comment on function worker.queue_depths is
    'How each queue stands: messages in it, of those free to take, age of the oldest in seconds, jobs that failed before, dead letters not requeued.';

create function worker.requeue_dead_letter(dead_letter_id bigint) returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
    letter worker.dead_letters;
    hook text;
    wanted boolean := true;
begin
    select d.* into letter from worker.dead_letters d where d.id = dead_letter_id for update;
    if not found then
        perform private.refuse(404, 'unknown_dead_letter', 'dead_letter_id', format('There is no dead letter %s', dead_letter_id), 'See learnbase jobs list');
    end if;
    if letter.requeued_as is not null then
        return letter.requeued_as;
    end if;
    hook := private.call_hook('revive', letter.queue);
    if hook is not null then
        execute format('select %s($1)', hook) into wanted using letter.message;
    end if;
    if not coalesce(wanted, false) then
        perform private.refuse(
            409, 'no_longer_wanted', 'dead_letter_id',
            'Nobody waits for this job any more',
            'Leave it: its rows were deleted, cancelled or tried again since'
        );
    end if;
    update worker.dead_letters d
    set requeued_at = now(), requeued_as = private.enqueue(letter.queue, letter.message)
    where d.id = letter.id
    returning d.requeued_as into letter.requeued_as;
    return letter.requeued_as;
end;
$$;

comment on function worker.requeue_dead_letter is
    'Sends a dead letter again as a new message and answers its msg_id; asked twice, it answers the same.';

create function worker.schema_version() returns table (schema_version integer, oldest_worker integer)
language sql
immutable
set search_path = ''
begin atomic
    select 1, 1;
end;

comment on function worker.schema_version is
    'What a worker compares itself with at its start: the version of this contract, and the oldest worker it still serves.';

revoke execute on function
    worker.read_jobs, worker.heartbeat, worker.fail_job, worker.hand_back_jobs, worker.queue_depths,
    worker.requeue_dead_letter, worker.schema_version
    from public, anon, authenticated;
grant execute on function
    worker.read_jobs, worker.heartbeat, worker.fail_job, worker.hand_back_jobs, worker.queue_depths,
    worker.requeue_dead_letter, worker.schema_version
    to service_role;

-- Upkeep ----------------------------------------------------------------------------------------

create function private.prune_archives(at timestamptz default now(), keep interval default '14 days') returns bigint
language plpgsql
set search_path = ''
as $$
declare
    settings record;
    pruned bigint;
    total bigint := 0;
begin
    for settings in select q.queue from worker.queues q loop
        execute format('delete from pgmq.%I a where a.archived_at < $1', 'a_' || settings.queue)
            using prune_archives.at - keep;
        get diagnostics pruned = row_count;
        total := total + pruned;
    end loop;
    return total;
end;
$$;

comment on function private.prune_archives is 'Deletes archived messages older than keep; answers how many.';

revoke execute on function private.prune_archives from public, anon, authenticated;
