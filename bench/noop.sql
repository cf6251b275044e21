-- In the benchmark's database alone: a queue whose jobs do nothing. Made as migrations are, by postgres.

set role postgres;

select pgmq.create('bench_noop');
insert into worker.queues (queue) values ('bench_noop');

create function worker.complete_bench_noop(outcomes jsonb)
returns table (msg_id bigint, read_ct integer, standing text, problem jsonb)
language sql
security definer
set search_path = ''
as $$
    select * from private.complete_jobs('bench_noop', outcomes)
$$;

comment on function worker.complete_bench_noop is 'Settles deliveries of the queue whose jobs do nothing.';
revoke execute on function worker.complete_bench_noop from public, anon, authenticated;
grant execute on function worker.complete_bench_noop to service_role;
notify pgrst, 'reload schema';
